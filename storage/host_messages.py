"""What a host writes to those who come: whom it reaches, and how often that happened.

Whoever said yes or maybe or stands in line is reached, once, also with several answers on one day.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    TextClause,
    bindparam,
    func,
    select,
    text,
    union,
)

from storage import fanout
from storage.meetings import Answer
from storage.tables import fanouts, meetings, people, rsvps, waiting_list
from storage.transaction import Tx
from storage.unindexed import unindexed

KIND: Final = "message"
_IN_LINE: Final = text("waiting_list.state IN ('waiting', 'offered')")  # for its partial index


class To(StrEnum):
    """To whom of a meeting is written."""

    YES = "yes"
    MAYBE = "maybe"
    LINE = "line"
    ALL = "all"


_ANSWERS: Final = {
    To.YES: [Answer.YES],
    To.MAYBE: [Answer.MAYBE],
    To.LINE: [],
    To.ALL: [Answer.YES, Answer.MAYBE],
}


def reached(tx: Tx, meeting: int, to: To) -> int:
    """How many people a message reaches now; who has blocked the bot is not counted."""
    counted = _concerned(tx, meeting, to).with_only_columns(func.count())
    return int(tx.execute(counted).scalar_one())


def _page(person: Column[Any], *which: ColumnElement[bool] | TextClause) -> Select[Any]:
    """The next people with such a row about one meeting."""
    return (
        select(person, people.c.chat)
        .join(people, people.c.id == person)
        .where(person > bindparam("after"), people.c.reachable, *which)
        .order_by(person)
        .limit(bindparam("limit"))
    )


_SAID: Final = _page(
    rsvps.c.person,
    rsvps.c.meeting == bindparam("meeting"),
    unindexed(rsvps.c.answer).in_(bindparam("answers", expanding=True)),
)
_LINED_UP: Final = _page(
    waiting_list.c.person, waiting_list.c.meeting == bindparam("meeting"), _IN_LINE
)


def page(tx: Tx, meeting: int, to: To, after: int, limit: int) -> list[fanout.Person]:
    """The next people that are reached, in the order of their numbers."""
    wanted = {"after": after, "limit": limit, "answers": _ANSWERS[to]}
    asked = {To.LINE: [_LINED_UP], To.ALL: [_SAID, _LINED_UP]}.get(to, [_SAID])
    places = _with_places(tx, meeting)
    found = (tx.execute(one, {**wanted, "meeting": place}) for place in places for one in asked)
    return fanout.first_of(found, limit)


def concerns(tx: Tx, meeting: int, to: To, person: int) -> bool:
    """Whether a message to these people is still for this person."""
    return tx.execute(_concerned(tx, meeting, to).where(people.c.id == person)).first() is not None


def _concerned(tx: Tx, meeting: int, to: To) -> Select[Any]:
    """The people concerned with a meeting, or with any place of a day, each once."""
    these = _with_places(tx, meeting)
    line = select(waiting_list.c.person).where(waiting_list.c.meeting.in_(these), _IN_LINE)
    said = select(rsvps.c.person).where(
        rsvps.c.meeting.in_(these),
        rsvps.c.answer.in_(_ANSWERS[to]),
        rsvps.c.person.is_not(None),
    )
    asked = {To.LINE: [line], To.ALL: [said, line]}.get(to, [said])
    these_people = union(*asked).subquery()
    joined = these_people.join(people, people.c.id == these_people.c.person)
    return select(people.c.id, people.c.chat).select_from(joined).where(people.c.reachable)


def _with_places(tx: Tx, meeting: int) -> list[int]:
    """The meeting, and if it is a day its places and parts."""
    places = select(meetings.c.id).where(meetings.c.parent == meeting)
    return [meeting, *tx.execute(places).scalars()]


def since(tx: Tx, meeting: int, moment: datetime) -> int:
    """How many messages were written to the people of a meeting since then."""
    counted = select(func.count()).where(
        fanouts.c.meeting == meeting, fanouts.c.kind == KIND, fanouts.c.created > moment
    )
    return int(tx.execute(counted).scalar_one())
