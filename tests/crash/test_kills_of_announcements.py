"""Bots are killed (-9) while an announcement goes out over a bad line: everybody gets it once.

Of all calls 30 % are turned down with a 429 and 5 % lose their answer, until a tenth of the people
is left (in the small form some more): for these the line is good. Others are answered within a
second meanwhile. People leave. `CRASH_PEOPLE` says to how many people, of which a tenth on
PostgreSQL; `make crash` tells 10,000 and kills 25 times, and a third as often there.
"""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot import steps
from tests.crash.announcing import IN_ALL, TICK, Announcing
from tests.crash.crowd import GO, Fate
from tests.crash.received import check
from tests.crash.scene import share_of_kills, share_of_people

log = logging.getLogger(__name__)

PEOPLE = {"sqlite": share_of_people(200), "postgresql": share_of_people(60, part=10)}
SHARE = max(2, share_of_kills(default=3, part=12))
KILLS = {"sqlite": SHARE, "postgresql": max(2, SHARE // 3)}
LARGE = 2_000
"""From so many people on the figures are held to what was promised of them."""
RATE = 200
"""Messages a second, on both sides: at 30, and with all that goes wrong, 10,000 take an hour."""
STEPS = (
    (steps.CALL_ANSWERED, 10),
    (f"{steps.TICK_WRITTEN}: {TICK}", 2),
    (steps.CLAIMED, 2),
    (steps.CALL_BEGINS, 10),
    (f"{steps.TICK_COMMITTED}: {TICK}", 2),
    (steps.RENDERED, 2),
    (steps.RECORDED, 2),
    (steps.TURN_WRITTEN, 2),
)
"""Where a bot dies, and at the how-manieth time at most."""


@pytest.fixture(params=PEOPLE)
def address(request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return "sqlite:///bot.db"
    server = request.getfixturevalue("postgres")
    server.administer("CREATE DATABASE crash_announcing TEMPLATE ready STRATEGY file_copy")
    return str(server.url("crash_announcing"))


@pytest.mark.timeout(300 + max(PEOPLE.values()))
async def test_everybody_who_wants_it_gets_it_once_and_nobody_else(tmp_path, request, address):
    database = request.node.callspec.params["address"]
    count, kills = PEOPLE[database], KILLS[database]
    async with Announcing(tmp_path, seed=0, rate=RATE, url=address) as scene:
        await scene.prepare(count, others=60 if count >= LARGE else 12)
        await scene.plan()
        began = asyncio.get_running_loop().time()
        hits = await goes_out(scene, kills, large=count >= LARGE)
        took = asyncio.get_running_loop().time() - began
        result = check(scene)
        faults = [fault.met for fault in scene.faults]
    figures = {
        "calm": scene.p95(lambda life: life == scene.survivor),
        "in_trouble": scene.p95(lambda life: life not in (0, scene.survivor)),
        "with_kills": scene.p95(lambda life: life != scene.survivor),
    }
    log.info(
        "people=%d seconds=%.0f kills=%d open=%s faults=%s looks=%d copies=%d doubtful=%d "
        "missing=%d replies=%d p95=%s", count, took, len(hits), hits, faults, scene.looks,
        result.copies, result.doubtful, result.missing, len(scene.waited), figures,
    )  # fmt: skip
    assert sum(hits) > 0, "the run is void: no kill hit an open row"
    assert result.missing <= count / 100
    assert figures["calm"] < (1 if count >= LARGE else 3)
    assert figures["in_trouble"] < 1 or count < LARGE


async def goes_out(scene: Announcing, kills: int, *, large: bool) -> list[int]:
    """Let it go out with all that happens meanwhile; how much open work each kill hit."""
    total = sum(fate is Fate.GETS or fate in GO for fate in scene.fates.values())
    hits = [scene.open_work()]
    scene.limit(RATE)
    scene.trouble()
    async with asyncio.TaskGroup() as all_:
        going = [all_.create_task(scene.go(total)), all_.create_task(scene.pauses(total // 3))]
        beside = [
            all_.create_task(scene.look_on(0.5 if large else 0.1)),
            all_.create_task(scene.ask(4 if large else 2)),
        ]
        for number in range(1, kills):
            step, times = STEPS[(number - 1) % len(STEPS)]
            times = scene.random.randint(1, times)
            until = total * number * (9 if large else 7) // (10 * (kills - 1))
            assert await scene.lives(step, times, until), step
            hits.append(scene.open_work())
            if scene.url.startswith("sqlite"):
                assert scene.look("PRAGMA integrity_check") == [("ok",)]
        scene.limit(IN_ALL)
        scene.emulated.faults.replace([])
        await scene.ends(going)
        for task in beside:
            task.cancel()
    return hits
