"""The talks of one chat: parked, taken up, expired, over; and every kind of old button."""

import pytest

from bot.dialogue import answers
from bot.dialogue.flow import FlowError, flow
from storage import conversations, people
from tests.dialogue.small import Shelf, begun, going, help_, home
from tests.phone import World

OLD = "That button is from an earlier talk. It does nothing any more. Nothing has changed."
TOO_LONG_AGO = "That was too long ago: I have not kept our half-finished talk. We can start again."


def pair(talk, tx):
    name = talk.ask("name", "Name?", answers.text())
    fruit = talk.choose("fruit", "Fruit?", {"a": "Apple", "b": "Pear"})
    talk.say(f"{name}: {fruit}")


def asker(number, **options):
    """One more flow that asks, `/one`, `/two` …"""
    options = {"title": f"number {number}", "command": f"/{number}", **options}

    def run(talk, tx):
        talk.say(f"{number}: " + talk.choose("fruit", f"{number}?", {"a": "Apple", "b": "Pear"}))

    return flow(number, **options)(run)


ONE, TWO, THREE, FOUR = map(asker, ("one", "two", "three", "four"))


@pytest.fixture
def house():
    world = World([home, help_, going(pair), ONE, TWO, THREE, FOUR])
    return world, world.phone()


def parked(world, phone):
    return [talk.flow for talk in world.run(conversations.parked, phone.chat)]


# Parking.


def test_a_flow_that_only_tells_is_answered_and_the_question_repeated(house):
    _world, phone = house
    phone.types("/go")
    assert phone.types("/help") == ["HELP\n\nName?"]


def test_a_flow_that_asks_parks_the_open_talk_which_is_offered_again(house):
    _world, phone = house
    phone.types("/go")
    assert phone.types("/one") == ["one?"]
    assert phone.presses("Apple") == [
        "one: a\n\nWe were still at: going. Shall we go on with that?"
    ]
    assert phone.presses("Go on") == ["Name?"]
    assert phone.types("Noor") == ["Fruit?"]


def test_a_parked_talk_can_be_dropped(house):
    world, phone = house
    phone.types("/go")
    phone.types("/one")
    phone.presses("Apple")
    assert phone.presses("Stop") == ["Stopped: going. Your answers do not count."]
    assert parked(world, phone) == []


def test_a_typed_stop_drops_the_parked_talk_that_is_offered(house):
    world, phone = house
    phone.types("/go")
    phone.types("/one")
    phone.presses("Apple")
    assert phone.types("stop") == ["Stopped: going. Your answers do not count."]
    assert parked(world, phone) == []


def test_pressing_the_question_of_a_parked_talk_takes_it_up(house):
    world, phone = house
    phone.types("/one")
    old = next(b.data for b in phone.last.buttons if b.label == "Pear")
    phone.types("/two")
    assert old in [b.data for shown in phone.screen() for b in shown.buttons]
    assert phone.sends(old) == ["one: b\n\nWe were still at: number two. Shall we go on with that?"]
    assert parked(world, phone) == ["two"]


def test_stopping_a_parked_talk_leaves_the_open_one(house):
    world, phone = house
    phone.types("/one")
    stop = phone.last.buttons[-1].data
    phone.types("/two")
    assert phone.sends(stop) == ["Stopped: number one. Your answers do not count.\n\ntwo?"]
    assert parked(world, phone) == []
    assert phone.types("1") == ["two: a"]


def test_at_most_three_talks_are_parked(house):
    world, phone = house
    for command in ("/go", "/one", "/two", "/three", "/four"):
        world.pass_time(seconds=1)
        phone.types(command)
    assert parked(world, phone) == ["three", "two", "one"]


def test_the_newest_parked_talk_is_offered_first(house):
    world, phone = house
    for command in ("/one", "/two", "/three"):
        world.pass_time(seconds=1)
        phone.types(command)
    assert "number two" in phone.types("1")[0]


def test_starting_the_open_flow_again_goes_on_with_it(house):
    _world, phone = house
    phone.types("/go")
    phone.types("Noor")
    assert phone.types("/go") == ["Fruit?"]
    assert phone.types("1") == ["Noor: a"]


