"""What there is to see of one meeting, for one person, at one moment.

A draft, or what is to be published later, is there only for who may manage it. What is read here
may be different a moment later: the verbs that write decide.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select

from storage import line, meetings, offer_times, rsvps, seats, waiting
from storage.line import Entry
from storage.meetings import Answer, Kind, Meeting
from storage.people import Person
from storage.seats import Rsvp, Why
from storage.tables import meetings as meetings_table
from storage.tables import rsvps as rsvps_table
from storage.transaction import Tx

_OF_DAY: Final = select(meetings_table.c.id).where(
    meetings_table.c.parent == bindparam("day"), meetings_table.c.kind == Kind.PLACE
)
_COMING: Final = select(func.coalesce(func.sum(rsvps_table.c.seats), 0)).where(
    rsvps_table.c.meeting.in_(_OF_DAY), rsvps_table.c.answer == Answer.YES
)


@dataclass(frozen=True, slots=True)
class Card:
    """A meeting as one person has to do with it.

    `coming` are the seats of all who come, `taken` those and the offered ones; `line` counts who
    stands in line. `mine` is what this person said, `entry` their place in line, number `place`
    (0: seats are offered to them). `elsewhere` is the other place of the same day where they have
    seats. `why` says why nobody can sign up, `welcome` whether it is for this person at all.
    `left` are the seats that they could have now, those they have included; None: no limit.
    """

    meeting: Meeting
    day: Meeting | None
    coming: int
    taken: int
    line: int
    left: int | None
    mine: Rsvp | None
    entry: Entry | None
    place: int | None
    elsewhere: Meeting | None
    why: Why | None
    visible: bool
    manages: bool
    welcome: bool

    @property
    def is_open(self) -> bool:
        """Whether one can sign up, or could if it were published."""
        return self.why in (None, Why.HIDDEN)

    @property
    def comes(self) -> bool:
        """Whether they said yes and have their seats."""
        return self.mine is not None and self.mine.answer == Answer.YES

    @property
    def offered(self) -> bool:
        """Whether seats wait for their answer."""
        return self.entry is not None and self.entry.offer_until is not None

    @property
    def must_wait(self) -> bool:
        """Whether who has no seats yet goes to the end of the line, as far as one can see."""
        return not self.comes and self.left == 0

    @property
    def fits_another(self) -> bool:
        """Whether there is a seat for somebody besides this person, and nobody waits for it."""
        own = self.mine.seats if self.mine is not None else 0
        return self.left is None or self.left > own


def of(tx: Tx, meeting: int, person: Person, now: datetime) -> Card | None:
    """The card of a meeting; None if there is none that this person may see."""
    found = meetings.find(tx, meeting)
    if found is None:
        return None
    visible, manages = meetings.visible(found, now), meetings.may_manage(tx, found, person)
    if not (visible or manages):
        return None
    counts = rsvps.counts(tx, found.id)
    entry, mine = line.entry(tx, found.id, person.id), seats.find(tx, found.id, person.id)
    return Card(
        meeting=found,
        day=meetings.find(tx, found.parent) if found.parent is not None else None,
        coming=counts.seats,
        taken=seats.taken(tx, [found.id])[found.id],
        line=counts.waiting,
        left=_left(tx, found, mine, now),
        mine=mine,
        entry=entry,
        place=waiting.place(tx, found.id, person.id) if entry is not None else None,
        elsewhere=_elsewhere(tx, found, person),
        why=seats.closed(found, now),
        visible=visible,
        manages=manages,
        welcome=seats.welcomes(found, person),
    )


def coming_to_day(tx: Tx, day: int) -> int:
    """The seats of all who come to one of the places of a day."""
    return int(tx.execute(_COMING, {"day": day}).scalar_one())


def _left(tx: Tx, meeting: Meeting, mine: Rsvp | None, now: datetime) -> int | None:
    """More than a day before, free seats are for those who wait."""
    queue = line.first(tx, meeting.id) is not None
    if queue and not offer_times.is_urgent(meeting.starts, now):
        return mine.seats if mine is not None else 0
    return seats.left(tx, meeting, mine)


def _elsewhere(tx: Tx, meeting: Meeting, person: Person) -> Meeting | None:
    held = seats.elsewhere(tx, meeting, person.id)
    return meetings.find(tx, held.meeting) if held is not None else None
