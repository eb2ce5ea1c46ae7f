"""Telling something to many people: a row that says what, from when on, and how far it got.

    started → (due) a page of promises, and another, ... → finished

A tick of its kind promises one page of people and moves the cursor in the same transaction, in the
order of their numbers. So a kill in between loses nobody, and the keys of the promises are unique,
so that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, or_, select, text, update

from storage.tables import fanouts, invitations, meetings
from storage.transaction import Insert, Prepared, Tx

PAGE: Final = 50
"""So many people are promised their message in one go, which takes 5 to 10 ms. Ticks that take a
page each second promise more than can be sent meanwhile."""
AT_ONCE: Final = 10  # that are looked at together


@dataclass(frozen=True, slots=True)
class Fanout:
    """Something on its way to many; `cursor` is the number of the last person it came to.

    `arguments` is what its kind wants to know. `finished` is None while there may be more people.
    """

    id: int
    key: str
    kind: str
    meeting: int | None
    arguments: Mapping[str, Any]
    made_by: int | None
    due: datetime
    cursor: int
    promised: int
    finished: datetime | None
    created: datetime

    @property
    def has_begun(self) -> bool:
        """Whether somebody may have been promised their message."""
        return self.cursor > 0 or self.finished is not None


_COLUMNS: Final = tuple(fanouts.c[field.name] for field in fields(Fanout))
_UNFINISHED: Final = text("fanouts.finished IS NULL")  # in these words, for its partial index

_BY_ID: Final = select(*_COLUMNS).where(fanouts.c.id == bindparam("id"))
_BY_KEY: Final = select(*_COLUMNS).where(fanouts.c.key == bindparam("key"))
_DUE: Final = (
    select(*_COLUMNS)
    .where(_UNFINISHED, fanouts.c.kind == bindparam("kind"), fanouts.c.due <= bindparam("now"))
    .order_by(fanouts.c.due, fanouts.c.id)
    .limit(AT_ONCE)
)
_OF_MEETING: Final = (
    select(*_COLUMNS)
    .where(fanouts.c.meeting == bindparam("meeting"), fanouts.c.kind == bindparam("kind"))
    .order_by(fanouts.c.id)
)
_ADVANCE: Final = (
    update(fanouts)
    .where(fanouts.c.id == bindparam("row"))
    .values(
        cursor=bindparam("last"),
        promised=fanouts.c.promised + bindparam("more"),
        finished=bindparam("ended"),
    )
)


@Prepared
def _start(tx: Tx) -> Insert:
    return tx.insert(fanouts).on_conflict_do_nothing(index_elements=["key"])


def start(  # noqa: PLR0913, PLR0917 - one row's columns, each with a name of its own
    tx: Tx,
    key: str,
    kind: str,
    meeting: int | None,
    arguments: Mapping[str, Any],
    by: int | None,
    due: datetime,
    now: datetime,
) -> Fanout:
    """Have something told to many from `due` on; the same key a second time is the first one."""
    values = {"key": key, "kind": kind, "meeting": meeting, "arguments": dict(arguments)}
    tx.execute(_start, {**values, "made_by": by, "due": due, "created": now})
    row: Sequence[Any] = tx.execute(_BY_KEY, {"key": key}).one()
    return Fanout(*row)


def start_all(
    tx: Tx,
    kind: str,
    planned: Iterable[tuple[str, int, Mapping[str, Any], datetime]],
    now: datetime,
) -> int:
    """Have much told in one go, each by (key, meeting, arguments, due); how much that was.

    What has its key already is the same, and stays as it is.
    """
    rows = [
        {"key": key, "kind": kind, "meeting": meeting, "arguments": dict(arguments),
         "made_by": None, "due": due, "created": now}
        for key, meeting, arguments, due in planned
    ]  # fmt: skip
    if rows:
        tx.execute(_start, rows)
    return len(rows)


def find(tx: Tx, fanout: int) -> Fanout | None:
    """The one with this number."""
    row: Sequence[Any] | None = tx.execute(_BY_ID, {"id": fanout}).first()
    return Fanout(*row) if row is not None else None


def due(tx: Tx, kind: str, now: datetime) -> list[Fanout]:
    """Those of a kind that are to go on now, the longest due first, held until they have."""
    found = tx.for_update(_DUE, skip_locked=True)
    rows: Iterable[Sequence[Any]] = tx.execute(found, {"kind": kind, "now": now})
    return [Fanout(*row) for row in rows]


PromisePage = Callable[[Tx, Fanout, int, datetime], int]
"""Promises at most so many people of one, notes how far it came or drops it; how many they were.

