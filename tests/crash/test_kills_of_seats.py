"""Bots are killed (-9) at every step while six people contend for the seats of two places.

Signing up, what they need, standing in line, offers, moving and signing off: seats and lines are
right after every kill, and in the end everybody was told what they have, once. `CRASH_KILLS` says
how many kills, half of which are made here.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot import steps
from tests.crash.day import Day
from tests.crash.deliveries import extra_copies
from tests.crash.scene import QUIET_SECONDS, died, share_of_kills
from tests.crash.seats import check_end, check_moment

log = logging.getLogger(__name__)

SHARE = share_of_kills(default=4)
KILLS = {"sqlite": SHARE - SHARE // 3, "postgresql": max(1, SHARE // 3)}
"""On each database; on the second one turns run side by side, each on a connection of its own."""
A_DAY_FOR = 6
"""Kills per crowd: half of them while seats are offered, half while people are moved up."""
STEPS = (*steps.OF_A_TURN, *steps.OF_A_PROMISE)
STRIDE = 5
"""From one kill to the next, so that a short run comes to steps of every sort."""
THINKING = 0.5


@pytest.fixture(params=KILLS)
def address(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Gives the address of an empty database, a new one each time."""
    if request.param == "sqlite":
        return lambda: "sqlite:///bot.db"
    server = request.getfixturevalue("postgres")
    numbers = itertools.count(1)

    def make() -> str:
        name = f"crash_{next(numbers)}"
        server.administer(f"CREATE DATABASE {name} TEMPLATE ready STRATEGY file_copy")
        return str(server.url(name))

    return make


@pytest.mark.timeout(180 + 40 * max(KILLS.values()))
async def test_seats_lines_and_notices_stay_right_when_the_bot_is_killed(
    tmp_path, request, address
):
    wanted = KILLS[request.node.callspec.params["address"]]
    hits = extra = killed = 0
    fates: Counter[str] = Counter()
    while killed < wanted:
        folder = tmp_path / str(killed)
        folder.mkdir()
        kills = min(A_DAY_FOR, wanted - killed)
        async with Day(folder, seed=killed, url=address()) as day:
            await day.prepare(6)
            hits += await kill_often(day, kills, first=killed)
            killed += kills
            check_end(day)
            extra += extra_copies(day)
            fates.update(dict(day.look("SELECT state, count(*) FROM waiting_list GROUP BY state")))
    log.info("kills=%d with_open_work=%d extra_copies=%d %s", killed, hits, extra, dict(fates))
    assert hits * 2 >= wanted - 1, "the run is void: too few kills hit an open turn or row"
    assert extra <= wanted * 6


async def kill_often(day: Day, kills: int, first: int) -> int:
    """Let everybody type while bots die and time goes by; gives how many kills hit open work."""
    typing = [asyncio.create_task(day.type_on(one, THINKING)) for one in day.typists.values()]
    hits = 0
    for number in range(kills):
        step = STEPS[(first + number) * STRIDE % len(STEPS)]
        while not await killed_at(day, step, late=number >= kills // 2):
            log.info("the step %r was not reached", step)
        hits += day.open_work() > 0
        check_moment(day)
    survivor = await day.victim("never", 1)
    await day.polled()
    day.over = True
    await asyncio.gather(*typing)
    await day.quiet(QUIET_SECONDS)
    await day.plays_out()
    await day.quiet(QUIET_SECONDS)
    assert await survivor.stop(within=10) == 0
    return hits


async def killed_at(day: Day, step: str, *, late: bool) -> bool:
    """Run a bot until it has killed itself at this step, and move its clock meanwhile."""
    turning = step in steps.OF_A_TURN
    victim = await day.victim(step, day.random.randint(*((8, 30) if turning else (1, 4))))
    time = asyncio.create_task(goes_by(day, late=late))
    dead = await died(victim)
    time.cancel()
    with suppress(asyncio.CancelledError):
        await time
    return dead


async def goes_by(day: Day, *, late: bool) -> None:
    """Some hours go by at a time, more than a day before or on the last day."""
    with suppress(AssertionError):  # It may die before.
        await day.polled()
    if late:
        await day.goes_on_to(hours_before=23)
    while True:
        await asyncio.sleep(0.5 + day.random.random())
        await day.moves(seconds=60 if late else day.random.choice((60, 3600, 5 * 3600)))
