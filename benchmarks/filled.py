"""Databases with many people and rows, filled by SQL alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import TextClause, text

from storage import Database, Tx

PAGE: Final = 50_000
FIRST_CHAT: Final = 810_000_001
"""The number of the emulator's first person."""

_NUMBERS: Final = (
    "WITH RECURSIVE numbers(n) AS "
    "(SELECT :begin UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :end) "
)
_PEOPLE: Final = text(
    "INSERT INTO people (chat, state, role, language, name, municipality, first_seen, last_seen) "
    + _NUMBERS
    + "SELECT 'telegram:' || (:chat + n), 'member', 'none', 'nl', 'Noor', 'GM0356', :now, :now "
    "FROM numbers"
)
_OUTBOX: Final = text(
    "INSERT INTO outbox "
    "(key, chat, lane, repeat, kind, state, due, created, content) "
    + _NUMBERS
    + "SELECT 'bench:' || n, 'telegram:' || (:chat + n % 1000000), 'bulk', 'repeatable', 'send', "
    "'waiting', CASE WHEN n < :soon THEN :now ELSE :later END, :now, "
    """'{"text": "Number ' || n || '"}' FROM numbers"""
)


def fill(folder: Path, *, people: int, rows: int, due: int = 0) -> Path:
    """A new database with so many people and waiting rows, the first `due` of them due now."""
    return asyncio.run(_fill(folder / "bench.db", people, rows, due))


async def _fill(path: Path, people: int, rows: int, due: int) -> Path:
    database = await Database.open(f"sqlite:///{path}")
    for begin in range(0, people, PAGE):
        await database.run_alone(_add, _PEOPLE, begin, min(people, begin + PAGE), due)
    for begin in range(0, rows, PAGE):
        await database.run_alone(_add, _OUTBOX, begin, min(rows, begin + PAGE), due)
    await database.run(analyse)
    await database.close()
    return path


def _add(tx: Tx, statement: TextClause, begin: int, end: int, due: int) -> None:
    now = datetime.now(UTC)
    wanted: dict[str, object] = {"begin": begin, "end": end, "chat": FIRST_CHAT, "now": stored(now)}
    if statement is _OUTBOX:
        wanted |= {"soon": due, "later": stored(now + timedelta(days=30))}
    tx.execute(statement, wanted)


def analyse(tx: Tx) -> None:
    tx.execute(text("ANALYZE"))


def stored(moment: datetime) -> str:
    """A moment as SQLite keeps it."""
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"
