"""One turn of a talk: run the flow again with what it knows, up to the question that is open now.

    state + event → run → state + messages

Everything that happens to questions in general happens here, so that no flow repeats it: taking
the answer, a wrong one, back, skip, change, resume, the write rule, texts that were said before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NoReturn

from bot.dialogue import keyboards, phrases
from bot.dialogue.choices import match
from bot.dialogue.flow import Flow, FlowError, Then
from bot.dialogue.language import _, isolate
from bot.dialogue.messages import Heard, Message, Shared, joined
from bot.dialogue.questions import (
    Doubt,
    Given,
    Moment,
    Picked,
    Question,
    Ticked,
    Value,
    Wrong,
)
from bot.dialogue.state import (
    NO_BUTTONS,
    SKIPPED,
    Back,
    Begin,
    Change,
    Edit,
    Event,
    Outcome,
    Repeat,
    Skip,
    StartOver,
    State,
    Store,
    UseHeld,
)

PAUSE = timedelta(hours=3)
"""After so long without an answer, typed text may mean something else: the talk asks first."""


class Pause(BaseException):
    """A question is open: the turn ends here."""


class _Rerun(BaseException):
    """The answers were changed: run the flow again in the same turn."""


@dataclass(slots=True)
class Run:
    """The inside of a talk while its flow runs."""

    flow: Flow
    state: State
    event: Event | None
    moment: Moment
    store: Store | None
    wrote: Callable[[], bool]
    answers: dict[str, Any] = field(init=False)
    waiting: str | None = field(init=False)
    draft: Any = field(init=False)
    tries: int = field(init=False)
    visited: list[str] = field(default_factory=list)
    preface: list[Message] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    edit: Edit | None = None
    asked: bool = False
    toast: str = ""
    replaying: bool = True
    clear_share: bool = False

    def __post_init__(self) -> None:
        self.answers = dict(self.state.answers)
        self.waiting = self.state.waiting
        self.draft = self.state.draft
        self.tries = self.state.tries

    # What flows call, through Talk.

    def say(self, message: Message) -> None:
        """Keep `message` for the end of the turn; while replaying it may still be dropped."""
        self.said.append(message)

    def answered(self, key: str) -> bool:
        """Whether this talk holds an answer to `key`."""
        return key in self.answers

    def put(self, question: Question) -> Any:
        """The stored answer to `question`, or a `Pause` once it was asked."""
        key = question.key
        if key in self.visited:
            raise FlowError(f"{self.flow.name} asks {key!r} twice")
        if key in self.answers:
            stored = self.answers[key]
            if (stored == SKIPPED and question.optional) or question.fits(stored):
                return self._pass(key, stored)
            del self.answers[key]
        if key == self.waiting and self.event is not None:
            event, self.event = self.event, None
            self.said.clear()
            self._guard(question)
            self._take(question, event)
            self.replaying = False
            return self._pass(key, self.answers[key])
        self._guard(question)
        return self._ask(question)

    def change(self, key: str, controls: Sequence[str]) -> NoReturn:
        """Take `key` out of the answers and run again; back puts it in again."""
        for control in (*controls, *(f"{control}.which" for control in controls)):
            self._forget(control)
        self._open_again(key)
        raise _Rerun

    def again(self, key: str) -> NoReturn:
        """Drop `key` and all after it, and run again."""
        keys = list(self.answers)
        for later in keys[keys.index(key) :] if key in keys else []:
            self._forget(later)
        self._reset(None)
        self.replaying = True
        raise _Rerun

    # How an event is taken.

    def prepare(self) -> None:
        """Turn events that are about the talk itself into a change of its answers."""
        match self.event:
            case Begin():
                self.event = None
                self.replaying = False
                if self.store is not None:
                    self.answers.update(self.store.load())
            case StartOver():
                for key in list(self.answers):
                    self._forget(key)
                self._reset(None)
                self.replaying = False
            case Back():
                self._step_back()
            case Change(key):
                if key in self.answers:
                    self._open_again(key)
                self.event = Repeat()
            case UseHeld():
                self.event = Heard(phrases.NOWHERE, self._let_go())
            case Heard() as heard if "held" in (self.draft or {}):
                self._resume(heard)
            case Repeat():
                self._let_go()
            case _:
                pass

    def _resume(self, heard: Heard) -> None:
        """Take a typed alternative to the buttons of "shall we go on?"; other text answers."""
        held = self._let_go()
        match match(heard.text, keyboards.resume_options(held)):
            case "go":
                self.event = Repeat()
            case "use":
                self.event = Heard(phrases.NOWHERE, held)
            case "over":
                self.event = StartOver()
                self.prepare()
            case _:
                pass

    def _let_go(self) -> str:
        """What was typed after a pause, taken out of the draft; empty when nothing was."""
        draft = dict(self.draft or {})
        held = str(draft.pop("held", ""))
        self.draft = draft or None
        return held

    def _step_back(self) -> None:
        self.event = Repeat()
        if isinstance(self.draft, dict) and "was" in self.draft and self.waiting is not None:
            self._keep(self.waiting, self.draft["was"])
            self._reset(None)
        elif self.answers:
            last = list(self.answers)[-1]
            self._forget(last)
            self._reset(last)
        else:
            self.preface.append(Message(phrases.first_question()))

    def _open_again(self, key: str) -> None:
        was = self.answers.pop(key)
        self._reset(key)
        self.draft = {"was": was, **({"ticked": was} if isinstance(was, list) else {})}
        self.event = Repeat()
        self.replaying = True

    def _reset(self, waiting: str | None) -> None:
        self.waiting = waiting
        self.draft = None
        self.tries = 0
        if waiting is None:
            self.event = None

    def _forget(self, key: str) -> None:
        if self.answers.pop(key, None) is not None and self.store is not None:
            self.store.drop(key)

    def _keep(self, key: str, value: Any) -> None:
        self.answers[key] = value
        if self.store is not None:
            self.store.save(key, value)

    def _pass(self, key: str, stored: Any) -> Any:
        self.visited.append(key)
        if self.replaying:
            self.said.clear()
        return stored

    def _guard(self, question: Question) -> None:
        if self.wrote():
            raise FlowError(f"{self.flow.name} wrote before it asked {question.key!r}")

    def _take(self, question: Question, event: Event) -> None:
        match event:
            case Skip():
                self._skip(question)
            case Heard() | Shared() | Picked():
                self._ask_first(question, event)
                self._answer(question, event)
            case _:
                self._ask(question)

    def _skip(self, question: Question) -> None:
        if not question.optional:
            self.say(Message(phrases.needed()))
            self._ask(question)
        self._accept(question, SKIPPED, phrases.skipped(question.text))

    def _answer(self, question: Question, given: Given) -> None:
        match question.take(given, self.draft, self.moment):
            case Value(encoded):
                shown = ""
                if isinstance(given, Picked) or question.rows(None):
                    shown = phrases.answered(question.text, isolate(question.shown(encoded), 300))
                self._accept(question, encoded, shown)
            case Ticked(draft):
                self.draft = {**(self.draft or {}), **draft}
                self.edit = Edit(question.text, self._message(question))
                raise Pause
            case Doubt(text, draft):
                self.draft = draft
                self._show(self._message(question, text))
            case Wrong(text):
                self._wrong(question, given, text)

    def _accept(self, question: Question, value: Any, shown: str) -> None:
        self._keep(question.key, value)
        if self.state.question is not None and self._has_buttons(question):
            self.edit = Edit(question.text, Message(shown)) if shown else NO_BUTTONS
        self.clear_share = bool(question.wanted)
        self.waiting = None
        self.draft = None
        self.tries = 0

    def _wrong(self, question: Question, given: Given, text: str) -> NoReturn:
        if isinstance(given, Picked):
            self.toast = text
            raise Pause
        if isinstance(given, Shared) and given.album:
            if (self.draft or {}).get("album") == given.album:
                raise Pause
            self.draft = {**(self.draft or {}), "album": given.album}
        self.draft = {k: v for k, v in (self.draft or {}).items() if k != "mean"} or None
        self.tries += 1
        example = question.example()
        if self.tries == 1:
            self.say(Message(text))
            raise Pause
        if self.tries == 2 and example:
            self._show(self._message(question, phrases.for_example(text, example)))
        out = phrases.way_out_skip(text) if question.optional else phrases.way_out(text)
        self._show(self._message(question, out if self.tries > 2 else text, human=self.tries > 2))

    def _ask_first(self, question: Question, given: Given) -> None:
        """Ask "go on, or start over?" when text comes long after the question was asked."""
        if not isinstance(given, Heard) or given.origin is phrases.NOWHERE or self.flow.plain:
            return
        if self.moment.now - self.state.last_activity < PAUSE or question.obvious(given):
            return
        self.draft = {**(self.draft or {}), "held": given.text}
        title = _(self.flow.title)
        self._show(Message(phrases.resume(title), keyboards.resume(self.state.id, given.text)))

    # How a question is shown.

    def _has_buttons(self, question: Question) -> bool:
        if question.wanted:
            return False
        return not self.flow.plain or bool(question.rows(self.state.draft))

    def _message(self, question: Question, text: str = "", *, human: bool = False) -> Message:
        rows = keyboards.question(self.state.id, question.key, question.rows(self.draft))
        if not self.flow.plain and not question.wanted:
            rows += keyboards.footer(
                self.state.id,
                back=bool(self.answers) or "was" in (self.draft or {}),
                skip=question.optional,
                later=self.store is not None,
                human=human,
            )
        return Message(text or question.text, rows, share=question.wanted)

    def _ask(self, question: Question) -> NoReturn:
        if self.waiting != question.key:
            self._reset(question.key)
        self._show(self._message(question))

    def _show(self, message: Message) -> NoReturn:
        """Make `message` the open question; the one shown before loses its buttons."""
        self.said.append(message)
        self.asked = True
        if self.edit is None and self.state.question is not None and not self.flow.plain:
            self.edit = NO_BUTTONS
        raise Pause


def take_turn(run: Run, make_talk: Callable[[Run], Any], tx: Any) -> Outcome:
    """Run the flow until it pauses or ends; errors of the flow itself go through."""
    run.prepare()
    then: Then | None = None
    for _round in range(5):
        run.visited.clear()
        run.said.clear()
        try:
            result = run.flow.run(make_talk(run), tx, **run.state.arguments)
        except Pause:
            return _paused(run)
        except _Rerun:
            continue
        then = result if isinstance(result, Then) else None
        if run.store is not None:
            run.store.finish(run.visited)
        return Outcome(None, _spoken(run), run.edit, toast=run.toast, then=then)
    raise FlowError(f"{run.flow.name} changes its own answers without end")


def _paused(run: Run) -> Outcome:
    rest = [key for key in run.answers if key not in run.visited]
    ordered = tuple((key, run.answers[key]) for key in [*rest, *run.visited])
    state = replace(
        run.state,
        answers=ordered,
        waiting=run.waiting,
        draft=run.draft,
        tries=run.tries,
        last_activity=run.moment.now,
    )
    return Outcome(state, _spoken(run), run.edit, run.asked, run.toast)


def _spoken(run: Run) -> list[Message]:
    messages = joined([*run.preface, *run.said])
    if run.clear_share and messages and not messages[0].rows and not messages[0].share:
        messages[0] = replace(messages[0], clear_share=True)
    return messages
