"""At the door: who is in, by the code they were given, from the list, or as a walk-in.

Every verb may be repeated: somebody who is in already stays in since the first time. A walk-in
takes seats only as far as they are free, so that what is kept never exceeds the capacity, also
where more people are let in.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from string import ascii_lowercase
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update

from storage import audit, meetings, seats, waiting, wall_time
from storage.meetings import COMING, Answer, Meeting
from storage.tables import people, rsvps
from storage.transaction import Tx

LETTERS: Final = 20
"""94 random bits. Letters alone, as in `storage.codes`; short, for a picture with few dots."""
CODES_FROM: Final = time(9)
"""From this hour on the day before, so that the reminder of that day can offer the code."""
OPENS_BEFORE: Final = timedelta(hours=3)
CLOSES_AFTER: Final = timedelta(hours=12)
MOST_LET_IN: Final = 50
"""The largest party that is let in at once."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody at the door, with their party; `name` is None where they gave none.

    `came` is since when they are in, `came_seats` with how many. `person` is None for somebody
    without a phone and for a walk-in.
    """

    id: int
    meeting: int
    person: int | None
    answer: str
    seats: int
    name: str | None
    needs: Sequence[str] | None
    needs_text: str | None
    came: datetime | None
    came_seats: int | None
    walked_in: bool

    @property
    def is_expected(self) -> bool:
        """Whether they said that they come."""
        return self.answer == Answer.YES and not self.walked_in


@dataclass(frozen=True, slots=True)
class In:
    """They are in, with so many, from this moment."""

    seats: int


@dataclass(frozen=True, slots=True)
class AlreadyIn:
    """They were in already, with so many, since then."""

    seats: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who comes without having signed up; the name is optional."""

    name: str | None
    seats: int


@dataclass(frozen=True, slots=True)
class Came:
    """How it went, in people: `expected` signed up, `came` of them are in, and `walk_ins` beside.

    `no_shows` stayed away, those of parties that were smaller than they said included.
    """

    expected: int
    came: int
    walk_ins: int
    no_shows: int

    @property
    def everybody(self) -> int:
        """All who were there."""
        return self.came + self.walk_ins


