"""Many broken updates between healthy ones: none stops or delays another."""

import asyncio
import os
import time

import pytest

from tests.whole.mutants import mutants

MUTANTS = int(os.environ.get("MUTANTS", "800"))
"""Broken updates; 2000 have been tried."""
HEALTHY = MUTANTS // 20
BUSY = 5.0
"""Seconds of patience with the slowest; an idle machine needs a twentieth. What waits behind a
failed turn waits 10 seconds, and a poll that got stuck 30."""


@pytest.mark.timeout(150)
async def test_broken_updates_neither_stop_nor_delay_the_healthy_ones(stage):
    bot = await stage.bot()
    updates = stage.emulated.updates
    broken = stage.somebody("Broken")
    talkers = stage.crowd(10)
    odd = mutants(MUTANTS, seed=20, person=broken.id, stranger=999_000_111)
    waits = []
    for number, one in enumerate(odd):
        updates.add_text(one) if isinstance(one, str) else updates.add_raw(one)
        if number % 20 == 10:
            talker = talkers[number // 20 % len(talkers)]
            waits.append(asyncio.create_task(answered(stage, talker)))
            await asyncio.sleep(0)
        if number % 40 == 39:
            await waits[-1]
    await stage.quiet()
    seconds = sorted([await wait for wait in waits])
    assert len(seconds) == HEALTHY
    assert seconds[int(HEALTHY * 0.99) - 1] < BUSY
    assert stage.count("SELECT count(*) FROM inbox WHERE state = 'set_aside'") > MUTANTS // 4
    assert "receiving failed" not in bot.said
    assert await bot.stop() == 0


async def answered(stage, talker):
    """Seconds until a healthy text has its answer."""
    before = len(talker.sent())
    began = time.monotonic()
    stage.emulated.text(talker.id, "/help")
    await stage.until(lambda: len(talker.sent()) > before)
    return time.monotonic() - began
