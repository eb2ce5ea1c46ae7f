"""An emulator over real HTTP, in the process of the test, so that its clock is at hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.emulator import World, make_app, serving
from tests.emulator.emulated import NOOR, Emulated


@pytest.fixture
async def emulated() -> AsyncIterator[Emulated]:
    """An emulator without flood limits whose first resident has started the bot."""
    world = World(limits=False)
    world.person(NOOR).started = True
    async with serving(make_app(world)) as address, aiohttp.ClientSession() as http:
        yield Emulated(world, address, http)
