"""One sending as it stands: its row, its counts, and how it is found.

`storage.sendings` tells how it goes from state to state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, text, update

from storage.tables import sendings as table
from storage.transaction import Tx

AT_ONCE: Final = 100  # sendings that are looked at together; few trail that long


class Kind(StrEnum):
    """What it does to the people it reaches: a message, a change of that, or taking it away."""

    SEND = "send"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


class State(StrEnum):
    """How far it is; see the diagram above."""

    SPREADING = "spreading"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


GOING: Final = (State.SPREADING, State.SENDING)


class Why(StrEnum):
    """Why it is paused."""

    PERSON = "person"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending with its counts, as they were when it was read."""

    id: int
    announcement: int
    kind: str
    state: str
    why: str | None
    content: Mapping[str, Any] | None
    made_by: int | None
    spread_to: int
    fed_to: int
    swept_to: int
    open: int
    held: int
    sent: int
    failed: int
    skipped: int
    uncertain: int
    errors: int
    progress: int | None
    shown: datetime | None
    looked_for_late: datetime | None
    swept: datetime | None
    started: datetime
    finished: datetime | None
    summed_up: datetime | None

    @property
    def total(self) -> int:
        """All people whom it is for."""
        return self.open + self.ended

    @property
    def ended(self) -> int:
        """For how many of them it is over."""
        return self.sent + self.failed + self.skipped + self.uncertain

    @property
    def is_going(self) -> bool:
        """Whether it has yet to reach people, and is not stopped."""
        return self.state in GOING

    @property
    def is_settled(self) -> bool:
        """Whether its counts are final, but for those held back and those who join late."""
        return self.state == State.DONE or (self.state == State.CANCELLED and self.open == 0)


_COLUMNS: Final = tuple(table.c[field.name] for field in fields(Sending))
UNDER_WAY: Final = text(
    "(sendings.state IN ('spreading', 'sending', 'paused') OR sendings.open > 0)"
)  # in these words, for its partial index
_TO_SUM_UP: Final = text("sendings.finished IS NOT NULL AND sendings.summed_up IS NULL")  # likewise

_BY_ID: Final = select(*_COLUMNS).where(table.c.id == bindparam("sending"))
_MANY: Final = select(*_COLUMNS).where(table.c.id.in_(bindparam("numbers", expanding=True)))
_OF: Final = (
    select(*_COLUMNS).where(table.c.announcement == bindparam("announcement")).order_by(table.c.id)
)
_GOING_ON: Final = (
    select(*_COLUMNS)
    .where(UNDER_WAY)
    .order_by(table.c.state == State.DONE, table.c.id)
    .limit(AT_ONCE)
)
_SUMMED: Final = select(*_COLUMNS).where(_TO_SUM_UP).order_by(table.c.id).limit(AT_ONCE)


def find(tx: Tx, sending: int) -> Sending | None:
    """The one with this number."""
    return _first(tx.execute(_BY_ID, {"sending": sending}))


def hold(tx: Tx, sending: int) -> Sending | None:
    """The same as it is now, held for the writes to come."""
    return _first(tx.execute(tx.for_update(_BY_ID), {"sending": sending}))


def find_many(tx: Tx, numbers: Sequence[int]) -> list[Sending]:
    """Those with these numbers."""
    return _made(tx.execute(_MANY, {"numbers": list(numbers)}))


def of(tx: Tx, announcement: int) -> list[Sending]:
    """All of an announcement, the oldest first: that which sent it, then its changes."""
    return _made(tx.execute(_OF, {"announcement": announcement}))


def under_way(tx: Tx) -> list[Sending]:
    """Those in which there is something to do, held for it: the oldest first, what trails last."""
    return _made(tx.execute(tx.for_update(_GOING_ON, skip_locked=True)))


def to_sum_up(tx: Tx) -> list[Sending]:
    """Those that finished and were not summed up, held for it."""
    return _made(tx.execute(tx.for_update(_SUMMED, skip_locked=True)))


def _first(rows: Iterable[Sequence[Any]]) -> Sending | None:
    return next((Sending(*row) for row in rows), None)


def _made(rows: Iterable[Sequence[Any]]) -> list[Sending]:
    return [Sending(*row) for row in rows]


def set_columns(tx: Tx, sending: int, /, **values: Any) -> None:
    """Note what was shown of it, and when: `progress`, `shown`, `summed_up`."""
    tx.execute(update(table).where(table.c.id == sending).values(**values))


def start(  # noqa: PLR0913, PLR0917 - one row's columns
    tx: Tx, announcement: int, kind: Kind, by: int | None, now: datetime, content: Any = None
) -> Sending:
    """Make a new one; nobody is written down yet."""
    values = {"announcement": announcement, "kind": kind, "made_by": by, "content": content}
    made = insert(table).values(state=State.SPREADING, started=now, **values)
    id_: int = tx.execute(made.returning(table.c.id)).scalar_one()
    started = find(tx, id_)
    assert started is not None
    return started
