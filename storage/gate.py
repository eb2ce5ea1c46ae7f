"""The one gate: every message that a person did not just ask for passes here when it is claimed.

In this order: do they agree to it, can they be reached, is it news for their weekly digest, do they
want a pause, have they had three already in seven days, and is it day. Each decision is kept by the
message's key, with its reason. A message that was let through counts once, also when it is claimed
again after a crash; one that was refused stays refused; one that has to wait is decided anew when
it comes again. Messages about what somebody signed up for do not come here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, delete, select, text, update

from storage import settings, wall_time
from storage.people import Person, Purpose
from storage.reminder_times import is_night, morning_after
from storage.tables import gate_decisions
from storage.tables import people as people_table
from storage.transaction import Insert, Prepared, Tx, lock_number

A_WEEK: Final = timedelta(days=7)
MOST_A_WEEK: Final = 3
"""So many messages within seven days, over all purposes; people are told so when they agree."""
KEPT: Final = timedelta(days=90)
"""So long after a decision its message is not asked about any more."""
PAGE: Final = 500
DIGEST: Final = "digest"
FRIDAY: Final = 4
DIGEST_HOUR: Final = time(10)


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
    GONE = "gone"


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
_WANTS: Final = {
    Purpose.NEWS: people_table.c.wants_news.label("wants"),
    Purpose.SURVEY: people_table.c.wants_surveys.label("wants"),
}
_KEYS: Final[BindParameter[Any]] = bindparam("keys", expanding=True)
_NUMBERS: Final[BindParameter[Any]] = bindparam("numbers", expanding=True)
_BEFORE: Final = select(
    gate_decisions.c.key, gate_decisions.c.outcome, gate_decisions.c.reason
).where(gate_decisions.c.key.in_(_KEYS))
_FACTS: Final = {
    purpose: select(
        people_table.c.id,
        people_table.c.reachable,
        wants,
        people_table.c.paused_until,
        people_table.c.digest,
    ).where(people_table.c.id.in_(_NUMBERS))
    for purpose, wants in _WANTS.items()
}
_PASSED: Final = (
    select(gate_decisions.c.person, gate_decisions.c.at)
    .where(
        gate_decisions.c.person.in_(_NUMBERS),
        gate_decisions.c.outcome == Outcome.PASS,
        gate_decisions.c.at > bindparam("since"),
    )
    .order_by(gate_decisions.c.person, gate_decisions.c.at)
)
_LOCK: Final = text(
    "SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS held(number)"
)


@Prepared
def _record(tx: Tx) -> Insert:
    added = tx.insert(gate_decisions)
    new = {name: added.excluded[name] for name in ("outcome", "reason", "at")}
    return added.on_conflict_do_update(index_elements=["key"], set_=new)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a decision about one person rests on; `passed` grows as they are let through."""

    reachable: bool
    wants: bool
    paused_until: datetime | None
    digest: bool
    passed: list[datetime]


def decide(tx: Tx, person: Person, purpose: Purpose, key: str, now: datetime) -> Decision:
    """Whether this message may go to this person now; asked when it is claimed, and kept."""
    return _decide(tx, purpose, [(person.id, key)], now, weekly=False)[0]


def decide_many(
    tx: Tx, purpose: Purpose, asked: Sequence[tuple[int, str]], now: datetime
) -> list[Decision]:
    """The same for news to many, (person, key) each, in as many statements for 200 as for one.

    Who chose the weekly digest gets no single news: refused, until the day of that digest.
    """
    return _decide(tx, purpose, asked, now, weekly=purpose == Purpose.NEWS)


def _decide(
    tx: Tx, purpose: Purpose, asked: Sequence[tuple[int, str]], now: datetime, *, weekly: bool
) -> list[Decision]:
    """Decide in the order asked: the second about one person knows of the first."""
    if not asked:
        return []
    people = sorted({person for person, _key in asked})
    _hold(tx, people)
    before = {row.key: row for row in tx.execute(_BEFORE, {"keys": [key for _, key in asked]})}
    outcomes = {key: (row.outcome, row.reason) for key, row in before.items()}
    when = _When(now, settings.platform(tx).zone, weekly=weekly)
    desk = _Desk(purpose, when, _facts(tx, purpose, people, now), outcomes)
    decisions = [desk.decided(person, key) for person, key in asked]
    if desk.kept:
        tx.execute(_record, list(desk.kept.values()))
    return decisions


