"""Claiming rows of the outbox, and writing down how sending them went.

Who claims a row holds it until the outcome is written or its lease is over. A try whose outcome is
unknown is repeated once at most, and never for a row that must never go twice; edits may be
repeated freely, because a second one changes nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row as Found
from sqlalchemy import Select, and_, bindparam, case, exists, func, null, or_, select, text, update

from storage.errors import StorageError
from storage.outbox import IS_WAITING, LEASE, OPEN, Content, Kind, Lane, Repeat, Row, State
from storage.tables import conversations, outbox
from storage.transaction import Tx

PATIENCE: Final = timedelta(minutes=10)
"""How long a fresh reply waits for an older one, and a notice for a talk that is going on."""

_IS_SENDING: Final = text("outbox.state = 'sending'")
_IS_ACTIVE: Final = text("conversations.status = 'active'")

Render = Callable[[Tx, str, Mapping[str, Any]], Content | None]
"""A promise's renderer name and arguments to a dumped message; None if it is not to be sent."""


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


def claim(tx: Tx, wanted: Claim, render: Render) -> Claimed:
    """Take the next due rows, at most one of a chat, rendered; those not to be sent are ended."""
    found = _first_of_each(tx.execute(_due(tx, wanted)), wanted.count)
    talking = _talking(tx, wanted, found)
    desk = _Desk(tx, wanted, render)
    rows = []
    for row in found:
        if row.chat in talking and row.not_before is None:
            desk.put_off(row)
            continue
        prepared = desk.prepared(row)
        if prepared is not None:
            rows.append(prepared)
    if rows:
        taken = {"state": State.SENDING, "owner": wanted.owner, "lease": wanted.real_now + LEASE}
        tx.execute(
            update(outbox)
            .where(outbox.c.id.in_([row.id for row in rows]))
            .values(tries=outbox.c.tries + 1, **taken)
        )
    return Claimed(rows, len(found), desk.faults)


class _Desk:
    """Looks at rows one by one: is this still to be sent, and how does it read by now?"""

    def __init__(self, tx: Tx, wanted: Claim, render: Render) -> None:
        self.tx = tx
        self.wanted = wanted
        self.render = render
        self.faults: list[str] = []

    def prepared(self, row: Found[Any]) -> Row | None:
        """The row as it is to be sent; None if it is not, which is written down then."""
        ended = self._verdict(row)
        if ended is not None:
            settle(self.tx, row.id, ended)
            return None
        content, target = row.content, None
        if row.edits is not None:
            state, target = target_of(self.tx, row.edits)
            if target is None:
                if state not in OPEN:
                    settle(self.tx, row.id, State.CANCELLED)
                return None
        if row.renderer is not None:
            content = self._rendered(row)
            if content is None:
                return None
        return Row(
            id=row.id,
            chat=row.chat,
            lane=Lane(row.lane),
            kind=Kind(row.kind),
            content=content,
            edits=row.edits,
            repeat=Repeat(row.repeat),
            tries=row.tries + 1,
            target=target,
        )

    def put_off(self, row: Found[Any]) -> None:
        """Leave the row for after the talk, or for when it has gone on for long enough."""
        later = {"due": self.wanted.now + PATIENCE, "not_before": self.wanted.real_now}
        self.tx.execute(update(outbox).where(outbox.c.id == row.id).values(**later))

    def _verdict(self, row: Found[Any]) -> State | None:
        if row.useful_until is not None and row.useful_until <= self.wanted.now:
            return State.MISSED
        if row.kind == Kind.EDIT and self._newer(row, outbox.c.edits == row.edits):
            return State.CANCELLED
        if row.once_more and (row.arguments or {}).get("asks") and not self._open(row):
            return State.CANCELLED
        late = row.lane == Lane.REPLY and self.wanted.real_now - row.created > PATIENCE
        if late and self._newer(row, outbox.c.lane == Lane.REPLY, outbox.c.kind == Kind.SEND):
            return State.MISSED
        return None

    def _newer(self, row: Found[Any], *such: Any) -> bool:
        """Whether a younger row such as these waits for the same chat."""
        younger = and_(outbox.c.chat == row.chat, outbox.c.id > row.id, IS_WAITING, *such)
        return bool(self.tx.execute(select(exists().where(younger))).scalar())

    def _open(self, row: Found[Any]) -> bool:
        """Whether the question that this row asks still waits for its answer."""
        asked = and_(conversations.c.chat == row.chat, conversations.c.question == row.id)
        return bool(self.tx.execute(select(exists().where(asked))).scalar())

    def _rendered(self, row: Found[Any]) -> Content | None:
        """The message by now; a renderer that raises costs its own row alone."""
        driver = self.tx.connection.exec_driver_sql
        driver("SAVEPOINT rendering")
        try:
            content = self.render(self.tx, row.renderer, row.arguments or {})
        except StorageError:
            raise
        except Exception as error:
            driver("ROLLBACK TO SAVEPOINT rendering")
            driver("RELEASE SAVEPOINT rendering")
            self.faults.append(f"{row.renderer} {type(error).__name__}")
            settle(self.tx, row.id, State.REFUSED, f"renderer raised {type(error).__name__}")
            return None
        driver("RELEASE SAVEPOINT rendering")
        if content is None:
            settle(self.tx, row.id, State.CANCELLED)
        return content


