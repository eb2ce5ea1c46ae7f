"""Claiming rows of the outbox: which go next, whether they still should, and how they read by now.

A claim is one transaction: what is taken is in `sending`, with its try counted, before any call.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, bindparam, exists, func, or_, select, text, update
from sqlalchemy import Row as Found

from storage.desk import PATIENCE, Desk, Render, RenderMany
from storage.outbox import IS_WAITING, LEASE, Kind, Lane, Row, State
from storage.tables import conversations, outbox
from storage.transaction import Prepared, Tx

SPARE: Final = 16  # more rows than asked for are looked at, as only one of a chat is taken

_IS_ACTIVE: Final = text("conversations.status = 'active'")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims how many rows of which lane; `busy` are chats that cannot be written to now."""

    owner: str
    lane: Lane
    count: int
    busy: Collection[str]
    now: datetime
    real_now: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows to be sent; `looked_at` is 0 when nothing is due."""

    rows: Sequence[Row]
    looked_at: int
    faults: Sequence[str] = ()
    """What renderers raised."""
    again: Collection[str] = ()
    """The chats of which more is due, as one row of each goes at a time."""


def claim(
    tx: Tx, wanted: Claim, render: Render, together: Mapping[str, RenderMany] | None = None
) -> Claimed:
    """Take the next due rows, at most one of a chat, rendered; those not to be sent are ended.

    The renderers named in `together` are asked once for all their rows.
    """
    found, again = _first_of_each(_found(tx, wanted), wanted.count)
    talking = _talking(tx, wanted, found)
    desk = Desk(tx, wanted.now, wanted.real_now, render, together or {})
    rows = desk.prepared(found, talking)
    if rows:
        until = wanted.real_now + LEASE
        values = {"rows": [row.id for row in rows], "by": wanted.owner, "until": until}
        tx.execute(_TAKE, values)
    return Claimed(rows, len(found), desk.faults, again)


_DUE: Final = (
    select(outbox)
    .where(
        IS_WAITING,
        outbox.c.lane == bindparam("of"),
        outbox.c.due <= bindparam("now"),
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= bindparam("real_now")),
    )
    .order_by(outbox.c.due, outbox.c.id)
    .limit(bindparam("most"))
)
_NOT_BUSY: Final = outbox.c.chat.not_in(bindparam("busy", expanding=True))
_TAKE: Final = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("rows", expanding=True)))
    .values(
        tries=outbox.c.tries + 1,
        state=State.SENDING,
        owner=bindparam("by"),
        lease=bindparam("until"),
    )
)


@Prepared
def _due(tx: Tx) -> Executable:
    return tx.for_update(_DUE, skip_locked=True)


@Prepared
def _due_but(tx: Tx) -> Executable:
    return tx.for_update(_DUE.where(_NOT_BUSY), skip_locked=True)


def _found(tx: Tx, wanted: Claim) -> Iterable[Found[Any]]:
    values = {
        "of": wanted.lane,
        "now": wanted.now,
        "real_now": wanted.real_now,
        "most": wanted.count + SPARE,
    }
    if not wanted.busy:
        return tx.execute(_due, values)
    return tx.execute(_due_but, {**values, "busy": list(wanted.busy)})


def _first_of_each(found: Iterable[Found[Any]], count: int) -> tuple[list[Found[Any]], set[str]]:
    """The first rows, one of each chat, and the chats of which there are more."""
    chats: dict[str, Found[Any]] = {}
    again: set[str] = set()
    for row in found:
        if row.chat in chats:
            again.add(row.chat)
        elif len(chats) < count:
            chats[row.chat] = row
    return list(chats.values()), again


_TALKING: Final = select(conversations.c.chat).where(
    conversations.c.chat.in_(bindparam("chats", expanding=True)),
    _IS_ACTIVE,
    conversations.c.last_activity > bindparam("since"),
)


def _talking(tx: Tx, wanted: Claim, found: Sequence[Found[Any]]) -> set[str]:
    """Which of the rows' chats are in the middle of a talk that the row would disturb.

    Replies belong to it, and a change of a message disturbs nobody.
    """
    if wanted.lane is Lane.REPLY or not found:
        return set()
    chats = [row.chat for row in found if row.kind == Kind.SEND]
    values = {"chats": chats, "since": wanted.now - PATIENCE}
    return set(tx.execute(_TALKING, values).scalars())


_READY: Final = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= bindparam("real_now"))
_LANES: Final = select(
    *(
        exists()
        .where(IS_WAITING, outbox.c.lane == lane, outbox.c.due <= bindparam("now"), _READY)
        .label(lane)
        for lane in Lane
    )
)


def lanes_due(tx: Tx, now: datetime, real_now: datetime) -> list[Lane]:
    """The lanes in which there is something to claim, the first to go first."""
    found = tx.execute(_LANES, {"now": now, "real_now": real_now}).one()
    return [lane for lane, is_due in zip(Lane, found, strict=True) if is_due]


_NEXT_DUE: Final = select(func.min(outbox.c.due)).where(
    IS_WAITING, outbox.c.lane == bindparam("lane"), outbox.c.due > bindparam("now")
)


def next_due(tx: Tx, now: datetime) -> datetime | None:
    """When the next promise that is not due yet will be; `storage.planned` knows of more."""
    found = [tx.execute(_NEXT_DUE, {"lane": lane, "now": now}).scalar() for lane in Lane]
    return min((due for due in found if due is not None), default=None)
