"""What an announcement is made of: its letter, its audience and its moments, without a database."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.announcing import progress, summary
from bot.dialogue.announcing.audience_questions import audience_of, last_step
from bot.dialogue.announcing.letter import first_words, length, letter, room
from bot.dialogue.announcing.text_questions import content_of, texts_of
from bot.dialogue.announcing.when_questions import DAY, HOUR, WEEK, read_offset, said_offset
from bot.dialogue.checks import Invalid
from bot.dialogue.language import languages, speaking
from bot.dialogue.messages import Heard, Origin, Rich, rich
from bot.dialogue.state import SKIPPED

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")


def written(text, *, buttons=(), attachment=None, **others):
    texts = {"en": {"text": str(text), "rich": isinstance(text, Rich)}, **others}
    return {"texts": texts, "attachment": attachment, "buttons": list(buttons)}


def letter_of(content, language="en", *, purpose="news", sender="Noor", platform="De Kom"):
    return letter(
        content, language, announcement=7, purpose=purpose, sender=sender, platform=platform
    )


# The letter.


def test_a_letter_says_who_sends_it_and_how_to_stop():
    made = letter_of(written("Kom ook"))
    assert made.text == "Kom ook\n\n\u2068Noor\u2069 of \u2068De Kom\u2069 sends you this."
    assert [button.data for button in made.buttons] == [
        "f:why_announcement:7",
        "f:stop_announcements:news",
    ]
    assert made.about == "announcement:7"


def test_who_is_not_known_any_more_is_not_named():
    made = letter_of(written("Kom ook"), sender="")
    assert made.text == "Kom ook\n\n\u2068De Kom\u2069 sends you this."


def test_what_is_about_ones_own_meeting_is_not_stopped():
    made = letter_of(written("Kom ook"), purpose="service")
    assert [button.data for button in made.buttons] == ["f:why_announcement:7"]


def test_markup_of_names_stays_text():
    made = letter_of(written(rich("<b>Kom</b>")), sender="<i>", platform="a & b")
    assert isinstance(made.text, Rich)
    assert made.text.startswith("<b>Kom</b>\n\n<i>\u2068&lt;i&gt;\u2069")
    assert "a &amp; b" in made.text


def test_each_gets_their_own_language_or_the_first():
    content = written("Come too", nl={"text": "Kom ook", "rich": False})
    assert letter_of(content, "nl").text.startswith("Kom ook\n\n")
    assert letter_of(content, "ar").text.startswith("Come too\n\n")
    assert letter_of(content, "ar").buttons[0].label == "Why do I get this?"


def test_the_buttons_keep_their_order_and_their_numbers():
    buttons = [
        {"kind": "link", "label": {"en": "Read"}, "value": "https://example.org"},
        {"kind": "meeting", "label": {"en": "See", "nl": "Zie"}, "value": 3},
    ]
    made = letter_of(written("Come", buttons=buttons, nl={"text": "Kom", "rich": False}), "nl")
    assert [(b.label, b.data, b.url) for b in made.buttons[:2]] == [
        ("Read", "", "https://example.org"),
        ("Zie", "f:tap:7:1", ""),
    ]


@pytest.mark.parametrize("is_rich", [False, True])
def test_who_sends_it_is_said_as_far_as_that_fits(is_rich):
    line = length("\n\n\u2068Noor\u2069 of \u2068De Kom\u2069 sends you this.")
    for more in (0, 1):
        words = "a" * (4096 - line + more)
        made = letter_of(written(rich("<b>{words}</b>", words=words) if is_rich else words))
        assert length(made.text) == (4096 if not more else len(words))


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    times=st.integers(1, 70),
    is_rich=st.booleans(),
    captioned=st.booleans(),
    names=st.tuples(st.text(max_size=80), st.text(max_size=80)),
)
def test_a_letter_is_never_longer_than_may_be_sent(text, times, is_rich, captioned, names):
    file = {"kind": "photo", "file": "x", "name": "photo.jpg"} if captioned else None
    whole = (text * times)[:4000]
    while length(whole) > room({"attachment": file}):
        whole = whole[: len(whole) // 2]
    content = written(rich("<b>{t}</b>", t=whole) if is_rich else whole, attachment=file)
    for code in languages():
        made = letter_of(content, code, sender=names[0], platform=names[1])
        assert length(made.text) <= room(content)
        assert whole in made.text or is_rich


def test_first_words_are_those_that_are_read():
    assert first_words(written(rich("<b>Kom</b> &amp; zie {x}", x="dit"))) == "Kom & zie dit"
    assert first_words(None) == ""
    assert first_words({"texts": {}}) == ""


# To whom.


def test_an_audience_is_read_from_as_many_answers_as_there_are():
    given_so_far: dict[str, Any] = {"what": "news", "to.0": "municipality"}
    assert audience_of(given_so_far) == {"only": [], "but": []}
    given_so_far |= {"to.0.of": "GM0344", "more.0": "but", "to.1": "theme", "to.1.of": ["green"]}
    assert audience_of(given_so_far) == {
        "only": [["municipality", "GM0344"]],
        "but": [["theme", "green"]],
    }


def test_what_was_chosen_before_and_left_is_not_meant():
    answered = {"what": "news", "to.0": "all", "more.0": "done", "to.1": "theme",
                "to.1.of": ["green"], "more.1": "done"}  # fmt: skip
    assert audience_of(answered) == {"only": [], "but": []}
    assert last_step({key: answered[key] for key in ("to.0", "more.0")}) == "more.0"


def test_news_goes_to_who_follows_that_and_a_place_of_its_own_does_not_narrow_it():
    answered = {"what": "news", "to.0": "all", "more.0": "done", "topics": ["green"],
                "place": "GM0193"}  # fmt: skip
    follows = [["follows", "topic:green"], ["follows", "place:GM0193"]]
    assert audience_of(answered)["only"] == follows
    answered |= {"to.0": "municipality", "to.0.of": "GM0344"}
    assert audience_of(answered)["only"] == [["municipality", "GM0344"], follows[0]]


def test_a_meeting_is_for_its_people_whatever_was_answered_before():
    answered = {"what": "meeting", "about": "4", "groups": ["yes", "line"], "to.0": "all",
                "topics": ["green"]}  # fmt: skip
    assert audience_of(answered)["only"] == [["meeting", "4:yes"], ["meeting", "4:line"]]


# What it says.


def test_the_first_language_is_first_however_it_was_answered():
    text = {"text": "x", "rich": False}
    answered = {"text.en": text, "text.nl": text, "text.ar": SKIPPED}
    assert list(texts_of(answered, ["nl", "ar", "en"])) == ["nl", "en"]
    assert list(texts_of({**answered, "languages": ["ar"]}, ["nl", "ar", "en"])) == ["nl"]


def test_topics_and_places_are_those_of_news_alone():
    text = {"text": "x", "rich": False}
    known = SimpleNamespace(languages=["nl"])
    answered = {"what": "survey", "text.nl": text, "topics": ["green"], "place": "GM0193"}
    assert content_of(answered, known)["topics"] == []
    assert content_of({**answered, "what": "news"}, known)["municipality"] == "GM0193"


# When.


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("2 days before", -2 * DAY), ("the day before", -DAY), ("een dag ervoor", -DAY),
        ("2 dagen van tevoren", -2 * DAY), ("een week voor de bijeenkomst", -WEEK),
        ("half an hour before", -30), ("anderhalf uur ervoor", -90), ("90 minuten vooraf", -90),
        ("1 day after", DAY), ("2 dagen erna", 2 * DAY), ("2 uur na afloop", 2 * HOUR),
        ("2 weeks later", 2 * WEEK), ("0 days before", None), ("soon", None), ("2 days", None),
        ("tomorrow before noon", None), ("", None),
    ],
)  # fmt: skip
def test_an_offset_is_read_in_both_languages(typed, minutes):
    assert read_offset(typed) == minutes


@pytest.mark.parametrize("minutes", [-WEEK, -DAY, -2 * DAY, -HOUR, -45, DAY, 3 * HOUR, 10 * DAY])
def test_what_is_offered_can_be_typed(minutes):
    for code in languages():
        with speaking(code):
            assert read_offset(said_offset(minutes)) == minutes


# How many.


@pytest.mark.parametrize(
    ("get", "typed", "fits"),
    [(918, "918", True), (918, "920", True), (918, "98", False), (918, "9180", False),
     (412_345, "410.000", True), (412_345, "about 410,000", True), (412_345, "41.000", False),
     (3, "", False), (3, "0", False)],
)  # fmt: skip
def test_the_number_that_is_typed_is_the_one_that_is_told(get, typed, fits):
    counted = SimpleNamespace(get=get, exact=get < 20_000)
    found = summary.typed_count(counted).read(Heard(Origin("k", "c"), typed), NOW, ZONE)
    assert isinstance(found, Invalid) != fits


def test_the_price_is_a_tenth_of_a_star_each():
    assert summary.price(918) == "91.8"
    assert summary.price(1_000_000) == "100,000"


@pytest.mark.parametrize(
    ("state", "sent", "share"),
    [("sending", 4, 80), ("sending", 5, 99), ("spreading", 5, 99), ("done", 5, 100),
     ("cancelled", 5, 100), ("sending", 0, 0)],
)  # fmt: skip
def test_nothing_is_a_hundred_percent_done_while_there_may_be_more(state, sent, share):
    counts = {"open": 5 - sent, "held": 0, "failed": 0, "skipped": 0, "uncertain": 0}
    assert progress.percent(SimpleNamespace(state=state, sent=sent, **counts)) == share
