"""Invitations to a meeting: to many at once, one a person, each through the gate when it goes.

    invite → a page of people at a time, each marked as invited → the gate → sent, held or skipped

Nobody is marked twice for one meeting, except who was refused before: they may want it by now.
Each is looked at again when it is claimed: who answered meanwhile gets none, nor does anybody for a
meeting that is no longer open. All the rest is for the gate to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from storage import audiences, fanout, gate, meetings, outbox, people, seats
from storage.audiences import KEY, Audience, Counted, count, neighbourhoods
from storage.fanout import Fanout
from storage.gate import Later, Outcome, Pass, Refused
from storage.meetings import Meeting
from storage.outbox import Promise
from storage.people import Person, Purpose
from storage.seats import Why
from storage.tables import gate_decisions
from storage.tables import invitations as table
from storage.tables import outbox as messages
from storage.transaction import Insert, Prepared, Tx

__all__ = [
    "Audience",
    "Counted",
    "count",
    "neighbourhoods",
]  # found here too: they are for invitations

KIND: Final = "invitation"
RENDERER: Final = "invitation"
ANSWERED: Final = "answered already"
CLOSED: Final = "closed"
NOT_FOR_THEM: Final = "not for them"
GONE: Final = "gone"
MISSED: Final = "too late"


def invite(tx: Tx, meeting: Meeting, audience: Audience, by: int, now: datetime) -> Fanout:
    """Have this audience invited, from now on; who that is, is looked up page by page."""
    name = f"invitation:{meeting.id}:{by}:{now.isoformat()}"
    return fanout.start(tx, name, KIND, meeting.id, asdict(audience), by, now, now)


@Prepared
def _mark(tx: Tx) -> Insert:
    added = tx.insert(table)
    return added.on_conflict_do_update(
        index_elements=["meeting", "person"],
        set_={"fanout": added.excluded.fanout, "created": added.excluded.created},
    )


def promise(tx: Tx, now: datetime) -> int:
    """Invite a page of people of what is under way; more than 0 while there may be further ones."""
    return fanout.go_on(tx, KIND, _promise_page, now)


def _promise_page(tx: Tx, one: Fanout, limit: int, now: datetime) -> int:
    meeting = meetings.find(tx, one.meeting) if one.meeting is not None else None
    if meeting is None or seats.closed(meeting, now) not in (None, Why.DAY):
        fanout.drop(tx, one.id, now)
        return 0
    tx.lock(f"invitations:{meeting.id}")
    page = audiences.page(tx, meeting, audiences.load(one.arguments), one.cursor, limit)
    found = page.people
    if found:
        marks = [
            {"meeting": meeting.id, "person": person, "fanout": one.id, "created": now}
            for person, _chat in found
        ]
        tx.execute(_mark, marks)
    outbox.promise_all(tx, _promises(meeting, one, found, now), now)
    if page.further is None:
        return fanout.passed(tx, one, found, limit, now)
    fanout.advance(tx, one.id, page.further, len(found), None)
    return limit  # looking through many for few took as long as promising it to all


def _promises(
    meeting: Meeting, one: Fanout, found: Iterable[tuple[int, str]], now: datetime
) -> Iterable[Promise]:
    for person, chat in found:
        yield Promise(
            key=audiences.key(one.id, person),
            chat=chat,
            renderer=RENDERER,
            arguments={"fanout": one.id, "meeting": meeting.id, "person": person},
            due=now,
            useful_until=min(meeting.deadline or meeting.starts, meeting.starts),
        )


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited to what; `by` is who had it sent, and `audience` whom they meant."""

    meeting: Meeting
    person: Person
    by: Person | None
    audience: Audience


def wanted(tx: Tx, promised: Mapping[str, Any], now: datetime) -> Invitation | Later | Refused:
    """What a promised invitation is to say, if it may go now; asked when it is claimed."""
    meeting = meetings.find(tx, promised["meeting"])
    person = people.find(tx, promised["person"])
    one = fanout.find(tx, promised["fanout"])
    if meeting is None or person is None or one is None:
        return Refused(GONE)
    name = audiences.key(one.id, person.id)
    why = _stale(tx, meeting, person, now)
    if why is not None:
        return gate.refuse(tx, person, Purpose.NEWS, name, now, why=why)
    decision = gate.decide(tx, person, Purpose.NEWS, name, now)
    if not isinstance(decision, Pass):
        return decision
    by = people.find(tx, one.made_by) if one.made_by is not None else None
    return Invitation(meeting, person, by, audiences.load(one.arguments))


