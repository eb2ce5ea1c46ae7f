"""A day with places and what comes after it, played on the phones."""

from __future__ import annotations

from playwright.async_api import expect

from tests.emulator.page import day_before
from tests.emulator.page.day_before import EVENING, WORKSHOP, open_day, open_place
from tests.emulator.page.phones import Phone
from tests.emulator.page.story import Story, attached, later, newest, say, tap
from tests.pixels import picture

NOTES = "Wat een dag! Het verslag staat op https://example.org/verslag"


async def play(story: Story) -> None:
    """All of it, from the plan to the report."""
    for step in (*day_before.STEPS, *STEPS):
        await step(story)


async def be_reminded(story: Story) -> None:
    """The day before, for the workshop and for the evening."""
    noor = story.noor
    reminded = await later(story, noor, "Morgen:")
    await expect(reminded).to_contain_text(story.spoken)
    for of in (WORKSHOP, EVENING):
        await expect(noor.bubble("Morgen:").filter(has_text=of)).to_have_count(1)
    await story.look("herinnering", noor)


async def come_in(story: Story) -> None:
    """Carla scans the code on Noor's phone, and lets in somebody who did not sign up."""
    noor, carla = story.noor, story.carla
    reminded = await later(story, noor, "Vandaag:")
    await expect(reminded).to_contain_text(WORKSHOP)
    await tap(noor, "Vandaag:", "Mijn code voor de deur")
    code = await scanned(story, noor)
    await story.look("code", noor)
    await carla.types(f"/start {code}")
    await newest(carla, "is binnen.")
    await open_place(story, WORKSHOP)
    await tap(carla, "Een locatie van", "Vink mensen af")
    await tap(carla, "Wie is er?", "Niet aangemeld")
    await say(carla, ("Hoe heet diegene?", "Fatma"), ("Met hoeveel zijn ze?", "1"))
    await tap(carla, "Toch binnenlaten?", "Ja, laat")
    await newest(carla, "En 1 persoon zonder aanmelding.")
    await story.look("deur", carla)
    await tap(carla, "Wie is er?", "Klaar")
    await newest(carla, "Een locatie van")


async def scanned(story: Story, phone: Phone) -> str:
    """What a camera reads in the square: the payload of the bot's own link."""
    await newest(phone, "Laat dit zien bij de deur")
    [link] = picture(await attached(story.page, phone)).codes()
    return link.partition("?start=")[2]


async def look_back(story: Story) -> None:
    """Two questions to who came."""
    noor = story.noor
    await later(story, noor, f"Je was bij \u2068{WORKSHOP}")
    await tap(noor, "Was het de moeite waard?", "Ja, heel erg")
    await say(noor, ("Wat neem je mee naar huis", "Dank aan de koks!"))
    await newest(noor, "daar hebben we wat aan.")


async def give_back(story: Story) -> None:
    """Carla sends notes to who came."""
    carla = story.carla
    await open_place(story, WORKSHOP)
    await tap(carla, "Dit is voorbij.", "Kijk terug")
    await tap(carla, "Er waren 2 mensen.", "Stuur een verslag")
    await say(carla, ("Heb je een foto", "overslaan"), ("Wat wil je ze nog vertellen", NOTES))
    await tap(carla, "Zal ik het versturen?", "Ja, verstuur het")
    await newest(carla, "Het is onderweg.")
    await expect(await newest(story.noor, "Wat een dag!")).to_contain_text(WORKSHOP)


async def report(story: Story) -> None:
    """The numbers of the whole day, as a picture too."""
    carla = story.carla
    await open_day(story)
    await tap(carla, "Dit is voorbij.", "Bekijk de cijfers")
    await expect(await newest(carla, "Waren er: 2")).to_contain_text("2 waren er")
    await story.look("cijfers", carla)
    await tap(carla, "Waren er: 2", "Stuur het als plaatje")
    await newest(carla, "cijfers.png")


STEPS = (be_reminded, come_in, look_back, give_back, report)
