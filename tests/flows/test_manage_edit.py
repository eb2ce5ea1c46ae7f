"""How one thing of a meeting is changed, what its host sees before, and who hears of it."""

from datetime import timedelta
from typing import Any

import pytest

from storage.meetings import Status
from tests.flows.running_house import (
    a_day,
    audited,
    bare,
    comes,
    coordinator,
    found,
    hears,
    make_world,
    member,
    plan,
    sends,
)


@pytest.fixture
def world():
    return make_world()


def changes(boss, meeting, what, *typed):
    """Choose what to change, and answer; the last message."""
    sends(boss, "edit_meeting", meeting.id)
    if what not in boss.last.labels:
        boss.presses("Something else")
    boss.presses(what)
    for text in typed:
        boss.types(text)
    return bare([boss.last.text])[0]


def test_another_time_is_seen_before_it_is_so(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    comes(world, meeting, "noor")
    said = changes(boss, meeting, "When it starts", "friday 19 march 20:00")
    assert said == (
        "Now:\nMonday 15 March, 19:30 to 21:00\n\n"
        "It becomes:\nFriday 19 March, 20:00 to 21:30\n\n"
        "1 person hears this in half an hour. What you change before that goes along. "
        "I ask them whether they can come then too."
    )
    assert found(world, meeting).wall_start == meeting.wall_start
    boss.presses("Yes, change it")
    after = found(world, meeting)
    assert (after.wall_start, after.wall_end) == ("2027-03-19T20:00", "2027-03-19T21:30")
    assert after.version == meeting.version + 1
    assert audited(world) == ["meeting.edit"]


def test_an_hour_alone_is_on_the_same_day(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    said = changes(boss, meeting, "When it starts", "20:00")
    assert "It becomes:\nMonday 15 March, 20:00 to 21:30" in said


def test_no_leaves_everything_as_it_is(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    changes(boss, meeting, "When it ends", "22:00")
    boss.presses("No, leave it")
    assert found(world, meeting) == meeting


def test_soon_before_the_start_people_hear_at_once(world):
    boss, meeting = coordinator(world), plan(world, "walk", days=0)
    comes(world, meeting, "noor")
    world.now += timedelta(hours=7, minutes=15)
    said = changes(boss, meeting, "The place", "De Linde")
    assert "1 person hears this at once." in said


def test_at_night_people_hear_in_the_morning(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    comes(world, meeting, "noor")
    world.now += timedelta(hours=10)
    said = changes(boss, meeting, "The place", "De Linde")
    assert "1 person hears this Tuesday 2 March, 09:00." in said


def test_a_typing_error_is_mended_in_silence(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    noor = comes(world, meeting, "noor")
    assert "1 person hears this" in changes(boss, meeting, "The title", "A walk\n in  the rain")
    boss.presses("Only a typing error")
    after = found(world, meeting)
    assert (after.title, after.version) == ("A walk in the rain", meeting.version)
    world.pass_time(hours=1)
    assert not hears(noor)


def test_another_title_can_be_told(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    comes(world, meeting, "noor")
    changes(boss, meeting, "The title", "A run")
    boss.presses("Change it and tell them")
    assert found(world, meeting).version == meeting.version + 1


@pytest.mark.parametrize("known", [{"status": Status.DRAFT}, {}])
def test_nobody_is_told_where_nobody_is_concerned(world, known):
    boss, meeting = coordinator(world), plan(world, "walk", **known)
    said = changes(boss, meeting, "The title", "A run")
    assert said.endswith("Nobody gets a message about this.")
    boss.presses("Yes, change it")
    assert found(world, meeting).title == "A run"


@pytest.mark.parametrize(
    ("what", "typed", "column", "value"),
    [
        ("The text", ["Bring <b>boots</b>"], "text", "Bring <b>boots</b>"),
        ("The online link", ["meet.example.org/a"], "link", "https://meet.example.org/a"),
        ("Who may come", ["Members"], "audience", "members"),
        ("Who may come", ["Members of one kind", "1"], "audience", "part:resident"),
        (
            "Who may come",
            ["Members of one municipality", "Utrecht"],
            "audience",
            "municipality:GM0344",
        ),
        ("How accessible it is", ["Two steps"], "accessibility", "Two steps"),
        ("The languages", ["English"], "languages", ["en"]),
        ("Whom people see", ["Fatma"], "host_name", "Fatma"),
    ],
)
def test_each_thing_can_be_changed_and_tells_nobody(world, what, typed, column, value):
    boss, meeting = coordinator(world), plan(world, "walk")
    comes(world, meeting, "noor")
    said = changes(boss, meeting, what, *typed)
    assert "Nobody gets a message about this." in said
    boss.presses("Yes, change it")
    assert getattr(found(world, meeting), column) == value


def test_the_deadline_is_not_after_the_start(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    said = changes(boss, meeting, "Until when people sign up", "16 march 20:00")
    assert said.startswith("That is too late.")
    boss.types("14 march 20:00")
    boss.presses("Yes, change it")
    assert str(found(world, meeting).deadline) == "2027-03-14 19:00:00+00:00"


def test_what_is_there_can_be_taken_away(world):
    boss = coordinator(world)
    meeting = plan(world, "walk", link="https://meet.example.org/a", place="De Linde")
    changes(boss, meeting, "The online link")
    boss.presses("Take it away")
    assert "It becomes:\nnothing" in boss.last.text
    boss.presses("Yes, change it")
    assert found(world, meeting).link is None
    changes(boss, meeting, "The place", "Take it away", "yes")
    assert found(world, meeting).place is None


@pytest.mark.parametrize(
    "typed",
    [
        "http://meet.example.org",
        "ftp://meet.example.org",
        "javascript:alert(1)",
        "https://a b",
        "https://u@h.org",
    ],
)
def test_a_link_is_one_that_opens_safely(world, typed):
    boss, meeting = coordinator(world), plan(world, "walk")
    assert "link" in changes(boss, meeting, "The online link", typed)
    assert not found(world, meeting).link
    boss.types("https://meet.example.org")
    assert "It becomes:\nhttps://meet.example.org" in bare([boss.last.text])[0]


def test_a_day_takes_its_places_along(world):
    boss = coordinator(world)
    day, [east] = a_day(world, "East")
    changes(boss, day, "When it starts", "23 march 11:00")
    boss.presses("Yes, change it")
    assert found(world, east).wall_start == "2027-03-23T11:00"


def test_fewer_seats_than_are_taken_are_explained(world):
    boss, meeting = coordinator(world), plan(world, "walk", capacity=5)
    comes(world, meeting, "noor", 4)
    sends(boss, "capacity", meeting.id)
    boss.presses("Another number")
    [said] = boss.types("3")
    assert said.startswith("4 seats are taken or on offer, more than 3. Nobody loses a seat.")
    assert found(world, meeting).capacity == 5
    boss.presses("Yes, do it")
    assert found(world, meeting).capacity == 3


def test_more_seats_move_the_line(world):
    boss, meeting = coordinator(world), plan(world, "walk", capacity=1)
    comes(world, meeting, "noor")
    ali = comes(world, meeting, "ali", 2)
    sends(boss, "capacity", meeting.id)
    boss.presses("Another number")
    [said] = bare(boss.types("4"))
    assert said.startswith("There are 4 seats now.\n\nWho is in line hears of it.\n\n")
    world.pass_time(seconds=1)
    assert "A walk" in hears(ali)[-1]


def test_no_limit_means_that_everybody_fits(world):
    boss, meeting = coordinator(world), plan(world, "walk", capacity=1)
    sends(boss, "capacity", meeting.id)
    boss.presses("No limit")
    assert found(world, meeting).capacity is None
    sends(boss, "capacity", meeting.id)
    boss.types("0")
    assert found(world, meeting).capacity == 0


def test_a_day_has_no_seats(world):
    boss = coordinator(world)
    day, _places = a_day(world, "East")
    assert sends(boss, "capacity", day.id)[0].startswith("You cannot run this meeting.")


def test_the_pin_of_the_old_place_goes_with_it_but_not_for_a_typing_error(world):
    pinned: dict[str, Any] = {"place": "De Werf", "latitude": 52.1, "longitude": 5.1}
    boss, meeting = coordinator(world), plan(world, "walk", **pinned)
    comes(world, meeting, "noor")
    sends(boss, "edit_meeting", meeting.id)
    for label in ("The place", "Give another one"):
        boss.presses(label)
    boss.types("De Werff")
    boss.presses("Only a typing error")
    assert (found(world, meeting).place, found(world, meeting).latitude) == ("De Werff", 52.1)
    sends(boss, "edit_meeting", meeting.id)
    for label in ("The place", "Give another one"):
        boss.presses(label)
    boss.types("The hall")
    boss.presses("Change it and tell them")
    after = found(world, meeting)
    assert (after.place, after.latitude, after.longitude) == ("The hall", None, None)


def test_a_pin_is_shared(world):
    from bot.dialogue.messages import Kind

    boss, meeting = coordinator(world), plan(world, "walk")
    changes(boss, meeting, "The place on the map")
    boss.shares(Kind.LOCATION, latitude=52.1, longitude=5.1)
    boss.presses("Yes, change it")
    assert (found(world, meeting).latitude, found(world, meeting).longitude) == (52.1, 5.1)


def test_the_people_hear_what_was_and_what_is(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    noor = comes(world, meeting, "noor")
    member(world, "ali")
    changes(boss, meeting, "When it starts", "friday 19 march 20:00")
    boss.presses("Yes, change it")
    world.pass_time(minutes=31)
    world.tick()
    [said] = hears(noor)
    assert "Friday 19 March" in said
