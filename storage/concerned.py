"""Who counts on a meeting: who said yes or maybe, who stands in line, and who brings somebody.

Who signed up somebody without a phone is the one who can tell them.
What they saw of it is the version that they answered; a cancelled meeting has ended its line, and
those who stood in it then are concerned as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, bindparam, or_, select, union

from storage.meetings import COMING, Answer, Status
from storage.tables import meetings, people, rsvps, waiting_list
from storage.transaction import Tx

_IN_LINE: Final = ("waiting", "offered")
_REVOKED: Final = "revoked"


class Standing(StrEnum):
    """What somebody counts on, the strongest first: one who may come and is in line is in line."""

    YES = "yes"
    LINE = "line"
    MAYBE = "maybe"
    BRINGS = "brings"


@dataclass(frozen=True, slots=True)
class Seen:
    """How somebody stands to one meeting, and which version of it they answered."""

    meeting: int
    standing: Standing
    version: int


_ANSWERED: Final = (
    select(rsvps.c.person)
    .select_from(rsvps.join(meetings, meetings.c.id == rsvps.c.meeting))
    .where(
        rsvps.c.meeting.in_(bindparam("of", expanding=True)),
        rsvps.c.person > bindparam("after"),
        rsvps.c.answer.in_(COMING),
        rsvps.c.version < meetings.c.version,
    )
)
_STANDS: Final = or_(
    waiting_list.c.state.in_(_IN_LINE),
    and_(waiting_list.c.state == _REVOKED, meetings.c.status == Status.CANCELLED),
)
_LINED_UP: Final = (
    select(waiting_list.c.person)
    .select_from(waiting_list.join(meetings, meetings.c.id == waiting_list.c.meeting))
    .where(
        waiting_list.c.meeting.in_(bindparam("of", expanding=True)),
        waiting_list.c.person > bindparam("after"),
        _STANDS,
        waiting_list.c.version < meetings.c.version,
    )
)
_BRINGING: Final = (
    select(rsvps.c.added_by)
    .select_from(rsvps.join(meetings, meetings.c.id == rsvps.c.meeting))
    .where(
        rsvps.c.meeting.in_(bindparam("of", expanding=True)),
        rsvps.c.added_by > bindparam("after"),
        rsvps.c.person.is_(None),
        rsvps.c.answer == Answer.YES,
        rsvps.c.version < meetings.c.version,
    )
)
_ALL: Final = union(_ANSWERED, _LINED_UP, _BRINGING).subquery("concerned")
_PAGE: Final = (
    select(_ALL.c.person, people.c.chat)
    .select_from(_ALL.join(people, people.c.id == _ALL.c.person))
    .order_by(_ALL.c.person)
    .limit(bindparam("limit"))
)


def page(tx: Tx, of: Collection[int], after: int, limit: int) -> Sequence[tuple[int, str]]:
    """Some people, with their chats, who saw an older version of one of these meetings.

    In the order of their numbers, those after `after`.
    """
    wanted = {"of": list(of), "after": after, "limit": limit}
    rows: Iterable[Sequence[Any]] = tx.execute(_PAGE, wanted)
    return [(row[0], row[1]) for row in rows]


_ANSWERS_OF: Final = select(rsvps.c.meeting, rsvps.c.answer, rsvps.c.version).where(
    rsvps.c.person == bindparam("person"),
    rsvps.c.meeting.in_(bindparam("of", expanding=True)),
    rsvps.c.answer.in_(COMING),
)
_LINES_OF: Final = (
    select(waiting_list.c.meeting, waiting_list.c.version)
    .select_from(waiting_list.join(meetings, meetings.c.id == waiting_list.c.meeting))
    .where(
        waiting_list.c.person == bindparam("person"),
        waiting_list.c.meeting.in_(bindparam("of", expanding=True)),
        _STANDS,
    )
    .order_by(waiting_list.c.id)
)


_BROUGHT_BY: Final = (
    select(rsvps.c.meeting, rsvps.c.version, rsvps.c.name)
    .where(
        rsvps.c.added_by == bindparam("person"),
        rsvps.c.meeting.in_(bindparam("of", expanding=True)),
        rsvps.c.person.is_(None),
        rsvps.c.answer == Answer.YES,
    )
    .order_by(rsvps.c.id)
)


def brought(tx: Tx, person: int, of: Collection[int]) -> list[str]:
    """The names of those without a phone whom somebody signed up for these meetings."""
    rows: Iterable[Sequence[Any]] = tx.execute(_BROUGHT_BY, {"person": person, "of": list(of)})
    return [name for _meeting, _version, name in rows if name]


def standings(tx: Tx, person: int, of: Collection[int]) -> dict[int, Seen]:
    """How somebody stands to each of these meetings, as far as they count on it."""
    wanted = {"person": person, "of": list(of)}
    lines: Iterable[Sequence[Any]] = tx.execute(_LINES_OF, wanted)
    found = {row[0]: Seen(row[0], Standing.LINE, row[1]) for row in lines}
    answers: Iterable[Sequence[Any]] = tx.execute(_ANSWERS_OF, wanted)
    for meeting, answer, version in answers:
        if answer == Answer.YES:
            found[meeting] = Seen(meeting, Standing.YES, version)
        else:
            found.setdefault(meeting, Seen(meeting, Standing.MAYBE, version))
    guests: Iterable[Sequence[Any]] = tx.execute(_BROUGHT_BY, wanted)
    for meeting, version, _name in guests:
        found.setdefault(meeting, Seen(meeting, Standing.BRINGS, version))
    return found
