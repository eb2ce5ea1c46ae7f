"""A day with places in a browser, from its plan to its report; the bot is killed on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.emulator.page.conftest import WIDE, tab
from tests.emulator.page.day_before import QUESTION_IS_OPEN, neighbours
from tests.emulator.page.day_itself import play
from tests.emulator.page.handbook import PICTURES, shown
from tests.emulator.page.phones import IN_BROWSER, Phone
from tests.emulator.page.story import PATIENCE, begun
from tests.emulator.page.trying import Trial, lived_in, to_the_morning, trial

pytestmark = [*IN_BROWSER, pytest.mark.timeout(300)]


@pytest_asyncio.fixture(loop_scope="session")
async def trying(tmp_path: Path) -> AsyncIterator[Trial]:
    """The bot being tried on a morning, in a folder where two residents are known."""
    await lived_in(tmp_path, neighbours)
    async with trial(tmp_path) as running:
        await to_the_morning(running.address)
        yield running


async def test_a_day_with_places_from_its_plan_to_its_report(browser: Browser, trying: Trial):
    seen: list[str] = []

    async def look(what: str, _phone: Phone) -> None:
        seen.append(what)
        if what == QUESTION_IS_OPEN:
            await trying.kill_bot()

    async with tab(browser, viewport=WIDE) as page:
        page.tab.set_default_timeout(PATIENCE)
        await page.load(trying.address)
        await play(await begun(page, look))
        assert page.complaints == []
    assert QUESTION_IS_OPEN in seen
    assert {f"{name}.png" for name in seen} >= shown() == {one.name for one in PICTURES.iterdir()}
