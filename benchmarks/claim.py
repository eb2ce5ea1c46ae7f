"""Claiming 100 due rows with 1,000,000 rows waiting, against 10,000."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from benchmarks.side_by_side import at_most
from storage import Database, Tx
from storage.claims import Claim, claim
from storage.outbox import Content, Lane
from storage.tables import outbox

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
PAGE = 10_000


def run() -> None:
    """Claiming 100 due rows with 1,000,000 rows waiting, against 10,000."""
    for named, spread in (("one announcement", 1), ("due at 3,600 moments, mixed", 3600)):
        few, many = (asyncio.run(measured(count, spread)) for count in (10_000, 1_000_000))
        print(f"  {named}: {few:.2f} ms, with 1,000,000: {many:.2f} ms a claim")
        at_most("ratio", many / few, 1.2)


async def measured(count: int, spread: int) -> float:
    """Milliseconds to claim 100 of `count` rows due at `spread` moments, the median of ten."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(f"sqlite:///{folder}/claim.db")
        for begin in range(0, count, PAGE):
            await database.run_alone(fill, begin, spread)
        await database.run(analyse)
        spent = [await claimed(database) for _turn in range(12)]
        await database.close()
    return 1000 * statistics.median(spent[2:])


def analyse(tx: Tx) -> None:
    tx.execute(text("ANALYZE"))


def fill(tx: Tx, begin: int, spread: int) -> None:
    rows = [
        {
            "key": f"announcement:1:{n}", "chat": f"telegram:{n}", "lane": "bulk",
            "repeat": "repeatable", "kind": "send", "state": "waiting",
            "due": NOW - timedelta(seconds=n % spread), "created": NOW, "renderer": "nothing",
            "arguments": {"n": n},
        }
        for n in range(begin, begin + PAGE)
    ]  # fmt: skip
    tx.execute(insert(outbox), rows)


async def claimed(database: Database) -> float:
    wanted = Claim("bench", Lane.BULK, 100, (), NOW, datetime.now(UTC))
    begun = time.perf_counter()
    found = await database.run(claim, wanted, render)
    spent = time.perf_counter() - begun
    assert len(found.rows) == 100
    return spent


def render(_tx: Tx, _renderer: str, arguments: Mapping[str, Any]) -> Content:
    return {"text": f"Number {arguments['n']}"}
