"""What somebody chose to get without asking for it each time, and what is kept back from them.

The choices themselves are kept where they count: consents in `storage.people`, what is followed in
`storage.news`, the weekly overview in `storage.digests`, pauses at the gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from storage import digests, gate
from storage.gate import Outcome
from storage.tables import gate_decisions, people
from storage.tables import outbox as messages
from storage.transaction import Tx

MOST: Final = 200
"""So many of the newest decisions are looked at; nobody has as many waiting."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What comes to somebody by itself; `weekly` is about news, `paused_until` about all of it."""

    news: bool
    surveys: bool
    weekly: bool
    reminders: bool
    paused_until: datetime | None


_OF: Final = select(
    people.c.wants_news,
    people.c.wants_surveys,
    people.c.digest,
    people.c.reminders,
    people.c.paused_until,
).where(people.c.id == bindparam("person"))


def of(tx: Tx, person: int, now: datetime) -> Preferences:
    """What somebody chose; a pause that is over is none."""
    row: Sequence[Any] = tx.execute(_OF, {"person": person}).one()
    paused = row[4] if row[4] is not None and row[4] > now else None
    return Preferences(row[0], row[1], row[2], row[3], paused)


_LATER: Final = (
    select(gate_decisions.c.key, gate_decisions.c.reason)
    .where(
        gate_decisions.c.person == bindparam("person"),
        gate_decisions.c.outcome == Outcome.LATER,
    )
    .order_by(gate_decisions.c.at.desc())
    .limit(MOST)
)
_WAITS: Final = (
    select(messages.c.id, messages.c.key, messages.c.useful_until)
    .where(
        messages.c.chat
        == select(people.c.chat).where(people.c.id == bindparam("person")).scalar_subquery(),
        messages.c.state == "waiting",
    )
    .order_by(messages.c.id)
)


def _held(tx: Tx, person: int) -> list[tuple[int, str, datetime | None]]:
    """What the gate keeps back from somebody: number, the gate's reason, until when of use."""
    reasons = {row.key: row.reason for row in tx.execute(_LATER, {"person": person})}
    rows: Iterable[Sequence[Any]] = tx.execute(_WAITS, {"person": person}) if reasons else ()
    return [(row[0], reasons[key], row[2]) for row in rows if (key := _decided(row[1])) in reasons]


def _decided(key: str) -> str:
    """Under which the gate decided about a message: all attempts of an announcement are one."""
    parts = key.split(":")
    return ":".join(parts[:3]) if parts[0] == "announcement" else key


def kept_back(tx: Tx, person: int, now: datetime) -> dict[str, int]:
    """How many messages wait for somebody, by the gate's reason; `digest` for the next overview.

    What will be of no use any more is not counted.
    """
    found = _held(tx, person)
    held = Counter(reason for _id, reason, until in found if until is None or until > now)
    if digests.is_chosen(tx, person):
        held[gate.DIGEST] = len(digests.waiting(tx, person, "", now))
    return +held


def end_pause(tx: Tx, person: int, now: datetime) -> None:
    """Let come what was kept back by a pause; each message is decided about anew."""
    gate.pause(tx, person, None)
    numbers = [number for number, _reason, _until in _held(tx, person)]
    waits = (messages.c.id.in_(numbers), messages.c.state == "waiting", messages.c.due > now)
    tx.execute(update(messages).where(*waits).values(due=now))
