"""Meetings: when and where people meet, and what there is still to sign up for.

What was agreed on is wall time and a zone; `starts` and `ends` are the moments that these are.
`version` goes up with each change that matters to those who come: title, time, place or status.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import bindparam, select, update

from storage import wall_time
from storage.people import Person
from storage.tables import meetings, rsvps
from storage.transaction import Insert, Prepared, Tx


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


class Answer(StrEnum):
    """What somebody says to a meeting; only a yes holds seats."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


COMING: Final = (Answer.YES, Answer.MAYBE)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it is planned now; `wall_start` and `wall_end` are ISO 8601 without a zone.

    `capacity` is in seats; None means that everybody fits. `uid` names it in calendars for ever.
    `parent` is the day of a place or part. `publishes` is from when on it is seen; None: at once.
    `municipality` is a CBS code, `latitude` and `longitude` are degrees. `audience` is who may
    sign up: `all`, `members`, `part:<part>` or `municipality:<code>`. `reminders` are the kinds
    that are sent; None: all of them. `host` may run it, `host_name` is whom people see.
    """

    id: int
    key: str | None
    uid: str
    kind: str
    parent: int | None
    series: str | None
    version: int
    status: str
    publishes: datetime | None
    title: str
    text: str
    starts: datetime
    ends: datetime
    wall_start: str
    wall_end: str
    zone: str
    place: str | None
    municipality: str | None
    latitude: float | None
    longitude: float | None
    accessibility: str
    link: str | None
    capacity: int | None
    deadline: datetime | None
    audience: str
    languages: Sequence[str]
    reminders: Sequence[str] | None
    host: int | None
    host_name: str | None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.status == Status.CANCELLED


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What is known of a meeting that is made or changed; `key` says which one it is, if any.

    `start`, `end` and `deadline` are wall times in `zone`, without a zone of their own. The rest
    is as in `Meeting`; `day` is the number of the day that a place or part belongs to.
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


def may_manage(tx: Tx, meeting: Meeting, person: Person) -> bool:
    """Whether a person may run this meeting: a coordinator, its host, or the host of its day."""
    if person.is_coordinator or meeting.host == person.id:
        return True
    day = find(tx, meeting.parent) if meeting.parent is not None else None
    return day is not None and day.host == person.id


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
    new = {**values, "uid": uuid4().hex, "version": 1, "created": now}
    made = tx.execute(_insert, new).rowcount
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
        "kind": facts.kind,
        "parent": facts.day,
        "series": facts.series,
        "place": facts.place,
        "municipality": facts.municipality,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
        "accessibility": facts.accessibility,
        "link": facts.link,
        "capacity": facts.capacity,
        "audience": facts.audience,
        "reminders": list(facts.reminders) if facts.reminders is not None else None,
        "host_name": facts.host_name,
        "deadline": wall_time.moment(deadline, facts.zone) if deadline else None,
        "languages": list(facts.languages),
    }
