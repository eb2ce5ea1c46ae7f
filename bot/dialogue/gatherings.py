"""How meetings are spoken of, in words that several flows share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Protocol

from bot.dialogue.language import N_, _, isolate, when

LONGEST_TITLE: Final = 150
LONGEST_PLACE: Final = 200
LONGEST_TEXT: Final = 1200

NEEDS: Final[Mapping[str, str]] = {
    "wheelchair": N_("I use a wheelchair, or walk with difficulty"),
    "interpreter": N_("I need an interpreter"),
    "childcare": N_("I need childcare"),
    "diet": N_("I may not eat everything"),
}
"""What people may need to be able to come; the host alone sees who does."""


class Planned(Protocol):
    """What is said of a meeting here."""

    @property
    def title(self) -> str: ...
    @property
    def starts(self) -> datetime: ...
    @property
    def zone(self) -> str: ...
    @property
    def place(self) -> str | None: ...


def title(meeting: Planned) -> str:
    """The title, cut where it is too long, and kept apart from the sentence around it."""
    return isolate(meeting.title, LONGEST_TITLE)


def place(meeting: Planned) -> str:
    """Where it is, or nothing."""
    return isolate(meeting.place, LONGEST_PLACE) if meeting.place else ""


def starts(meeting: Planned, now: datetime) -> str:
    """When it starts, in words and in its own wall time."""
    return when(meeting.starts, meeting.zone, now)


def need_names(keys: Iterable[str]) -> list[str]:
    """What somebody needs, in words; needs of an older release are left out."""
    return [_(NEEDS[key]) for key in keys if key in NEEDS]
