"""The scene of an announcement: it is planned in chat, and bots are killed while it goes out.

Meanwhile some leave, some press that they want no more, the coordinator holds it up for a moment,
and others, who are not meant at all, write to the bot and wait for its answers.
"""

from __future__ import annotations

import asyncio
import logging
import math
import signal
import time as clock
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot import steps
from bot.emulator.faults import Fault
from bot.emulator.limits import FloodLimits
from bot.travel import AHEAD
from storage import Database, settings
from storage.transaction import Tx
from tests.crash.crowd import GO, Fate, fates, settle
from tests.crash.scene import Scene, died
from tests.stage import Talker

log = logging.getLogger(__name__)

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST = 820_000_000
TICK = "announcements"
BEGINS = f"{steps.TICK_COMMITTED}: {TICK}"
WORDS = "On Saturday we plant trees in the garden."
IN_ALL = 30
"""Messages a second that Telegram allows."""
LINES = (
    "/announce", "News", "People by what matters to them", "1, 2", "yes", WORDS, "1",
)  # fmt: skip
"""News for who has one of two themes, in the first language only, at once."""
SURELY = "type how many get it:"
PLANNED = "It goes out in a minute."
LEFT = "You are not a member any more."
STOPPED = "You get no more news"
SUMMED_UP = "has gone out."
QUESTIONS = ("/preferences", "/meetings", "/news", "/privacy")
TO_UNDO = 61
SLOWEST = 4
"""People a second who are reached over the worst line."""

SUMS = """
SELECT s.open, s.held, s.sent, s.failed, s.skipped, s.uncertain,
    sum(CASE WHEN r.state IN ('open', 'promised', 'held') THEN 1 ELSE 0 END),
    sum(CASE WHEN r.state = 'held' THEN 1 ELSE 0 END),
    sum(CASE WHEN r.state = 'sent' THEN 1 ELSE 0 END),
    sum(CASE WHEN r.state = 'failed' THEN 1 ELSE 0 END),
    sum(CASE WHEN r.state = 'skipped' THEN 1 ELSE 0 END),
    sum(CASE WHEN r.state = 'uncertain' THEN 1 ELSE 0 END), count(*)
FROM sendings s JOIN recipients r ON r.sending = s.id GROUP BY s.id
"""
GOES_ON = """
SELECT (SELECT count(*) FROM sendings WHERE state <> 'done' OR open > held OR summed_up IS NULL)
     + (SELECT count(*) FROM outbox WHERE state = 'sending' OR state = 'waiting'
        AND NOT (renderer IS NOT NULL AND renderer = 'announcement' AND error IS NOT NULL))
"""
UNDER_WAY = "SELECT count(*) FROM outbox WHERE renderer = 'announcement' AND state = 'sending'"
STATE = "SELECT count(*) FROM sendings WHERE state = '{state}'"


