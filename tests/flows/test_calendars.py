"""Meetings in people's own calendars, as the files that arrive and the address to follow."""

import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest

from handlers import calendars, rsvp, signed_up
from handlers import meetings as meeting_flows
from storage import feeds, people, rsvps, settings
from storage.meetings import Kind, Status
from storage.rsvps import Party
from tests.flows.meeting_house import bare, home, plan
from tests.phone import Phone, World

PLATFORM = {"name": "Ons platform", "privacy_contact": "info@example.org"}


@pytest.fixture
def world() -> World:
    made = World(
        [home, calendars.one, calendars.mine, calendars.my_feed, rsvp.rsvp, signed_up.signed_up,
         meeting_flows.upcoming, meeting_flows.whole],
        makers=[calendars.one_file, calendars.my_file, calendars.followed],
    )  # fmt: skip
    made.run(settings.put, "username", "buurtbot")
    made.run(settings.put, "platform", PLATFORM)
    return made


@pytest.fixture
def noor(world: World) -> Phone:
    phone = world.phone()
    phone.types("/start")
    return phone


def comes(phone: Phone, meeting: int, seats: int = 1) -> None:
    phone.world.run(rsvps.claim, meeting, Party(phone.person.id, seats), phone.world.now)


def events(data: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def method(data: bytes) -> str:
    return str(icalendar.Calendar.from_ical(data).get("METHOD", ""))


def followed(world: World, token: str) -> bytes:
    made = world.run(calendars.followed.run, {"token": token, "now": world.now.isoformat()})
    assert isinstance(made, bytes)
    return made


def test_one_meeting_as_a_file(world: World, noor: Phone) -> None:
    walk = plan(world, text="Bring boots.", place="Beatrixlaan 12", accessibility="No steps.")
    comes(noor, walk.id, 3)
    said = bare(noor.sends(f"f:calendar:{walk.id}"))
    assert said == ["Open this file. Then A walk is in your calendar."]
    data = noor.receives()
    [event] = events(data)
    assert method(data) == "PUBLISH"
    assert event["UID"] == f"{walk.uid}@buurtbot"
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event["SUMMARY"] == "A walk"
    assert event["LOCATION"] == "Beatrixlaan 12"
    assert event["DTSTART"].dt == walk.starts
    assert event["URL"] == f"https://t.me/buurtbot?start=meeting-{walk.id}"
    assert event["ORGANIZER"] == "mailto:info@example.org"
    assert event["DESCRIPTION"] == (
        "Bring boots.\n\nNo steps.\n\n"
        f"Change or sign off: https://t.me/buurtbot?start=meeting-{walk.id}"
    )


def test_a_changed_meeting_replaces_the_entry(world: World, noor: Phone) -> None:
    walk = plan(world)
    comes(noor, walk.id)
    noor.sends(f"f:calendar:{walk.id}")
    [before] = events(noor.receives())
    world.now += timedelta(hours=1)
    plan(world, days=15)
    noor.sends(f"f:calendar:{walk.id}")
    [after] = events(noor.receives())
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["DTSTAMP"].dt == world.now > before["DTSTAMP"].dt
    assert after["LAST-MODIFIED"].dt == world.now
    assert after["DTSTART"].dt == before["DTSTART"].dt + timedelta(days=1)


def test_a_file_shows_the_meeting_as_it_is_when_it_is_sent(world: World, noor: Phone) -> None:
    walk = plan(world)
    noor.sends(f"f:calendar:{walk.id}")
    plan(world, status=Status.CANCELLED)
    data = noor.receives()
    assert method(data) == "CANCEL"
    assert [(event["SEQUENCE"], event["STATUS"]) for event in events(data)] == [(1, "CANCELLED")]


@pytest.mark.parametrize("off", ["cancelled", "signed off"])
def test_what_is_off_goes_out_of_the_calendar(world: World, noor: Phone, off: str) -> None:
    walk = plan(world)
    comes(noor, walk.id)
    if off == "cancelled":
        plan(world, status=Status.CANCELLED)
    else:
        world.run(rsvps.withdraw, walk.id, noor.person.id, world.now)
    said = bare(noor.sends(f"f:calendar:{walk.id}"))
    assert said == ["Open this file. Then A walk is out of your calendar."]
    assert method(noor.receives()) == "CANCEL"


def test_who_may_come_or_has_not_said_gets_it_in_pencil(world: World, noor: Phone) -> None:
    walk = plan(world)
    noor.sends(f"f:calendar:{walk.id}")
    assert [event["STATUS"] for event in events(noor.receives())] == ["TENTATIVE"]
    world.run(rsvps.maybe, walk.id, noor.person.id, world.now)
    noor.sends(f"f:calendar:{walk.id}")
    assert [event["STATUS"] for event in events(noor.receives())] == ["TENTATIVE"]


def test_a_draft_is_nobodys_but_its_makers(world: World, noor: Phone) -> None:
    walk = plan(world, status=Status.DRAFT)
    assert noor.sends(f"f:calendar:{walk.id}") == ["I do not know that meeting."]
    assert noor.sends("f:calendar:999") == ["I do not know that meeting."]
    world.run(people.change, noor.person.id, role="coordinator")
    assert noor.sends(f"f:calendar:{walk.id}") != ["I do not know that meeting."]


@pytest.mark.parametrize(
    ("minutes", "answer", "shown"),
    [(-31, "yes", False), (-30, "yes", True), (89, "yes", True), (90, "yes", False),
     (0, "maybe", False), (0, "", False)],
)  # fmt: skip
def test_the_link_is_in_no_file_before_it_is_open(
    world: World, noor: Phone, minutes: int, answer: str, shown: bool
) -> None:
    walk = plan(world, link="https://meet.example/secret")
    if answer == "yes":
        comes(noor, walk.id)
    elif answer:
        world.run(rsvps.maybe, walk.id, noor.person.id, world.now)
    token = world.run(feeds.make, noor.person.id, world.now)
    world.now = walk.starts + timedelta(minutes=minutes)
    noor.sends(f"f:calendar:{walk.id}")
    one = noor.receives()
    noor.types("/calendar")
    for data in (one, noor.receives(), followed(world, token)):
        for event in events(data):
            assert ("secret" in event["DESCRIPTION"]) is shown
            assert event["LOCATION"] == "Online"
            assert "secret" not in event["URL"] + event["LOCATION"]


def test_a_file_that_is_sent_late_still_has_no_link(world: World, noor: Phone) -> None:
    walk = plan(world, link="https://meet.example/secret")
    comes(noor, walk.id)
    noor.sends(f"f:calendar:{walk.id}")
    world.now = walk.starts
    assert b"secret" not in noor.receives()


def test_a_place_names_its_day(world: World, noor: Phone) -> None:
    day = plan(world, "day", title="Our day", kind=Kind.DAY)
    place = plan(world, "north", title="North", kind=Kind.PLACE, day=day.id)
    noor.sends(f"f:calendar:{place.id}")
    assert [event["SUMMARY"] for event in events(noor.receives())] == ["Our day: North"]


def test_all_of_mine_in_one_file(world: World, noor: Phone) -> None:
    made = [plan(world, key, days=nth) for nth, key in enumerate(("walk", "talk", "meal"), 2)]
    comes(noor, made[0].id)
    world.run(rsvps.maybe, made[1].id, noor.person.id, world.now)
    comes(noor, made[2].id)
    plan(world, "meal", days=4, status=Status.CANCELLED)
    assert noor.types("/calendar") == [
        "Open this file. Then all your meetings are in your calendar."
    ]
    data = noor.receives()
    assert method(data) == "PUBLISH"
    assert [(event["SUMMARY"], event["STATUS"]) for event in events(data)] == [
        ("A walk", "CONFIRMED"), ("A talk", "TENTATIVE"), ("A meal", "CANCELLED"),
    ]  # fmt: skip


def test_without_meetings_there_is_no_file(world: World, noor: Phone) -> None:
    assert noor.types("/calendar") == ["You are not signed up for a meeting."]
    assert "Make my address" not in noor.labels


@pytest.mark.parametrize(
    "text", ["=1+1", "\u202eevil", "a\r\nEND:VCALENDAR", "👨‍👩‍👧‍👦" * 60, "x" * 200]
)
def test_hostile_titles_stay_inside(world: World, noor: Phone, text: str) -> None:
    walk = plan(world, title=text, text=text * 10, place=text)
    noor.sends(f"f:calendar:{walk.id}")
    [event] = events(noor.receives())
    assert event["SUMMARY"] == " ".join(text.split())


# The address to follow.


def gets_address(world: World, phone: Phone, press: str = "Make my address") -> str:
    world.run(settings.put, "feed", "https://bot.example.org")
    phone.types("/calendar")
    said = phone.presses(press)
    if phone.labels and "Make a new one" in phone.last.labels:
        said = phone.presses("Make a new one")
    found = re.search(r"https://bot\.example\.org/calendar/([\w-]{32})\.ics", said[-1])
    assert found is not None
    return found[1]


def test_an_address_to_follow(world: World, noor: Phone) -> None:
    walk = plan(world)
    comes(noor, walk.id)
    token = gets_address(world, noor)
    assert [event["SUMMARY"] for event in events(followed(world, token))] == ["A walk"]
    assert followed(world, token + "x") == b""
    plan(world, title="A longer walk")
    assert [event["SUMMARY"] for event in events(followed(world, token))] == ["A longer walk"]


def test_a_new_address_ends_the_old_one_when_that_is_meant(world: World, noor: Phone) -> None:
    old = gets_address(world, noor)
    noor.types("/calendar")
    noor.presses("Make a new address")
    assert noor.presses("Keep the old one") == ["Your old address goes on."]
    assert followed(world, old)
    new = gets_address(world, noor, "Make a new address")
    assert followed(world, new)
    assert followed(world, old) == b""


def test_an_address_stops_with_one_press(world: World, noor: Phone) -> None:
    token = gets_address(world, noor)
    said = noor.presses("Stop the address")
    assert said == ["Your address has stopped. You can make a new one with /calendar."]
    assert followed(world, token) == b""
    noor.types("/calendar")
    assert noor.last.labels == ["Make my address"]


def test_who_has_an_address_is_not_shown_it_again(world: World, noor: Phone) -> None:
    token = gets_address(world, noor)
    said = noor.types("/calendar")
    assert token not in "".join(said)
    assert noor.last.labels == ["Make a new address", "Stop the address"]


def test_no_address_is_made_where_none_is_served(world: World, noor: Phone) -> None:
    assert noor.sends("f:my_feed:new") == ["There are no addresses to follow here now."]
    assert world.run(feeds.made, noor.person.id) is None


def test_a_feed_keeps_what_was_for_a_while(world: World, noor: Phone) -> None:
    walk = plan(world, days=1)
    comes(noor, walk.id)
    token = world.run(feeds.make, noor.person.id, world.now)
    world.now = walk.ends + timedelta(days=59)
    assert len(events(followed(world, token))) == 1
    world.now += timedelta(days=2)
    assert events(followed(world, token)) == []


def test_a_feed_is_the_same_as_long_as_nothing_changes(world: World, noor: Phone) -> None:
    walk = plan(world, link="https://meet.example/secret")
    comes(noor, walk.id)
    token = world.run(feeds.make, noor.person.id, world.now)
    first = followed(world, token)
    world.now += timedelta(days=1)
    assert followed(world, token) == first
    world.now = walk.starts - timedelta(minutes=30)
    [event] = events(followed(world, token))
    assert event["LAST-MODIFIED"].dt == world.now


def test_a_feed_speaks_its_persons_language(world: World) -> None:
    phone = world.phone("sam", "nl")
    phone.types("/start")
    walk = plan(world, link="https://meet.example/secret", place=None)
    comes(phone, walk.id)
    token = world.run(feeds.make, phone.person.id, world.now)
    world.run(people.change, phone.person.id, language="en")
    assert b"Change or sign off" in followed(world, token)


def test_a_file_of_what_is_not_there_is_an_error(world: World, noor: Phone) -> None:
    with pytest.raises(LookupError):
        world.run(calendars.one_file.run, {"meeting": 999, "person": noor.person.id, "now": ""})
