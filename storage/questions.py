"""Questions to a human: who asked what, and the first answer to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select, text, update

from storage.tables import questions
from storage.transaction import Tx

IS_OPEN: Final = text("questions.answered IS NULL")  # in these words, for its partial index


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `answer` is None while it is open."""

    id: int
    person: int
    text: str
    answer: str | None


_COLUMNS: Final = tuple(questions.c[name] for name in Question.__dataclass_fields__)


def keep(tx: Tx, person: int, words: str, now: datetime) -> int:
    """Keep a question; its number."""
    kept = insert(questions).values(person=person, text=words, asked=now).returning(questions.c.id)
    return int(tx.execute(kept).scalar_one())


def find(tx: Tx, question: int) -> Question | None:
    """The question with this number."""
    return _made(tx.execute(select(*_COLUMNS).where(questions.c.id == question)).first())


def locked(tx: Tx, question: int) -> Question | None:
    """The same, held until the transaction ends: nobody else answers it meanwhile."""
    found = select(*_COLUMNS).where(questions.c.id == question)
    return _made(tx.execute(tx.for_update(found)).first())


def answer(tx: Tx, question: int, by: int, words: str, now: datetime) -> bool:
    """Keep the first answer; False if there was one already."""
    answered = (
        update(questions)
        .where(questions.c.id == question, IS_OPEN)
        .values(answer=words, answered_by=by, answered=now)
    )
    return tx.execute(answered).rowcount == 1


def still_open(tx: Tx) -> list[Question]:
    """Every question without an answer, the oldest first."""
    found = select(*_COLUMNS).where(IS_OPEN).order_by(questions.c.asked, questions.c.id)
    rows: Iterable[Sequence[Any]] = tx.execute(found)
    return [Question(*row) for row in rows]


def open_of(tx: Tx, person: int) -> int:
    """How many questions of a person wait for an answer."""
    counted = select(func.count()).where(questions.c.person == person, IS_OPEN)
    return int(tx.execute(counted).scalar_one())


def _made(row: Sequence[Any] | None) -> Question | None:
    return None if row is None else Question(*row)
