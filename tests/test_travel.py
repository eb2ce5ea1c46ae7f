"""Moving the clock: what is planned on the way happens on the way."""

from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.dialogue.flow import Tick
from bot.schedule import Schedule
from bot.travel import AHEAD, travel
from storage import outbox, settings
from storage.outbox import Promise
from tests.station import NOOR, chat_of, station


@pytest.fixture
async def bot(tmp_path):
    async with station(tmp_path) as it:
        it.begin()
        yield it


async def test_a_long_move_lets_everything_on_the_way_happen(bot):
    start = bot.clock.now()
    for hours in (2, 5):
        due = start + timedelta(hours=hours)
        promise = Promise(
            f"p{hours}", chat_of(NOOR), "reminder", {"text": f"after {hours}"}, due,
            due + timedelta(hours=1),
        )  # fmt: skip
        await bot.db.run(outbox.promise, promise, start)
    schedule = Schedule(bot.db, bot.clock, bot.sender, [])
    await travel(bot.db, bot.clock, schedule, start + timedelta(days=1))
    await bot.until(lambda: bot.heard() == ["after 2", "after 5"])


async def test_a_move_is_kept_for_the_next_start(bot):
    schedule = Schedule(bot.db, bot.clock, bot.sender, [])
    await travel(bot.db, bot.clock, schedule, bot.clock.now() + timedelta(hours=3))
    ahead = await bot.db.read(settings.get, AHEAD, 0)
    assert abs(Clock(timedelta(seconds=ahead)).now() - bot.clock.now()) < timedelta(seconds=5)


async def test_ticks_run_at_every_stop(bot):
    seen = []
    tick = Tick("look", 60, lambda _tx, now: seen.append(now))
    schedule = Schedule(bot.db, bot.clock, bot.sender, [tick])
    target = bot.clock.now() + timedelta(hours=1)
    await travel(bot.db, bot.clock, schedule, target)
    assert seen
    assert seen[-1] >= target


async def test_the_clock_stands_still_while_something_is_on_its_way(bot):
    start = bot.clock.now()
    due = start + timedelta(hours=2)
    promise = Promise(
        "slow", chat_of(NOOR), "reminder", {"text": "slow"}, due, due + timedelta(hours=1)
    )
    await bot.db.run(outbox.promise, promise, start)
    bot.world.faults.replace([{"kind": "delay", "seconds": 0.6, "methods": ["sendMessage"]}])
    schedule = Schedule(bot.db, bot.clock, bot.sender, [])
    seen = []
    bot.clock.on_move(lambda: seen.append(bot.heard()))
    await travel(bot.db, bot.clock, schedule, start + timedelta(days=1))
    assert seen == [[], ["slow"]]


async def test_what_is_due_already_goes_out_before_the_clock_moves(bot):
    now = bot.clock.now()
    promise = Promise("due", chat_of(NOOR), "reminder", {"text": "due"}, now, now + timedelta(1))
    await bot.db.run(outbox.promise, promise, now)
    seen = []
    bot.clock.on_move(lambda: seen.append(bot.heard()))
    await travel(bot.db, bot.clock, Schedule(bot.db, bot.clock, bot.sender, []), now + timedelta(2))
    assert seen == [["due"]]
