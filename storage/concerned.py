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

from sqlalchemy import Column, ColumnElement, Select, Table, and_, bindparam, or_, select

from storage import fanout
from storage.meetings import COMING, Answer, Status
from storage.tables import meetings, people, rsvps, waiting_list
from storage.transaction import Tx
from storage.unindexed import unindexed

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


def _page(table: Table, person: Column[Any], *which: ColumnElement[bool]) -> Select[Any]:
    """The next people with such a row about a meeting, made for an older version of it."""
    joined = table.join(meetings, meetings.c.id == table.c.meeting)
    return (
        select(person, people.c.chat)
        .select_from(joined.join(people, people.c.id == person))
        .where(
            table.c.meeting == bindparam("of"),
            person > bindparam("after"),
            unindexed(table.c.version) < meetings.c.version,
            *which,
        )
        .order_by(person)
        .limit(bindparam("limit"))
    )


_ANSWERED: Final = _page(rsvps, rsvps.c.person, unindexed(rsvps.c.answer).in_(COMING))
_STANDS: Final = or_(
    waiting_list.c.state.in_(_IN_LINE),
    and_(waiting_list.c.state == _REVOKED, meetings.c.status == Status.CANCELLED),
)
_LINED_UP: Final = _page(waiting_list, waiting_list.c.person, _STANDS)
_BRINGING: Final = _page(
    rsvps, rsvps.c.added_by, rsvps.c.person.is_(None), rsvps.c.answer == Answer.YES
).distinct()


def page(tx: Tx, of: Collection[int], after: int, limit: int) -> Sequence[fanout.Person]:
    """Some people, with their chats, who saw an older version of one of these meetings.

    In the order of their numbers, those after `after`.
    """
    wanted = {"after": after, "limit": limit}
    asked = (_ANSWERED, _LINED_UP, _BRINGING)
    found = (tx.execute(one, {**wanted, "of": meeting}) for meeting in of for one in asked)
    return fanout.first_of(found, limit)


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
