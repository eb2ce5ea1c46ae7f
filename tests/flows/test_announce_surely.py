"""A draft that waits and changes, and sending only what somebody is sure of."""

from datetime import datetime, timedelta

import pytest

from bot.dialogue.messages import Kind as Shares
from storage import announcements, erasure, planning
from storage.announcements import State
from tests.flows.announce_house import (
    ADD,
    SHORTEST,
    WHEN,
    every,
    make_world,
    plan,
    put_survey,
    readers,
    say,
    the_only,
    writer,
)
from tests.flows.meeting_house import bare
from tests.flows.whole import gets_role, rows

ONE_MORE = ("/announce", "!Write a new one", *SHORTEST[1:])


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def phone(world):
    readers(world, 3)
    return writer(world)


# A draft.


def test_every_answer_survives_a_stop_and_is_gone_on_with(world, phone):
    say(phone, *SHORTEST[:4])
    said = say(phone, "stop")
    assert said == ["Stopped: writing to many people. The answers you gave so far are kept."]
    world.pass_time(days=20)
    assert say(phone, "/announce") == ["1. A draft: “Zaterdag is de tuin open.”"]
    assert phone.last.labels == ["Go on with 1", "Throw 1 away", "Write a new one", "All messages"]
    assert say(phone, "!Go on with 1") == [
        "We go on with your message. At the end you can still change all of it."
        "\n\nWhat is it about? People who follow only other topics do not get it. "
        "If it is for everybody, press Done without choosing anything."
    ]
    shown = say(phone, *SHORTEST[4:])
    assert "Text in Dutch: Zaterdag is de tuin open." in shown[-1]


def test_a_draft_is_there_days_later_and_a_colleague_can_go_on_with_it(world, phone):
    say(phone, *SHORTEST)
    number = the_only(world).id
    other = writer(world, "omar")
    shown = bare(other.sends(f"f:compose:{number}"))
    assert shown[-1].endswith("Shall I send it? People who have to wait get it later.")
    assert any(text.startswith("Zaterdag is de tuin open.\n\nOmar ") for text in shown)


def test_an_empty_draft_is_taken_up_and_no_second_one_made(world, phone):
    say(phone, "/announce", "stop", "/announce", "stop", "/announce")
    assert len(every(world)) == 1


def test_tomorrow_it_asks_whether_to_go_on(world, phone):
    say(phone, *SHORTEST[:4], "!Ask me tomorrow")
    world.pass_time(hours=22)
    assert bare(phone.hears()) == [
        "Yesterday you asked me to come back. Shall we go on with this?\n\n"
        "“Zaterdag is de tuin open.”"
    ]
    assert say(phone, "!Go on with it")[0].startswith("We go on with your message.")


def test_nobody_is_asked_about_a_draft_that_was_sent_meanwhile(world, phone):
    say(phone, *SHORTEST[:4], "!Ask me tomorrow")
    say(phone, "/announce", "!Go on with 1", *SHORTEST[4:], "1")
    phone.hears()
    world.now += timedelta(hours=22)
    world.tick()
    assert not [text for text in phone.hears() if text.startswith("Yesterday")]


CHANGES = [
    (("what", "News"), "What: News"),
    (("under news", "no"), "Under News: no\n"),
    (("about", "done"), "About: everything"),
    (("text in dutch", "Iets anders"), "Text in Dutch: Iets anders"),
    (("text in english", "Hello"), "Text in English: Hello"),
    (("picture file or voice", "skip"), "Picture, file or voice: none"),
    (("buttons", "Link", "example.org", "Klik", "no more buttons"), "Buttons: Klik"),
    (("municipality", "Zwolle"), "Municipality: Zwolle"),
    (("for people who join later", "yes, for a week"), "For people who join later: for a week"),
    (("when", "at a time", "tomorrow 12:00"), "When: Tuesday 2 March, 12:00"),
    (("to", "leave some out", "coordinators or hosts", "Coordinators", "yes"), "To: "),
    (("to", "choose again", "people in a municipality", "Utrecht", "yes"), "To: "),
]


