"""How coordinators and hosts find the meetings that they run, and what a card tells them."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.dialogue.messages import units
from storage import people, planning, rsvps, tables
from storage.meetings import Kind, Status
from tests.flows.running_house import (
    REFUSED,
    a_day,
    audited,
    bare,
    comes,
    coordinator,
    host_of,
    make_world,
    may_come,
    member,
    opens,
    plan,
    sends,
)

FLOWS = (
    "manage_meeting", "manage_more", "manage_places", "edit_meeting", "capacity", "attendee_list",
    "attendee_file", "waiting_line", "write_to", "cancel_meeting", "copy_meeting",
    "repeat_meeting", "host_link", "new_host", "end_host", "meeting_report", "report_file",
    "report_picture",
)  # fmt: skip


@pytest.fixture
def world():
    return make_world()


def says(phone, *typed):
    return [bare(phone.types(text)) for text in typed][-1]


def test_a_coordinator_sees_all_meetings_soonest_first(world):
    boss = coordinator(world)
    plan(world, "walk", days=14)
    plan(world, "draft", days=3, status=Status.DRAFT)
    off = plan(world, "off", days=5)
    world.run(planning.cancel, off.id, None, world.now)
    a_day(world, "East", "West")
    assert says(boss, "/manage") == [
        "These meetings are yours to run:\n\n"
        "1. A draft, Thursday 4 March, 19:30. A draft.\n"
        "2. A off, Saturday 6 March, 19:30. Cancelled.\n"
        "3. A walk, Monday 15 March, 19:30\n"
        "4. Day, Monday 22 March, 10:00. A day with places."
    ]
    assert bare(boss.last.labels)[-2:] == ["Search", "Make a meeting"]


def test_what_is_over_stands_last_and_is_marked(world):
    boss = coordinator(world)
    plan(world, "walk", days=1)
    plan(world, "talk", days=5)
    world.pass_time(days=2)
    assert says(boss, "/manage") == [
        "These meetings are yours to run:\n\n"
        "1. A talk, Saturday 6 March, 19:30\n"
        "2. A walk, Tuesday 2 March, 19:30. It is over."
    ]


def test_a_typed_number_opens_that_meeting(world):
    boss = coordinator(world)
    for number in range(10):
        plan(world, f"walk {number}", days=number + 1)
    says(boss, "/manage")
    boss.presses("Next page")
    assert bare(boss.last.labels)[:2] == ["9. A walk 8", "10. A walk 9"]
    [card] = says(boss, "10")
    assert card.startswith("<b>A walk 9</b>")


def test_a_host_sees_what_they_host_and_nothing_else(world):
    mine, other = plan(world, "walk"), plan(world, "talk", days=3)
    hans = host_of(world, mine)
    assert says(hans, "/manage") == [
        "These meetings are yours to run:\n\n1. A walk, Monday 15 March, 19:30"
    ]
    assert "Make a meeting" not in hans.last.labels
    assert opens(hans, mine).startswith("<b>A walk</b>")
    assert opens(hans, other) == REFUSED


def test_who_runs_nothing_hears_how_that_comes(world):
    noor = member(world)
    assert says(noor, "/manage") == [
        "You run no meeting. A coordinator can make you the host of one."
    ]


@pytest.mark.parametrize("flow", FLOWS)
def test_nobody_else_gets_anywhere(world, flow):
    meeting = plan(world, "walk")
    noor = comes(world, meeting, "noor")
    for number in (meeting.id, 999):
        assert sends(noor, flow, number) == [REFUSED]
    assert audited(world) == []


@pytest.mark.parametrize("flow", ["attendee", "take_off", "take_out"])
def test_nobody_else_gets_at_somebody(world, flow):
    meeting = plan(world, "walk")
    noor = comes(world, meeting, "noor")
    for number in (1, noor.person.id):
        assert sends(noor, flow, meeting.id, number) == [REFUSED]


def test_rights_are_asked_at_every_turn(world):
    meeting = plan(world, "walk")
    boss = coordinator(world)
    comes(world, meeting, "noor")
    sends(boss, "cancel_meeting", meeting.id)
    world.run(people.change, boss.person.id, role="none")
    assert says(boss, "The roof leaks.") == [REFUSED]


@pytest.mark.parametrize("flow", ["copy_meeting", "repeat_meeting", "host_link", "new_host"])
def test_a_host_makes_no_meetings_and_no_hosts(world, flow):
    meeting = plan(world, "walk")
    hans = host_of(world, meeting)
    assert sends(hans, flow, meeting.id) == [REFUSED]
    sends(hans, "manage_more", meeting.id)
    assert {"Make a copy", "Repeat it", "The host"}.isdisjoint(hans.last.labels)


def test_a_piece_of_a_title_finds_meetings_and_places(world):
    boss = coordinator(world)
    plan(world, "Café in the dark")
    a_day(world, "Café East", "Library")
    sends(boss, "find_managed")
    [said] = says(boss, "CAFE")
    assert said.startswith("I found 2 meetings:")
    assert "A Café in the dark" in said
    assert "Café East" in said
    sends(boss, "find_managed")
    assert says(boss, "nothing like it") == ["I see no meeting like that."]
    sends(boss, "find_managed")
    assert says(boss, "!!!") == ["I see no meeting like that."]


def test_a_card_tells_how_a_meeting_stands(world):
    boss = coordinator(world)
    meeting = plan(world, "walk", capacity=5, place="De Linde")
    noor = comes(world, meeting, "noor", 3)
    comes(world, meeting, "ali", 3)
    may_come(world, meeting, "bea")
    world.run(rsvps.set_needs, meeting.id, noor.person.id, ["wheelchair"], "a ramp")
    world.run(rsvps.withdraw, meeting.id, member(world, "cor").person.id, world.now)
    assert opens(boss, meeting) == (
        "<b>A walk</b>\n"
        "Monday 15 March, 19:30 to 21:00\n"
        "De Linde\n"
        "Everybody sees it, and can sign up.\n"
        "3 of 5 seats are taken. 2 are free.\n"
        "1 says maybe. 1 cannot come. 1 person is in line.\n"
        "To think of: 1 × wheelchair or hard to walk, 1 × in their own words.\n"
        "Nobody is the host yet.\n"
        "The next reminder goes Monday 8 March, 10:00."
    )


def test_a_card_names_the_next_reminder_that_is_on(world):
    boss = coordinator(world)
    meeting = plan(world, "walk", reminders=("day",))
    assert "The next reminder goes Sunday 14 March, 10:00." in opens(boss, meeting)
    quiet = plan(world, "talk", reminders=())
    assert "reminder" not in opens(boss, quiet)
    world.run(planning.cancel, meeting.id, None, world.now)
    assert "reminder" not in opens(boss, meeting)


def test_a_card_says_how_many_are_invited(world):
    boss, noor = coordinator(world), member(world)
    meeting = plan(world, "walk")
    row = {"meeting": meeting.id, "person": noor.person.id, "created": world.now}
    world.run(lambda tx: tx.execute(insert(tables.invitations).values(row)))
    assert "1 person is invited, 0 invitations are sent." in opens(boss, meeting)


def test_seats_on_offer_are_not_free(world):
    boss = coordinator(world)
    meeting = plan(world, "walk", capacity=2)
    noor = comes(world, meeting, "noor")
    comes(world, meeting, "ali")
    comes(world, meeting, "bea")
    world.run(rsvps.withdraw, meeting.id, noor.person.id, world.now)
    card = opens(boss, meeting)
    assert "1 of 2 seats is taken. 1 is on offer to the line. 0 are free." in card


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({"status": Status.DRAFT}, "It is a draft: nobody else sees it yet."),
        ({"deadline": None}, "Everybody sees it, and can sign up."),
        ({"audience": "members"}, "\nThis is for members.\n"),
        ({"days": 0, "hours": -12}, "It is over."),
    ],
)
def test_a_card_says_in_a_sentence_what_it_is(world, known, sentence):
    boss = coordinator(world)
    later = known.pop("hours", None)
    meeting = plan(world, "walk", **known)
    if later:
        world.now += timedelta(days=1)
    assert sentence in opens(boss, meeting)


def test_what_is_over_or_off_is_not_changed(world):
    boss = coordinator(world)
    meeting = plan(world, "walk", days=0)
    world.now += timedelta(days=1)
    opens(boss, meeting)
    assert {"Change something", "Change the seats"}.isdisjoint(boss.last.labels)
    gone = "It is over or cancelled, so it stays as it is."
    assert sends(boss, "edit_meeting", meeting.id) == [gone]
    assert sends(boss, "cancel_meeting", meeting.id) == ["It is over, so it cannot be cancelled."]


def test_a_day_shows_its_places_and_its_sums(world):
    boss = coordinator(world)
    day, (east, _west, *_more) = a_day(world, "East", "West", *map(str, range(10, 18)))
    for name in ("noor", "ali", "bea", "cor"):
        comes(world, east, name)
    assert opens(boss, day).startswith(
        "<b>Day</b>\nMonday 22 March, 10:00 to 16:00\nEverybody sees it, and can sign up.\n"
        "10 places. 3 people are coming. 1 person is in line.\n"
    )
    boss.presses("See the places")
    shown = bare([boss.last.text])[0].splitlines()
    assert shown[0] == "Day has 10 places:"
    assert len(shown) == 9
    boss.presses("Next page")
    assert "9. East: 3 of 3, 1 in line" in bare([boss.last.text])[0]
    [card] = says(boss, "9")
    assert card.startswith("<b>East</b>\nA place of Day\n")


def test_an_evening_is_no_place_and_is_counted_apart(world):
    boss = coordinator(world)
    day, [east] = a_day(world, "East")
    _day, [evening] = a_day(world, "Evening", kind=Kind.PART, day=day.id)
    comes(world, east, "noor")
    comes(world, evening, "noor", 2)
    assert "1 place. 1 person is coming.\n" in opens(boss, day)
    boss.presses("See the places")
    assert bare([boss.last.text])[0].splitlines()[0] == "Day has 1 place:"
    assert "Places: 1\n" in sends(boss, "meeting_report", day.id)[0]


def test_the_host_of_a_day_runs_its_places(world):
    day, [east] = a_day(world, "East")
    hans = host_of(world, day)
    assert opens(hans, east).startswith("<b>East</b>")
    sends(hans, "manage_places", day.id)
    assert "Add a place" not in hans.last.labels


@pytest.mark.parametrize("title", ["x" * 200, "👨‍👩‍👧" * 60, "<b>&\u202e" * 40, "שלום\n=1+1 " * 15])
def test_no_title_breaks_a_list_or_card(world, title):
    boss = coordinator(world)
    meetings = [plan(world, f"{n}", days=n + 1, title=title) for n in range(9)]
    comes(world, meetings[0], "noor")
    a_day(world, *[title] * 9)
    boss.types("/manage")
    for flow in ("manage_meeting", "manage_more", "attendee_list", "meeting_report"):
        boss.sends(f"f:{flow}:{meetings[0].id}")
    boss.sends("f:manage_places:10")
    for shown in boss.screen():
        assert units(shown.text) <= 4096
        assert all(0 < len(label.encode()) <= 200 for label in shown.labels)
