"""What a bot sent before it was killed counts against the limits of the one that comes after it."""

import pytest

from bot.emulator.limits import FloodLimits
from tests.stage import Stage


@pytest.fixture
async def stage(tmp_path):
    """Here the limits are kept, on both sides."""
    async with Stage(tmp_path, limits={"on": True}) as it:
        it.emulated.limits = FloodLimits(True)
        yield it


async def test_who_got_three_answers_before_a_kill_is_not_sent_too_many_after_it(stage):
    noor = stage.somebody()
    bot = await stage.bot()
    await noor.types("/start")
    for _turn in range(3):
        stage.emulated.text(noor.id, "/privacy")
    await stage.until(lambda: len(noor.said()) >= 4)
    await bot.kill()
    for _turn in range(3):
        stage.emulated.text(noor.id, "/meetings")
    await stage.bot()
    await stage.quiet()
    assert len(noor.said()) >= 7
    assert stage.emulated.limits.refused == 0
