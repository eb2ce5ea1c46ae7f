"""Reminders planned ahead: a fan-out for each kind, long before it is due.

Those of a meeting that nobody sees yet are planned too, and kinds that are off: all of that is
looked at when they are due (`storage.reminders`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from storage import fanout
from storage.meetings import Meeting, Status
from storage.reminder_times import Kind, all_slots
from storage.tables import fanouts
from storage.tables import meetings as meetings_table
from storage.transaction import Tx

KIND: Final = "reminder"
AHEAD: Final = timedelta(days=32)
"""How long before the start reminders are planned: long before the first is due."""
MOST_PLANNED: Final = 164
"""So many are planned in one go, or a few more: those of a day with forty places and an evening."""

_IS_NEAR: Final = (
    meetings_table.c.starts > bindparam("now"),
    meetings_table.c.starts <= bindparam("until"),
    meetings_table.c.status == Status.ON,
)
_NEAR: Final = (
    select(*(meetings_table.c[name] for name in ("id", "starts", "zone")))
    .where(*_IS_NEAR)
    .order_by(meetings_table.c.starts, meetings_table.c.id)
)
_PLANNED: Final = (
    select(fanouts.c.key)
    .join(meetings_table, meetings_table.c.id == fanouts.c.meeting)
    .where(*_IS_NEAR, fanouts.c.kind == KIND)
)


def key(meeting: Meeting, kind: Kind) -> str:
    """What the keys of these reminders begin with, before a colon and the person."""
    return _key(meeting.id, meeting.starts, kind)


def _key(meeting: int, starts: datetime, kind: Kind) -> str:
    return f"{KIND}:{meeting}:{starts.isoformat()}:{kind}"


def plan(tx: Tx, now: datetime) -> int:
    """Plan the reminders of meetings that are near, if that was not done; how many.

    Where there are many, the soonest meetings go first and the others next time.
    """
    near = {"now": now, "until": now + AHEAD}
    known = set(tx.execute(_PLANNED, near).scalars())
    planned: list[tuple[str, int, Mapping[str, Any], datetime]] = []
    rows: Sequence[Sequence[Any]] = tx.execute(_NEAR, near).all()
    for number, starts, zone in rows:
        missing = [kind for kind in Kind if _key(number, starts, kind) not in known]
        for slot in all_slots(starts, zone) if missing else ():
            if slot.kind in missing and slot.useful_until > now:
                wanted = {"start": starts.isoformat(), "kind": slot.kind}
                planned.append((_key(number, starts, slot.kind), number, wanted, slot.due))
        if len(planned) >= MOST_PLANNED:
            break
    return fanout.start_all(tx, KIND, planned, now)