def test_starting_a_parked_flow_again_takes_it_up(house):
    world, phone = house
    phone.types("/go")
    phone.types("Noor")
    phone.types("/one")
    assert phone.types("/go") == ["Fruit?"]
    assert parked(world, phone) == ["one"]


def test_a_parked_talk_is_offered_after_a_chain_of_flows():
    def first(talk, tx):
        talk.ask("x", "X?", answers.text())
        return talk.then("end")

    end = flow("end")(lambda talk, tx: talk.say("The end."))
    world = World([home, going(first), end, ONE])
    phone = world.phone()
    phone.types("/one")
    phone.types("/go")
    assert phone.types("x")[0].startswith("The end.\n\nWe were still at: number one.")


def test_a_parked_talk_that_this_release_cannot_go_on_with_is_not_offered(house):
    world, phone = house
    for command in ("/one", "/go", "/two"):
        world.pass_time(seconds=1)
        phone.types(command)
    world.release(home, ONE, TWO)
    assert phone.types("1") == ["two: a\n\nWe were still at: number one. Shall we go on with that?"]


# Chains.


def test_then_goes_on_with_another_flow_in_the_same_turn():
    def first(talk, tx):
        talk.say(talk.ask("x", "X?", answers.text()))
        return talk.then("two")

    world = World([home, going(first), TWO])
    phone = world.phone()
    phone.types("/go")
    assert phone.types("hello") == ["hello\n\ntwo?"]


def test_flows_that_go_round_in_circles_are_a_mistake():
    with pytest.raises(FlowError, match="circles"):
        begun(lambda talk, tx: talk.then("go"))


def test_then_to_a_flow_that_is_not_there_is_a_mistake():
    with pytest.raises(FlowError, match="there is no nowhere"):
        begun(lambda talk, tx: talk.then("nowhere"))


def test_then_with_arguments_that_do_not_fit_is_a_mistake():
    with pytest.raises(FlowError, match="there is no home with"):
        begun(lambda talk, tx: talk.then("home", number=3))


def test_each_flow_of_a_chain_may_write_after_its_last_question():
    def first(talk, tx):
        people.change(tx, talk.person.id, name=talk.ask("x", "X?", answers.text()))
        return talk.then("two")

    world = World([home, going(first), TWO])
    phone = world.phone()
    phone.types("/go")
    assert phone.types("Noor") == ["two?"]
    assert phone.person.name == "Noor"


def test_the_next_flow_knows_what_the_one_before_wrote():
    def first(talk, tx):
        people.change(tx, talk.person.id, name="Noor")
        return talk.then("end")

    end = flow("end")(lambda talk, tx: talk.say(f"Hello {talk.person.name}."))
    _world, phone = begun(first, end)
    assert phone.last.text == "Hello Noor."


# Old buttons.


def test_a_button_of_a_talk_that_is_over_does_nothing(house):
    _world, phone = house
    phone.types("/one")
    pear = phone.last.buttons[1].data
    phone.presses("Apple")
    assert phone.sends(pear) == []
    assert phone.toast == OLD


def test_an_answered_question_shows_the_answer_and_loses_its_buttons(house):
    _world, phone = house
    phone.types("/one")
    question = phone.last.row
    phone.presses("Pear")
    shown = next(s for s in phone.screen() if s.row == question)
    assert shown.text == "one?\n\nYour answer: \u2068Pear\u2069"
    assert shown.buttons == []


def test_what_was_said_before_a_question_in_its_message_stays(house):
    _world, phone = house
    phone.types("/go")
    phone.types("Noor")
    phone.types("/help")
    question = phone.last.row
    phone.presses("Pear")
    shown = next(s for s in phone.screen() if s.row == question)
    assert shown.text == "HELP\n\nFruit?\n\nYour answer: \u2068Pear\u2069"


def test_an_answered_question_pressed_again_offers_to_change_it(house):
    _world, phone = house

    def longer(talk, tx):
        fruit = talk.choose("fruit", "Fruit?", {"a": "Apple", "b": "Pear"})
        talk.say(fruit + talk.ask("name", "Name?", answers.text()))

    world = World([home, going(longer)])
    phone = world.phone()
    phone.types("/go")
    pear = phone.last.buttons[1].data
    phone.presses("Apple")
    assert phone.sends(pear) == ["You have answered that one already. Nothing has changed."]
    assert phone.presses("Change that answer") == ["Fruit?"]
    assert phone.presses("Pear") == ["Name?"]
    assert phone.types("Noor") == ["bNoor"]


