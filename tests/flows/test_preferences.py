"""What comes by itself, seen and changed in one place, one press each."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import gate, news, outbox, people, preferences, tables
from storage.outbox import Promise
from storage.people import Purpose
from tests.flows.news_house import (
    UTRECHT,
    agrees,
    coordinator,
    goes_weekly,
    keeps_back,
    member,
    news_world,
    tells,
    visitor,
)
from tests.phone import Phone, World

WEEK = timedelta(days=7)


@pytest.fixture
def world() -> World:
    return news_world()


def screen(phone: Phone) -> str:
    (text,) = phone.types("/preferences")
    return bare(text)


def bare(text: str) -> str:
    return "".join(c for c in text if c not in "\u2068\u2069")


def labels(phone: Phone) -> list[str]:
    return [label for label in phone.last.labels if label != "Go to the menu"]


def pressed(phone: Phone, label: str) -> str:
    return bare(phone.presses(label)[-1])


def waits(world: World, phone: Phone, key: str) -> Any:
    """An invitation that the gate holds back or not."""
    person = world.run(people.find, phone.person.id)
    promise = Promise(key, phone.person.chat, "nothing", {}, world.now, world.now + 20 * WEEK)
    world.run(outbox.promise, promise, world.now)
    decided = world.run(gate.decide, person, Purpose.NEWS, key, world.now)
    if isinstance(decided, gate.Later):
        table = tables.outbox
        later = table.update().where(table.c.key == key).values(due=decided.at)
        world.run(lambda tx: tx.execute(later))
    return decided


def test_all_of_it_on_one_screen(world: World) -> None:
    noor = member(world)
    world.run(news.follow, noor.person.id, news.TOPIC, ["green", "care"])
    text = screen(noor)
    assert text.split("\n\n")[0] == (
        "This is what I send you without being asked:\n"
        "News and invitations: each when it comes\n"
        "About: Green and play and Care and health\n"
        "From: Utrecht\n"
        "Surveys: no\n"
        "Reminders: on"
    )
    assert "at most three messages a week" in text
    assert "Waiting" not in text
    assert labels(noor) == [
        "No more news and invitations",
        "News once a week",
        "Topics and places",
        "Do ask me questions",
        "No more reminders",
        "Nothing for a while",
    ]


def test_who_never_joined_sees_what_they_could_get(world: World) -> None:
    marja = visitor(world)
    assert "News and invitations: no" in screen(marja)
    assert labels(marja)[0] == "Keep me informed"


@pytest.mark.parametrize(
    ("change", "undo", "name", "before"),
    [
        ("News once a week", "Each message when it comes", "digest", False),
        ("No more reminders", "Do remind me", "reminders", True),
    ],
)
def test_one_press_changes_it_and_one_undoes_it(
    world: World, change: str, undo: str, name: str, before: bool
) -> None:
    noor = member(world)
    column = select(tables.people.c[name]).where(tables.people.c.id == noor.person.id)
    screen(noor)
    for label, expected in ((change, not before), (undo, before)):
        pressed(noor, label)
        assert "Undo that" not in labels(noor), "the screen has it already"
        assert world.run(lambda tx: tx.execute(column).scalar()) is expected


def test_news_is_ended_at_once_and_asked_anew_when_undone(world: World) -> None:
    noor = member(world)
    screen(noor)
    assert "You get no more news" in pressed(noor, "No more news and invitations")
    assert not world.run(people.agrees, noor.person.id, Purpose.NEWS)
    assert "May I send you invitations and news?" in pressed(noor, "Undo that")
    pressed(noor, "Yes")
    assert world.run(people.agrees, noor.person.id, Purpose.NEWS)


def test_surveys_are_ended_without_touching_news(world: World) -> None:
    noor = member(world)
    agrees(world, noor, "survey")
    screen(noor)
    assert "Surveys: no" in pressed(noor, "No more surveys")
    assert world.run(people.agrees, noor.person.id, Purpose.NEWS)


def test_a_pause_is_seen_and_ended(world: World) -> None:
    noor = member(world)
    screen(noor)
    pressed(noor, "Nothing for a while")
    text = pressed(noor, "2 weeks")
    assert "Until Monday 15 March 2027 I send you no news" in text
    assert "Pause until: Monday 15 March 2027" in text
    assert isinstance(waits(world, noor, "a"), gate.Later)
    text = screen(noor)
    assert "Waiting for you now:\n1 message, until your pause is over" in text
    text = pressed(noor, "End the pause")
    assert "Pause" not in text.split("\n\n", 1)[1]
    due = select(tables.outbox.c.due).where(tables.outbox.c.key == "a")
    assert world.run(lambda tx: tx.execute(due).scalar()) == world.now


def test_what_is_kept_back_is_told_with_its_reason(world: World) -> None:
    noor = member(world)
    for number in range(3):
        assert waits(world, noor, f"{number}") == gate.Pass()
    waits(world, noor, "more")
    assert "1 message, because you had three this week" in screen(noor)
    world.now += timedelta(hours=10)
    ali = member(world, "ali")
    waits(world, ali, "night")
    assert "1 message, until the morning" in screen(ali)


def test_news_for_friday_is_counted_and_comes_when_that_is_changed(world: World) -> None:
    noor = goes_weekly(world, member(world))
    agreed = coordinator(world)
    for text in ("The garden opens.", "The school moves."):
        keeps_back(world, noor, tells(world, agreed, text, to=[noor]))
    text = screen(noor)
    assert "News: once a week, on Friday. Invitations: each when it comes" in text
    assert "2 messages, for Friday" in text
    text = pressed(noor, "Each message when it comes")
    assert "What was waiting for Friday is on its way." in text
    assert "Waiting" not in text


def test_what_is_of_no_use_any_more_does_not_wait(world: World) -> None:
    noor = member(world)
    world.run(gate.pause, noor.person.id, world.now + 30 * WEEK)
    waits(world, noor, "a")
    counted = world.run(preferences.kept_back, noor.person.id, world.now + 21 * WEEK)
    assert counted == {}


def test_the_menu_and_the_profile_lead_there(world: World) -> None:
    noor = member(world, municipality=UTRECHT)
    noor.types("/start")
    assert "This is what I send you" in pressed(noor, "What I get")
    noor.types("/profile")
    assert "This is what I send you" in pressed(noor, "What I get")


def test_an_unknown_change_changes_nothing(world: World) -> None:
    noor = member(world)
    before = screen(noor)
    (after,) = noor.sends("f:preferences:all")
    assert bare(after) == before


def test_a_pause_ended_under_a_message_lets_come_what_waited(world: World) -> None:
    noor = member(world)
    noor.sends("f:pause_invitations:4")
    assert isinstance(waits(world, noor, "a"), gate.Later)
    noor.presses("End the pause")
    due = select(tables.outbox.c.due).where(tables.outbox.c.key == "a")
    assert world.run(lambda tx: tx.execute(due).scalar()) == world.now
