"""Neighbourhoods as people name them: each types the name of theirs as they like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue.checks import Check, Invalid, not_text
from bot.dialogue.choices import match, plain
from bot.dialogue.language import _, isolate
from bot.dialogue.messages import Heard, Shared

MOST_SUGGESTED: Final = 6


def suggested(named: Sequence[str]) -> list[str]:
    """The first few names, each once however it is written."""
    spelled: dict[str, str] = {}
    for name in named:
        spelled.setdefault(plain(name), name)
    return list(spelled.values())[:MOST_SUGGESTED]


def one_of(named: Sequence[str]) -> Check[str]:
    """One of the neighbourhoods that people named, typed nearly like that."""
    labels = {plain(name): name for name in reversed(named)}

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> str | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        said = plain(given.text)
        found = said if said in labels else match(given.text, labels)
        if found is None:
            return Invalid(_("I know nobody who lives there. Type it as people there call it."))
        return labels[found]

    return Check(read, str, str, lambda name: isolate(name, 60))


def alike(name: str, named: Sequence[str]) -> list[str]:
    """All ways of writing this name that people used."""
    return [one for one in named if plain(one) == plain(name)]