@pytest.mark.parametrize(("steps", "line"), CHANGES)
def test_each_part_is_changed_by_itself(world, phone, steps, line):
    say(phone, *SHORTEST)
    shown = say(phone, ADD, *steps)[-1]
    assert line in shown
    before = "Text in Dutch: Zaterdag is de tuin open."
    assert (before in shown) == (steps[0] != "text in dutch")
    assert shown.count("\n") >= 14, "nothing else was asked again"


def test_buttons_are_named_in_the_language_of_who_reads_it(world, phone):
    plan(world)
    say(phone, *SHORTEST, ADD, "text in english", "Hello")
    shown = say(phone, ADD, "buttons", "Meeting", "1", "no more buttons")[-1]
    assert "Buttons: See the meeting" in shown


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (Shares.PHOTO, "a picture"),
        (Shares.VOICE, "a voice message"),
        (Shares.DOCUMENT, "route.pdf"),
    ],
)
def test_what_goes_with_it_is_named_for_people(world, phone, kind, shown):
    say(phone, *SHORTEST)
    say(phone, ADD, "picture file or voice")
    facts = {"name": "route.pdf"} if kind == Shares.DOCUMENT else {}
    phone.shares(kind, file="x", **facts)
    assert f"Picture, file or voice: {shown}\n" in "\n".join(bare([phone.last.text]))


def test_how_many_that_are_is_told_whenever_it_is_asked(world, phone):
    counts = "This is for everybody.\n\nPeople: 4\nDo not want it: 1\nGet it: 3"
    right = f"{counts}\n\nIs that right?"
    assert say(phone, *SHORTEST[:3])[0] == counts
    assert say(phone, *SHORTEST[3:])[0] == "This is how people get it:"
    assert say(phone, ADD, "to")[-1] == right
    assert say(phone, "only some", "back")[-1] == right


def test_what_hangs_on_an_answer_is_asked_anew_with_it(world, phone):
    say(phone, *SHORTEST, *WHEN, "at a time", "tomorrow 12:00", ADD, "when")
    assert say(phone, "at a time")[0].startswith("When? Type the day and the time together.")
    assert "When: Tuesday 2 March, 13:00" in say(phone, "tomorrow 13:00")[-1]


def test_another_kind_asks_what_that_needs_and_keeps_the_text(world, phone):
    put_survey(world)
    say(phone, *SHORTEST, ADD, "what", "an invitation to a survey")
    shown = say(phone, "1")
    assert "Survey: Learning" in shown[-1]
    assert "Text in Dutch: Zaterdag is de tuin open." in shown[-1]
    assert "Buttons: none" not in shown[-1]


def test_back_goes_back_from_the_last_question(world, phone):
    say(phone, *SHORTEST)
    assert say(phone, "back")[0].startswith("Which municipality is it about?")
    assert say(phone, "back")[0].startswith("What is it about?")
    assert say(phone, "back")[0].startswith("What do you want to say")


def test_it_can_be_kept_for_later(world, phone):
    assert say(phone, *SHORTEST, "keep it for later") == [
        "I keep it. You can go on with it another day."
    ]
    assert phone.last.labels == ["Go on with it", "Throw it away"]
    assert the_only(world).state == State.DRAFT


# What is gone meanwhile.


def test_what_nobody_would_get_as_things_are_can_be_planned(world, phone):
    plan(world)
    say(phone, "/announce", "something for the people of a meeting", "1", "those who come")
    shown = say(phone, "Tot morgen", *WHEN, "before or after", "1 day before")
    assert shown[-1].endswith("People: 0\nGet it: 0\n\nShall I plan it?")
    assert phone.last.labels[0] == "Plan it"


def test_a_meeting_that_is_gone_is_asked_again(world, phone):
    walk = plan(world)
    plan(world, "other", title="A dance")
    say(phone, *SHORTEST, *WHEN, "before or after a meeting", "A walk", "1 day before")
    world.run(planning.cancel, walk.id, None, world.now)
    said = say(phone, "1")
    assert said[0].startswith("That choice is not there any more. Please choose again.")
    assert the_only(world).state == State.DRAFT
    assert say(phone, "A dance")[-1].count("1 day before, A dance") == 1


