"""Whom a message to many is for: who is meant, who of them wants it, and who answered already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from storage import audience, estimates
from storage.audience_filters import Filter
from storage.audience_filters import Kind as Found
from storage.gate import Outcome
from storage.meetings import COMING, Kind, Meeting
from storage.people import State
from storage.tables import (
    gate_decisions,
    invitations,
    people,
    rsvps,
    waiting_list,
)
from storage.tables import meetings as meetings_table
from storage.transaction import Tx
from storage.unindexed import unindexed

LOOKED_AT: Final = 2_500
"""So many numbers of people are looked through for one page; each may cost three searches."""
_IN_LINE: Final = ("waiting", "offered")


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is meant: everybody, or those to whom all of this applies.

    `municipality` is a CBS code; `neighbourhoods` are names as people typed them.
    """

    municipality: str | None = None
    neighbourhoods: Sequence[str] = ()
    part: str | None = None
    theme: str | None = None


def load(kept: Mapping[str, Any]) -> Audience:
    """The audience of which this is what JSON made of its fields."""
    return Audience(**{**kept, "neighbourhoods": tuple(kept["neighbourhoods"])})


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people an audience has; `answered` and `invited` before, and who `get` it now.

    `wanting` are those of all who want invitations. Not `exact`: worked out from some of them.
    """

    people: int
    wanting: int
    answered: int
    invited: int
    get: int
    exact: bool = True


def key(fanout: int, person: int) -> str:
    """The key of one invitation, in the outbox and at the gate."""
    return f"invitation:{fanout}:{person}"


KEY: Final = (
    literal("invitation:", Text)
    + cast(invitations.c.fanout, Text)
    + literal(":", Text)
    + cast(invitations.c.person, Text)
)
"""The same of a row of `invitations`."""


def _chosen(one: Audience) -> audience.Audience:
    """The same, as it is meant for messages of any kind; each spelling of a neighbourhood."""
    chosen: list[Filter] = []
    if one.municipality is not None and not one.neighbourhoods:
        chosen.append(Filter(Found.MUNICIPALITY, one.municipality))
    for name in one.neighbourhoods:
        chosen.append(Filter(Found.NEIGHBOURHOOD, f"{one.municipality}:{name}"))
    if one.part is not None:
        chosen.append(Filter(Found.PART, one.part))
    if one.theme is not None:
        chosen.append(Filter(Found.THEME, one.theme))
    return audience.Audience(tuple(chosen))


def _meant(one: Audience) -> list[ColumnElement[bool]]:
    return audience.meant(_chosen(one))


def _may_come(meeting: Meeting) -> list[ColumnElement[bool]]:
    """The same as `storage.seats.welcomes` says of one person."""
    match meeting.audience.split(":"):
        case ["members"]:
            return [people.c.state == State.MEMBER]
        case ["part", part]:
            return [people.c.state == State.MEMBER, people.c.part == part]
        case ["municipality", code]:
            return [people.c.state == State.MEMBER, people.c.municipality == code]
        case _:
            return []


_WANTS: Final = and_(people.c.reachable, people.c.wants_news)


def _answered(tx: Tx, meeting: Meeting) -> ColumnElement[bool]:
    """Who said something to this meeting, or has a place or stands in line on the same day."""
    same_day = _same_day(tx, meeting)
    answered = or_(rsvps.c.meeting == meeting.id, rsvps.c.answer.in_(COMING))
    in_line = unindexed(waiting_list.c.meeting).in_(same_day), waiting_list.c.state.in_(_IN_LINE)
    said = unindexed(rsvps.c.meeting).in_(same_day)
    return or_(
        exists().where(rsvps.c.person == people.c.id, said, answered),
        exists().where(waiting_list.c.person == people.c.id, *in_line),
    )


def _same_day(tx: Tx, meeting: Meeting) -> list[int]:
    """The meetings of which one person comes to one: the places of a day; a part is by itself."""
    if meeting.kind not in (Kind.DAY, Kind.PLACE):
        return [meeting.id]
    day = meeting.id if meeting.parent is None else meeting.parent
    places = select(meetings_table.c.id).where(
        meetings_table.c.parent == day, meetings_table.c.kind == Kind.PLACE
    )
    return [day, *tx.execute(places).scalars()]


def _invited(meeting: Meeting) -> ColumnElement[bool]:
    refused = exists().where(
        gate_decisions.c.key == KEY, gate_decisions.c.outcome == Outcome.REFUSED
    )
    return exists().where(
        invitations.c.person == people.c.id, invitations.c.meeting == meeting.id, ~refused
    )


_HAS_ANSWERED: Final = select(
    exists().where(
        rsvps.c.person == bindparam("person"),
        rsvps.c.meeting.in_(bindparam("same_day", expanding=True)),
        or_(rsvps.c.meeting == bindparam("meeting"), rsvps.c.answer.in_(COMING)),
    )
    | exists().where(
        waiting_list.c.person == bindparam("person"),
        waiting_list.c.meeting.in_(bindparam("same_day", expanding=True)),
        waiting_list.c.state.in_(_IN_LINE),
    )
)


def has_answered(tx: Tx, meeting: Meeting, person: int) -> bool:
    """Whether somebody said something to this meeting, or comes somewhere else on its day."""
    wanted = {"person": person, "meeting": meeting.id, "same_day": _same_day(tx, meeting)}
    return bool(tx.execute(_HAS_ANSWERED, wanted).scalar())


def count(tx: Tx, meeting: Meeting, one: Audience) -> Counted:
    """How many are meant, and how many of them would be invited now, in bounded time."""
    meant = [*_meant(one), *_may_come(meeting)]
    answered, invited = _answered(tx, meeting), _invited(meeting)
    columns = (
        func.count(),
        func.count().filter(_WANTS),
        func.count().filter(answered),
        func.count().filter(invited),
        func.count().filter(_WANTS, ~answered, ~invited),
    )
    found = estimates.sums(tx, columns, meant, audience.known(_chosen(one)))
    all_, wanting, before, invited_before, get = found.numbers
    return Counted(all_, wanting, before, invited_before, get, found.exact)


def neighbourhoods(tx: Tx, municipality: str) -> list[str]:
    """What people call their neighbourhoods there, as typed, the most frequent first."""
    named = (people.c.municipality == municipality, people.c.neighbourhood.is_not(None))
    found = (
        select(people.c.neighbourhood)
        .where(*named)
        .group_by(people.c.neighbourhood)
        .order_by(func.count().desc(), people.c.neighbourhood)
    )
    return list(tx.execute(found).scalars())


@dataclass(frozen=True, slots=True)
class Page:
    """Some people with their chats, and the number after which others may be; None: no others."""

    people: Sequence[tuple[int, str]]
    further: int | None


def page(tx: Tx, meeting: Meeting, one: Audience, after: int, limit: int) -> Page:
    """Some of those who would be invited now: numbers after `after`, in order, at most `limit`.

    Of many people, `LOOKED_AT` are looked at. So a page may be short, or empty, and not the last.
    """
    looked_at = audience.stretch(tx, _chosen(one), after, LOOKED_AT)
    found = (
        select(people.c.id, people.c.chat)
        .where(
            looked_at.within,
            *_meant(one),
            *_may_come(meeting),
            _WANTS,
            ~_answered(tx, meeting),
            ~_invited(meeting),
        )
        .order_by(people.c.id)
        .limit(limit)
    )
    rows: Iterable[Sequence[Any]] = tx.execute(found)
    shown = [(row[0], row[1]) for row in rows]
    return Page(shown, shown[-1][0] if len(shown) == limit else looked_at.further)
