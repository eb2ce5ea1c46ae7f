"""Seats: what people said, who may sign up, and how many seats that leaves.

The seats of all that said yes and those on offer to the line never exceed the capacity. Nothing
here looks after that: whoever writes holds the meeting's root first (`meetings.locked_root`), so
that what is counted cannot change before it is written. `storage.rsvps` and `storage.waiting` do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, text, union_all

from storage.meetings import Answer, Kind, Meeting, Status
from storage.people import Person
from storage.tables import meetings as meetings_table
from storage.tables import rsvps, waiting_list
from storage.transaction import Insert, Prepared, Tx

IN_LINE: Final = text("waiting_list.state IN ('waiting', 'offered')")  # for its partial index
ON_OFFER: Final = text("waiting_list.state = 'offered'")


@dataclass(frozen=True, slots=True)
class Rsvp:
    """What one person said; `changed` is when the answer became what it is.

    `name` is what a visitor wants to be called there; `version` is that of the meeting they saw.
    `needs` and `needs_text` are for the host alone.
    """

    meeting: int
    person: int
    answer: str
    seats: int
    changed: datetime
    name: str | None = None
    version: int = 0
    id: int = 0
    needs: Sequence[str] | None = None
    needs_text: str | None = None
    shows_name: bool = False
    added_by: int | None = None
    came: datetime | None = None
    walked_in: bool = False


@dataclass(frozen=True, slots=True)
class Seated:
    """The seats are theirs; for them they gave up those at `left_place`, if at any."""

    seats: int
    left_place: int | None = None


class Why(StrEnum):
    """Why somebody cannot sign up."""

    HIDDEN = "hidden"
    DAY = "day"
    CANCELLED = "cancelled"
    BEGUN = "begun"
    OVER = "over"
    DEADLINE = "deadline"
    AUDIENCE = "audience"


@dataclass(frozen=True, slots=True)
class Closed:
    """They cannot sign up: it is too early or too late, it is a day, or it is not for them."""

    why: Why


_COLUMNS: Final = tuple(rsvps.c[field.name] for field in fields(Rsvp))
_FIND: Final = select(*_COLUMNS).where(
    rsvps.c.meeting == bindparam("meeting"), rsvps.c.person == bindparam("person")
)
_ANSWERS: Final = select(*_COLUMNS).where(
    rsvps.c.person == bindparam("person"),
    rsvps.c.meeting.in_(bindparam("meetings", expanding=True)),
)
_HELD: Final = union_all(
    select(rsvps.c.meeting, rsvps.c.seats).where(
        rsvps.c.meeting.in_(bindparam("meetings", expanding=True)), rsvps.c.answer == Answer.YES
    ),
    select(waiting_list.c.meeting, waiting_list.c.seats).where(
        waiting_list.c.meeting.in_(bindparam("meetings", expanding=True)), IN_LINE, ON_OFFER
    ),
).subquery()
_TAKEN: Final = select(_HELD.c.meeting, func.sum(_HELD.c.seats)).group_by(_HELD.c.meeting)
_ELSEWHERE: Final = (
    select(*_COLUMNS)
    .join(meetings_table, meetings_table.c.id == rsvps.c.meeting)
    .where(
        rsvps.c.person == bindparam("person"),
        rsvps.c.answer == Answer.YES,
        meetings_table.c.parent == bindparam("day"),
        meetings_table.c.kind == Kind.PLACE,
        meetings_table.c.id != bindparam("but"),
    )
)
_DELETE: Final = delete(rsvps).where(rsvps.c.id == bindparam("row"))


def find(tx: Tx, meeting: int, person: int) -> Rsvp | None:
    """What this person said to this meeting."""
    row: Sequence[Any] | None = tx.execute(_FIND, {"meeting": meeting, "person": person}).first()
    return Rsvp(*row) if row is not None else None


def answers(tx: Tx, person: int, of: Iterable[int]) -> Mapping[int, Rsvp]:
    """What this person said to each of these meetings, as far as they did."""
    rows: Iterable[Sequence[Any]] = tx.execute(_ANSWERS, {"person": person, "meetings": list(of)})
    return {row[0]: Rsvp(*row) for row in rows}


def taken(tx: Tx, of: Iterable[int]) -> Mapping[int, int]:
    """How many seats are taken in each of these meetings, those on offer included."""
    wanted = list(of)
    counted: Iterable[Sequence[Any]] = tx.execute(_TAKEN, {"meetings": wanted})
    return dict.fromkeys(wanted, 0) | {row[0]: int(row[1]) for row in counted}


def free(tx: Tx, meeting: Meeting) -> int | None:
    """How many seats nobody has; None: there is no limit. Below 0 where it was lowered."""
    if meeting.capacity is None:
        return None
    return meeting.capacity - taken(tx, [meeting.id])[meeting.id]


def left(tx: Tx, meeting: Meeting, held: Rsvp | None) -> int | None:
    """How many seats could be one person's, with those they hold; None: there is no limit.

    Whether others stand in line for them is another question.
    """
    unclaimed = free(tx, meeting)
    if unclaimed is None:
        return None
    return max(unclaimed, 0) + (held.seats if held else 0)


def closed(meeting: Meeting, now: datetime) -> Why | None:
    """Why nobody can sign up; None while they can."""
    if meeting.is_cancelled:
        return Why.CANCELLED
    if meeting.status == Status.DRAFT or (meeting.publishes or now) > now:
        return Why.HIDDEN
    if meeting.starts <= now:
        return Why.OVER if meeting.ends <= now else Why.BEGUN
    if meeting.kind == Kind.DAY:
        return Why.DAY
    if meeting.deadline is not None and meeting.deadline <= now:
        return Why.DEADLINE
    return None


def welcomes(meeting: Meeting, person: Person) -> bool:
    """Whether a meeting is for this person: for all, for members, or for some of these."""
    kind, _, which = meeting.audience.partition(":")
    match kind:
        case "members":
            return person.is_member
        case "part":
            return person.is_member and person.part == which
        case "municipality":
            return person.is_member and person.municipality == which
        case _:
            return True


@Prepared
def _upsert(tx: Tx) -> Insert:
    made = tx.insert(rsvps)
    columns = ("answer", "seats", "name", "version", "changed")
    kept = ("needs", "needs_text", "shows_name")
    new = {name: made.excluded[name] for name in columns + kept}
    return made.on_conflict_do_update(index_elements=["meeting", "person"], set_=new)


def keep(tx: Tx, held: Rsvp | None, said: Rsvp) -> None:
    """Write down what somebody says instead of what they said; nothing if it is the same."""
    if held is not None:
        since = held.changed if held.answer == said.answer else said.changed
        said = replace(
            held,
            answer=said.answer,
            seats=said.seats,
            changed=since,
            name=said.name or held.name,
            version=said.version,
            needs=held.needs if said.needs is None else said.needs,
            needs_text=said.needs_text or held.needs_text,
            shows_name=said.shows_name or held.shows_name,
        )
    if said != held:
        values = {column.name: getattr(said, column.name) for column in _COLUMNS}
        del values["id"]
        tx.execute(_upsert, {**values, "created": said.changed})


def drop(tx: Tx, said: Rsvp) -> None:
    """Forget what somebody said, as if they had not."""
    tx.execute(_DELETE, {"row": said.id})


def elsewhere(tx: Tx, meeting: Meeting, person: int) -> Rsvp | None:
    """The seats that a person has at another place of the same day."""
    if meeting.kind != Kind.PLACE:
        return None
    wanted = {"person": person, "day": meeting.parent, "but": meeting.id}
    row: Sequence[Any] | None = tx.execute(_ELSEWHERE, wanted).first()
    return Rsvp(*row) if row is not None else None


def seat(tx: Tx, meeting: Meeting, said: Rsvp) -> int | None:
    """Give somebody seats; those at another place of the day go, and which place that was.

    What they need and whether their name is shown goes along.
    """
    before = elsewhere(tx, meeting, said.person)
    if before is None:
        keep(tx, find(tx, meeting.id, said.person), said)
        return None
    drop(tx, before)
    said = replace(
        said,
        name=said.name or before.name,
        needs=before.needs,
        needs_text=before.needs_text,
        shows_name=before.shows_name,
    )
    keep(tx, find(tx, meeting.id, said.person), said)
    return before.meeting
