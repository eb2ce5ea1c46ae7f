"""A coordinator plans a day with places: the day, its evening, and forty places."""

from datetime import datetime

import pytest

from bot.dialogue.messages import Kind as Shares
from storage import days, meetings, planning
from storage.meetings import Kind, Status
from tests.flows.meeting_house import bare
from tests.flows.whole import gets_role, rows

DAY = ("/newmeeting", "2", "Neighbourhood Day", "Everywhere", "12 june 10-17 uur", "skip")
FIRST = "What is the name of the first place?"
MUNICIPALITIES = ("Utrecht", "Zwolle", "Gouda", "Breda", "Almere")


@pytest.fixture
def phone(world):
    phone = world.phone("fatima")
    phone.types("/start")
    gets_role(phone, "coordinator")
    return phone


def say(phone, *steps):
    said = []
    for step in steps:
        said = bare(phone.types(step))
    return said


def makes_day(phone):
    assert say(phone, *DAY, "no", "done", "yes")[0].endswith(FIRST)


def of_kind(world, kind):
    found = [row for row in rows(world, "meetings") if row["kind"] == kind]
    return [world.run(meetings.find, row["id"]) for row in found]


def the_day(world):
    [day] = of_kind(world, Kind.DAY)
    return day


def places(world):
    return of_kind(world, Kind.PLACE)


def test_a_day_with_its_evening_is_looked_over(world, phone):
    said = say(phone, *DAY, "yes", "The evening", "19.30 tot 21.30", "De Kom", "200", "1")
    assert said == ["Until when can people sign up? Type the day and the time."]
    said = say(phone, "11 june 12:00")
    assert said[0].startswith(
        "This is the day:\n\nTitle: Neighbourhood Day\nProgramme: Everywhere\n"
        "When: Saturday 12 June, 10:00 to 17:00\nContact: nobody\n"
        "Evening programme: The evening\nEvening: when: Saturday 12 June, 19:30 to 21:30\n"
        "Evening: place: De Kom\nEvening: seats: 200\nSign up until: Friday 11 June, 12:00"
    )
    assert rows(world, "meetings") == []
    assert say(phone, "yes") == [f"I have made a draft of the day. Now its places.\n\n{FIRST}"]
    day = the_day(world)
    [evening] = of_kind(world, Kind.PART)
    assert (day.status, evening.status) == (Status.DRAFT, Status.DRAFT)
    assert (evening.parent, evening.capacity, evening.place) == (day.id, 200, "De Kom")
    assert (evening.wall_start, evening.deadline) == ("2027-06-12T19:30", day.deadline)


def test_the_evening_can_be_changed_or_left_out(world, phone):
    say(phone, *DAY, "yes", "The evening", "19.30", "21:30", "De Kom", "200", "done")
    said = say(phone, "2", "evening: until", "22:00")
    assert "Evening: when: Saturday 12 June, 19:30 to 22:00" in said[0]
    said = say(phone, "2", "evening or not", "no")
    assert "Evening programme: none" in said[0]
    say(phone, "yes")
    assert of_kind(world, Kind.PART) == []


def test_an_evening_goes_along_when_the_day_is_moved(world, phone):
    say(phone, *DAY, "yes", "The evening", "19.30", "21:30", "De Kom", "200", "done")
    said = say(phone, "2", "when", "19 june 10-17 uur")
    assert said[0].startswith("The evening is not on the day itself.\n\nFrom when until when?")
    said = say(phone, "20:00")
    assert "Evening: when: Saturday 19 June, 20:00 to 22:00" in said[0]


def test_a_place_is_six_short_answers(world, phone):
    makes_day(phone)
    steps = ("De Kom", "Church Street 1", "Utrecht", "30", "Jan", "1, 2")
    assert say(phone, *steps) == [
        "De Kom is added.\n\nThere is 1 place now. What is the name of the next one?"
    ]
    [place] = places(world)
    address = "Church Street 1, Utrecht"
    assert (place.title, place.place, place.municipality) == ("De Kom", address, "GM0344")
    assert (place.capacity, place.host_name) == (30, "Jan")
    assert place.accessibility == "Wheelchairs can get in; Toilet for wheelchairs"
    assert (place.wall_start, place.wall_end) == ("2027-06-12T10:00", "2027-06-12T17:00")
    assert (place.parent, place.status) == (the_day(world).id, Status.DRAFT)


