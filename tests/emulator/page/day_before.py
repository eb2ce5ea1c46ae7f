"""The time before a day with places, played on the phones: planned, filled, changed.

Carla plans it, Noor and Yusuf sign up. What they read and press stands here, in Dutch.
"""

from __future__ import annotations

import re
from datetime import datetime

from playwright.async_api import Locator, expect

from bot import importing
from bot.trial import ROLES
from storage import Tx, people
from storage.people import Consent, Purpose
from tests.emulator.page.phones import Phone
from tests.emulator.page.story import Story, attached, later, newest, say, tap
from tests.pixels import picture

DAY, EVENING = "Open Buurtdag", "Samen aan tafel"
PROGRAMME = "Overal in de buurt gaan deuren open. Kijk mee, doe mee, en eet ’s avonds mee."
WORKSHOP, STUDIO, GARDEN = "De Werkplaats", "Het Atelier", "De Moestuin"
ONE_SEAT = f"{WORKSHOP}; Lindelaan 2; Utrecht; 1"
PLACES = f"{ONE_SEAT}\n{STUDIO}; Vijverweg 8; Utrecht; 10\n{GARDEN}; Kerkpad 3; Utrecht; 15"

MEMBERS = {"telegram:810000001": "Noor", "telegram:810000002": "Yusuf"}
QUESTION_IS_OPEN = "naar-een-andere-plek"
"""Where Yusuf is asked something; he takes his time to answer."""


def neighbours(tx: Tx, now: datetime) -> None:
    """Noor and Yusuf joined before, in Utrecht, and want invitations."""
    importing.fill(tx, now, ROLES, "nl")
    for chat, name in MEMBERS.items():
        person = people.arrive(tx, chat, "nl", now).id
        people.join(tx, person, now, {"name": name, "municipality": "GM0344", "adult": True})
        agreed = Consent(Purpose.NEWS, True, "news-1", "nl", "chat", now)
        people.record_consent(tx, person, agreed)


async def plan(story: Story) -> None:
    """The day and its evening; an end that cannot be is asked again, a title is typed again."""
    for phone in (story.noor, story.yusuf, story.carla):
        await phone.button("Start").click()
        await newest(phone, "Wat wil je doen?")
    carla = story.carla
    await say(carla, ("Wat wil je doen?", "/nieuwebijeenkomst"))
    await tap(carla, "Wat wil je plannen?", "Een dag met")
    await say(carla, ("Hoe heet de dag?", "Open Burutdag"))
    await tap(carla, "Wat is het programma?", "Terug")
    await say(
        carla,
        ("Hoe heet de dag?", DAY),
        ("Wat is het programma?", PROGRAMME),
        ("Wanneer is de dag?", f"{story.spoken} tien uur"),
        ("Tot hoe laat duurt het?", "een poosje"),
        ("begrijp ik niet", "16.00"),
        ("Wie is de contactpersoon?", "Carla"),
    )
    await tap(carla, "Is er ook een avondprogramma?", "Ja")
    await say(
        carla,
        ("Hoe heet de avond?", EVENING),
        ("Van hoe laat tot hoe laat?", "18.30-21.00"),
        ("Op welke", "Buurthuis De Linde, Lindelaan 4"),
        ("Hoeveel mensen", "30"),
    )
    await tap(carla, "Wat moet er anders?", "Klaar")
    summary = await newest(carla, "Dit is de dag:")
    for right in (story.spoken, "10.00 tot 16.00 uur", EVENING, "18.30 tot 21.00 uur"):
        await expect(summary).to_contain_text(right)
    await story.look("dag-plannen", carla)
    await tap(carla, "Dit is de dag:", "Ja, dit klopt")


async def add_places(story: Story) -> None:
    """Three places in one message; one wrong line, and nothing is made of it."""
    carla = story.carla
    await tap(carla, "Hoe heet de eerste", "Voeg er meer")
    await say(
        carla,
        ("naam; adres; gemeente", f"{ONE_SEAT}\n{STUDIO}; Vijverweg 8; Utrecht; heel veel"),
        ("Er is nog niets gemaakt", PLACES),
    )
    listed = await newest(carla, "Zal ik ze toevoegen?")
    for name in (WORKSHOP, STUDIO, GARDEN):
        await expect(listed).to_contain_text(name)
    await story.look("plekken-toevoegen", carla)
    await tap(carla, "Zal ik ze toevoegen?", "Voeg ze toe")
    await tap(carla, "Hoe heet de volgende?", "Dat was alles")


