"""Makes the picture of the README: `python -m tests.emulator.page.picture [docs/phones.png]`.

Everything on it happened: the bot, the emulator and the page run, and the talks are played in the
browser. Only the neighbours who filled in the survey before were put into the database.
"""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import async_playwright

from bot import importing, vitals
from bot.trial import ROLES
from storage import Tx, people
from storage.answer_sets import ANSWERS
from storage.people import Consent, Purpose
from tests.emulator.page.conftest import FLAGS, chromium, tab
from tests.emulator.page.phones import Phone, PhonePage
from tests.emulator.page.trying import lived_in, to_the_morning, trial

PICTURE = Path(__file__).parents[3] / "docs" / "phones.png"
NEIGHBOURS = 38
WEIGHTS = {
    "urgent": {"housing": 21, "safety": 9, "money": 11, "health": 6, "youth": 14, "public": 8},
    "learn-now": {"neighbours": 19, "others": 12, "visits": 7, "meetings": 9, "online": 15},
    "need": {"time": 17, "money": 12, "people": 16, "expert": 8, "room": 10, "ear": 13},
}
STUBBORN = ("Er is te weinig te doen voor jongeren.", "Zwerfvuil op het plein.", "De huur stijgt.")
WISHES = ("Hoe je subsidie aanvraagt.", "Hoe je buren erbij betrekt.", "Een feest organiseren.")
SIZE = {"width": 1600, "height": 1000}
SOON = 20_000


@dataclass(frozen=True)
class Neighbour:
    """Who answers a survey."""

    person: int
    now: datetime
    arguments: dict[str, Any] = field(default_factory=lambda: {"survey_id": 1})


def settle(tx: Tx, now: datetime) -> None:
    """The sample content, and neighbours who joined and filled in the survey."""
    importing.fill(tx, now, ROLES, "nl")
    chance = random.Random(7)
    for number in range(NEIGHBOURS):
        person = people.arrive(tx, f"telegram:{7000 + number}", "nl", now).id
        people.join(tx, person, now, {"name": f"Buur {number}", "adult": True})
        agreed = Consent(Purpose.SURVEY, True, "survey-1", "nl", "chat", now)
        people.record_consent(tx, person, agreed)
        for key, value in answers_of(chance):
            ANSWERS.save(tx, Neighbour(person, now), key, value)


def answers_of(chance: random.Random) -> list[tuple[str, Any]]:
    """What one neighbour answers, in the order of the survey."""

    def some(key: str) -> list[str]:
        weights = WEIGHTS[key]
        return sorted({*chance.choices(list(weights), list(weights.values()), k=2)})

    needs = some("need")
    given: list[tuple[str, Any]] = [
        ("urgent", some("urgent")),
        ("stubborn", chance.choice(STUBBORN)),
        ("learn-now", some("learn-now")),
        ("learn-next", chance.choice(WISHES)),
        ("need", needs),
    ]
    if "time" in needs:
        given.append(("moment", chance.choice(["evening", "evening", "weekend", "day"])))
    if "money" in needs:
        given.append(("money-for", {"skipped": True}))
    return [*given, ("know", {"skipped": True})]


async def joined(phone: Phone, name: str, place: str, quarter: str) -> None:
    """Join with short answers."""
    await phone.button("Start").click()
    await phone.sees("Wat wil je doen?")
    await phone.types("/meedoen")
    for question, said in (
        ("Hoe wil je genoemd worden?", name),
        ("In welke gemeente", place),
        ("En hoe heet je wijk", quarter),
        ("Wat past het best", "1"),
        ("Wat vind jij belangrijk?", "1, 3"),
        ("Ben je 16", "ja"),
        ("Mag ik bewaren", "ja"),
        ("Mag ik je uitnodigingen", "ja"),
        ("Mag ik je af en toe", "ja"),
        ("Mag ik je in contact", "nee"),
        ("Wat is je e-mailadres", "overslaan"),
        ("Klopt dit?", "ja"),
    ):
        await phone.answers(question, said)
    await phone.sees("Je doet nu mee.")


