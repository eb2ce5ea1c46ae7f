"""A message to many, played on the phones: written, looked at, stopped, gone on with, sent.

Carla writes it, in Dutch and in English. What she reads and presses stands here.
"""

from __future__ import annotations

from datetime import datetime

from playwright.async_api import expect

from bot import importing
from bot.trial import ROLES
from storage import Tx, people
from storage.people import Consent, Purpose
from tests.emulator.page.phones import Phone
from tests.emulator.page.story import Story, later, newest, say, tap

DRAFT_IS_KEPT = "halverwege-gestopt"
"""Where Carla has stopped in the middle."""
MANY = 3
"""Above so many people a colleague looks at a message in this story."""

HASTY = "Zaterdag ruimen we het plien op."
TEXT = "**Zaterdag ruimen we samen het plein op.** Om tien uur is er koffie. Handschoenen zijn er."
ENGLISH = "**On Saturday we tidy the square together.** Coffee at ten. We have gloves for you."
HEADLINE = "Zaterdag ruimen we samen het plein op."

SURE = "Zal ik het versturen?"
UTRECHT, AMERSFOORT = "GM0344", "GM0307"
MEMBERS: dict[str, dict[str, str]] = {
    "telegram:810000001": {"name": "Noor"},
    "telegram:810000003": {"name": "Carla", "municipality": AMERSFOORT},
    "telegram:810000004": {"name": "Ad", "language": "en"},
    "telegram:820000001": {"name": "Sem"},
    "telegram:820000002": {"name": "Fatma"},
    "telegram:820000003": {"name": "Joris", "part": "official"},
}
WANTS_NO_NEWS = "Fatma"


def readers(tx: Tx, now: datetime) -> None:
    """Members in Utrecht, but Carla; Sem has lost his phone. Yusuf is no member, and never was."""
    importing.fill(tx, now, ROLES, "nl")
    for chat, facts in MEMBERS.items():
        person = people.arrive(tx, chat, "nl", now).id
        known = {"municipality": UTRECHT, "part": "resident", "adult": True, **facts}
        people.join(tx, person, now, known)
        wants = facts["name"] != WANTS_NO_NEWS
        agreed = Consent(Purpose.NEWS, wants, "news-1", "nl", "chat", now)
        people.record_consent(tx, person, agreed)


async def begin(story: Story) -> None:
    """Everybody has started the bot."""
    for phone, greeting in (
        (story.noor, "Wat wil je doen?"),
        (story.carla, "Wat wil je doen?"),
        (story.ad, "What do you want to do?"),
    ):
        await phone.button("Start").click()
        await newest(phone, greeting)


async def choose_readers(story: Story) -> None:
    """People in Utrecht but no officials; a place that is none is asked again, all is counted."""
    carla = story.carla
    await carla.types("/bericht")
    await tap(carla, "Wat ga je schrijven?", "Nieuws")
    await tap(carla, "Wie moet het krijgen?", "Mensen in een gemeente")
    await say(carla, ("Welke gemeente?", "bij ons"), ("ken ik niet", "Utrecht"))
    await newest(carla, "Krijgen het: 4")
    await tap(carla, "Klopt dat?", "Laat mensen weg")
    await tap(carla, "Wie zal ik weglaten?", "Kies op wat mensen hier doen")
    await tap(carla, "Welke mensen?", "Ik werk bij de gemeente")
    await tap(carla, "Welke mensen?", "Klaar")
    counted = await newest(carla, "Krijgen het: 3")
    await expect(counted).to_contain_text("Willen dit niet: 1")
    await story.look("wie-krijgt-het", carla)
    await carla.presses("Bekijk de lijst")
    await expect(await carla.sees("krijgen deze mensen het")).not_to_contain_text("Joris")
    await tap(carla, "Klopt dat?", "Ja, ga verder")


async def write(story: Story) -> None:
    """The text, typed again after a step back."""
    carla = story.carla
    await say(carla, ("Wat wil je zeggen", HASTY))
    await tap(carla, SURE, "Terug")
    await say(carla, ("Wat wil je zeggen", TEXT))
    await newest(carla, SURE)


