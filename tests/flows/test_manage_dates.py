"""How meetings are called off, copied and repeated."""

from datetime import timedelta

import pytest

from storage import meetings, planning
from storage.meetings import Status
from tests.flows.running_house import (
    a_day,
    audited,
    bare,
    comes,
    coordinator,
    found,
    hears,
    host_of,
    make_world,
    plan,
    sends,
)


@pytest.fixture
def world():
    return make_world()


def starts(world):
    """The wall times of all meetings, in the order they were made."""

    def unit(tx):
        every = (meetings.find(tx, number) for number in range(1, 60))
        return [one.wall_start for one in every if one is not None]

    return world.run(unit)


def test_calling_off_says_why_and_how_many_hear_it(world):
    meeting = plan(world, "walk", capacity=1)
    hans, noor = host_of(world, meeting), comes(world, meeting, "noor")
    ali = comes(world, meeting, "ali")
    assert sends(hans, "cancel_meeting", meeting.id)[0].startswith("Why is it off?")
    assert bare(hans.types("The <roof> leaks.")) == [
        "Cancel A walk? 2 people hear it.\n\nThey also read:\nThe <roof> leaks."
    ]
    assert not found(world, meeting).is_cancelled
    hans.presses("Yes, cancel it")
    assert found(world, meeting).is_cancelled
    assert audited(world)[-1] == "meeting.cancel"
    world.pass_time(minutes=1)
    world.tick()
    for phone in (noor, ali):
        assert "The &lt;roof&gt; leaks." in "".join(hears(phone))


def test_no_reason_has_to_be_given(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    comes(world, meeting, "noor")
    sends(boss, "cancel_meeting", meeting.id)
    assert bare(boss.types("skip")) == ["Cancel A walk? 1 person hears it."]
    boss.presses("No, leave it")
    assert not found(world, meeting).is_cancelled


def test_where_nobody_is_told_no_reason_is_asked(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    assert sends(boss, "cancel_meeting", meeting.id) == [
        "Cancel A walk? Nobody has signed up, so I tell nobody."
    ]
    assert bare(boss.presses("Yes, cancel it")) == ["A walk is cancelled."]
    assert sends(boss, "cancel_meeting", meeting.id) == ["It is cancelled already."]


def test_a_day_goes_with_its_places(world):
    boss = coordinator(world)
    day, (east, west) = a_day(world, "East", "West")
    comes(world, east, "noor")
    sends(boss, "cancel_meeting", day.id)
    assert bare(boss.types("skip")) == ["Cancel Day with all its places? 1 person hears it."]
    boss.presses("Yes, cancel it")
    assert all(found(world, one).is_cancelled for one in (day, east, west))


def test_a_copy_is_a_draft_on_another_date(world):
    meeting, boss = plan(world, "walk", capacity=5), coordinator(world)
    comes(world, meeting, "noor")
    assert sends(boss, "copy_meeting", meeting.id) == [
        "A walk is on Monday 15 March, 19:30. When is the copy?"
    ]
    [said] = bare(boss.types("2 april 20:00"))
    assert said.startswith("Here is the copy. It is a draft: nobody sees it until you publish it.")
    assert "Friday 2 April, 20:00 to 21:30" in said
    assert "0 of 5 seats are taken." in said
    copy = world.run(meetings.find, meeting.id + 1)
    assert (copy.status, copy.uid != meeting.uid) == (Status.DRAFT, True)


def test_the_dates_are_seen_before_they_are_made(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    sends(boss, "repeat_meeting", meeting.id)
    boss.presses("Every two weeks")
    assert bare(boss.types("30 april")) == [
        "This makes 3 more meetings:\n\n"
        "Monday 29 March, 19:30\nMonday 12 April, 19:30\nMonday 26 April, 19:30\n\n"
        "People see them as they see this one. Shall I make them?"
    ]
    assert len(starts(world)) == 1
    boss.presses("Yes, make them")
    assert starts(world) == [
        "2027-03-15T19:30", "2027-03-29T19:30", "2027-04-12T19:30", "2027-04-26T19:30",
    ]  # fmt: skip
    assert audited(world)[-1] == "meeting.repeat"


def test_a_month_later_is_the_same_weekday(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    sends(boss, "repeat_meeting", meeting.id)
    boss.presses("Every month")
    [said] = boss.types("1 june")
    assert "Monday 19 April, 19:30\nMonday 17 May, 19:30\n" in said
    boss.presses("No, make none")
    assert len(starts(world)) == 1


def test_a_day_before_the_first_date_is_asked_again(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    sends(boss, "repeat_meeting", meeting.id)
    boss.presses("Every week")
    assert boss.types("1 march")[0].startswith("That is too early.")
    [said] = boss.types("20 march")
    assert said.startswith("There is no date between them. Choose a later day.")
    assert "This makes 1 more meeting:" in boss.types("22 march")[0]


def test_a_time_that_the_clocks_leave_out_is_left_out(world):
    meeting, boss = plan(world, "walk", days=12.292), coordinator(world)
    assert meeting.wall_start.startswith("2027-03-14T02:30")
    sends(boss, "repeat_meeting", meeting.id)
    boss.presses("Every week")
    assert "This makes 1 more meeting:" in boss.types("29 march")[0]


@pytest.mark.parametrize("flow", ["copy_meeting", "repeat_meeting"])
def test_a_place_comes_back_with_its_day_alone(world, flow):
    boss = coordinator(world)
    _day, [east] = a_day(world, "East")
    assert sends(boss, flow, east.id)[0].startswith("You cannot run this meeting.")


def test_a_meeting_called_off_meanwhile_is_not_repeated(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    sends(boss, "repeat_meeting", meeting.id)
    boss.presses("Every week")
    boss.types("1 april")
    world.run(planning.cancel, meeting.id, None, world.now)
    boss.presses("Yes, make them")
    assert len(starts(world)) == 1


def test_one_date_of_a_series_is_moved_and_dropped_alone(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    sends(boss, "repeat_meeting", meeting.id)
    boss.presses("Every week")
    boss.types("29 march")
    boss.presses("Yes, make them")
    sends(boss, "cancel_meeting", meeting.id + 1)
    boss.presses("Yes, cancel it")
    assert not found(world, meeting).is_cancelled
    assert not world.run(meetings.find, meeting.id + 2).is_cancelled
    world.now += timedelta(minutes=1)
