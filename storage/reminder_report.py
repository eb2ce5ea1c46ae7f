"""What became of the reminders of one meeting, and what is still to come: for those who run it.

Sent, skipped (with the reason), missed and failed are counted in the outbox, which keeps its rows
for thirty days; whom a reminder will go to is counted in what people say now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select, text

from storage import fanout, reminders
from storage.meetings import COMING, Answer, Meeting
from storage.outbox import OPEN, State
from storage.reminder_times import Kind, Slot, all_slots
from storage.reminders import Why
from storage.tables import invitations, outbox
from storage.tables import people as people_table
from storage.tables import rsvps as rsvps_table
from storage.transaction import Tx

_AGAIN: Final = (Why.MORNING, Why.LATER)
"""Skipped only to come later: that one is counted."""
_FIRST: Final = {kind[:2]: kind for kind in Kind}

_STATES: Final = (
    select(
        func.substr(outbox.c.key, bindparam("from"), 2).label("which"),
        outbox.c.state,
        outbox.c.error,
        func.count(),
    )
    .where(outbox.c.key >= bindparam("first"), outbox.c.key < bindparam("last"))
    .group_by(text("which"), outbox.c.state, outbox.c.error)
)
_ANSWERED: Final = (
    select(rsvps_table.c.answer, func.count())
    .join(people_table, people_table.c.id == rsvps_table.c.person)
    .where(
        rsvps_table.c.meeting == bindparam("meeting"),
        rsvps_table.c.answer.in_(COMING),
        people_table.c.reminders,
        people_table.c.reachable,
    )
    .group_by(rsvps_table.c.answer)
)
_INVITED: Final = (
    select(func.count())
    .select_from(
        invitations.outerjoin(
            rsvps_table,
            (rsvps_table.c.meeting == invitations.c.meeting)
            & (rsvps_table.c.person == invitations.c.person),
        )
    )
    .where(invitations.c.meeting == bindparam("meeting"), rsvps_table.c.id.is_(None))
)


@dataclass(frozen=True, slots=True)
class Whom:
    """How many people a reminder would go to, as things are now."""

    yes: int
    maybe: int
    silent: int


@dataclass(slots=True)
class Line:
    """One kind of reminder of a meeting; the numbers are of people."""

    slot: Slot
    is_on: bool
    has_begun: bool = False
    sent: int = 0
    waiting: int = 0
    missed: int = 0
    failed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)


def lines(tx: Tx, meeting: Meeting) -> list[Line]:
    """Each kind, the first to be sent first, with what became of it at this start."""
    on = reminders.kinds(meeting)
    begun = {one.key: one for one in fanout.of_meeting(tx, reminders.KIND, meeting.id)}
    found: dict[Kind, Line] = {}
    for slot in all_slots(meeting.starts, meeting.zone):
        planned = begun.get(reminders.key(meeting, slot.kind))
        has_begun = planned is not None and planned.has_begun
        found[slot.kind] = Line(slot, slot.kind in on, has_begun)
    rows: Iterable[Any] = tx.execute(_STATES, _range(meeting))
    for row in rows:
        _count(found[_FIRST[row.which]], row)
    return list(found.values())


def _range(meeting: Meeting) -> Mapping[str, Any]:
    """The keys of this meeting's reminders: a semicolon is what comes after a colon."""
    begins = f"{reminders.KIND}:{meeting.id}:{meeting.starts.isoformat()}"
    return {"first": f"{begins}:", "last": f"{begins};", "from": len(begins) + 2}


def _count(line: Line, row: Any) -> None:
    _which, state, error, count = row
    if state == State.SENT:
        line.sent += count
    elif state in OPEN:
        line.waiting += count
    elif state == State.MISSED:
        line.missed += count
    elif state == State.CANCELLED:
        if error not in _AGAIN:
            why = error or ""
            line.skipped[why] = line.skipped.get(why, 0) + count
    else:
        line.failed += count


def whom(tx: Tx, meeting: Meeting) -> Whom:
    """Whom the next ones would go to."""
    rows: Iterable[Any] = tx.execute(_ANSWERED, {"meeting": meeting.id})
    said = {row[0]: row[1] for row in rows}
    silent = tx.execute(_INVITED, {"meeting": meeting.id}).scalar_one()
    return Whom(said.get(Answer.YES, 0), said.get(Answer.MAYBE, 0), silent)


def next_due(line: Line, now: datetime) -> datetime | None:
    """When it is still to be sent; None if it is off or was due."""
    return line.slot.due if line.is_on and line.slot.due > now else None
