"""One update, one turn: who speaks, in which language, how much, where; and what is said of it."""

import json
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update

from bot.dialogue import answers, phrases
from bot.dialogue.choices import plain
from bot.dialogue.flow import FlowError, flow
from bot.dialogue.language import catalogue, languages, speaking, spoken
from bot.dialogue.messages import Button, Heard, Origin, Rich, rich, units
from bot.guards import FLOOD, LOOP
from bot.router import book_of, in_all_languages
from bot.turn import MUTED, apologise
from storage import people, tables
from tests.dialogue.small import begun, going, help_, home
from tests.phone import World

MOST = 4096


def typed(talk, tx):
    talk.say("You said " + talk.ask("words", "Say something.", answers.text()))


# Languages.


def test_the_language_of_the_phone_is_spoken_where_there_is_one():
    world = World([home, going(lambda talk, tx: talk.say(spoken()))])
    assert world.phone("a", "en-GB").types("/go") == ["en"]
    assert world.phone("b", "xx").types("/go") == ["nl"]


def test_a_language_ends_with_its_turn():
    with speaking("en"):
        world = World([home, going(lambda talk, tx: talk.say(spoken()))])
        assert world.phone("a", "nl").types("/go") == ["nl"]
        assert spoken() == "en"


def test_a_language_ends_with_a_turn_that_fails():
    def fails(talk, tx):
        raise KeyError

    with speaking("en"):
        world = World([home, going(fails)])
        with pytest.raises(KeyError):
            world.phone("a", "nl").types("/go")
        assert spoken() == "en"


@pytest.mark.parametrize("code", languages())
def test_commands_and_words_are_understood_in_every_language(code):
    said = catalogue(code).gettext
    _world, phone = begun(typed)
    assert phone.types(said("/stop"))[0].startswith("Stopped")
    phone.types("/go")
    assert phone.types(said("stop, quit, cancel").split(",")[0])[0].startswith("Stopped")
    assert in_all_languages("/stop") >= {said("/stop"), "/stop"}


@pytest.mark.parametrize("code", languages())
def test_the_buttons_under_a_question_can_be_typed_in_every_language(code):
    words = book_of([]).words
    with speaking(code):
        labels = {
            "back": phrases.back(),
            "skip": phrases.skip(),
            "stop": phrases.stop(),
            "later": phrases.later(),
        }
    assert {verb: words.get(plain(label)) for verb, label in labels.items()} == {
        verb: verb for verb in labels
    }


# Too much.


@pytest.fixture
def guarded():
    world = World([home, help_, going(typed)], guards=True)
    return world, world.phone()


def flood(world, phone):
    return [phone.types("/go") for _ in range(FLOOD[0] + 1)]


def test_who_floods_gets_one_warning_and_then_silence(guarded):
    world, phone = guarded
    *_before, last = flood(world, phone)
    assert last == ["That goes very fast. I will be quiet for ten minutes and then listen again."]
    assert phone.types("hello") == []
    assert phone.presses("Stop") == []
    assert phone.toast == ""


def test_nobody_else_notices_a_flood(guarded):
    world, phone = guarded
    flood(world, phone)
    assert world.phone("yusuf").types("/help") == ["HELP"]


def test_after_ten_minutes_the_talk_goes_on(guarded):
    world, phone = guarded
    flood(world, phone)
    world.pass_time(seconds=MUTED.total_seconds() + 1)
    assert phone.types("hello") == ["You said hello"]


def test_a_quick_typist_is_no_flood(guarded):
    world, phone = guarded
    for _ in range(100):
        world.pass_time(seconds=0.5)
        phone.types("/help")
    assert phone.person.muted_until is None


def test_the_same_text_over_and_over_is_stopped(guarded):
    world, phone = guarded
    told = []
    for _ in range(LOOP[0] + 3):
        world.pass_time(seconds=2)
        told += phone.types("/help")
    assert told == ["HELP"] * LOOP[0]
    world.pass_time(minutes=6)
    assert phone.types("/help") == ["HELP"]


