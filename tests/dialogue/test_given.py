"""What people give as an answer: typed, pressed, shared, wrong, hostile."""

import itertools

import pytest

from bot.dialogue import answers
from bot.dialogue.checks import Check, Invalid, Unsure
from bot.dialogue.choices import match, match_shown
from bot.dialogue.citizen_numbers import has_citizen_number
from bot.dialogue.flow import flow
from bot.dialogue.messages import Kind, Wanted
from bot.dialogue.questions import Open
from storage import people
from tests.dialogue.small import begun

FRUIT = {"a": "Green apple", "b": "Pear", "c": "Crème fraîche"}
NOT_THERE = "I do not see that among the choices. Press a button, or type its words or number."


def one(talk, tx):
    talk.say("You chose " + talk.choose("fruit", "Which fruit?", FRUIT))


def several(talk, tx):
    talk.say("You chose " + " ".join(talk.choose_many("fruit", "Which fruit?", FRUIT)))


def typed(talk, tx):
    talk.say("You said " + talk.ask("words", "Say something.", answers.text(most=4096)))


def content(shown):
    assert shown.message is not None
    return shown.message


# Typed alternatives.


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("2", "b"),
        (" 2. ", "b"),
        ("Pear", "b"),
        ("pear!", "b"),
        ("PEAR", "b"),
        ("paer", None),
        ("peer", None),
        ("green aple", "a"),
        ("green", "a"),
        ("creme fraiche", "c"),
        ("crème-fraîche", "c"),
        ("4", None),
        ("0", None),
        ("a pear or so", None),
    ],
)
def test_a_choice_can_be_typed_by_number_or_words(said, key):
    _world, phone = begun(one)
    assert phone.types(said) == [f"You chose {key}" if key else NOT_THERE]


@pytest.mark.parametrize(
    ("said", "key"),
    [("0", "none"), ("1", "one"), ("2", "more"), ("3", None), ("2 or more", "more")],
)
def test_a_typed_number_is_the_one_on_the_button_where_buttons_are_numbers(said, key):
    options = {"none": "0", "one": "1", "more": "2 or more"}
    _world, phone = begun(lambda talk, tx: talk.say(talk.choose("n", "How many?", options)))
    assert phone.types(said) == [key or NOT_THERE]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("1, 3", "a c"),
        ("1 3", "a c"),
        ("3 and 1", "a c"),
        ("pear", "b"),
        ("pear, green apple", "a b"),
        ("pear & 3", "b c"),
        ("1,2,3", "a b c"),
        ("pear, plum", None),
    ],
)
def test_several_choices_can_be_typed_at_once(said, found):
    _world, phone = begun(several)
    told = "I do not see that among the choices. Press the buttons, or type numbers: 1, 3."
    assert phone.types(said) == [f"You chose {found}" if found else told]


def test_ticks_change_the_message_in_place():
    _world, phone = begun(several)
    assert phone.presses("☐ Pear") == []
    assert phone.last.labels[:4] == [
        "☐ Green apple",
        "☑ Pear",
        "☐ Crème fraîche",
        "Done (1 chosen)",
    ]
    phone.presses("☑ Pear")
    assert "☐ Pear" in phone.last.labels
    phone.presses("☐ Pear")
    assert phone.presses("Done") == ["You chose b"]


def test_typed_choices_add_to_what_was_ticked():
    _world, phone = begun(several)
    phone.presses("☐ Pear")
    assert phone.types("1") == ["You chose a b"]


@pytest.mark.parametrize("said", ["done", "Done (1 chosen)", "done."])
def test_done_can_be_typed(said):
    _world, phone = begun(several)
    phone.presses("☐ Pear")
    assert phone.types(said) == ["You chose b"]


@pytest.mark.parametrize("said", ["1", "1.", "(1)"])
def test_a_number_with_a_mark_is_a_choice_and_not_done(said):
    _world, phone = begun(several)
    assert phone.types(said) == ["You chose a"]


def test_nothing_ticked_is_not_done():
    _world, phone = begun(several)
    assert phone.presses("Done") == []
    assert phone.toast == "You have not chosen anything yet. Choose at least one."


