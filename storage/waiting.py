"""The waiting list at work: seats that are free go to those who stand in line for them.

    more than a day before   offered, strictly in order, with a deadline (`storage.offer_times`);
                             a party that is larger than the whole capacity holds up nobody
    within a day             given at once to the first whose party fits, again until nobody fits
    the start, or cancelled  nothing moves any more

`settle` does all of this. Every verb that touches seats or the line calls it before and after, so
what people get never depends on whether a tick has run; the tick only makes that they hear in time.
The deadline for signing up does not stop the line: who stands in it signed up in time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, select, update

from storage import line as rows
from storage import meetings, offer_times, seats
from storage.line import Entry, State, entry, last, length, line
from storage.meetings import Answer, Meeting, Status
from storage.seats import IN_LINE, ON_OFFER, Closed, Rsvp, Seated, Why
from storage.tables import meetings as meetings_table
from storage.tables import waiting_list
from storage.transaction import Tx

__all__ = ["Entry", "State", "entry", "last", "length", "line"]

_DUE: Final = (
    select(meetings_table.c.id)
    .where(
        meetings_table.c.starts > bindparam("now"),
        meetings_table.c.status == Status.ON,
        select(waiting_list.c.id)
        .where(waiting_list.c.meeting == meetings_table.c.id, IN_LINE)
        .limit(1)  # So PostgreSQL looks at each of these few, and not along all lines ever.
        .scalar_subquery()
        .is_not(None),
    )
    .order_by(meetings_table.c.starts, meetings_table.c.id)
)
_LIVE_HERE: Final = update(waiting_list).where(waiting_list.c.meeting == bindparam("of"), IN_LINE)
_REVOKE: Final = _LIVE_HERE.values(state=State.REVOKED, ended=bindparam("at"))
_UNOFFER: Final = _LIVE_HERE.where(ON_OFFER).values(
    state=State.WAITING, offered=None, offer_until=None
)


class Lost(StrEnum):
    """Why an offer cannot be taken any more."""

    EXPIRED = "expired"
    DECLINED = "declined"
    MOVED = "moved"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Gone:
    """The offer is gone. After `MOVED` they stand in line again, where they were."""

    why: Lost


class Reason(StrEnum):
    """Why nobody was moved up; `SOON` is what the next settling will do."""

    CLOSED = "closed"
    SOON = "soon"
    NOBODY_WAITS = "nobody_waits"
    OFFERED = "offered"
    NO_SEAT = "no_seat"
    PARTY_TOO_BIG = "party_too_big"


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why nobody was moved up; `seats` and `free` with `PARTY_TOO_BIG`, the rest with `OFFERED`."""

    reason: Reason
    person: int | None = None
    name: str | None = None
    until: datetime | None = None
    seats: int = 0
    free: int = 0


def settle(tx: Tx, meeting_id: int, now: datetime) -> None:
    """Let offers expire that were not taken, and give or offer what is free to the line.

    Whoever is moved up leaves other places of the day, whose lines are settled then too. Holds the
    root of the meeting until the transaction ends.
    """
    if rows.is_empty(tx, meeting_id):
        return
    settle_all(tx, [meetings.locked_root(tx, meeting_id).id], now)


def settle_all(tx: Tx, of: Iterable[int], now: datetime) -> None:
    """The same for several meetings of a day that is held already, one after another."""
    queue = list(dict.fromkeys(of))
    while queue:
        changed = _settle_one(tx, queue.pop(0), now)
        queue += [meeting for meeting in changed if meeting not in queue]


def _settle_one(tx: Tx, meeting_id: int, now: datetime) -> Sequence[int]:
    """Settle one line; the other places of the day where that freed something, by number."""
    if rows.is_empty(tx, meeting_id):
        return []
    meeting = meetings.find(tx, meeting_id)
    assert meeting is not None
    for passed in rows.overdue(tx, meeting_id, now):
        rows.expire(tx, meeting, passed, now)
    if meeting.status != Status.ON or meeting.starts <= now:
        return []
    if offer_times.is_urgent(meeting.starts, now):
        return _move_up(tx, meeting, now)
    _offer(tx, meeting, now)
    return []


def _offer(tx: Tx, meeting: Meeting, now: datetime) -> None:
    free = seats.free(tx, meeting)
    while free is None or free > 0:
        waiting = rows.first(tx, meeting.id, meeting.capacity)
        if waiting is None or (free is not None and waiting.seats > free):
            return
        if rows.offer(tx, meeting, waiting, now) and free is not None:
            free -= waiting.seats


def _move_up(tx: Tx, meeting: Meeting, now: datetime) -> Sequence[int]:
    """Seat whoever fits, in order; the places of the day that they left."""
    changed: set[int] = set()
    free = seats.free(tx, meeting)
    while free is None or free > 0:
        waiting = rows.first(tx, meeting.id, free)
        if waiting is None:
            break
        if rows.chat_of(tx, waiting.person) is None:
            continue
        rows.end(tx, waiting, State.MOVED_UP, now)
        left, also = take(tx, meeting, _said(waiting, waiting.version, now), now)
        changed.update(also)
        rows.tell_moved_up(tx, meeting, waiting, left, now)
        if free is not None:
            free -= waiting.seats
    return sorted(changed)


def _said(waiting: Entry, version: int, now: datetime) -> Rsvp:
    answer = Answer.YES
    return Rsvp(waiting.meeting, waiting.person, answer, waiting.seats, now, waiting.name, version)


