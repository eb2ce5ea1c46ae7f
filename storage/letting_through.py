"""Whether messages of sendings may go, asked together when they are claimed.

Here consent, reachability, pause, cancel and surveys filled in meanwhile are looked at for the last
time. A fixed number of statements, whatever is asked for at once.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, select

from storage import announcements, audience, gate, settings
from storage.bookings import ANSWERED, CANCELLED, GONE, TOO_LATE, UNREACHABLE, End, State, move
from storage.feeding import is_quiet, useful_until
from storage.gate import Decision, Later, Pass, Refused, Why
from storage.people import Purpose
from storage.reminder_times import morning_after
from storage.sending_rows import Kind, Sending, find_many, hold
from storage.sending_rows import State as Stage
from storage.tables import answer_sets, people, recipients
from storage.transaction import Tx

A_WHILE: Final = timedelta(minutes=10)
"""So long after it was claimed a message of a paused sending is looked at again."""
_WAITS: Final = (State.PROMISED, State.HELD)


@dataclass(frozen=True, slots=True)
class Gone:
    """Who it was for is not known any more: they asked to be forgotten."""

    why: str = GONE


Answer = Decision | Gone
_Who = tuple[int, int]  # the numbers of the sending and the person


@dataclass(frozen=True, slots=True)
class _Asked:
    """One message that is asked about: whose it is, and how they stand."""

    sending: Sending
    told: announcements.Announcement
    row: Row[Any]
    attempt: int

    @property
    def key(self) -> str:
        """Under which the gate decides; the same for each attempt, so that it counts once."""
        return f"announcement:{self.told.id}:{self.row.person}"


_ROWS: Final = (
    select(
        recipients.c.sending,
        recipients.c.person,
        recipients.c.state,
        recipients.c.attempt,
        recipients.c.reason,
        people.c.reachable,
    )
    .select_from(recipients.outerjoin(people, people.c.id == recipients.c.person))
    .where(
        recipients.c.sending.in_(bindparam("sendings", expanding=True)),
        recipients.c.person.in_(bindparam("people", expanding=True)),
    )
)


def allowed(tx: Tx, asked: Sequence[Mapping[str, Any]], now: datetime) -> list[Answer]:
    """What becomes of each, by the arguments of its row of the outbox: the gate decides.

    Whoever is let through counts as promised from then on, also who was held back before.
    """
    found = _found(tx, asked)
    done = _who_answered(tx, [one for one in found if one is not None])
    answers: list[Answer | None] = [
        Gone() if one is None else _stopped(one, done, now) for one in found
    ]
    open_ = {at: one for at, one in enumerate(found) if one is not None and answers[at] is None}
    for at, decision in _decided(tx, open_, now).items():
        answers[at] = decision
    passed = {at: one for at, one in open_.items() if isinstance(answers[at], Pass)}
    for at in _promise(tx, passed):
        answers[at] = Refused(CANCELLED)
    return [answer if answer is not None else Pass() for answer in answers]


def _found(tx: Tx, asked: Sequence[Mapping[str, Any]]) -> list[_Asked | None]:
    numbers = sorted({one["sending"] for one in asked})
    persons = sorted({one["person"] for one in asked})
    runs = {one.id: one for one in find_many(tx, numbers)}
    told = announcements.find_many(tx, sorted({one.announcement for one in runs.values()}))
    by_number = {one.id: one for one in told}
    rows = _rows(tx, numbers, persons)
    found: list[_Asked | None] = []
    for one in asked:
        row = rows.get((one["sending"], one["person"]))
        if row is None or row.reachable is None:
            found.append(None)
            continue
        run = runs[row.sending]
        attempt = one.get("attempt", row.attempt)
        found.append(_Asked(run, by_number[run.announcement], row, attempt))
    return found


def _rows(tx: Tx, sendings: Sequence[int], persons: Sequence[int]) -> dict[_Who, Row[Any]]:
    found = tx.execute(_ROWS, {"sendings": sendings, "people": persons})
    return {(row.sending, row.person): row for row in found}


_FINISHED: Final = select(answer_sets.c.survey, answer_sets.c.person).where(
    answer_sets.c.survey.in_(bindparam("surveys", expanding=True)),
    answer_sets.c.person.in_(bindparam("people", expanding=True)),
    answer_sets.c.finished.is_not(None),
)


def _who_answered(tx: Tx, asked: Iterable[_Asked]) -> set[_Who]:
    """By sending and person: whom it asks for nothing any more that they have not filled in."""
    asking = [(one, surveys) for one in asked if (surveys := _unanswered(one))]
    if not asking:
        return set()
    wanted = {
        "surveys": sorted({survey for _one, surveys in asking for survey in surveys}),
        "people": sorted({one.row.person for one, _surveys in asking}),
    }
    finished = {(row.survey, row.person) for row in tx.execute(_FINISHED, wanted)}
    return {
        (one.sending.id, one.row.person)
        for one, surveys in asking
        if all((survey, one.row.person) in finished for survey in surveys)
    }


def _unanswered(one: _Asked) -> list[int]:
    """The surveys of which an audience has at least one still to do."""
    chosen = audience.load(one.told.audience).only if one.sending.kind == Kind.SEND else ()
    return [int(each.value) for each in chosen if each.kind == audience.Kind.UNANSWERED]


def _stopped(one: _Asked, done: Container[_Who], now: datetime) -> Decision | None:
    """Why it does not go now whatever the gate says; None if it may."""
    if one.sending.state == Stage.CANCELLED or not _stands(one):
        return Refused(CANCELLED)
    if one.sending.state == Stage.PAUSED:
        return Later(now + A_WHILE, Why.PAUSED)
    if one.sending.kind != Kind.SEND:
        return None
    if not one.row.reachable:
        return Refused(UNREACHABLE)
    if useful_until(one.told, one.sending.started) <= now:
        return Refused(TOO_LATE)
    if (one.sending.id, one.row.person) in done:
        return Refused(ANSWERED)
    return None


def _stands(one: _Asked) -> bool:
    """Whether this row of the outbox is still the one by which they are to get it.

    Who could not be reached and comes back gets what was promised before, while it is of use.
    """
    comes_back = one.row.state == State.FAILED and one.row.reason == UNREACHABLE
    return one.attempt == one.row.attempt and (one.row.state in _WAITS or comes_back)


def _decided(tx: Tx, asked: Mapping[int, _Asked], now: datetime) -> dict[int, Decision]:
    """What the gate says of news and surveys; the rest has only the night to wait for."""
    decisions: dict[int, Decision] = {}
    for purpose in (Purpose.NEWS, Purpose.SURVEY):
        these = {at: one for at, one in asked.items() if _goes_through_gate(one, purpose)}
        wanted = [(one.row.person, one.key) for one in these.values()]
        decided = gate.decide_many(tx, purpose, wanted, now)
        if decided and purpose == Purpose.NEWS:
            decided = _in_time(tx, list(these.values()), decided, now)
        decisions.update(zip(these, decided, strict=True))
    quiet: dict[int, bool] = {}
    for at, one in asked.items():
        if at not in decisions:
            id_ = one.sending.id
            if id_ not in quiet:
                quiet[id_] = is_quiet(tx, one.told, one.sending.kind, now)
            decisions[at] = _morning(tx, now) if quiet[id_] else Pass()
    return decisions


def _in_time(
    tx: Tx, asked: Sequence[_Asked], decided: Sequence[Decision], now: datetime
) -> list[Decision]:
    """The same; too late where it is for a weekly overview that leaves it out by then."""
    kept = (one.why for one in decided if isinstance(one, Refused))
    if not any(why.startswith(gate.DIGEST) for why in kept):
        return list(decided)
    zone = settings.platform(tx).zone
    overview = gate.next_digest(now, zone)
    waits = Refused(gate.digest_reason(overview, zone))
    return [
        Refused(TOO_LATE)
        if decision == waits and useful_until(one.told, one.sending.started) <= overview
        else decision
        for one, decision in zip(asked, decided, strict=True)
    ]


def _goes_through_gate(one: _Asked, purpose: Purpose) -> bool:
    return one.sending.kind == Kind.SEND and one.told.purpose == purpose


def _morning(tx: Tx, now: datetime) -> Later:
    return Later(morning_after(now, settings.platform(tx).zone), Why.NIGHT)


def _promise(tx: Tx, passed: Mapping[int, _Asked]) -> list[int]:
    """Whoever is let through is promised it, also who was held back or has come back.

    Those of whom it was decided otherwise since they were looked at, by their places in `passed`:
    they get it by another row of the outbox, or not at all.
    """
    waited = {at: one for at, one in passed.items() if one.row.state != State.PROMISED}
    numbers = sorted({one.sending.id for one in waited.values()})
    for sending in numbers:
        hold(tx, sending)
    now = _rows(tx, numbers, sorted({one.row.person for one in waited.values()})) if waited else {}
    groups: dict[tuple[int, State], list[int]] = {}
    overtaken = []
    for at, one in waited.items():
        row = now.get((one.sending.id, one.row.person))
        if row is not None and (row.state, row.attempt) == (one.row.state, one.row.attempt):
            groups.setdefault((one.sending.id, State(one.row.state)), []).append(one.row.person)
        else:
            overtaken.append(at)
    for (sending, before), persons in sorted(groups.items()):
        move(tx, sending, persons, before, End(State.PROMISED))
    return overtaken