def test_the_offer_to_change_can_be_typed():
    def longer(talk, tx):
        fruit = talk.choose("fruit", "Fruit?", {"a": "Apple", "b": "Pear"})
        talk.say(fruit + talk.ask("name", "Name?", answers.text()))

    _world, phone = begun(longer)
    pear = phone.last.buttons[1].data
    phone.presses("Apple")
    phone.sends(pear)
    assert phone.types("change that answer") == ["Fruit?"]


def test_a_button_of_somebody_else_does_nothing(house):
    world, phone = house
    other = world.phone("yusuf")
    other.types("/one")
    pear = other.last.buttons[1].data
    assert phone.sends(pear) == []
    assert phone.toast == OLD
    assert other.types("1") == ["one: a"]


@pytest.mark.parametrize("data", ["a:zz:x:y", "a:1", "k:stop", "k:what:1", "f:nothing", "", "x:::"])
def test_a_button_that_never_was_does_nothing(house, data):
    _world, phone = house
    assert phone.sends(data) == []
    assert phone.toast == OLD


def test_a_verb_that_never_was_does_nothing_to_the_talk(house):
    _world, phone = house
    phone.types("/one")
    number = phone.last.buttons[0].data.split(":")[1]
    assert phone.sends(f"k:fly:{number}") == []
    assert phone.types("1") == ["one: a"]


def test_an_option_that_never_was_is_not_taken(house):
    _world, phone = house
    phone.types("/one")
    data = phone.last.buttons[0].data
    assert phone.sends(data[:-1] + "z") == []
    assert phone.toast == "That choice is not there any more. Please choose again."


def test_pressing_back_twice_goes_back_once():
    def three(talk, tx):
        for key in ("a", "b", "c"):
            talk.ask(key, f"{key}?", answers.text())

    _world, phone = begun(three)
    phone.types("1")
    phone.types("2")
    back = phone.last.buttons[0].data
    assert phone.sends(back) == ["b?"]
    assert phone.sends(back) == []
    assert phone.toast == "We are at another question already. Nothing has changed."


def test_pressing_skip_twice_skips_once():
    def three(talk, tx):
        for key in ("a", "b", "c"):
            talk.ask(key, f"{key}?", answers.text(), optional=True)

    _world, phone = begun(three)
    skip = phone.last.buttons[0].data
    assert phone.sends(skip) == ["b?"]
    assert phone.sends(skip) == []


def test_a_typed_button_of_a_talk_that_is_over_is_told_so(house):
    _world, phone = house
    phone.types("/go")
    phone.types("/one")
    phone.types("1")
    phone.types("stop")
    assert phone.types("go on") == [OLD]


def test_pressing_an_answer_twice_does_no_harm(house):
    _world, phone = house
    phone.types("/one")
    pear = phone.last.buttons[1].data
    assert phone.sends(pear) == ["one: b"]
    assert phone.sends(pear) == []


# Expiry.


@pytest.mark.parametrize(("member", "hours"), [(False, 24), (True, 7 * 24)])
def test_a_half_finished_talk_is_kept_for_a_while_and_no_longer(house, member, hours):
    world, phone = house
    phone.types("/one")
    if member:
        world.run(people.join, phone.person.id, world.now, {"name": "Noor"})
    world.pass_time(hours=hours)
    assert phone.types("1") == ["one: a"]
    phone.types("/one")
    world.pass_time(hours=hours, seconds=1)
    assert phone.types("1") == [f"{TOO_LONG_AGO}\n\nHOME"]


def test_a_button_of_an_expired_talk_says_so(house):
    world, phone = house
    phone.types("/one")
    world.pass_time(hours=25)
    assert phone.presses("Pear") == []
    assert phone.toast == TOO_LONG_AGO