def test_no_more_than_so_many_can_be_chosen():
    def most(talk, tx):
        talk.choose_many("fruit", "Which?", FRUIT, at_most=2)

    _world, phone = begun(most)
    phone.presses("☐ Pear")
    phone.presses("☐ Green")
    phone.presses("☐ Crème")
    assert phone.toast == "Choose at most 2."
    assert phone.types("1, 2, 3") == ["Choose at most 2."]


def test_help_keeps_the_ticks():
    _world, phone = begun(several)
    phone.presses("☐ Pear")
    assert phone.types("help") == ["HELP\n\nWhich fruit?"]
    assert phone.presses("Done") == ["You chose b"]


@pytest.mark.parametrize(("said", "meant"), [("yes", True), ("ok", True), ("Nope.", False)])
def test_yes_and_no_have_many_words(said, meant):
    _world, phone = begun(lambda talk, tx: talk.say(str(talk.confirm("sure", "Sure?"))))
    assert phone.types(said) == [str(meant)]


def test_suggestions_can_be_pressed():
    def asks(talk, tx):
        name = talk.ask("name", "Name?", answers.name(), suggestions=["Noor", "!!"])
        talk.say(f"Hello {name}.")

    _world, phone = begun(asks)
    phone.presses("!!")
    assert str(phone.toast).startswith("I do not see a name in that.")
    assert phone.presses("Noor") == ["Hello Noor."]


# Did you mean.


def place(talk, tx):
    name = talk.ask("name", "Name?", answers.text())
    found = talk.ask("place", f"Where, {name}?", answers.place())
    talk.say(found.label)


def doubting():
    world, phone = begun(place)
    phone.types("Noor")
    assert phone.types("Nieuwegijn") == ["Do you mean Nieuwegein?"]
    return world, phone


@pytest.mark.parametrize("step", ["Yes", "yes", "ok", "1"])
def test_a_doubt_is_settled_by_yes(step):
    _world, phone = doubting()
    assert phone.types(step) == ["Nieuwegein"]


def test_a_doubt_is_settled_by_pressing_and_the_question_shows_the_answer():
    _world, phone = doubting()
    row = phone.last.row
    phone.presses("Yes")
    shown = next(s for s in phone.screen() if s.row == row)
    assert shown.text == "Where, Noor?\n\nYour answer: \u2068Nieuwegein\u2069"
    assert shown.buttons == []


def test_a_doubt_is_settled_by_no_and_typing_again():
    _world, phone = doubting()
    assert phone.presses("No") == ["All right. Please type it again."]
    assert phone.types("Utrecht") == ["Utrecht"]


def test_another_answer_settles_a_doubt():
    _world, phone = doubting()
    assert phone.types("Utrecht") == ["Utrecht"]


def test_help_repeats_the_doubt_with_its_buttons():
    _world, phone = doubting()
    assert phone.types("/help") == ["HELP\n\nDo you mean Nieuwegein?"]
    assert phone.presses("Yes") == ["Nieuwegein"]


def test_back_out_of_a_doubt_returns_to_its_question():
    _world, phone = doubting()
    assert phone.presses("Back") == ["Where, Noor?"]
    assert phone.presses("Back") == ["Name?"]


def test_a_wrong_answer_leaves_the_buttons_of_a_doubt_working():
    _world, phone = doubting()
    phone.types("zzzzzz")
    assert phone.presses("Yes") == ["Nieuwegein"]


# Wrong answers.


def test_wrong_answers_get_more_help_each_time():
    @flow("ask", title="asking")
    def human(talk, tx):
        talk.say("A human!")

    def age(talk, tx):
        talk.say(str(talk.ask("age", "How old?", answers.number(16, 99))))

    _world, phone = begun(age, human)
    wrong = "Type a whole number from 16 to 99."
    assert phone.types("x") == [wrong]
    assert phone.types("x") == [f"{wrong}\nFor example: 16"]
    assert phone.last.labels == ["Stop"]
    assert phone.types("x")[0].startswith(f"{wrong}\nWe do not seem to get there together.")
    assert phone.last.labels == ["Stop", "Ask a human"]
    assert phone.types("ask a human")[0].startswith("A human!")
    assert phone.types("17") == ["17"]