def test_a_survey_that_has_closed_is_asked_again(world, phone):
    put_survey(world)
    put_survey(world, "other")
    say(phone, "/announce", "an invitation to a survey", "1", "everybody", "stop")
    world.pass_time(days=31)
    say(phone, "/announce")
    said = say(phone, "!Go on with 1")
    assert said[0].startswith("That choice is not there any more. Please choose again.")
    assert said[0].endswith("What will you write?")
    assert "An invitation to a survey" not in phone.last.labels


def test_a_moment_that_has_come_by_now_is_asked_again(world, phone):
    say(phone, *SHORTEST, *WHEN, "at a time", "today 13:00")
    world.pass_time(hours=2)
    said = say(phone, "1")
    assert "When? Type the day and the time together." in said[-1]
    assert the_only(world).state == State.DRAFT


def test_who_is_no_coordinator_any_more_sends_nothing(world, phone):
    say(phone, *SHORTEST)
    gets_role(phone, "none")
    assert phone.types("1")[0].startswith("This is for coordinators.")
    assert the_only(world).state == State.DRAFT
    number = the_only(world).id
    for name in ("announce", f"compose:{number}", f"audience_list:{number}",
                 f"audience_file:{number}"):  # fmt: skip
        assert phone.sends(f"f:{name}")[0].startswith("This is for coordinators.")


def test_of_two_who_press_together_the_second_hears_who_was_first(world, phone):
    say(phone, *SHORTEST)
    other = writer(world, "omar")
    other.sends(f"f:compose:{the_only(world).id}")
    assert say(phone, "1")[0].startswith("It goes out in a minute.")
    assert say(other, "1") == ["Fatima has planned it already. It goes out Monday 1 March, 12:01."]
    assert len([row for row in rows(world, "audit") if row["action"] == "announcement.plan"]) == 1


def test_a_draft_that_was_thrown_away_is_no_more(world, phone):
    say(phone, *SHORTEST)
    world.run(announcements.drop, the_only(world).id, world.now)
    assert say(phone, "1") == ["That message was thrown away."]


# Surely?


def test_many_people_need_a_second_look(world):
    world = make_world(second_person_above=2)
    readers(world, 3)
    phone, omar = writer(world), writer(world, "omar")
    said = say(phone, *SHORTEST, "1")
    assert said == ["That is for many people: 3. Two see more than one. What shall I do?"]
    assert say(phone, "1") == [
        "I ask Omar to look at it. I send it once Omar agrees. I tell you then."
    ]
    one = the_only(world)
    assert (one.state, one.due) == (State.ASKED, None), "at once, when somebody agrees"
    assert say(phone, "/announce") == ["1. Waits for a colleague: “Zaterdag is de tuin open.”"]
    assert bare(omar.sends(f"f:compose:{one.id}")) == ["It waits for a colleague to look at it."]


def test_who_went_on_with_a_draft_cannot_agree_to_it_but_who_began_it_can():
    world = make_world(second_person_above=3)
    readers(world, 4)
    fatima, omar = writer(world), writer(world, "omar")
    say(fatima, *SHORTEST[:3], "stop")
    number = the_only(world).id
    omar.sends(f"f:compose:{number}")
    assert say(omar, *SHORTEST[3:], "1", "!Ask a colleague to look at it") == [
        "I ask Fatima to look at it. I send it once Fatima agrees. I tell you then."
    ]
    fatima.hears()
    world.pass_time(seconds=6)
    assert "asks you to look at a message" in bare(fatima.hears())[0]
    assert bare(omar.sends(f"f:approve_announcement:{number}")) == [
        "You wrote this yourself, so a colleague has to look at it."
    ]
    say(fatima, "!Look at it", "!Yes, send it")
    assert the_only(world).state == "planned"


def test_what_a_colleague_looks_at_keeps_its_time(world):
    world = make_world(second_person_above=2)
    readers(world, 3)
    phone, _omar = writer(world), writer(world, "omar")
    say(phone, *SHORTEST, *WHEN, "at a time", "tomorrow 12:00", "1", "1")
    assert the_only(world).due == datetime.fromisoformat("2027-03-02T11:00+00:00")


