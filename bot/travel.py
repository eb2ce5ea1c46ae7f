"""Moving the bot's clock forward, with everything that is planned happening on the way.

A move is on disk before it is made, so that a bot that is killed does not go back in time.
"""

import asyncio
from datetime import datetime
from typing import Final

from bot.clock import Clock
from bot.schedule import Schedule
from storage import Database, claims, settings

AHEAD: Final = "clock_ahead"
"""The setting that holds how many seconds the clock is ahead of real time."""
MOST_STOPS: Final = 50  # of one move: one of a year may pass more
LOOKS: Final = 20  # at whether the sender has taken what is due
LOOK_SECONDS: Final = 0.05


async def travel(database: Database, clock: Clock, schedule: Schedule, to: datetime) -> None:
    """Move the clock to `to`; at each planned moment before, let what is due go out first."""
    for _stop in range(MOST_STOPS):
        planned = await schedule.next_event()
        if planned is None or planned >= to:
            break
        await _move(database, clock, schedule, planned)
    await _move(database, clock, schedule, to)


async def _move(database: Database, clock: Clock, schedule: Schedule, to: datetime) -> None:
    ahead = max(clock.offset, to - clock.real()).total_seconds()
    await database.run(settings.put, AHEAD, ahead)
    clock.move(to)
    await schedule.run_all()
    for _look in range(LOOKS):
        if not await database.read(claims.lanes_due, clock.now(), clock.real()):
            return
        await asyncio.sleep(LOOK_SECONDS)
