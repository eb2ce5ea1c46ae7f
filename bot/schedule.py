"""Wakes the ticks, and the sender when the next promise is due.

APScheduler only says when. What is to be done is in the tables: a tick inserts rows by unique keys,
so that one that is late, comes twice or runs in two processes does no harm.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot import steps
from bot.clock import Clock
from bot.dialogue.flow import Tick
from bot.logs import decision
from bot.sender import Sender
from storage import Database, Tx, claims, planned
from storage.errors import Unavailable

LONGEST_GOING: Final = 30.0  # seconds after which a tick that goes on waits for its next time
LOOK_AHEAD: Final = 60.0  # seconds; what is due later is found at the next look
_WAKE: Final = "wake the sender"

_log = logging.getLogger(__name__)


class Schedule:
    """Runs the ticks from `start` to `stop`, and all of them at once when the clock moves."""

    def __init__(
        self, database: Database, clock: Clock, sender: Sender, ticks: Sequence[Tick]
    ) -> None:
        self._database = database
        self._clock = clock
        self._sender = sender
        self._ticks = ticks
        self._running: dict[str, asyncio.Lock] = {}
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Run every tick now, and then at its interval."""
        for tick in self._ticks:
            self._scheduler.add_job(
                self._begin,
                IntervalTrigger(seconds=tick.seconds, timezone=UTC),
                [tick],
                id=tick.name,
            )
        look = IntervalTrigger(seconds=LOOK_AHEAD, timezone=UTC)
        self._scheduler.add_job(self._look_ahead, look, id="look ahead")
        self._scheduler.start()
        self._clock.on_move(self._begin_all)
        self._begin_all()

    async def stop(self, within: float = 1.0) -> None:
        """Begin no more ticks; what takes longer is left, and done at the next start."""
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run_all(self) -> None:
        """Run every tick once, those that may go on for long last, and let the sender look."""
        for tick in sorted(self._ticks, key=lambda tick: tick.goes_on):
            await self._run(tick)
        await self._look_ahead()
        self._sender.wake()

    async def next_event(self) -> datetime | None:
        """When something is due next that is not due yet, by the bot's clock."""
        return await self._database.read(planned.next_event, self._clock.now())

    async def planned(self) -> datetime | None:
        """The same, when every tick has promised what it can: it may have been some time ago."""
        await self.run_all()
        return await self.next_event()

    async def _begin(self, tick: Tick) -> None:
        """Run it, beside the scheduler, unless it still goes on from before."""
        if not self._lock(tick).locked():
            self._spawn(self._run(tick), tick.name)

    async def _run(self, tick: Tick) -> None:
        """A tick lets turns go first. One that fails is run again at its next time.

        One that goes on lets in turns, and other ticks, each time.
        """
        async with self._lock(tick):
            time = asyncio.get_running_loop().time
            until = time() + LONGEST_GOING
            while await self._run_once(tick) and tick.goes_on:
                if self._stopping or time() > until:
                    return

    async def _run_once(self, tick: Tick) -> bool:
        """Whether it found anything to do; not if it failed."""
        try:
            found = await self._database.run_alone(_ticked, tick, self._clock.now())
        except Unavailable as error:
            decision(_log, "tick put off", level=logging.WARNING, tick=tick.name, error=error)
        except Exception as error:
            decision(_log, "tick failed", level=logging.ERROR, tick=tick.name, error=error)
        else:
            if found:
                steps.reached(f"{steps.TICK_COMMITTED}: {tick.name}")
            self._sender.wake()
            return found
        return False

    def _lock(self, tick: Tick) -> asyncio.Lock:
        return self._running.setdefault(tick.name, asyncio.Lock())

    async def _look_ahead(self) -> None:
        """Wake the sender at the very moment at which the next promise is due."""
        try:
            due = await self._database.read(claims.next_due, self._clock.now())
        except Unavailable:
            return
        if due is None or due - self._clock.now() > timedelta(seconds=LOOK_AHEAD):
            return
        at = due - self._clock.offset
        self._scheduler.add_job(
            self._due, DateTrigger(at, timezone=UTC), id=_WAKE, replace_existing=True
        )

    async def _due(self) -> None:
        self._sender.wake()
        await self._look_ahead()

    def _begin_all(self) -> None:
        self._spawn(self.run_all(), "all ticks")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _ticked(tx: Tx, tick: Tick, now: datetime) -> bool:
    """Run it; whether it found anything to do."""
    found = bool(tick.run(tx, now))
    if found:
        steps.reached(f"{steps.TICK_WRITTEN}: {tick.name}")
    return found