async def publish_and_invite(story: Story) -> None:
    """Everybody in Utrecht who wants invitations gets one."""
    carla = story.carla
    await tap(carla, "Zal ik alles publiceren?", "Publiceer nu")
    await tap(carla, "nu zien", "Nodig mensen uit")
    await tap(carla, "Wie zal ik uitnodigen", "Iedereen in een gemeente")
    await say(carla, ("Welke gemeente?", "Utrecht"))
    await expect(await newest(carla, "Dit krijgen ze:")).to_contain_text("2 mensen")
    await tap(carla, "Dit krijgen ze:", "Ja, verstuur het")
    for phone in (story.noor, story.yusuf):
        await expect(await newest(phone, "nodigt je uit")).to_contain_text(DAY)
    await story.look("uitnodiging", story.noor)


async def make_a_poster(story: Story) -> None:
    """Who scans the poster gets to the day."""
    carla = story.carla
    await newest(carla, "onderweg")
    await open_day(story)
    await tap(carla, "Er is nog geen organisator.", "Maak een poster")
    await tap(carla, "Welke poster", "De poster van de hele dag")
    [link] = picture(await attached(story.page, carla)).codes()
    assert "?start=meeting-" in link
    await story.look("poster", carla)


async def find(phone: Phone, place: str) -> None:
    """Open the card of a place, by its name as it is typed in haste."""
    await phone.types("/bijeenkomsten")
    card = phone.bubble(DAY).last
    await newest(phone, "doen mee.")
    await card.get_by_role("button", name=re.compile(r"^Meer over \d")).click()
    await tap(phone, "doen mee.", "Zoek op naam")
    await say(phone, ("Hoe heet de ", place.lower()[:-1]))
    await tap(phone, "Druk op een ", "1.")
    await newest(phone, f"Hoort bij: \u2068{DAY}")


async def sign_up(story: Story) -> None:
    """Noor takes the one seat of the workshop, Yusuf one at the studio."""
    noor, yusuf = story.noor, story.yusuf
    await tap(noor, "nodigt je uit", "Kies een")
    await tap(noor, "doen mee.", "Bekijk alle")
    await say(noor, ("Druk op een ", "De Werkplaats"))
    await tap(noor, WORKSHOP, "Ja, ik kom")
    await settled(noor, "1")
    await find(yusuf, STUDIO)
    await tap(yusuf, STUDIO, "Ja, ik kom")
    await settled(yusuf, "1")


async def settled(phone: Phone, seats: str) -> None:
    """With how many somebody comes, where there is a choice, and that they need nothing."""
    lowest = phone.shown.locator(".message:not(.own)").last
    await expect(lowest).to_contain_text(re.compile("Met hoeveel mensen|Moeten we iets weten"))
    if "Met hoeveel mensen" in await lowest.inner_text():
        await phone.types(seats)
    confirmed = await phone.sees("Tot dan!")
    await expect(confirmed).to_contain_text("bijeenkomst.ics")
    await tap(phone, "Moeten we iets weten", "Nee, niets")
    await newest(phone, "Helemaal goed.")


async def stand_in_line(story: Story) -> None:
    """Yusuf would rather go to the workshop: he keeps what he has, and is asked first."""
    yusuf = story.yusuf
    await find(yusuf, WORKSHOP)
    await tap(yusuf, "Vol.", "Zet me op de wachtlijst")
    await newest(yusuf, "Wil je ook op de wachtlijst?")
    await story.look(QUESTION_IS_OPEN, yusuf)


