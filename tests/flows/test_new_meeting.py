"""A coordinator plans a meeting in chat, looks it over, sees it as residents do, publishes it."""

from datetime import datetime, timedelta

import pytest

from bot.dialogue.messages import Kind as Shares
from storage import meetings, planning
from storage.meetings import Kind, MeetingFacts, Status
from tests.flows.meeting_house import bare
from tests.flows.whole import gets_role, joins, rows

SHORTEST = (
    "/newmeeting", "One meeting", "Learning together", "skip", "9-3 19.30-21.30", "At a place",
    "De Kom, Church Street 1", "Utrecht", "30", "skip", "done",
)  # fmt: skip
SUMMARY = (
    "This is the meeting:\n\nTitle: Learning together\nText: none\n"
    "When: Tuesday 9 March, 19:30 to 21:30\nPlace: De Kom, Church Street 1\n"
    "Municipality: Utrecht\nSeats: 30\nContact: nobody\n\nIs this right?"
)


@pytest.fixture
def phone(world):
    phone = world.phone("fatima")
    phone.types("/start")
    gets_role(phone, "coordinator")
    return phone


def say(phone, *steps):
    """What came of the last of these steps, without marks."""
    said = []
    for step in steps:
        said = bare(phone.types(step))
    return said


def made(world):
    return rows(world, "meetings")


def the_only(world):
    [one] = made(world)
    return world.run(meetings.find, one["id"])


def test_the_shortest_way_to_a_published_meeting(world, phone):
    assert say(phone, *SHORTEST) == [SUMMARY]
    assert made(world) == []
    card, question = say(phone, "yes")
    assert card.startswith("I have made a draft of it. This is how people will see it:\n\n<b>")
    assert "Tuesday 9 March, 19:30 to 21:30\nDe Kom, Church Street 1" in card
    assert question == "Learning together is a draft. Shall I publish it?"
    assert the_only(world).status == Status.DRAFT
    assert world.run(meetings.upcoming, world.now) == []
    assert bare(phone.presses("Publish now")) == ["Done: people can see Learning together now."]
    [published] = world.run(meetings.upcoming, world.now)
    assert published.title == "Learning together"
    assert (published.capacity, published.municipality) == (30, "GM0344")
    assert (published.wall_start, published.wall_end) == ("2027-03-09T19:30", "2027-03-09T21:30")


def test_everything_that_may_be_arranged(world, phone):
    say(phone, "/newmeeting", "1", "Learning", "We talk.\nAnd eat.", "tomorrow half past seven")
    assert say(phone, "Tuesday 2 March, 19:30") == [
        "It starts on Tuesday 2 March, 19:30. Until what time?"
    ]
    assert phone.last.labels[:3] == ["21:00", "21:30", "22:30"]
    phone.presses("21:30")
    say(phone, "both", "meet.example.org/kom", "De Kom", "Utrecht", "skip", "Fatima", "1,2,3,4,5,6")
    say(phone, "Monday 1 March, 19:30", "4", "Zwolle", "Nederlands, English")
    say(phone, "the day before", "wheelchairs can get in, something else", "Ring twice")
    shown = phone.shares(Shares.LOCATION, latitude=52.0907, longitude=5.1214)
    assert "Sign up until: Monday 1 March, 19:30" in bare(shown)[0]
    say(phone, "yes")
    one = the_only(world)
    assert (one.text, one.host_name, one.capacity) == ("We talk.\nAnd eat.", "Fatima", None)
    assert (one.link, one.place) == ("https://meet.example.org/kom", "De Kom, Utrecht")
    assert one.deadline == datetime.fromisoformat("2027-03-01T18:30+00:00")
    assert (one.audience, list(one.languages)) == ("municipality:GM0193", ["nl", "en"])
    assert list(one.reminders) == ["day"]
    assert one.accessibility == "Wheelchairs can get in; Ring twice"
    assert (one.latitude, one.longitude) == (52.0907, 5.1214)


def test_one_answer_is_changed_and_the_rest_stays(world, phone):
    say(phone, *SHORTEST, "change something", "title")
    assert say(phone, "Another title") == [SUMMARY.replace("Learning together", "Another title")]
    say(phone, "2", "when")
    changed = say(phone, "10 march 20:00-22:00")
    assert "When: Wednesday 10 March, 20:00 to 22:00" in changed[0]
    say(phone, "2", "seats")
    assert "Seats: everybody fits" in say(phone, "skip")[0]


