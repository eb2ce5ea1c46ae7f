"""Checks: what a person sends becomes a value, `Invalid` with what is wrong, or `Unsure`.

Values are stored encoded and never parsed a second time: `dinsdag` typed on Monday must not become
another day on Wednesday.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from unicodedata import category
from zoneinfo import ZoneInfo

from bot.dialogue.language import _
from bot.dialogue.messages import Heard, Kind, Shared, Wanted

T = TypeVar("T")

_UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Zs")


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong and how it should look, in the person's language."""

    text: str


@dataclass(frozen=True, slots=True)
class Unsure(Generic[T]):
    """It may be one of these; the person is asked which."""

    values: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """How one kind of answer is read, stored and shown; to some a bare "no" is a skip."""

    read: Callable[[Heard | Shared, datetime, ZoneInfo], T | Invalid | Unsure[T]]
    encode: Callable[[T], Any]
    decode: Callable[[Any], T]
    show: Callable[[T], str]
    example: str = ""
    wanted: tuple[Wanted, ...] = ()
    no_skips: bool = False


def same(value: T) -> T:
    """What is kept as it is."""
    return value


def as_text(stored: Any) -> str:
    """A stored text; TypeError for anything else."""
    if not isinstance(stored, str):
        raise TypeError("what is stored is no text")
    return stored


def of_text(
    read: Callable[[str], T | Invalid],
) -> Callable[[Heard | Shared, datetime, ZoneInfo], T | Invalid]:
    """A check of typed text: anything else gets a sentence saying what is needed."""

    def reading(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> T | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        return read(given.text.strip())

    return reading


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: spaces, direction marks and the like."""
    return all(category(character) in _UNSEEN for character in text)


def not_text(kind: Kind) -> str:
    """The sentence for a sticker, voice note or picture where typed text is asked."""
    match kind:
        case Kind.STICKER:
            return _("That is a sticker. I cannot read it. Please type your answer.")
        case Kind.VOICE:
            return _("That is a voice message. I cannot listen to it. Please type your answer.")
        case Kind.PHOTO:
            return _("That is a photo. Please type your answer.")
        case Kind.CONTACT | Kind.LOCATION | Kind.DOCUMENT | Kind.OTHER:
            return _("I cannot read that here. Please type your answer.")
