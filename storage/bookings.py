"""Where each recipient of a sending stands, and the counts of the sending, moved together.

Every change of a recipient's state goes through here, so that the sums of a sending are right
whenever a transaction ends: its rows = open + sent + failed + skipped + uncertain, and held is a
part of open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, null, text, update

from storage import outbox
from storage.tables import recipients, sendings
from storage.transaction import Tx

APART: Final = text("recipients.state NOT IN ('open', 'sent')")
"""In these words, for the partial index of those that are neither to come nor done."""
UNREACHABLE: Final = "unreachable"
CANCELLED: Final = "cancelled"
TOO_LATE: Final = "too late"
GONE: Final = "gone"
ANSWERED: Final = "answered"
REFUSED: Final = "refused"


class State(StrEnum):
    """Of one recipient; `storage.recipients` draws how they follow each other."""

    OPEN = "open"
    PROMISED = "promised"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNCERTAIN = "uncertain"


_COUNTS: Final[Mapping[State, tuple[str, ...]]] = {
    State.OPEN: ("open",),
    State.PROMISED: ("open",),
    State.HELD: ("open", "held"),
    State.SENT: ("sent",),
    State.FAILED: ("failed",),
    State.SKIPPED: ("skipped",),
    State.UNCERTAIN: ("uncertain",),
}
"""Under which counts of a sending those in a state are."""


@dataclass(frozen=True, slots=True)
class End:
    """How it came out for a recipient."""

    state: State
    reason: str | None = None


_ENDS: Final = {
    outbox.State.SENT: End(State.SENT),
    outbox.State.UNREACHABLE: End(State.FAILED, UNREACHABLE),
    outbox.State.UNCERTAIN: End(State.UNCERTAIN),
    outbox.State.MISSED: End(State.SKIPPED, TOO_LATE),
}


def ended(state: str | None, error: str | None) -> End:
    """What it means for its recipient that a row of the outbox ended so; None: it is no more."""
    if state is None:
        return End(State.SKIPPED, GONE)
    if state == outbox.State.REFUSED:
        return End(State.FAILED, error or REFUSED)
    if state == outbox.State.CANCELLED:
        if error in (outbox.TAKEN_BACK, UNREACHABLE):
            return End(State.FAILED, UNREACHABLE)
        return End(State.SKIPPED, error or CANCELLED)
    return _ENDS[outbox.State(state)]


def book(tx: Tx, sending: int, before: State, ends: Mapping[int, End]) -> Counter[State]:
    """These people, all in the state `before`, came out so; how many by where they stand now."""
    groups: dict[End, list[int]] = {}
    for person, end in ends.items():
        groups.setdefault(end, []).append(person)
    moved: Counter[State] = Counter()
    for end, people in groups.items():
        moved[end.state] += move(tx, sending, people, before, end)
    return moved


_MOVE: Final = (
    update(recipients)
    .where(
        recipients.c.sending == bindparam("of"),
        recipients.c.person.in_(bindparam("people", expanding=True)),
        recipients.c.state == bindparam("before"),
    )
    .values(state=bindparam("to"), reason=bindparam("why"))
)


def move(tx: Tx, sending: int, people: Sequence[int], before: State, end: End) -> int:
    """Move those of these people who are in the state `before`; how many they were."""
    if not people:
        return 0
    wanted = {"of": sending, "people": list(people), "before": before}
    moved = tx.execute(_MOVE, {**wanted, "to": end.state, "why": end.reason}).rowcount
    recount(tx, sending, before, end.state, moved)
    return moved


_ADDED: Final = ("open", "held", "sent", "failed", "skipped", "uncertain")
_ADD: Final = (
    update(sendings)
    .where(sendings.c.id == bindparam("which"))
    .values({name: sendings.c[name] + bindparam(f"more_{name}") for name in _ADDED})
)


def recount(tx: Tx, sending: int, before: State | None, to: State | None, many: int) -> None:
    """So many rows went from one state to another; None stands for no row at all."""
    changes = dict.fromkeys(_ADDED, 0)
    for name in _COUNTS[before] if before is not None else ():
        changes[name] -= many
    for name in _COUNTS[to] if to is not None else ():
        changes[name] += many
    if many:
        tx.execute(_ADD, {"which": sending} | {f"more_{name}": n for name, n in changes.items()})


_PROMISED: Final = (
    update(recipients)
    .where(recipients.c.sending == bindparam("of"), recipients.c.person == bindparam("whom"))
    .values(state=State.PROMISED, reason=null(), outbox=bindparam("row"))
)


def promised(tx: Tx, sending: int, rows: Iterable[tuple[int, int]]) -> None:
    """These open people, each with the row of the outbox, are promised their message."""
    tx.execute(_PROMISED, [{"of": sending, "whom": person, "row": row} for person, row in rows])
