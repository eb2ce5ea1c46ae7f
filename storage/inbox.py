"""Which updates were seen, and those that wait for another try.

    (unseen) → done                    applied, in the transaction of its turn
    (unseen) → waiting → done          kept: its turn raised, or an older one of its chat waits
                  └────→ set aside     the third try failed, or it cannot be read

A waiting row holds the update as it came, until it is applied or forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Executable, Row, bindparam, delete, func, select, text, update

from storage.direct import Direct
from storage.tables import inbox, settings
from storage.transaction import Prepared, Tx

MOST_TRIES: Final = 3
PAUSES: Final = (timedelta(), timedelta(seconds=1), timedelta(seconds=10))
"""How long after the try before it each try is made; the first is the turn itself."""
PAGE: Final = 500

_IS_WAITING: Final = text("inbox.state = 'waiting'")  # in these words, for its partial index
_STOPPED: Final = "receiver.stopped"


class State(StrEnum):
    """Of an update."""

    DONE = "done"
    WAITING = "waiting"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True)
class Kept:
    """An update that was not applied yet; `not_before` is None once it is set aside."""

    row: int
    tries: int
    not_before: datetime | None

    @property
    def set_aside(self) -> bool:
        """Whether it is not tried any more."""
        return self.not_before is None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that is to be tried again at `not_before`, or at once."""

    row: int
    key: str
    chat: str
    raw: str
    tries: int
    not_before: datetime | None


@Prepared
def _first_sight(tx: Tx) -> Executable:
    return tx.insert(inbox).on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.id)


_FIRST_SIGHT: Final = Direct(_first_sight, inbox.c.id)
_FINISH: Final = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state == State.WAITING)
    .values(state=State.DONE, raw=None, not_before=None)
)
_BEGIN: Final = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state == State.WAITING)
    .values(tries=inbox.c.tries + 1)
    .returning(inbox.c.tries)
)
_WAITING: Final = (
    inbox.c.id, inbox.c.key, inbox.c.chat, inbox.c.raw, inbox.c.tries, inbox.c.not_before
)  # fmt: skip


def first_sight(tx: Tx, key: str, chat: str | None, received: datetime) -> int | None:
    """Note that this update is being applied; its row, or None if it was seen before."""
    seen = {"key": key, "chat": chat, "state": State.DONE, "received": received}
    row = _FIRST_SIGHT.first(tx, seen)
    return None if row is None else int(row[0])


def finish(tx: Tx, row: int) -> bool:
    """A waiting update is applied in this transaction; False if it was not waiting any more."""
    return tx.execute(_FINISH, {"row": row}).rowcount == 1


def remember(tx: Tx, key: str, chat: str | None, raw: str, now: datetime) -> int | None:
    """Keep an update that was not tried yet; its row, or None if it was seen before."""
    seen = {"key": key, "chat": chat, "state": State.WAITING, "received": now, "raw": raw}
    row: int | None = tx.execute(_first_sight, seen).scalar()
    return row


def begin(tx: Tx, row: int) -> int | None:
    """Count a try before it is made; which one it is, or None if the row waits no more.

    A process that is killed by what it tries leaves this count behind.
    """
    tries: int | None = tx.execute(_BEGIN, {"row": row}).scalar()
    return tries


def keep(tx: Tx, key: str, chat: str | None, raw: str, error: str, now: datetime) -> Kept:  # noqa: PLR0913, PLR0917 - a row has that many columns
    """Keep an update whose first try failed with `error`, a type and places in our code."""
    row = remember(tx, key, chat, raw, now)
    if row is None:
        row = tx.execute(select(inbox.c.id).where(inbox.c.key == key)).scalar_one()
    begin(tx, row)
    return fail(tx, row, error, now)


def fail(tx: Tx, row: int, error: str, now: datetime) -> Kept:
    """The try that was begun failed: wait for the next one, or give it up after the third."""
    tries = tx.execute(select(inbox.c.tries).where(inbox.c.id == row)).scalar_one()
    if tries >= MOST_TRIES:
        set_aside(tx, row, error)
        return Kept(row, tries, None)
    not_before = now + PAUSES[tries]
    tx.execute(update(inbox).where(inbox.c.id == row).values(not_before=not_before, error=error))
    return Kept(row, tries, not_before)


def set_aside(tx: Tx, row: int, error: str) -> None:
    """Try this update no more; it is kept to be looked at until it is forgotten."""
    tx.execute(
        update(inbox)
        .where(inbox.c.id == row)
        .values(state=State.SET_ASIDE, not_before=None, error=error)
    )


def waiting(tx: Tx) -> Sequence[Waiting]:
    """The first waiting update of every chat that has one; its later ones come after it."""
    first = select(func.min(inbox.c.id)).where(_IS_WAITING).group_by(inbox.c.chat)
    found = tx.execute(select(*_WAITING).where(inbox.c.id.in_(first)).order_by(inbox.c.id))
    return [_waiting(row) for row in found]


def set_aside_count(tx: Tx) -> int:
    """How many updates are set aside and not yet forgotten."""
    counted = select(func.count()).where(inbox.c.state == State.SET_ASIDE)
    return int(tx.execute(counted).scalar_one())


def forget(tx: Tx, before: datetime, limit: int = PAGE) -> int:
    """Delete some of the rows received before; how many. Telegram repeats nothing for so long."""
    old = (
        select(inbox.c.id)
        .where(inbox.c.received < before, inbox.c.state != State.WAITING)
        .order_by(inbox.c.received)
        .limit(limit)
    )
    return tx.execute(delete(inbox).where(inbox.c.id.in_(old))).rowcount


def forget_chat(tx: Tx, chat: str) -> int:
    """Forget what came from a chat and that it came from there, but not that it was seen.

    What waits for another try keeps its place until it is applied or set aside.
    """
    emptied = (
        update(inbox)
        .where(inbox.c.chat == chat, inbox.c.state != State.WAITING)
        .values(chat=None, raw=None, error=None, state=State.DONE)
    )
    return tx.execute(emptied).rowcount


def open_receiver(tx: Tx) -> bool:
    """Note that receiving begins; whether it was ended in an orderly way the last time."""
    stopped = tx.execute(select(settings.c.value).where(settings.c.key == _STOPPED)).scalar()
    _note_stopped(tx, False)
    return stopped is not False


def close_receiver(tx: Tx) -> None:
    """Note that receiving ended with nothing in hand."""
    _note_stopped(tx, True)


def _note_stopped(tx: Tx, stopped: bool) -> None:
    noted = tx.insert(settings).values(key=_STOPPED, value=stopped)
    tx.execute(
        noted.on_conflict_do_update(index_elements=["key"], set_={"value": noted.excluded.value})
    )


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(row.id, row.key, row.chat or "", row.raw, row.tries, row.not_before)
