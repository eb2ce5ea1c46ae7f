"""Meetings: when and where people meet, and what there is still to sign up for.

What was agreed on is wall time and a zone; `starts` and `ends` are the moments that these are.
`version` goes up with each change that matters to those who come: title, time, place or status.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import CursorResult, bindparam, or_, select, update

from storage.meeting_facts import Kind, MeetingFacts, Status, columns_of
from storage.people import Person
from storage.tables import meetings, rsvps
from storage.transaction import Insert, Prepared, Tx

__all__ = ["Kind", "MeetingFacts", "Status"]  # found here too: they are facts of meetings


class Answer(StrEnum):
    """What somebody says to a meeting; only a yes holds seats."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


COMING: Final = (Answer.YES, Answer.MAYBE)
OF_A_DAY: Final = (Kind.PLACE, Kind.PART)
RECENT: Final = timedelta(days=30)
"""How long those who run a meeting still find it in their list when it is over."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it is planned now; `wall_start` and `wall_end` are ISO 8601 without a zone.

    `capacity` is in seats; None means that everybody fits. `uid` names it in calendars for ever.
    `parent` is the day of a place or part. `publishes` is from when on it is seen; None: at once.
    `municipality` is a CBS code, `latitude` and `longitude` are degrees. `audience` is who may
    sign up: `all`, `members`, `part:<part>` or `municipality:<code>`. `reminders` are the kinds
    that are sent; None: all of them. `host` may run it, `host_name` is whom people see. `changed`
    is when it was last changed; None: never.
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
    changed: datetime | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.status == Status.CANCELLED


_COLUMNS: Final = tuple(meetings.c[field.name] for field in fields(Meeting))
_MATTERS: Final = frozenset({
    "title", "starts", "ends", "wall_start", "wall_end", "zone", "place", "status"
})  # fmt: skip
_BY_ID: Final = select(*_COLUMNS).where(meetings.c.id == bindparam("id"))
_BY_KEY: Final = select(*_COLUMNS).where(meetings.c.key == bindparam("key"))
_BY_UID: Final = select(*_COLUMNS).where(meetings.c.uid == bindparam("uid"))
_UPCOMING: Final = (
    select(*_COLUMNS)
    .where(
        meetings.c.starts > bindparam("now"),
        meetings.c.status == Status.ON,
        meetings.c.kind.not_in(OF_A_DAY),
        or_(meetings.c.publishes.is_(None), meetings.c.publishes <= bindparam("now")),
    )
    .order_by(meetings.c.starts, meetings.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_MANAGED: Final = (
    select(*_COLUMNS)
    .where(meetings.c.ends > bindparam("since"))
    .order_by(meetings.c.ends <= bindparam("now"), meetings.c.starts, meetings.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_ALL_MANAGED: Final = _MANAGED.where(meetings.c.kind.not_in(OF_A_DAY))
_HOSTED: Final = _MANAGED.where(meetings.c.host == bindparam("host"))
_OF_SERIES: Final = (
    select(*_COLUMNS)
    .where(meetings.c.series == bindparam("series"), meetings.c.kind.not_in(OF_A_DAY))
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


def _one(rows: CursorResult[Any]) -> Meeting:
    row: Sequence[Any] = rows.one()
    return Meeting(*row)


def _all(rows: Iterable[Sequence[Any]]) -> list[Meeting]:
    return [Meeting(*row) for row in rows]


def find(tx: Tx, meeting: int) -> Meeting | None:
    """The meeting with this number."""
    return _made(tx.execute(_BY_ID, {"id": meeting}).first())


def locked(tx: Tx, meeting: int) -> Meeting:
    """The meeting, held until the transaction ends: whoever counts its seats comes here first."""
    return _one(tx.execute(tx.for_update(_BY_ID), {"id": meeting}))


def locked_root(tx: Tx, meeting: int) -> Meeting:
    """The meeting as it is once its day, or itself if it has none, is held until the end.

    Whoever counts seats comes here first, so nobody can be seated at two places of one day.
    """
    found = find(tx, meeting)
    if found is None:
        raise LookupError(f"there is no meeting {meeting}")
    root = locked(tx, found.parent or meeting)
    return root if found.parent is None else _fresh(tx, meeting)


def visible(meeting: Meeting, now: datetime) -> bool:
    """Whether residents may see it: no draft, and not to be published later.

    A place or part is published with its day, so its own row says it.
    """
    seen = meeting.publishes is None or meeting.publishes <= now
    return seen and meeting.status != Status.DRAFT


def may_manage(tx: Tx, meeting: Meeting, person: Person) -> bool:
    """Whether a person may run this meeting: a coordinator, its host, or the host of its day."""
    if person.is_coordinator or meeting.host == person.id:
        return True
    day = find(tx, meeting.parent) if meeting.parent is not None else None
    return day is not None and day.host == person.id


def upcoming(tx: Tx, now: datetime, limit: int = 10, offset: int = 0) -> list[Meeting]:
    """What takes place and has not begun, the soonest first."""
    return _all(tx.execute(_UPCOMING, {"now": now, "limit": limit, "offset": offset}))


def managed_by(
    tx: Tx, person: Person, now: datetime, limit: int = 10, offset: int = 0
) -> list[Meeting]:
    """What somebody may run: to come the soonest first, then what was over in the last 30 days.

    For a coordinator that is everything, drafts and cancelled ones too, places under their day;
    for others what they host, places by themselves.
    """
    wanted = {"now": now, "since": now - RECENT, "limit": limit, "offset": offset}
    if person.is_coordinator:
        return _all(tx.execute(_ALL_MANAGED, wanted))
    return _all(tx.execute(_HOSTED, {**wanted, "host": person.id}))


def of_series(tx: Tx, series: str) -> list[Meeting]:
    """The meetings of a series, by their start; their places and parts left out."""
    return _all(tx.execute(_OF_SERIES, {"series": series}))


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
    """Make the meeting of this key, or bring it up to date; who signed up stays signed up.

    Nobody is told of a change: `planning.put` does so. Without a key it is always a new one.
    """
    values = columns_of(facts)
    made = insert(tx, {**values, "uid": facts.uid or uuid4().hex}, now)
    if made is not None:
        return made
    before = _one(tx.execute(tx.for_update(_BY_KEY), {"key": facts.key}))
    return write(tx, before, differences(before, values), now)


def insert(tx: Tx, values: Mapping[str, Any], now: datetime) -> Meeting | None:
    """A new meeting of these columns; None if its key is taken."""
    if not tx.execute(_insert, {**values, "version": 1, "created": now}).rowcount:
        return None
    return _one(tx.execute(_BY_UID, {"uid": values["uid"]}))


def with_key(tx: Tx, key: str) -> Meeting | None:
    """The meeting of this key."""
    return _made(tx.execute(_BY_KEY, {"key": key}).first())


def differences(before: Meeting, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those of the columns that are not yet so; the series it was put in later stays."""
    new = {name: value for name, value in values.items() if getattr(before, name) != value}
    return {name: value for name, value in new.items() if name != "series" or value is not None}


def matters(changed: Iterable[str]) -> bool:
    """Whether those who come should know of a change of these columns."""
    return not _MATTERS.isdisjoint(changed)


def write(
    tx: Tx, before: Meeting, changed: Mapping[str, Any], now: datetime, *, quiet: bool = False
) -> Meeting:
    """Change these columns; the version goes up if it matters, unless it is `quiet`."""
    if not changed:
        return before
    version = before.version + (matters(changed) and not quiet)
    values = {**changed, "version": version, "changed": now}
    tx.execute(update(meetings).where(meetings.c.id == before.id).values(**values))
    return _fresh(tx, before.id)


def _fresh(tx: Tx, meeting: int) -> Meeting:
    return _one(tx.execute(_BY_ID, {"id": meeting}))
