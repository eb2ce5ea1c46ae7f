"""A talk is one function, run again at every turn: the rules that flows live by."""

import pytest
from sqlalchemy import func, select

from bot.dialogue import answers
from bot.dialogue.flow import FlowError
from storage import people, tables
from tests.dialogue.small import Shelf, begun, going

SAID = answers.text()


def talks_kept(world):
    return world.run(
        lambda tx: tx.execute(select(func.count()).select_from(tables.conversations)).scalar()
    )


def three(talk, tx):
    talk.say("Welcome!")
    name = talk.ask("name", "Your name?", answers.text())
    talk.say(f"Hello {name}.")
    place = talk.ask("place", "Your place?", answers.text())
    age = talk.ask("age", "Your age?", answers.number(1, 120))
    talk.say(f"{name}, {place}, {age}")


def test_a_talk_asks_one_question_after_the_other():
    _world, phone = begun(three)
    assert phone.last.text == "Welcome!\n\nYour name?"
    assert phone.types("Noor") == ["Hello Noor.\n\nYour place?"]
    assert phone.types("Utrecht") == ["Your age?"]
    assert phone.types("40") == ["Noor, Utrecht, 40"]


def test_a_talk_that_is_over_leaves_no_row():
    world, phone = begun(three)
    assert talks_kept(world) == 1
    for answer in ("Noor", "Utrecht", "40"):
        phone.types(answer)
    assert talks_kept(world) == 0


# Writes.


def test_a_question_after_a_write_is_a_mistake_and_nothing_is_kept():
    def writes_first(talk, tx):
        name = talk.ask("name", "Name?", answers.text())
        people.change(tx, talk.person.id, name=name)
        talk.ask("more", "More?", answers.text())

    _world, phone = begun(writes_first)
    with pytest.raises(FlowError, match="wrote before it asked 'more'"):
        phone.types("Noor")
    assert phone.person.name is None
    assert phone.last.text == "Name?"


def test_changing_an_answer_after_a_write_is_a_mistake():
    def changes(talk, tx):
        talk.ask("name", "Name?", answers.text())
        people.change(tx, talk.person.id, name="x")
        talk.change("name")

    _world, phone = begun(changes)
    with pytest.raises(FlowError, match="wrote before it changed 'name'"):
        phone.types("Noor")


def test_asking_again_after_a_write_is_a_mistake():
    def again(talk, tx):
        talk.ask("name", "Name?", answers.text())
        people.change(tx, talk.person.id, name="x")
        talk.again("name")

    _world, phone = begun(again)
    with pytest.raises(FlowError, match="wrote before it asked 'name' again"):
        phone.types("Noor")


def test_writes_after_the_last_question_are_kept():
    def writes_last(talk, tx):
        people.change(tx, talk.person.id, name=talk.ask("name", "Name?", answers.text()))

    _world, phone = begun(writes_last)
    phone.types("Noor")
    assert phone.person.name == "Noor"


class WritingShelf(Shelf):
    """A store that keeps its answers in the database, as real ones do."""

    def save(self, tx, who, key, value):
        super().save(tx, who, key, value)
        people.change(tx, who.person, initiative=str(value))


def test_an_answer_store_may_write_between_questions():
    shelf = WritingShelf()
    _world, phone = begun(three, answers=shelf)
    assert phone.types("Noor") == ["Hello Noor.\n\nYour place?"]
    assert phone.person.initiative == "Noor"


def test_the_writes_of_an_answer_store_do_not_hide_those_of_the_flow():
    def writes(talk, tx):
        talk.ask("name", "Name?", answers.text())
        people.change(tx, talk.person.id, name="x")
        talk.ask("more", "More?", answers.text())

    _world, phone = begun(writes, answers=WritingShelf())
    with pytest.raises(FlowError):
        phone.types("Noor")


# Keys.