def test_a_question_that_is_held_back_as_a_loop_keeps_its_row(guarded):
    world, phone = guarded
    phone.types("/go")
    for _ in range(LOOP[0] + 3):
        world.pass_time(seconds=2)
        phone.types("/go")
    assert phone.types("x") == ["You said x"]


def test_what_is_said_before_a_question_that_is_held_back_is_not_the_question():
    told = count()

    def news(talk, tx):
        talk.say(f"News {next(told)}", [Button("More", "f:home")])

    def asks(talk, tx):
        talk.say(talk.choose("x", "Which?", {"a": "Apple", "b": "Pear"}))

    world = World([home, going(asks), flow("news", command="/news")(news)], guards=True)
    phone = world.phone()
    phone.types("/go")
    for _ in range(LOOP[0] + 3):
        world.pass_time(seconds=2)
        phone.types("/news")
    assert phone.last.text.startswith("News")
    assert phone.presses("Pear") == ["b"]
    assert phone.labels.count("More") == LOOP[0] + 3


# Groups and reach.


def group_hears(world, text, key="g1"):
    before = len(world.run(all_texts))
    world.apply(Heard(Origin(key, "telegram:-100", False, "en"), text))
    return world.run(all_texts)[before:]


def all_texts(tx):
    rows = tx.connection.exec_driver_sql("SELECT content FROM outbox ORDER BY id")
    return [json.loads(row.content)["text"] for row in rows if row.content]


IN_A_GROUP = (
    "I do not talk about personal things in a group. "
    "Write to me here: https://t.me/buurtbot?start=menu"
)


@pytest.mark.parametrize("text", ["/go", "/go@buurtbot", "/start", "/GO@BuurtBot now"])
def test_a_command_in_a_group_gets_a_link_to_the_private_chat(text):
    world = World([home, going(typed)])
    assert group_hears(world, text) == [IN_A_GROUP]


@pytest.mark.parametrize("text", ["hello", "/go@otherbot", "/other", "stop", "/"])
def test_what_is_not_for_us_in_a_group_is_left_alone(text):
    world = World([home, going(typed)])
    assert group_hears(world, text) == []


def test_nobody_is_made_of_a_group():
    world = World([home, going(typed)])
    group_hears(world, "/go")
    assert world.run(people.by_chat, "telegram:-100") is None


def test_who_blocks_the_bot_is_unreachable_and_nothing_waits_for_them():
    world, phone = begun(typed)
    phone.types("hello")
    world.run(wait_all)
    phone.blocks()
    assert not phone.person.reachable
    assert world.run(states) == {"cancelled"}


def wait_all(tx):
    tx.execute(update(tables.outbox).values(state="waiting"))


def states(tx):
    return {row.state for row in tx.connection.exec_driver_sql("SELECT state FROM outbox")}


def test_who_comes_back_is_reachable_and_no_consent_comes_with_it():
    world, phone = begun(typed)
    for purpose in people.Purpose:
        given = people.Consent(purpose, True, "3", "nl", "chat", world.now)
        world.run(people.record_consent, phone.person.id, given)
    phone.blocks()
    world.now += timedelta(days=1)
    phone.blocks(now=False)
    assert phone.person.reachable
    assert phone.person.state == "visitor"
    kept = world.run(people.consents_of, phone.person.id)
    assert {name for name, one in kept.items() if one.given} == {"membership", "found"}
    ended = kept["news"]
    assert (ended.text_version, ended.language, ended.way) == ("3", "nl", "blocked")
    assert ended.at == world.now - timedelta(days=1)


def test_who_writes_is_reachable():
    _world, phone = begun(typed)
    phone.blocks()
    assert phone.types("hello") == ["You said hello"]
    assert phone.person.reachable


def test_an_apology_leaves_the_open_talk_as_it_is():
    world, phone = begun(typed)

    def sorry(tx):
        from bot.turn import Times

        apologise(tx, world.house, phone.chat, 999, Times(world.now, world.now))

    world.run(sorry)
    assert phone.types("x")[-1] == "You said x"


# What is said.


