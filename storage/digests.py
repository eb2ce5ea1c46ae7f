"""The weekly overview: on Friday at ten, what was kept back all week for those who chose that.

    single news → the gate refuses it, with the day of the next overview → the overview names it

What is in one follows from the gate's decisions alone: all that was kept back since the overview
before it, up to the moment when it passed the gate itself. So one that is written twice says the
same twice, and nothing is named in two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select, text, update

from storage import fanout, gate, news, outbox, settings
from storage.fanout import Fanout
from storage.gate import Outcome
from storage.news import Item
from storage.outbox import Promise
from storage.people import Person, Purpose
from storage.tables import gate_decisions, people
from storage.transaction import Tx

KIND: Final = gate.DIGEST
RENDERER: Final = "digest"
OF_USE: Final = timedelta(days=2, hours=11)
"""Until Sunday evening."""
LOOKED_BACK: Final = timedelta(days=15)
"""What was kept back longer ago is no news any more."""

_CHOSE_IT: Final = text("people.digest")  # in these words, for its partial index
_WANTS_IT: Final = (_CHOSE_IT, people.c.wants_news, people.c.reachable)
_ANYBODY: Final = select(people.c.id).where(*_WANTS_IT).order_by(people.c.id).limit(1)
_PAGE: Final = (
    select(people.c.id, people.c.chat)
    .where(*_WANTS_IT, people.c.id > bindparam("after"))
    .order_by(people.c.id)
    .limit(bindparam("most"))
)
_DECIDED: Final = (
    select(
        gate_decisions.c.key, gate_decisions.c.outcome, gate_decisions.c.reason, gate_decisions.c.at
    )
    .where(
        gate_decisions.c.person == bindparam("of"),
        gate_decisions.c.at > bindparam("since"),
        gate_decisions.c.purpose == Purpose.NEWS,
    )
    .order_by(gate_decisions.c.at, gate_decisions.c.id)
)


_CHOSEN: Final = select(people.c.digest).where(people.c.id == bindparam("of"))


def is_chosen(tx: Tx, person: int) -> bool:
    """Whether somebody gets the news once a week, and not message by message."""
    return bool(tx.execute(_CHOSEN, {"of": person}).scalar())


def choose(tx: Tx, person: Person, now: datetime, *, weekly: bool) -> bool:
    """Get the news once a week, or message by message: then what waited comes now, if anything.

    Whether something comes now.
    """
    tx.execute(update(people).where(people.c.id == person.id).values(digest=weekly))
    return not weekly and hand_over(tx, person, now)


# Promising them.


def promise(tx: Tx, now: datetime) -> int:
    """Plan the next overview if somebody wants one, and promise a page of one that is due."""
    if tx.execute(_ANYBODY).first() is not None:
        zone = settings.platform(tx).zone
        due = gate.next_digest(now, zone)
        fanout.start(tx, gate.digest_reason(due, zone), KIND, None, {}, None, due, now)
    return fanout.go_on(tx, KIND, _promise_page, now)


def _promise_page(tx: Tx, one: Fanout, limit: int, now: datetime) -> int:
    until = one.due + OF_USE
    if until <= now:
        fanout.drop(tx, one.id, now)
        return 0
    rows: Iterable[Sequence[Any]] = tx.execute(_PAGE, {"after": one.cursor, "most": limit})
    page = [(row[0], row[1]) for row in rows]
    promises = [_promised(f"{one.key}:{person}", person, chat, now, until) for person, chat in page]
    outbox.promise_all(tx, promises, now)
    return fanout.passed(tx, one, page, limit, now)


def hand_over(tx: Tx, person: Person, now: datetime) -> bool:
    """Promise at once what waits for somebody who wants single messages from now on."""
    zone = settings.platform(tx).zone
    day = gate.digest_reason(gate.next_digest(now, zone), zone)
    key = f"{day}:{person.id}:{now.isoformat()}"
    if not waiting(tx, person.id, key, now):
        return False
    return outbox.promise(tx, _promised(key, person.id, person.chat, now, now + OF_USE), now)


def _promised(key: str, person: int, chat: str, now: datetime, until: datetime) -> Promise:
    return Promise(key, chat, RENDERER, {"person": person, "key": key}, now, until)


# What is in one.


@dataclass(frozen=True, slots=True)
class _Decision:
    key: str
    outcome: str
    reason: str | None
    at: datetime

    @property
    def is_overview(self) -> bool:
        return self.outcome == Outcome.PASS and self.key.startswith(f"{KIND}:")

    @property
    def was_kept_back(self) -> bool:
        return self.outcome == Outcome.REFUSED and (self.reason or "").startswith(f"{KIND}:")


def waiting(tx: Tx, person: int, key: str, now: datetime) -> list[Item]:
    """What the overview with this key tells somebody, the oldest first.

    What was taken back meanwhile, or is of no use any more, is left out.
    """
    asked = {"of": person, "since": now - LOOKED_BACK}
    rows: Iterable[Sequence[Any]] = tx.execute(_DECIDED, asked)
    decided = [_Decision(*row) for row in rows]
    overviews = [place for place, one in enumerate(decided) if one.is_overview]
    until = next((place for place in overviews if decided[place].key == key), len(decided))
    since = max((place + 1 for place in overviews if place < until), default=0)
    kept = [_announcement(one.key) for one in decided[since:until] if one.was_kept_back]
    numbers = list(dict.fromkeys(number for number in kept if number is not None))
    found = news.some(tx, numbers) if numbers else []
    at = decided[until].at if until < len(decided) else now
    useful = [one for one in found if one.useful_until is None or one.useful_until > at]
    return sorted(useful, key=lambda one: (one.begun, one.id))


def _announcement(key: str) -> int | None:
    """The number in the key of a message, such as `announcement:12:345`."""
    kind, _colon, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "announcement" and number.isdecimal() else None
