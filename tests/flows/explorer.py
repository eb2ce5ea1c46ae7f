"""Going through a flow question by question, with a way back to each of them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from storage import tables
from tests.flows.whole import rows
from tests.phone import Phone, World

DEEPEST = 14
WAYS = 2
MOST_OPTIONS = 8
TYPED = (
    "5", "Noor", "20 April 2027 19:30", "22 March 2027 12:00", "21:00", "Utrecht",
    "https://meet.example.org/r", "52.0907, 5.1214", "Hall; Lane 1; Utrecht; 3", "skip",
)  # fmt: skip
"""What is typed, in turn, until it is taken as an answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """An open question, by its flow and key, and the buttons that answer it, by what they say."""

    flow: str
    key: str
    options: tuple[tuple[str, str], ...]


def question(phone: Phone) -> Question | None:
    """What is asked of this person now."""
    table = tables.conversations
    mine = (table.c.chat == phone.chat, table.c.status == "active")
    query = select(table.c.flow, table.c.waiting).where(*mine)
    row = phone.world.run(lambda tx: tx.execute(query).first())
    if row is None:
        return None
    shown = [one.buttons for one in phone.screen() if one.buttons]
    options = [(b.label, b.data) for b in shown[-1] if b.data.startswith("a:")] if shown else []
    return Question(row[0], row[1], tuple(options))


@dataclass(frozen=True, slots=True)
class Frozen:
    """A world and what a phone has seen, as they were while something was asked."""

    asked: Question | None
    image: bytes
    now: datetime
    seen: frozenset[int]


def frozen(phone: Phone) -> Frozen:
    """How it is now."""
    seen = frozenset(phone._seen)
    return Frozen(question(phone), _connection(phone.world).serialize(), phone.world.now, seen)


def thawed(phone: Phone, was: Frozen) -> None:
    """Let it be as it was then."""
    _connection(phone.world).deserialize(was.image)
    phone.world.now, phone._seen = was.now, set(was.seen)


def _connection(world: World) -> sqlite3.Connection:
    connection: Any = world.engine.raw_connection().driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


@contextmanager
def undone(phone: Phone) -> Iterator[None]:
    """Whatever happens meanwhile has not happened afterwards."""
    was = frozen(phone)
    try:
        yield
    finally:
        thawed(phone, was)


class Explorer:
    """Finds each question, by flow and key, once."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.known: set[tuple[str, str]] = set()
        self._ways = Counter[object]()

    def questions(self, data: str) -> Iterator[Frozen]:
        """The questions not met before of what this button starts.

        A first question that is known already leads nowhere new but a few times.
        """
        with undone(self.phone):
            self.phone.sends(data)
            asked = question(self.phone)
            if asked is not None:
                self._ways[asked.flow] += 1
                if self._ways[asked.flow] <= WAYS:
                    yield from self._deeper(asked, DEEPEST)

    def _deeper(self, asked: Question, left: int) -> Iterator[Frozen]:
        if (asked.flow, asked.key) not in self.known:
            self.known.add((asked.flow, asked.key))
            yield frozen(self.phone)
        for answer in _answers(asked) if left else ():
            with undone(self.phone):
                following = question(self.phone) if answers(self.phone, answer, asked) else None
                if following is not None and self._is_news(following):
                    yield from self._deeper(following, left - 1)

    def _is_news(self, asked: Question) -> bool:
        """Whether it was not gone on from so often already."""
        self._ways[asked.flow, asked.key] += 1
        return self._ways[asked.flow, asked.key] <= WAYS


def _answers(asked: Question) -> Sequence[str]:
    return [data for _label, data in asked.options[:MOST_OPTIONS]] or [""]


def answers(phone: Phone, data: str, asked: Question) -> bool:
    """Press this, or type what is taken; whether it was."""
    if data:
        phone.sends(data)
        if question(phone) == asked and "Done" in phone.labels:
            phone.presses("Done")
    for text in () if data else TYPED:
        phone.types(text)
        if _moved_on(phone, asked):
            return True
    return _moved_on(phone, asked)


def _moved_on(phone: Phone, asked: Question) -> bool:
    now = question(phone)
    return now is None or (now.flow, now.key) != (asked.flow, asked.key)


def facts(world: World) -> dict[str, list[dict[str, Any]]]:
    """All that is kept, but for what a talk leaves behind by itself."""
    passing = {"outbox", "inbox", "conversations", "people", "audit"}
    kept = {table.name for table in tables.METADATA.sorted_tables} - passing
    return {name: rows(world, name) for name in kept}


def deletes(world: World, meeting: int) -> None:
    """Take a meeting out of the database, as nobody does but by hand."""
    table = tables.meetings
    world.run(lambda tx: tx.execute(delete(table).where(table.c.id == meeting)))
