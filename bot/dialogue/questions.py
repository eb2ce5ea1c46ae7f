"""The kinds of question: typed or shared, one choice, several choices.

A question is made anew at every turn, with the texts and options of that turn. What it stores must
fit what it offers then; a stored choice that is no longer offered is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.dialogue import phrases
from bot.dialogue.checks import Check, Invalid, Unsure
from bot.dialogue.choices import match, match_inside, match_many, plain
from bot.dialogue.exchange import (
    Doubt,
    Draft,
    Given,
    Moment,
    Picked,
    Question,
    Rows,
    Taken,
    Ticked,
    Value,
    Wrong,
)
from bot.dialogue.language import _
from bot.dialogue.messages import Heard, Shared, Wanted

__all__ = ["DONE", "NONE_OF_THESE", "OneOf", "Open", "Question", "Several"]

DONE = ".done"
NONE_OF_THESE = ".none"


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

    def is_skipped_by(self, text: str) -> bool:
        """Whether these words say that there is nothing to tell."""
        return self.optional and self.check.no_skips and phrases.said_nobody(text)

    def take(self, given: Given, draft: Draft, moment: Moment) -> Taken:
        """Settle an open doubt first; otherwise read what was given."""
        meant: list[list[Any]] = draft.get("mean", [])
        if isinstance(given, Picked):
            return self._picked(given.option, meant, moment)
        if meant and isinstance(given, Heard):
            option = self._typed(given.text, meant)
            if option is not None:
                return self._picked(option, meant, moment)
        return self._read(given, moment)

    def _read(self, given: Heard | Shared, moment: Moment) -> Taken:
        found = self.check.read(given, moment.now, moment.zone)
        match found:
            case Invalid(text):
                return Wrong(text)
            case Unsure(values):
                kept = [[self.check.encode(value), self.check.show(value)] for value in values]
                return Doubt(_which(kept), {"mean": kept})
            case _:
                return Value(self.check.encode(found))

    def _picked(self, option: str, meant: list[list[Any]], moment: Moment) -> Taken:
        if option == NONE_OF_THESE:
            return Doubt(phrases.type_again(), {})
        kind, number = option[:1], option[1:]
        position = int(number) if number.isdecimal() and len(number) < 3 else 99
        if kind == "m" and position < len(meant):
            return Value(meant[position][0])
        if kind == "s" and position < len(self.suggestions):
            return self._read(Heard(phrases.NOWHERE, self.suggestions[position]), moment)
        return Wrong(phrases.choice_gone())

    def _typed(self, text: str, meant: list[list[Any]]) -> str | None:
        yes = phrases.said_yes(text) if len(meant) == 1 else None
        if yes is not None:
            return "m0" if yes else NONE_OF_THESE
        labels = {key: label for label, key in _meant(meant)}
        return match(text, labels) or match_inside(text, labels)

    def words(self, draft: Draft) -> str:
        """The question, or the doubt that is open."""
        return _which(draft["mean"]) if draft.get("mean") else self.text

    def rows(self, draft: Draft) -> Rows:
        """What may be meant, or the suggestions."""
        if meant := draft.get("mean"):
            return [[choice] for choice in _meant(meant)]
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


def _which(meant: Sequence[Sequence[Any]]) -> str:
    return phrases.did_you_mean([str(label) for _value, label in meant])


def _meant(meant: Sequence[Sequence[Any]]) -> list[tuple[str, str]]:
    if len(meant) == 1:
        return [(_("Yes"), "m0"), (_("No"), NONE_OF_THESE)]
    named = [(str(label), f"m{n}") for n, (_value, label) in enumerate(meant)]
    return [*named, (_("None of these"), NONE_OF_THESE)]


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

    def take(self, given: Given, draft: Draft, moment: Moment) -> Taken:
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

    def words(self, draft: Draft) -> str:
        """The question."""
        return self.text

    def rows(self, draft: Draft) -> Rows:
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

    def take(self, given: Given, draft: Draft, moment: Moment) -> Taken:
        """A tick, the end of ticking, or a typed list that is taken at once.

        A typed list adds to what was ticked, but replaces an answer that is being changed.
        """
        ticked = [o for o in draft.get("ticked", ()) if o in self.options]
        match given:
            case Picked(option) if option == DONE:
                return self._accept(ticked)
            case Picked(option):
                return self._tick(option, ticked)
            case Heard(text=text):
                if _says_done(text, len(ticked)):
                    return self._accept(ticked)
                found = self._typed(text)
                if found is None:
                    return Wrong(phrases.choose_some())
                return self._accept(found if "was" in draft else [*ticked, *found])
            case Shared(kind=kind):
                return Wrong(phrases.choose_instead(kind))

    def _typed(self, text: str) -> list[str] | None:
        return match_many(text, self.options, [_("and"), "&"])

    def _accept(self, chosen: list[str]) -> Taken:
        kept = [option for option in self.options if option in chosen]
        if not kept and not self.optional:
            return Wrong(phrases.choose_at_least_one())
        if self.at_most and len(kept) > self.at_most:
            return Wrong(phrases.choose_at_most(self.at_most))
        return Value(kept)

    def _tick(self, option: str, ticked: list[str]) -> Taken:
        if option not in self.options:
            return Wrong(phrases.choice_gone())
        if option in ticked:
            return Ticked({"ticked": [o for o in ticked if o != option]})
        if self.at_most and len(ticked) >= self.at_most:
            return Wrong(phrases.choose_at_most(self.at_most))
        return Ticked({"ticked": [*ticked, option]})

    def words(self, draft: Draft) -> str:
        """The question."""
        return self.text

    def rows(self, draft: Draft) -> Rows:
        """Each option with its mark, and "done"."""
        ticked = draft.get("ticked", ())
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
        return self._typed(given.text) is not None

    def example(self) -> str:
        """Two options' words, as one types them."""
        return ", ".join(list(self.options.values())[:2])


def _says_done(text: str, ticked: int) -> bool:
    """Whether the words are those on the button that ends ticking, with or without the count."""
    if plain(text).isdigit():
        return False
    return any(match(text, {DONE: label}) for label in (_("Done"), phrases.done(ticked)))
