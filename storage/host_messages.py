"""What a host writes to those who come: whom it reaches, and how often that happened.

Whoever said yes or maybe or stands in line is reached, once, also with several answers on one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CompoundSelect, Select, and_, func, or_, select, union

from storage.meetings import Answer
from storage.tables import fanouts, meetings, people, rsvps, waiting_list
from storage.transaction import Tx

KIND: Final = "message"
_IN_LINE: Final = ("waiting", "offered")


class To(StrEnum):
    """To whom of a meeting is written."""

    YES = "yes"
    MAYBE = "maybe"
    LINE = "line"
    ALL = "all"


_ANSWERS: Final = {To.YES: [Answer.YES], To.MAYBE: [Answer.MAYBE], To.ALL: list(Answer)[:2]}


def reached(tx: Tx, meeting: int, to: To) -> int:
    """How many people a message reaches now; who has blocked the bot is not counted."""
    counted = select(func.count()).where(
        people.c.id.in_(_concerned(meeting, to)), people.c.reachable
    )
    return int(tx.execute(counted).scalar_one())


def page(tx: Tx, meeting: int, to: To, after: int, limit: int) -> list[tuple[int, str]]:
    """The next people that are reached, by number: (person, chat)."""
    found = (
        select(people.c.id, people.c.chat)
        .where(people.c.id > after, people.c.reachable, people.c.id.in_(_concerned(meeting, to)))
        .order_by(people.c.id)
        .limit(limit)
    )
    rows: Iterable[Sequence[Any]] = tx.execute(found)
    return [(row[0], row[1]) for row in rows]


def concerns(tx: Tx, meeting: int, to: To, person: int) -> bool:
    """Whether a message to these people is still for this person."""
    found = select(people.c.id).where(
        people.c.id == person, people.c.id.in_(_concerned(meeting, to))
    )
    return tx.execute(found).first() is not None


def _concerned(meeting: int, to: To) -> CompoundSelect[Any] | Select[Any]:
    """The numbers of the people concerned with a meeting, or with any place of a day."""
    these = select(meetings.c.id).where(or_(meetings.c.id == meeting, meetings.c.parent == meeting))
    line = select(waiting_list.c.person).where(
        waiting_list.c.meeting.in_(these), waiting_list.c.state.in_(_IN_LINE)
    )
    if to is To.LINE:
        return line
    said = select(rsvps.c.person).where(
        and_(rsvps.c.meeting.in_(these), rsvps.c.answer.in_(_ANSWERS[to])),
        rsvps.c.person.is_not(None),
    )
    return union(said, line) if to is To.ALL else said


def since(tx: Tx, meeting: int, moment: datetime) -> int:
    """How many messages were written to the people of a meeting since then."""
    counted = select(func.count()).where(
        fanouts.c.meeting == meeting, fanouts.c.kind == KIND, fanouts.c.created > moment
    )
    return int(tx.execute(counted).scalar_one())
