"""The buttons under what many get: pressed, typed, gone when it is taken away."""

import pytest

from bot.dialogue.flow import entry, flow, render
from bot.dialogue.messages import Button, Message, dump, load
from storage import outbox, templates
from storage.outbox import Kind, Lane, Promise
from tests.phone import World

KEY = "announcement:1:en"
LETTER = Message(
    "Saturday we plant trees.",
    rows=((Button("The meeting", entry("meeting", 7)),), (Button("Stop these", entry("stop")),)),
    about="announcement:1",
)


@flow("home", command="/start")
def home(talk, _tx):
    talk.say("Home.")


@flow("meeting")
def meeting(talk, _tx, meeting_id: int):
    talk.say(f"Meeting {meeting_id}.")


@flow("stop")
def stop(talk, _tx):
    talk.say("You get no more of these.")


@flow("reply_to_announcement", reply="announcement")
def reply(talk, _tx, about: str, text: str):
    talk.say(f"Passed on about {about}: {text}")


@render("letter", together=True)
def letter(tx, asked, _now):
    kept = templates.get_many(tx, {one["template"] for one in asked})
    return [load(kept[one["template"]]) for one in asked]


@pytest.fixture
def world():
    return World([home, meeting, stop, reply], renderers=[letter])


@pytest.fixture
def phone(world):
    phone = world.phone()
    phone.types("/start")
    return phone


def announce(world, phone, key="announcement:1:1", **more):
    world.run(templates.put, KEY, dump(LETTER))
    told = {"lane": Lane.BULK, "about": "announcement:1", **more}
    one = Promise(key, phone.chat, "letter", {"template": KEY}, world.now, **told)
    assert world.run(outbox.promise, one, world.now)
    world.tick()


@pytest.mark.parametrize("lane", [Lane.BULK, Lane.PAID, Lane.NOTICE])
def test_its_buttons_can_be_typed_by_words_and_by_number(world, phone, lane):
    announce(world, phone, lane=lane)
    assert phone.hears() == [LETTER.text]
    assert phone.types("the meeting") == ["Meeting 7."]
    assert phone.types("stop these") == ["You get no more of these."]
    assert phone.types("1") == ["Meeting 7."]


def test_a_reply_to_it_is_known_as_one(world, phone):
    announce(world, phone)
    assert phone.types("May I bring a spade?", reply_to=phone.last) == [
        "Passed on about 1: May I bring a spade?"
    ]


def test_its_buttons_are_gone_when_it_is_taken_away(world, phone):
    announce(world, phone)
    row = phone.last.row
    announce(world, phone, "correction:2:1", edits=row, kind=Kind.DELETE)
    assert LETTER.text not in [shown.text for shown in phone.screen()]
    assert "Meeting 7." not in phone.types("the meeting")


def test_a_correction_has_the_buttons_that_are_typed(world, phone):
    announce(world, phone)
    row = phone.last.row
    corrected = Message("On Sunday.", rows=((Button("The place", entry("meeting", 8)),),))
    world.run(templates.put, "announcement:2:en", dump(corrected))
    changed = Promise(
        "correction:2:1", phone.chat, "letter", {"template": "announcement:2:en"}, world.now,
        lane=Lane.BULK, edits=row,
    )  # fmt: skip
    world.run(outbox.promise, changed, world.now)
    world.tick()
    assert phone.screen()[-1].text == "On Sunday."
    assert phone.types("the place") == ["Meeting 8."]
    assert "Meeting 7." not in phone.types("the meeting")