@pytest.mark.parametrize("typed", ["100", "0", "many", "33"])
def test_who_is_alone_types_how_many_get_it(world, typed):
    world = make_world(second_person_above=2)
    readers(world, 3)
    phone = writer(world)
    said = say(phone, *SHORTEST, "1")
    assert said == ["That is for many people. To be sure, type how many get it: 3"]
    assert say(phone, typed) == ["That is not the number. It is: 3"]
    assert the_only(world).state == State.DRAFT
    say(phone, "3")
    assert the_only(world).state == State.PLANNED


def test_few_people_need_nobody_else(world, phone):
    writer(world, "omar")
    say(phone, *SHORTEST, "1")
    assert the_only(world).state == State.PLANNED


def test_the_same_to_the_same_people_is_asked_about(world, phone):
    say(phone, *SHORTEST, "1")
    omar = writer(world, "omar")
    said = say(omar, *ONE_MORE, "1")
    assert said == ["Fatima has planned the same for the same people. Shall it go twice?"]
    assert say(omar, "no") == ["Fine. I have sent nothing. Your draft is kept."]
    assert [one.state for one in every(world)] == [State.PLANNED, State.DRAFT]
    say(omar, "!Go on with it", "1", "yes, once more")
    assert [one.state for one in every(world)] == [State.PLANNED, State.PLANNED]


@pytest.mark.parametrize(("hours", "asked"), [(11, True), (13, False)])
def test_what_was_sent_is_asked_about_for_twelve_hours(world, phone, hours, asked):
    world.now -= timedelta(hours=2)
    say(phone, *SHORTEST, "1")
    for _second in range(4):
        world.pass_time(seconds=30)
    world.pass_time(hours=hours)
    said = say(phone, *SHORTEST, "1")
    assert said[0].startswith("Fatima sent the same to the same people") == asked
    assert (every(world)[-1].state == State.DRAFT) == asked


def test_paying_for_speed_is_offered_only_where_it_is_switched_on(world, phone):
    say(phone, *SHORTEST, "1")
    assert not the_only(world).paid
    world = make_world(paid_broadcast=True)
    readers(world, 25)
    phone = writer(world)
    [question] = say(phone, *SHORTEST)
    assert "That costs 0.1 Star a message, so 2.5 Stars in all" in question
    assert phone.last.labels[:2] == ["The usual way, for nothing", "Fast, for 2.5 Stars"]
    shown = say(phone, "2")
    assert "Fast, for Stars: yes" in shown[-1]
    say(phone, "1")
    assert the_only(world).paid


def test_what_is_for_nobody_cannot_be_sent(world):
    phone = writer(world)
    shown = say(phone, *SHORTEST)
    assert shown[-1].endswith("Get it: 0\n\nSo nobody gets it now.")
    assert phone.last.labels[:2] == ["Change or add something", "Keep it for later"]


def test_what_was_planned_goes_out_once_to_each_who_wants_it(world, phone):
    readers(world, 1, news=False)
    say(phone, *SHORTEST, "1")
    world.pass_time(seconds=59)
    assert "announcement:" not in str([row["key"] for row in rows(world, "outbox")])
    for _second in range(6):
        world.pass_time(seconds=2)
    got = [row["chat"] for row in rows(world, "outbox") if row["key"].startswith("announcement:")]
    assert len(got) == len(set(got)) == 3
    assert the_only(world).state == State.BEGUN
    number = the_only(world).id
    assert bare(phone.sends(f"f:compose:{number}")) == ["Fatima has sent it already."]


def test_a_draft_outlives_who_began_it(world, phone):
    say(phone, *SHORTEST)
    omar = writer(world, "omar")
    world.run(erasure.erase, phone.person.id, phone.chat, world.now)
    shown = bare(omar.sends(f"f:compose:{the_only(world).id}"))
    assert "Fatima" not in "".join(shown)
    say(omar, "1")
    assert the_only(world).approved_by == omar.person.id