def test_a_button_of_an_expired_parked_talk_says_so(house):
    world, phone = house
    phone.types("/one")
    pear = phone.last.buttons[1].data
    phone.types("/two")
    world.pass_time(hours=20)
    phone.types("/help")
    world.pass_time(hours=5)
    phone.sends(pear)
    assert phone.toast == TOO_LONG_AGO
    assert phone.types("1") == ["two: a"]


def test_an_expired_talk_with_a_store_says_that_the_answers_are_kept():
    world, phone = begun(pair, answers=Shelf())
    world.pass_time(hours=25)
    assert phone.types("Noor")[0].startswith("That was too long ago. Your answers so far are kept")


def test_the_sweep_drops_what_has_expired_and_nothing_else(house):
    world, phone = house
    member = world.phone("member")
    for one in (phone, member):
        one.types("/one")
    world.run(people.join, member.person.id, world.now, {"name": "Yusuf"})
    world.pass_time(hours=25)
    assert world.run(conversations.expire, world.now) == 1
    assert member.types("1") == ["one: a"]
    assert phone.types("1")[0].startswith("That was too long ago")
    assert phone.types("1")[0].startswith("I do not understand that")


def test_a_half_finished_talk_of_a_coordinator_is_kept_for_a_week(house):
    world, phone = house
    phone.types("/one")
    world.run(people.change, phone.person.id, role="coordinator")
    world.pass_time(days=6)
    assert world.run(conversations.expire, world.now) == 0
    assert phone.types("1") == ["one: a"]
    phone.types("/one")
    world.pass_time(days=8)
    assert world.run(conversations.expire, world.now) == 1


# Going on with another flow.


def test_a_flow_that_only_tells_is_followed_by_the_one_after_it():
    def both(talk, tx):
        return talk.then("help").then("one")

    world = World([home, help_, going(both), ONE])
    phone = world.phone()
    assert phone.types("/go") == ["HELP\n\none?"]
    assert phone.types("1") == ["one: a"]


def test_what_follows_waits_for_the_flows_that_a_telling_one_goes_on_with():
    def both(talk, tx):
        return talk.then("two_steps").then("one")

    def two_steps(talk, tx):
        talk.say("first")
        return talk.then("help")

    steps = flow("two_steps")(two_steps)
    phone = World([home, help_, steps, going(both), ONE]).phone()
    assert phone.types("/go") == ["first\n\nHELP\n\none?"]


def test_a_flow_that_asks_is_not_followed():
    def both(talk, tx):
        return talk.then("one").then("help")

    world = World([home, help_, going(both), ONE])
    phone = world.phone()
    assert phone.types("/go") == ["one?"]
    assert phone.types("1") == ["one: a"]


# Coming back after a pause.


def paused(phone, world, hours=4):
    world.pass_time(hours=hours)


RESUME = "We were at: going. Shall we go on?"


def test_text_after_a_pause_is_asked_about(house):
    world, phone = house
    phone.types("/go")
    paused(phone, world)
    assert phone.types("hello") == [RESUME]
    assert phone.last.labels == [
        "Go on",
        "Use “\u2068hello\u2069” as my answer",
        "Start over",
        "Stop",
    ]


def test_text_before_the_pause_is_over_is_an_answer(house):
    world, phone = house
    phone.types("/go")
    paused(phone, world, hours=2.9)
    assert phone.types("hello") == ["Fruit?"]


@pytest.mark.parametrize("how", ["presses", "types"])
def test_after_a_pause_one_can_go_on(house, how):
    world, phone = house
    phone.types("/go")
    paused(phone, world)
    phone.types("hello")
    assert getattr(phone, how)("Go on") == ["Name?"]


@pytest.mark.parametrize("step", ["Use", "2"])
def test_after_a_pause_the_text_can_be_the_answer(house, step):
    world, phone = house
    phone.types("/go")
    paused(phone, world)
    phone.types("hello")
    assert (phone.presses(step) if step == "Use" else phone.types(step)) == ["Fruit?"]
    assert phone.types("1") == ["hello: a"]


@pytest.mark.parametrize("how", ["presses", "types"])
def test_after_a_pause_one_can_start_over(house, how):
    world, phone = house
    phone.types("/go")
    phone.types("Noor")
    paused(phone, world)
    phone.types("what was this")
    assert getattr(phone, how)("Start over") == ["Name?"]


