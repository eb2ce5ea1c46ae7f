"""What is one's own: signed up, in line, brought along, declined."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import units
from storage import rsvps
from tests.flows.meeting_house import bare, fill, make_world, member, plan
from tests.phone import World


@pytest.fixture
def world() -> World:
    return make_world()


def first_lines(texts: list[str]) -> list[str]:
    return [text.split("\n")[0] for text in bare(texts)]


def test_forty_meetings_are_paged_and_all_there(world: World) -> None:
    phone = member(world)
    for number in range(40):
        made = plan(world, f"walk {number:02}", days=number / 4 + 1)
        world.run(rsvps.maybe, made.id, phone.person.id, world.now)
    seen = first_lines(phone.types("/mymeetings"))
    while "Show more" in phone.last.labels:
        seen += first_lines(phone.presses("Show more"))
    assert seen == [f"<b>{number + 1}. A walk {number:02}</b>" for number in range(40)]
    assert phone.sends("f:mymeetings:40") == ["There are no more meetings."]


def test_what_was_declined_can_be_found_back_and_signed_up_for(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    phone.types("/mymeetings")
    assert "What I said no to" not in phone.last.labels
    phone.sends(f"f:rsvp:{walk.id}:no")
    phone.types("/mymeetings")
    assert phone.last.labels == ["What I said no to", "All meetings"]
    assert bare(phone.presses("What I said no to")) == [
        "You said no to this. Press a button if you want to come after all.\n\n"
        "1. A walk\nMonday 15 March, 19:30"
    ]
    assert "You said: no." in phone.types("1")[0]
    phone.presses("Yes, I am coming")
    phone.presses("1")
    assert phone.sends("f:declined") == ["There is nothing here that you said no to."]


def test_many_declined_ones_are_paged(world: World) -> None:
    phone = member(world)
    for number in range(10):
        made = plan(world, f"walk {number}", days=number + 1, title="W" * 200)
        world.run(rsvps.withdraw, made.id, phone.person.id, world.now)
    (said,) = phone.sends("f:declined")
    assert units(said) <= 4096
    assert len(phone.last.labels) == 9
    assert phone.presses("Show more")[0].count("WWW…") == 2


def test_what_is_over_or_begun_is_gone_or_without_changes(world: World) -> None:
    walk = plan(world, days=0)
    phone = member(world)
    world.run(rsvps.claim, walk.id, rsvps.Party(phone.person.id, 1), world.now)
    world.now = walk.starts + timedelta(minutes=1)
    assert "This meeting has begun." in phone.types("/mymeetings")[0]
    assert phone.last.labels == ["More about 1"]
    world.now = walk.ends + timedelta(minutes=1)
    assert phone.types("/mymeetings") == ["You are not signed up for a meeting."]


def test_whom_somebody_brings_counts_without_coming_oneself(world: World) -> None:
    walk = plan(world)
    fill(world, walk, 1)
    phone = member(world)
    world.run(rsvps.add_without_phone, walk.id, "Bep", phone.person.id, world.now)
    (said,) = bare(phone.types("/mymeetings"))
    assert said.endswith("The place will follow.\nWithout a phone: Bep")
    assert phone.last.labels == ["Without a phone (1)", "More about 1"]


@pytest.mark.parametrize(
    ("count", "said"), [(1, "There is a seat for you."), (2, "There are 2 seats for you.")]
)
def test_as_many_seats_are_told_as_there_are_on_offer(world: World, count: int, said: str) -> None:
    walk, phone = plan(world, capacity=2), member(world)
    other = member(world, "ali").person.id
    world.run(rsvps.claim, walk.id, rsvps.Party(other, 2), world.now)
    world.run(rsvps.claim, walk.id, rsvps.Party(phone.person.id, count), world.now)
    world.run(rsvps.withdraw, walk.id, other, world.now)
    assert f"\n{said} Say yes or no before" in phone.types("/mymeetings")[0]


def test_cards_of_long_and_hostile_texts_fit(world: World) -> None:
    nasty = "<b>&amp;</b>\u202e" + "👨‍👩‍👧‍👦" * 2000
    phone = member(world)
    made = plan(world, title=nasty, place=nasty, text=nasty)
    world.run(rsvps.claim, made.id, rsvps.Party(phone.person.id, 1), world.now)
    (said,) = phone.types("/mymeetings")
    assert units(said) <= 4096
