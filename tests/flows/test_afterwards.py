"""After a meeting: two questions to who was there, numbers for who ran it, and notes back."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import Kind, units
from handlers import look_back
from storage import attendance, feedback
from storage.feedback import Worth
from storage.meetings import Meeting
from tests.flows.gate_house import comes, coordinator, go_to, make_world, plan, somebody
from tests.flows.meeting_house import bare
from tests.phone import Phone, World

NOT_THERE = "This is for people who were at the meeting."
QUESTION = "You were at A walk. Was it worth your time?"
WORDS = (
    "Thank you. What do you take home, or what could be better? The people who organise it read "
    "this, without your name."
)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def walk(world: World) -> Meeting:
    return plan(world)


@pytest.fixture
def noor(world: World, walk: Meeting) -> Phone:
    return comes(somebody(world, "noor"), walk, 2)


def let_in(world: World, walk: Meeting, *phones: Phone) -> None:
    for guest in world.run(attendance.guests, walk.id, limit=20):
        if guest.person in [phone.person.id for phone in phones]:
            world.run(attendance.check_in, guest.id, 1, 1, world.now)


def the_morning_after(world: World, walk: Meeting) -> None:
    go_to(world, walk.ends + timedelta(hours=15))


def test_who_was_there_is_asked_two_short_questions(
    world: World, walk: Meeting, noor: Phone
) -> None:
    other = comes(somebody(world, "bo"), walk)
    go_to(world, walk.starts)
    let_in(world, walk, noor)
    noor.hears()
    other.hears()
    the_morning_after(world, walk)
    assert bare(noor.hears()) == [QUESTION]
    assert noor.last.labels == ["Yes, very much", "A little", "No, not really"]
    assert other.hears() == []
    assert noor.presses("A little") == [WORDS]
    assert noor.types("More benches & <b>trees</b>") == ["Thank you, that helps."]
    kept = world.run(feedback.find, walk.id, noor.person.id)
    assert kept == feedback.Answer("bit", "More benches & <b>trees</b>")


def test_the_second_question_may_be_skipped_and_the_first_answer_stays(
    world: World, walk: Meeting, noor: Phone
) -> None:
    the_morning_after(world, walk)
    noor.presses("Yes, very much")
    assert noor.types("skip") == ["Thank you, that helps."]
    assert world.run(feedback.find, walk.id, noor.person.id) == feedback.Answer("very", None)


def test_stopping_half_way_keeps_the_first_answer(world: World, walk: Meeting, noor: Phone) -> None:
    the_morning_after(world, walk)
    noor.presses("Yes, very much")
    noor.types("stop")
    assert world.run(feedback.find, walk.id, noor.person.id) == feedback.Answer("very", None)


def test_pressing_another_answer_changes_it(world: World, walk: Meeting, noor: Phone) -> None:
    the_morning_after(world, walk)
    noor.presses("Yes, very much")
    noor.types("Fine")
    assert noor.sends(f"f:afterwards:{walk.id}:no") == ["I have changed your answer. Thank you."]
    assert world.run(feedback.find, walk.id, noor.person.id) == feedback.Answer("no", "Fine")
    assert "Was A walk worth your time?" in bare(noor.sends(f"f:afterwards:{walk.id}:x"))[0]


def test_it_is_for_people_who_were_there(world: World, walk: Meeting, noor: Phone) -> None:
    stranger = somebody(world, "bo")
    assert noor.sends(f"f:afterwards:{walk.id}:very") == [NOT_THERE]  # it has yet to begin
    the_morning_after(world, walk)
    for data in (f"f:afterwards:{walk.id}:very", f"f:take_home:{walk.id}", "f:afterwards:99:very"):
        assert stranger.sends(data) == [NOT_THERE]
    assert world.run(feedback.results, walk.id).answers == 0


def test_nobody_is_asked_twice_or_late(world: World, walk: Meeting, noor: Phone) -> None:
    the_morning_after(world, walk)
    assert bare(noor.hears())[-1] == QUESTION
    go_to(world, walk.ends + timedelta(days=5))
    assert noor.hears() == []


# For who ran it.


def numbers(phone: Phone, walk: Meeting) -> str:
    return bare(phone.sends(f"f:notes:{walk.id}"))[0]


def test_the_numbers_say_who_came_and_hide_what_few_think(
    world: World, walk: Meeting, noor: Phone
) -> None:
    team = coordinator(world)
    assert numbers(team, walk) == "This meeting has yet to begin."
    comes(somebody(world, "bo"), walk)
    go_to(world, walk.starts)
    assert "Nobody was checked in at the door." in numbers(team, walk)
    let_in(world, walk, noor)
    world.run(attendance.walk_in, walk.id, attendance.Visitor(None, 4), 1, world.now)
    said = numbers(team, walk)
    for line in ("5 people were there.", "Expected: 3", "Of those, came: 1", "Stayed away: 2",
                 "Came without signing up: 4", "0 people looked back.",
                 "I show what they thought from 5 answers on."):  # fmt: skip
        assert line in said.split("\n")
    assert team.last.labels == ["Send notes or a photo", "Back to the meeting"]


def test_words_are_read_from_five_answers_on_without_names(
    world: World, walk: Meeting, noor: Phone
) -> None:
    team = coordinator(world)
    go_to(world, walk.ends)
    for number in range(12):
        one = somebody(world, f"p {number}").person.id
        world.run(feedback.answer, walk.id, one, Worth.VERY, world.now)
        words = f"{number:02} " + "<b>" * 330
        world.run(feedback.say, walk.id, one, words, world.now)
        if number == 3:
            assert bare(team.sends(f"f:said_afterwards:{walk.id}")) == ["There is nothing to read."]
    assert "It was very much worth it: 12" in numbers(team, walk)
    team.presses("Read what people said")
    assert all(units(shown.text) <= 4096 for shown in team.screen())
    assert "· 00 <b><b>" in bare([team.last.text])[0]
    assert team.presses("Read more")[0].count("·") == 2


def test_only_who_runs_it_looks_back(world: World, walk: Meeting, noor: Phone) -> None:
    go_to(world, walk.ends)
    for name in ("notes", "said_afterwards", "send_notes"):
        refused = noor.sends(f"f:{name}:{walk.id}")
        assert refused == ["You cannot run this meeting. Its host and the coordinators can."]


# Given back.


def test_a_photo_and_words_go_back_to_who_was_there(
    world: World, walk: Meeting, noor: Phone
) -> None:
    team = coordinator(world)
    go_to(world, walk.ends + timedelta(hours=15))
    noor.hears()
    team.sends(f"f:send_notes:{walk.id}")
    team.shares(Kind.PHOTO, file="AgAC", caption="Ours")
    shown = bare(team.types("Look: https://example.org/?a=1&b=<2>"))
    text = "From A walk:\n\nLook: https://example.org/?a=1&b=<2>"
    assert shown == [text, "This is how 1 person who was there gets it. Shall I send it?"]
    assert noor.hears() == []
    team.presses("Yes, send it")
    world.tick()
    assert bare(noor.hears()) == [text]
    message = noor.last.message
    assert message is not None
    assert message.attachment is not None
    assert (message.attachment.kind, message.attachment.file) == ("photo", "AgAC")
    world.pass_time(hours=1)
    assert noor.hears() == []
    assert bare(noor.sends(f"f:meeting_notes:{walk.id}")) == [text]
    nothing = ["There is nothing from this meeting."]
    assert somebody(world, "bo").sends(f"f:meeting_notes:{walk.id}") == nothing
    assert "You gave something back 1 time." in numbers(team, walk)


def test_words_alone_a_photo_alone_or_nothing(world: World, walk: Meeting, noor: Phone) -> None:
    team = coordinator(world)
    go_to(world, walk.ends + timedelta(hours=15))
    noor.hears()
    team.sends(f"f:send_notes:{walk.id}")
    team.types("skip")
    assert team.types("skip")[0] == "Then there is nothing to send."
    team.sends(f"f:send_notes:{walk.id}")
    team.types("skip")
    team.types("x" * 3000)
    assert team.types("no")[0] == "Fine. I have sent nothing."
    team.sends(f"f:send_notes:{walk.id}")
    team.shares(Kind.PHOTO, file="AgAC", caption="Our garden")
    assert bare(team.types("skip"))[0] == "From A walk:\n\nOur garden"
    team.types("yes")
    world.tick()
    assert bare(noor.hears()) == ["From A walk:\n\nOur garden"]


@pytest.mark.parametrize(("photo", "most"), [(True, 1024), (False, 4096)])
def test_what_is_sent_fits(
    world: World, noor: Phone, walk: Meeting, photo: bool, most: int
) -> None:
    plan(world, title="💥" * 200)
    team = coordinator(world)
    go_to(world, walk.ends + timedelta(hours=15))
    noor.hears()
    team.sends(f"f:send_notes:{walk.id}")
    if photo:
        team.shares(Kind.PHOTO, file="AgAC", caption="")
    else:
        team.types("skip")
    limit = look_back.MOST_WITH_PHOTO if photo else look_back.MOST
    assert "too long" in team.types("💥" * (limit - 1))[0]
    team.types("💥" * (limit // 2))
    team.types("yes")
    world.tick()
    [said] = noor.hears()
    assert units(said) <= most


def test_at_night_nobody_is_woken_up(world: World, walk: Meeting, noor: Phone) -> None:
    team = coordinator(world)
    go_to(world, walk.ends)
    noor.hears()
    team.sends(f"f:send_notes:{walk.id}")
    team.types("skip")
    team.types("Thanks")
    assert team.types("yes")[0] == "I send it Thursday 11 March, 09:00."
    world.tick()
    assert noor.hears() == []
    the_morning_after(world, walk)
    assert "From A walk:\n\nThanks" in bare(noor.hears())


def test_notes_that_could_not_be_sent_by_day_wait_for_the_morning(
    world: World, walk: Meeting, noor: Phone
) -> None:
    team = coordinator(world)
    the_morning_after(world, walk)
    noor.hears()
    team.sends(f"f:send_notes:{walk.id}")
    team.types("skip")
    team.types("Thanks")
    team.types("yes")
    world.run(lambda tx: [tick.run(tx, world.now) for tick in world.ticks])
    world.pass_time(hours=10)
    assert noor.hears() == []
    world.pass_time(hours=11)
    assert "From A walk:\n\nThanks" in bare(noor.hears())
