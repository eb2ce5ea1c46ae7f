"""What becomes of a message to many, on the phones: read, asked about, corrected, taken back.

Noor got it in Dutch, Ad in English; he is a coordinator too. Yusuf never joined, and only follows
the news.
"""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.emulator.page import message_written
from tests.emulator.page.message_written import HEADLINE, add
from tests.emulator.page.phones import Phone
from tests.emulator.page.story import Story, later, newest, say, tap

QUESTION = "Mag mijn zoontje ook mee?"
BETTER = "**Zondag** ruimen we samen het plein op. Om tien uur is er koffie."
SECOND = "De speeltuin gaat weer open."
SECOND_ENGLISH = "The playground opens again."


async def play(story: Story) -> None:
    """All of it, from the first word to the overview of the week."""
    for step in (*message_written.STEPS, *STEPS):
        await step(story)


def had(phone: Phone, text: str) -> Locator:
    """What somebody got that says this, not what they said themselves."""
    return phone.shown.locator(".message:not(.own)").filter(has_text=text)


async def read(story: Story) -> None:
    """Noor opens the meeting, and asks why she got it."""
    noor = story.noor
    bubble = await noor.sees(HEADLINE)
    await bubble.get_by_role("button", name="Bekijk de bijeenkomst").click()
    await noor.sees("hoe houd je het vol?")
    await bubble.get_by_role("button", name="Waarom krijg ik dit?").click()
    why = await newest(noor, "stuurde dit op")
    await expect(why).to_contain_text("Carla")
    await story.look("waarom", noor)


async def reply(story: Story) -> None:
    """Noor answers it, and that is a question to the coordinators."""
    noor, carla = story.noor, story.carla
    await noor.on_message(HEADLINE, "Beantwoorden")
    await noor.types(QUESTION)
    await newest(noor, "Ik heb je vraag doorgegeven.")
    asked = await newest(carla, QUESTION)
    await expect(asked).to_contain_text("Over het bericht")


async def correct(story: Story) -> None:
    """Carla corrects the Dutch text, of a message that people have."""
    carla = story.carla
    await carla.types("/berichten")
    await expect(await newest(carla, "de nieuwste eerst")).to_contain_text("2 van 3")
    await story.look("berichten", carla)
    await tap(carla, "de nieuwste eerst", "Meer over 1")
    one = await newest(carla, "Geschreven door")
    await expect(one).to_contain_text("Op \u2068Bekijk de bijeenkomst\u2069 gedrukt: minder dan 5")
    await tap(carla, "Geschreven door", "Verbeter het")
    await say(carla, ("nieuwe tekst in het Nederlands", BETTER), ("in het Engels", "overslaan"))
    await tap(carla, "Ik verander het bij wie het", "Ja, verbeter het")
    await newest(carla, "is verbeterd.")
    await expect(had(story.noor, "Zondag ruimen we")).to_have_count(1)
    await expect(had(story.noor, "Handschoenen")).to_have_count(0)


async def withdraw(story: Story) -> None:
    """Ad takes it back, in English, and it is gone from everybody's phone."""
    ad = story.ad
    await ad.types("/announcements")
    await tap(ad, "the newest first", "More about 1")
    await tap(ad, "Written by", "Withdraw it")
    await tap(ad, "Shall I take it back?", "Yes, take it back")
    await expect(await newest(ad, "is taken back.")).to_contain_text("Taken back: 2")
    await expect(had(story.noor, "Zondag ruimen we")).to_have_count(0)
    await expect(ad.shown.get_by_role("link", name="See the route")).to_have_count(0)


async def follow(story: Story) -> None:
    """Yusuf, who is no member, follows two topics, and wants one message a week."""
    yusuf = story.yusuf
    await yusuf.button("Start").click()
    await newest(yusuf, "Wat wil je doen?")
    await yusuf.types("/nieuws")
    await expect(await newest(yusuf, "Het laatste nieuws:")).to_contain_text("Zondag ruimen we")
    await story.look("nieuws", yusuf)
    await tap(yusuf, "Lid worden hoeft niet.", "Houd me op de hoogte")
    await tap(yusuf, "Mag ik je uitnodigingen en nieuws sturen?", "Ja")
    await tap(yusuf, "Waarover wil je nieuws krijgen?", "Ik kies onderwerpen")
    await tap(yusuf, "Welke onderwerpen?", "Groen en spelen")
    await tap(yusuf, "Welke onderwerpen?", "Jongeren")
    await tap(yusuf, "Welke onderwerpen?", "Klaar")
    await say(yusuf, ("Waar wil je nieuws vandaan?", "uit het hele land"))
    await tap(yusuf, "Hoe wil je het krijgen?", "Eén keer per week")
    await expect(await newest(yusuf, "Dit krijg je:")).to_contain_text("één keer per week")
    await tap(yusuf, "Dit krijg je:", "Ja, dit klopt")
    await newest(yusuf, "Elke vrijdag om tien uur")


async def write_to_all(story: Story) -> None:
    """It is for more than a few people, so Ad looks at it first."""
    carla = story.carla
    await carla.types("/bericht")
    await tap(carla, "Wat ga je schrijven?", "Nieuws")
    await tap(carla, "Wie moet het krijgen?", "Iedereen")
    await say(carla, ("Wat wil je zeggen", SECOND))
    await tap(carla, "Waar gaat het over?", "Klaar")
    await say(carla, ("Over welke gemeente", "overslaan"))
    await add(carla, "tekst in het Engels")
    await say(carla, ("En in het Engels?", SECOND_ENGLISH))
    await tap(carla, "Zal ik het versturen?", "Verstuur het aan 5 mensen")
    await newest(carla, "Twee zien meer dan één")
    await story.look("tweede-paar-ogen", carla)
    await tap(carla, "Twee zien meer dan één", "Vraag een collega")
    await newest(carla, "Ik vraag \u2068Ad\u2069 om te kijken.")


async def agree(story: Story) -> None:
    """Ad reads it as people get it, and agrees."""
    ad, carla = story.ad, story.carla
    await tap(ad, "asks you to look at a message", "Look at it")
    await tap(ad, "Shall I send it?", "Yes, send it")
    await newest(carla, "is akkoord met je bericht")
    await later(story, story.noor, SECOND)
    await newest(carla, "is verstuurd")


async def opt_out(story: Story) -> None:
    """Noor wants no more news."""
    noor = story.noor
    await tap(noor, SECOND, "Geen nieuws meer")
    await newest(noor, "geen uitnodigingen meer")


async def get_the_week(story: Story) -> None:
    """On Friday Yusuf gets what was new, in one message."""
    yusuf = story.yusuf
    assert await yusuf.bubble(SECOND).count() == 0
    await later(story, yusuf, "Je weekoverzicht van")
    await story.look("weekoverzicht", yusuf)
    await tap(yusuf, "Je weekoverzicht van", "1.")
    await newest(yusuf, "stuurt je dit.")


STEPS = (
    read, reply, correct, follow, withdraw, write_to_all, agree, opt_out, get_the_week,
)  # fmt: skip
