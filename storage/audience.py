"""Whom a message to many is for: what a coordinator chose, as conditions, a count and a list.

Of one kind any filter is enough, of several kinds all must apply, and none of those that are left
out. What is kept is the choice and not the people: who fits is looked up when it is sent, so that
an audience changes with the people, and somebody who fits twice is still one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, GenerativeSelect, and_, bindparam, false, func, not_, select

from storage import estimates
from storage.audience_filters import (
    Filter,
    Kind,
    condition,
    numbers,
    reached_by_follows,
)
from storage.people import Purpose
from storage.tables import people
from storage.transaction import Tx

__all__ = ["Filter", "Kind"]  # found here too: they are what an audience is made of

PAGE: Final = 1_000
LOOKED_AT: Final = 20_000
"""So many numbers of people are looked through for one page."""
SERVICE: Final = "service"
"""The purpose of what people signed up for: it needs no consent."""
_WANTS: Final = {Purpose.NEWS: people.c.wants_news, Purpose.SURVEY: people.c.wants_surveys}


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody of whom `only` is true and `but` is not; both empty: everybody."""

    only: tuple[Filter, ...] = ()
    but: tuple[Filter, ...] = ()


def load(kept: Mapping[str, Any] | None) -> Audience:
    """The audience that `dump` made this of; nothing is everybody."""
    only, but = ((kept or {}).get(name, ()) for name in ("only", "but"))
    return Audience(tuple(Filter(*one) for one in only), tuple(Filter(*one) for one in but))


def dump(audience: Audience) -> dict[str, list[list[str]]]:
    """An audience as JSON."""
    return {
        "only": [[one.kind, one.value] for one in audience.only],
        "but": [[one.kind, one.value] for one in audience.but],
    }


# As conditions on `people`.


def clauses(audience: Audience, purpose: str) -> list[ColumnElement[bool]]:
    """Who is meant, wants this purpose and can be reached: conditions on a row of `people`.

    Cheap for each row, for statements that go through people by ranges of their numbers.
    """
    return [*wanting(purpose), *meant(audience)]


def wanting(purpose: str) -> list[ColumnElement[bool]]:
    """Who can be reached and agrees to this purpose; all who can be reached where it is service."""
    wants = _WANTS.get(Purpose(purpose)) if purpose != SERVICE else None
    return [people.c.reachable, *([wants] if wants is not None else [])]


def meant(audience: Audience) -> list[ColumnElement[bool]]:
    """Who is meant, whether they want it or not."""
    only = [_meant(kind, values) for kind, values in _by_kind(audience.only).items()]
    but = [condition(kind, values) for kind, values in _by_kind(audience.but).items()]
    return [*only, *(not_(func.coalesce(clause, false())) for clause in but)]


def _meant(kind: str, values: Sequence[str]) -> ColumnElement[bool]:
    return reached_by_follows(values) if kind == Kind.FOLLOWS else condition(kind, values)


def _by_kind(filters: Iterable[Filter]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in filters:
        found.setdefault(one.kind, []).append(one.value)
    return found


# How many.


@dataclass(frozen=True, slots=True)
class Counted:
    """How many are meant: those who do not want it, cannot be reached, and those who get it.

    The three add up to `meant`. Not `exact`: worked out from some of them, where there are many.
    """

    meant: int
    unwanting: int
    unreachable: int
    get: int
    exact: bool = True


def count(tx: Tx, audience: Audience, purpose: str) -> Counted:
    """How many an audience has now, looking at ten thousand people at most."""
    reachable, *rest = wanting(purpose)
    wants = and_(*rest) if rest else reachable | ~reachable
    columns = (
        func.count().filter(~wants),
        func.count().filter(wants, ~reachable),
        func.count().filter(wants, reachable),
    )
    found = estimates.sums(tx, columns, meant(audience), known(audience))
    unwanting, unreachable, get = found.numbers
    return Counted(unwanting + unreachable + get, unwanting, unreachable, get, found.exact)


def known(audience: Audience) -> list[GenerativeSelect]:
    """The numbers of those meant and maybe of more, from each index that has them."""
    found = (numbers(kind, values) for kind, values in _by_kind(audience.only).items())
    return [one for one in found if one is not None]


# Who.


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of an audience, as a list shows them; they may have told no name."""

    id: int
    name: str | None
    municipality: str | None
    language: str


_SHOWN: Final = tuple(people.c[name] for name in Somebody.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Seen:
    """Some of an audience, and the number after which others may be; None if there are none."""

    people: list[Somebody]
    further: int | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """The people looked at for one page, and the number after which others may be, if any."""

    within: ColumnElement[bool]
    further: int | None


_ANY_AFTER: Final = select(people.c.id).where(people.c.id > bindparam("after")).limit(1)


def stretch(tx: Tx, audience: Audience, after: int, most: int = LOOKED_AT) -> Stretch:
    """Where to look after this number: all of the few that an index knows, or `most` numbers."""
    few = estimates.shortest(tx, known(audience))
    if few is not None:
        return Stretch(and_(people.c.id > after, people.c.id.in_(few)), None)
    end = after + most
    ends = tx.execute(_ANY_AFTER, {"after": end}).first() is None
    return Stretch(and_(people.c.id > after, people.c.id <= end), None if ends else end)


def page(tx: Tx, audience: Audience, purpose: str, after: int, limit: int) -> Seen:
    """Some of those who would get it now: numbers after `after`, in order, at most `limit`.

    Of many people, `LOOKED_AT` are looked at. So a page may be short, or empty, and not the last.
    """
    looked_at = stretch(tx, audience, after)
    found = (
        select(*_SHOWN)
        .where(looked_at.within, *clauses(audience, purpose))
        .order_by(people.c.id)
        .limit(limit + 1)
    )
    rows: Iterable[Sequence[Any]] = tx.execute(found)
    shown = [Somebody(*row) for row in rows]
    if len(shown) > limit:
        return Seen(shown[:limit], shown[limit - 1].id)
    return Seen(shown, looked_at.further)


def everybody(tx: Tx, audience: Audience, purpose: str) -> Iterator[Somebody]:
    """All who would get it now, in order; for lists that are made outside a turn."""
    after: int | None = 0
    while after is not None:
        found = page(tx, audience, purpose, after, PAGE)
        yield from found.people
        after = found.further
