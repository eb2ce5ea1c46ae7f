"""People and meetings for tests of what is kept about them."""

from datetime import datetime, timedelta
from typing import Any

from storage import Tx, meetings, people
from storage.meetings import Meeting, MeetingFacts

NOW = datetime.fromisoformat("2027-03-01T11:00:00+00:00")
"""Monday 1 March 2027, noon in Amsterdam."""


def wall(text: str) -> datetime:
    """A wall time, which has no zone of its own."""
    return datetime.fromisoformat(text)


def facts(key: str = "walk", *, days: float = 14, **known: Any) -> MeetingFacts:
    """A meeting at half past seven in the evening, so many days after `NOW`."""
    start = wall("2027-03-01T19:30") + timedelta(days=days)
    planned = {"title": "A walk", "start": start, "end": start + timedelta(hours=2), **known}
    return MeetingFacts(key=key, **planned)


def plan(tx: Tx, /, key: str = "walk", *, now: datetime = NOW, **known: Any) -> Meeting:
    return meetings.put(tx, facts(key, **known), now)


def somebody(tx: Tx, /, name: str = "noor", now: datetime = NOW) -> int:
    return people.arrive(tx, f"telegram:{name}", "nl", now).id


def crowd(tx: Tx, /, size: int) -> list[int]:
    return [somebody(tx, f"person {number}") for number in range(size)]