As many as it could if it may go no further for now: looking for them took the rest."""


def go_on(tx: Tx, kind: str, promise_page: PromisePage, now: datetime, most: int = PAGE) -> int:
    """Promise `most` people at most what is due of a kind, the longest due first; how many.

    Something that is for nobody counts as one of them, as looking for them takes as long.
    """
    left, promised = most, 0
    while left > 0 and (found := due(tx, kind, now)):
        for one in found:
            if left > 0:
                many = promise_page(tx, one, left, now)
                promised += many
                left -= max(1, many)
    return promised


Person = tuple[int, str]  # their number, and their chat


def first_of(pages: Iterable[Iterable[Sequence[Any]]], limit: int) -> list[Person]:
    """The first people of several pages together, in the order of their numbers, each once.

    The first `limit` of all, if each page holds the first `limit` of its own.
    """
    chats: dict[int, str] = {person: chat for page in pages for person, chat in page}
    return sorted(chats.items())[:limit]


def passed(tx: Tx, one: Fanout, people: Sequence[Sequence[Any]], limit: int, now: datetime) -> int:
    """Note that these were promised, each a row with the number first; how many they are.

    Fewer than `limit` are the last of them.
    """
    cursor = people[-1][0] if people else one.cursor
    advance(tx, one.id, cursor, len(people), None if len(people) == limit else now)
    return len(people)


def of_meeting(tx: Tx, kind: str, meeting: int) -> list[Fanout]:
    """All that was told of this kind about a meeting, the oldest first."""
    wanted = {"kind": kind, "meeting": meeting}
    rows: Iterable[Sequence[Any]] = tx.execute(_OF_MEETING, wanted)
    return [Fanout(*row) for row in rows]


def alter(tx: Tx, fanout: int, arguments: Mapping[str, Any], due: datetime) -> bool:
    """Tell something else, or at another moment; False if it has begun, maybe just now."""
    waits = (fanouts.c.id == fanout, fanouts.c.cursor == 0, _UNFINISHED)
    values = {"arguments": dict(arguments), "due": due}
    return tx.execute(update(fanouts).where(*waits).values(**values)).rowcount == 1


def drop(tx: Tx, fanout: int, now: datetime) -> None:
    """Tell nobody, or nobody else."""
    tx.execute(update(fanouts).where(fanouts.c.id == fanout).values(finished=now))


_MOST_FORGOTTEN: Final = 200
_IS_OVER: Final = text("fanouts.finished IS NOT NULL")  # in these words, for its partial index
_OLD: Final = (
    select(fanouts.c.id)
    .outerjoin(meetings, meetings.c.id == fanouts.c.meeting)
    .where(
        _IS_OVER,
        fanouts.c.finished < bindparam("before"),
        or_(meetings.c.id.is_(None), meetings.c.ends < bindparam("before")),
        ~exists().where(invitations.c.fanout == fanouts.c.id),
    )
    .order_by(fanouts.c.finished)
    .limit(_MOST_FORGOTTEN)
)
_FORGET: Final = delete(fanouts).where(fanouts.c.id.in_(_OLD))


def forget(tx: Tx, before: datetime) -> int:
    """Throw away some of what was told before then, also about meetings over by then; how many.

    What told people of a meeting stays until that is over, as it says how it was before; and what
    invited somebody stays with the invitation, which says who had it sent.
    """
    return tx.execute(_FORGET, {"before": before}).rowcount


def advance(tx: Tx, fanout: int, cursor: int, promised: int, finished: datetime | None) -> None:
    """A page was promised, up to and with person `cursor`; `finished` when it was the last."""
    wanted = {"row": fanout, "last": cursor, "more": promised, "ended": finished}
    tx.execute(_ADVANCE, wanted)
