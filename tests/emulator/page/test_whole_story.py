"""`make try` in a browser: a resident joins, learns, signs up and is reminded; then all over again.

The real bot, the real emulator, the real page; the bot is killed on the way. What the people read
and press stands here, in Dutch, in one place.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.emulator.page.conftest import WIDE, tab
from tests.emulator.page.phones import IN_BROWSER, Phone, PhonePage
from tests.emulator.page.trying import Trial, trial

pytestmark = [*IN_BROWSER, pytest.mark.timeout(120)]

PATIENCE = 20_000
"""Milliseconds: what the bot needs to come back after its death, on a busy machine."""

START, BECOME_MEMBER = "Start", "Word lid"
WHAT_NAME, WHICH_PLACE = "Hoe wil je genoemd worden?", "In welke gemeente ligt jouw buurt"
UNKNOWN_PLACE, DO_YOU_MEAN, YES = "Die gemeente ken ik niet", "Bedoel je Nieuwegein?", "Ja"
WHICH_QUARTER, WHAT_FITS, RESIDENT = (
    "En hoe heet je wijk of buurt?", "Wat past het best bij jou?", "Ik woon in de buurt",
)  # fmt: skip
BACK, SKIP = "Terug", "Overslaan"
THEMES, GREEN, DONE = "Wat vind jij belangrijk?", "Groen en spelen", "Klaar (1 gekozen)"
HOW_OLD, OLD_ENOUGH = "Ben je 16 jaar of ouder?", "Ja, dat ben ik"
CONSENTS = (
    "Mag ik bewaren wat je vertelde",
    "Mag ik je uitnodigingen en nieuws sturen?",
    "Mag ik je af en toe vragen wat er speelt",
    "Mag ik je in contact brengen met leden",
)
EMAIL, SUMMARY, IS_RIGHT = "Wat is je e-mailadres?", "Dit ga ik bewaren:", "Ja, dit klopt"
WELCOME, TO_SURVEY = "Je doet nu mee.", "Vul de vragenlijst in"

URGENT, STUBBORN = "Wat is nu het dringendst in jouw buurt?", "Welk probleem blijft maar terugkomen"
HOW_NOW, NEIGHBOURS = "Hoe leer je nu over je buurt?", "Van mijn buren"
WHAT_NEXT, WHAT_NEED, MOMENT = (
    "Wat zou je graag willen leren?", "Wat heb je daarvoor nodig?", "Welk moment past je het best?",
)  # fmt: skip
EVENING, WHAT_KNOW = "Doordeweeks in de avond", "Wat weet of kun jij"
THANKS, ANSWERED = "Dank je wel! Dit helpt ons echt.", "Dit heb je geantwoord:"

MEETINGS, TITLE = "Dit komt eraan.", "Aan de keukentafel: van klacht naar plan"
MORE, COMING, HOW_MANY, SEATED = (
    "Meer over 2",
    "Ja, ik kom",
    "Met hoeveel mensen kom je?",
    "Tot dan!",
)
REMINDER = "Morgen:"
NEXT_EVENT, OVER_AGAIN, SURE = "Naar de volgende gebeurtenis", "Opnieuw beginnen", "Ja, wis alles"


@pytest_asyncio.fixture(loop_scope="session")
async def trying(tmp_path: Path) -> AsyncIterator[Trial]:
    """The bot being tried, in an empty folder."""
    async with trial(tmp_path / "try") as running:
        yield running


async def test_from_start_to_reminder_and_back_to_an_empty_world(browser: Browser, trying: Trial):
    async with tab(browser, viewport=WIDE) as page:
        page.tab.set_default_timeout(PATIENCE)
        await page.load(trying.address)
        noor = page.phone("Noor")
        await join(noor)
        await half_a_survey(noor)
        await noor.types("Hoe je een plan maakt")
        await noor.sees(WHAT_NEED)
        await trying.kill_bot()
        await the_other_half(noor)
        await sign_up(noor)
        await be_reminded(page, noor)
        await begin_again(page, noor)


async def join(noor: Phone) -> None:
    """Join, with a place corrected and a step back."""
    await noor.button(START).click()
    await noor.presses(BECOME_MEMBER)
    await noor.answers(WHAT_NAME, "Noor")
    await noor.answers(WHICH_PLACE, "bij mijn moeder")
    await noor.answers(UNKNOWN_PLACE, "Nieuwegijn")
    await noor.sees(DO_YOU_MEAN)
    await noor.presses(YES)
    await noor.answers(WHICH_QUARTER, "Batau")
    await noor.sees(WHAT_FITS)
    await noor.presses(BACK)
    await noor.answers(WHICH_QUARTER, "Fokkesteeg")
    await noor.sees(WHAT_FITS)
    await noor.presses(RESIDENT)
    await noor.sees(THEMES)
    await noor.presses(GREEN)
    await noor.presses(DONE)
    await noor.sees(HOW_OLD)
    await noor.presses(OLD_ENOUGH)
    for asked in CONSENTS:
        await noor.sees(asked)
        await noor.presses(YES)
    await noor.sees(EMAIL)
    await noor.presses(SKIP)
    summary = await noor.sees(SUMMARY)
    await expect(summary).to_contain_text("Nieuwegein")
    await expect(summary).to_contain_text("Fokkesteeg")
    await expect(summary).not_to_contain_text("Batau")
    await noor.presses(IS_RIGHT)
    await noor.sees(WELCOME)


async def half_a_survey(noor: Phone) -> None:
    """The first three answers."""
    await noor.presses(TO_SURVEY)
    await noor.answers(URGENT, "1, 4")
    await noor.answers(STUBBORN, "Zwerfvuil op het plein")
    await noor.answers(HOW_NOW, NEIGHBOURS)
    await noor.sees(WHAT_NEXT)


async def the_other_half(noor: Phone) -> None:
    """The last answers; what was answered before is still known."""
    await noor.types("Tijd")
    await noor.sees(MOMENT)
    await noor.presses(EVENING)
    await noor.answers(WHAT_KNOW, "Ik kan goed koken")
    await noor.sees(THANKS)
    answers = await noor.sees(ANSWERED)
    for said in ("Zwerfvuil op het plein", "Hoe je een plan maakt", EVENING, "Ik kan goed koken"):
        await expect(answers).to_contain_text(said)


async def sign_up(noor: Phone) -> None:
    """Two people for a meeting in three days, of which the reminder falls tomorrow or later."""
    await noor.types("bijeenkomsten")
    await noor.sees(MEETINGS)
    await noor.presses(MORE)
    await noor.sees(TITLE)
    await noor.presses(COMING)
    await noor.answers(HOW_MANY, "2")
    await noor.sees(SEATED)


async def be_reminded(page: PhonePage, noor: Phone) -> None:
    """The clock goes to the next event, and the reminder is there."""
    assert await noor.bubble(REMINDER).count() == 0
    clock = page.tab.locator("time.now")
    before = await clock.inner_text()
    button = page.tab.get_by_role("button", name=NEXT_EVENT)
    await expect(button).to_have_attribute("aria-disabled", "false")
    await button.click()
    await expect(await noor.sees(REMINDER)).to_contain_text(TITLE)
    await expect(clock).not_to_have_text(before)


async def begin_again(page: PhonePage, noor: Phone) -> None:
    """Everything is gone but the sample content."""
    await page.tab.get_by_role("button", name=OVER_AGAIN).click()
    await page.tab.get_by_role("dialog").get_by_role("button", name=SURE).click()
    await expect(noor.log).not_to_contain_text(TITLE)
    await noor.button(START).click()
    await expect(noor.button(BECOME_MEMBER)).to_be_visible()
    await expect(noor.button(TO_SURVEY)).to_be_visible()
    await noor.types("bijeenkomsten")
    await noor.sees(TITLE)
    assert page.complaints == []