def test_a_second_wrong_choice_repeats_the_question():
    def pick(talk, tx):
        talk.say(talk.choose("pick", "Which one?", {"a": "Apple", "b": "Banana"}))

    _world, phone = begun(pick)
    assert phone.types("plum") == [NOT_THERE]
    assert phone.types("plum") == [f"{NOT_THERE}\nFor example: Apple\n\nWhich one?"]
    assert phone.types("apple") == ["a"]


@pytest.mark.parametrize(
    ("said", "found"), [("garden c", "c"), ("2", "c"), ("hall 2", "h"), ("garden", None)]
)
def test_a_numbered_label_is_also_its_own_words(said, found):
    labels = {"h": "1. Hall 2", "c": "2. Garden C", "x": "3. Garden", "y": "4. Garden"}
    assert match(said, labels) == found
    assert match_shown(said, [labels]) == found


def test_a_number_inside_a_numbered_label_is_not_its_number():
    pages = [{"hall": "9. Hall 1"}, {"garden": "1. Garden"}]
    assert match_shown("1", pages) == "garden"
    assert match_shown("9", pages) == "hall"


def test_the_third_wrong_answer_to_an_optional_question_offers_to_skip():
    def mail(talk, tx):
        talk.say(str(talk.ask("mail", "E-mail?", answers.email(), optional=True)))

    _world, phone = begun(mail)
    phone.types("x")
    phone.types("x")
    told = phone.types("x")
    assert told[0].endswith("You can skip this.")
    assert phone.types("skip") == ["None"]


def test_a_question_that_is_needed_cannot_be_skipped():
    _world, phone = begun(one)
    told = "I need this one to go on. You can stop if you would rather not say."
    assert phone.types("skip") == [f"{told}\n\nWhich fruit?"]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("asks", [one, several, typed])
def test_what_cannot_be_an_answer_gets_a_sentence(kind, asks):
    _world, phone = begun(asks)
    [told] = phone.shares(kind, file="f", phone="1", own=True, latitude=1.0, longitude=2.0)
    assert "type" in told


def test_an_album_gets_one_sentence():
    _world, phone = begun(typed)
    assert phone.shares(Kind.PHOTO, album="7", file="f") == [
        "That is a photo. Please type your answer."
    ]
    assert phone.shares(Kind.PHOTO, album="7", file="g") == []
    assert len(phone.shares(Kind.PHOTO, album="8", file="h")) == 1


def test_an_album_where_nothing_is_asked_gets_one_answer():
    _world, phone = begun(lambda talk, tx: None)
    assert len(phone.shares(Kind.PHOTO, album="7", file="f")) == 1
    assert phone.shares(Kind.PHOTO, album="7", file="g") == []
    assert len(phone.shares(Kind.PHOTO, file="h")) == 1


def photo_and_more(talk, tx):
    found = talk.ask("photo", "A photo?", answers.photo())
    talk.say(f"{found.file} {found.caption} " + talk.ask("more", "More?", answers.text()))


def test_the_first_photo_of_an_album_is_the_answer_and_the_rest_is_no_wrong_one():
    _world, phone = begun(photo_and_more)
    assert phone.shares(Kind.PHOTO, album="7", file="f", caption="us") == ["More?"]
    assert phone.shares(Kind.PHOTO, album="7", file="g") == []
    assert phone.types("no") == ["f us no"]


def test_an_edited_message_changes_nothing_and_the_change_is_offered():
    def two(talk, tx):
        first = talk.ask("first", "First?", answers.text())
        talk.say(first + talk.ask("second", "Second?", answers.text()))

    _world, phone = begun(two)
    assert phone.edits("/go") == []
    phone.types("a")
    assert phone.edits("b") == [
        "You changed a message. I keep what you said first. Do you want to change it?"
    ]
    assert phone.presses("Change my last answer") == ["First?"]
    phone.types("b")
    assert phone.types("c") == ["bc"]


def test_an_edited_message_starts_nothing():
    _world, phone = begun(lambda talk, tx: talk.say("Again?"))
    assert phone.edits("/go") == []
    assert phone.edits("menu") == []


