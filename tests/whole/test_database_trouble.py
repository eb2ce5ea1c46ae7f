"""The database locked, or its disk full: nothing is confirmed, it is said once, and it goes on."""

import asyncio

import pytest

from tests.stage import disk_full, locked

BUSY_TIMEOUT = 5.0
"""Seconds that the bot waits for another writer."""


def texts(stage, people):
    """Everybody types twice; gives the ids of the updates."""
    return [
        stage.emulated.text(person.id, f"/help {number}").update_id
        for number in range(2)
        for person in people
    ]


async def goes_on(stage, bot, people, reason):
    """When the trouble is over: it was said once, and everything is answered once."""
    await stage.quiet()
    assert [len(person.sent()) for person in people] == [2] * len(people)
    [said] = bot.lines("database fails")
    assert "ERROR" in said
    assert reason in said
    assert len(bot.lines("database works again")) == 1
    assert stage.count("SELECT count(*) FROM inbox WHERE tries > 0") == 0
    assert stage.count("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0


@pytest.mark.timeout(120)
async def test_while_the_database_is_locked_nothing_is_confirmed(stage):
    people = stage.crowd(5)
    bot = await stage.bot()
    with locked(stage):
        updates = texts(stage, people)
        await stage.until(lambda: bool(bot.lines("database fails")))
        await asyncio.sleep(BUSY_TIMEOUT + 1)
        assert {one.update_id for one in stage.emulated.updates.pending} == set(updates)
        assert not any(person.sent() for person in people)
    await goes_on(stage, bot, people, "locked by another process")
    assert await bot.stop() == 0


@pytest.mark.timeout(120)
async def test_while_the_disk_is_full_nothing_is_confirmed(stage):
    people = stage.crowd(5)
    bot = await stage.bot()
    with disk_full(bot):
        updates = texts(stage, people)
        await stage.until(lambda: bool(bot.lines("database fails")))
        await asyncio.sleep(2)
        assert {one.update_id for one in stage.emulated.updates.pending} == set(updates)
        assert not any(person.sent() for person in people)
    await goes_on(stage, bot, people, "the disk")
    assert await bot.stop() == 0


@pytest.mark.timeout(120)
async def test_what_was_sent_while_its_disk_was_full_is_recorded_when_there_is_room(stage):
    people = stage.crowd(3)
    bot = await stage.bot()
    slow = {"kind": "delay", "seconds": 1.5, "methods": ["sendMessage"]}
    stage.emulated.faults.replace([slow])
    texts(stage, people)
    sending = "SELECT count(*) FROM outbox WHERE state = 'sending'"
    await stage.until(lambda: stage.count(sending) == 6)
    with disk_full(bot):
        await stage.until(lambda: len(stage.emulated.ledger.after(0)) == 6)
        await asyncio.sleep(1)
        assert stage.count(sending) > 0
    stage.emulated.faults.replace([])
    await stage.quiet()
    assert [len(person.sent()) for person in people] == [2] * len(people)
    assert await bot.stop() == 0


@pytest.mark.timeout(120)
async def test_it_stops_and_starts_while_the_database_is_locked_and_loses_nothing(stage):
    people = stage.crowd(5)
    bot = await stage.bot()
    with locked(stage):
        texts(stage, people)
        await asyncio.sleep(0.5)
        assert await bot.stop(10 + 2 * BUSY_TIMEOUT) == 0, "it waits for the lock, not for ever"
        bot = await stage.begins()
        await stage.until(lambda: bool(bot.lines("cannot begin")))
        assert bot.running.returncode is None
    await stage.quiet()
    assert [len(person.sent()) for person in people] == [2] * len(people)
    assert await bot.stop() == 0
