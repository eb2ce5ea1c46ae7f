"""A world with the flows of meetings in it, and a few meetings."""

from datetime import datetime, timedelta
from typing import Any

from bot.dialogue.flow import flow
from bot.dialogue.talk import Talk
from handlers import meetings as meeting_flows
from handlers import reminders, rsvp
from storage import Tx, meetings, people, rsvps
from storage.meetings import Meeting, MeetingFacts
from tests.phone import Phone, World


@flow("home", title="the menu", command="/start", words="menu")
def home(talk: Talk, tx: Tx) -> None:
    talk.say("HOME")


@flow("ask", title="asking", command="/ask")
def ask(talk: Talk, tx: Tx) -> None:
    talk.say("ASK")


def make_world() -> World:
    """Monday 1 March 2027, noon; nothing is planned yet."""
    flows = [meeting_flows.upcoming, meeting_flows.whole, meeting_flows.mine]
    return World(
        [home, ask, *flows, rsvp.rsvp, reminders.switch],
        ticks=[reminders.promise],
        renderers=[reminders.write],
    )


def plan(world: World, key: str = "walk", *, days: float = 14, **known: Any) -> Meeting:
    """A meeting at half past seven in the evening, so many days after 1 March 2027."""
    start = datetime.fromisoformat("2027-03-01T19:30") + timedelta(days=days)
    planned = {"title": f"A {key}", "start": start, "end": start + timedelta(hours=1.5), **known}
    made: Meeting = world.run(meetings.put, MeetingFacts(key=key, **planned), world.now)
    return made


def member(world: World, name: str = "noor") -> Phone:
    """The phone of somebody who joined; their messages so far are read."""
    phone = world.phone(name)
    phone.types("/start")
    world.run(people.join, phone.person.id, world.now, {"name": name.title()})
    return phone


def fill(world: World, meeting: Meeting, seats: int) -> None:
    """Others take so many seats."""
    for number in range(seats):
        other = world.run(people.arrive, f"telegram:other {number}", "nl", world.now)
        outcome = world.run(rsvps.claim, meeting.id, rsvps.Party(other.id, 1), world.now)
        assert outcome == rsvps.Seated(1)


def bare(texts: list[str]) -> list[str]:
    """The texts without the marks that keep what people typed apart."""
    return [text.replace("\u2068", "").replace("\u2069", "") for text in texts]