# Sharing.


def test_a_contact_is_shared_by_its_button_alone():
    def call(talk, tx):
        talk.say(talk.ask("phone", "Your number?", answers.contact()).number)

    _world, phone = begun(call)
    assert content(phone.last).share == ((Wanted.CONTACT, "Share my phone number"),)
    assert phone.types("0612345678") == ["Use the button below to share your number."]
    assert "somebody else" in phone.shares(Kind.CONTACT, phone="31600000000", own=False)[0]
    assert phone.shares(Kind.CONTACT, phone="31600000000", own=True) == ["31600000000"]
    assert content(phone.last).clear_share


def test_a_location_is_shared():
    def where(talk, tx):
        found = talk.ask("where", "Where?", answers.location())
        talk.say(f"{found.latitude} {found.longitude}")

    _world, phone = begun(where)
    assert phone.shares(Kind.LOCATION, latitude=52.1, longitude=5.1) == ["52.1 5.1"]


@pytest.mark.parametrize("word", ["stop", "skip", "back"])
def test_the_share_button_goes_when_a_word_ends_its_question(word):
    def call(talk, tx):
        talk.ask("name", "Name?", answers.text())
        talk.ask("phone", "Your number?", answers.contact(), optional=True)
        talk.ask("more", "More?", answers.text())

    _world, phone = begun(call)
    phone.types("Noor")
    first, *_rest = phone.types(word)
    assert first == "All right."
    assert any(content(shown).clear_share for shown in phone.screen()[-2:])


# Global words and keywords.


def test_a_word_of_a_flow_does_not_hijack_an_answer():
    _world, phone = begun(typed)
    assert phone.types("home") == ["You said home"]


def test_a_global_word_counts_as_the_whole_phrase_only():
    _world, phone = begun(typed)
    assert phone.types("I cannot stop") == ["You said I cannot stop"]


@pytest.mark.parametrize("word", ["menu", "Menu!", "help", "HELP"])
def test_help_and_menu_work_in_the_middle_and_return(word):
    _world, phone = begun(typed)
    [told] = phone.types(word)
    assert told in ("HOME\n\nSay something.", "HELP\n\nSay something.")


@pytest.mark.parametrize("word", ["stop", "STOP", "/stop", "quit", "Cancel."])
def test_stop_works_everywhere(word):
    _world, phone = begun(typed)
    assert phone.types(word)[0].startswith("Stopped: going.")


def test_an_unknown_command_is_no_answer():
    _world, phone = begun(typed)
    assert phone.types("/what") == [
        "I do not know that command. We were at this question:\n\nSay something."
    ]


def test_a_command_with_words_behind_it_is_understood():
    _world, phone = begun(typed)
    assert phone.types("/help me please") == ["HELP\n\nSay something."]


# Citizen numbers.


def bsn(prefix: str) -> str:
    """A number that passes the test of eleven; made here, so that nobody's stands in the code."""
    weights = range(9, 1, -1)
    for last in itertools.product("0123456789", repeat=9 - len(prefix)):
        number = prefix + "".join(last)
        if (sum(map(lambda w, d: w * int(d), weights, number)) - int(number[8])) % 11 == 0:
            return number
    raise AssertionError


NUMBER = bsn("1234567")
REFUSED = "I see a citizen service number (BSN) in that."


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f"it is {NUMBER}.",
        f"{NUMBER[:4]}.{NUMBER[4:6]}.{NUMBER[6:]}",
        f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}",
        f"2 {NUMBER}",
        bsn("01234")[1:],
    ],
)
def test_a_citizen_number_is_refused_and_not_kept(text):
    world, phone = begun(typed)
    [told] = phone.types(text)
    assert told.startswith(REFUSED)
    assert told.endswith("Say something.")
    assert phone.types("fine") == ["You said fine"]
    assert NUMBER not in str(world.run(everything))


def everything(tx):
    return [tx.connection.exec_driver_sql(f"SELECT * FROM {t}").all()
            for t in ("conversations", "outbox", "people")]  # fmt: skip