def test_short_texts_of_a_turn_are_one_message():
    _world, phone = begun(lambda talk, tx: [talk.say(str(n)) for n in range(3)] and None)
    assert [shown.text for shown in phone.screen()] == ["0\n\n1\n\n2"]


def test_texts_that_do_not_fit_together_are_two_messages():
    def says(talk, tx):
        talk.say("x" * MOST)
        talk.say("y")

    _world, phone = begun(says)
    assert [len(shown.text) for shown in phone.screen()] == [MOST, 1]


@pytest.mark.parametrize("word", ["word ", "👨‍👩‍👧‍👦", "x", "line\n"])
def test_a_text_that_is_too_long_is_parted_and_nothing_is_lost(word):
    long = word * (9000 // len(word))

    def says(talk, tx):
        talk.say(long, [Button("Menu", "f:home")])

    _world, phone = begun(says)
    shown = phone.screen()
    assert all(units(one.text) <= MOST for one in shown)
    assert "".join("".join(one.text.split()) for one in shown) == "".join(long.split())
    assert [bool(one.buttons) for one in shown] == [False] * (len(shown) - 1) + [True]


def test_a_long_rich_text_is_parted_with_whole_tags():
    def says(talk, tx):
        talk.say(rich("<b>Start <i>{x}</i></b>", x="a & b < c " * 900))

    _world, phone = begun(says)
    shown = phone.screen()
    assert len(shown) > 1
    for one in shown:
        assert isinstance(one.text, Rich)
        assert one.text.startswith("<b>")
        assert one.text.endswith("</i></b>")
        assert one.text.count("&") == one.text.count("&amp;") + one.text.count("&lt;")
        assert units(one.text) <= MOST


def test_a_question_that_is_too_long_can_still_be_answered():
    def asks(talk, tx):
        talk.say(talk.choose("x", "word " * 2000, {"a": "Apple", "b": "Pear"}))

    _world, phone = begun(asks)
    assert phone.presses("Pear") == ["b"]
    assert phone.labels == []
    assert all(units(one.text) <= MOST for one in phone.screen())


def test_the_buttons_of_a_flow_can_be_typed():
    def offers(talk, tx):
        talk.say("Well?", [Button("Get help", "f:help"), Button("Go to the menu", "f:home")])

    _world, phone = begun(offers)
    assert phone.types("get help") == ["HELP"]


def test_a_deep_link_leads_to_its_flow():
    @flow("meeting", link="meeting")
    def meeting(talk, tx, number: int, word: str = "-"):
        talk.say(f"{number} {word}")

    _world, phone = begun(typed, meeting)
    phone.types("stop")
    assert phone.types("/start meeting-12") == ["12 -"]
    assert phone.types("/start meeting-12-x") == ["12 x"]
    for wrong in ("meeting", "meeting-x", "meeting-1-2-3", "meeting-" + "9" * 40, "nothing-1", "-"):
        assert phone.types(f"/start {wrong}")[0].endswith("HOME")


def test_two_flows_with_one_command_are_a_mistake():
    with pytest.raises(ValueError, match="'go' is claimed twice"):
        book_of([going(typed), flow("other", command="/go")(typed)])


def test_a_button_with_a_colon_in_an_argument_is_a_mistake():
    from bot.dialogue.flow import entry

    with pytest.raises(FlowError, match="colon"):
        entry("meeting", "a:b")


# What another release may have left in a row.


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("draft", [1, 2]),
        ("draft", "text"),
        ("draft", {"ticked": ["gone"], "mean": []}),
        ("answers", {"x": 1}),
        ("answers", [["x"], 3, ["words", {"a": [[[]]]}], [None, 1]]),
        ("answers", [["words", eval("[" * 90 + "]" * 90)]]),
        ("waiting", "gone"),
        ("waiting", None),
    ],
)
def test_a_row_that_cannot_be_read_is_asked_again(column, value):
    world, phone = begun(typed)
    world.run(
        lambda tx: tx.execute(update(tables.conversations).values(**{column: value})) and None
    )
    told = phone.types("hello") + phone.types("hello")
    assert "You said hello" in told
