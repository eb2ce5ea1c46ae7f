"""What people thought of a meeting they were at: one answer each, and words if they want.

Numbers are shown from five answers on, and words too, without names and in no order that tells
whose they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update

from storage.small_cells import FEWEST, hidden
from storage.tables import feedback
from storage.transaction import Insert, Prepared, Tx

PAGE_OF_WORDS: Final = 10


class Worth(StrEnum):
    """Whether it was worth somebody's time."""

    VERY = "very"
    A_BIT = "bit"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person answered."""

    worth: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Results:
    """How many answered, and how many said what; a number that may not be shown is None."""

    answers: int
    counts: Mapping[Worth, int | None]
    with_words: int

    @property
    def may_show(self) -> bool:
        """Whether there are enough answers to show anything of them."""
        return self.answers >= FEWEST


_MINE: Final = (feedback.c.meeting == bindparam("of"), feedback.c.person == bindparam("by"))
_FIND: Final = select(feedback.c.worth, feedback.c.words).where(*_MINE)
_WORDS: Final = update(feedback).where(*_MINE).values(words=bindparam("said"), at=bindparam("now"))
_COUNTS: Final = (
    select(feedback.c.worth, func.count(), func.count(feedback.c.words))
    .where(feedback.c.meeting == bindparam("of"))
    .group_by(feedback.c.worth)
)
_SAID: Final = (
    select(feedback.c.words)
    .where(feedback.c.meeting == bindparam("of"), feedback.c.words.is_not(None))
    .order_by(func.lower(feedback.c.words), feedback.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


@Prepared
def _answer(tx: Tx) -> Insert:
    made = tx.insert(feedback)
    new = {name: made.excluded[name] for name in ("worth", "at")}
    return made.on_conflict_do_update(index_elements=["meeting", "person"], set_=new)


def answer(tx: Tx, meeting: int, person: int, worth: Worth, now: datetime) -> None:
    """Keep whether it was worth their time; an answer before it is replaced, words stay."""
    tx.execute(_answer, {"meeting": meeting, "person": person, "worth": worth, "at": now})


def say(tx: Tx, meeting: int, person: int, words: str, now: datetime) -> bool:
    """Keep what they add in their own words; False if they answered nothing before."""
    said = {"of": meeting, "by": person, "said": words, "now": now}
    return tx.execute(_WORDS, said).rowcount == 1


def find(tx: Tx, meeting: int, person: int) -> Answer | None:
    """What this person answered, if they did."""
    row: Sequence[Any] | None = tx.execute(_FIND, {"of": meeting, "by": person}).first()
    return Answer(*row) if row is not None else None


def results(tx: Tx, meeting: int) -> Results:
    """What all answered, as far as it may be shown."""
    rows: Iterable[Any] = tx.execute(_COUNTS, {"of": meeting}).all()
    found = {Worth(row[0]): (int(row[1]), int(row[2])) for row in rows}
    counts = {str(worth): found.get(worth, (0, 0))[0] for worth in Worth}
    answers = sum(counts.values())
    hide = set(counts) if answers < FEWEST else hidden(counts, parts=True)
    shown = {worth: None if worth in hide else counts[worth] for worth in Worth}
    return Results(answers, shown, sum(words for _count, words in found.values()))


def words(tx: Tx, meeting: int, *, offset: int = 0, limit: int = PAGE_OF_WORDS) -> list[str]:
    """What people said in their own words, by the alphabet; nothing before enough answered."""
    if not results(tx, meeting).may_show:
        return []
    wanted = {"of": meeting, "limit": limit, "offset": offset}
    return list(tx.execute(_SAID, wanted).scalars())