def test_a_place_may_have_times_and_a_pin_of_its_own(world, phone):
    makes_day(phone)
    say(phone, "De Kom", "Church Street 1", "skip", "skip", "skip", "5,6,7", "Mind the step")
    say(phone, "13.00-15.00")
    phone.shares(Shares.LOCATION, latitude=52.1, longitude=5.2)
    [place] = places(world)
    assert (place.wall_start, place.wall_end) == ("2027-06-12T13:00", "2027-06-12T15:00")
    assert (place.latitude, place.longitude) == (52.1, 5.2)
    assert (place.accessibility, place.capacity) == ("Mind the step", None)


def test_what_is_wrong_with_a_place_can_be_put_right_before_it_is_added(world, phone):
    makes_day(phone)
    said = say(phone, "De Kom", "Church Street 1", "Utrecht", "30", "skip")
    assert said[0].startswith("Name: De Kom\nPlace: Church Street 1\nMunicipality: Utrecht\n")
    said = say(phone, "back", "back", "40", "skip")
    assert "Seats: 40" in said[0]
    assert places(world) == []


def test_a_name_is_there_once(world, phone):
    makes_day(phone)
    say(phone, "De Kom", "Church Street 1", "skip", "skip", "skip", "skip")
    assert say(phone, "de kom!") == [
        "There is a place with that name already.\n\n"
        "There is 1 place now. What is the name of the next one?"
    ]


def test_forty_places_are_pasted_at_once(world, phone):
    makes_day(phone)
    say(phone, "Add many at once")
    lines = [f"House {n}; Long Street {n}; {MUNICIPALITIES[n % 5]}; {n + 3}" for n in range(1, 41)]
    shown = say(phone, "\n".join(lines))
    assert shown[0].startswith("40 places:\n\n1. House 1, Zwolle, 4 seats\n2. House 2, Gouda, 5")
    assert places(world) == []
    assert say(phone, "add them") == [
        "40 places are added.\n\nThere are 40 places now. What is the name of the next one?"
    ]
    made = places(world)
    assert [place.capacity for place in made] == list(range(4, 44))
    assert {place.parent for place in made} == {the_day(world).id}


def test_stopping_keeps_the_places_that_were_added(world, phone):
    makes_day(phone)
    say(phone, "De Kom", "Church Street 1", "skip", "skip", "nobody", "done")
    assert say(phone, "The next", "stop") == [
        "Fine. The day is kept, with the places that you added."
    ]
    [place] = places(world)
    assert (place.title, place.host_name) == ("De Kom", None)


def test_every_mistake_is_told_by_its_line_and_nothing_is_made(world, phone):
    makes_day(phone)
    say(phone, "De Kom", "Church Street 1", "skip", "skip", "skip", "skip", "Add many at once")
    told = say(
        phone,
        "House A; Street 1; Utrecht; 3\n\nonly a name\nHouse B; Street 2; Utrect; 5\n"
        "House C; Street 3; ; many\nhouse a; Street 4\nDE KOM; Street 5; Utrecht; 0\n"
        "House D; Street 6; Xyzzyx; 5\n; Street 7\nHouse E; a; b; c; d",
    )
    assert told == [
        "Line 3: I need name; address; municipality; seats.\n"
        "Line 4: I do not know the municipality Utrect. Do you mean Utrecht?\n"
        "Line 5: many is no number of seats.\n"
        "Line 6: there is a place with that name already.\n"
        "Line 7: 0 is no number of seats.\n"
        "Line 8: I do not know the municipality Xyzzyx.\n"
        "Line 9: I see no name, or it is too long.\n"
        "Line 10: I need name; address; municipality; seats.\n\n"
        "Nothing is made yet. Send the whole list again."
    ]
    assert len(places(world)) == 1


