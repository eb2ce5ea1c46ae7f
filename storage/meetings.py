"""Meetings: when and where people meet, and what there is still to sign up for.

What was agreed on is wall time and a zone; `starts` and `ends` are the moments that these are.
`version` goes up with each change that matters to those who come: title, time, place or status.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from storage import wall_time
from storage.tables import meetings, rsvps
from storage.transaction import Insert, Prepared, Tx


class Status(StrEnum):
    """Whether a meeting takes place."""

    ON = "on"
    CANCELLED = "cancelled"


class Answer(StrEnum):
    """What somebody says to a meeting; only a yes holds seats."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


COMING: Final = (Answer.YES, Answer.MAYBE)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it is planned now; `wall_start` and `wall_end` are ISO 8601 without a zone.

    `capacity` is in seats; None means that everybody fits.
    """

    id: int
    key: str | None
    version: int
    status: str
    title: str
    text: str
    starts: datetime
    ends: datetime
    wall_start: str
    wall_end: str
    zone: str
    place: str | None
    link: str | None
    capacity: int | None
    deadline: datetime | None
    languages: Sequence[str]
    host: int | None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.status == Status.CANCELLED


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What is known of a meeting that is made or changed; `key` says which one it is.

    `start`, `end` and `deadline` are wall times in `zone`, without a zone of their own.
    """

    key: str
    title: str
    start: datetime
    end: datetime
    zone: str = "Europe/Amsterdam"
    text: str = ""
    place: str | None = None
    link: str | None = None
    capacity: int | None = None
    deadline: datetime | None = None
    languages: Sequence[str] = ("nl",)
    status: Status = Status.ON


_COLUMNS: Final = tuple(meetings.c[field.name] for field in fields(Meeting))
_MATTERS: Final = ("title", "starts", "ends", "wall_start", "wall_end", "zone", "place", "status")

_BY_ID: Final = select(*_COLUMNS).where(meetings.c.id == bindparam("id"))
_BY_KEY: Final = select(*_COLUMNS).where(meetings.c.key == bindparam("key"))
_UPCOMING: Final = (
    select(*_COLUMNS)
    .where(meetings.c.starts > bindparam("now"), meetings.c.status == Status.ON)
    .order_by(meetings.c.starts, meetings.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_STARTING: Final = (
    select(*_COLUMNS)
    .where(
        meetings.c.starts > bindparam("after"),
        meetings.c.starts <= bindparam("until"),
        meetings.c.status == Status.ON,
    )
    .order_by(meetings.c.starts, meetings.c.id)
)
_OF_PERSON: Final = (
    select(*_COLUMNS)
    .select_from(rsvps.join(meetings, rsvps.c.meeting == meetings.c.id))
    .where(
        rsvps.c.person == bindparam("person"),
        rsvps.c.answer.in_(COMING),
        meetings.c.ends > bindparam("now"),
    )
    .order_by(meetings.c.starts, meetings.c.id)
)
_NEXT: Final = _OF_PERSON.where(meetings.c.status == Status.ON).limit(1)
_OF_PERSON_PAGE: Final = _OF_PERSON.limit(bindparam("limit")).offset(bindparam("offset"))


def _made(row: Sequence[Any] | None) -> Meeting | None:
    return Meeting(*row) if row is not None else None


def _all(rows: Iterable[Sequence[Any]]) -> list[Meeting]:
    return [Meeting(*row) for row in rows]


def find(tx: Tx, meeting: int) -> Meeting | None:
    """The meeting with this number."""
    return _made(tx.execute(_BY_ID, {"id": meeting}).first())


def locked(tx: Tx, meeting: int) -> Meeting:
    """The meeting, held until the transaction ends: whoever counts its seats comes here first."""
    row: Sequence[Any] = tx.execute(tx.for_update(_BY_ID), {"id": meeting}).one()
    return Meeting(*row)


def upcoming(tx: Tx, now: datetime, limit: int = 10, offset: int = 0) -> list[Meeting]:
    """What takes place and has not begun, the soonest first."""
    return _all(tx.execute(_UPCOMING, {"now": now, "limit": limit, "offset": offset}))


def starting(tx: Tx, after: datetime, until: datetime) -> list[Meeting]:
    """What takes place and begins after the one moment, and not after the other."""
    return _all(tx.execute(_STARTING, {"after": after, "until": until}))


def of_person(
    tx: Tx, person: int, now: datetime, *, limit: int = 10, offset: int = 0
) -> list[Meeting]:
    """What somebody said yes or maybe to and is not over, cancelled ones too, soonest first."""
    wanted = {"person": person, "now": now, "limit": limit, "offset": offset}
    return _all(tx.execute(_OF_PERSON_PAGE, wanted))


def next_for(tx: Tx, person: int, now: datetime) -> Meeting | None:
    """The soonest meeting that takes place, is not over, and they said yes or maybe to."""
    return _made(tx.execute(_NEXT, {"person": person, "now": now}).first())


@Prepared
def _insert(tx: Tx) -> Insert:
    return tx.insert(meetings).on_conflict_do_nothing(index_elements=["key"])


def put(tx: Tx, facts: MeetingFacts, now: datetime) -> Meeting:
    """Make the meeting of this key, or bring it up to date; who signed up stays signed up."""
    values = _columns(facts)
    made = tx.execute(_insert, {**values, "version": 1, "created": now}).rowcount
    row: Sequence[Any] = tx.execute(tx.for_update(_BY_KEY), {"key": facts.key}).one()
    before = Meeting(*row)
    changed = {name: new for name, new in values.items() if getattr(before, name) != new}
    if made or not changed:
        return before
    if changed.keys() & set(_MATTERS):
        changed["version"] = before.version + 1
    tx.execute(update(meetings).where(meetings.c.id == before.id).values(**changed))
    after = find(tx, before.id)
    assert after is not None
    return after


def _columns(facts: MeetingFacts) -> Mapping[str, Any]:
    deadline = facts.deadline
    return {
        "key": facts.key,
        "status": facts.status,
        "title": facts.title,
        "text": facts.text,
        "starts": wall_time.moment(facts.start, facts.zone),
        "ends": wall_time.moment(facts.end, facts.zone),
        "wall_start": facts.start.isoformat(timespec="minutes"),
        "wall_end": facts.end.isoformat(timespec="minutes"),
        "zone": facts.zone,
        "place": facts.place,
        "link": facts.link,
        "capacity": facts.capacity,
        "deadline": wall_time.moment(deadline, facts.zone) if deadline else None,
        "languages": list(facts.languages),
    }