@pytest.mark.parametrize("step", ["stop", "4", "stopp"])
def test_after_a_pause_one_can_stop(house, step):
    world, phone = house
    phone.types("/go")
    paused(phone, world)
    phone.types("hello")
    assert phone.types(step) == ["Stopped: going. Your answers do not count."]


def test_after_a_pause_other_text_is_the_answer(house):
    world, phone = house
    phone.types("/go")
    paused(phone, world)
    phone.types("hello")
    phone.types("Noor")
    assert phone.types("1") == ["Noor: a"]


def test_after_a_pause_words_of_an_option_are_an_answer_at_once(house):
    world, phone = house
    phone.types("/one")
    paused(phone, world)
    assert phone.types("pear") == ["one: b"]


def test_after_a_pause_a_button_is_an_answer_at_once(house):
    world, phone = house
    phone.types("/one")
    paused(phone, world)
    assert phone.presses("Pear") == ["one: b"]


def test_old_resume_buttons_do_no_harm(house):
    world, phone = house
    phone.types("/go")
    paused(phone, world)
    phone.types("hello")
    _go, use, over, _stop = [button.data for button in phone.last.buttons]
    phone.sends(use)
    assert phone.sends(use) == ["Fruit?"]
    assert phone.sends(over) == ["Fruit?"]
    assert phone.types("1") == ["hello: a"]


def test_starting_over_empties_the_store():
    shelf = Shelf(name="Noor")
    world, phone = begun(pair, answers=shelf)
    world.pass_time(hours=4)
    phone.types("what was this")
    phone.presses("Start over")
    assert shelf.kept == {}


# Later.


def test_a_talk_with_a_store_can_be_put_off_till_tomorrow_morning():
    shelf = Shelf()
    _world, phone = begun(pair, answers=shelf)
    phone.types("Noor")
    assert phone.presses("Ask me tomorrow") == [
        "Fine. I will ask again tomorrow. Your answers so far are kept."
    ]
    assert shelf.until.isoformat() == "2027-03-02T10:00:00+01:00"
    assert shelf.kept == {"name": "Noor"}
    assert phone.labels == []


def test_a_short_talk_is_not_put_off(house):
    _world, phone = house
    phone.types("/go")
    assert phone.types("ask me tomorrow")[0].endswith("Name?")


# Words without a talk; roles.


def test_words_for_an_open_talk_say_that_there_is_none(house):
    _world, phone = house
    assert phone.types("stop") == [
        "There is nothing to stop. We are not in the middle of anything."
    ]
    assert phone.types("back") == ["There is no open question now."]


def test_a_role_that_is_taken_away_ends_the_talk():
    def secret(talk, tx):
        talk.say("Secret: " + talk.ask("x", "X?", answers.text()))

    world = World([home, going(secret, role="coordinator")])
    phone = world.phone()
    phone.types("/start")
    refused = "This is for coordinators. Ask an admin if you should have it: /ask"
    assert phone.types("/go") == [refused]
    world.run(people.change, phone.person.id, role="coordinator")
    assert phone.types("/go") == ["X?"]
    world.run(people.change, phone.person.id, role="none")
    assert phone.types("y") == [refused]
    assert phone.labels == []


def test_what_is_for_admins_says_so():
    world = World([home, going(lambda talk, tx: talk.say("!"), role="admin")])
    phone = world.phone()
    assert phone.types("/go") == ["This is for admins only."]


# What a flow says of its own end, and coming back by itself.


def test_stopping_says_what_stays_where_the_flow_knows():
    _world, phone = begun(pair, ending="Whoever is in, stays in.")
    assert phone.presses("Stop") == ["Whoever is in, stays in."]


def test_a_flow_that_returns_is_there_again_without_being_asked_for():
    world = World([home, help_, going(pair, returns=True), ONE])
    phone = world.phone()
    phone.types("/go")
    phone.types("/one")
    assert phone.presses("Apple") == ["one: a\n\nName?"]
    assert phone.types("Noor") == ["Fruit?"]
    assert parked(world, phone) == []
