"""A world with a meeting that a host runs, and people who come to it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from storage import meetings, people, planned, rsvps, settings, tables
from storage.meetings import Meeting, MeetingFacts
from storage.rsvps import Party, Seated
from tests.flows.whole import whole_world
from tests.phone import Phone, World


def make_world() -> World:
    """Monday 1 March 2027, noon; the bot knows its name."""
    world: World = whole_world()
    world.run(settings.put, "username", "buurtbot")
    return world


def somebody(world: World, name: str) -> Phone:
    """The phone of a visitor; their messages so far are read."""
    phone = world.phone(name)
    phone.types("/start")
    return phone


def coordinator(world: World) -> Phone:
    phone = somebody(world, "coordinator")
    world.run(people.change, phone.person.id, role=people.Role.COORDINATOR)
    return phone


def plan(world: World, key: str = "walk", *, host: Phone | None = None, **known: Any) -> Meeting:
    """A walk of two hours on Wednesday 10 March, half past seven in the evening."""
    start = datetime.fromisoformat("2027-03-10T19:30")
    facts = {"title": "A walk", "start": start, "end": start + timedelta(hours=2),
             "place": "De Werf", **known}  # fmt: skip
    made: Meeting = world.run(meetings.put, MeetingFacts(key=key, **facts), world.now)
    if host is not None:
        table = tables.meetings
        hosted = update(table).where(table.c.id == made.id).values(host=host.person.id)
        world.run(lambda tx: tx.execute(hosted).rowcount)
    return made


def comes(phone: Phone, meeting: Meeting, seats: int = 1, name: str = "") -> Phone:
    party = Party(phone.person.id, seats, name or "Noor")
    assert phone.world.run(rsvps.claim, meeting.id, party, phone.world.now) == Seated(seats)
    return phone


def go_to(world: World, moment: datetime) -> None:
    """Everything that is planned until then happens on the way."""
    world.tick()
    while world.now < moment:
        due = world.run(planned.next_event, world.now) or moment
        world.now = min(due, moment)
        world.tick()


def code_of(phone: Phone, meeting: Meeting) -> str:
    """The code in the link of the picture they got."""
    phone.sends(f"f:my_code:{meeting.id}")
    message = phone.last.message
    assert message is not None
    assert message.attachment is not None
    link: str = message.attachment.arguments["link"]
    return link.partition("?start=door-")[2]
