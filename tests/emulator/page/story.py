"""A story played on the phones: who is in it, and what they do with their hands.

At each `look` there is something worth seeing on somebody's phone; the handbook takes a picture
there, so what it shows is what the test went through.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from playwright.async_api import Locator, Response, expect

from tests.emulator.page.phones import Phone, PhonePage

HERE = ZoneInfo("Europe/Amsterdam")
DAYS_AHEAD = 5
PATIENCE = 20_000
"""Milliseconds: what the bot needs to come back after its death, on a busy machine."""
MOST_MOVES = 12
"""More presses on the clock than any wait in this story takes."""

LOWEST_HOLDS = """(phone, [text, within]) => new Promise((resolve) => {
  const plain = (said) => said.replace(/[\\u200b\\u00ad]/g, "").replace(/\\s+/g, " ");
  const lowest = () => [...phone.querySelectorAll(".message")].at(-1)?.textContent ?? "";
  const holds = () => plain(lowest()).includes(plain(text));
  const changes = new MutationObserver(() => holds() && end(true));
  const end = (held) => { changes.disconnect(); resolve(held); };
  changes.observe(phone, { subtree: true, childList: true, characterData: true });
  setTimeout(() => end(holds()), holds() ? 0 : within);
})"""
"""The page tells as soon as it is so: who asks again and again waits longer each time."""

Look = Callable[[str, Phone], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Story:
    """Who plays, on which day it is, and what to do where there is something to see."""

    page: PhonePage
    day: date
    look: Look

    @property
    def noor(self) -> Phone:
        """A resident."""
        return self.page.phone("Noor")

    @property
    def yusuf(self) -> Phone:
        """Another one."""
        return self.page.phone("Yusuf")

    @property
    def carla(self) -> Phone:
        """The coordinator."""
        return self.page.phone("Carla")

    @property
    def ad(self) -> Phone:
        """The admin."""
        return self.page.phone("Ad")

    @property
    def spoken(self) -> str:
        """The day as people write it."""
        return format_date(self.day, "EEEE d MMMM", locale="nl")


async def begun(page: PhonePage, look: Look) -> Story:
    """A story whose day is a few days after what the page's clock says."""
    shown = await clock(page).get_attribute("datetime")
    assert shown is not None
    today = datetime.fromisoformat(shown).astimezone(HERE).date()
    return Story(page, today + timedelta(days=DAYS_AHEAD), look)


def clock(page: PhonePage) -> Locator:
    """The clock of the page."""
    return page.tab.locator("time.now")


# What people do with their phones here.


async def newest(phone: Phone, text: str) -> Locator:
    """Wait until the lowest message holds this text: an older one with the same does not count."""
    lowest = phone.shown.locator(".message").last
    if not await comes(phone, text, PATIENCE):
        await expect(lowest).to_contain_text(text, timeout=1)  # says what is there instead
    return lowest


async def tap(phone: Phone, text: str, label: str) -> None:
    """Press the button whose name begins so, once the lowest message holds the text."""
    lowest = await newest(phone, text)
    await lowest.get_by_role("button", name=re.compile(rf"^(?:[☐☑] )?{re.escape(label)}")).click()


async def say(phone: Phone, *turns: tuple[str, str]) -> None:
    """Type each answer once its question is the lowest message."""
    for question, said in turns:
        await newest(phone, question)
        await phone.types(said)


async def attached(page: PhonePage, phone: Phone) -> bytes:
    """The picture or file of the lowest message, as soon as it is there."""
    lowest = phone.shown.locator(".message").last
    await lowest.locator("img.photo, a[download]").first.wait_for()
    source = await lowest.locator("img.photo, a[download]").first.evaluate(
        "one => one.src || one.href"
    )
    return await (await page.tab.request.get(source)).body()


async def later(story: Story, phone: Phone, text: str) -> Locator:
    """Move the clock to the next event, and the next, until the lowest message holds the text."""
    button = story.page.tab.get_by_role("button", name="Naar de volgende gebeurtenis")
    for _ in range(MOST_MOVES):
        before = await clock(story.page).get_attribute("datetime")
        await expect(button).to_have_attribute("aria-disabled", "false")
        async with story.page.tab.expect_response(_moved):
            await button.click()
        await expect(clock(story.page)).not_to_have_attribute("datetime", before or "")
        if await comes(phone, text):
            return await newest(phone, text)
    raise AssertionError(f"{text!r} never came")


def _moved(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/time")


async def comes(phone: Phone, text: str, within: int = 1_500) -> bool:
    """Whether the lowest message comes to hold this text within so many milliseconds."""
    return bool(await phone.shown.evaluate(LOWEST_HOLDS, [text, within]))
