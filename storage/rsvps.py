"""Who comes to a meeting: yes with seats, maybe or no.

The seats of all that say yes, and those on offer to the line, never exceed the capacity. Every verb
that writes holds the meeting's root first, so that what it counts cannot change before it has
written; a second press changes nothing. Somebody has an answer or a place in line, never both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from storage import line, meetings, offer_times, people, seats, waiting
from storage.attendees import Attendee, Counts, added_by, attendees, counts, declined
from storage.line import Entry, State
from storage.meetings import Answer, Meeting
from storage.seats import Closed, Rsvp, Seated, Why, answers, closed, find, left, taken, welcomes
from storage.tables import rsvps, waiting_list
from storage.transaction import Tx

__all__ = [
    "Attendee", "Closed", "Counts", "Rsvp", "Seated", "Why", "added_by", "answers", "attendees",
    "closed", "counts", "declined", "find", "left", "taken", "welcomes",
]  # fmt: skip

MOST_SEATS: Final = 5
"""The largest party that one person can sign up."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who wants how many seats, their own included."""

    person: int
    seats: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """They stand in line; 1 is next."""

    place: int


@dataclass(frozen=True, slots=True)
class Full:
    """Not so many seats are left; `left` could be theirs, those they have or are offered too."""

    left: int


_MINE: Final = (rsvps.c.meeting == bindparam("of"), rsvps.c.person == bindparam("by"))
_SEEN: Final = update(rsvps).where(*_MINE).values(version=bindparam("seen"))
_SEEN_IN_LINE: Final = (
    update(waiting_list)
    .where(
        waiting_list.c.meeting == bindparam("of"),
        waiting_list.c.person == bindparam("by"),
        seats.IN_LINE,
    )
    .values(version=bindparam("seen"))
)


def claim(tx: Tx, meeting_id: int, party: Party, now: datetime) -> Seated | Waiting | Full | Closed:
    """Give a party its seats, all or none, or a place at the end of the line.

    Whoever has seats keeps them if there are no more, and can always do with fewer. Whoever has an
    offer takes it by this. Seats at another place of the day go with a new seat, not with a place
    in line. Who asks for other numbers while in line keeps their place there. Raises ValueError for
    a party of none, or of more than `MOST_SEATS`.
    """
    if not 1 <= party.seats <= MOST_SEATS:
        raise ValueError("a party has 1 to 5 seats")
    meeting = meetings.locked_root(tx, meeting_id)
    waiting.settle_all(tx, [meeting_id], now)
    held, mine = find(tx, meeting_id, party.person), line.entry(tx, meeting_id, party.person)
    why = _refused(tx, meeting, party, (held.seats if held else 0, mine), now)
    if why is not None:
        return Closed(why)
    name = party.name or (held.name if held else None) or (mine.name if mine else None)
    said = Rsvp(meeting_id, party.person, Answer.YES, party.seats, now, name, meeting.version)
    if held is not None and held.answer == Answer.YES:
        return _change_seats(tx, meeting, held, said)
    if mine is not None and mine.state == State.OFFERED:
        fits = said.seats <= mine.seats
        return waiting.accepted(tx, meeting, mine, said) if fits else Full(mine.seats)
    if said.seats <= _available(tx, meeting, now, mine):
        return _seated(tx, meeting, mine, said)
    return _line_up(tx, held, mine, said)


def _refused(
    tx: Tx, meeting: Meeting, party: Party, has: tuple[int, Entry | None], now: datetime
) -> Why | None:
    """Why a party cannot have what it asks for; who `has` seats or a place can have as many."""
    holds, mine = has
    why = closed(meeting, now)
    before = max(holds, mine.seats if mine else 0)
    if why is not None:
        return None if why is Why.DEADLINE and party.seats <= before else why
    if before or meeting.audience == "all":
        return None
    person = people.find(tx, party.person)
    return None if person is not None and welcomes(meeting, person) else Why.AUDIENCE


def _available(tx: Tx, meeting: Meeting, now: datetime, mine: Entry | None = None) -> float:
    """How many free seats somebody may take who is not in line, or is there with this row.

    None while others wait for them; but within a day of the start those who fit have theirs.
    """
    free = seats.free(tx, meeting)
    first = line.first(tx, meeting.id)
    passes = first is None or (mine is not None and first.id == mine.id)
    if not passes and not offer_times.is_urgent(meeting.starts, now):
        return 0
    return float("inf") if free is None else max(free, 0)


def _change_seats(tx: Tx, meeting: Meeting, held: Rsvp, said: Rsvp) -> Seated | Full:
    more = said.seats - held.seats
    if more > 0:
        available = _available(tx, meeting, said.changed)
        if more > available:
            return Full(held.seats + int(available))
    seats.keep(tx, held, said)
    if more < 0:
        waiting.settle_all(tx, [meeting.id], said.changed)
    return Seated(said.seats)


