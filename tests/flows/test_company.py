"""Who else comes, and people without a phone."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import units
from storage import people, planning, rsvps
from storage.meetings import Meeting
from storage.rsvps import Party
from tests.flows.meeting_house import bare, fill, make_world, member, plan
from tests.phone import Phone, World

WHO = (
    "What is the name of the person you sign up? A first name is enough. "
    "I throw it away after the meeting."
)

SOMEBODY = "Sign up somebody without a phone"


@pytest.fixture
def world() -> World:
    return make_world()


def brought(phone: Phone, meeting: Meeting) -> list[str]:
    found = phone.world.run(rsvps.added_by, meeting.id, phone.person.id)
    return [one.name for one in found]


def test_names_are_shown_of_those_who_want_that_alone(world: World) -> None:
    walk = plan(world)
    noor, ali = member(world), member(world, "ali")
    for phone in (noor, ali):
        phone.sends(f"f:rsvp:{walk.id}:yes")
        phone.presses("1")
    noor.sends(f"f:meeting:{walk.id}")
    assert bare(noor.presses("Who is coming")) == [
        "A walk\n2 people are coming.\nNobody shows their name yet."
    ]
    assert bare(noor.presses("Show my name to the others")) == [
        "The others can see your name now.\n\n"
        "A walk\n2 people are coming.\n\nThese people want you to know that they come:\n• Noor"
    ]
    assert "• Noor" in bare(ali.sends(f"f:attendees:{walk.id}"))[0]
    assert "Ali" not in ali.last.text
    assert "Nobody shows" in noor.presses("Do not show my name")[0]
    noor.sends(f"f:show_name:{walk.id}:yes")
    noor.sends(f"f:rsvp:{walk.id}:no")
    assert "Noor" not in ali.sends(f"f:attendees:{walk.id}")[0]


def test_who_does_not_come_cannot_show_a_name(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    phone.sends(f"f:attendees:{walk.id}")
    assert phone.last.labels == ["Back to the meeting"]
    assert bare(phone.sends(f"f:show_name:{walk.id}:yes"))[0].startswith("<b>A walk</b>")
    assert phone.sends("f:attendees:999") == ["I do not know that meeting."]


def test_many_names_come_in_pages_that_fit(world: World) -> None:
    walk = plan(world)
    fill(world, walk, 45)
    for number in range(45):
        other = world.run(people.by_chat, f"telegram:other {number}")
        world.run(people.join, other.id, world.now, {"name": "👨‍👩‍👧‍👦" * 30})
        world.run(rsvps.show_name, walk.id, other.id, True)
    phone = member(world)
    (first,) = phone.sends(f"f:attendees:{walk.id}")
    assert first.count("•") == 30
    assert units(first) <= 4096
    assert phone.presses("Show more")[0].count("•") == 15


def test_somebody_without_a_phone_takes_a_seat_by_name_alone(world: World) -> None:
    walk = plan(world, capacity=2)
    phone = member(world)
    phone.sends(f"f:meeting:{walk.id}")
    assert phone.presses("Sign up somebody without a phone") == [WHO]
    assert bare(phone.types("Bep")) == [
        "Bep is signed up for A walk. Will you tell them when and where it is? "
        "You find them under “My meetings”."
    ]
    assert brought(phone, walk) == ["Bep"]
    assert phone.presses("Sign up one more") == [WHO]
    phone.types("Jo")
    assert phone.last.labels == ["My meetings"]
    assert phone.sends(f"f:someone:{walk.id}") == [
        "You have signed up two people already. Ask a human if there are more."
    ]
    assert "2 people are coming.\nFull." in phone.sends(f"f:meeting:{walk.id}")[0]
    assert "Sign up somebody without a phone" not in phone.last.labels
    phone.types("/mymeetings")
    assert "Without a phone: Bep and Jo" in bare([phone.last.text])[0]
    assert bare(phone.presses("Without a phone (1)")) == [
        "You signed up these people for A walk. Press a name to sign them off."
    ]
    assert bare(phone.types("2")) == ["Jo is signed off."]
    assert brought(phone, walk) == ["Bep"]


def test_nobody_signs_off_whom_another_signed_up(world: World) -> None:
    walk = plan(world)
    phone, other = member(world), member(world, "ali")
    phone.sends(f"f:someone:{walk.id}")
    phone.types("Bep")
    (row,) = world.run(rsvps.added_by, walk.id, phone.person.id)
    assert other.sends(f"f:someone_off:{walk.id}:{row.rsvp_id}") == [
        "You have signed up nobody else for this."
    ]
    assert brought(phone, walk) == ["Bep"]
    assert bare(phone.sends(f"f:someone_off:{walk.id}:999999"))[0].startswith("You signed up")


def test_there_is_no_line_for_who_has_no_phone(world: World) -> None:
    walk = plan(world, capacity=2)
    phone = member(world)
    phone.sends(f"f:someone:{walk.id}")
    fill(world, walk, 2)
    assert "There is no free seat now." in phone.types("Bep")[0]
    assert brought(phone, walk) == []


def test_who_has_the_last_seat_is_told_at_once_that_there_is_none(world: World) -> None:
    walk = plan(world, capacity=2)
    phone = member(world)
    world.run(rsvps.claim, walk.id, Party(phone.person.id, 2), world.now)
    assert "There is no free seat now." in phone.sends(f"f:someone:{walk.id}")[0]
    world.run(rsvps.claim, walk.id, Party(phone.person.id, 1), world.now)
    assert phone.sends(f"f:someone:{walk.id}")[0].startswith("What is the name")
    assert phone.types("Bep")[0].startswith("\u2068Bep\u2069 is signed up")


def test_a_seat_that_others_wait_for_is_not_for_somebody_without_a_phone(world: World) -> None:
    walk, phone = plan(world, capacity=3), member(world)
    fill(world, walk, 2)
    world.run(rsvps.claim, walk.id, Party(member(world, "ali").person.id, 2), world.now)
    assert "1 seat left" in phone.sends(f"f:meeting:{walk.id}")[0]
    assert SOMEBODY not in phone.last.labels
    assert phone.sends(f"f:someone:{walk.id}") == [
        "Others stand in line for the seats that are left. Please ask later."
    ]
    world.now = walk.starts - timedelta(hours=20)
    phone.sends(f"f:meeting:{walk.id}")
    assert SOMEBODY in phone.last.labels, "by now it is for who fits"


def test_too_late_shows_how_it_is(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    phone.sends(f"f:someone:{walk.id}")
    world.run(planning.cancel, walk.id, phone.person.id, world.now)
    assert "This meeting is cancelled." in phone.types("Bep")[0]
    assert phone.sends("f:someone:999") == ["I do not know that meeting."]
    assert phone.sends("f:someone_off:999") == ["I do not know that meeting."]


def test_a_coordinator_signs_up_as_many_as_there_are_seats(world: World) -> None:
    walk = plan(world, capacity=3)
    phone = member(world)
    world.run(people.change, phone.person.id, role=people.Role.COORDINATOR)
    for name in ("Bep", "Jo", "Piet"):
        phone.sends(f"f:someone:{walk.id}")
        phone.types(name)
    assert brought(phone, walk) == ["Bep", "Jo", "Piet"]


@pytest.mark.parametrize("typed", ["<b>Bep</b>", "\u202eBep\u2066", "Be\u200bp", "=Bep()"])
def test_a_hostile_name_is_kept_as_typed(world: World, typed: str) -> None:
    walk = plan(world)
    phone = member(world)
    phone.sends(f"f:someone:{walk.id}")
    assert "is signed up for" in phone.types(typed)[0]
    assert brought(phone, walk) == [typed]
    assert len(phone.types("/mymeetings")) == 1
    assert "too long" in (phone.sends(f"f:someone:{walk.id}"), phone.types("x" * 4096))[1][0]
