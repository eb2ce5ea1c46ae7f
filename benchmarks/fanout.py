"""Fan-out of an announcement to 1,000,000 people, while others talk to the bot.

BENCH_DATABASE=postgresql://...     in this database, which must be empty, and not in a new SQLite
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, text

from handlers.announcement_sending import go_on
from storage import Database, Tx, announcements, inbox, sendings
from storage.sendings import Sending, State
from storage.tables import people, recipients
from storage.tables import sendings as table

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
PEOPLE = 1_000_000
PAGE = 10_000
EVERYBODY: Mapping[str, Any] = {"only": [], "but": []}
FILTERED: Mapping[str, Any] = {
    "only": [["municipality", "GM0344"], ["part", "resident"]],
    "but": [["role", "coordinator"]],
}
AUDIENCES = {"all who want it": EVERYBODY, "of one municipality": FILTERED}


def run() -> None:
    """Fan-out of an announcement to 1,000,000 people, while others talk to the bot."""
    asyncio.run(measured())


async def measured() -> None:
    with tempfile.TemporaryDirectory() as folder:
        named = os.environ.get("BENCH_DATABASE")
        database = await Database.open(named or f"sqlite:///{folder}/fanout.db")
        for begin in range(0, PEOPLE, PAGE):
            await database.run_alone(fill, begin)
        await database.run(analyse)
        for name, audience in AUDIENCES.items():
            alone = await spread(database, audience)
            told(name, *alone, [])
            await database.run(drop)
            stop = asyncio.Event()
            turns = asyncio.create_task(talk(database, stop))
            found = await spread(database, audience)
            stop.set()
            told(f"{name}, with turns", *found, await turns)
            await database.run(drop)
        await database.close()


def told(name: str, seconds: float, rows: int, longest: float, replies: list[float]) -> None:
    rate = PEOPLE / seconds
    goal = f"(goal: >= 200,000/s) {'met' if rate >= 200_000 else 'MISSED'}"
    print(f"  {name}: {rows:,} rows of {PEOPLE:,} people in {seconds:.1f} s, {rate:,.0f}/s {goal}")
    within = "met" if longest <= 0.050 else "MISSED"
    print(f"    longest transaction {1000 * longest:.1f} ms (goal: <= 50) {within}")
    if replies:
        p99 = 1000 * statistics.quantiles(replies, n=100)[98]
        kept = "met" if p99 <= 100 else "MISSED"
        print(f"    {len(replies)} turns meanwhile, p99 {p99:.1f} ms (goal: <= 100) {kept}")


async def spread(database: Database, audience: Mapping[str, Any]) -> tuple[float, int, float]:
    """Page after page, as the tick does: how long, how many rows, and the longest page."""
    one = await database.run(planned, audience)
    longest, begun = 0.0, time.perf_counter()
    while True:
        state, took = await database.run_alone(page, one)
        longest = max(longest, took)
        if state != State.SPREADING:
            break
    seconds = time.perf_counter() - begun
    done = await database.read(sendings.find, one.id)
    assert done is not None
    return seconds, done.total, longest


def drop(tx: Tx) -> None:
    tx.execute(delete(recipients))
    tx.execute(delete(table))


def page(tx: Tx, one: Sending) -> tuple[str, float]:
    """One run of the tick: how far the sending is then, and how long it took."""
    begun = time.perf_counter()
    go_on.run(tx, NOW)
    took = time.perf_counter() - begun
    now = sendings.find(tx, one.id)
    assert now is not None
    return now.state, took


async def talk(database: Database, stop: asyncio.Event) -> list[float]:
    """Some 50 small turns a second, and how long each took."""
    spent: list[float] = []
    number = 0
    while not stop.is_set():
        begun = time.perf_counter()
        number += 1
        await database.run(turn, number)
        spent.append(time.perf_counter() - begun)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.02)
    return spent


def turn(tx: Tx, number: int) -> None:
    inbox.first_sight(tx, f"bench:{time.time_ns()}:{number}", f"telegram:{number}", NOW)


def planned(tx: Tx, audience: Mapping[str, Any]) -> Sending:
    number = announcements.new(tx, 1, NOW)
    content = {"texts": {"nl": {"text": "x", "rich": False}}}
    announcements.write(
        tx, number, content=content, audience=audience, purpose="news", meeting=None,
        minutes=None, useful_until=None, late_until=None, is_news=False, paid=False, now=NOW,
    )  # fmt: skip
    announcements.plan(tx, number, NOW, 1, NOW)
    one = announcements.find(tx, number)
    assert one is not None
    return sendings.begin(tx, one, NOW)


def analyse(tx: Tx) -> None:
    tx.execute(text("ANALYZE"))


def fill(tx: Tx, begin: int) -> None:
    rows = [
        {
            "chat": f"telegram:{n}", "state": "member", "role": "none", "language": "nl",
            "wants_news": True, "reachable": True, "municipality": f"GM0{344 + n % 7}",
            "part": "resident", "first_seen": NOW, "last_seen": NOW, "joined": NOW,
        }
        for n in range(begin, begin + PAGE)
    ]  # fmt: skip
    tx.execute(insert(people), rows)
