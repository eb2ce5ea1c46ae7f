"""The whole bot, coordinators, people who want news, and announcements that go out to them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from handlers import announcement_sending
from storage import announcements, people, sendings, settings, tables
from storage.announcements import Announcement, State
from storage.people import Consent, Purpose
from storage.sendings import Sending
from storage.transaction import Tx
from tests.flows.meeting_house import bare
from tests.flows.whole import rows, whole_world
from tests.phone import Phone, World


def make_world() -> World:
    """Monday 1 March 2027, noon; the bot speaks English and Dutch."""
    world: World = whole_world()
    kept = {"name": "Wijkwerk", "languages": ["en", "nl"]}
    world.run(settings.put, "platform", kept)
    return world


def wants_news(world: World, name: str, purpose: Purpose = Purpose.NEWS) -> Phone:
    """Somebody who wants to be told; their messages so far are read."""
    phone = world.phone(name)
    phone.types("/start")
    agrees(phone, purpose)
    phone.hears()
    return phone


def agrees(phone: Phone, purpose: Purpose = Purpose.NEWS, *, given: bool = True) -> None:
    consent = Consent(purpose, given, "1", "en", "test", phone.world.now)
    phone.world.run(people.record_consent, phone.person.id, consent)


def crowd(world: World, count: int) -> list[Phone]:
    return [wants_news(world, f"reader {number}") for number in range(count)]


def many(world: World, count: int) -> None:
    """So many people who want news and have no phone in this test."""

    def arrive(tx: Tx) -> None:
        for number in range(count):
            one = people.arrive(tx, f"telegram:many {number}", "en", world.now)
            people.record_consent(
                tx, one.id, Consent(Purpose.NEWS, True, "1", "en", "test", world.now)
            )

    world.run(arrive)


def content(text: str = "Summer is coming!", **more: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "texts": {"en": {"text": text, "rich": False}},
        "attachment": None,
        "buttons": [],
    }
    return {**said, "topics": [], "municipality": None, **more}


EVERYBODY: Mapping[str, Any] = {"only": [], "but": []}


def drafted(by: Phone, said: Mapping[str, Any] | None = None, **known: Any) -> int:
    """A draft that says something already."""
    world = by.world
    made: int = world.run(announcements.new, by.person.id, world.now)
    rewritten(by, made, said, **known)
    return made


def rewritten(by: Phone, made: int, said: Mapping[str, Any] | None = None, **known: Any) -> None:
    """What a draft says from now on."""
    world = by.world
    facts = {
        "content": said or content(), "audience": EVERYBODY, "purpose": "news", "meeting": None,
        "minutes": None, "useful_until": None, "late_until": None, "is_news": False,
        "paid": False, **known,
    }  # fmt: skip
    assert world.run(announcements.write, made, now=world.now, **facts)


def planned(
    by: Phone, said: Mapping[str, Any] | None = None, *, seconds: float = 60, **known: Any
) -> int:
    """One that begins so many seconds from now."""
    made, world = drafted(by, said, **known), by.world
    due = None if known.get("minutes") is not None else world.now + timedelta(seconds=seconds)
    assert world.run(announcements.plan, made, due, by.person.id, world.now)
    return made


def asked(by: Phone, said: Mapping[str, Any] | None = None, **known: Any) -> int:
    """One that waits for a colleague."""
    made = drafted(by, said, **known)
    assert by.world.run(announcements.ask, made, by.world.now)
    return made


def found(world: World, announcement: int) -> Announcement:
    one: Announcement | None = world.run(announcements.find, announcement)
    assert one is not None
    return one


def state(world: World, announcement: int) -> str:
    return State(found(world, announcement).state)


def runs(world: World, announcement: int) -> list[Sending]:
    """All its sendings; the sums of each are right."""
    every: list[Sending] = world.run(sendings.of, announcement)
    for one in every:
        mine = [row for row in rows(world, "recipients") if row["sending"] == one.id]
        assert len(mine) == one.total
    return every


def first(world: World, announcement: int) -> Sending:
    return runs(world, announcement)[0]


def begins(world: World, minutes: float = 1.1) -> None:
    """It begins and messages are promised; none of them has left yet."""
    world.now += timedelta(minutes=minutes)
    while world.run(announcement_sending.go_on.run, world.now):
        pass


def goes_out(world: World, minutes: float = 1.1) -> None:
    """Time passes until what is planned for now has begun, gone, and was told of."""
    world.pass_time(minutes=minutes)
    for _again in range(3):
        world.pass_time(seconds=6)


def fails(
    world: World, phone: Phone, state_: str = "refused", error: str | None = "refused"
) -> None:
    """What waits for this phone came to nothing."""
    table = tables.outbox
    lost = update(table).where(table.c.chat == phone.chat, table.c.state == "waiting")
    world.run(lambda tx: tx.execute(lost.values(state=state_, error=error)).rowcount)


def hears(phone: Phone) -> list[str]:
    return bare(phone.hears())


def sends(phone: Phone, flow: str, *arguments: object) -> list[str]:
    """Start a flow as its button does, shown or not."""
    return bare(phone.sends(":".join(["f", flow, *map(str, arguments)])))


def audited(world: World) -> list[str]:
    return [row["action"] for row in rows(world, "audit")]
