"""A world in which coordinators tell news, and people who are kept informed of it or not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from storage import announcements, gate, people, sendings, settings, tables
from storage.people import Consent, Purpose
from tests.flows.whole import whole_world
from tests.phone import Phone, World

UTRECHT = "GM0344"
ZEIST = "GM0355"


def news_world() -> World:
    """Monday 1 March 2027, noon; the bot knows its name."""
    world: World = whole_world()
    world.run(settings.put, "username", "buurtbot")
    return world


def visitor(world: World, name: str = "marja") -> Phone:
    """Somebody who said hello, and has read what the bot said."""
    phone = world.phone(name)
    phone.types("/start")
    return phone


def member(world: World, name: str = "noor", *, wants: bool = True, **told: Any) -> Phone:
    """Somebody who joined, in Utrecht if they say nothing else."""
    phone = visitor(world, name)
    facts = {"name": name.title(), "municipality": UTRECHT, **told}
    world.run(people.join, phone.person.id, world.now, facts)
    agrees(world, phone, "news", given=wants)
    return phone


def agrees(world: World, phone: Phone, purpose: str, *, given: bool = True) -> None:
    consent = Consent(purpose, given, f"{purpose}-1", "en", "chat", world.now)
    world.run(people.record_consent, phone.person.id, consent)


def coordinator(world: World, name: str = "cora") -> Phone:
    phone = member(world, name, wants=False)
    world.run(people.change, phone.person.id, role=people.Role.COORDINATOR)
    return phone


def said_in(**texts: str) -> dict[str, Any]:
    """The texts of an announcement: `said_in(nl="...", en="...")`."""
    return {language: {"text": text, "rich": False} for language, text in texts.items()}


def writes(world: World, by: Phone, text: str = "The garden opens.", **known: Any) -> int:
    """An announcement that is planned; `content` adds to what it says."""
    content = {"texts": said_in(en=text), "attachment": None, "buttons": [], "topics": [],
               "municipality": None, **known.pop("content", {})}  # fmt: skip
    facts: dict[str, Any] = {
        "audience": {"only": [], "but": []}, "purpose": "news", "meeting": None, "minutes": None,
        "useful_until": None, "late_until": None, "is_news": True, "paid": False, **known,
    }  # fmt: skip

    maker = by.person.id

    def unit(tx: Any) -> int:
        number = announcements.new(tx, maker, world.now)
        assert announcements.write(tx, number, content=content, now=world.now, **facts)
        assert announcements.plan(tx, number, world.now, maker, world.now)
        return number

    number: int = world.run(unit)
    return number


def tells(world: World, by: Phone, text: str = "The garden opens.", **known: Any) -> int:
    """An announcement that has begun."""
    to: Sequence[Phone] = known.pop("to", ())
    number = writes(world, by, text, **known)
    readers = [phone.person.id for phone in to]

    def unit(tx: Any) -> None:
        found = announcements.find(tx, number)
        assert found is not None
        sending = sendings.begin(tx, found, world.now)
        for person in readers:
            row = {"sending": sending.id, "person": person, "language": "en"}
            tx.execute(insert(tables.recipients), {**row, "state": "sent"})

    world.run(unit)
    return number


def keeps_back(world: World, phone: Phone, announcement: int) -> Any:
    """What the gate decides about a news item to somebody, as when it is claimed."""
    asked = [(phone.person.id, f"announcement:{announcement}:{phone.person.id}")]
    return world.run(gate.decide_many, Purpose.NEWS, asked, world.now)[0]


def goes_weekly(world: World, phone: Phone) -> Phone:
    world.run(people.change, phone.person.id, digest=True)
    return phone


def friday(world: World) -> None:
    """Friday 5 March, a minute past ten in the morning: the overview comes."""
    world.tick()
    world.now = world.now.replace(hour=9, minute=1) + timedelta(days=(4 - world.now.weekday()) % 7)
    world.tick()