def test_a_key_twice_is_a_mistake():
    def twice(talk, tx):
        talk.ask("name", "Name?", answers.text())
        talk.ask("name", "Name?", answers.text())

    _world, phone = begun(twice)
    with pytest.raises(FlowError, match="asks 'name' twice"):
        phone.types("Noor")


def test_a_key_that_is_too_long_for_a_button_is_a_mistake():
    with pytest.raises(FlowError, match="too long for a button"):
        begun(lambda talk, tx: talk.choose("k" * 60, "Which?", {"a": "A"}))


def test_a_key_with_a_colon_is_a_mistake():
    with pytest.raises(FlowError, match="colon"):
        begun(lambda talk, tx: talk.choose("a:b", "Which?", {"a": "A"}))


def test_an_option_may_have_a_colon():
    def odd(talk, tx):
        talk.say("You chose " + talk.choose("which", "Which?", {"x:1": "One", "x:2": "Two"}))

    _world, phone = begun(odd)
    assert phone.presses("Two") == ["You chose x:2"]


def test_saying_nothing_at_all_is_a_mistake():
    with pytest.raises(FlowError, match="says nothing"):
        begun(lambda talk, tx: talk.say("  "))


# A new release in the middle of a talk.


def test_a_question_that_a_new_release_adds_later_is_asked():
    def longer(talk, tx):
        three(talk, tx)
        talk.say(talk.ask("shoes", "Shoes?", answers.text()))

    world, phone = begun(three)
    phone.types("Noor")
    world.release(going(longer))
    assert phone.types("Utrecht") == ["Your age?"]
    assert phone.types("40") == ["Noor, Utrecht, 40\n\nShoes?"]


def test_a_question_that_a_new_release_adds_before_is_asked_and_the_rest_kept():
    def earlier(talk, tx):
        talk.ask("new", "Something new?", answers.text())
        three(talk, tx)

    world, phone = begun(three)
    phone.types("Noor")
    world.release(going(earlier))
    assert phone.types("Utrecht") == ["Something new?"]
    assert phone.types("well") == ["Hello Noor.\n\nYour place?"]


def test_a_question_that_a_new_release_drops_is_not_asked():
    def shorter(talk, tx):
        talk.say(f"{talk.ask('name', 'Name?', answers.text())}.")
        talk.ask("age", "Your age?", answers.number(1, 120))

    world, phone = begun(three)
    phone.types("Noor")
    world.release(going(shorter))
    assert phone.types("Utrecht") == ["Noor.\n\nYour age?"]


def test_an_option_that_a_new_release_drops_is_asked_again():
    def which(options):
        def run(talk, tx):
            one = talk.choose("one", "Which one?", options)
            talk.say(one + talk.ask("more", "More?", answers.text()))

        return run

    world, phone = begun(which({"a": "Apple", "b": "Pear"}))
    phone.presses("Pear")
    world.release(going(which({"a": "Apple", "c": "Plum"})))
    assert phone.types("more") == [
        "That choice is not there any more. Please choose again.\n\nWhich one?"
    ]
    assert phone.last.labels[:2] == ["Apple", "Plum"]
    assert phone.presses("Plum") == ["More?"]


def test_a_question_that_must_be_answered_now_is_asked_of_who_skipped_it():
    def asks(optional):
        def run(talk, tx):
            first = talk.ask("first", "First?", answers.text(), optional=optional)
            talk.ask("second", f"Second, {first}?", answers.text())

        return run

    world, phone = begun(asks(optional=True))
    phone.presses("Skip")
    world.release(going(asks(optional=False)))
    assert phone.types("x") == ["First?"]


def test_an_answer_of_another_kind_is_asked_again():
    def many(talk, tx):
        talk.choose_many("fruit", "Which?", {"a": "Apple", "b": "Pear"})
        talk.ask("more", "More?", answers.text())

    def typed(talk, tx):
        talk.ask("fruit", "Type some fruit.", answers.text())
        talk.ask("more", "More?", answers.text())

    world, phone = begun(many)
    phone.types("1, 2")
    world.release(going(typed))
    assert phone.types("x")[-1].endswith("Type some fruit.")


