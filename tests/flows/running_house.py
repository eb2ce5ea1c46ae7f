"""The whole bot, a coordinator, and meetings with people in them to be run."""

from datetime import datetime, timedelta
from typing import Any

from storage import meetings, planning, rsvps, settings
from storage.meetings import Kind, Meeting, MeetingFacts
from storage.rsvps import Party
from tests.flows.meeting_house import bare, member, plan
from tests.flows.whole import gets_role, rows, whole_world
from tests.phone import Phone, World

REFUSED = "You cannot run this meeting. Its host and the coordinators can."


def make_world() -> World:
    world: World = whole_world()
    world.run(settings.put, "username", "wijkbot")
    return world


def coordinator(world: World, name: str = "boss") -> Phone:
    phone = member(world, name)
    gets_role(phone, "coordinator")
    return phone


def host_of(world: World, meeting: Meeting, name: str = "hans") -> Phone:
    phone = member(world, name)
    world.run(planning.edit, meeting.id, None, world.now, quiet=True, host=phone.person.id)
    return phone


def comes(world: World, meeting: Meeting, name: str, seats: int = 1) -> Phone:
    """Somebody who signs up, or lines up if it is full."""
    phone = member(world, name)
    world.run(rsvps.claim, meeting.id, Party(phone.person.id, seats), world.now)
    return phone


def may_come(world: World, meeting: Meeting, name: str) -> Phone:
    phone = member(world, name)
    world.run(rsvps.maybe, meeting.id, phone.person.id, world.now)
    return phone


def a_day(world: World, *places: str, **known: Any) -> tuple[Meeting, list[Meeting]]:
    """A day three weeks ahead with these places, of three seats each unless said otherwise."""
    start = datetime.fromisoformat("2027-03-22T10:00")
    facts: dict[str, Any] = {"key": None, "start": start, "end": start + timedelta(hours=6)}
    day = world.run(
        planning.make, MeetingFacts(title="Day", kind=Kind.DAY, **facts), None, world.now
    )
    facts |= {"kind": Kind.PLACE, "day": day.id, "capacity": 3, **known}
    made = [
        world.run(planning.make, MeetingFacts(title=place, **facts), None, world.now)
        for place in places
    ]
    return day, made


def found(world: World, meeting: Meeting) -> Meeting:
    """The meeting as it is by now."""
    now: Meeting = world.run(meetings.find, meeting.id)
    return now


def audited(world: World) -> list[str]:
    return [row["action"] for row in rows(world, "audit")]


def opens(phone: Phone, meeting: Meeting) -> str:
    """The card by which it is run."""
    return bare(phone.sends(f"f:manage_meeting:{meeting.id}"))[-1]


def sends(phone: Phone, flow: str, *arguments: object) -> list[str]:
    """Start a flow as its button does, shown or not."""
    return bare(phone.sends(":".join(["f", flow, *map(str, arguments)])))


def hears(phone: Phone) -> list[str]:
    return bare(phone.hears())


__all__ = ["bare", "member", "plan", "rows"]