async def noor_joins(noor: Phone) -> None:
    """Noor is joining; her fingers went too fast, and she is asked what she meant."""
    await noor.button("Start").click()
    await noor.sees("Wat wil je doen?")
    await noor.presses("Word lid")
    await noor.answers("Hoe wil je genoemd worden?", "Noor")
    await noor.answers("In welke gemeente", "Nieuwegijn")
    await noor.sees("Bedoel je Nieuwegein?")


async def yusuf_asks_and_signs_up(yusuf: Phone) -> None:
    """Yusuf asks a human something, and signs up for a meeting with a neighbour."""
    await yusuf.types("/vraag")
    await yusuf.answers("Wat wil je vragen?", "Is er ook iets voor kinderen bij op de bezoekdag?")
    await yusuf.sees("Ik heb je vraag doorgegeven.")
    await yusuf.types("/start meeting-3")
    await yusuf.sees("Heel klein: twee gasten")
    await yusuf.presses("Ja, ik kom")
    await yusuf.answers("Met hoeveel mensen kom je?", "2")
    await yusuf.sees("Tot dan!")


async def yusuf_fills_in_the_survey(yusuf: Phone) -> None:
    """Halfway the survey Yusuf looks up the meeting; the open question comes back below it."""
    await yusuf.types("/vragenlijst")
    await yusuf.answers("Wat is nu het dringendst", "2, 8")
    await yusuf.answers("Welk probleem blijft", "Zwerfvuil op het plein")
    await yusuf.answers("Hoe leer je nu", "van mijn buren")
    await yusuf.answers("Wat zou je graag willen leren?", "Een feest organiseren")
    await yusuf.answers("Wat heb je daarvoor nodig?", "tijd")
    await yusuf.answers("Welk moment past je het best?", "/mijnbijeenkomsten")
    await yusuf.sees("Je bent aangemeld, met 2 plekken.")


async def carla_answers_and_looks(carla: Phone) -> None:
    """Carla answers Yusuf, and looks at the results."""
    await carla.on_message("Is er ook iets voor kinderen", "Beantwoorden")
    await carla.types("Zeker! In de buurttuin is een speurtocht. Neem ze gerust mee.")
    await carla.sees("Je antwoord is onderweg.")
    await carla.types("/uitkomsten")
    await carla.sees("mensen zijn klaar")


async def ad_looks_after_it(ad: Phone) -> None:
    """Ad sees who has which role, and how the bot is doing."""
    await ad.types("/rollen")
    await ad.sees("Wat wil je doen?")
    await ad.types("/toestand")
    await ad.sees("Wacht om verstuurd te worden")


async def play(page: PhonePage) -> None:
    """Let everybody do what they are seen doing."""
    noor, yusuf, carla, ad = (page.phone(name) for name in ("Noor", "Yusuf", "Carla", "Ad"))
    await joined(carla, "Carla", "Utrecht", "Lombok")
    await joined(ad, "Ad", "Arnhem", "Klarendal")
    await joined(yusuf, "Yusuf", "Utrecht", "Overvecht")
    await yusuf_asks_and_signs_up(yusuf)
    await carla_answers_and_looks(carla)
    await yusuf_fills_in_the_survey(yusuf)
    await noor_joins(noor)
    await ad_looks_after_it(ad)


async def shoot(page: PhonePage, target: Path) -> None:
    """The picture, with no pointer or focus on anything."""
    await page.tab.mouse.move(0, 0)
    await page.tab.evaluate("document.activeElement.blur()")
    await asyncio.sleep(1)
    await page.tab.screenshot(path=target)


async def make(target: Path) -> None:
    """Play the scene in an empty folder, and take the picture."""
    with TemporaryDirectory() as folder:
        await lived_in(Path(folder), settle)
        async with trial(Path(folder)) as running, async_playwright() as playwright:
            await to_the_morning(running.address)
            await asyncio.sleep(vitals.SECONDS)  # it notes how it goes then
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            async with tab(browser, viewport=SIZE) as page:
                page.tab.set_default_timeout(SOON)
                await page.load(running.address)
                await play(page)
                await shoot(page, target)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(make(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE))