def test_a_citizen_number_is_refused_under_a_photo():
    _world, phone = begun(photo_and_more)
    assert phone.shares(Kind.PHOTO, file="f", caption=NUMBER)[0].startswith(REFUSED)


def test_a_citizen_number_is_refused_in_a_reply():
    @flow("take", reply="question")
    def take(talk, tx, number: int, text: str):
        talk.say(f"{number}: {text}")

    _world, phone = begun(lambda talk, tx: talk.say("A question", about="question:12"), take)
    asked = phone.last
    assert phone.types(f"I am {NUMBER}", reply_to=asked)[0].startswith(REFUSED)
    assert phone.types("I am fine", reply_to=asked) == ["12: I am fine"]
    assert phone.types("/help", reply_to=asked) == ["HELP"]


def test_a_citizen_number_is_refused_after_a_pause():
    world, phone = begun(typed)
    world.pass_time(hours=4)
    assert phone.types(NUMBER)[0].startswith(REFUSED)
    assert NUMBER not in str(world.run(everything))


@pytest.mark.parametrize("year", range(2024, 2031))
def test_no_day_is_taken_for_a_citizen_number(year):
    for month, day in itertools.product(range(1, 13), range(1, 29)):
        assert not has_citizen_number(f"{day:02}-{month:02}-{year}")
        assert not has_citizen_number(f"{year}-{month:02}-{day:02}")


def test_no_telephone_number_is_taken_for_a_citizen_number():
    for n in range(0, 10**8, 999_983):
        for shape in ("06{}", "06 {}", "06-{}", "+31 6{}", "+31 6 {}", "0031 6{}", "+316{}"):
            assert not has_citizen_number(f"call {shape.format(f'{n:08}')} please")


# Hostile texts.

HOSTILE = [
    "<b>bold</b> & <script>alert(1)</script>",
    "\u202eevil\u202c \u2066x\u2069 \u200fright\u200e",
    "zero\u200bwidth\u200d\ufeff",
    "x" * 4096,
    "👨‍👩‍👧‍👦" * 500,
    "=SUM(A1:A9)",
    "{name} {0} %s %(x)s",
    "'; DROP TABLE people; --",
    "\u0627\u0644\u0633\u0644\u0627\u0645",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_kept_as_typed_and_shown_harmless(text):
    def keeps(talk, tx):
        said = talk.ask("words", "Say something.", answers.text(most=10_000))
        talk.summary("sum", "You said", {"words": ("Words", said)})
        people.change(tx, talk.person.id, initiative=said)

    _world, phone = begun(keeps)
    phone.types(text)
    assert phone.presses("Yes, this is right") == []
    assert phone.person.initiative == text.strip()


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u2060\ufeff", "\u202e\u200f"])
def test_text_that_shows_nothing_is_no_answer(text):
    _world, phone = begun(typed)
    assert phone.types(text) == ["That is a bit short. Can you say a little more?"]


def test_half_a_character_stops_nothing():
    _world, phone = begun(typed)
    assert phone.types("\ud800")[0].startswith("You said")


# A question of any kind.


def test_a_flow_can_put_a_question_of_its_own_making():
    def own(talk, tx):
        talk.say(talk.put(Open("x", "X?", answers.text())))

    _world, phone = begun(own)
    assert phone.types("y") == ["y"]


# A doubt that is settled with some of its words.


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("19:30", "You said 19"),
        ("07:30", "You said 7"),
        ("07:30, Tuesday", "You said 7"),
        ("none", "All right. Please type it again."),
        ("Tuesday", "Not that."),
        ("20:00", "Not that."),
    ],
)
def test_a_doubt_is_settled_with_words_that_only_one_answer_has(said, heard):
    def evening_or_morning():
        labels = {19: "Tuesday 2 March, 19:30", 7: "Tuesday 2 March, 07:30"}

        def read(given, now, zone):
            return Unsure((19, 7)) if given.text == "half past seven" else Invalid("Not that.")

        return Check(read, int, int, labels.__getitem__)

    def asks(talk, tx):
        talk.say(f"You said {talk.ask('hour', 'When?', evening_or_morning())}")

    _world, phone = begun(asks)
    phone.types("half past seven")
    assert phone.types(said)[0].startswith(heard)