def take(tx: Tx, meeting: Meeting, said: Rsvp, now: datetime) -> tuple[int | None, Sequence[int]]:
    """Seat somebody, who leaves the other places of the day: the one with seats, and all lines.

    Gives the place where they had seats, and all places where something became free.
    """
    left = seats.seat(tx, meeting, said)
    changed = {left} if left is not None else set()
    for waiting in rows.elsewhere(tx, meeting, said.person):
        rows.end(tx, waiting, State.LEFT, now)
        changed.add(waiting.meeting)
    return left, sorted(changed)


def due(tx: Tx, now: datetime) -> list[int]:
    """The meetings to come that somebody stands in line for, the soonest first."""
    return list(tx.execute(_DUE, {"now": now}).scalars())


def place(tx: Tx, meeting_id: int, person: int) -> int | None:
    """Somebody's place in line: 1 is next, 0 has an offer; None: they are not in it."""
    mine = entry(tx, meeting_id, person)
    if mine is None:
        return None
    return 0 if mine.state == State.OFFERED else rows.ahead(tx, meeting_id, mine.id) + 1


def accept(tx: Tx, meeting_id: int, person: int, now: datetime) -> Seated | Gone | Closed:
    """Take the seats that are on offer; pressing again says the same.

    After the deadline for signing up this still works, until the offer ends or the meeting begins.
    """
    meeting = meetings.locked_root(tx, meeting_id)
    settle_all(tx, [meeting_id], now)
    why = seats.closed(meeting, now)
    if why is not None and why is not Why.DEADLINE:
        return Closed(why)
    mine = entry(tx, meeting_id, person)
    if mine is None or mine.state != State.OFFERED:
        return _what_became(tx, meeting_id, person)
    return accepted(tx, meeting, mine, _said(mine, meeting.version, now))


def accepted(tx: Tx, meeting: Meeting, mine: Entry, said: Rsvp) -> Seated:
    """Seat somebody who comes out of the line, and settle what becomes free by that."""
    now = said.changed
    rows.end(tx, mine, State.ACCEPTED, now)
    left, changed = take(tx, meeting, said, now)
    settle_all(tx, [meeting.id, *changed], now)
    return Seated(said.seats, left)


def _what_became(tx: Tx, meeting_id: int, person: int) -> Seated | Gone:
    held = seats.find(tx, meeting_id, person)
    if held is not None and held.answer == Answer.YES:
        return Seated(held.seats)
    before = last(tx, meeting_id, person)
    match before.state if before is not None else None:
        case State.EXPIRED:
            return Gone(Lost.EXPIRED)
        case State.WAITING:
            return Gone(Lost.MOVED)
        case State.DECLINED | State.LEFT:
            return Gone(Lost.DECLINED)
        case _:
            return Gone(Lost.NEVER)


def decline(tx: Tx, meeting_id: int, person: int, now: datetime) -> bool:
    """Let the seats on offer go to the next; False if there was no offer any more.

    It counts as a no, so that the meeting is found back among those they declined.
    """
    return _step_out(tx, meeting_id, person, now, only_offers=True)


def leave(tx: Tx, meeting_id: int, person: int, now: datetime) -> bool:
    """Step out of the line, also with an offer; False if they were not in it. Counts as a no."""
    return _step_out(tx, meeting_id, person, now, only_offers=False)


def _step_out(tx: Tx, meeting_id: int, person: int, now: datetime, *, only_offers: bool) -> bool:
    meeting = meetings.locked_root(tx, meeting_id)
    settle_all(tx, [meeting_id], now)
    mine = entry(tx, meeting_id, person)
    if mine is None or (only_offers and mine.state != State.OFFERED):
        return False
    rows.end(tx, mine, State.DECLINED if only_offers else State.LEFT, now)
    no = Rsvp(meeting_id, person, Answer.NO, 0, now, mine.name, meeting.version)
    seats.keep(tx, seats.find(tx, meeting_id, person), no)
    settle_all(tx, [meeting_id], now)
    return True


def revoke(tx: Tx, meeting_id: int, now: datetime) -> int:
    """End the line of a meeting that is cancelled; how many stood in it."""
    return tx.execute(_REVOKE, {"of": meeting_id, "at": now}).rowcount


def unoffer(tx: Tx, meeting_id: int) -> int:
    """Take back what is on offer, as the meeting moved; how many stand in line again for that.

    Settle before, so that offers that are over stay over, and after, so that new ones are made.
    """
    return tx.execute(_UNOFFER, {"of": meeting_id}).rowcount


def why_nobody_moved(tx: Tx, meeting_id: int, now: datetime) -> Stuck:
    """Why nobody in line gets a seat at this moment."""
    meeting = meetings.find(tx, meeting_id)
    if meeting is None or meeting.status != Status.ON or meeting.starts <= now:
        return Stuck(Reason.CLOSED)
    head = line(tx, meeting_id, 1)
    if not head:
        return Stuck(Reason.NOBODY_WAITS)
    free = seats.free(tx, meeting)
    urgent = offer_times.is_urgent(meeting.starts, now)
    waiting = rows.first(tx, meeting_id, meeting.capacity) or rows.first(tx, meeting_id)
    fits = rows.first(tx, meeting_id, free) if urgent else waiting
    if rows.overdue(tx, meeting_id, now) or (fits and (free is None or fits.seats <= free)):
        return Stuck(Reason.SOON)
    if waiting is not None and free is not None and free > 0:
        return Stuck(Reason.PARTY_TOO_BIG, seats=waiting.seats, free=free)
    if head[0].state == State.OFFERED:
        return Stuck(Reason.OFFERED, head[0].person, head[0].name, head[0].offer_until)
    return Stuck(Reason.NO_SEAT)
