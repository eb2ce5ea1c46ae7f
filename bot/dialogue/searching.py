"""A list to choose from in which typed words search.

A number, or the words of a control ("More"), chooses; all other words are for the flow to look up.
Words never choose by themselves: a list shows a part, and somebody else may have that name too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rapidfuzz import fuzz, process

from bot.dialogue import phrases
from bot.dialogue.choices import match, plain
from bot.dialogue.exchange import Draft, Given, Moment, Picked, Rows, Taken, Value, Wrong
from bot.dialogue.language import isolate
from bot.dialogue.messages import Heard, Shared, Wanted

CLOSE: Final = 80
"""How alike (0-100) a piece of a name must be to what was typed."""
LONGEST: Final = 60
_KEYS: Final = 40


@dataclass(frozen=True, slots=True)
class Chosen:
    """An option or a control, by its key; it need not be on offer any more."""

    key: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Words to look for."""

    words: str


@dataclass(frozen=True, slots=True)
class Search:
    """Options in rows of their own, each label beginning with its number; controls below them."""

    key: str
    text: str
    options: Mapping[str, str]
    controls: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False

    @property
    def wanted(self) -> tuple[tuple[Wanted, str], ...]:
        """Nothing to share."""
        return ()

    def fits(self, stored: Any) -> bool:
        """Whether it is what a search stores."""
        return isinstance(stored, list) and len(stored) == 2

    def take(self, given: Given, draft: Draft, moment: Moment) -> Taken:
        """A pressed or numbered option, a control, or words to look for."""
        match given:
            case Picked(option):
                known = len(option) <= _KEYS
                return Value(["key", option]) if known else Wrong(phrases.choice_gone())
            case Shared(kind=kind):
                return Wrong(phrases.choose_instead(kind))
            case Heard(text=text):
                return self._typed(text)

    def _typed(self, text: str) -> Taken:
        said = plain(text)
        if found := self._named(text, said):
            return Value(["key", found])
        return Value(["words", said[:LONGEST]]) if said else Wrong(phrases.choose_one())

    def _named(self, text: str, said: str) -> str | None:
        if said.isdecimal():
            return match(text, self.options)
        return next((key for key, label in self.controls.items() if plain(label) == said), None)

    def words(self, draft: Draft) -> str:
        """The question."""
        return self.text

    def rows(self, draft: Draft) -> Rows:
        """The options, then the controls two in a row."""
        controls = [(label, key) for key, label in self.controls.items()]
        every = [[(label, key)] for key, label in self.options.items()]
        return [*every, *(controls[n : n + 2] for n in range(0, len(controls), 2))]

    def shown(self, stored: Any) -> str:
        """The label that was chosen, or the words."""
        kind, value = stored
        labels = {**self.options, **self.controls}
        return labels.get(value, "…") if kind == "key" else isolate(value, LONGEST)

    def obvious(self, given: Heard) -> bool:
        """Whether it is a number or a control."""
        return self._named(given.text, plain(given.text)) is not None

    def example(self) -> str:
        """The first label."""
        return next(iter(self.options.values()), "")


def answered(stored: Any) -> Chosen | Sought:
    """What a search came to."""
    kind, value = stored
    return Chosen(value) if kind == "key" else Sought(value)


def nearest(said: str, names: Mapping[int, str], most: int) -> list[int]:
    """The keys of the names that begin with these words, or else are nearly them; best first."""
    wanted = plain(said).split()
    if not wanted:
        return []
    bare = {key: plain(name) for key, name in names.items()}
    found = [key for key, name in bare.items() if _begins(wanted, name.split())]
    if found:
        return sorted(found, key=lambda key: bare[key])[:most]
    alike = process.extract(
        " ".join(wanted), bare, scorer=fuzz.partial_ratio, score_cutoff=CLOSE, limit=most
    )
    return [key for _name, _score, key in alike]


def _begins(wanted: list[str], words: list[str]) -> bool:
    return all(any(word.startswith(one) for word in words) for one in wanted)
