"""A question to a human and its answer, as both sides see it."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import TEXT_UNITS, units
from storage import codes, questions, tables
from storage.people import Role
from tests.flows.whole import gets_role, joins, rows, stored

MINUTE = timedelta(minutes=1)

HOSTILE = [
    "<b>fat</b> & </i>",
    "\u202egnirts\u202c \u2067x",
    "a\u200bb\u2060c",
    "=1+1",
    "*_`[x](y)",
    "\U0001f469" * 1500,
    "{name} %s {0}",
]


@pytest.fixture
def noor(world):
    return joins(world.phone("noor"))


def coordinator(world, name="coordinator", role="coordinator"):
    phone = world.phone(name)
    phone.types("/start")
    gets_role(phone, role)
    return phone


def asks(phone, text="When does the oven burn?"):
    phone.types("/ask")
    return phone.types(text)


def later(world):
    world.now += MINUTE
    world.tick()


def test_a_question_goes_to_a_coordinator_and_the_answer_comes_back(world, noor):
    coordinator_ = coordinator(world)
    assert noor.types("/ask") == [
        "What do you want to ask? Type it in one message.\n\n"
        "The coordinators of Bewonersplatform read it. One of them answers you here, "
        "usually within three working days. They see the name and the municipality that you "
        "told me, and not your phone number."
    ]
    assert noor.types("When does the oven burn?") == [
        "I have passed on your question. You get the answer here, usually within three "
        "working days."
    ]
    later(world)
    assert coordinator_.hears()[-1] == (
        "\u2068Noor\u2069 from Utrecht asks:\n\u2068When does the oven burn?\u2069\n\n"
        "Reply to this message to answer, or press the button."
    )
    told = coordinator_.types("On Friday.", reply_to=coordinator_.last)
    assert told == ["Your answer is on its way. They read it in their chat with me."]
    later(world)
    assert noor.hears()[-1] == (
        "You asked:\n\u2068When does the oven burn?\u2069\n\n"
        "A coordinator answers:\n\u2068On Friday.\u2069"
    )
    assert noor.last.labels == ["Ask on"]


def test_an_answer_can_be_typed_after_the_button_too(world, noor):
    asks(noor)
    other = coordinator(world)
    asks(noor, "Second one")
    later(world)
    assert other.presses("Answer")[0].endswith("Type your answer. They do not see who wrote it.")
    other.types("Yes.")
    later(world)
    assert noor.hears()[-1].endswith("A coordinator answers:\n\u2068Yes.\u2069")
    assert [row["action"] for row in rows(world, "audit")] == ["question.answer"]
    assert "Yes." not in stored(world)["audit"]


def test_a_reply_to_an_answer_is_the_next_question(world, noor):
    first = coordinator(world)
    asks(noor)
    later(world)
    first.types("On Friday.", reply_to=first.last)
    later(world)
    noor.types("And on Sunday?", reply_to=noor.last)
    later(world)
    assert "And on Sunday?" in first.hears()[-1]
    too_long = noor.types("x" * 1501, reply_to=noor.screen()[-2])
    assert too_long == ["I did not send that. Type at most 1500 characters."]
    assert len(rows(world, "questions")) == 2


def test_who_answers_second_is_told_and_may_add(world, noor):
    first, second = coordinator(world), coordinator(world, "second", "admin")
    asks(noor)
    later(world)
    notice = second.last
    first.types("On Friday.", reply_to=first.last)
    assert second.types("On Saturday.", reply_to=notice) == [
        "This question was answered already:\n\u2068On Friday.\u2069\n\nShall I send yours too?"
    ]
    assert second.presses("No, leave it") == ["Fine. I have sent nothing."]
    later(world)
    assert not any("Saturday" in text for text in noor.hears())
    second.types("On Saturday too.", reply_to=notice)
    second.presses("Yes, send mine too")
    later(world)
    assert noor.hears()[-1].endswith("\u2068On Saturday too.\u2069")
    assert world.run(questions.find, 1).answer == "On Friday."


def test_the_button_of_an_answered_question_shows_the_answer(world, noor):
    first, second = coordinator(world), coordinator(world, "second")
    asks(noor)
    later(world)
    first.types("On Friday.", reply_to=first.last)
    (said,) = second.presses("Answer")
    assert "answered already:\n\u2068On Friday.\u2069\n\nType what you want to add" in said
    second.types("At four.")
    second.presses("Yes, send mine too")
    later(world)
    assert noor.hears()[-1].endswith("\u2068At four.\u2069")


def test_an_answer_that_came_meanwhile_is_told_before_mine_goes(world, noor):
    first, second = coordinator(world), coordinator(world, "second")
    asks(noor)
    later(world)
    second.presses("Answer")
    first.types("On Friday.", reply_to=first.last)
    assert second.types("On Saturday.")[0].startswith("This question was answered already")
    second.types("yes")
    later(world)
    assert noor.hears()[-1].endswith("\u2068On Saturday.\u2069")


def test_without_anybody_there_the_question_waits_for_the_first(world, noor):
    said = asks(noor)
    assert said[0].startswith("I have kept your question. There is no coordinator yet")
    asks(noor, "Second one")
    boss = world.phone("boss")
    boss.types("/start")
    asks(boss, "My own question")
    code = world.run(codes.make, Role.ADMIN, None, world.now, world.now + MINUTE)
    boss.types(f"/admin {code}")
    later(world)
    heard = [text for text in boss.hears() if "asks:" in text]
    assert [("oven" in text, "Second" in text) for text in heard] == [(True, False), (False, True)]


def test_nobody_gets_an_answered_question_or_their_own(world, noor):
    first = coordinator(world)
    assert asks(first, "My own")[0].startswith("I have kept your question.")
    second = coordinator(world, "second")
    asks(noor)
    world.run(questions.answer, 2, first.person.id, "On Friday.", world.now)
    later(world)
    assert not any("asks:" in text for text in [*first.hears(), *second.hears()])


def test_a_coordinator_who_blocked_the_bot_is_nobody(world, noor):
    coordinator(world).blocks()
    assert asks(noor)[0].startswith("I have kept your question.")


def test_an_answer_to_somebody_out_of_reach_is_told_so(world, noor):
    first = coordinator(world)
    asks(noor)
    later(world)
    noor.blocks()
    told = first.types("On Friday.", reply_to=first.last)
    assert told == ["I have kept your answer. I cannot reach who asked it right now."]


def test_rights_count_at_the_moment_of_answering(world, noor):
    first = coordinator(world)
    asks(noor)
    later(world)
    gets_role(first, "none")
    for said in (first.types("No.", reply_to=first.last), first.presses("Answer")):
        assert len(said) == 1
        assert "coordinators" in said[0]
    assert world.run(questions.find, 1).answer is None


def test_who_lost_the_role_does_not_get_what_was_on_its_way(world, noor):
    first = coordinator(world)
    asks(noor)
    gets_role(first, "none")
    later(world)
    assert not any("asks:" in text for text in first.hears())


def test_a_question_of_somebody_who_was_forgotten_is_gone(world, noor):
    first, second = coordinator(world), coordinator(world, "second")
    asks(noor)
    later(world)
    second_notice = second.last
    asks(noor, "Second one")
    noor.types("/forget")
    while any("erase" in label.lower() for label in noor.last.labels):
        noor.presses(next(label for label in noor.last.labels if "erase" in label.lower()))
    assert rows(world, "questions") == []
    later(world)
    assert not any("Second one" in text for text in first.hears())
    said = second.types("On Friday.", reply_to=second_notice)
    assert said == ["That question is not there any more. It was taken back or erased."]


def test_the_question_after_a_forgotten_one_is_not_taken_for_it(world, noor):
    coordinator_ = coordinator(world)
    asks(noor, "Something of Noor's")
    later(world)
    coordinator_.hears()
    of_noor = coordinator_.last
    for step in ("/forget", "Yes, erase everything", "Yes, erase it for good"):
        noor.types(step)
    sam = world.phone("sam")
    asks(sam, "Something of Sam's")
    later(world)
    assert "Sam's" in coordinator_.hears()[0]
    assert coordinator_.types("Dear Noor,", reply_to=of_noor) == [
        "That question is not there any more. It was taken back or erased."
    ]
    later(world)
    assert sam.hears() == []


def test_nobody_has_more_than_five_questions_waiting(world, noor):
    first = coordinator(world)
    for number in range(5):
        asks(noor, f"Question {number}")
    full = noor.types("/ask")
    assert full[0].startswith("You have 5 questions waiting for an answer.")
    later(world)
    first.types("Yes.", reply_to=first.last)
    assert noor.types("/ask")[0].startswith("What do you want to ask?")


def test_a_human_is_there_in_the_middle_of_something_else(world):
    coordinator(world)
    phone = world.phone("ali")
    phone.types("/join")
    phone.types("Ali")
    assert phone.types("Ask a human")[0].startswith("What do you want to ask?")
    said = phone.types("Why do you want to know that?")
    assert said[0].startswith("I have passed on your question.")
    assert "Shall we go on with that?" in said[-1]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_kept_as_typed_and_fit(world, noor, text):
    first = coordinator(world)
    asks(noor, text)
    assert rows(world, "questions")[0]["text"] == text
    later(world)
    first.types(text, reply_to=first.last)
    first.presses("Answer")
    later(world)
    for phone in (noor, first):
        for shown in phone.screen():
            assert type(shown.message.text) is str
            assert units(shown.text) <= TEXT_UNITS
    assert rows(world, "questions")[0]["answer"] == text


@pytest.mark.parametrize("text", ["x" * 1501, "\u200b", "   "])
def test_what_cannot_be_a_question_is_asked_again(world, noor, text):
    coordinator(world)
    noor.types("/ask")
    noor.types(text)
    assert rows(world, "questions") == []
    noor.types("A real one")
    assert len(rows(world, "questions")) == 1


def test_a_reply_that_is_too_long_is_asked_for_again(world, noor):
    first = coordinator(world)
    asks(noor)
    later(world)
    said = first.types("x" * 1501, reply_to=first.last)
    assert said[0].startswith("I did not send that. Type at most 1500 characters.")
    first.types("On Friday.")
    assert world.run(questions.find, 1).answer == "On Friday."


def test_no_address_of_the_asker_stands_in_what_coordinators_get(world):
    first = coordinator(world)
    visitor = world.phone("4711")
    asks(visitor)
    later(world)
    assert first.last.text.startswith("Somebody asks:\n")
    query = tables.outbox.select().where(tables.outbox.c.chat == first.chat)
    sent = world.run(lambda tx: str([row.content for row in tx.execute(query)]))
    assert "4711" not in sent
