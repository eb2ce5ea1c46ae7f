"""What one person has to do with meetings: answers, places in line, offers, people they bring.

Only reads. Everything is found by the person, so that it costs no more where there are many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select, union

from storage.meetings import COMING, Answer, Kind, Meeting, Status
from storage.seats import IN_LINE, ON_OFFER
from storage.tables import meetings, people, rsvps, waiting_list
from storage.transaction import Tx

SOON: Final = timedelta(days=60)
"""A day that comes within this time is worth a look."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Seats that somebody can have if they say so in time."""

    meeting: Meeting
    seats: int
    until: datetime


_COLUMNS: Final = tuple(meetings.c[field.name] for field in fields(Meeting))
_THEIRS: Final = union(
    select(rsvps.c.meeting).where(
        rsvps.c.person == bindparam("person"), rsvps.c.answer.in_(COMING)
    ),
    select(rsvps.c.meeting).where(
        rsvps.c.added_by == bindparam("person"), rsvps.c.person.is_(None)
    ),
    select(waiting_list.c.meeting).where(waiting_list.c.person == bindparam("person"), IN_LINE),
)
_MINE: Final = (
    select(*_COLUMNS)
    .where(meetings.c.id.in_(_THEIRS), meetings.c.ends > bindparam("now"))
    .order_by(meetings.c.starts, meetings.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_OFFERS: Final = (
    select(waiting_list.c.seats, waiting_list.c.offer_until, *_COLUMNS)
    .select_from(waiting_list.join(meetings, waiting_list.c.meeting == meetings.c.id))
    .where(
        waiting_list.c.person == bindparam("person"),
        IN_LINE,
        ON_OFFER,
        waiting_list.c.offer_until > bindparam("now"),
        meetings.c.status == Status.ON,
    )
    .order_by(waiting_list.c.offer_until, waiting_list.c.id)
)
_NEXT_DAY: Final = (
    select(*_COLUMNS)
    .where(
        meetings.c.starts > bindparam("now"),
        meetings.c.starts <= bindparam("until"),
        meetings.c.kind == Kind.DAY,
        meetings.c.status == Status.ON,
        or_(meetings.c.publishes.is_(None), meetings.c.publishes <= bindparam("now")),
    )
    .order_by(meetings.c.starts, meetings.c.id)
    .limit(1)
)
_NAME: Final = func.coalesce(rsvps.c.name, people.c.name)
_NAMES: Final = (
    select(_NAME)
    .select_from(rsvps.join(people, rsvps.c.person == people.c.id))
    .where(
        rsvps.c.meeting == bindparam("meeting"),
        rsvps.c.answer == Answer.YES,
        rsvps.c.shows_name,
        _NAME.is_not(None),
    )
    .order_by(func.lower(_NAME), rsvps.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def mine(tx: Tx, person: int, now: datetime, *, limit: int, offset: int = 0) -> list[Meeting]:
    """What somebody comes or may come to, waits for or brings people to, and is not over."""
    wanted = {"person": person, "now": now, "limit": limit, "offset": offset}
    rows: Iterable[Sequence[Any]] = tx.execute(_MINE, wanted)
    return [Meeting(*row) for row in rows]


def offers(tx: Tx, person: int, now: datetime) -> list[Offer]:
    """The seats that wait for somebody's answer, the most urgent first."""
    rows: Iterable[Sequence[Any]] = tx.execute(_OFFERS, {"person": person, "now": now})
    return [Offer(Meeting(*row[2:]), row[0], row[1]) for row in rows]


def next_day(tx: Tx, now: datetime) -> Meeting | None:
    """The first day with places that comes soon, as far as people may know of it."""
    wanted = {"now": now, "until": now + SOON}
    row: Sequence[Any] | None = tx.execute(_NEXT_DAY, wanted).first()
    return Meeting(*row) if row is not None else None


def shown_names(tx: Tx, meeting: int, *, limit: int, offset: int = 0) -> list[str]:
    """Who comes and wants the others to know, by name."""
    wanted = {"meeting": meeting, "limit": limit, "offset": offset}
    return [row[0] for row in tx.execute(_NAMES, wanted)]