def _due(tx: Tx, wanted: Claim) -> Select[Any]:
    due = (
        select(outbox)
        .where(
            IS_WAITING,
            outbox.c.lane == wanted.lane,
            outbox.c.due <= wanted.now,
            or_(outbox.c.not_before.is_(None), outbox.c.not_before <= wanted.real_now),
        )
        .order_by(outbox.c.due, outbox.c.id)
        .limit(4 * wanted.count + 16)
    )
    if wanted.busy:
        due = due.where(outbox.c.chat.not_in(list(wanted.busy)))
    return tx.for_update(due, skip_locked=True)


def _first_of_each(found: Iterable[Found[Any]], count: int) -> list[Found[Any]]:
    """The first rows, one of each chat."""
    chats: dict[str, Found[Any]] = {}
    for row in found:
        chats.setdefault(row.chat, row)
        if len(chats) == count:
            break
    return list(chats.values())


def _talking(tx: Tx, wanted: Claim, found: Sequence[Found[Any]]) -> set[str]:
    """Which of the rows' chats are in the middle of a talk; replies belong to it."""
    if wanted.lane is Lane.REPLY or not found:
        return set()
    lively = select(conversations.c.chat).where(
        conversations.c.chat.in_([row.chat for row in found]),
        _IS_ACTIVE,
        conversations.c.last_activity > wanted.now - PATIENCE,
    )
    return set(tx.execute(lively).scalars())


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
_FREELY: Final = outbox.c.kind == Kind.EDIT
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
    ended = {"state": state, "error": error, "owner": None, "lease": None}
    tx.execute(update(outbox).where(outbox.c.id == row).values(**ended))


def target_of(tx: Tx, row: int) -> tuple[State | None, str | None]:
    """The state of a row, and the channel's number of its message if it was sent."""
    found = tx.execute(
        select(outbox.c.state, outbox.c.message_id).where(outbox.c.id == row)
    ).first()
    return (State(found.state), found.message_id) if found else (None, None)


def move_chat(tx: Tx, old: str, new: str) -> int:
    """What waits for the old address of a chat goes to the new one; how many rows."""
    moved = update(outbox).where(outbox.c.chat == old, IS_WAITING).values(chat=new)
    return tx.execute(moved).rowcount


def behind(tx: Tx) -> set[str]:
    """The chats in which an older reply still waits, so that a fresh one must wait behind it."""
    late = select(outbox.c.chat).where(IS_WAITING, outbox.c.lane == Lane.REPLY).distinct()
    return set(tx.execute(late).scalars())


def lanes_due(tx: Tx, now: datetime, real_now: datetime) -> list[Lane]:
    """The lanes in which there is something to claim, the first to go first."""
    ready = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= real_now)
    return [
        lane
        for lane in Lane
        if tx.execute(
            select(exists().where(IS_WAITING, outbox.c.lane == lane, outbox.c.due <= now, ready))
        ).scalar()
    ]


def counts(tx: Tx) -> Mapping[str, int]:
    """How many rows wait in each lane, and how many are being sent."""
    lanes = (
        select(outbox.c.lane, func.count().label("number"))
        .where(IS_WAITING)
        .group_by(outbox.c.lane)
    )
    sending = tx.execute(select(func.count()).where(_IS_SENDING)).scalar_one()
    return {row.lane: row.number for row in tx.execute(lanes)} | {State.SENDING: sending}
