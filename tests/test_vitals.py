"""What the bot writes down of how it is doing, for whoever asks."""

import asyncio

import pytest

from bot import vitals
from storage import settings
from tests.station import NOOR, station


@pytest.fixture
async def bot(tmp_path):
    async with station(tmp_path) as it:
        it.begin()
        yield it


async def test_the_last_error_of_sending_is_written_down(bot):
    bot.world.faults.replace([{"kind": "reset_before", "times": 1, "methods": ["sendMessage"]}])
    await bot.says(NOOR, "dag")
    await bot.until(lambda: bot.heard() == ["dag"])
    keeping = asyncio.create_task(vitals.keep(bot.db, bot.receiver, bot.sender))
    await asyncio.sleep(vitals.SOON + 0.5)
    keeping.cancel()
    told = await bot.db.read(settings.get, "vitals")
    assert told["errors"] == {"sending": "OutcomeUnknown"}