def test_a_talk_of_a_flow_that_is_gone_ends_kindly():
    world, phone = begun(three)
    world.release()
    assert phone.types("Noor") == [
        "That was too long ago: I have not kept our half-finished talk. We can start again."
    ]
    assert talks_kept(world) == 0


def test_a_talk_whose_flow_takes_other_arguments_now_ends_kindly():
    def with_argument(talk, tx, number: int):
        three(talk, tx)

    world, phone = begun(three)
    world.release(going(with_argument))
    assert "We can start again" in phone.types("Noor")[0]


# Back, again, change, summary.


def test_back_returns_to_the_question_before():
    _world, phone = begun(three)
    phone.types("Noor")
    assert phone.presses("Back") == ["Your name?"]
    assert phone.types("Yusuf") == ["Hello Yusuf.\n\nYour place?"]


def test_back_at_the_first_question_says_so():
    _world, phone = begun(three)
    assert phone.types("back") == [
        "This is the first question. There is nothing before it.\n\nYour name?"
    ]
    assert "Back" not in phone.last.labels


def branching(talk, tx):
    kind = talk.choose("kind", "Which kind?", {"a": "Apples", "b": "Pears"})
    if kind == "a":
        talk.ask("apples", "How many apples?", answers.number(1, 9))
    last = talk.ask("last", "And the last?", answers.text())
    talk.summary("sum", "This is it", {"kind": ("Kind", kind), "last": ("Last", last)})
    talk.say("Done.")


def test_back_goes_along_the_path_that_was_taken():
    _world, phone = begun(branching)
    phone.presses("Apples")
    phone.types("3")
    phone.types("x")
    phone.presses("Change something")
    phone.presses("Kind")
    phone.presses("Pears")
    assert phone.presses("Back") == ["And the last?"]
    assert phone.presses("Back") == ["Which kind?"]


def test_back_after_a_change_puts_the_old_answer_in_again():
    _world, phone = begun(branching)
    phone.presses("Pears")
    phone.types("x")
    phone.presses("Change something")
    assert phone.presses("Last") == ["And the last?"]
    assert phone.presses("Back")[0].startswith("This is it")
    assert "x" in phone.last.text


def with_default(talk, tx):
    name = talk.ask("name", "Your name?", answers.text())
    pet = "no pet"
    if talk.is_wanted("pet"):
        pet = talk.choose("pet", "Which pet?", {"no pet": "None", "cat": "A cat"})
    if talk.choose("sum", f"{name}, {pet}", {"right": "Right", "pet": "Choose a pet"}) == "pet":
        talk.change("pet", "sum", was=pet)
    talk.say(f"Kept: {name}, {pet}")


def test_what_has_a_default_is_asked_only_where_somebody_wants_it():
    shelf = Shelf()
    _world, phone = begun(with_default, answers=shelf)
    assert phone.types("Noor") == ["Noor, no pet"]
    assert phone.presses("Choose a pet") == ["Which pet?"]
    assert phone.presses("Back") == ["Noor, no pet"]
    assert shelf.kept == {"name": "Noor"}
    phone.presses("Choose a pet")
    assert phone.presses("A cat") == ["Noor, cat"]
    assert phone.presses("Right") == ["Kept: Noor, cat"]


def test_back_is_offered_at_a_first_question_that_is_changed():
    _world, phone = begun(branching)
    phone.presses("Pears")
    phone.types("x")
    phone.presses("Change something")
    phone.presses("Kind")
    assert phone.last.labels == ["Apples", "Pears", "Back", "Stop"]


def test_back_at_a_first_question_drops_nothing_that_comes_after_it():
    def kinds(options):
        def run(talk, tx):
            talk.choose("kind", "Which kind?", options)
            talk.say(talk.ask("more", "More?", answers.text()) + talk.ask("last", "Last?", SAID))

        return run

    world, phone = begun(kinds({"a": "Apples", "b": "Pears"}))
    phone.presses("Pears")
    phone.types("x")
    world.release(going(kinds({"a": "Apples"})))
    phone.types("y")
    assert phone.types("back")[0].endswith("Which kind?")
    assert phone.presses("Apples") == ["Last?"]


