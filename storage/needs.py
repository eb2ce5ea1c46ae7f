"""What the people who come need to be able to come, counted for the host of a meeting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, or_, select

from storage.meetings import Answer
from storage.tables import rsvps
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Needed:
    """How many sign-ups need what, by key; `in_words` counts those who wrote something."""

    keys: Mapping[str, int]
    in_words: int


_NEEDS: Final = select(rsvps.c.needs, rsvps.c.needs_text).where(
    rsvps.c.meeting == bindparam("meeting"),
    rsvps.c.answer == Answer.YES,
    or_(rsvps.c.needs.is_not(None), rsvps.c.needs_text.is_not(None)),
)


def counted(tx: Tx, meeting: int) -> Needed:
    """What those who come to this meeting need."""
    rows: Iterable[Any] = tx.execute(_NEEDS, {"meeting": meeting}).all()
    keys = Counter(key for row in rows for key in row.needs or ())
    return Needed(keys, sum(1 for row in rows if row.needs_text))