def _hold(tx: Tx, numbers: Sequence[int]) -> None:
    """Let nobody else decide about these people until the transaction ends; in their order."""
    if tx.postgres:
        locks = [lock_number(f"gate:{person}") for person in numbers]
        tx.connection.execute(_LOCK, {"numbers": locks})


def _facts(tx: Tx, purpose: Purpose, numbers: Sequence[int], now: datetime) -> dict[int, _Facts]:
    passed: defaultdict[int, list[datetime]] = defaultdict(list)
    decided: Iterable[Sequence[Any]] = tx.execute(
        _PASSED, {"numbers": numbers, "since": now - A_WEEK}
    )
    for person, at in decided:
        passed[person].append(at)
    found: Iterable[Sequence[Any]] = tx.execute(_FACTS[purpose], {"numbers": numbers})
    return {row[0]: _Facts(row[1], row[2], row[3], row[4], passed[row[0]]) for row in found}


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where those who ask together are decided about, one after the other."""

    purpose: Purpose
    when: _When
    facts: Mapping[int, _Facts]
    before: dict[str, tuple[str, str]]
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def decided(self, person: int, key: str) -> Decision:
        """What is decided, noted unless it stands already."""
        outcome, why = self.before.get(key, (None, ""))
        if outcome == Outcome.REFUSED:
            return Refused(why)
        about = self.facts.get(person)
        if about is None:
            return Refused(Why.GONE)
        has_passed = outcome == Outcome.PASS
        decision = self.when.decided(about, has_passed=has_passed)
        if not has_passed or isinstance(decision, Refused):
            row = _row(person, self.purpose, key, decision, self.when.now)
            self.kept[key], self.before[key] = row, (row["outcome"], row["reason"])
        if not has_passed and isinstance(decision, Pass):
            about.passed.append(self.when.now)
        return decision


@dataclass(frozen=True, slots=True)
class _When:
    """The moment of a decision, where the platform is; `weekly`: a digest may stand for it."""

    now: datetime
    zone: str
    weekly: bool

    def decided(self, about: _Facts, *, has_passed: bool) -> Decision:
        """What is decided; who passed before is not counted again."""
        if not about.wants:
            return Refused(Why.NO_CONSENT)
        if not about.reachable:
            return Refused(Why.UNREACHABLE)
        if self.weekly and about.digest and not has_passed:
            return Refused(digest_reason(next_digest(self.now, self.zone), self.zone))
        at, why = self.now, None
        if about.paused_until is not None and about.paused_until > at:
            at, why = about.paused_until, Why.PAUSED
        free = self.now if has_passed else self._free(about.passed)
        if free > at:
            at, why = free, Why.ENOUGH
        if is_night(at, self.zone):
            at, why = morning_after(at, self.zone), why or Why.NIGHT
        return Pass() if why is None else Later(at, why)

    def _free(self, passed: Sequence[datetime]) -> datetime:
        """From when on the week has room for one more."""
        return passed[-MOST_A_WEEK] + A_WEEK if len(passed) >= MOST_A_WEEK else self.now


def _row(
    person: int, purpose: Purpose, key: str, decision: Decision, now: datetime
) -> dict[str, Any]:
    outcome, why = _OUTCOMES[type(decision)], None if isinstance(decision, Pass) else decision.why
    who = {"person": person, "key": key, "purpose": purpose, "at": now}
    return {**who, "outcome": outcome, "reason": why}


def refuse(  # noqa: PLR0913 - a decision's columns
    tx: Tx, person: Person, purpose: Purpose, key: str, now: datetime, *, why: str
) -> Refused:
    """Note that its sender does not want it sent any more, unless it went through before."""
    before = tx.execute(_BEFORE, {"keys": [key]}).first()
    if before is None or before.outcome != Outcome.PASS:
        tx.execute(_record, _row(person.id, purpose, key, Refused(why), now))
    return Refused(why)


def next_digest(now: datetime, zone: str) -> datetime:
    """When the next weekly digest goes out, after this moment: on a Friday at ten."""
    today = wall_time.wall(now, zone).date()
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    at = wall_time.moment(datetime.combine(friday, DIGEST_HOUR), zone)
    if at > now:
        return at
    return wall_time.moment(datetime.combine(friday + timedelta(days=7), DIGEST_HOUR), zone)


def digest_reason(digest: datetime, zone: str) -> str:
    """Why news is not sent singly: it is for the digest of that day."""
    return f"{DIGEST}:{wall_time.wall(digest, zone).date().isoformat()}"


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