def test_back_passes_over_answers_that_come_after_the_open_question():
    def kinds(options):
        def run(talk, tx):
            talk.ask("first", "First?", SAID)
            talk.choose("kind", "Which kind?", options)
            talk.say(talk.ask("more", "More?", SAID) + talk.ask("last", "Last?", SAID))

        return run

    world, phone = begun(kinds({"a": "Apples", "b": "Pears"}))
    for step in ("1", "Pears", "x"):
        phone.types(step)
    world.release(going(kinds({"a": "Apples"})))
    assert phone.types("back")[0].endswith("Which kind?")
    assert phone.types("back") == ["First?"]


def test_back_at_a_summary_returns_to_the_question_before():
    _world, phone = begun(branching)
    phone.presses("Pears")
    phone.types("x")
    assert phone.presses("Back") == ["And the last?"]


def test_a_summary_changes_one_answer_and_keeps_the_others():
    _world, phone = begun(branching)
    phone.presses("Pears")
    phone.types("x")
    phone.presses("Change something")
    phone.presses("Last")
    assert "Last: \u2068y\u2069" in phone.types("y")[0]
    assert phone.presses("Yes, this is right") == ["Done."]


def test_a_change_asks_only_what_is_missing():
    _world, phone = begun(branching)
    phone.presses("Pears")
    phone.types("x")
    phone.presses("Change something")
    phone.presses("Kind")
    assert phone.presses("Apples") == ["How many apples?"]
    assert phone.types("3")[0].startswith("This is it")


def looping(talk, tx):
    for n in range(9):
        more = talk.ask(f"age.{n}", "Your age?", answers.number(1, 120))
        if more < 16:
            talk.say("That is too young.")
            talk.again(f"age.{n}")
        talk.ask(f"why.{n}", "Why?", answers.text())


def test_again_says_why_and_drops_that_answer_and_all_after_it():
    def asks(talk, tx):
        first = talk.ask("first", "First?", answers.text())
        second = talk.ask("second", f"Second, {first}?", answers.text())
        if second == "no":
            talk.say("Then from the start.")
            talk.again("first")
        talk.say("Good.")

    _world, phone = begun(asks)
    phone.types("a")
    assert phone.types("no") == ["Then from the start.\n\nFirst?"]
    assert phone.types("b") == ["Second, b?"]


def test_again_for_one_answer_says_why():
    _world, phone = begun(looping)
    assert phone.types("12") == ["That is too young.\n\nYour age?"]
    assert phone.types("40") == ["Why?"]


def test_answers_that_change_without_end_are_a_mistake():
    def endless(talk, tx):
        talk.ask("a", "A?", answers.text())
        talk.again("other")

    _world, phone = begun(endless)
    with pytest.raises(FlowError, match="without end"):
        phone.types("x")


def test_a_change_of_an_answer_that_was_not_given_shows_the_open_question():
    _world, phone = begun(three)
    talk = phone.last.buttons[-1].data.split(":")[2]
    assert phone.sends(f"k:change:{talk}:nothing") == ["Your name?"]


# What was said before.


def test_a_text_before_a_question_that_was_asked_is_not_said_again():
    _world, phone = begun(three)
    assert phone.types("/help") == ["HELP\n\nYour name?"]
    phone.types("Noor")
    assert phone.types("/help") == ["HELP\n\nYour place?"]
    assert phone.presses("Back") == ["Your name?"]


