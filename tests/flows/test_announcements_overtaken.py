"""Messages to many that the world changes under, between the writing and the reading."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import announcements, digests, people, planning, recipients, sendings, settings
from storage.transaction import Tx
from tests.flows.running_house import comes, coordinator, plan
from tests.flows.sending_house import (
    asked,
    begins,
    content,
    crowd,
    first,
    found,
    goes_out,
    hears,
    make_world,
    planned,
    sends,
    state,
    wants_news,
)
from tests.flows.whole import stored
from tests.phone import Phone, World


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def noor(world: World) -> Phone:
    phone: Phone = coordinator(world, "noor")
    world.run(people.change, phone.person.id, name="Quagga")
    return phone


# Who wrote it is forgotten.


def forgotten(phone: Phone) -> None:
    phone.types("/forget")
    phone.presses("Yes, erase everything")
    phone.presses("Yes, erase it for good")


def test_nobody_gets_a_message_under_the_name_of_somebody_who_was_forgotten(
    world: World, noor: Phone
) -> None:
    coordinator(world, "bram")
    [reader] = crowd(world, 1)
    planned(noor, late_until=world.now + timedelta(days=7))
    begins(world)
    forgotten(noor)
    goes_out(world)
    assert hears(reader) == ["Summer is coming!\n\nWijkwerk sends you this."]
    world.pass_time(hours=25)
    assert [name for name, kept in stored(world).items() if "Quagga" in kept] == []


# What it is about is off, or over.

TOO_LATE = (
    "Your message “{title}” did not go out: its meeting is off or over, or it would have come too "
    "late. Nobody got it. It is a draft again."
)


def for_its_people(meeting: Any) -> dict[str, Any]:
    only = [["meeting", f"{meeting.id}:yes"]]
    return {"purpose": "service", "meeting": meeting.id, "audience": {"only": only, "but": []}}


def test_what_was_for_the_people_of_a_meeting_does_not_go_once_that_is_cancelled(
    world: World, noor: Phone
) -> None:
    meeting = plan(world)
    vera = comes(world, meeting, "vera")
    number = planned(noor, content("Bring boots!"), seconds=86_400, **for_its_people(meeting))
    world.run(planning.cancel, meeting.id, noor.person.id, world.now)
    goes_out(world, minutes=24 * 60 + 5)
    assert state(world, number) == "draft"
    assert not [said for said in hears(vera) if "boots" in said]
    assert TOO_LATE.format(title="Bring boots!") in hears(noor)


def test_what_was_written_after_a_meeting_was_cancelled_goes_to_its_people(
    world: World, noor: Phone
) -> None:
    meeting = plan(world)
    vera = comes(world, meeting, "vera")
    world.run(planning.cancel, meeting.id, noor.person.id, world.now)
    world.now += timedelta(minutes=1)
    planned(noor, content("So sorry!"), **for_its_people(meeting))
    goes_out(world)
    assert [said for said in hears(vera) if said.startswith("So sorry!")]


def test_nobody_agrees_to_what_cannot_go_any_more(world: World, noor: Phone) -> None:
    bram = coordinator(world, "bram")
    meeting = plan(world)
    off = asked(noor, meeting=meeting.id, minutes=-60)
    late = asked(noor, content("Today only!"), useful_until=world.now + timedelta(days=1))
    sends(bram, "approve_announcement", off)
    world.run(planning.cancel, meeting.id, noor.person.id, world.now)
    (said,) = bram.presses("Yes, send it")
    assert said.startswith("That message cannot go out any more: its meeting is off or over")
    world.pass_time(days=1, minutes=1)
    assert [state(world, one) for one in (off, late)] == ["draft", "draft"]
    assert TOO_LATE.format(title="Today only!") in hears(noor)


def test_what_is_of_no_use_any_more_does_not_begin_after_a_long_stop(
    world: World, noor: Phone
) -> None:
    [reader] = crowd(world, 1)
    number = planned(noor, useful_until=world.now + timedelta(hours=1))
    begins(world, minutes=61)
    assert state(world, number) == "planned"
    goes_out(world)
    assert state(world, number) == "draft"
    assert hears(reader) == []


# Somebody else said the same meanwhile.


def test_who_agrees_to_what_has_been_said_meanwhile_is_asked_once_more(
    world: World, noor: Phone
) -> None:
    bram = coordinator(world, "bram")
    [reader] = crowd(world, 1)
    both = asked(noor), asked(bram)
    sends(bram, "approve_announcement", both[0])
    bram.presses("Yes, send it")
    sends(noor, "approve_announcement", both[1])
    (said,) = noor.presses("Yes, send it")
    assert "has planned the same for the same people. Shall it go twice?" in said
    noor.presses("No, leave it")
    goes_out(world)
    assert [state(world, one) for one in both] == ["begun", "asked"]
    assert len(hears(reader)) == 1


# It is corrected.


@pytest.mark.parametrize(("above", "typed"), [(2, True), (3, False)])
def test_new_words_for_many_people_take_their_number(
    world: World, noor: Phone, above: int, typed: bool
) -> None:
    world.run(settings.put, "announcements", {"second_person_above": above})
    readers = crowd(world, 3)
    number = planned(noor)
    goes_out(world)
    sends(noor, "correct_announcement", number)
    noor.types("Autumn is coming!")
    said = noor.presses("Yes, correct it")[-1]
    assert ("type how many get it: 3" in said) == typed
    if typed:
        assert noor.types("30")[-1] == "That is not the number. It is: 3"
        noor.types("3")
    goes_out(world)
    assert all("Autumn" in reader.screen()[-1].text for reader in readers)


# Its meeting moves, or the week ends too late.


def test_late_ones_get_it_so_long_after_it_went_also_when_its_meeting_moved(
    world: World, noor: Phone
) -> None:
    meeting = plan(world)
    crowd(world, 1)
    a_week = meeting.starts + timedelta(days=6)
    number = planned(noor, meeting=meeting.id, minutes=-24 * 60, late_until=a_week)
    later = datetime.fromisoformat("2027-04-10T19:30")
    times = {"start": later, "end": later + timedelta(hours=2)}
    moved = world.run(planning.edit, meeting.id, None, world.now, quiet=True, **times)
    world.now = moved.starts - timedelta(hours=24)
    goes_out(world)
    assert found(world, number).late_until == first(world, number).started + timedelta(days=7)
    late = wants_news(world, "late")
    world.run(people.join, late.person.id, world.now, {"name": "Late"})
    goes_out(world, minutes=60 * 18)
    assert hears(late) == ["Summer is coming!\n\nQuagga of Wijkwerk sends you this."]


def test_what_the_weekly_overview_is_too_late_for_is_told_to_be_so(
    world: World, noor: Phone
) -> None:
    weekly = wants_news(world, "weekly")
    world.run(digests.choose, weekly.person, world.now, weekly=True)
    planned(noor, content("Wednesday!"), useful_until=world.now + timedelta(days=2))
    planned(noor, content("Saturday!"), useful_until=world.now + timedelta(days=6))
    goes_out(world)
    summaries = [said for said in hears(noor) if "has gone out." in said]
    assert [said.split("– ")[1].split(":")[0] for said in sorted(summaries)] == [
        "get it in their weekly overview",
        "it would have come too late",
    ]
    world.pass_time(days=5)
    assert ["Saturday!" in said and "Wednesday!" not in said for said in hears(weekly)] == [True]


# Who gets it blocks the bot.


def test_who_blocked_the_bot_gets_nothing_once_back_until_they_say_so(
    world: World, noor: Phone
) -> None:
    [reader] = crowd(world, 1)
    reader.blocks()
    reader.blocks(now=False)
    planned(noor)
    goes_out(world)
    assert hears(reader) == []
    assert "You had blocked me." in reader.types("/start")[0]
    reader.presses("Change what I get")
    reader.presses("Keep me informed")
    for label in ("Yes", "Everything", "From the whole country", "Each message when it comes"):
        reader.presses(label)
    reader.presses("Yes")
    assert "You had blocked me." not in " ".join(reader.types("/start"))
    planned(noor, content("Autumn!"))
    goes_out(world)
    assert hears(reader) == ["Autumn!\n\nQuagga of Wijkwerk sends you this."]


# There is a minute to think again.


@pytest.mark.parametrize(("seconds", "got"), [(59, 0), (61, 1)])
def test_a_moment_that_a_meeting_brings_near_leaves_a_minute_to_undo(
    world: World, noor: Phone, seconds: int, got: int
) -> None:
    [reader] = crowd(world, 1)
    meeting = plan(world)
    world.now = meeting.starts - timedelta(hours=2, seconds=20)
    number = planned(noor, meeting=meeting.id, minutes=-120)
    world.pass_time(seconds=seconds)
    said = sends(noor, "undo_announcement", number)[0]
    assert said.startswith("It has begun already" if got else "Undone: nobody gets it.")
    goes_out(world)
    assert len(hears(reader)) == got


# Nobody let it go on.


def test_what_stays_paused_until_it_is_of_no_use_is_summed_up_once(
    world: World, noor: Phone
) -> None:
    readers = crowd(world, 2)
    number = planned(noor, useful_until=world.now + timedelta(days=2))
    begins(world)
    sends(noor, "pause_sending", first(world, number).id)
    noor.hears()
    for _day in range(4):
        world.pass_time(days=1)
    world.pass_time(minutes=1)
    run = first(world, number)
    assert (run.state, run.skipped, run.open) == ("done", 2, 0)
    (said,) = [text for text in hears(noor) if "has gone out." in text]
    assert "it would have come too late: 2" in said
    assert [hears(reader) for reader in readers] == [[], []]


def test_so_is_what_was_paused_before_all_were_promised_it(world: World, noor: Phone) -> None:
    crowd(world, 2)
    number = planned(noor, useful_until=world.now + timedelta(days=2))
    world.run(_written_down, number, world.now)
    assert first(world, number).open == 2
    sends(noor, "pause_sending", first(world, number).id)
    world.pass_time(days=1)
    assert first(world, number).open == 2
    world.pass_time(days=1, minutes=1)
    run = first(world, number)
    assert (run.state, run.skipped, run.open) == ("done", 2, 0)
    assert "it would have come too late: 2" in "\n".join(hears(noor))


def _written_down(tx: Tx, number: int, now: datetime) -> None:
    """It has begun, and nobody is promised it yet."""
    one = announcements.find(tx, number)
    assert one is not None
    run = sendings.begin(tx, one, now)
    while recipients.spread(tx, run, now):
        pass
