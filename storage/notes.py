"""What the people who run a meeting give back to those who were there: words, a link, a photo.

kept → (a fan-out) promised to all who were there, a page at a time → written
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, insert, select

from storage import afterwards, audit, fanout, meetings, outbox, people
from storage.desk import Skipped
from storage.fanout import Fanout
from storage.meetings import Meeting
from storage.outbox import Promise
from storage.people import Person
from storage.reminder_times import is_night, morning_after
from storage.tables import meeting_notes
from storage.transaction import Tx

KIND: Final = "notes"
RENDERER: Final = "notes"
USEFUL: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Note:
    """`photo` is the channel's own name for a picture; `text` may be empty beside one."""

    id: int
    meeting: int
    text: str
    photo: str | None
    created: datetime


_COLUMNS: Final = tuple(meeting_notes.c[field.name] for field in fields(Note))
_FIND: Final = select(*_COLUMNS).where(meeting_notes.c.id == bindparam("id"))
_OF: Final = (
    select(*_COLUMNS)
    .where(meeting_notes.c.meeting == bindparam("meeting"))
    .order_by(meeting_notes.c.id)
)


def give(
    tx: Tx, meeting: Meeting, content: tuple[str, str | None], by: int, now: datetime
) -> Fanout:
    """Keep a text and a photo, and have it sent to all who were there: now, or by day."""
    text, photo = content
    values = {"meeting": meeting.id, "text": text, "photo": photo, "made_by": by, "created": now}
    kept = insert(meeting_notes).values(values).returning(meeting_notes.c.id)
    note = int(tx.execute(kept).scalar_one())
    audit.record(tx, by, "meeting.notes", f"meeting:{meeting.id}", now)
    due = morning_after(now, meeting.zone) if is_night(now, meeting.zone) else now
    return fanout.start(tx, f"{KIND}:{note}", KIND, meeting.id, {"note": note}, by, due, now)


def find(tx: Tx, note: int) -> Note | None:
    """The note with this number."""
    row: Sequence[Any] | None = tx.execute(_FIND, {"id": note}).first()
    return Note(*row) if row is not None else None


def of(tx: Tx, meeting: int) -> list[Note]:
    """All that was given back, the oldest first."""
    rows: Iterable[Sequence[Any]] = tx.execute(_OF, {"meeting": meeting})
    return [Note(*row) for row in rows]


def promise(tx: Tx, now: datetime) -> int:
    """Promise notes that are due to a page of those who were there; how many."""
    return fanout.go_on(tx, KIND, _promise_page, now)


def _promise_page(tx: Tx, planned: Fanout, limit: int, now: datetime) -> int:
    found = afterwards.page(tx, planned.meeting or 0, planned.cursor, limit)
    promises = [_promise(planned, person, chat, now) for person, chat in found]
    outbox.promise_all(tx, promises, now)
    return fanout.passed(tx, planned, found, limit, now)


def _promise(planned: Fanout, person: int, chat: str, now: datetime) -> Promise:
    return Promise(
        key=f"{planned.key}:{person}",
        chat=chat,
        renderer=RENDERER,
        arguments={"note": planned.arguments["note"], "person": person},
        due=now,
        useful_until=planned.created + USEFUL,
    )


def still_wanted(tx: Tx, promised: Mapping[str, Any]) -> tuple[Note, Meeting, Person] | Skipped:
    """What to give back to whom, or why not."""
    note, person = find(tx, promised["note"]), people.find(tx, promised["person"])
    meeting = meetings.find(tx, note.meeting) if note is not None else None
    if note is None or meeting is None or person is None:
        return Skipped("gone")
    if not person.reachable:
        return Skipped(outbox.TAKEN_BACK)
    if not afterwards.was_there(tx, meeting.id, person.id):
        return Skipped("was not there")
    return note, meeting, person