_SENDER: Final = select(table.c.fanout).where(
    table.c.meeting == bindparam("meeting"), table.c.person == bindparam("person")
)


def why(tx: Tx, meeting: int, person: int) -> tuple[Audience, Person | None] | None:
    """Whom the invitation that somebody got was for, and who had it sent."""
    fanned: int | None = tx.execute(_SENDER, {"meeting": meeting, "person": person}).scalar()
    one = fanout.find(tx, fanned) if fanned is not None else None
    if one is None:
        return None
    by = people.find(tx, one.made_by) if one.made_by is not None else None
    return audiences.load(one.arguments), by


def _stale(tx: Tx, meeting: Meeting, person: Person, now: datetime) -> str | None:
    """Why there is nothing to invite this person to any more."""
    if seats.closed(meeting, now) not in (None, Why.DAY):
        return CLOSED
    if audiences.has_answered(tx, meeting, person.id):
        return ANSWERED
    return None if seats.welcomes(meeting, person) else NOT_FOR_THEM


_LET_THROUGH: Final = (
    select(table.c.person)
    .select_from(table.join(gate_decisions, gate_decisions.c.key == KEY))
    .where(table.c.meeting == bindparam("meeting"), gate_decisions.c.outcome == Outcome.PASS)
    .order_by(table.c.person)
)
_ONE: Final = _LET_THROUGH.where(table.c.person == bindparam("person"))


def of(tx: Tx, meeting: int) -> list[int]:
    """Who got an invitation to this meeting, by number."""
    return list(tx.execute(_LET_THROUGH, {"meeting": meeting}).scalars())


def has(tx: Tx, meeting: int, person: int) -> bool:
    """Whether this person got an invitation to this meeting."""
    return tx.execute(_ONE, {"meeting": meeting, "person": person}).first() is not None


@dataclass(frozen=True, slots=True)
class Report:
    """How invitations to a meeting fare; the numbers add up to all who are invited.

    `held` and `skipped` are by reason (`storage.gate.Why`, or one of those above). `open` go out as
    soon as they can. `going_on`: more people are looked for.
    """

    sent: int = 0
    open: int = 0
    failed: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    going_on: bool = False

    @property
    def invited(self) -> int:
        """How many people were to get one."""
        return (
            self.sent
            + self.open
            + self.failed
            + sum(self.held.values())
            + sum(self.skipped.values())
        )


_FATES: Final = (
    select(messages.c.state, gate_decisions.c.outcome, gate_decisions.c.reason, func.count())
    .select_from(
        table.outerjoin(messages, messages.c.key == KEY).outerjoin(
            gate_decisions, gate_decisions.c.key == KEY
        )
    )
    .where(table.c.meeting == bindparam("meeting"))
    .group_by(messages.c.state, gate_decisions.c.outcome, gate_decisions.c.reason)
)


def report(tx: Tx, meeting: Meeting) -> Report:
    """How the invitations to this meeting fare by now."""
    plain: Counter[str] = Counter()
    held: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    rows: Iterable[Sequence[Any]] = tx.execute(_FATES, {"meeting": meeting.id})
    for state, outcome, reason, n in rows:
        match _fate(state, outcome):
            case "held":
                held[reason] += n
            case "skipped":
                skipped[reason if outcome == Outcome.REFUSED else MISSED] += n
            case fate:
                plain[fate] += n
    told = fanout.of_meeting(tx, KIND, meeting.id)
    going_on = any(one.finished is None for one in told)
    return Report(plain["sent"], plain["open"], plain["failed"], held, skipped, going_on)


def _fate(state: str | None, outcome: str | None) -> str:
    """What became of one; the record of its message (`state`) is gone after a while."""
    if state in ("unreachable", "refused", "uncertain"):
        return "failed"
    if outcome == Outcome.REFUSED:
        return "skipped"
    if state in ("waiting", "sending"):
        return "held" if outcome == Outcome.LATER else "open"
    return "sent" if outcome == Outcome.PASS and state != "missed" else "skipped"
