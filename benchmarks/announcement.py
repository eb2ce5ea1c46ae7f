"""An announcement on its way: how fast, how evenly, and how long replies take meanwhile.

The Bot API server is a process of its own and keeps its limits; every 429 it gives is counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import handlers
from benchmarks.load import BEGIN, TOKEN
from benchmarks.ours import home, talk_flow
from bot import config
from bot.app import Bot, _loop_factory
from bot.channels.telegram import Telegram
from bot.clock import Clock
from bot.dialogue.flow import Rendered, render
from bot.dialogue.messages import Button, Message, dump, load
from bot.emulator.server import make_app, serving
from bot.emulator.state import Caps
from bot.emulator.world import World
from storage import Database, Tx, outbox, templates
from storage.outbox import Lane, Promise

FIRST = 820000000
TEMPLATE = "announcement:1:nl"
TALKERS = 20
PAGE = 500
SETTLED = 60
"""Messages before the rate is measured: the first ones may go at once."""


def run() -> None:
    """Announcements at 30/s with jitter, at 900/s paid for, and replies meanwhile."""
    for jitter, goal in ((0.0, 0.97), (0.01, 0.97), (0.04, 0.94)):
        found = measured("--rows", "960", "--jitter", str(jitter))
        share = found["per_second"] / 30
        told(f"30/s, jitter {jitter * 1000:.0f} ms", share, goal, found)
    found = measured("--rows", "20000", "--lane", "paid")
    told("900/s paid", found["per_second"], 900, found)
    found = measured("--rows", "10000", "--seconds", "30", "--rate", "4", "--jitter", "0.01")
    met = "met" if found["p95"] < 1 and not found["refused"] else "MISSED"
    print(
        f"  replies meanwhile: p50 {1000 * found['p50']:.0f} ms, p95 {1000 * found['p95']:.0f} ms, "
        f"{found['refused']} x 429, bulk {found['per_second']:.1f}/s (goal: p95 < 1 s) {met}"
    )


def told(what: str, value: float, goal: float, found: Mapping[str, Any]) -> None:
    met = "met" if value >= goal and not found["refused"] else "MISSED"
    print(
        f"  {what:22} {value:8.3f} ({found['per_second']:.1f}/s), "
        f"{found['refused']} x 429, {found['cpu_ms']:.2f} ms CPU each (goal: >= {goal}, none) {met}"
    )


def measured(*wanted: str) -> dict[str, Any]:
    """Run one bot with promises against one crowd; what the crowd saw."""
    with tempfile.TemporaryDirectory() as folder:
        here = [sys.executable, "-m", "benchmarks.announcement"]
        crowd = subprocess.Popen([*here, "crowd", *wanted], stdout=subprocess.PIPE, text=True)
        assert crowd.stdout is not None
        port = crowd.stdout.readline().strip()
        bot = subprocess.Popen(
            [*here, "bot", *wanted, "--port", port, "--folder", folder],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            found = dict(json.loads(crowd.stdout.readline()))
        finally:
            for process in (bot, crowd):
                process.terminate()
            spent, _ = bot.communicate(timeout=15)
            crowd.wait(15)
        return found | {"cpu_ms": 1000 * float(spent) / found["accepted"]}


class Crowd:
    """People who get what is announced, and some who talk meanwhile."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.world = World(TOKEN, limits=True, caps=Caps(messages=8, ledger=8))
        self.accepted: list[float] = []
        self.asked: dict[int, float] = {}
        self.waited: list[float] = []
        self.done = asyncio.Event()
        for number in range(options.rows + TALKERS):
            self.world.add_person(f"P{number}", id=FIRST + number, started=True)
        self.world.faults.replace(
            [
                {"kind": "delay", "seconds": options.jitter / 2**n, "rate": 0.5, "seed": n}
                for n in range(1, 6)
            ]
            if options.jitter
            else []
        )
        self.world.on_event(self.seen)

    def seen(self, event: dict[str, Any]) -> None:
        if event.get("kind") != "message" or not event["message"]["from"]["is_bot"]:
            return
        now = time.perf_counter()
        if event["chat"] < FIRST + self.options.rows:
            self.accepted.append(now)
            if len(self.accepted) == self.options.rows:
                self.done.set()
        elif (asked := self.asked.pop(event["chat"], None)) is not None:
            self.waited.append(now - asked)

    async def talk(self) -> None:
        """Somebody types, at a steady rate, each again when answered."""
        turn = 0
        while True:
            await asyncio.sleep(1 / self.options.rate)
            person = FIRST + self.options.rows + turn % TALKERS
            turn += 1
            if person not in self.asked:
                self.asked[person] = time.perf_counter()
                self.world.text(person, BEGIN if turn <= TALKERS else "Noor")

    async def watch(self) -> dict[str, Any]:
        async with serving(make_app(self.world)) as address:
            print(address.rpartition(":")[2], flush=True)
            while not self.accepted:
                await asyncio.sleep(0.01)
            talking = asyncio.create_task(self.talk()) if self.options.rate else None
            with suppress(TimeoutError):
                await asyncio.wait_for(self.done.wait(), self.options.seconds)
            if talking is not None:
                talking.cancel()
        return self.found()

    def found(self) -> dict[str, Any]:
        counted = self.accepted[SETTLED:]
        took = counted[-1] - counted[0]
        waited = sorted(self.waited) or [0.0]
        return {
            "per_second": (len(counted) - 1) / took,
            "accepted": len(self.accepted),
            "refused": self.world.limits.refused,
            "p50": waited[len(waited) // 2],
            "p95": waited[math.ceil(len(waited) * 0.95) - 1],
            "replies": len(self.waited),
        }


@render("bench", together=True)
def announcement(tx: Tx, asked: Sequence[Mapping[str, Any]], _now: Any) -> Sequence[Rendered]:
    """What everybody gets, by the template that each row names."""
    kept = templates.get_many(tx, {one["template"] for one in asked})
    made = {key: load(content) for key, content in kept.items()}
    return [made[one["template"]] for one in asked]


def promise(tx: Tx, options: argparse.Namespace, begin: int, now: Any) -> None:
    if begin == 0:
        stop = Button("No more of these", "f:stop_announcements:news")
        letter = Message("Saturday we plant trees. " * 10, rows=((stop,),), about="announcement:1")
        templates.put(tx, TEMPLATE, dump(letter))
    outbox.promise_all(
        tx,
        [
            Promise(
                f"announcement:1:{number}", f"telegram:{FIRST + number}", "bench",
                {"sending": 1, "person": number, "template": TEMPLATE}, now,
                lane=Lane(options.lane), about="announcement:1",
            )
            for number in range(begin, min(options.rows, begin + PAGE))
        ],
        now,
    )  # fmt: skip


async def serve(options: argparse.Namespace) -> None:
    """A bot with so many promised rows."""
    handlers.RENDERERS = (*handlers.RENDERERS, announcement)
    told_by = {
        "BUURTBOT_TELEGRAM_TOKEN": TOKEN,
        "BUURTBOT_TELEGRAM_API_URL": f"http://127.0.0.1:{options.port}",
        "BUURTBOT_DATABASE_URL": f"sqlite:///{options.folder}/bench.db",
    }
    settings = config.load(None, told_by)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    database, clock = await Database.open(settings.database.url), Clock()
    for begin in range(0, options.rows, PAGE):
        await database.run_alone(promise, options, begin, clock.now())
    channel = Telegram(TOKEN, api_url=settings.telegram.api_url)
    await channel.open()
    bot = Bot(settings, database, clock, channel, [home, talk_flow(pressed=False)])
    begun = time.process_time()
    await bot.work(stopping)
    print(time.process_time() - begun, flush=True)
    await channel.close()
    await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=("crowd", "bot"))
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--lane", default="bulk")
    parser.add_argument("--jitter", type=float, default=0)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        if options.side == "bot":
            runner.run(serve(options))
            return
        print(json.dumps(runner.run(watched(options))), flush=True)


async def watched(options: argparse.Namespace) -> dict[str, Any]:
    return await Crowd(options).watch()


if __name__ == "__main__":
    main()
