"""What stands in somebody's calendar: meetings, with their day and what the person said to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, bindparam, func, select

from storage.meetings import COMING, Meeting, Status
from storage.tables import meetings, rsvps
from storage.transaction import Tx

MOST: Final = 500
"""So many meetings fit in one calendar, the latest ones."""


@dataclass(frozen=True, slots=True)
class Item:
    """A meeting in a calendar; `answer` is None for who said nothing, `day` is its day's title.

    `changed` is when the meeting or the answer last became what it is now.
    """

    meeting: Meeting
    answer: str | None
    changed: datetime
    day: str | None


_DAY: Final = meetings.alias("day")
_PARTS: Final[Select[Any]] = select(
    rsvps.c.answer,
    rsvps.c.changed.label("answered"),
    func.coalesce(meetings.c.changed, meetings.c.created).label("revised"),
    _DAY.c.title.label("day_title"),
    *(meetings.c[field.name] for field in fields(Meeting)),
)
_ONE: Final = _PARTS.select_from(
    meetings.outerjoin(_DAY, meetings.c.parent == _DAY.c.id).outerjoin(
        rsvps, and_(rsvps.c.meeting == meetings.c.id, rsvps.c.person == bindparam("person"))
    )
).where(meetings.c.id == bindparam("meeting"))
_OF_PERSON: Final = (
    _PARTS.select_from(
        rsvps.join(meetings, rsvps.c.meeting == meetings.c.id).outerjoin(
            _DAY, meetings.c.parent == _DAY.c.id
        )
    )
    .where(
        rsvps.c.person == bindparam("person"),
        rsvps.c.answer.in_(COMING),
        meetings.c.ends > bindparam("since"),
        meetings.c.status != Status.DRAFT,
    )
    .order_by(meetings.c.starts.desc(), meetings.c.id.desc())
    .limit(MOST)
)


def item(tx: Tx, meeting: int, person: int) -> Item | None:
    """One meeting, whatever this person said to it."""
    row = tx.execute(_ONE, {"meeting": meeting, "person": person}).first()
    return _item(row) if row is not None else None


def of_person(tx: Tx, person: int, since: datetime) -> list[Item]:
    """What somebody said yes or maybe to and ends after `since`, cancelled too, soonest first."""
    found = tx.execute(_OF_PERSON, {"person": person, "since": since}).all()
    return [_item(row) for row in reversed(found)]


def _item(row: Row[Any]) -> Item:
    columns: Sequence[Any] = row[4:]
    changed = max(row.revised, row.answered or row.revised)
    return Item(Meeting(*columns), row.answer, changed, row.day_title)
