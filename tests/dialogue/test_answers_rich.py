"""Formatted text, files and voice messages as answers."""

import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue import answers
from bot.dialogue.checks import Invalid
from bot.dialogue.messages import Heard, Kind, Origin, Rich, Span
from bot.dialogue.talk import Talk
from tests.dialogue.small import begun
from tests.dialogue.test_given import NUMBER, REFUSED

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")

BOLD = Span("bold", 0, 4)


def words(talk: Talk, tx, most: int = 4096):
    found = talk.ask("words", "Say something.", answers.formatted(most))
    talk.say(found)
    talk.say("Rich" if isinstance(found, Rich) else "Plain", attachment=None)


def something(talk: Talk, tx):
    sent = talk.ask("file", "What is it?", answers.file())
    talk.say(f"{sent.kind} {sent.file} {sent.name} {sent.caption}")
    talk.ask("more", "More?", answers.text())


def last(phone):
    assert phone.last.message is not None
    return phone.last.message.text


def test_what_was_formatted_comes_back_formatted():
    _world, phone = begun(words)
    phone.types(
        "  Fijn & goed ", spans=[Span("bold", 2, 4), Span("text_link", 7, 1, "https://a.nl/")]
    )
    assert last(phone) == '<b>Fijn</b> <a href="https://a.nl/">&amp;</a> goed\n\nRich'
    assert isinstance(last(phone), Rich)


@pytest.mark.parametrize("spans", [(), [Span("mention", 0, 4)]])
def test_what_was_not_formatted_stays_plain(spans):
    _world, phone = begun(words)
    assert phone.types("<b>Fijn</b>", spans=spans) == ["<b>Fijn</b>\n\nPlain"]


def test_the_formatting_outlives_a_pause():
    world, phone = begun(words)
    world.pass_time(hours=4)
    phone.types("Fijn dat je er bent", spans=[BOLD])
    phone.presses("Use “")
    assert last(phone) == "<b>Fijn</b> dat je er bent\n\nRich"


def test_only_what_is_read_counts_for_the_length():
    check = answers.formatted(most=8)
    read = check.read(Heard(Origin("", ""), "&&&&&&&&", spans=(Span("bold", 0, 8),)), NOW, ZONE)
    assert read == "<b>" + "&amp;" * 8 + "</b>"
    long = check.read(Heard(Origin("", ""), "👨👨👨👨👨"), NOW, ZONE)
    assert long == Invalid("That is too long: 10 characters. At most 8 fit.")


def test_a_photo_where_formatted_text_is_asked_is_told_so():
    _world, phone = begun(words)
    assert phone.shares(Kind.PHOTO, file="f", caption="x") == [
        "That is a photo. Please type your answer."
    ]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (Kind.PHOTO, {"file": "p"}, "photo p photo.jpg <b>Fijn</b> &amp; goed"),
        (Kind.DOCUMENT, {"file": "d", "name": "plan.pdf"},
         "document d plan.pdf <b>Fijn</b> &amp; goed"),
        (Kind.DOCUMENT, {"file": "d"}, "document d file <b>Fijn</b> &amp; goed"),
        (Kind.VOICE, {"file": "v"}, "voice v voice.ogg <b>Fijn</b> &amp; goed"),
    ],
)  # fmt: skip
def test_a_file_is_kept_by_its_name_with_the_words_under_it(kind, value, told):
    _world, phone = begun(something)
    assert phone.shares(kind, caption="Fijn & goed", spans=[BOLD], **value) == [f"{told}\n\nMore?"]


def test_what_is_no_file_is_told_what_is():
    _world, phone = begun(something)
    wanted = "Please send a photo, a file or a voice message."
    assert phone.types("a file") == [wanted]
    _world, phone = begun(something)
    assert phone.shares(Kind.STICKER, file="s") == [wanted]


def test_the_first_file_of_an_album_is_the_answer():
    _world, phone = begun(something)
    assert phone.shares(Kind.PHOTO, album="7", file="f") == ["photo f photo.jpg \n\nMore?"]
    assert phone.shares(Kind.PHOTO, album="7", file="g") == []


def test_a_citizen_number_is_refused_in_a_link_a_caption_and_a_name():
    _world, phone = begun(words)
    hidden = Span("text_link", 0, 4, f"https://example.org/{NUMBER}")
    assert phone.types("here", spans=[hidden])[0].startswith(REFUSED)
    _world, phone = begun(something)
    assert phone.shares(Kind.VOICE, file="v", caption=NUMBER)[0].startswith(REFUSED)
    assert phone.shares(Kind.VOICE, file="v", spans=[hidden], caption="here")[0].startswith(REFUSED)
    [told] = phone.shares(Kind.DOCUMENT, file="d", name=f"{NUMBER}.pdf")
    assert told.startswith("The name of that file may hold a citizen service number")


def test_an_edited_message_with_formatting_changes_nothing():
    _world, phone = begun(words)
    phone.types("Fijn", spans=[BOLD])
    assert phone.edits("Fijner") == []


def test_formatting_is_in_no_description_of_what_was_heard(caplog):
    caplog.set_level(logging.DEBUG)
    heard = Heard(Origin("", ""), "here", spans=(Span("text_link", 0, 4, "https://secret.nl"),))
    logging.getLogger("x").error("%r", heard)
    assert "secret" not in caplog.text