class Announcing(Scene):
    """`prepare` it, then `plan`; `others` write, `go` away and the coordinator `pauses` it."""

    def __init__(self, folder: Path, seed: int, rate: int, **more: Any) -> None:
        super().__init__(folder, seed, **more)
        self.rate = rate
        self.fates: dict[int, Fate] = {}
        self.copies: Counter[int] = Counter()
        self.faults: Sequence[Fault] = ()
        self.looks = 0
        self.refused = 0
        """How often a limit was exceeded, before the limits that are kept now."""
        self.survivor = 0
        self.longest = 0.0
        """Seconds in which it must have gone out to all."""
        self.life = 0
        """Which bot is receiving; 0 while none is."""
        self.asked: dict[int, tuple[float, int]] = {}
        self.waited: list[tuple[float, int]] = []
        """How long answers took, and which bot lived from the question to the answer; 0: none."""
        self.emulated.on_event(self._came)

    async def prepare(self, count: int, others: int) -> None:
        """So many people, it is ten in the morning, and nothing was said yet."""
        self.cora = self.somebody("Cora")
        self.others = [self.somebody(f"O{number}").id for number in range(others)]
        self.fates = fates(range(FIRST, FIRST + count), self.random)
        self.longest = 60 + count / SLOWEST
        for chat, fate in self.fates.items():
            self.somebody("P", id=chat, blocked=fate is Fate.BLOCKED)
        database = await Database.open(self.url_of_database())
        await database.run(_settle, self.fates, self.cora.id)
        await database.close()

    @property
    def arrived(self) -> int:
        """How many people have it."""
        return len(self.copies)

    async def reaches(self, many: int) -> None:
        """Wait until so many people have it."""
        await self.until(lambda: self.arrived >= many, self.longest)

    def _came(self, event: dict[str, Any]) -> None:
        if event.get("kind") != "message" or not event["message"]["from"]["is_bot"]:
            return
        chat = event["chat"]
        if chat in self.asked:
            at, life = self.asked.pop(chat)
            self.waited.append((clock.monotonic() - at, life if life == self.life else 0))
        elif chat in self.fates and is_it(event["message"].get("text", "")):
            self.copies[chat] += 1

    # Planning.

    async def plan(self) -> None:
        """The coordinator plans it, and the bot dies as it begins; then all limits are kept."""
        victim = await self.victim(BEGINS, 1)
        await self.polled()
        said = await self.cora.types(*LINES)
        if SURELY in said[-1]:
            said = await self.cora.types(said[-1].rpartition(" ")[2])
        assert said[-1].startswith(PLANNED), said
        now = await self.tells({"seconds": 0})
        assert now is not None
        await self.tells({"seconds": TO_UNDO})  # It may die before it answers.
        self.emulated.clock.follow(now + timedelta(seconds=TO_UNDO))
        assert await died(victim)

    def limit(self, per_second: int) -> None:
        """From now on limits are kept, on both sides, and so many messages go in a second."""
        self.refused += self.emulated.limits.refused
        self._sections["limits"] = {"on": True, "messages_per_second": per_second}
        self.write_settings(self.address)
        self.emulated.limits = FloodLimits(True, in_all=per_second)

    def trouble(self) -> None:
        """From now on the line is as bad as it gets, for the people it is for."""
        these = {"methods": ["sendMessage"], "chats": frozenset(self.fates)}
        self.emulated.faults.replace([
            {"kind": "429", "rate": 0.30, "seed": 1, **these},
            {"kind": "reset_after", "rate": 0.05, "seed": 2, **these},
        ])  # fmt: skip
        self.faults = self.emulated.faults.listed

    # While it goes out.

    async def lives(self, step: str, times: int, until: int) -> bool:
        """Run a bot that dies at this step once so many people have it; whether it did."""
        victim = await self.victim(step, times, waits=True)
        await self.polled()
        self.life = victim.pid
        await self.reaches(until)
        victim.running.send_signal(signal.SIGUSR1)
        dead = await died(victim)
        self.life = 0
        log.info("killed at %r: %d have it", step, self.arrived)
        return dead

    async def ends(self, going: Iterable[Awaitable[None]]) -> None:
        """Run a bot until everything has gone out and these have come to their end; stop it."""
        survivor = await self.victim("never", 1)
        await self.polled()
        self.life = self.survivor = survivor.pid
        await asyncio.gather(*going)
        await self.until(lambda: self.count(GOES_ON) == 0, self.longest)
        self.life = 0
        assert await survivor.stop(within=10) == 0

    async def look_on(self, pause: float) -> None:
        """Look at the sums again and again: they are right whenever one looks."""
        while True:
            for row in self.look(SUMS):
                kept, counted, many = row[:6], row[6:12], row[12]
                assert tuple(kept) == tuple(counted), (kept, counted)
                assert many == kept[0] + sum(kept[2:]), row
                self.looks += 1
            await asyncio.sleep(pause)

    async def ask(self, per_second: float) -> None:
        """Others ask this and that, at a steady rate; who waits for an answer asks nothing."""
        for number, chat in enumerate(_round(self.others)):
            if chat not in self.asked:
                self.asked[chat] = clock.monotonic(), self.life
                turn = number // len(self.others)
                self.emulated.text(chat, QUESTIONS[turn % len(QUESTIONS)])
            await asyncio.sleep(1 / per_second)

    async def go(self, total: int) -> None:
        """One after another want no more of it, as it comes to more and more people."""
        goers = [chat for chat, fate in self.fates.items() if fate in GO]
        self.random.shuffle(goers)
        for number, chat in enumerate(goers):
            await self.reaches(number * total // len(goers))
            if self.fates[chat] is Fate.LEAVES:
                await Talker(self, chat).types("/leave", "Yes, leave", "Keep my profile")
            else:
                talker = Talker(self, chat)
                await talker.types("/preferences")
                await talker.presses("No more news and invitations")

    async def pauses(self, after: int) -> None:
        """The coordinator holds it up once so many have it, and lets it go on."""
        await self.reaches(after)
        await self.cora.presses("Pause")
        assert self.count(STATE.format(state="paused")) == 1
        await self.until(lambda: self.count(UNDER_WAY) == 0)
        before = self.arrived
        await asyncio.sleep(1.6)  # Longer than what a 429 holds up.
        assert self.arrived == before, "it went on although it was paused"
        await self.cora.presses("Go on sending")
        log.info("held up for a moment: %d have it", self.arrived)
        assert self.count(STATE.format(state="paused")) == 0

    def p95(self, counts: Callable[[int], bool]) -> float:
        """How long 95 of 100 answers took at most, of those that came from these bots."""
        waits = sorted(wait for wait, life in self.waited if counts(life))
        return waits[math.ceil(0.95 * len(waits)) - 1]


def is_it(text: str) -> bool:
    """Whether this is the announcement."""
    return text.startswith(WORDS)


def _round(chats: list[int]) -> Iterator[int]:
    while True:
        yield from chats


def _settle(tx: Tx, crowd: Mapping[int, Fate], coordinator: int) -> None:
    real = datetime.now(UTC)
    now = datetime.combine(real.astimezone(ZONE).date() + timedelta(days=1), time(10), ZONE)
    settings.put(tx, AHEAD, (now - real).total_seconds())
    settle(tx, crowd, coordinator, now)
