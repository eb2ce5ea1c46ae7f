"""News: what people follow, and the items that can be read, also by who never joined.

An item is an announcement that has begun and was not taken back. Whoever runs the platform marks
which of them everybody may read (`is_public`); the others, and what was stopped half-way, are for
those they were sent to. What somebody follows only says what they would like: without their consent
they get nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, exists, func, insert, select, text

from storage.audience_filters import EVERYWHERE, PLACE, TOPIC
from storage.tables import announcements, follows, people, recipients, sendings
from storage.transaction import Tx

__all__ = ["EVERYWHERE", "PLACE", "TOPIC"]  # found here too: they are what is followed

LOOKED_AT: Final = 5_000
"""So many of the newest choices are counted; older ones are left out then."""


@dataclass(frozen=True, slots=True)
class Follows:
    """What somebody follows; no topic is all of them.

    No place is their own municipality if they told it, and else the whole country.
    """

    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


_OF_PERSON: Final = (
    select(follows.c.kind, follows.c.value)
    .where(follows.c.person == bindparam("of"))
    .order_by(follows.c.kind, follows.c.value)
)


def followed(tx: Tx, person: int) -> Follows:
    """What a person follows."""
    found: dict[str, list[str]] = {TOPIC: [], PLACE: []}
    rows: Iterable[Sequence[Any]] = tx.execute(_OF_PERSON, {"of": person})
    for kind, value in rows:
        found[kind].append(value)
    return Follows(tuple(found[TOPIC]), tuple(found[PLACE]))


def follow(tx: Tx, person: int, kind: str, values: Iterable[str]) -> None:
    """Replace the topics (by key) or the places (by CBS code, or `EVERYWHERE`) of a person."""
    tx.execute(delete(follows).where(follows.c.person == person, follows.c.kind == kind))
    rows = [{"person": person, "kind": kind, "value": value} for value in dict.fromkeys(values)]
    if rows:
        tx.execute(insert(follows), rows)


def unfollow_all(tx: Tx, person: int) -> None:
    """Follow nothing any more."""
    tx.execute(delete(follows).where(follows.c.person == person))


# What can be read.


@dataclass(frozen=True, slots=True)
class Item:
    """An announcement as it reads by now; `made_by` is who wrote it, while they are known."""

    id: int
    purpose: str
    is_public: bool
    begun: datetime
    useful_until: datetime | None
    content: Mapping[str, Any]
    made_by: int | None
    audience: Mapping[str, Any] | None
    meeting: int | None


_ITS_SENDING: Final = sendings.c.announcement == announcements.c.id
_TAKEN_BACK: Final = exists().where(_ITS_SENDING, sendings.c.kind == "withdraw")
_STOPPED: Final = exists().where(
    _ITS_SENDING, sendings.c.kind == "send", sendings.c.state == "cancelled"
)
_PUBLIC: Final = text("announcements.is_news")  # in these words, for its partial index
_READABLE: Final[Select[Any]] = select(
    announcements.c.id,
    announcements.c.purpose,
    (announcements.c.is_news & ~_STOPPED).label("is_public"),
    announcements.c.begun,
    announcements.c.useful_until,
    announcements.c.content,
    announcements.c.made_by,
    announcements.c.audience,
    announcements.c.meeting,
).where(
    announcements.c.state == "begun",
    ~_TAKEN_BACK,
)
_LATEST: Final = (
    _READABLE.where(_PUBLIC, ~_STOPPED)
    .order_by(announcements.c.begun.desc(), announcements.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
_ONE: Final = _READABLE.where(announcements.c.id == bindparam("announcement"))
_SOME: Final = _READABLE.where(
    announcements.c.id.in_(bindparam("announcements", expanding=True)), ~_STOPPED
)
_TO_PRESS: Final = select(
    announcements.c.state,
    announcements.c.is_news,
    announcements.c.content,
    announcements.c.made_by,
    announcements.c.approved_by,
).where(announcements.c.id == bindparam("announcement"))
_WAS_SENT: Final = select(
    exists().where(
        sendings.c.announcement == bindparam("announcement"),
        recipients.c.sending == sendings.c.id,
        recipients.c.person == bindparam("person"),
    )
)


def latest(tx: Tx, limit: int, offset: int = 0) -> list[Item]:
    """What everybody may read, the newest first."""
    return _items(tx.execute(_LATEST, {"most": limit, "after": offset}))


def find(tx: Tx, announcement: int) -> Item | None:
    """One item, for everybody or not; None if it has not begun or was taken back.

    Whoever got one that was stopped then has it still.
    """
    found = _items(tx.execute(_ONE, {"announcement": announcement}))
    return found[0] if found else None


def some(tx: Tx, announcements: Sequence[int]) -> list[Item]:
    """Those of these items that still go to people, in this order."""
    found = {one.id: one for one in _items(tx.execute(_SOME, {"announcements": announcements}))}
    return [found[number] for number in announcements if number in found]


def was_sent(tx: Tx, announcement: int, person: int) -> bool:
    """Whether an announcement was for this person; not known any more after some months."""
    wanted = {"announcement": announcement, "person": person}
    return bool(tx.execute(_WAS_SENT, wanted).scalar())


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of an announcement: what it leads to, and whether this person's presses count."""

    kind: str
    value: Any
    counts: bool


def button(tx: Tx, announcement: int, number: int, person: int) -> Pressed | None:
    """The button with this number, counted from 0; None where there is none that leads to us.

    It leads there once the announcement has begun. Presses count of those who may read it, and not
    of those who made or approved it: they look whether it works.
    """
    row = tx.execute(_TO_PRESS, {"announcement": announcement}).first()
    begun = row is not None and row.state == "begun"
    known = (row.content or {}).get("buttons", ()) if row is not None and begun else ()
    if row is None or number >= len(known) or known[number]["kind"] == "link":
        return None
    others = person not in (row.made_by, row.approved_by)
    counts = others and (row.is_news or was_sent(tx, announcement, person))
    return Pressed(known[number]["kind"], known[number]["value"], counts)


def _items(rows: Iterable[Sequence[Any]]) -> list[Item]:
    return [Item(*row) for row in rows]


# Who follows what.


@dataclass(frozen=True, slots=True)
class Followers:
    """How many people who want news follow what: (kind, value) to a count.

    `exact` is whether that is all of them, and not only the newest choices.
    """

    counts: Mapping[tuple[str, str], int]
    exact: bool


_NEWEST: Final = (
    select(follows).order_by(follows.c.person.desc()).limit(LOOKED_AT + 1).subquery("newest")
)
_FOLLOWERS: Final = (
    select(_NEWEST.c.kind, _NEWEST.c.value, func.count())
    .join(people, people.c.id == _NEWEST.c.person)
    .where(people.c.wants_news, people.c.reachable)
    .group_by(_NEWEST.c.kind, _NEWEST.c.value)
)
_ALL_LOOKED_AT: Final = select(func.count()).select_from(_NEWEST)


def followers(tx: Tx) -> Followers:
    """How many follow each topic and place, of those who get news now."""
    rows: Iterable[Sequence[Any]] = tx.execute(_FOLLOWERS)
    counts = {(row[0], row[1]): row[2] for row in rows}
    looked_at: int = tx.execute(_ALL_LOOKED_AT).scalar_one()
    return Followers(counts, exact=looked_at <= LOOKED_AT)
