"""How the bot is doing, in numbers that are found fast however much there is.

Every count ends at `MOST`: one more than that means "more than `MOST`".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, literal, select, text

from storage import settings
from storage.outbox import IS_WAITING, Kind, Lane, State
from storage.tables import halts, inbox, outbox, people
from storage.transaction import Tx

MOST: Final = 10_000
DAY: Final = timedelta(days=1)
FAILED: Final = ("refused", "unreachable", "uncertain")

# In these words, for their partial indexes.
_IS_SENDING: Final = text("outbox.state = 'sending'")
_HAS_FAILED: Final = text("outbox.state IN ('refused', 'unreachable', 'uncertain')")
_IS_SET_ASIDE: Final = text("inbox.state = 'set_aside'")
_IS_MEMBER: Final = text("people.state = 'member'")

_SIZE_SQLITE: Final = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
_SIZE_POSTGRES: Final = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in a lane: how much is due, since when, and how much is for later."""

    lane: Lane
    due: int
    oldest: datetime | None
    later: int


@dataclass(frozen=True, slots=True)
class Health:
    """`failed`: how many messages of the last day, by how they ended. `size`: bytes.

    What could not be deleted any more is no failure: it was changed instead.
    """

    queues: Sequence[Queue]
    sending: int
    failed: Mapping[str, int]
    set_aside: int
    halted: int
    people: int
    members: int
    size: int
    vitals: Mapping[str, Any] | None


def look(tx: Tx, now: datetime) -> Health:
    """How the bot is doing now."""
    ever = select(literal(1))
    return Health(
        queues=[_queue(tx, lane, now) for lane in Lane],
        sending=_count(tx, ever.select_from(outbox).where(_IS_SENDING)),
        failed={state: _count(tx, _failed(state, now - DAY)) for state in FAILED},
        set_aside=_count(tx, ever.select_from(inbox).where(_IS_SET_ASIDE)),
        halted=_count(tx, ever.select_from(halts).where(halts.c.until > now)),
        people=_count(tx, ever.select_from(people)),
        members=_count(tx, ever.select_from(people).where(_IS_MEMBER)),
        size=int(tx.execute(_SIZE_POSTGRES if tx.postgres else _SIZE_SQLITE).scalar_one()),
        vitals=settings.get(tx, "vitals"),
    )


def _queue(tx: Tx, lane: Lane, now: datetime) -> Queue:
    waiting = select(outbox.c.due).where(IS_WAITING, outbox.c.lane == lane)
    oldest = tx.execute(waiting.where(outbox.c.due <= now).order_by(outbox.c.due).limit(1))
    return Queue(
        lane,
        _count(tx, waiting.where(outbox.c.due <= now)),
        oldest.scalar(),
        _count(tx, waiting.where(outbox.c.due > now)),
    )


def _failed(state: str, since: datetime) -> Select[Any]:
    these = (_HAS_FAILED, outbox.c.state == state, outbox.c.created >= since)
    undeleted = (outbox.c.kind == Kind.DELETE) & (outbox.c.state == State.REFUSED)
    return select(outbox.c.created).where(*these, ~undeleted)


def _count(tx: Tx, rows: Select[Any]) -> int:
    """How many rows, counted no further than one past `MOST`."""
    counted = select(func.count()).select_from(rows.limit(MOST + 1).subquery())
    return int(tx.execute(counted).scalar_one())
