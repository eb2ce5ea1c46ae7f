"""The weekly overview as its readers get it, and how they get more or less."""

from datetime import timedelta
from typing import Any

import pytest

from bot.dialogue.messages import units
from storage import people, planned
from storage.people import Purpose
from tests.flows.meeting_house import bare
from tests.flows.news_house import (
    coordinator,
    friday,
    goes_weekly,
    keeps_back,
    member,
    news_world,
    said_in,
    tells,
    writes,
)
from tests.flows.whole import rows
from tests.phone import Phone, World

HOSTILE = "<b>Räuber</b> & \u202e\u200b\u2066 =1+1 👩‍👩‍👧 "


@pytest.fixture
def world() -> Any:
    """Monday 1 March 2027, noon."""
    return news_world()


@pytest.fixture
def cora(world: World) -> Phone:
    return coordinator(world)


@pytest.fixture
def noor(world: World) -> Phone:
    """Somebody who wants the news once a week."""
    phone = goes_weekly(world, member(world))
    phone.hears()
    return phone


def told(world: World, cora: Phone, *to: Phone, count: int = 1, **known: Any) -> list[int]:
    """Items that are kept back for these people."""
    numbers = [tells(world, cora, f"Item {n}", to=to, **known) for n in range(1, count + 1)]
    for phone in to:
        for number in numbers:
            keeps_back(world, phone, number)
    return numbers


def ended(world: World) -> list[tuple[str, str | None]]:
    return [(row["state"], row["error"]) for row in rows(world, "outbox")
            if row["renderer"] == "digest"]  # fmt: skip


def test_on_friday_one_message_tells_what_there_was(world: World, cora: Phone, noor: Phone) -> None:
    first, second = told(world, cora, noor, count=2)
    friday(world)
    (said,) = bare(noor.hears())
    assert said == "The news of this week from Bewonersplatform:\n\n1. Item 1\n2. Item 2"
    assert bare(noor.last.labels) == [
        "1. Item 1", "2. Item 2", "Why do I get this?", "Change what I get", "No more news",
    ]  # fmt: skip
    assert [b.data for b in noor.last.buttons][:2] == [
        f"f:news_item:{first}", f"f:news_item:{second}",
    ]  # fmt: skip
    assert noor.types("2")[0].startswith("Item 2")


def test_it_opens_also_what_is_not_for_everybody(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor, is_news=False)
    friday(world)
    assert noor.types("1")[0].startswith("Item 1")


def test_a_week_without_news_has_no_message(world: World, noor: Phone) -> None:
    friday(world)
    assert noor.hears() == []
    assert ended(world) == [("cancelled", "nothing new")]
    decided = [row for row in rows(world, "gate_decisions") if row["key"].startswith("digest")]
    assert decided == []


def test_what_does_not_fit_is_under_news(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor, count=8)
    friday(world)
    (said,) = bare(noor.hears())
    assert said.endswith("6. Item 6\nThere are 2 more.")
    assert len(noor.last.labels) == 10
    assert "The latest news:" in noor.presses("See all news")[0]


def test_it_comes_in_ones_own_language(world: World, cora: Phone) -> None:
    jan = goes_weekly(world, member(world, "jan"))
    world.run(people.change, jan.person.id, language="nl")
    texts = {"texts": said_in(en="The garden opens.", nl="De tuin gaat open.")}
    told(world, cora, jan, content=texts)
    friday(world)
    assert "1. De tuin gaat open." in bare(jan.hears())[0]


def test_it_counts_as_one_of_the_three_a_week(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor, count=5)
    friday(world)
    passed = [row["key"] for row in rows(world, "gate_decisions") if row["outcome"] == "pass"]
    assert passed == [f"digest:2027-03-05:{noor.person.id}"]


def test_who_paused_gets_it_after_the_pause_or_not_at_all(
    world: World, cora: Phone, noor: Phone
) -> None:
    told(world, cora, noor)
    noor.sends("f:pause_invitations:4")
    noor.hears()
    friday(world)
    assert noor.hears() == []
    world.pass_time(weeks=4)
    assert noor.hears() == []
    assert ended(world)[0] == ("missed", "paused")


def test_who_takes_the_permission_back_gets_none(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor)
    world.tick()
    friday_morning = world.now.replace(hour=8) + timedelta(days=4)
    world.now = friday_morning
    noor.sends("f:stop_announcements:news")
    noor.hears()
    friday(world)
    assert noor.hears() == []


def test_why_it_comes_is_one_tap_away(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor)
    friday(world)
    assert "once a week" in noor.presses("Why do I get this?")[0]
    assert noor.last.labels == [
        "Each message when it comes", "Change what I get", "No more news",
    ]  # fmt: skip
    noor.presses("No more news")
    assert not world.run(people.agrees, noor.person.id, Purpose.NEWS)


def test_a_reply_to_it_reaches_a_human(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor)
    friday(world)
    (said,) = noor.types("When exactly?", reply_to=noor.last)
    assert said.startswith("I have passed on your question.")
    world.tick()
    assert "About the news of the week:\nWhen exactly?" in cora.last.text


def test_a_reply_that_says_stop_stops_it(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor)
    friday(world)
    assert noor.types("stop", reply_to=noor.last)[0].startswith("Good. You get no more news")
    assert not world.run(people.agrees, noor.person.id, Purpose.NEWS)


def test_who_wants_single_messages_again_gets_at_once_what_waited(
    world: World, cora: Phone, noor: Phone
) -> None:
    told(world, cora, noor, count=2)
    world.tick()
    noor.hears()
    noor.sends("f:follow:single")
    assert noor.last.text.endswith("What was waiting for Friday is on its way.")
    noor.hears()
    world.pass_time(seconds=10)
    assert "1. Item 1\n2. Item 2" in bare(noor.hears())[0]
    friday(world)
    assert noor.hears() == []


def test_what_is_claimed_again_says_the_same(world: World, cora: Phone, noor: Phone) -> None:
    told(world, cora, noor)
    friday(world)
    (before,) = noor.hears()
    arguments = {"person": noor.person.id, "key": f"digest:2027-03-05:{noor.person.id}"}
    later = told(world, cora, noor)
    assert later
    made = world.run(world.renderers["digest"].run, arguments, world.now + timedelta(minutes=2))
    assert made.text == before


def test_the_whole_way_from_the_coordinator_to_friday(
    world: World, cora: Phone, noor: Phone
) -> None:
    ali = member(world, "ali")
    ali.hears()
    writes(world, cora, "The garden opens.")
    for _n in range(12):
        world.pass_time(seconds=5)
    assert ali.hears()[0].startswith("The garden opens.")
    assert noor.hears() == []
    friday(world)
    assert "1. The garden opens." in bare(noor.hears())[0]
    assert ali.hears() == []


def test_a_clock_that_is_moved_stops_on_friday(world: World, noor: Phone) -> None:
    world.tick()
    due = world.run(planned.next_event, world.now)
    assert due.isoformat() == "2027-03-05T09:00:00+00:00"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_hostile_and_long_items_stay_within_the_limits(
    world: World, cora: Phone, noor: Phone, language: str
) -> None:
    world.run(people.change, noor.person.id, language=language)
    told(world, cora, noor, count=9, content={"texts": said_in(en=(HOSTILE * 300)[:4096])})
    friday(world)
    (said,) = noor.hears()
    assert units(said) <= 4096
    assert all(units(label) <= 60 for label in noor.last.labels)
