"""A day with places in a browser, from its plan to its report; the bot is killed on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.emulator.page.conftest import WIDE, tab
from tests.emulator.page.day_before import QUESTION_IS_OPEN
from tests.emulator.page.handbook import DAY, HANDBOOKS, PICTURES
from tests.emulator.page.phones import IN_BROWSER, Phone
from tests.emulator.page.story import PATIENCE, begun

pytestmark = [*IN_BROWSER, pytest.mark.timeout(300)]


async def test_a_day_with_places_from_its_plan_to_its_report(browser: Browser, tmp_path: Path):
    seen: list[str] = []

    async with DAY.trial(tmp_path) as trying, tab(browser, viewport=WIDE) as page:

        async def look(what: str, _phone: Phone) -> None:
            seen.append(what)
            if what == QUESTION_IS_OPEN:
                await trying.kill_bot()

        page.tab.set_default_timeout(PATIENCE)
        await page.load(trying.address)
        await DAY.play(await begun(page, look))
        assert page.complaints == []
    assert QUESTION_IS_OPEN in seen
    assert {f"{name}.png" for name in seen} >= DAY.shown()


async def test_every_picture_is_shown():
    shown = set().union(*(each.shown() for each in HANDBOOKS))
    assert shown == {one.name for one in PICTURES.iterdir()}
