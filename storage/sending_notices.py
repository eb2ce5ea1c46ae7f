"""Who is told how a sending goes, and what its progress showed last.

The progress is one row of the outbox and its edits. What each showed stands in its arguments, so
that nothing is edited when nothing has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select

from storage import people
from storage.announcements import Announcement, State, find
from storage.outbox import Lane
from storage.people import Person, Role
from storage.tables import announcements, outbox
from storage.transaction import Tx

LOOKED_AT: Final = 10  # rows of a chat

_ROW: Final = select(outbox.c.id).where(outbox.c.key == bindparam("key"))
_CHAT: Final = select(outbox.c.chat).where(outbox.c.id == bindparam("row"))
_FIRST: Final = select(outbox.c.arguments).where(outbox.c.id == bindparam("row"))
_NEWEST: Final = (
    select(outbox.c.arguments)
    .where(outbox.c.edits == bindparam("row"))
    .order_by(outbox.c.id.desc())
    .limit(1)
)


def row_of(tx: Tx, key: str) -> int | None:
    """The row of the outbox with this key."""
    found: int | None = tx.execute(_ROW, {"key": key}).scalar()
    return found


def chat_of(tx: Tx, row: int) -> str | None:
    """The chat that a row of the outbox is in, if it is there still."""
    found: str | None = tx.execute(_CHAT, {"row": row}).scalar()
    return found


def last_shown(tx: Tx, row: int) -> Mapping[str, Any]:
    """The arguments of the newest edit of this row's message, or of the row itself."""
    newest = tx.execute(_NEWEST, {"row": row}).scalar() or tx.execute(_FIRST, {"row": row}).scalar()
    return newest or {}


def team(tx: Tx) -> list[Person]:
    """Every coordinator and admin who can be written to, the longest known first."""
    return [one for one in people.with_role(tx, Role.COORDINATOR, Role.ADMIN) if one.reachable]


def told(tx: Tx, *wanted: int | None) -> Person | None:
    """Who hears of a sending: the first of these who still can, or else the longest known."""
    reachable = {one.id: one for one in team(tx)}
    for person in wanted:
        if person in reachable:
            return reachable[person]
    return next(iter(reachable.values()), None)


def person(tx: Tx, number: int | None) -> Person | None:
    """Who wrote something, agreed to it or stopped it, if that is still known."""
    return people.find(tx, number) if number is not None else None


def name(tx: Tx, number: int | None) -> str:
    """What they are called; empty if that is not known."""
    found = person(tx, number)
    return (found.name if found is not None else None) or ""


_ASKED: Final = (
    select(announcements.c.id)
    .where(announcements.c.state == State.ASKED)
    .order_by(announcements.c.id)
)


def asked(tx: Tx) -> list[Announcement]:
    """What waits for a second coordinator, the oldest first."""
    numbers = list(tx.execute(_ASKED).scalars())
    return [one for number in numbers if (one := find(tx, number)) is not None]


_LAST_REPLY: Final = (
    select(outbox.c.created, outbox.c.lane)
    .where(outbox.c.chat == bindparam("chat"))
    .order_by(outbox.c.id.desc())
    .limit(LOOKED_AT)
)


def is_awake(tx: Tx, chat: str, since: datetime) -> bool:
    """Whether the bot answered somebody in this chat since then, as far as its last rows tell."""
    rows = tx.execute(_LAST_REPLY, {"chat": chat})
    return any(row.lane == Lane.REPLY and row.created >= since for row in rows)
