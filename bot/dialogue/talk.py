"""A talk: one function, run again from its top at every turn.

The rules a flow lives by:
- `ask`, `choose`, `choose_many` and `confirm` return the stored answer, or send the question and
  end the turn (`Pause`). What is stored is one row, never a stack frame.
- Flows are plain functions and do no I/O but the database. They may run twice: only the database
  may remember what they did.
- Writes come after the last question. A pause after a write is a `FlowError` and rolls back; an
  answer store is the one exception, and the kernel writes that.
- Keys are unique within a flow and stable over releases. A key whose meaning changes gets a new
  name; loops name theirs (`f"issue.{n}"`).
- Texts said before a question that was already asked are not said again. A greeting before the
  first question is said whenever a talk begins, also with answers from a store.
- A read may differ from the last turn: decide at the end.
- `again(key)` drops that answer and all after it; `change(key)` only that one. Summaries change.
  What was said since the last question is then said as the reason.
- `return talk.then("rsvp", meeting_id=...)` goes on with another flow in the same turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NoReturn, Protocol, TypeVar, overload
from zoneinfo import ZoneInfo

from bot.dialogue import language, rerun
from bot.dialogue.checks import Check
from bot.dialogue.exchange import Question
from bot.dialogue.flow import Then
from bot.dialogue.language import _, isolate
from bot.dialogue.messages import Attachment, Button, Message
from bot.dialogue.questions import OneOf, Open, Several
from bot.dialogue.run import Run
from bot.dialogue.state import SKIPPED

T = TypeVar("T")


class Person(Protocol):
    """What a talk knows of the person it is with; read in this turn's transaction."""

    @property
    def id(self) -> int: ...
    @property
    def chat(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def name(self) -> str | None: ...


class Talk:
    """What a flow says and asks; `person` and `now` are those of this turn."""

    def __init__(self, run: Run, person: Person, now: datetime, zone: ZoneInfo) -> None:
        self._run = run
        self.person = person
        self.now = now
        self.zone = zone

    def say(
        self,
        text: str,
        *rows: Sequence[Button],
        attachment: Attachment | None = None,
        about: str = "",
    ) -> None:
        """Say `text`; short texts of one turn are joined into one message."""
        kept = tuple(tuple(row) for row in rows if row)
        self._run.say(Message(text, kept, attachment=attachment, about=about))

    @overload
    def ask(
        self, key: str, text: str, check: Check[T], *, suggestions: Sequence[str] = ...
    ) -> T: ...
    @overload
    def ask(
        self,
        key: str,
        text: str,
        check: Check[T],
        *,
        optional: Literal[True],
        suggestions: Sequence[str] = ...,
    ) -> T | None: ...
    def ask(
        self,
        key: str,
        text: str,
        check: Check[T],
        *,
        optional: bool = False,
        suggestions: Sequence[str] = (),
    ) -> T | None:
        """The answer that passed `check`; None when an optional question was skipped."""
        stored = self.put(Open(key, text, check, optional, suggestions))
        return None if stored == SKIPPED else check.decode(stored)

    def choose(self, key: str, text: str, options: Mapping[str, str], *, columns: int = 1) -> str:
        """The key of the option chosen; options are {key: label}, in order."""
        return str(self.put(OneOf(key, text, options, columns=columns)))

    def choose_many(
        self,
        key: str,
        text: str,
        options: Mapping[str, str],
        *,
        at_most: int = 0,
        optional: bool = False,
    ) -> list[str]:
        """The keys of the options chosen, in the options' order; empty when skipped."""
        stored = self.put(Several(key, text, options, optional, at_most))
        return [] if stored == SKIPPED else list(stored)

    def confirm(self, key: str, text: str, *, yes: str = "", no: str = "") -> bool:
        """Whether the person said yes; `yes` and `no` are the verbs on the buttons."""
        options = {"yes": yes or _("Yes"), "no": no or _("No")}
        return bool(self.put(OneOf(key, text, options, columns=2, yes_or_no=True)) == "yes")

    def summary(self, key: str, title: str, lines: Mapping[str, tuple[str, str]]) -> None:
        """Show what was answered, {key: (label, answer)}, and let one be changed until it is right.

        Keys of lines that were not asked in this talk can be shown, not changed.
        """
        shown = "\n".join(
            _("{label}: {answer}").format(label=label, answer=isolate(answer, 200))
            for label, answer in lines.values()
        )
        right = self.choose(
            key,
            _("{title}\n\n{lines}\n\nIs this right?").format(title=title, lines=shown),
            {"right": _("Yes, this is right"), "change": _("Change something")},
        )
        if right == "change":
            asked = {k: label for k, (label, _a) in lines.items() if k in self._run.answers}
            self.change(self.choose(f"{key}.which", _("What do you want to change?"), asked), key)

    def change(self, key: str, *controls: str, was: Any = None) -> NoReturn:
        """Ask `key` again and keep all other answers; `controls` (a summary's own) are dropped.

        `was`: what counts as its answer where it was never asked (`is_wanted`).
        """
        rerun.change(self._run, key, *controls, was=was)

    def changes(self, key: str) -> bool:
        """Whether `key` was answered and is open again, for another answer."""
        return self._run.waiting == key and "was" in self._run.draft

    def is_wanted(self, key: str) -> bool:
        """Whether `key` was answered or is open: for what is asked only when it is changed."""
        return self._run.waiting == key or key in self._run.answers

    def knows(self, key: str) -> bool:
        """Whether `key` was answered before; so what is said before it need not be looked up."""
        return key in self._run.answers

    def again(self, key: str) -> NoReturn:
        """Drop the answer `key` and all after it, and go on from there."""
        rerun.again(self._run, key)

    def then(self, flow: str, **arguments: str | int) -> Then:
        """End this talk and go on with another flow in the same turn; return it."""
        return Then(flow, arguments)

    def put(self, question: Question) -> Any:
        """Ask a question of any kind; the stored answer, still encoded."""
        return rerun.put(self._run, question)

    def when(self, moment: datetime, zone: str = "") -> str:
        """A moment in words, in the wall time of `zone` (else the platform's)."""
        return language.when(moment, zone or self.zone.key, self.now)
