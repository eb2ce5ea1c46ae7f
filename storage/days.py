"""Days with many places: find one, see them all, and know how full they are.

A day has few rows (tens), so what is asked of it is picked by its `parent` and sorted here.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from difflib import get_close_matches
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final

from sqlalchemy import bindparam, case, func, select

from storage.meetings import Answer, Kind, Meeting, Status, visible
from storage.tables import meetings, rsvps, waiting_list
from storage.transaction import Tx

EARTH_KM: Final = 6371.0088
"""The mean radius of the earth (IUGG)."""


@dataclass(frozen=True, slots=True)
class PlaceTotals:
    """How a place or part stands: answers, parties in line, and people who came.

    `seats` are those of all that say yes, guests included; so are those who `came`.
    """

    meeting: Meeting
    yes: int
    maybe: int
    no: int
    waiting: int
    came: int
    seats: int


_COLUMNS: Final = tuple(meetings.c[field.name] for field in fields(Meeting))
_CHILDREN: Final = (
    select(*_COLUMNS).where(meetings.c.parent == bindparam("day")).order_by(meetings.c.id)
)
_ON: Final = _CHILDREN.where(meetings.c.status == Status.ON)
_OF_DAY: Final = select(meetings.c.id).where(meetings.c.parent == bindparam("day"))
_PLACE_OF: Final = (
    select(*_COLUMNS)
    .select_from(meetings.join(rsvps, rsvps.c.meeting == meetings.c.id))
    .where(
        meetings.c.parent == bindparam("day"),
        meetings.c.kind == Kind.PLACE,
        rsvps.c.person == bindparam("person"),
        rsvps.c.answer == Answer.YES,
    )
)
_ANSWERS: Final = (
    select(
        rsvps.c.meeting,
        rsvps.c.answer,
        func.count(),
        func.sum(rsvps.c.seats),
        func.sum(
            case(
                (rsvps.c.came.is_not(None), func.coalesce(rsvps.c.came_seats, rsvps.c.seats)),
                else_=0,
            )
        ),
    )
    .where(rsvps.c.meeting.in_(_OF_DAY))
    .group_by(rsvps.c.meeting, rsvps.c.answer)
)
_IN_LINE: Final = (
    select(waiting_list.c.meeting, func.count())
    .where(
        waiting_list.c.meeting.in_(_OF_DAY),
        waiting_list.c.state.in_(("waiting", "offered")),
    )
    .group_by(waiting_list.c.meeting)
)


def _read(rows: Iterable[Sequence[Any]]) -> list[Meeting]:
    """By title; the database's idea of the alphabet depends on the machine."""
    return sorted((Meeting(*row) for row in rows), key=lambda one: (one.title.casefold(), one.id))


def children(tx: Tx, day: int) -> list[Meeting]:
    """All places and then parts of a day by title, drafts and cancelled ones too."""
    found = _read(tx.execute(_CHILDREN, {"day": day}))
    return sorted(found, key=lambda one: one.kind == Kind.PART)


def places(tx: Tx, day: int, now: datetime, limit: int = 8, offset: int = 0) -> list[Meeting]:
    """The places of a day that residents see and that take place, by title."""
    return [one for one in _open(tx, day) if visible(one, now)][offset : offset + limit]


def count_places(tx: Tx, day: Meeting) -> int:
    """How many places of a day take place; of a day that is a draft its drafts count too."""
    counted = {Status.ON, day.status}
    return sum(one.kind == Kind.PLACE and one.status in counted for one in children(tx, day.id))


def parts(tx: Tx, day: int) -> list[Meeting]:
    """The parts of a day that take place, such as an evening, the soonest first."""
    found = [one for one in _read(tx.execute(_ON, {"day": day})) if one.kind == Kind.PART]
    return sorted(found, key=lambda one: (one.starts, one.id))


def _open(tx: Tx, day: int) -> list[Meeting]:
    return [one for one in _read(tx.execute(_ON, {"day": day})) if one.kind == Kind.PLACE]


def nearest(
    tx: Tx, day: int, latitude: float, longitude: float, now: datetime
) -> list[tuple[Meeting, float]]:
    """All places of a day that are on the map, with their distance in kilometres, nearest first."""
    here = (latitude, longitude)
    found = [
        (one, distance(here, (one.latitude, one.longitude)))
        for one in _open(tx, day)
        if one.latitude is not None and one.longitude is not None and visible(one, now)
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0].id))


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres over the globe between two points of (latitude, longitude) in degrees."""
    (north, east), (other_north, other_east) = (
        (radians(latitude), radians(longitude)) for latitude, longitude in (one, other)
    )
    across = sin((other_east - east) / 2) ** 2 * cos(north) * cos(other_north)
    half = sin((other_north - north) / 2) ** 2 + across
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def in_municipality(tx: Tx, day: int, code: str) -> list[Meeting]:
    """The places of a day in the municipality with this CBS code, by title."""
    return [one for one in _open(tx, day) if one.municipality == code]


def search(tx: Tx, day: int, typed: str) -> list[Meeting]:
    """The places of a day whose title or address has every word typed, or words like them."""
    wanted = _words(typed)
    if not wanted:
        return []
    known = [(one, _words(f"{one.title} {one.place or ''}")) for one in _open(tx, day)]
    exact = [one for one, words in known if all(_begins(word, words) for word in wanted)]
    if exact:
        return exact
    return [one for one, words in known if all(_is_like(word, words) for word in wanted)]


def _words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).split()


def _begins(word: str, words: Sequence[str]) -> bool:
    """Whether a word is there; from three letters on its part is enough."""
    return word in words or (len(word) >= 3 and any(word in one for one in words))


def _is_like(word: str, words: Sequence[str]) -> bool:
    """Whether a word is there, or one that was likely meant."""
    return _begins(word, words) or bool(get_close_matches(word, words, n=1, cutoff=0.75))


def totals(tx: Tx, day: int) -> list[PlaceTotals]:
    """How each place and part of a day stands, but for drafts, by title."""
    answers: Iterable[Sequence[Any]] = tx.execute(_ANSWERS, {"day": day})
    said = {(row[0], row[1]): [int(number or 0) for number in row[2:]] for row in answers}
    lines: Iterable[Sequence[Any]] = tx.execute(_IN_LINE, {"day": day})
    in_line = {row[0]: int(row[1]) for row in lines}
    found = [one for one in children(tx, day) if one.status != Status.DRAFT]
    return [_total(one, said, in_line.get(one.id, 0)) for one in found]


def _total(meeting: Meeting, said: Mapping[tuple[int, str], list[int]], line: int) -> PlaceTotals:
    yes, maybe, no = (said.get((meeting.id, answer), [0, 0, 0]) for answer in Answer)
    came = yes[2] + maybe[2] + no[2]
    return PlaceTotals(meeting, yes[0], maybe[0], no[0], line, came, yes[1])


def place_of(tx: Tx, day: int, person: int) -> Meeting | None:
    """The place of a day where somebody has seats."""
    row: Sequence[Any] | None = tx.execute(_PLACE_OF, {"day": day, "person": person}).first()
    return Meeting(*row) if row is not None else None