_NAME: Final = func.coalesce(rsvps.c.name, people.c.name)
_OWN: Final = {"name": _NAME}
_GUESTS: Final = select(
    *(_OWN.get(field.name, rsvps.c[field.name]).label(field.name) for field in fields(Guest))
).select_from(rsvps.outerjoin(people, people.c.id == rsvps.c.person))
_BY_ID: Final = _GUESTS.where(rsvps.c.id == bindparam("id"))
_BY_CODE: Final = _GUESTS.where(rsvps.c.door == bindparam("code"))
_AT_THE_DOOR: Final = and_(
    rsvps.c.meeting == bindparam("meeting"),
    or_(rsvps.c.answer == Answer.YES, rsvps.c.came.is_not(None)),
)
_IN_ORDER: Final = (rsvps.c.came.is_not(None), func.lower(_NAME), rsvps.c.id)
_LIST: Final = (
    _GUESTS.where(_AT_THE_DOOR)
    .order_by(*_IN_ORDER)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_THESE: Final = _GUESTS.where(rsvps.c.id.in_(bindparam("ids", expanding=True))).order_by(*_IN_ORDER)
_NAMES: Final = (
    select(rsvps.c.id, _NAME)
    .select_from(rsvps.outerjoin(people, people.c.id == rsvps.c.person))
    .where(
        rsvps.c.meeting == bindparam("meeting"),
        or_(rsvps.c.answer.in_(COMING), rsvps.c.came.is_not(None)),
        _NAME.is_not(None),
    )
    .order_by(rsvps.c.id)
)
_DOOR: Final = select(rsvps.c.door).where(
    rsvps.c.meeting == bindparam("meeting"),
    rsvps.c.person == bindparam("person"),
    rsvps.c.answer == Answer.YES,
)
_GIVE_CODE: Final = (
    update(rsvps)
    .where(
        rsvps.c.meeting == bindparam("of"),
        rsvps.c.person == bindparam("by"),
        rsvps.c.answer == Answer.YES,
        rsvps.c.door.is_(None),
    )
    .values(door=bindparam("code"))
)
_LET_IN: Final = (
    update(rsvps)
    .where(rsvps.c.id == bindparam("row"), rsvps.c.came.is_(None))
    .values(
        came=bindparam("now"),
        came_seats=bindparam("party"),
        walked_in=or_(rsvps.c.walked_in, rsvps.c.answer != Answer.YES),
    )
)
_HERE: Final = func.coalesce(rsvps.c.came_seats, 0)
_COUNTS: Final = select(
    rsvps.c.walked_in,
    func.sum(rsvps.c.seats),
    func.sum(_HERE),
    func.sum(case((rsvps.c.seats > _HERE, rsvps.c.seats - _HERE), else_=0)),
).where(
    rsvps.c.meeting.in_(bindparam("meetings", expanding=True)),
    or_(rsvps.c.answer == Answer.YES, rsvps.c.came.is_not(None)),
)


def codes_from(meeting: Meeting) -> datetime:
    """From when on people can have their code: the morning of the day before."""
    day = wall_time.wall(meeting.starts, meeting.zone).date() - timedelta(days=1)
    return wall_time.moment(datetime.combine(day, CODES_FROM), meeting.zone)


def has_codes(meeting: Meeting, now: datetime) -> bool:
    """Whether people can have their code by now, until the door closes."""
    return codes_from(meeting) <= now < meeting.ends + CLOSES_AFTER


def is_open(meeting: Meeting, now: datetime) -> bool:
    """Whether people can be let in: from three hours before until twelve hours after."""
    return meeting.starts - OPENS_BEFORE <= now < meeting.ends + CLOSES_AFTER


def door_code(tx: Tx, meeting_id: int, person: int) -> str | None:
    """The code that lets somebody in, the same every time; None if they do not come."""
    code = "".join(secrets.choice(ascii_lowercase) for _ in range(LETTERS))
    tx.execute(_GIVE_CODE, {"of": meeting_id, "by": person, "code": code})
    found: str | None = tx.execute(
        _DOOR, {"meeting": meeting_id, "person": person}
    ).scalar_one_or_none()
    return found


def by_code(tx: Tx, code: str) -> Guest | None:
    """Whose code it is; whether that may be told is for the caller to ask."""
    return _made(tx.execute(_BY_CODE, {"code": code.strip().casefold()[:100]}).first())


def find(tx: Tx, rsvp_id: int) -> Guest | None:
    """The guest with this number."""
    return _made(tx.execute(_BY_ID, {"id": rsvp_id}).first())


def _made(row: Sequence[Any] | None) -> Guest | None:
    return Guest(*row) if row is not None else None


def guests(tx: Tx, meeting_id: int, *, limit: int, offset: int = 0) -> list[Guest]:
    """Who is expected or in, by name; those who are not in yet first."""
    wanted = {"meeting": meeting_id, "limit": limit, "offset": offset}
    rows: Iterable[Sequence[Any]] = tx.execute(_LIST, wanted)
    return [Guest(*row) for row in rows]


def these(tx: Tx, rsvp_ids: Iterable[int]) -> list[Guest]:
    """Guests by their numbers, in the same order."""
    rows: Iterable[Sequence[Any]] = tx.execute(_THESE, {"ids": list(rsvp_ids)})
    return [Guest(*row) for row in rows]


def names(tx: Tx, meeting_id: int) -> Mapping[int, str]:
    """The names of all who are expected, are in or said maybe, to search in."""
    rows: Iterable[Any] = tx.execute(_NAMES, {"meeting": meeting_id})
    return {row[0]: row[1] for row in rows}


def check_in(tx: Tx, rsvp_id: int, party: int, by: int, now: datetime) -> In | AlreadyIn | None:
    """Let a party in; None if there is no such guest. Who did not sign up counts as a walk-in."""
    let_in = {"row": rsvp_id, "now": now, "party": party}
    if tx.execute(_LET_IN, let_in).rowcount:
        audit.record(tx, by, "door.in", f"rsvp:{rsvp_id}", now)
        return In(party)
    guest = find(tx, rsvp_id)
    if guest is None or guest.came is None:
        return None
    return AlreadyIn(guest.came_seats or 0, guest.came)


def recount(tx: Tx, rsvp_id: int, party: int, by: int, now: datetime) -> bool:
    """Note with how many somebody came who is in; False if they are not."""
    here = (rsvps.c.id == rsvp_id, rsvps.c.came.is_not(None))
    if not tx.execute(update(rsvps).where(*here).values(came_seats=party)).rowcount:
        return False
    audit.record(tx, by, "door.count", f"rsvp:{rsvp_id}", now)
    return True


def undo(tx: Tx, rsvp_id: int, by: int, now: datetime) -> bool:
    """Somebody is not in after all; a walk-in without an answer is forgotten. False: was not in."""
    here = (rsvps.c.id == rsvp_id, rsvps.c.came.is_not(None))
    gone = delete(rsvps).where(*here, rsvps.c.walked_in, rsvps.c.person.is_(None))
    back = {"came": None, "came_seats": None, "walked_in": False}
    done = tx.execute(gone).rowcount or tx.execute(update(rsvps).where(*here).values(back)).rowcount
    if done:
        audit.record(tx, by, "door.undo", f"rsvp:{rsvp_id}", now)
    return bool(done)


def free(tx: Tx, meeting: Meeting) -> int | None:
    """How many seats walk-ins can have before it is more than there are; None: no limit."""
    left = seats.free(tx, meeting)
    return None if left is None else max(left, 0)


def walk_in(tx: Tx, meeting_id: int, who: Visitor, by: int, now: datetime) -> int:
    """Let somebody in who did not sign up; the number of the guest that they are now.

    They take the seats that are free after the line had its turn. More may be let in: they stand
    there already.
    """
    meeting = meetings.locked_root(tx, meeting_id)
    waiting.settle_all(tx, [meeting_id], now)
    left = free(tx, meeting)
    added = insert(rsvps).values(
        meeting=meeting_id,
        answer=Answer.YES,
        seats=who.seats if left is None else min(who.seats, left),
        name=who.name,
        came=now,
        came_seats=who.seats,
        walked_in=True,
        added_by=by,
        version=meeting.version,
        created=now,
        changed=now,
    )
    made = int(tx.execute(added.returning(rsvps.c.id)).scalar_one())
    audit.record(tx, by, "door.walk_in", f"rsvp:{made}", now)
    return made


def came(tx: Tx, *meeting_ids: int) -> Came:
    """How many were expected, and how many came, at one meeting or at several together."""
    counted: dict[bool, list[int]] = {False: [0, 0, 0], True: [0, 0, 0]}
    query = _COUNTS.group_by(rsvps.c.walked_in)
    rows: Iterable[Any] = tx.execute(query, {"meetings": meeting_ids})
    for row in rows:
        counted[bool(row[0])] = [int(number or 0) for number in row[1:]]
    expected, here, away = counted[False]
    return Came(expected, here, counted[True][1], away)