async def stop_and_go_on(story: Story) -> None:
    """Carla stops, and goes on with the draft as if nothing had been."""
    carla = story.carla
    await carla.types("/stop")
    await newest(carla, "bewaard")
    await story.look(DRAFT_IS_KEPT, carla)
    await carla.types("/bericht")
    await tap(carla, HEADLINE, "Ga verder met 1")
    await newest(carla, SURE)


async def add(carla: Phone, part: str) -> None:
    """Ask for one part of it, from the summary."""
    await tap(carla, SURE, "Verander of voeg iets toe")
    await say(carla, ("Wat wil je veranderen of toevoegen?", part))


async def add_things(story: Story) -> None:
    """English, a photo, a button to a page with words in both languages, and one to a meeting."""
    carla = story.carla
    await add(carla, "tekst in het Engels")
    await say(carla, ("En in het Engels?", ENGLISH))
    await add(carla, "foto, bestand of spraak")
    await newest(carla, "Moet er een foto")
    await carla.chooses("Iets bijvoegen", "Voorbeeldfoto")
    await add(carla, "knoppen")
    await tap(carla, "Moet er een knop onder?", "Link")
    await say(
        carla,
        ("Naar welke pagina?", "https://example.org/plein"),
        ("knop, in het Nederlands", "Bekijk de route"),
        ("knop, in het Engels", "See the route"),
    )
    await tap(carla, "Moet er nog een knop onder?", "Bijeenkomst")
    await say(carla, ("Welke bijeenkomst?", "netwerkavond: hoe houd"))
    await tap(carla, "Moet er nog een knop onder?", "Geen knoppen meer")
    await add(carla, "ook bij Nieuws")
    await tap(carla, "ook bij Nieuws staan?", "Ja")
    await add(carla, "waarover")
    await tap(carla, "Waar gaat het over?", "Groen en spelen")
    await tap(carla, "Waar gaat het over?", "Klaar")


async def look_over(story: Story) -> None:
    """What people get, as they get it, in each language; then all of it, and the count."""
    carla = story.carla
    summary = await newest(carla, SURE)
    await expect(summary).to_contain_text("Krijgen het: 3")
    for text, label in ((HEADLINE, "Bekijk de route"), ("tidy the square", "See the route")):
        shown = carla.shown.locator(".message:not(.own)").filter(
            has=story.page.tab.locator("img.photo")
        )
        shown = shown.filter(has_text=text).last
        await expect(shown.locator("strong")).to_contain_text(text)
        await expect(shown.get_by_role("link", name=label)).to_be_visible()
    await carla.bubble("Zo krijgen mensen het:").last.evaluate("one => one.scrollIntoView()")
    await story.look("voorbeeld", carla)


async def send_after_all(story: Story) -> None:
    """Sent, undone within the minute, and sent again: with a progress and one summary."""
    carla = story.carla
    await tap(carla, SURE, "Verstuur het aan 3 mensen")
    await newest(carla, "Over een minuut")
    await story.look("een-minuut", carla)
    await tap(carla, "Over een minuut", "Maak het ongedaan")
    await tap(carla, "Ongedaan gemaakt", "Verander het")
    await tap(carla, SURE, "Verstuur het aan 3 mensen")
    await newest(carla, "Over een minuut")
    assert await story.noor.bubble(HEADLINE).count() == 0
    summary = await later(story, carla, "is verstuurd.")
    await expect(summary).to_contain_text("Verstuurd: 2")
    await expect(summary).to_contain_text("Niet aangekomen: 1")
    unfinished = carla.bubble("procent klaar").filter(has_not_text="100 procent")
    await expect(unfinished).to_have_count(0)  # one that is over at once may show no progress
    await story.look("samenvatting", carla)


async def arrive(story: Story) -> None:
    """Each has it once, in their own language."""
    noor, ad = story.noor, story.ad
    await expect(noor.bubble(HEADLINE)).to_have_count(1)
    await expect(ad.bubble("tidy the square")).to_have_count(1)
    await expect(noor.bubble(HEADLINE).locator("strong")).to_have_text(HEADLINE)
    await story.look("ontvangen", noor)


STEPS = (
    begin, choose_readers, write, stop_and_go_on, add_things, look_over, send_after_all, arrive,
)  # fmt: skip
