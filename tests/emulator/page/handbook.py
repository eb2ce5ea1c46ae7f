"""Makes the pictures of the handbook: `python -m tests.emulator.page.handbook [docs/pictures]`.

They are taken from the story that `test_day_of_places.py` plays, where it says `look`.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import async_playwright

from tests.emulator.page.conftest import FLAGS, WIDE, chromium, tab
from tests.emulator.page.day_before import neighbours
from tests.emulator.page.day_itself import play
from tests.emulator.page.phones import Phone, PhonePage
from tests.emulator.page.story import PATIENCE, attached, begun
from tests.emulator.page.trying import lived_in, to_the_morning, trial

DOCS = Path(__file__).parents[3] / "docs"
HANDBOOK, PICTURES = DOCS / "dag-van-de-buurt.md", DOCS / "pictures"
POSTER, POSTER_WIDTH = "poster.png", 420


def shown() -> set[str]:
    """The pictures that the handbook shows."""
    return set(re.findall(r"\(pictures/([a-z-]+\.png)\)", HANDBOOK.read_text(encoding="utf-8")))


async def make(target: Path) -> None:
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

    wanted = shown()
    started = time.monotonic()
    with TemporaryDirectory() as folder:
        await lived_in(Path(folder), neighbours)
        async with trial(Path(folder)) as running, async_playwright() as playwright:
            await to_the_morning(running.address)
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            async with tab(browser, viewport=WIDE) as page:
                page.tab.set_default_timeout(PATIENCE)
                await page.load(running.address)
                await play(await begun(page, look))
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
    asyncio.run(make(given))
