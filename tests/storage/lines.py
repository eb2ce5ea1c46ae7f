"""Full meetings and those who stand in line for them, for tests."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage import Tx, meetings, rsvps, tables, waiting
from storage import line as waiting_line
from storage.meetings import Kind, Meeting
from storage.rsvps import Party
from tests.storage.planning import NOW, plan, somebody

SOON = timedelta(minutes=5)


def full(tx: Tx, /, capacity: int = 1, **known: Any) -> Meeting:
    """A meeting whose seats are all taken by `host 0`, `host 1` ..., one each."""
    made = plan(tx, capacity=capacity, **known)
    for number in range(capacity):
        rsvps.claim(tx, made.id, Party(somebody(tx, f"host {number}"), 1), NOW)
    return made


def queue(tx: Tx, /, meeting: int, *sizes: int, now: datetime = NOW) -> list[int]:
    """New people who line up one after another, with so many seats each."""
    people = [somebody(tx, f"{meeting} waits {number}") for number in range(len(sizes))]
    for person, seats in zip(people, sizes, strict=True):
        outcome = rsvps.claim(tx, meeting, Party(person, seats, f"P{person}"), now)
        assert isinstance(outcome, rsvps.Waiting), outcome
    return people


def sign_off(tx: Tx, /, meeting: int, number: int = 0, now: datetime = NOW) -> None:
    """One of those who took a seat in `full` gives it back."""
    assert rsvps.withdraw(tx, meeting, somebody(tx, f"host {number}"), now) is None


def a_day(tx: Tx, /, *capacities: int | None, **known: Any) -> list[Meeting]:
    """The places of a day, and its evening, for which there is always room."""
    day = plan(tx, "day", kind=Kind.DAY, **known)
    places = [
        plan(tx, f"place {number}", kind=Kind.PLACE, day=day.id, capacity=capacity, **known)
        for number, capacity in enumerate(capacities)
    ]
    return [*places, plan(tx, "evening", kind=Kind.PART, day=day.id, **known)]


def states(tx: Tx, meeting: int) -> list[str]:
    """What became of everybody who ever lined up, in that order."""
    row = tables.waiting_list.c
    return list(
        tx.execute(select(row.state).where(row.meeting == meeting).order_by(row.id)).scalars()
    )


def until(tx: Tx, meeting: int, person: int) -> datetime:
    """The end of the offer that somebody has."""
    entry = waiting.entry(tx, meeting, person)
    assert entry is not None
    assert entry.offer_until is not None
    return entry.offer_until


def notices(tx: Tx) -> list[tuple[str, Any, datetime]]:
    """What was promised about lines: the renderer, the person, and when it is due."""
    row = tables.outbox.c
    found = select(row.renderer, row.arguments, row.due).order_by(row.id)
    rows: list[Any] = list(tx.execute(found))
    about = (waiting_line.OFFER, waiting_line.MOVED_UP, waiting_line.OFFER_EXPIRED)
    return [(name, given["person"], due) for name, given, due in rows if name in about]


def holds(tx: Tx, person: int, *of: int) -> list[int]:
    """How many seats somebody has at each of these meetings."""
    said = rsvps.answers(tx, person, of)
    return [said[meeting].seats if meeting in said else 0 for meeting in of]


def begin_of(tx: Tx, meeting: int) -> datetime:
    """When a meeting starts."""
    found = meetings.find(tx, meeting)
    assert found is not None
    return found.starts
