"""A world with the flows of meetings in it, and a few meetings."""

from datetime import datetime, timedelta
from typing import Any

from bot.dialogue.flow import flow
from bot.dialogue.talk import Talk
from handlers import calendars, company, my_meetings, places, reminders, rsvp, signed_up, waiting
from handlers import meetings as meeting_flows
from storage import Tx, meetings, people, rsvps
from storage.meetings import Kind, Meeting, MeetingFacts
from tests.phone import Phone, World


@flow("home", title="the menu", command="/start", words="menu")
def home(talk: Talk, tx: Tx) -> None:
    talk.say("HOME")


@flow("ask", title="asking", command="/ask")
def ask(talk: Talk, tx: Tx) -> None:
    talk.say("ASK")


@flow("join", title="joining", command="/join")
def join(talk: Talk, tx: Tx, next: str = "") -> None:
    talk.say(f"JOIN {next}")


def make_world() -> World:
    """Monday 1 March 2027, noon; nothing is planned yet."""
    return World(
        [
            home, ask, join, calendars.one, reminders.switch,
            meeting_flows.upcoming, meeting_flows.whole, my_meetings.mine, my_meetings.declined,
            rsvp.rsvp, signed_up.signed_up, signed_up.needs, waiting.stand, waiting.offer,
            places.day, places.find, places.near, places.move,
            company.attendees, company.show_name, company.someone, company.someone_off,
        ],
        ticks=[reminders.plan, reminders.promise, waiting.settle],
        renderers=[
            reminders.write, waiting.write_offer, waiting.write_moved_up, waiting.write_expired,
        ],
        makers=[calendars.one_file],
    )  # fmt: skip


def plan(world: World, key: str = "walk", *, days: float = 14, **known: Any) -> Meeting:
    """A meeting at half past seven in the evening, so many days after 1 March 2027."""
    start = datetime.fromisoformat("2027-03-01T19:30") + timedelta(days=days)
    planned = {"title": f"A {key}", "start": start, "end": start + timedelta(hours=1.5), **known}
    made: Meeting = world.run(meetings.put, MeetingFacts(key=key, **planned), world.now)
    return made


def plan_day(world: World, places: int = 3, **known: Any) -> tuple[Meeting, list[Meeting]]:
    """A day 20 days ahead with so many places, each further to the east, and a supper."""
    start = datetime.fromisoformat("2027-03-20T10:00")
    day = plan_at(world, "day", start, title="Day of the street", kind=Kind.DAY, text="See it all.")
    known = {"capacity": 3, "latitude": 52.09, **known}
    made = [
        plan_at(
            world, f"place {number}", start, title=f"Garden {chr(64 + number)}", kind=Kind.PLACE,
            day=day.id, place=f"Lane {number}", longitude=5 + number / 10, **known,
        )
        for number in range(1, places + 1)
    ]  # fmt: skip
    evening = start.replace(hour=18)
    plan_at(world, "supper", evening, title="Supper", kind=Kind.PART, day=day.id, place="Hall")
    return day, made


def plan_at(world: World, key: str, start: datetime, **known: Any) -> Meeting:
    """A meeting of six hours."""
    facts = MeetingFacts(key=key, start=start, end=start + timedelta(hours=6), **known)
    made: Meeting = world.run(meetings.put, facts, world.now)
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