def test_what_else_is_arranged_is_told_as_it_is_by_now(world, phone):
    say(phone, *SHORTEST[:-1], "2", "Members", "change something")
    assert say(phone, "something else") == [
        "This is how it is now:\nSign up until: the start\nWho may come: Members\n"
        "Languages: Nederlands\nReminders: all\n\n"
        "What shall be different from usual? What has a mark is arranged already. "
        "Take a mark away, and that is as usual again."
    ]
    assert "☑ Who may come" in phone.last.labels
    phone.presses("☑ Who may come")
    assert "Who may come" not in say(phone, "done")[0]


def test_what_can_be_changed_comes_some_at_a_time(world, phone):
    say(phone, "/newmeeting", "1", "Learning", "skip", "9-3 19:30", "21:30", "both", "skip")
    say(phone, "De Kom", "Utrecht", "30", "skip", "1,4", "Monday 8 March, 19:30", "the day before")
    say(phone, "change something")
    first = phone.last.labels
    assert (len(first), first[0]) == (11, "Title")
    assert first[-3:] == ["Show more", "Back", "Stop"]
    assert phone.presses("Show more") == [], "in the same message"
    second = phone.last.labels
    assert second[:2] == ["Contact", "Sign up until"]
    assert not {*first[:8]} & {*second[:-3]}
    assert say(phone, "1")[0].startswith("Who is the contact?")
    assert "Contact: Noor" in say(phone, "Noor")[0]
    say(phone, "change something", "show more")
    assert phone.last.labels == second, "typed, it comes anew"
    phone.presses("Show more")
    assert phone.last.labels == first
    assert say(phone, "reminders") == ["Which reminders shall I send? Press Done if you want none."]


def test_an_end_moves_along_when_the_start_is_changed(world, phone):
    say(phone, "/newmeeting", "1", "Learning", "skip", "9-3 19:30", "2 hours")
    say(phone, "1", "De Kom", "skip", "30", "skip", "done", "2")
    assert "When: Tuesday 9 March, 14:00 to 16:00" in say(phone, "when", "9-3 14:00")[0]
    say(phone, "2", "until")
    assert "When: Tuesday 9 March, 14:00 to 17:00" in say(phone, "17:00")[0]


def test_what_was_ticked_can_be_changed(world, phone):
    say(phone, *SHORTEST[:-1], "who may come", "members")
    assert "Who may come: Members" in bare([phone.last.text])[0]
    say(phone, "2", "who may come")
    assert "Who may come: Everybody" in say(phone, "everybody")[0]


def test_an_hour_that_the_clocks_of_another_zone_leave_out_is_asked_again(world, phone):
    say(phone, "/newmeeting", "1", "Learning", "skip", "14 march 02:30-04:00", "online", "skip")
    said = say(phone, "skip", "skip", "time zone", "new york")
    assert said[0].startswith("On Sunday 14 March 2027 the clocks go forward, and 02:30 is left")
    assert "When: Sunday 14 March, 15:00 to 17:00" in say(phone, "14 march 15:00-17:00")[0]
    say(phone, "yes")
    assert the_only(world).starts == datetime.fromisoformat("2027-03-14T19:00+00:00")


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("http://meet.example.org", "That link is not safe: it must begin with https."),
        ("javascript:alert(1)", "That is not a link. It begins with https."),
        ("https://user@evil.example.org", "That is not a link. It begins with https."),
        ("https://", "That is not a link. It begins with https."),
        ("kom langs", "That is not a link. It begins with https."),
        ('https://example.org/"><b>', "That is not a link. It begins with https."),
    ],
)
def test_only_a_safe_link_is_taken(world, phone, link, wrong):
    say(phone, "/newmeeting", "1", "Learning", "skip", "9-3 19.30-21.30", "online")
    assert say(phone, link) == [wrong]


HOSTILE = ["<b>x</b>", "\u202eabc", "=1+1", "\u2066x", "a" * 150, "Feest " + "👨‍👩‍👧‍👦" * 20]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_go_all_the_way(world, phone, title):
    say(phone, "/newmeeting", "1", title, title * 8, *SHORTEST[4:], "yes", "publish now")
    assert the_only(world).title == title
    assert len(world.run(meetings.upcoming, world.now)) == 1


@pytest.mark.parametrize("title", ["\u200b", "...", "a" * 151, "x" * 4096])
def test_a_title_needs_words_and_fits(world, phone, title):
    said = say(phone, "/newmeeting", "1", title)
    assert said[0].startswith(("I see no words in that.", "That is too long:"))


