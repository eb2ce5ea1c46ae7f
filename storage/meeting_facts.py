"""What is known of a meeting that is made or changed, and the columns that say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from storage import wall_time


class Status(StrEnum):
    """Whether a meeting takes place; a draft is seen by those who make it alone."""

    DRAFT = "draft"
    ON = "on"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a meeting is: one by itself, a day, or a place or part (an evening) of that day."""

    MEETING = "meeting"
    DAY = "day"
    PLACE = "place"
    PART = "part"


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What is known of a meeting that is made or changed; `key` says which one it is, if any.

    `start`, `end` and `deadline` are wall times in `zone`, without a zone of their own. The rest
    is as in `Meeting`; `day` is the number of the day that a place or part belongs to. `uid` is
    the name that a calendar it came from gave it; None: it gets one of its own.
    """

    key: str | None
    title: str
    start: datetime
    end: datetime
    zone: str = "Europe/Amsterdam"
    text: str = ""
    place: str | None = None
    municipality: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    accessibility: str = ""
    link: str | None = None
    capacity: int | None = None
    deadline: datetime | None = None
    audience: str = "all"
    languages: Sequence[str] = ("nl",)
    reminders: Sequence[str] | None = None
    host_name: str | None = None
    kind: Kind = Kind.MEETING
    day: int | None = None
    series: str | None = None
    status: Status = Status.ON
    publishes: datetime | None = None
    uid: str | None = None


_AS_GIVEN: Final = (
    "key", "kind", "series", "status", "publishes", "title", "text", "zone", "place",
    "municipality", "latitude", "longitude", "accessibility", "link", "capacity", "audience",
    "host_name",
)  # fmt: skip


def columns_of(facts: MeetingFacts) -> Mapping[str, Any]:
    """The columns that say so. Raises ValueError for an end that is not after the start."""
    deadline, reminders = facts.deadline, facts.reminders
    return {name: getattr(facts, name) for name in _AS_GIVEN} | {
        **times(facts.start, facts.end, facts.zone),
        "parent": facts.day,
        "deadline": wall_time.moment(deadline, facts.zone) if deadline else None,
        "languages": list(facts.languages),
        "reminders": list(reminders) if reminders is not None else None,
    }


def times(start: datetime, end: datetime, zone: str) -> Mapping[str, Any]:
    """The columns of wall times in `zone`. Raises ValueError for an end not after the start."""
    starts, ends = wall_time.moment(start, zone), wall_time.moment(end, zone)
    if ends <= starts:
        raise ValueError("a meeting ends after it starts")
    return {
        "starts": starts,
        "ends": ends,
        "wall_start": start.isoformat(timespec="minutes"),
        "wall_end": end.isoformat(timespec="minutes"),
    }
