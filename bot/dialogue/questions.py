"""The kinds of question: how each takes an answer, and what it offers to press.

What a question takes is one of four: a `Value` to keep, something `Wrong`, a `Doubt` to be settled
first ("did you mean"), or `Ticked`, the same question with other marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.dialogue import phrases
from bot.dialogue.answers import Check, Invalid, Unsure
from bot.dialogue.choices import match, match_many
from bot.dialogue.language import _
from bot.dialogue.messages import Heard, Shared, Wanted

DONE = ".done"
NONE_OF_THESE = ".none"


@dataclass(frozen=True, slots=True)
class Picked:
    """A button of a question: the option's key."""

    option: str


Given = Heard | Shared | Picked


@dataclass(frozen=True, slots=True)
class Value:
    """An accepted answer, encoded for the talk row."""

    encoded: Any


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, as a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question back, with what it may be kept in the draft."""

    text: str
    draft: Any


@dataclass(frozen=True, slots=True)
class Ticked:
    """The marks have changed; the same message shows them."""

    draft: Any


Taken = Value | Wrong | Doubt | Ticked
Rows = list[list[tuple[str, str]]]
"""Rows of (label, option)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When an answer was given, in real zones: what "tomorrow" means."""

    now: datetime
    zone: ZoneInfo


class Question(Protocol):
    """What the run asks of every kind of question."""

    @property
    def key(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def optional(self) -> bool: ...
    @property
    def wanted(self) -> tuple[tuple[Wanted, str], ...]: ...
    def fits(self, stored: Any) -> bool: ...
    def take(self, given: Given, draft: Any, moment: Moment) -> Taken: ...
    def rows(self, draft: Any) -> Rows: ...
    def shown(self, stored: Any) -> str: ...
    def obvious(self, given: Heard) -> bool: ...
    def example(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Open:
    """A typed or shared answer, read by a check; `suggestions` can be pressed instead."""

    key: str
    text: str
    check: Check[Any]
    optional: bool = False
    suggestions: Sequence[str] = ()

    @property
    def wanted(self) -> tuple[tuple[Wanted, str], ...]:
        """The share buttons of the reply keyboard."""
        return tuple((wanted, phrases.share(wanted)) for wanted in self.check.wanted)

    def fits(self, stored: Any) -> bool:
        """Whether the stored value can still be decoded (a municipality may be gone)."""
        try:
            self.check.decode(stored)
        except (KeyError, TypeError, ValueError):
            return False
        return True

    def take(self, given: Given, draft: Any, moment: Moment) -> Taken:
        """Settle an open doubt first; otherwise read what was given."""
        meant: list[list[Any]] = (draft or {}).get("mean", [])
        if isinstance(given, Picked):
            return self._picked(given.option, meant, moment)
        if meant and isinstance(given, Heard):
            option = self._typed(given.text, meant)
            if option is not None:
                return self._picked(option, meant, moment)
        found = self.check.read(given, moment.now, moment.zone)
        match found:
            case Invalid(text):
                return Wrong(text)
            case Unsure(values):
                kept = [[self.check.encode(value), self.check.show(value)] for value in values]
                return Doubt(phrases.did_you_mean([label for _, label in kept]), {"mean": kept})
            case _:
                return Value(self.check.encode(found))

    def _picked(self, option: str, meant: list[list[Any]], moment: Moment) -> Taken:
        if option == NONE_OF_THESE:
            return Doubt(phrases.type_again(), None)
        kind, number = option[:1], option[1:]
        position = int(number) if number.isdigit() and len(number) < 3 else len(meant) + 99
        if kind == "m" and position < len(meant):
            return Value(meant[position][0])
        if kind == "s" and position < len(self.suggestions):
            found = self.check.read(
                Heard(phrases.NOWHERE, self.suggestions[position]), moment.now, moment.zone
            )
            return Value(self.check.encode(found))
        return Wrong(phrases.choice_gone())

    def _typed(self, text: str, meant: list[list[Any]]) -> str | None:
        yes = phrases.said_yes(text) if len(meant) == 1 else None
        if yes is not None:
            return "m0" if yes else NONE_OF_THESE
        return match(text, {key: label for label, key in self._meant(meant)})

    def _meant(self, meant: list[list[Any]]) -> list[tuple[str, str]]:
        if len(meant) == 1:
            return [(_("Yes"), "m0"), (_("No"), NONE_OF_THESE)]
        named = [(str(label), f"m{n}") for n, (_value, label) in enumerate(meant)]
        return [*named, (_("None of these"), NONE_OF_THESE)]

    def rows(self, draft: Any) -> Rows:
        """What may be meant, or the suggestions."""
        if meant := (draft or {}).get("mean"):
            return [[choice] for choice in self._meant(meant)]
        return [[(label, f"s{n}")] for n, label in enumerate(self.suggestions)]

    def shown(self, stored: Any) -> str:
        """The answer in words."""
        return self.check.show(self.check.decode(stored))

    def obvious(self, given: Heard) -> bool:
        """Free text is never obviously an answer to an old question."""
        return False

    def example(self) -> str:
        """An example of an answer; empty when there is none."""
        return _(self.check.example) if self.check.example else ""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One choice; with `yes_or_no` its options are `yes` and `no`, and the bare words count."""

    key: str
    text: str
    options: Mapping[str, str]
    optional: bool = False
    columns: int = 1
    yes_or_no: bool = False

    @property
    def wanted(self) -> tuple[tuple[Wanted, str], ...]:
        """Nothing to share."""
        return ()

    def fits(self, stored: Any) -> bool:
        """Whether the option is still offered."""
        return isinstance(stored, str) and stored in self.options

    def take(self, given: Given, draft: Any, moment: Moment) -> Taken:
        """A pressed or typed option."""
        match given:
            case Picked(option):
                fits = option in self.options
                return Value(option) if fits else Wrong(phrases.choice_gone())
            case Heard():
                typed = self._typed(given)
                return Value(typed) if typed is not None else Wrong(phrases.choose_one())
            case Shared(kind=kind):
                return Wrong(phrases.choose_instead(kind))

    def _typed(self, given: Heard) -> str | None:
        found = match(given.text, self.options)
        said = phrases.said_yes(given.text) if self.yes_or_no and found is None else None
        if said is None:
            return found
        return "yes" if said else "no"

    def rows(self, draft: Any) -> Rows:
        """The options, so many in a row."""
        every = [(label, option) for option, label in self.options.items()]
        return [every[n : n + self.columns] for n in range(0, len(every), self.columns)]

    def shown(self, stored: Any) -> str:
        """The label of the option."""
        return self.options[stored]

    def obvious(self, given: Heard) -> bool:
        """Whether the words are one of the options."""
        return self._typed(given) is not None

    def example(self) -> str:
        """An option's words."""
        return next(iter(self.options.values()), "")


