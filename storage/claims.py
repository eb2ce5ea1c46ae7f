"""Claiming rows of the outbox: which go next, whether they still should, and how they read by now.

A claim is one transaction: what is taken is in `sending`, with its try counted, before any call.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row as Found
from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, text, update

from storage.delivery import settle, target_of
from storage.errors import StorageError
from storage.outbox import IS_WAITING, LEASE, OPEN, Content, Kind, Lane, Repeat, Row, State
from storage.tables import conversations, outbox
from storage.transaction import Tx

PATIENCE: Final = timedelta(minutes=10)
"""How long a fresh reply waits for an older one, and a notice for a talk that is going on."""

SPARE: Final = 16  # more rows than asked for are looked at, as only one of a chat is taken

_IS_ACTIVE: Final = text("conversations.status = 'active'")


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was promised is not to be sent; `reason` is kept with the row."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """What was promised has to wait until then; `reason` is kept with the row."""

    until: datetime
    reason: str


Render = Callable[[Tx, str, Mapping[str, Any]], Content | Skipped | Held | None]
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

    def _hold(self, row: Found[Any], held: Held) -> None:
        later = {"due": held.until, "not_before": None, "error": held.reason}
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
        """The message by now; a renderer that raises costs its own row alone.

        What it says is written down, so that a reply to it and a typed button find it; not of bulk,
        which has too many rows.
        """
        try:
            content = self._kept_apart(row)
        except StorageError:
            raise
        except Exception as error:
            self.faults.append(f"{row.renderer} {type(error).__name__}")
            settle(self.tx, row.id, State.REFUSED, f"renderer raised {type(error).__name__}")
            return None
        if isinstance(content, Held):
            self._hold(row, content)
            return None
        if isinstance(content, Skipped):
            settle(self.tx, row.id, State.CANCELLED, content.reason)
            return None
        if content is None:
            settle(self.tx, row.id, State.CANCELLED)
        elif row.lane != Lane.BULK:
            written = {"content": content, "about": content.get("about"), "error": None}
            self.tx.execute(update(outbox).where(outbox.c.id == row.id).values(**written))
        return content

    def _kept_apart(self, row: Found[Any]) -> Content | Skipped | Held | None:
        """Render so that a failed statement does not end the claim, as it would on PostgreSQL."""
        if not self.tx.postgres:
            return self.render(self.tx, row.renderer, row.arguments or {})
        with self.tx.connection.begin_nested():
            return self.render(self.tx, row.renderer, row.arguments or {})


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
        .limit(wanted.count + SPARE)
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


_NEXT_DUE: Final = select(func.min(outbox.c.due)).where(
    IS_WAITING, outbox.c.lane == bindparam("lane"), outbox.c.due > bindparam("now")
)


def next_due(tx: Tx, now: datetime) -> datetime | None:
    """When the next promise that is not due yet will be; `storage.planned` knows of more."""
    found = [tx.execute(_NEXT_DUE, {"lane": lane, "now": now}).scalar() for lane in Lane]
    return min((due for due in found if due is not None), default=None)