def _seated(tx: Tx, meeting: Meeting, mine: Entry | None, said: Rsvp) -> Seated:
    if mine is not None:
        return waiting.accepted(tx, meeting, mine, said)
    gave_up, changed = waiting.take(tx, meeting, said, said.changed)
    waiting.settle_all(tx, changed, said.changed)
    return Seated(said.seats, gave_up)


def _line_up(tx: Tx, held: Rsvp | None, mine: Entry | None, said: Rsvp) -> Waiting:
    if mine is None:
        if held is not None:
            seats.drop(tx, held)
        mine = line.join(tx, said)
    else:
        line.resize(tx, mine, said.seats)
    return Waiting(line.ahead(tx, mine.meeting, mine.id) + 1)


def maybe(tx: Tx, meeting_id: int, person: int, now: datetime) -> Closed | None:
    """Note that somebody may come, which holds no seat and no place in line; None: noted."""
    return _without_seats(tx, meeting_id, person, Answer.MAYBE, now)


def withdraw(tx: Tx, meeting_id: int, person: int, now: datetime) -> Closed | None:
    """Note that somebody does not come, and free their seats or place in line; None: noted.

    Possible until the meeting begins, also after the deadline.
    """
    return _without_seats(tx, meeting_id, person, Answer.NO, now)


def _without_seats(
    tx: Tx, meeting_id: int, person: int, answer: Answer, now: datetime
) -> Closed | None:
    meeting = meetings.locked_root(tx, meeting_id)
    waiting.settle_all(tx, [meeting_id], now)
    why = closed(meeting, now)
    if why is not None and not (why is Why.DEADLINE and answer is Answer.NO):
        return Closed(why)
    mine = line.entry(tx, meeting_id, person)
    if mine is not None:
        line.end(tx, mine, State.LEFT, now)
    name = mine.name if mine is not None else None
    said = Rsvp(meeting_id, person, answer, 0, now, name, meeting.version)
    seats.keep(tx, find(tx, meeting_id, person), said)
    waiting.settle_all(tx, [meeting_id], now)
    return None


def confirm(tx: Tx, meeting_id: int, person: int, now: datetime) -> Seated | Closed | None:
    """Note that somebody has seen how the meeting is now; None: they have no seats.

    What they said stands: yes, maybe, or a place in line.
    """
    meeting = meetings.locked_root(tx, meeting_id)
    if meeting.is_cancelled or meeting.ends <= now:
        return Closed(Why.CANCELLED if meeting.is_cancelled else Why.OVER)
    seen = {"of": meeting_id, "by": person, "seen": meeting.version}
    tx.execute(_SEEN, seen)
    tx.execute(_SEEN_IN_LINE, seen)
    held = find(tx, meeting_id, person)
    return Seated(held.seats) if held is not None and held.seats else None


def set_needs(
    tx: Tx, meeting_id: int, person: int, needs: Iterable[str], words: str | None
) -> None:
    """Keep what somebody needs to be able to come, by key and in their own words."""
    values = {"needs": list(needs) or None, "needs_text": words or None}
    _set(tx, meeting_id, person, values)


def show_name(tx: Tx, meeting_id: int, person: int, shows: bool) -> None:
    """Keep whether the others who come see the name of somebody."""
    _set(tx, meeting_id, person, {"shows_name": shows})


def _set(tx: Tx, meeting_id: int, person: int, values: dict[str, Any]) -> None:
    mine = (rsvps.c.meeting == meeting_id, rsvps.c.person == person)
    tx.execute(update(rsvps).where(*mine).values(values))


def add_without_phone(
    tx: Tx, meeting_id: int, name: str, added_by: int, now: datetime
) -> Seated | Full | Closed:
    """Give a seat to somebody who has no phone. There is no line for them, and none is jumped."""
    meeting = meetings.locked_root(tx, meeting_id)
    waiting.settle_all(tx, [meeting_id], now)
    why = closed(meeting, now)
    if why is not None:
        return Closed(why)
    if _available(tx, meeting, now) < 1:
        return Full(0)
    values = {"meeting": meeting_id, "answer": Answer.YES, "seats": 1, "name": name}
    known = {"added_by": added_by, "version": meeting.version, "created": now, "changed": now}
    tx.execute(insert(rsvps), {**values, **known})
    return Seated(1)


def remove_without_phone(tx: Tx, rsvp_id: int, now: datetime) -> bool:
    """Free the seat of somebody without a phone; False if it is not theirs, or was free already."""
    theirs = (rsvps.c.id == rsvp_id, rsvps.c.person.is_(None))
    meeting_id = tx.execute(select(rsvps.c.meeting).where(*theirs)).scalar()
    if meeting_id is None:
        return False
    meetings.locked_root(tx, meeting_id)
    gone = tx.execute(delete(rsvps).where(*theirs)).rowcount == 1
    waiting.settle_all(tx, [meeting_id], now)
    return gone
