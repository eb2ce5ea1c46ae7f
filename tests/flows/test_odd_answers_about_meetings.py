"""Every question of the flows of meetings, answered with what is no answer: none fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest

import handlers
from bot.dialogue.flow import entry
from bot.dialogue.messages import Kind
from storage import attendance, people, planning, rsvps
from storage.meetings import Status
from storage.rsvps import Party
from tests.flows.explorer import Explorer, Frozen, Question, deletes, facts, thawed
from tests.flows.meeting_house import member, plan, plan_day
from tests.flows.running_house import coordinator, make_world
from tests.flows.whole import rows
from tests.phone import Phone, World
from tests.whole.hostile import TEXTS

LATER = timedelta(days=3)
OLD = "a:1z:sure:yes"
ODD: dict[str, Callable[[Phone], object]] = {
    "sticker": lambda phone: phone.shares(Kind.STICKER),
    "location": lambda phone: phone.shares(Kind.LOCATION, latitude=-90.0, longitude=180.0),
    "an old button": lambda phone: phone.sends(OLD),
    "NUL": lambda phone: phone.types("\0\0"),
    "long": lambda phone: phone.types(TEXTS["families"]),
    "markup": lambda phone: phone.types(TEXTS["long markup"]),
    "/manage": lambda phone: phone.types("/manage"),
    "/help": lambda phone: phone.types("/help"),
    "back": lambda phone: phone.types("back"),
    "0": lambda phone: phone.types("0"),
}
TO_OPEN = ODD | {
    "photo": lambda phone: phone.shares(Kind.PHOTO, file="f", caption=TEXTS["families"][:500]),
    "document": lambda phone: phone.shares(Kind.DOCUMENT, file="f"),
    "voice": lambda phone: phone.shares(Kind.VOICE, file="f"),
    "contact": lambda phone: phone.shares(Kind.CONTACT, phone="+31600000000", own=False),
    "lines": lambda phone: phone.types(TEXTS["lines"]),
    "controls": lambda phone: phone.types(TEXTS["controls"]),
    "/nonsense": lambda phone: phone.types("/nonsense"),
    "stop": lambda phone: phone.types("stop"),
}


def cancels_all(world: World) -> None:
    for row in rows(world, "meetings"):
        if row["status"] != Status.CANCELLED:
            world.run(planning.cancel, row["id"], None, world.now, why="Ill")


def deletes_all(world: World) -> None:
    """As nobody does but by hand."""
    for row in rows(world, "meetings"):
        deletes(world, row["id"])


def moves_all(world: World) -> None:
    start = datetime.fromisoformat("2027-05-01T12:00")
    for row in rows(world, "meetings"):
        new = {"start": start, "title": "Another", "capacity": None, "audience": "members"}
        world.run(planning.edit, row["id"], None, world.now, **new)


OF_RESIDENTS = {
    "rsvp", "needs", "someone", "places", "place_near", "move", "afterwards", "take_home",
    "my_feed", "find_managed",
}  # fmt: skip
TICKS = "☐☑"
"""What is ticked changes its own button, and says nothing."""
REFUSING = ("You cannot", "for coordinators")


def crowded(world: World) -> Phone:
    """Meetings to come, at the door, over, cancelled and a draft; a coordinator is in all."""
    boss = coordinator(world)
    noor = member(world, "noor")
    walk = plan(world, "walk", capacity=2, place="Lane 1", link="https://meet.example.org")
    door = plan(world, "door", days=-0.25, place="Hall", capacity=3)
    over = plan(world, "over", days=5, place="Hall")
    plan(world, "draft", status=Status.DRAFT)
    _day, places = plan_day(world, places=2, capacity=2)
    for meeting in (walk, door, over, places[0]):
        for phone in (boss, noor):
            world.run(rsvps.claim, meeting.id, Party(phone.person.id, 1), world.now)
    world.run(rsvps.claim, walk.id, Party(member(world, "late").person.id, 2), world.now)
    world.run(rsvps.add_without_phone, door.id, "Piet", boss.person.id, world.now)
    world.now += timedelta(minutes=30)
    world.run(
        planning.edit, over.id, None, world.now, start=datetime.fromisoformat("2027-02-27T10:00")
    )
    for guest in world.run(attendance.guests, over.id, limit=9):
        world.run(attendance.check_in, guest.id, 1, boss.person.id, world.now)
    return boss


def starts(world: World) -> list[str]:
    """A button for each flow of meetings and each meeting, and for what one gets to from there."""
    meetings = [row["id"] for row in rows(world, "meetings")]
    guests = [row["id"] for row in rows(world, "rsvps")][-3:]
    persons = [row["id"] for row in rows(world, "people")][-2:]
    found = ["f:new_meeting", "f:new_day", "f:find_managed", "f:my_feed:new"]
    for flow in handlers.FLOWS:
        match list(flow.parameters):
            case ["meeting_id" | "day_id"] | ["meeting_id" | "day_id", _] if flow.title:
                found += [entry(flow.name, one) for one in meetings]
            case ["meeting_id", "answer" | "page" | "worth", *_] | ["day_id", "way", *_]:
                found += [entry(flow.name, one) for one in meetings]
            case ["rsvp_id", *_]:
                found += [entry(flow.name, one) for one in guests]
            case ["meeting_id", "rsvp_id"]:
                found += [entry(flow.name, one, guest) for one in meetings for guest in guests]
            case ["meeting_id", "person_id"]:
                found += [entry(flow.name, one, person) for one in meetings for person in persons]
    found += [entry("places", one, way) for one in meetings for way in ("name", "in")]
    return found


@dataclass
class Met:
    """A coordinator, every question that was met, and every button that asks one."""

    boss: Phone
    questions: list[Frozen]

    def each(self) -> Iterator[tuple[Question, Callable[[], None]]]:
        """Each question, open; the second lets all be as it was then."""
        for was in self.questions:
            assert was.asked is not None
            thawed(self.boss, was)
            yield was.asked, partial(thawed, self.boss, was)


@pytest.fixture(scope="module")
def met() -> Met:
    boss = crowded(make_world())
    explorer = Explorer(boss)
    found = [one for data in starts(boss.world) for one in explorer.questions(data)]
    assert len(found) > 70
    return Met(boss, found)


def answered(phone: Phone, asked: Question) -> Iterator[list[str]]:
    """What comes of some answers, wrong or right."""
    for label, data in asked.options[:3]:
        heard = phone.sends(data)
        yield heard or [label] if label[0] in TICKS else heard
    for text in () if asked.options else ("5", "Noor", "20 April 2027 19:30", "skip"):
        yield phone.types(text)


@pytest.mark.timeout(200)
def test_no_odd_answer_to_a_question_about_a_meeting_fails(met):
    for asked, again in met.each():
        for name, does in (ODD if asked.options else TO_OPEN).items():
            again()
            assert does(met.boss) or met.boss.toast, (asked, name)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("what", [cancels_all, deletes_all, moves_all, LATER])
def test_no_answer_fails_when_the_meeting_is_another_by_then(met, what):
    for asked, again in met.each():
        if isinstance(what, timedelta):
            met.boss.world.now += what
        else:
            what(met.boss.world)
        for heard in answered(met.boss, asked):
            assert heard or met.boss.toast, asked
        again()


@pytest.mark.timeout(200)
def test_whoever_lost_the_right_meanwhile_changes_and_sees_nothing(met):
    boss, refused = met.boss, Counter[bool]()
    for asked, _again in met.each():
        if asked.flow in OF_RESIDENTS:
            continue
        boss.world.run(people.change, boss.person.id, role="none")
        before = facts(boss.world)
        heard = [text for texts in answered(boss, asked) for text in texts]
        assert facts(boss.world) == before, asked
        shown = "".join([*heard, *(label for one in boss.screen()[-2:] for label in one.labels)])
        assert "A draft" not in shown, asked
        refused[any(word in shown for word in REFUSING)] += 1
    assert refused == {True: refused[True]}, refused