async def pass_a_seat_on(story: Story) -> None:
    """Noor signs off, Yusuf says yes in his own words; then she stands in line behind him."""
    noor, yusuf = story.noor, story.yusuf
    await yusuf.types("ja")
    await expect(await newest(yusuf, "Je bent nummer 1")).to_contain_text(STUDIO)
    await noor.types("/mijnbijeenkomsten")
    await tap(noor, "Je bent aangemeld.", "Afmelden voor 1")
    offered = await newest(yusuf, "Er is een plek voor je!")
    await expect(offered).to_contain_text("Laat het weten v")
    await story.look("wachtlijst", yusuf)
    await yusuf.types("ja graag")
    await expect(await newest(yusuf, "Tot dan!")).to_contain_text(STUDIO)
    await tap(noor, "Je bent afgemeld", "Ik kom toch")
    await tap(noor, "Wil je op de wachtlijst?", "Ja, zet me")
    lowest = noor.shown.locator(".message:not(.own)").last
    await expect(lowest).to_contain_text(re.compile("Met hoeveel mensen|Je bent nummer 1"))
    if "Met hoeveel mensen" in await lowest.inner_text():
        await noor.types("1")
    await newest(noor, "Je bent nummer 1")


async def change_the_time(story: Story) -> None:
    """The workshop starts later: who comes and who waits hear what was and what is."""
    carla, noor, yusuf = story.carla, story.noor, story.yusuf
    await open_place(story, WORKSHOP)
    await tap(carla, "plekken is bezet", "Verander iets")
    await tap(carla, "Wat wil je veranderen", "De begintijd")
    await say(carla, ("Wanneer begint het?", f"{story.spoken} half twaalf"))
    await tap(carla, "11.30 tot 17.30 uur", "Ja, verander het")
    await newest(carla, "Het is veranderd.")
    for phone in (yusuf, noor):
        told = await later_or_now(story, phone, "is veranderd:")
        await expect(told).to_contain_text(f"Nieuwe tijd: {story.spoken}, van 11.30")
        await expect(told).to_contain_text(f"Dat was: {story.spoken}, van 10.00")
    await expect(await newest(yusuf, "Kun je dan ook?")).to_contain_text("bijeenkomst.ics")
    await newest(noor, "Je blijft nummer 1 op de wachtlijst")
    await story.look("verandering", yusuf)


async def open_day(story: Story) -> None:
    """Carla looks up the card of the day."""
    await story.carla.types("/regelen")
    await say(story.carla, ("kun jij regelen", DAY))


async def open_place(story: Story, name: str) -> None:
    """Carla looks up the card of a place that she runs."""
    carla = story.carla
    await open_day(story)
    await tap(carla, "Er is nog geen organisator.", "Bekijk de locaties")
    await say(carla, (f"{GARDEN}\u2069:", name))
    await newest(carla, "Een locatie van")


async def later_or_now(story: Story, phone: Phone, text: str) -> Locator:
    """Wait for a message that the clock may have brought already."""
    if await phone.bubble(text).count():
        return await newest(phone, text)
    return await later(story, phone, text)


async def move(story: Story) -> None:
    """Yusuf rather goes to the garden, which frees a seat for Noor; she presses yes."""
    noor, yusuf = story.noor, story.yusuf
    await tap(yusuf, "Kun je dan ook?", "Ja, ik kan")
    await newest(yusuf, "Fijn, tot dan!")
    await find(yusuf, GARDEN)
    await tap(yusuf, "een andere locatie", "Stap over")
    await expect(await newest(yusuf, "Tot dan!")).to_contain_text(WORKSHOP)
    await tap(noor, "Er is een plek voor je!", "Ja, graag")
    await tap(noor, "Moeten we iets weten", "Nee, niets")
    await newest(noor, "Helemaal goed.")


async def join_the_evening(story: Story) -> None:
    """The evening is signed up for apart: Noor brings somebody."""
    noor = story.noor
    await noor.types("/bijeenkomsten")
    await newest(noor, "doen mee.")
    await noor.bubble(DAY).last.get_by_role("button", name=re.compile(r"^Meer over \d")).click()
    await tap(noor, "doen mee.", f"Bekijk: \u2068{EVENING}")
    await tap(noor, EVENING, "Ja, ik kom")
    await settled(noor, "2")
    await noor.types("/mijnbijeenkomsten")
    await newest(noor, "Je bent aangemeld, met 2")


STEPS = (
    plan, add_places, publish_and_invite, make_a_poster, sign_up, stand_in_line,
    pass_a_seat_on, change_the_time, move, join_the_evening,
)  # fmt: skip
