"""A world with coordinators who write to many, and people who want news, or do not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from storage import announcements, meetings, people, settings, surveys
from storage.announcements import Announcement
from storage.meetings import Meeting, MeetingFacts
from storage.people import Consent, Purpose
from storage.surveys import Kind, Question, SurveyFacts
from tests.flows.meeting_house import bare
from tests.flows.whole import gets_role, rows, whole_world
from tests.phone import Phone, World

UTRECHT, ZWOLLE = "GM0344", "GM0193"
SHORTEST = ("/announce", "News", "Everybody", "Zaterdag is de tuin open.", "done", "skip")
"""News for everybody, at once, with nothing else."""
ADD = "change or add something"
WHEN = (ADD, "when")


def make_world(**limits: Any) -> World:
    """Monday 1 March 2027, noon; `limits` are those of the settings."""
    world: World = whole_world()
    world.run(settings.put, "username", "buurtbot")
    world.run(settings.put, "announcements", {"second_person_above": 250, **limits})
    return world


def writer(world: World, name: str = "fatima", language: str = "en") -> Phone:
    """The phone of a coordinator."""
    phone = world.phone(name, language)
    phone.types("/start")
    gets_role(phone, "coordinator")
    world.run(people.change, phone.person.id, name=name.title())
    return phone


def readers(
    world: World, count: int, *, news: bool = True, purpose: Purpose = Purpose.NEWS, **facts: Any
) -> list[int]:
    """So many members, with or without their consent to this; their numbers."""
    made = []
    for _each in range(count):
        number = next(world.numbers)
        one = world.run(people.arrive, f"telegram:reader {number}", "nl", world.now)
        told = {"name": f"Reader {number}", "municipality": UTRECHT, **facts}
        world.run(people.join, one.id, world.now, told)
        if news:
            said = Consent(purpose, True, "test-1", "nl", "chat", world.now)
            world.run(people.record_consent, one.id, said)
        made.append(one.id)
    return made


def plan(world: World, key: str = "walk", **known: Any) -> Meeting:
    """A walk of two hours on Wednesday 10 March, half past seven in the evening."""
    start = datetime.fromisoformat("2027-03-10T19:30")
    facts = {"title": "A walk", "start": start, "end": start + timedelta(hours=2), **known}
    made: Meeting = world.run(meetings.put, MeetingFacts(key=key, **facts), world.now)
    return made


def put_survey(world: World, key: str = "learning") -> int:
    """A survey of one question, open until 31 March; its number."""
    closes = datetime.fromisoformat("2027-03-31T19:00+00:00")
    asked = Question("why", Kind.OPEN, {"nl": "Waarom?", "en": "Why?"}, {})
    facts = SurveyFacts(key, {"nl": "Leren", "en": "Learning"}, {}, {}, None, closes, [asked])
    return int(world.run(surveys.put, facts, world.now))


def say(phone: Phone, *steps: str) -> list[str]:
    """What came of the last of these steps, without marks; one that begins with ! is a press."""
    said: list[str] = []
    for step in steps:
        said = bare(phone.presses(step[1:]) if step.startswith("!") else phone.types(step))
    return said


def every(world: World) -> list[Announcement]:
    """All announcements, the oldest first."""
    numbers = sorted(row["id"] for row in rows(world, "announcements"))
    found = (world.run(announcements.find, number) for number in numbers)
    return [one for one in found if one is not None]


def the_only(world: World) -> Any:
    [one] = every(world)
    return one
