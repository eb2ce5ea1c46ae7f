"""Reminders for 10,000 people, all due at one instant, and how long they hold up the event loop.

python -m benchmarks.reminders PORT FOLDER      the bot's side; prints one line of JSON
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from benchmarks import stall
from benchmarks.filled import fill, stored
from benchmarks.load import TOKEN
from benchmarks.side_by_side import at_most, free_port, started
from bot import config
from bot.app import Bot, _loop_factory
from bot.channels.telegram import Telegram
from bot.clock import Clock
from storage import Database, Tx
from storage.tables import meetings

PEOPLE: Final = 10_000
ROUNDS: Final = 3
ZONE: Final = "Europe/Amsterdam"
LEAD: Final = 6.0  # seconds of the bot's life before the reminders are due
WATCHED: Final = 20.0  # seconds from then on: some pages of promises, hundreds of claims
_COME: Final = text(
    "INSERT INTO rsvps (meeting, person, answer, seats, version, created, changed) "
    "SELECT 1, id, 'yes', 1, 1, :then, :then FROM people"
)


def run() -> None:
    """The longest stall of the event loop when reminders for 10,000 people are due at once."""
    rounds = []
    for _round in range(ROUNDS):
        rounds.append(_measured())
        assert rounds[-1]["promised"] > 0, "no reminder was due"
    for name, when in (("before they are due", "quiet"), ("from then on", "due")):
        for what, kind in (("late", "late"), ("by us", "ours"), ("by the loop", "loop")):
            told = ", ".join(f"{found[when][kind]:.1f}" for found in rounds)
            print(f"  {name}, {what}: {told} ms")
    at_most(
        "the middle one, by us",
        statistics.median(found["due"]["ours"] for found in rounds),
        10,
        " ms",
    )


def _measured() -> dict[str, Any]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), people=PEOPLE, rows=0)
        people = ("--chats", "1", "--readers", str(PEOPLE))
        crowd = started("load", "--port", str(port), *people, stdout=subprocess.PIPE)
        assert crowd.stdout is not None
        crowd.stdout.readline()
        bot = started(
            "reminders", str(port), folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            assert bot.stdout is not None
            return dict(json.loads(bot.stdout.readline()))
        finally:
            for process in (bot, crowd):
                process.terminate()
                process.wait(15)


# The bot's side.


def noon() -> datetime:
    """The next noon but one, when nobody is asleep."""
    day = datetime.now(ZoneInfo(ZONE)).date() + timedelta(days=2)
    return datetime.combine(day, datetime.min.time().replace(hour=12), ZoneInfo(ZONE))


def plan(tx: Tx, due: datetime) -> None:
    """A meeting two hours after `due`, to which everybody comes."""
    starts, ends = due + timedelta(hours=2), due + timedelta(hours=4)
    then = datetime.now(UTC) - timedelta(days=1)
    tx.execute(
        insert(meetings).values(
            uid="bench", status="on", publishes=then, title="Soep", starts=starts, ends=ends,
            wall_start=f"{starts:%Y-%m-%dT%H:%M}", wall_end=f"{ends:%Y-%m-%dT%H:%M}", zone=ZONE,
            place="Buurthuis", languages=[], reminders=["hours"], created=then,
        )
    )  # fmt: skip
    tx.execute(_COME, {"then": stored(then)})


def promised(tx: Tx) -> int:
    return int(tx.execute(text("SELECT count(*) FROM outbox")).scalar_one())


async def serve(port: int, folder: Path) -> None:
    options = config.load(
        None,
        {
            "BUURTBOT_TELEGRAM_TOKEN": TOKEN,
            "BUURTBOT_TELEGRAM_API_URL": f"http://127.0.0.1:{port}",
            "BUURTBOT_DATABASE_URL": f"sqlite:///{folder}/bench.db",
        },
    )
    database = await Database.open(options.database.url)
    due = noon()
    await database.run(plan, due)
    channel = Telegram(TOKEN, api_url=options.telegram.api_url)
    await channel.open()
    clock = Clock(due - datetime.now(UTC) - timedelta(seconds=LEAD))
    working = asyncio.create_task(Bot(options, database, clock, channel).work(asyncio.Event()))
    await asyncio.sleep(LEAD / 2)
    quiet = await stall.longest(LEAD / 2 - 0.5)
    busy = await stall.longest(WATCHED)
    found = {"quiet": asdict(quiet), "due": asdict(busy), "promised": await database.read(promised)}
    print(json.dumps(found), flush=True)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await channel.close()
    await database.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