def test_a_title_is_one_line(world, phone):
    say(phone, "/newmeeting", "1", "Learning\n together ", *SHORTEST[3:], "yes")
    assert the_only(world).title == "Learning together"


def test_planning_is_for_coordinators(world):
    phone = world.phone()
    assert phone.types("/newmeeting")[0].startswith("This is for coordinators.")
    assert phone.sends("f:new_day")[0].startswith("This is for coordinators.")


def test_who_is_no_coordinator_any_more_makes_nothing(world, phone):
    say(phone, *SHORTEST)
    gets_role(phone, "none")
    assert phone.types("yes")[0].startswith("This is for coordinators.")
    assert made(world) == []


def test_a_half_planned_meeting_is_there_days_later(world, phone):
    say(phone, *SHORTEST[:8])
    world.pass_time(days=6)
    said = say(phone, "30")
    assert said == ["We were at: planning a meeting. Shall we go on?"]
    phone.presses("Use")
    assert say(phone, "skip", "done") == [SUMMARY]


def test_a_meeting_that_has_come_by_now_is_not_made(world, phone):
    say(phone, "/newmeeting", "1", "Learning", "skip", "tomorrow 09:00-10:00", *SHORTEST[5:])
    world.pass_time(days=1)
    phone.types("yes")
    assert "When is it? Type the day and the time together." in phone.last.text
    assert made(world) == []


# Publishing.


def draft(world, **known):
    facts = {
        "key": None,
        "title": "A walk",
        "start": datetime.fromisoformat("2027-03-15T19:30"),
        "end": datetime.fromisoformat("2027-03-15T21:00"),
        "status": Status.DRAFT,
        **known,
    }
    return world.run(planning.make, MeetingFacts(**facts), None, world.now)


def publishing(phone, one):
    return bare(phone.sends(f"f:publish_meeting:{one.id}"))


def test_a_draft_is_published_later(world, phone):
    one = draft(world)
    publishing(phone, one)
    phone.presses("Publish later")
    too_late = "That is too late. It can be Monday 15 March, 19:30 at the latest."
    assert say(phone, "16 march 12:00") == [too_late]
    assert say(phone, "8 march 12:00") == [
        "Done: people can see A walk from Monday 8 March, 12:00 on."
    ]
    assert world.run(meetings.upcoming, world.now) == []
    assert len(world.run(meetings.upcoming, world.now + timedelta(days=7, hours=1))) == 1
    assert publishing(phone, one) == [
        "A walk will be published Monday 8 March, 12:00. What shall I do?"
    ]
    assert bare(phone.presses("Publish now")) == ["Done: people can see A walk now."]


def test_a_draft_may_stay_one(world, phone):
    one = draft(world)
    publishing(phone, one)
    assert phone.presses("Keep it") == ["Fine. You find it among the meetings that you run."]
    assert the_only(world).status == Status.DRAFT


def test_what_is_seen_already_is_not_published_again(world, phone):
    assert publishing(phone, draft(world, status=Status.ON)) == ["People can see A walk already."]


def test_what_was_cancelled_or_has_begun_is_not_published(world, phone):
    one = draft(world)
    world.run(planning.cancel, one.id, None, world.now)
    assert publishing(phone, one) == ["This meeting was cancelled, so it cannot be published."]
    other = draft(world)
    world.pass_time(days=15)
    assert publishing(phone, other) == ["A walk has begun already, so it cannot be published."]


def test_a_place_is_published_with_its_day(world, phone):
    day = draft(world, kind=Kind.DAY, title="The day")
    place = draft(world, kind=Kind.PLACE, day=day.id)
    assert publishing(phone, place) == [
        "The day is a draft, with all its places. Shall I publish it?"
    ]
    phone.presses("Publish now")
    assert world.run(meetings.find, place.id).status == Status.ON


def test_publishing_is_for_who_may_run_the_meeting(world):
    phone = joins(world.phone())
    one = draft(world)
    assert publishing(phone, one) == ["You cannot publish this meeting. Ask a coordinator: /ask"]
    world.run(planning.edit, one.id, None, world.now, host=phone.person.id)
    assert publishing(phone, one) == ["A walk is a draft. Shall I publish it?"]
    world.run(planning.edit, one.id, None, world.now, host=None)
    assert phone.presses("Publish now")[0].startswith("You cannot publish this meeting.")
    assert the_only(world).status == Status.DRAFT
