"""Reminders as they arrive on a phone, and when they do not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import people, planned, rsvps, tables
from storage.meetings import Status
from storage.rsvps import Party, Seated
from tests.flows.meeting_house import bare, make_world, member, plan
from tests.phone import Phone, World


@pytest.fixture
def world() -> World:
    return make_world()


def signs_up(phone: Phone, meeting: int, seats: int = 1) -> None:
    party = Party(phone.person.id, seats)
    assert phone.world.run(rsvps.claim, meeting, party, phone.world.now) == Seated(seats)
    phone.world.tick()


def comes(world: World, phone: Phone, days: float) -> list[tuple[str, str]]:
    """What arrives in so many days: when, in UTC, and its first line."""
    found = []
    end = world.now + timedelta(days=days)
    while world.now < end:
        due = world.run(planned.next_event, world.now) or end
        world.now = min(due, world.now + timedelta(hours=12), end)
        world.tick()
        found += [(f"{world.now:%m-%d %H:%M}", text.split("\n")[0]) for text in phone.hears()]
    return found


def states(world: World) -> dict[str, str]:
    table = tables.outbox.c
    query = select(table.arguments, table.state).where(table.renderer == "reminder")
    found = world.run(lambda tx: tx.execute(query).all())
    return {arguments["kind"]: state for arguments, state in found}


def test_three_reminders_come_by_day(world: World) -> None:
    walk = plan(world)
    phone = member(world)
    signs_up(phone, walk.id)
    assert comes(world, phone, 15) == [
        ("03-08 09:00", "In 7 days:"),
        ("03-14 09:00", "Tomorrow:"),
        ("03-15 16:30", "Today:"),
    ]


def test_a_reminder_says_what_it_is_about_and_how_to_change_it(world: World) -> None:
    walk = plan(world, days=2, place="De Werf", link="https://example.org/walk")
    phone = member(world)
    signs_up(phone, walk.id, 3)
    plan(world, days=2, place="De Werf", link="https://example.org/walk", title="A walk & more")
    world.pass_time(hours=22)
    assert bare(phone.hears()) == [
        "Tomorrow:\n<b>A walk &amp; more</b>\nWednesday 3 March, 19:30\nDe Werf\n"
        "The link will be under “My meetings” half an hour before the start.\n"
        "You are signed up for 3 seats. Will you let me know if that changes?"
    ]
    own = ["Change", "Sign off", "My code for the door", "My meetings", "No more reminders"]
    assert phone.last.labels == own
    assert phone.presses("Sign off")[0].startswith("You are signed off")


def test_maybe_is_reminded_in_other_words(world: World) -> None:
    walk = plan(world, days=2, link="https://example.org/walk")
    phone = member(world)
    phone.sends(f"f:rsvp:{walk.id}:maybe")
    world.pass_time(hours=22)
    assert bare(phone.hears()) == [
        "Tomorrow:\n<b>A walk</b>\nWednesday 3 March, 19:30\nYou said: maybe. Will you come?"
    ]
    assert phone.last.labels == ["Yes, I am coming", "No", "No more reminders"]
    assert phone.presses("Yes, I am coming") == ["How many people come in all, you included?"]


def test_an_early_meeting_is_reminded_of_the_evening_before(world: World) -> None:
    start = datetime.fromisoformat("2027-03-05T09:30")
    walk = plan(world, start=start, end=start + timedelta(hours=1))
    phone = member(world)
    signs_up(phone, walk.id)
    assert comes(world, phone, 5) == [("03-04 09:00", "Tomorrow:"), ("03-04 19:30", "Tomorrow:")]


def test_the_language_is_the_persons_own(world: World) -> None:
    walk = plan(world, days=2)
    phone = member(world)
    signs_up(phone, walk.id)
    world.run(people.change, phone.person.id, language="nl")
    world.pass_time(hours=22)
    assert "woensdag 3 maart" in phone.hears()[0]


def drop(world: World, phone: Phone, meeting: int, how: str) -> None:
    match how:
        case "signed off":
            phone.sends(f"f:rsvp:{meeting}:no")
        case "cancelled":
            plan(world, days=3, status=Status.CANCELLED)
        case "switched off":
            phone.sends("f:reminders:off")
        case "blocked":
            phone.blocks()


@pytest.mark.parametrize("how", ["signed off", "cancelled", "switched off", "blocked"])
def test_none_comes_that_is_not_wanted_any_more(world: World, how: str) -> None:
    walk = plan(world, days=3)
    phone = member(world)
    signs_up(phone, walk.id)
    world.tick()
    drop(world, phone, walk.id, how)
    phone.hears()
    assert comes(world, phone, 4) == []
    assert set(states(world).values()) <= {"cancelled"}


def test_a_meeting_that_moved_is_reminded_of_at_its_new_time_only(world: World) -> None:
    walk = plan(world, days=3)
    phone = member(world)
    signs_up(phone, walk.id)
    world.tick()
    plan(world, days=5)
    assert comes(world, phone, 6) == [("03-05 09:00", "Tomorrow:"), ("03-06 16:30", "Today:")]


def test_after_a_long_stop_only_what_is_still_useful_comes_and_by_day(world: World) -> None:
    walk = plan(world, days=8)
    phone = member(world)
    signs_up(phone, walk.id)
    world.pass_time(hours=12)
    world.now = datetime.fromisoformat("2027-03-08T21:00:00+00:00")
    world.tick()
    assert phone.hears() == []
    assert comes(world, phone, 1) == [("03-09 08:00", "Today:"), ("03-09 16:30", "Today:")]
    assert states(world) == {"week": "missed", "day": "sent", "hours": "sent"}


@pytest.mark.parametrize(
    ("hour", "expected"), [("19:59", ["In 5 days:"]), ("20:00", []), ("23:00", [])]
)
def test_a_late_one_never_comes_at_night(world: World, hour: str, expected: list[str]) -> None:
    walk = plan(world, days=8)
    phone = member(world)
    signs_up(phone, walk.id)
    world.pass_time(hours=12)
    world.now = datetime.fromisoformat(f"2027-03-04T{hour}:00+00:00")
    world.tick()
    assert [text.split("\n")[0] for text in phone.hears()] == expected
    assert len(comes(world, phone, 1)) == (0 if expected else 1)


def test_who_signs_up_late_gets_what_is_still_to_come(world: World) -> None:
    walk = plan(world, days=1)
    world.pass_time(hours=1)
    phone = member(world)
    signs_up(phone, walk.id)
    assert comes(world, phone, 2) == [("03-02 16:30", "Today:")]


def test_reminders_are_switched_off_and_on_again(world: World) -> None:
    phone = world.phone()
    on = (
        "Reminders are on. If you sign up for a meeting, I write to you a week, a day and "
        "two hours before."
    )
    off = "Reminders are off. I do not remind you of meetings."
    assert phone.types("/reminders") == [on]
    assert phone.presses("No more reminders") == [off]
    assert not phone.person.reminders
    assert phone.types("reminders") == [off]
    assert phone.types("do remind me") == [on]
    assert phone.person.reminders
    assert phone.sends("f:reminders:sideways") == [on]


def test_who_switches_reminders_on_again_in_time_is_reminded(world: World) -> None:
    walk = plan(world, days=3)
    phone = member(world)
    signs_up(phone, walk.id)
    world.tick()
    phone.sends("f:reminders:off")
    phone.sends("f:reminders:on")
    assert len(comes(world, phone, 4)) == 2


def test_an_old_reminder_button_after_the_meeting_tells_the_truth(world: World) -> None:
    walk = plan(world, days=2)
    phone = member(world)
    signs_up(phone, walk.id)
    comes(world, phone, 4)
    assert "This meeting is over." in phone.presses("Sign off")[0]
    assert "This meeting is over." in phone.presses("Change")[0]


def test_somebody_who_switched_off_reminders_is_not_promised_any(world: World) -> None:
    walk = plan(world, days=2)
    phone = member(world)
    phone.sends("f:reminders:off")
    phone.sends(f"f:rsvp:{walk.id}:yes")
    assert "remind" not in phone.presses("1")[0]


def arguments_of(world: World) -> list[dict[str, Any]]:
    query = select(tables.outbox.c.arguments).where(tables.outbox.c.renderer == "reminder")
    found: list[dict[str, Any]] = world.run(lambda tx: list(tx.execute(query).scalars()))
    return found


def reasons(world: World) -> list[str | None]:
    table = tables.outbox.c
    query = select(table.error).where(table.renderer == "reminder").order_by(table.id)
    found: list[str | None] = world.run(lambda tx: list(tx.execute(query).scalars()))
    return found


def test_why_somebody_was_skipped_is_kept(world: World) -> None:
    walk = plan(world, days=2)
    phone, other = member(world), member(world, "yusuf")
    signs_up(phone, walk.id)
    signs_up(other, walk.id)
    world.run(people.change, other.person.id, reminders=False)
    world.pass_time(hours=22)
    assert reasons(world) == [None, "switched off"]


def test_the_promise_names_numbers_only(world: World) -> None:
    """What waits for days holds nothing that a person or an organiser typed."""
    walk = plan(world, days=2)
    phone = member(world)
    signs_up(phone, walk.id)
    assert len(comes(world, phone, 3)) == 2
    start = "2027-03-03T18:30:00+00:00"
    assert arguments_of(world) == [
        {"meeting": walk.id, "start": start, "kind": kind, "person": phone.person.id}
        for kind in ("day", "hours")
    ]


def test_who_comes_back_after_blocking_the_bot_is_reminded_of_what_is_still_to_come(
    world: World,
) -> None:
    phone = member(world)
    signs_up(phone, plan(world, days=8).id)
    assert len(comes(world, phone, 2)) == 1
    phone.blocks()
    assert comes(world, phone, 4) == []
    phone.blocks(now=False)
    assert [soon for _when, soon in comes(world, phone, 3)] == ["Tomorrow:", "Today:"]


def test_coming_back_brings_no_reminder_twice(world: World) -> None:
    """One that was put off to the morning comes then, and only then."""
    phone = member(world)
    signs_up(phone, plan(world, days=8).id)
    world.pass_time(hours=12)
    world.now = datetime.fromisoformat("2027-03-04T23:00:00+00:00")
    world.tick()
    phone.blocks()
    phone.blocks(now=False)
    assert [soon for _when, soon in comes(world, phone, 1)] == ["In 4 days:"]
