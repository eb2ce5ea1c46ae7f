"""Moving the bot's clock forward, with everything that is planned happening on the way.

A move is on disk before it is made, so that a bot that is killed does not go back in time.
"""

import asyncio
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.schedule import Schedule
from storage import Database, planned, settings

AHEAD: Final = "clock_ahead"
"""The setting that holds how many seconds the clock is ahead of real time."""
MOST_STOPS: Final = 50  # of one move: one of a year may pass more
PATIENCE: Final = 10.0  # seconds that one move waits for what is due to go out
LOOK_SECONDS: Final = 0.05


async def travel(database: Database, clock: Clock, schedule: Schedule, to: datetime) -> None:
    """Move the clock to `to`; now and at each planned moment, let what is due go out first."""
    until = asyncio.get_running_loop().time() + PATIENCE
    await _rest(database, clock, until)
    for _stop in range(MOST_STOPS):
        stop = await schedule.next_event()
        if stop is None or stop >= to:
            break
        await _move(database, clock, schedule, stop)
        await _rest(database, clock, until)
    await _move(database, clock, schedule, to)
    await _rest(database, clock, until)


async def _move(database: Database, clock: Clock, schedule: Schedule, to: datetime) -> None:
    ahead = max(clock.offset, to - clock.real()).total_seconds()
    await database.run(settings.put, AHEAD, ahead)
    clock.move(to)
    await schedule.run_all()


async def _rest(database: Database, clock: Clock, until: float) -> None:
    """Wait for what is due and what is on its way, until then at most, by the loop's time."""
    while asyncio.get_running_loop().time() < until:
        if await database.read(planned.is_at_rest, clock.now(), clock.real()):
            return
        await asyncio.sleep(LOOK_SECONDS)