@dataclass(frozen=True, slots=True)
class Several:
    """Several choices: one message whose marks are edited until "done"; 0 in `at_most`: all."""

    key: str
    text: str
    options: Mapping[str, str]
    optional: bool = False
    at_most: int = 0

    @property
    def wanted(self) -> tuple[tuple[Wanted, str], ...]:
        """Nothing to share."""
        return ()

    def fits(self, stored: Any) -> bool:
        """Whether all options are still offered."""
        return isinstance(stored, list) and all(option in self.options for option in stored)

    def take(self, given: Given, draft: Any, moment: Moment) -> Taken:
        """A tick, the end of ticking, or a typed list that is taken at once."""
        ticked = [o for o in (draft or {}).get("ticked", []) if o in self.options]
        match given:
            case Picked(option) if option == DONE:
                return self._accept(ticked)
            case Picked(option):
                return self._tick(option, ticked)
            case Heard(text=text):
                if match(text, {DONE: _("Done")}) == DONE and not text.strip().isdigit():
                    return self._accept(ticked)
                found = match_many(text, self.options, [_("and"), "&"])
                return self._accept(found) if found is not None else Wrong(phrases.choose_some())
            case Shared(kind=kind):
                return Wrong(phrases.choose_instead(kind))

    def _accept(self, chosen: list[str]) -> Taken:
        if not chosen and not self.optional:
            return Wrong(phrases.choose_at_least_one())
        if self.at_most and len(chosen) > self.at_most:
            return Wrong(phrases.choose_at_most(self.at_most))
        return Value([option for option in self.options if option in chosen])

    def _tick(self, option: str, ticked: list[str]) -> Taken:
        if option not in self.options:
            return Wrong(phrases.choice_gone())
        if option in ticked:
            return Ticked({"ticked": [o for o in ticked if o != option]})
        if self.at_most and len(ticked) >= self.at_most:
            return Wrong(phrases.choose_at_most(self.at_most))
        return Ticked({"ticked": [*ticked, option]})

    def rows(self, draft: Any) -> Rows:
        """Each option with its mark, and "done"."""
        ticked = (draft or {}).get("ticked", [])
        marked = [
            [(("☑ " if option in ticked else "☐ ") + label, option)]
            for option, label in self.options.items()
        ]
        done = phrases.done(len([o for o in ticked if o in self.options]))
        return [*marked, [(done, DONE)]]

    def shown(self, stored: Any) -> str:
        """The labels chosen, one a line, or a word for none."""
        return "\n".join(self.options[o] for o in stored) or _("Nothing")

    def obvious(self, given: Heard) -> bool:
        """Whether the words are among the options."""
        return match_many(given.text, self.options, [_("and"), "&"]) is not None

    def example(self) -> str:
        """Two options' words, as one types them."""
        return ", ".join(list(self.options.values())[:2])