def test_a_text_between_questions_that_are_known_is_not_said_after_a_change():
    def chatty(talk, tx):
        name = talk.ask("name", "Name?", answers.text())
        talk.say(f"Hello {name}.")
        place = talk.ask("place", "Place?", answers.text())
        talk.summary("sum", "You", {"name": ("Name", name), "place": ("Place", place)})

    _world, phone = begun(chatty)
    phone.types("Noor")
    phone.types("Utrecht")
    phone.presses("Change something")
    phone.presses("Name")
    assert phone.types("Yusuf")[0].startswith("You\n\n")


# Answer stores.


def test_accepted_answers_are_in_the_store_at_once():
    shelf = Shelf()
    _world, phone = begun(three, answers=shelf)
    phone.types("Noor")
    assert shelf.kept == {"name": "Noor"}


def test_a_talk_begins_with_what_its_store_knows_and_greets_once():
    shelf = Shelf(name="Noor")
    _world, phone = begun(three, answers=shelf)
    assert phone.last.text == "Welcome!\n\nHello Noor.\n\nYour place?"


def test_back_takes_the_answer_out_of_the_store():
    shelf = Shelf()
    _world, phone = begun(three, answers=shelf)
    phone.types("Noor")
    phone.presses("Back")
    assert shelf.kept == {}


def test_a_change_leaves_the_answer_in_the_store_until_there_is_another():
    shelf = Shelf()
    _world, phone = begun(branching, answers=shelf)
    phone.presses("Pears")
    phone.types("x")
    phone.presses("Change something")
    phone.presses("Last")
    assert shelf.kept["last"] == "x"
    phone.types("y")
    assert shelf.kept["last"] == "y"


def test_a_stored_answer_that_is_no_longer_offered_leaves_the_store():
    shelf = Shelf(kind="plums")
    _world, phone = begun(branching, answers=shelf)
    assert phone.last.text.endswith("Which kind?")
    assert shelf.kept == {}


def test_the_store_hears_which_answers_were_on_the_path():
    shelf = Shelf()
    _world, phone = begun(branching, answers=shelf)
    for step in ("Apples", "3", "x", "Change something", "Kind", "Pears", "Yes, this is right"):
        phone.types(step)
    assert shelf.finished == ["kind", "last", "sum"]
    assert shelf.kept["apples"] == 3


def test_stopping_keeps_what_is_in_the_store_and_says_so():
    shelf = Shelf()
    _world, phone = begun(three, answers=shelf)
    phone.types("Noor")
    assert phone.types("stop") == ["Stopped: going. The answers you gave so far are kept."]
    assert shelf.kept == {"name": "Noor"}


def test_a_stopped_talk_without_a_store_keeps_nothing_and_says_so():
    world, phone = begun(three)
    phone.types("Noor")
    assert phone.types("stop") == ["Stopped: going. Your answers do not count."]
    assert talks_kept(world) == 0


def test_several_choices_are_skipped_by_done_alone():
    def run(talk, tx):
        chosen = talk.choose_many("fruit", "Which?", {"a": "Apple", "b": "Pear"}, optional=True)
        talk.say(f"chosen: {chosen}")

    _world, phone = begun(run)
    assert phone.last.labels == ["☐ Apple", "☐ Pear", "Done", "Stop"]
    assert phone.presses("Done") == ["chosen: []"]
    phone.types("/go")
    assert phone.types("skip") == ["chosen: []"]


@pytest.mark.parametrize("word", ["no", "Nee.", "nobody", "NONE"])
def test_a_bare_no_is_not_a_name_where_a_name_can_be_skipped(word):
    def run(talk, tx):
        other = talk.ask("other", "Who else?", answers.name(), optional=True)
        own = talk.ask("own", "And you?", answers.name())
        talk.say(f"{other}, {own}")

    _world, phone = begun(run)
    assert phone.types(word) == ["And you?"]
    assert phone.types(word) == [f"None, {word}"], "somebody may be called that"


def test_a_bare_no_is_an_answer_to_what_is_no_name():
    def run(talk, tx):
        talk.say(f"told: {talk.ask('what', 'What else?', answers.text(), optional=True)}")

    _world, phone = begun(run)
    assert phone.types("no") == ["told: no"]
