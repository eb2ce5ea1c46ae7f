"""Who comes, counted and listed; and what somebody said no to.

Names and needs are for those who run the meeting, unless somebody chose to show their name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, func, not_, or_, select

from storage import line
from storage.meetings import Answer, Meeting, Status
from storage.tables import meetings as meetings_table
from storage.tables import people as people_table
from storage.tables import rsvps
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Counts:
    """How many said what; `seats` are those of all that come, `waiting` counts parties in line.

    `yes` are people who signed up themselves, `without_phone` those whom others signed up:
    not who walked in.
    """

    yes: int
    maybe: int
    no: int
    seats: int
    waiting: int
    without_phone: int


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who comes; `person` is None for somebody without a phone or who walked in."""

    rsvp_id: int
    person: int | None
    name: str
    seats: int
    needs: Sequence[str] | None
    needs_text: str | None
    came: datetime | None
    shows_name: bool


_COUNTS: Final = (
    select(
        rsvps.c.answer,
        func.count(),
        func.count(rsvps.c.person),
        func.sum(rsvps.c.seats),
        func.sum(case((and_(rsvps.c.person.is_(None), not_(rsvps.c.walked_in)), 1), else_=0)),
    )
    .where(rsvps.c.meeting == bindparam("meeting"))
    .group_by(rsvps.c.answer)
)
_DECLINED: Final = (
    select(*(meetings_table.c[field.name] for field in fields(Meeting)))
    .join(rsvps, rsvps.c.meeting == meetings_table.c.id)
    .where(
        rsvps.c.person == bindparam("person"),
        rsvps.c.answer == Answer.NO,
        meetings_table.c.starts > bindparam("now"),
        meetings_table.c.status == Status.ON,
        or_(meetings_table.c.publishes.is_(None), meetings_table.c.publishes <= bindparam("now")),
    )
    .order_by(meetings_table.c.starts, meetings_table.c.id)
)
_NAME: Final = func.coalesce(rsvps.c.name, people_table.c.name, "")
_ATTENDEES: Final = (
    select(
        rsvps.c.id,
        rsvps.c.person,
        _NAME,
        *(rsvps.c[name] for name in ("seats", "needs", "needs_text", "came", "shows_name")),
    )
    .select_from(rsvps.outerjoin(people_table, people_table.c.id == rsvps.c.person))
    .where(rsvps.c.meeting == bindparam("meeting"), rsvps.c.answer == Answer.YES)
)
_BY_NAME: Final = (
    _ATTENDEES.order_by(func.lower(_NAME), rsvps.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_ONE: Final = _ATTENDEES.where(rsvps.c.id == bindparam("row"))
_ADDED: Final = _ATTENDEES.where(
    rsvps.c.added_by == bindparam("by"), rsvps.c.person.is_(None)
).order_by(rsvps.c.id)


def added_by(tx: Tx, meeting_id: int, person: int) -> list[Attendee]:
    """Those without a phone whom somebody signed up, the first one first."""
    return _all(tx.execute(_ADDED, {"meeting": meeting_id, "by": person}))


def attendees(tx: Tx, meeting_id: int, *, limit: int, offset: int = 0) -> list[Attendee]:
    """Those who come, by name; somebody who never told theirs has an empty one."""
    wanted = {"meeting": meeting_id, "limit": limit, "offset": offset}
    return _all(tx.execute(_BY_NAME, wanted))


def attendee(tx: Tx, meeting_id: int, rsvp_id: int) -> Attendee | None:
    """One of those who come, by the number of their answer; None if they do not (any more)."""
    found = _all(tx.execute(_ONE, {"meeting": meeting_id, "row": rsvp_id}))
    return found[0] if found else None


def counts(tx: Tx, meeting_id: int) -> Counts:
    """How many said what."""
    rows: Iterable[Sequence[Any]] = tx.execute(_COUNTS, {"meeting": meeting_id})
    every, themselves, seats, by_others = dict.fromkeys(Answer, 0), 0, 0, 0
    for answer, people, with_phone, taken, without in rows:
        every[Answer(answer)] = people
        if answer == Answer.YES:
            themselves, seats, by_others = with_phone, int(taken), int(without)
    return Counts(
        yes=themselves,
        maybe=every[Answer.MAYBE],
        no=every[Answer.NO],
        seats=seats,
        waiting=line.length(tx, meeting_id),
        without_phone=by_others,
    )


def declined(tx: Tx, person: int, now: datetime) -> list[Meeting]:
    """What is still to come that somebody said no to, the soonest first."""
    rows: Iterable[Sequence[Any]] = tx.execute(_DECLINED, {"person": person, "now": now})
    return [Meeting(*row) for row in rows]


def _all(rows: Iterable[Sequence[Any]]) -> list[Attendee]:
    return [Attendee(*row) for row in rows]
