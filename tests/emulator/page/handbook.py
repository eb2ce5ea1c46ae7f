"""Makes the pictures of the handbooks: `python -m tests.emulator.page.handbook [docs/pictures]`.

They are taken from the stories that the tests play, where those say `look`.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import async_playwright

from storage import Tx
from tests.emulator.page import day_itself, message_read
from tests.emulator.page.conftest import FLAGS, WIDE, chromium, tab
from tests.emulator.page.day_before import neighbours
from tests.emulator.page.message_written import MANY, readers
from tests.emulator.page.phones import Phone, PhonePage
from tests.emulator.page.story import PATIENCE, Story, attached, begun
from tests.emulator.page.trying import Trial, lived_in, to_the_morning, trial

DOCS = Path(__file__).parents[3] / "docs"
PICTURES = DOCS / "pictures"
POSTER, POSTER_WIDTH = "poster.png", 420


@dataclass(frozen=True, slots=True)
class Handbook:
    """A page of `docs`, who lives in the story that it tells, the story, and settings for it."""

    page: str
    settle: Callable[[Tx, datetime], None]
    play: Callable[[Story], Awaitable[None]]
    told: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> set[str]:
        """The pictures on it."""
        text = (DOCS / self.page).read_text(encoding="utf-8")
        return set(re.findall(r"\(pictures/([a-z-]+\.png)\)", text))

    @asynccontextmanager
    async def trial(self, folder: Path) -> AsyncIterator[Trial]:
        """The bot being tried on a morning, in a folder where these people are known."""
        await lived_in(folder, self.settle)
        async with trial(folder, self.told) as running:
            await to_the_morning(running.address)
            yield running


DAY = Handbook("dag-van-de-buurt.md", neighbours, day_itself.play)
MESSAGES = Handbook(
    "berichten.md",
    readers,
    message_read.play,
    {"BUURTBOT_ANNOUNCEMENTS_SECOND_PERSON_ABOVE": str(MANY)},
)
HANDBOOKS = (DAY, MESSAGES)


async def make(handbook: Handbook, target: Path) -> None:
    """Play the story in an empty folder, and take a picture at each `look`."""

    async def look(what: str, phone: Phone) -> None:
        if f"{what}.png" == POSTER:
            await shrink(phone, target / POSTER)
        elif f"{what}.png" in wanted:
            await phone.shown.page.mouse.move(0, 0)
            await phone.box.blur()
            await asyncio.sleep(0.5)  # what was just pressed fades
            await phone.shown.screenshot(path=target / f"{what}.png")
        print(f"{time.monotonic() - started:5.1f} s  {what}")  # noqa: T201 - a command's output

    wanted = handbook.shown()
    started = time.monotonic()
    with TemporaryDirectory() as folder:
        async with handbook.trial(Path(folder)) as running, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            async with tab(browser, viewport=WIDE) as page:
                page.tab.set_default_timeout(PATIENCE)
                await page.load(running.address)
                await handbook.play(await begun(page, look))
            await browser.close()


async def shrink(phone: Phone, target: Path) -> None:
    """The poster that was sent, small enough for a page."""
    sheet = await attached(PhonePage(phone.shown.page), phone)
    tab = await phone.shown.page.context.new_page()
    source = f"data:image/png;base64,{b64encode(sheet).decode()}"
    await tab.set_content(f'<img src="{source}" width="{POSTER_WIDTH}">')
    await tab.locator("img").screenshot(path=target)
    await tab.close()


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    given.mkdir(parents=True, exist_ok=True)
    for each in HANDBOOKS:
        asyncio.run(make(each, given))