def test_a_list_from_a_spreadsheet_has_tabs(world, phone):
    makes_day(phone)
    say(phone, "Add many at once", "House A\tStreet 1; side\tGouda\t3\t\nHouse B\tStreet 2\t\t")
    say(phone, "yes")
    assert [(p.title, p.place, p.capacity) for p in places(world)] == [
        ("House A", "Street 1; side, Gouda", 3),
        ("House B", "Street 2", None),
    ]


def test_another_list_may_be_sent_instead(world, phone):
    makes_day(phone)
    say(phone, "Add many at once", "House A; Street 1")
    assert phone.presses("Send another list")[0].startswith("Send the places, one on each line:")
    say(phone, "House B; Street 2", "yes")
    assert [place.title for place in places(world)] == ["House B"]


LONG = "\n".join(f"House {n}; Street" for n in range(51))


@pytest.mark.parametrize("text", ["", "\n\n", "\u200b", "x" * 4096, LONG])
def test_a_list_needs_lines(world, phone, text):
    makes_day(phone)
    said = say(phone, "Add many at once", text or " ")
    assert said[0].startswith(("I need 1 to 50 lines", "Line "))
    assert len(said[0]) <= 4096
    assert places(world) == []


@pytest.mark.parametrize("typed", ["1", "add many", "ADD MANY AT ONCE!", "add many at onse"])
def test_what_is_on_a_button_can_be_typed_instead_of_a_name(world, phone, typed):
    makes_day(phone)
    assert say(phone, typed)[0].startswith("Send the places, one on each line:")


def test_a_file_goes_another_way(world, phone):
    makes_day(phone)
    said = say(phone, "I have a file")
    assert said[0].startswith("You can copy the lines from your file and paste them here")
    assert said[0].endswith(FIRST)


def test_a_day_is_shown_and_published_at_the_end(world, phone):
    makes_day(phone)
    say(phone, "De Kom", "Church Street 1", "skip", "skip", "skip", "skip")
    shown = say(phone, "That was all")
    assert "Neighbourhood Day" in shown[0]
    assert "1 place takes part." in shown[0]
    assert shown[-1] == "Neighbourhood Day is a draft, with all its places. Shall I publish it?"
    phone.presses("Publish now")
    assert [one.title for one in world.run(days.places, the_day(world).id, world.now)] == ["De Kom"]


def test_a_place_can_be_added_to_a_day_that_people_see(world, phone):
    makes_day(phone)
    say(phone, "That was all", "Publish now")
    phone.sends(f"f:new_place:{the_day(world).id}")
    say(phone, "De Kom", "Church Street 1", "skip", "skip", "skip", "skip")
    assert len(world.run(days.places, the_day(world).id, world.now)) == 1


def test_a_day_that_was_cancelled_gets_no_places(world, phone):
    makes_day(phone)
    world.run(planning.cancel, the_day(world).id, None, world.now)
    assert say(phone, "De Kom") == ["No places can be added to that day."]
    assert phone.sends("f:new_place:999")[0] == "No places can be added to that day."


def test_places_are_added_by_coordinators_alone(world, phone):
    makes_day(phone)
    say(phone, "De Kom", "Church Street 1", "skip", "skip", "skip")
    day = the_day(world)
    world.run(planning.edit, day.id, None, world.now, host=phone.person.id)
    gets_role(phone, "none")
    assert phone.types("done")[0].startswith("This is for coordinators.")
    assert places(world) == []


def test_an_evening_keeps_the_facts_of_its_day(world, phone):
    say(phone, *DAY, "yes", "The evening", "19.30-21.30", "De Kom", "skip", "2,3", "members")
    say(phone, "English", "yes")
    [evening] = of_kind(world, Kind.PART)
    assert (evening.audience, list(evening.languages)) == ("members", ["en"])
    assert evening.starts == datetime.fromisoformat("2027-06-12T17:30+00:00")
