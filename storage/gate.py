"""The one gate: every message that a person did not just ask for passes here when it is claimed.

In this order: do they agree to it, can they be reached, do they want a pause, is it day, and have
they had three already in seven days. Each decision is kept by the message's key, with its reason.
A message that was let through counts once, also when it is claimed again after a crash; one that
was refused stays refused; one that has to wait is decided anew when it comes again. Messages about
what somebody signed up for do not come here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, delete, select, update

from storage import people, settings
from storage.people import Person, Purpose
from storage.reminder_times import is_night, morning_after
from storage.tables import gate_decisions
from storage.tables import people as people_table
from storage.transaction import Insert, Prepared, Tx

A_WEEK: Final = timedelta(days=7)
MOST_A_WEEK: Final = 3
"""So many messages within seven days, over all purposes; people are told so when they agree."""
KEPT: Final = timedelta(days=90)
"""So long after a decision its message is not asked about any more."""
PAGE: Final = 500


class Outcome(StrEnum):
    """What was decided; only what passed counts against the week."""

    PASS = "pass"  # noqa: S105 - this is no password
    LATER = "later"
    REFUSED = "refused"


class Why(StrEnum):
    """Why a message has to wait, or is not to be sent."""

    NO_CONSENT = "no consent"
    UNREACHABLE = "unreachable"
    PAUSED = "paused"
    NIGHT = "night"
    ENOUGH = "enough this week"


@dataclass(frozen=True, slots=True)
class Pass:
    """It may go now."""


@dataclass(frozen=True, slots=True)
class Later:
    """It may be tried again then; whether it is still of use is for the sender to know."""

    at: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not to be sent, now or later; `why` is one of `Why` or what its sender said."""

    why: str


Decision = Pass | Later | Refused

_OUTCOMES: Final = {Pass: Outcome.PASS, Later: Outcome.LATER, Refused: Outcome.REFUSED}

_BEFORE: Final = select(gate_decisions.c.outcome, gate_decisions.c.reason).where(
    gate_decisions.c.key == bindparam("key")
)
_PASSED: Final = (
    select(gate_decisions.c.at)
    .where(
        gate_decisions.c.person == bindparam("person"),
        gate_decisions.c.outcome == Outcome.PASS,
        gate_decisions.c.at > bindparam("since"),
    )
    .order_by(gate_decisions.c.at.desc())
    .limit(MOST_A_WEEK)
)
_PAUSED: Final = select(people_table.c.paused_until).where(people_table.c.id == bindparam("person"))


@Prepared
def _record(tx: Tx) -> Insert:
    added = tx.insert(gate_decisions)
    new = {name: added.excluded[name] for name in ("outcome", "reason", "at")}
    return added.on_conflict_do_update(index_elements=["key"], set_=new)


def decide(tx: Tx, person: Person, purpose: Purpose, key: str, now: datetime) -> Decision:
    """Whether this message may go to this person now; asked when it is claimed, and kept."""
    tx.lock(f"gate:{person.id}")
    before = tx.execute(_BEFORE, {"key": key}).first()
    if before is not None and before.outcome == Outcome.REFUSED:
        return Refused(before.reason)
    has_passed = before is not None and before.outcome == Outcome.PASS
    decision = _decided(tx, person, purpose, now, has_passed=has_passed)
    if not (has_passed and not isinstance(decision, Refused)):
        _keep(tx, person, purpose, key, decision, now)
    return decision


def refuse(  # noqa: PLR0913 - a decision's columns
    tx: Tx, person: Person, purpose: Purpose, key: str, now: datetime, *, why: str
) -> Refused:
    """Note that its sender does not want it sent any more, unless it went through before."""
    before = tx.execute(_BEFORE, {"key": key}).first()
    if before is None or before.outcome != Outcome.PASS:
        _keep(tx, person, purpose, key, Refused(why), now)
    return Refused(why)


def _decided(
    tx: Tx, person: Person, purpose: Purpose, now: datetime, *, has_passed: bool
) -> Decision:
    if not people.agrees(tx, person.id, purpose):
        return Refused(Why.NO_CONSENT)
    if not person.reachable:
        return Refused(Why.UNREACHABLE)
    zone = settings.platform(tx).zone
    at, why = now, None
    paused: datetime | None = tx.execute(_PAUSED, {"person": person.id}).scalar()
    if paused is not None and paused > at:
        at, why = paused, Why.PAUSED
    free = now if has_passed else _free(tx, person.id, now)
    if free > at:
        at, why = free, Why.ENOUGH
    if is_night(at, zone):
        at, why = morning_after(at, zone), why or Why.NIGHT
    return Pass() if why is None else Later(at, why)


def _free(tx: Tx, person: int, now: datetime) -> datetime:
    """From when on the week has room for one more."""
    wanted = {"person": person, "since": now - A_WEEK}
    passed: list[datetime] = list(tx.execute(_PASSED, wanted).scalars())
    return passed[-1] + A_WEEK if len(passed) == MOST_A_WEEK else now


def _keep(  # noqa: PLR0913, PLR0917 - a decision's columns
    tx: Tx, person: Person, purpose: Purpose, key: str, decision: Decision, now: datetime
) -> None:
    outcome, why = _OUTCOMES[type(decision)], None if isinstance(decision, Pass) else decision.why
    values = {"person": person.id, "key": key, "purpose": purpose, "at": now}
    tx.execute(_record, {**values, "outcome": outcome, "reason": why})


def pause(tx: Tx, person: int, until: datetime | None) -> None:
    """Hold back all that somebody did not ask for until then; None ends the pause."""
    tx.execute(update(people_table).where(people_table.c.id == person).values(paused_until=until))


def forget(tx: Tx, now: datetime) -> int:
    """Delete a page of decisions that nobody asks about any more; how many."""
    old = (
        select(gate_decisions.c.id)
        .where(gate_decisions.c.at < now - KEPT)
        .order_by(gate_decisions.c.at)
        .limit(PAGE)
    )
    return tx.execute(delete(gate_decisions).where(gate_decisions.c.id.in_(old))).rowcount
