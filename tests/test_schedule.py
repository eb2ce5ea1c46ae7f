"""Ticks, and the moment at which the next promise is due."""

import asyncio
import time
from datetime import datetime, timedelta

from bot.dialogue.flow import Tick
from bot.schedule import Schedule
from storage import Tx, Unavailable
from tests.station import NOOR, station


def counting(calls, name="count", seconds=3600, fails=None):
    def run(_tx, now):
        calls.append(now)
        if fails is not None:
            raise fails

    return Tick(name, seconds, run)


async def test_every_tick_runs_at_the_start_and_when_the_clock_moves(tmp_path):
    async with station(tmp_path) as bot:
        calls: list[datetime] = []
        schedule = Schedule(bot.db, bot.clock, bot.sender, [counting(calls)])
        schedule.start()
        await bot.until(lambda: len(calls) == 1)
        later = bot.clock.now() + timedelta(days=1)
        bot.clock.move(later)
        await bot.until(lambda: len(calls) == 2)
        assert calls[1] >= later
        await schedule.stop()


async def test_a_tick_that_fails_does_not_stop_the_others(tmp_path):
    async with station(tmp_path) as bot:
        broken: list[datetime] = []
        locked: list[datetime] = []
        calls: list[datetime] = []
        ticks = [
            counting(broken, "broken", fails=ValueError("a mistake")),
            counting(locked, "locked", fails=Unavailable("locked")),
            counting(calls),
        ]
        schedule = Schedule(bot.db, bot.clock, bot.sender, ticks)
        schedule.start()
        await schedule.run_all()
        await bot.until(lambda: len(broken) == len(locked) == len(calls) == 2)
        await schedule.stop()


async def test_a_tick_lets_the_turns_that_wait_go_first(tmp_path):
    async with station(tmp_path) as bot:
        order: list[str] = []
        tick = Tick("slow", 3600, lambda _tx, _now: order.append("tick"))
        schedule = Schedule(bot.db, bot.clock, bot.sender, [tick])
        busy = asyncio.create_task(bot.db.run(lambda _tx: time.sleep(0.1)))
        await asyncio.sleep(0.02)
        ticked = asyncio.create_task(schedule.run_all())
        await asyncio.sleep(0.02)
        turns = [asyncio.create_task(bot.db.run(lambda _tx: order.append("turn"))) for _ in "ab"]
        await asyncio.gather(busy, ticked, *turns)
        assert order == ["turn", "turn", "tick"]


async def test_jobs_are_never_dropped_for_being_late(tmp_path):
    async with station(tmp_path) as bot:
        schedule = Schedule(bot.db, bot.clock, bot.sender, [counting([])])
        schedule.start()
        for job in schedule._scheduler.get_jobs():
            assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
            assert str(job.trigger.timezone) == "UTC"
        await schedule.stop()


async def test_the_sender_wakes_when_the_next_promise_is_due(tmp_path):
    async with station(tmp_path) as bot:
        due = bot.clock.now() + timedelta(seconds=0.4)
        await bot.promises(NOOR, "soon", due=due)
        schedule = Schedule(bot.db, bot.clock, bot.sender, [])
        assert await schedule.next_event() == due
        schedule.start()
        await bot.until(lambda: schedule._scheduler.get_job("wake the sender") is not None)
        bot.sender._wake.clear()
        await bot.until(bot.sender._wake.is_set, 2.0)
        assert bot.clock.now() >= due
        await asyncio.sleep(0.05)
        assert await schedule.next_event() is None
        await schedule.stop()


async def test_what_is_due_after_the_clock_moved_is_sent(tmp_path):
    async with station(tmp_path) as bot:
        schedule = Schedule(bot.db, bot.clock, bot.sender, [])
        schedule.start()
        bot.begin()
        due = bot.clock.now() + timedelta(days=7)
        await bot.promises(NOOR, "next week", due=due)
        bot.clock.move(due)
        await bot.until(lambda: bot.heard() == ["next week"], 0.9)
        await schedule.stop()


def going_on(calls, rounds, name="goes on", seconds=3600, fails_at=None):
    """Finds something to do so many times."""

    def run(_tx, _now):
        calls.append(name)
        if len(calls) == fails_at:
            raise ValueError("a mistake")
        return len(calls) < rounds

    return Tick(name, seconds, run, goes_on=True)


async def test_a_tick_that_goes_on_runs_until_it_finds_nothing(tmp_path):
    async with station(tmp_path) as bot:
        calls: list[str] = []
        schedule = Schedule(bot.db, bot.clock, bot.sender, [going_on(calls, 20)])
        await schedule.run_all()
        assert len(calls) == 20


async def test_another_tick_that_finds_something_does_not_go_on(tmp_path):
    async with station(tmp_path) as bot:
        calls: list[bool] = []

        def found(_tx: Tx, _now: datetime) -> bool:
            calls.append(True)
            return True

        tick = Tick("once", 3600, found)
        await Schedule(bot.db, bot.clock, bot.sender, [tick]).run_all()
        assert len(calls) == 1


async def test_turns_and_other_ticks_go_between_the_rounds_of_one_that_goes_on(tmp_path):
    async with station(tmp_path) as bot:
        order: list[str] = []

        def slowly(_tx, _now):
            time.sleep(0.01)
            order.append("goes on")
            return order.count("goes on") < 30

        ticks = [Tick("slow", 3600, slowly, goes_on=True), Tick("other", 3600, other(order))]
        schedule = Schedule(bot.db, bot.clock, bot.sender, ticks)
        going = [asyncio.create_task(schedule._run(tick)) for tick in ticks]
        await bot.until(lambda: "goes on" in order)
        await bot.db.run(lambda _tx: order.append("turn"))
        await asyncio.gather(*going)
        assert order.index("other") < 5
        assert order.index("turn") < 5
        assert order.count("goes on") == 30


def other(order):
    return lambda _tx, _now: order.append("other")


async def test_one_that_goes_on_and_fails_waits_for_its_next_time(tmp_path):
    async with station(tmp_path) as bot:
        calls: list[str] = []
        schedule = Schedule(bot.db, bot.clock, bot.sender, [going_on(calls, 9, fails_at=3)])
        await schedule.run_all()
        assert len(calls) == 3
        await schedule.run_all()
        assert len(calls) == 9


async def test_one_that_goes_on_ends_when_the_bot_stops(tmp_path):
    async with station(tmp_path) as bot:
        calls: list[str] = []
        schedule = Schedule(bot.db, bot.clock, bot.sender, [going_on(calls, 10**9)])
        schedule.start()
        await bot.until(lambda: len(calls) > 3)
        began = time.monotonic()
        await schedule.stop()
        made = len(calls)
        await asyncio.sleep(0.05)
        assert time.monotonic() - began < 0.8
        assert len(calls) == made


async def test_one_that_goes_on_for_long_is_not_started_twice_nor_warned_about(tmp_path, caplog):
    async with station(tmp_path) as bot:
        running: list[int] = []

        def slowly(_tx, _now):
            running.append(1)
            time.sleep(0.02)
            return len(running) < 70

        schedule = Schedule(bot.db, bot.clock, bot.sender, [Tick("slow", 1, slowly, goes_on=True)])
        schedule.start()
        await bot.until(lambda: len(running) >= 70)
        await schedule.stop()
        assert not [r for r in caplog.records if r.name.startswith("apscheduler")]
