"""Who comes to a meeting: yes with seats, maybe or no.

The seats of all that say yes never exceed the capacity. Every verb that writes holds the meeting
first, so that what it counts cannot change before it has written; a second press changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from storage import meetings
from storage.meetings import Answer, Meeting
from storage.tables import rsvps
from storage.transaction import Insert, Prepared, Tx

MOST_SEATS: Final = 5
"""The largest party that one person can sign up."""


@dataclass(frozen=True, slots=True)
class Rsvp:
    """What one person said; `changed` is when the answer became what it is.

    `name` is what a visitor wants to be called there; `version` is that of the meeting they saw.
    """

    meeting: int
    person: int
    answer: str
    seats: int
    changed: datetime
    name: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Party:
    """Who wants how many seats, their own included."""

    person: int
    seats: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Seated:
    """The seats are theirs."""

    seats: int


@dataclass(frozen=True, slots=True)
class Full:
    """Not so many seats are left; `left` of them could be theirs, what they hold included."""

    left: int


class Why(StrEnum):
    """Why nobody can sign up any more."""

    CANCELLED = "cancelled"
    BEGUN = "begun"
    OVER = "over"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Closed:
    """It is too late to sign up."""

    why: Why


_COLUMNS: Final = tuple(rsvps.c[field.name] for field in fields(Rsvp))

_FIND: Final = select(*_COLUMNS).where(
    rsvps.c.meeting == bindparam("meeting"), rsvps.c.person == bindparam("person")
)
_ANSWERS: Final = select(*_COLUMNS).where(
    rsvps.c.person == bindparam("person"),
    rsvps.c.meeting.in_(bindparam("meetings", expanding=True)),
)
_TAKEN: Final = (
    select(rsvps.c.meeting, func.sum(rsvps.c.seats))
    .where(rsvps.c.meeting.in_(bindparam("meetings", expanding=True)), rsvps.c.answer == Answer.YES)
    .group_by(rsvps.c.meeting)
)


def find(tx: Tx, meeting: int, person: int) -> Rsvp | None:
    """What this person said to this meeting."""
    row: Sequence[Any] | None = tx.execute(_FIND, {"meeting": meeting, "person": person}).first()
    return Rsvp(*row) if row is not None else None


def answers(tx: Tx, person: int, of: Iterable[int]) -> Mapping[int, Rsvp]:
    """What this person said to each of these meetings, as far as they did."""
    rows: Iterable[Sequence[Any]] = tx.execute(_ANSWERS, {"person": person, "meetings": list(of)})
    return {row[0]: Rsvp(*row) for row in rows}


def taken(tx: Tx, of: Iterable[int]) -> Mapping[int, int]:
    """How many seats are taken in each of these meetings."""
    wanted = list(of)
    counted: Iterable[Sequence[Any]] = tx.execute(_TAKEN, {"meetings": wanted})
    return dict.fromkeys(wanted, 0) | {row[0]: int(row[1]) for row in counted}


def left(tx: Tx, meeting: Meeting, held: Rsvp | None) -> int | None:
    """How many seats could be one person's, with those they hold; None: there is no limit."""
    if meeting.capacity is None:
        return None
    free = meeting.capacity - taken(tx, [meeting.id])[meeting.id]
    return max(free, 0) + (held.seats if held else 0)


def closed(meeting: Meeting, now: datetime) -> Why | None:
    """Why nobody can sign up any more; None while they can."""
    if meeting.is_cancelled:
        return Why.CANCELLED
    if meeting.starts <= now:
        return Why.OVER if meeting.ends <= now else Why.BEGUN
    if meeting.deadline is not None and meeting.deadline <= now:
        return Why.DEADLINE
    return None


def claim(tx: Tx, meeting: int, party: Party, now: datetime) -> Seated | Full | Closed:
    """Give a party its seats, all or none; who has some already keeps them if it cannot be.

    Fewer seats than before are always given while the meeting is to come. Raises ValueError for a
    party of none, or of more than `MOST_SEATS`.
    """
    if not 1 <= party.seats <= MOST_SEATS:
        raise ValueError("a party has 1 to 5 seats")
    planned = meetings.locked(tx, meeting)
    held = find(tx, meeting, party.person)
    mine = held.seats if held else 0
    why = closed(planned, now)
    if why is not None and not (why is Why.DEADLINE and party.seats <= mine):
        return Closed(why)
    free = left(tx, planned, held)
    if free is not None and party.seats > free:
        return Full(free)
    _keep(tx, planned, held, Rsvp(meeting, party.person, Answer.YES, party.seats, now, party.name))
    return Seated(party.seats)


def maybe(tx: Tx, meeting: int, person: int, now: datetime) -> Closed | None:
    """Note that somebody may come, which holds no seat; None: it is noted."""
    return _without_seats(tx, meeting, person, Answer.MAYBE, now)


def withdraw(tx: Tx, meeting: int, person: int, now: datetime) -> Closed | None:
    """Note that somebody does not come and free their seats; None: it is noted.

    Possible until the meeting begins, also after the deadline.
    """
    return _without_seats(tx, meeting, person, Answer.NO, now)


def _without_seats(
    tx: Tx, meeting: int, person: int, answer: Answer, now: datetime
) -> Closed | None:
    planned = meetings.locked(tx, meeting)
    why = closed(planned, now)
    if why is not None and not (why is Why.DEADLINE and answer is Answer.NO):
        return Closed(why)
    held = find(tx, meeting, person)
    _keep(tx, planned, held, Rsvp(meeting, person, answer, 0, now))
    return None


@Prepared
def _upsert(tx: Tx) -> Insert:
    made = tx.insert(rsvps)
    new = {n: made.excluded[n] for n in ("answer", "seats", "name", "version", "changed")}
    return made.on_conflict_do_update(index_elements=["meeting", "person"], set_=new)


def _keep(tx: Tx, meeting: Meeting, held: Rsvp | None, said: Rsvp) -> None:
    now = said.changed
    said = replace(said, version=meeting.version)
    if held is not None:
        since = held.changed if held.answer == said.answer else now
        said = replace(said, name=said.name or held.name, changed=since)
    if said != held:
        values = {field.name: getattr(said, field.name) for field in fields(Rsvp)}
        tx.execute(_upsert, {**values, "created": now})
