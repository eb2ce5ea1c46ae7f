"""Nobody learns of a draft, or of another person, by pressing what was never shown to them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

import handlers
from bot.dialogue.flow import Flow, entry
from storage import attendance, feedback, planning, rsvps
from storage.feedback import Worth
from storage.meetings import Kind, Status
from storage.rsvps import Party
from tests.flows.explorer import question, undone
from tests.flows.meeting_house import member, plan
from tests.flows.running_house import make_world
from tests.flows.whole import rows
from tests.phone import Phone, World

SECRET = "Zwartekat"
"""In everything of a draft, and in all that people say of themselves."""
NUMBERED = {"meeting_id", "day_id", "rsvp_id", "person_id", "left_place"}
SAID = ("", "yes", "no", "line", "name", "0344", "places", "52,5", "very")


def secretive() -> World:
    """A meeting that is seen, with a guest who shows nothing; a draft, a later one, and a day."""
    world = make_world()
    hidden: dict[str, Any] = {
        "title": f"{SECRET} feast", "place": f"{SECRET} lane", "text": SECRET * 3,
        "accessibility": SECRET, "host_name": SECRET, "link": f"https://meet.example.org/{SECRET}",
    }  # fmt: skip
    walk = plan(world, "walk", days=0.1, capacity=2, link=hidden["link"])
    plan(world, "draft", status=Status.DRAFT, **hidden)
    later = plan(world, "later", status=Status.DRAFT, **hidden)
    world.run(planning.publish, later.id, None, world.now, later.starts)
    day = plan(world, "day", kind=Kind.DAY, status=Status.DRAFT, **hidden)
    plan(world, "place", kind=Kind.PLACE, day=day.id, status=Status.DRAFT, **hidden)
    guest = member(world, SECRET)
    world.run(rsvps.claim, walk.id, Party(guest.person.id, 1), world.now)
    world.run(rsvps.set_needs, walk.id, guest.person.id, ["wheelchair"], SECRET)
    world.run(rsvps.add_without_phone, walk.id, SECRET, guest.person.id, world.now)
    world.run(rsvps.claim, walk.id, Party(member(world, f"{SECRET}2").person.id, 1), world.now)
    world.run(attendance.door_code, walk.id, guest.person.id)
    world.run(feedback.answer, walk.id, guest.person.id, Worth.VERY, world.now)
    world.run(feedback.say, walk.id, guest.person.id, SECRET, world.now)
    return world


def presses(world: World, flow: Flow) -> Iterator[str]:
    """Buttons that start a flow with all kinds of numbers and words."""
    meetings = [row["id"] for row in rows(world, "meetings")]
    others = {
        "rsvp_id": [row["id"] for row in rows(world, "rsvps")],
        "person_id": [row["id"] for row in rows(world, "people")],
    }
    given = []
    for name, kind in list(flow.parameters.items())[:2]:
        if name in NUMBERED:
            given.append([str(one) for one in others.get(name, meetings)])
        else:
            given.append(["1", "99"] if kind is int else list(SAID))
    for arguments in product(*given):
        yield entry(flow.name, *arguments)


def concerned() -> list[Flow]:
    """The flows that take the number of a meeting, a sign-up or a person."""
    return [flow for flow in handlers.FLOWS if flow.parameters.keys() & NUMBERED]


@pytest.fixture(scope="module", params=["a stranger", "somebody who comes"])
def noor(request: pytest.FixtureRequest) -> Phone:
    world = secretive()
    phone = member(world, "noor")
    walk = next(row["id"] for row in rows(world, "meetings") if row["key"] == "walk")
    if request.param == "somebody who comes":
        world.run(planning.edit, walk, None, world.now, capacity=9)
        world.run(rsvps.claim, walk, Party(phone.person.id, 1), world.now)
    return phone


def seen(phone: Phone) -> str:
    """All that is on the screen, and on the buttons."""
    shown = phone.screen()
    return "".join([*(one.text for one in shown), *(la for one in shown for la in one.labels)])


@pytest.mark.parametrize("flow", concerned(), ids=lambda flow: flow.name)
def test_a_button_that_was_never_shown_tells_nothing(noor, flow):
    for data in presses(noor.world, flow):
        with undone(noor):
            assert noor.sends(data) or noor.toast, data
            for typed in ("yes", "1", "Noor"):
                if question(noor) is None:
                    break
                noor.types(typed)
            assert SECRET not in seen(noor), data
