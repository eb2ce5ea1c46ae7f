"""One announcement as it stands: its row, and how it is found.

`storage.announcements` tells how it goes from state to state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import bindparam, or_, select, text

from storage.tables import announcements as table
from storage.transaction import Tx

Content = Mapping[str, Any]
"""What is said, as JSON: {"texts": {language: {"text", "rich"}}, "attachment": None or {"kind",
"file", "name"}, "buttons": [{"kind", "label": {language: text}, "value"}], "topics": [theme],
"municipality": None or code}."""
SERVICE: Final = "service"
"""The purpose of what is told to the people of one meeting about that meeting."""


class State(StrEnum):
    """How far it is; see the diagram above."""

    DRAFT = "draft"
    ASKED = "asked"
    PLANNED = "planned"
    BEGUN = "begun"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement; `minutes` count from the start of `meeting`, negative is before it.

    `late_until`: who joins until then gets it too. `paid`: sent faster than is free.
    """

    id: int
    state: str
    purpose: str
    made_by: int | None
    approved_by: int | None
    content: Content | None
    audience: Mapping[str, Any] | None
    fingerprint: str | None
    due: datetime | None
    meeting: int | None
    minutes: int | None
    useful_until: datetime | None
    late_until: datetime | None
    is_news: bool
    paid: bool
    begun: datetime | None
    created: datetime
    changed: datetime

    @property
    def is_relative(self) -> bool:
        """Whether its moment moves along with a meeting."""
        return self.minutes is not None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it has a text."""
        return tuple((self.content or {}).get("texts", ()))


_COLUMNS: Final = tuple(table.c[field.name] for field in fields(Announcement))
_BY_ID: Final = select(*_COLUMNS).where(table.c.id == bindparam("announcement"))
_MANY: Final = select(*_COLUMNS).where(table.c.id.in_(bindparam("numbers", expanding=True)))
_DRAFTS: Final = (
    select(*_COLUMNS)
    .where(table.c.made_by == bindparam("by"), table.c.state == State.DRAFT)
    .order_by(table.c.id.desc())
    .limit(bindparam("most"))
)
_OVERVIEW: Final = (
    select(*_COLUMNS)
    .where(table.c.state != State.DROPPED)
    .order_by(table.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
_SAME: Final = (
    select(*_COLUMNS)
    .where(
        table.c.fingerprint == bindparam("fingerprint"),
        table.c.id != bindparam("announcement"),
        or_(
            table.c.state == State.PLANNED,
            (table.c.state == State.BEGUN) & (table.c.begun >= bindparam("since")),
        ),
    )
    .order_by(table.c.id.desc())
    .limit(1)
)
_SIGNED: Final = (
    select(*_COLUMNS)
    .where(table.c.made_by == bindparam("by"), table.c.state == State.BEGUN)
    .order_by(table.c.id)
)
_PLANNED: Final = (
    select(*_COLUMNS).where(table.c.state == State.PLANNED).order_by(table.c.due, table.c.id)
)
_UNBEGUN: Final = (
    select(*_COLUMNS).where(table.c.state.in_((State.ASKED, State.PLANNED))).order_by(table.c.id)
)
_TAKES_LATE: Final = (
    select(*_COLUMNS)
    .where(
        text("announcements.late_until IS NOT NULL"),  # in these words, for its partial index
        table.c.late_until > bindparam("now"),
        table.c.state == State.BEGUN,
    )
    .order_by(table.c.id)
)


def find(tx: Tx, announcement: int) -> Announcement | None:
    """The one with this number."""
    row: Sequence[Any] | None = tx.execute(_BY_ID, {"announcement": announcement}).first()
    return Announcement(*row) if row is not None else None


def find_many(tx: Tx, numbers: Sequence[int]) -> list[Announcement]:
    """Those with these numbers."""
    return _made(tx.execute(_MANY, {"numbers": list(numbers)}))


def drafts(tx: Tx, by: int, limit: int) -> list[Announcement]:
    """What somebody is writing, the newest first."""
    return _made(tx.execute(_DRAFTS, {"by": by, "most": limit}))


def signed_by(tx: Tx, by: int) -> list[Announcement]:
    """What went out under somebody's name."""
    return _made(tx.execute(_SIGNED, {"by": by}))


def overview(tx: Tx, limit: int, offset: int = 0) -> list[Announcement]:
    """All that were not dropped, the newest first."""
    return _made(tx.execute(_OVERVIEW, {"most": limit, "after": offset}))


def _made(rows: Iterable[Sequence[Any]]) -> list[Announcement]:
    return [Announcement(*row) for row in rows]


def fingerprint(content: Content, audience: Mapping[str, Any]) -> str:
    """The same for the same words to the same people, in whatever order they stand.

    A picture or a button more makes it no other message: it may be sent again for just that.
    """
    said = {code: text["text"].split() for code, text in (content.get("texts") or {}).items()}
    to = {side: sorted(map(list, audience.get(side) or ())) for side in ("only", "but")}
    return sha256(json.dumps([said, to], sort_keys=True).encode()).hexdigest()


def same(tx: Tx, announcement: Announcement, since: datetime) -> Announcement | None:
    """Another one of the same words for the same people, planned, or begun since then.

    Of two who ask and then plan in the same transaction, the second knows of the first.
    """
    tx.lock(f"same:{announcement.fingerprint}")
    wanted = {"fingerprint": announcement.fingerprint, "announcement": announcement.id}
    found = _made(tx.execute(_SAME, {**wanted, "since": since}))
    return found[0] if found else None


def planned(tx: Tx, *, held: bool = False) -> list[Announcement]:
    """Those that are to begin by themselves; `held`: until the transaction ends."""
    found = tx.for_update(_PLANNED, skip_locked=True) if held else _PLANNED
    return _made(tx.execute(found))


def unbegun(tx: Tx) -> list[Announcement]:
    """Those that are to begin by themselves or once somebody agrees."""
    return _made(tx.execute(_UNBEGUN))


def taking_late(tx: Tx, now: datetime) -> list[Announcement]:
    """Those that people who join now are to get too."""
    return _made(tx.execute(_TAKES_LATE, {"now": now}))
