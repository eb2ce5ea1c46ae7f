"""A message to many in a browser, from its first word to its end; the bot is killed on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.emulator.page.conftest import WIDE, tab
from tests.emulator.page.handbook import MESSAGES
from tests.emulator.page.message_written import DRAFT_IS_KEPT
from tests.emulator.page.phones import IN_BROWSER, Phone
from tests.emulator.page.story import PATIENCE, begun

pytestmark = [*IN_BROWSER, pytest.mark.timeout(300)]


async def test_a_message_to_many_until_it_is_in_the_news_of_the_week(
    browser: Browser, tmp_path: Path
):
    seen: list[str] = []

    async with MESSAGES.trial(tmp_path) as trying, tab(browser, viewport=WIDE) as page:

        async def look(what: str, _phone: Phone) -> None:
            seen.append(what)
            if what == DRAFT_IS_KEPT:
                await trying.kill_bot()

        page.tab.set_default_timeout(PATIENCE)
        await page.load(trying.address)
        await MESSAGES.play(await begun(page, look))
        assert page.complaints == []
    assert DRAFT_IS_KEPT in seen
    assert {f"{name}.png" for name in seen} >= MESSAGES.shown()
