"""Writing down how the sending of rows of the outbox went.

Who has claimed a row holds it until the outcome is written or its lease is over. A try whose
outcome is unknown is repeated once at most, and never for a row that must never go twice; edits and
deletions may be repeated freely, because a second one changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, delete, func, null, or_, select, text, update

from storage.outbox import IS_WAITING, OPEN, Kind, Lane, Repeat, State
from storage.tables import outbox
from storage.transaction import Tx

PAGE: Final = 500  # rows that are deleted in one go
_IS_SENDING: Final = text("outbox.state = 'sending'")

_RECORD_SENT: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), _IS_SENDING)
    .values(
        state=State.SENT,
        message_id=bindparam("message"),
        sent=bindparam("at"),
        owner=null(),
        lease=null(),
    )
)
_FREELY: Final = outbox.c.kind != Kind.SEND
_ONCE: Final = and_(outbox.c.repeat == Repeat.REPEATABLE, outbox.c.once_more.is_(False))


def record_sent(tx: Tx, sent: Sequence[Mapping[str, Any]]) -> None:
    """These `row`s went out `at` this time as this `message` (None for an edit)."""
    tx.execute(_RECORD_SENT, sent)


def put_back(tx: Tx, rows: Sequence[int]) -> None:
    """These rows were not sent for sure: they wait again, and the try does not count."""
    tx.execute(
        update(outbox)
        .where(outbox.c.id.in_(rows), _IS_SENDING)
        .values(state=State.WAITING, tries=outbox.c.tries - 1, owner=None, lease=None)
    )


def doubt(tx: Tx, rows: Sequence[int]) -> int:
    """These rows may have been sent: repeat them as far as they may be; how many may not."""
    return _doubt(tx, outbox.c.id.in_(rows))


def adopt(tx: Tx, owner: str) -> int:
    """Take over what an owner that is gone was sending; how many rows.

    Only for the one process that holds the sending lock.
    """
    theirs = or_(outbox.c.owner != owner, outbox.c.owner.is_(None))
    found = tx.execute(select(func.count()).where(theirs, _IS_SENDING)).scalar_one()
    if found:
        _doubt(tx, theirs)
    return int(found)


def _doubt(tx: Tx, which: Any) -> int:
    again = (
        update(outbox)
        .where(which, _IS_SENDING)
        .values(
            state=case((or_(_FREELY, _ONCE), State.WAITING), else_=State.UNCERTAIN),
            once_more=case((_FREELY, outbox.c.once_more), else_=text("true")),
            owner=None,
            lease=None,
        )
        .returning(outbox.c.state)
    )
    return sum(state == State.UNCERTAIN for state in tx.execute(again).scalars())


def expire(tx: Tx, real_now: datetime) -> int:
    """Doubt the rows whose lease is over, whoever holds them; how many may not be repeated."""
    return _doubt(tx, outbox.c.lease < real_now)


def settle(tx: Tx, row: int, state: State, error: str | None = None) -> None:
    """This is how the row ends; `error` is a phrase of ours or of the channel."""
    settle_all(tx, [row], state, error)


_SETTLE: Final = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("rows", expanding=True)))
    .values(state=bindparam("ended"), error=bindparam("why"), owner=null(), lease=null())
)


def settle_all(tx: Tx, rows: Sequence[int], state: State, error: str | None = None) -> None:
    """This is how these rows end, for one reason."""
    tx.execute(_SETTLE, {"rows": list(rows), "ended": state, "why": error})


_TARGETS: Final = select(outbox.c.id, outbox.c.state, outbox.c.message_id).where(
    outbox.c.id.in_(bindparam("rows", expanding=True))
)


def targets_of(tx: Tx, rows: Collection[int]) -> dict[int, tuple[State, str | None]]:
    """The states of those rows that there are, and the channel's numbers of their messages."""
    found = tx.execute(_TARGETS, {"rows": list(rows)}) if rows else ()
    return {row.id: (State(row.state), row.message_id) for row in found}


def target_of(tx: Tx, row: int) -> tuple[State | None, str | None]:
    """The state of a row, and the channel's number of its message if it was sent."""
    return targets_of(tx, [row]).get(row, (None, None))


def move_chat(tx: Tx, old: str, new: str) -> int:
    """What waits for the old address of a chat goes to the new one; how many rows."""
    moved = update(outbox).where(outbox.c.chat == old, IS_WAITING).values(chat=new)
    return tx.execute(moved).rowcount


def behind(tx: Tx) -> set[str]:
    """The chats in which an older reply still waits, so that a fresh one must wait behind it."""
    late = select(outbox.c.chat).where(IS_WAITING, outbox.c.lane == Lane.REPLY).distinct()
    return set(tx.execute(late).scalars())


def forget(tx: Tx, before: datetime, limit: int = PAGE) -> int:
    """Delete some of the rows made before, if nothing is left to do about them; how many."""
    old = (
        select(outbox.c.id)
        .where(outbox.c.created < before, outbox.c.state.not_in(OPEN))
        .order_by(outbox.c.created)
        .limit(limit)
    )
    return tx.execute(delete(outbox).where(outbox.c.id.in_(old))).rowcount
