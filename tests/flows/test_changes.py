"""What changed about a meeting, as those who count on it read and answer it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.dialogue.messages import units
from storage import meetings, people, planning, rsvps
from storage.meetings import Answer, Kind, Meeting, MeetingFacts
from storage.rsvps import Party
from tests.flows.meeting_house import bare
from tests.phone import Phone, World

HOSTILE = "<b>Räuber</b> & \u202e\u200b\u2066 =1+1 👩‍👩‍👧 "


def plan(world: World, **known: Any) -> Meeting:
    start = datetime.fromisoformat("2027-03-10T19:30")
    facts = {"title": "A walk", "start": start, "end": start + timedelta(hours=2), **known}
    facts.setdefault("place", "The park")
    made: Meeting = world.run(planning.make, MeetingFacts(key=None, **facts), None, world.now)
    return made


def edit(world: World, meeting: Meeting, **new: Any) -> None:
    world.run(planning.edit, meeting.id, None, world.now, **new)


def cancel(world: World, meeting: Meeting, why: str = "") -> None:
    world.run(planning.cancel, meeting.id, None, world.now, why=why)
    world.pass_time(seconds=5)


def comer(world: World, meeting: Meeting, name: str = "noor", seats: int = 1) -> Phone:
    """Somebody who signed up, and has read all messages so far."""
    phone = guest(world, name)
    world.run(rsvps.claim, meeting.id, Party(phone.person.id, seats), world.now)
    return phone


def guest(world: World, name: str) -> Phone:
    phone = world.phone(name)
    phone.types("/start")
    world.run(people.join, phone.person.id, world.now, {"name": name.title()})
    return phone


def maybe_comer(world: World, meeting: Meeting, name: str = "ali") -> Phone:
    phone = guest(world, name)
    world.run(rsvps.maybe, meeting.id, phone.person.id, world.now)
    return phone


def half_an_hour(world: World, *phones: Phone) -> list[str]:
    """What is heard in the half hour after a change."""
    world.pass_time(minutes=30)
    return [text for phone in phones for text in bare(phone.hears())]


def answer(world: World, meeting: Meeting, phone: Phone) -> rsvps.Rsvp:
    found = world.run(rsvps.find, meeting.id, phone.person.id)
    assert found is not None
    return found  # type: ignore[no-any-return]  # run gives back what the unit gave


# It has changed.


def test_who_comes_reads_what_was_and_what_is_and_can_say_yes_again(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk, seats=2)
    edit(world, walk, start=datetime.fromisoformat("2027-03-11T20:00"))
    assert half_an_hour(world, noor) == [
        "This meeting has changed:\n<b>A walk</b>\n"
        "New time: Thursday 11 March, 20:00 to 22:00\n"
        "It was: Wednesday 10 March, 19:30 to 21:30\n\n"
        "You are signed up for 2 seats. Can you come then too?\n"
        "Open the file, then your calendar is right again."
    ]
    assert noor.last.labels == ["Yes, I can", "No, sign off"]
    assert b"SEQUENCE:1" in noor.receives()
    assert b"20270311T200000" in noor.receives()
    (said,) = bare(noor.presses("Yes, I can"))
    assert said.startswith("Good, see you then!\n<b>A walk</b>\nThursday 11 March, 20:00 to 22:00")
    assert answer(world, walk, noor).version == 2


def test_the_answer_can_be_typed(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, place="The barn")
    half_an_hour(world, noor)
    assert noor.types("yes i can")[0].startswith("Good, see you then!")


def test_signing_off_takes_one_tap(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, place="The barn")
    (said,) = half_an_hour(world, noor)
    assert "New place: The barn\nIt was: The park\n" in said
    assert "Can you come there too?" in said
    noor.presses("No, sign off")
    assert answer(world, walk, noor).answer == Answer.NO


def test_a_new_title_asks_nothing(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, title="A hike")
    (said,) = half_an_hour(world, noor)
    assert "<b>A hike</b>\nIt used to be called: A walk\nWednesday 10 March" in said
    assert "You are signed up, and that stays so." in said
    assert noor.last.labels == ["Change or sign off"]


def test_maybe_and_the_line_have_their_own_words(world: World) -> None:
    walk = plan(world, capacity=1)
    comer(world, walk)
    ali = maybe_comer(world, walk)
    yusuf = comer(world, walk, "yusuf")
    edit(world, walk, place="The barn")
    said, lined_up = half_an_hour(world, ali, yusuf)
    assert said.split("\n\n")[1].startswith("You said: maybe. Will you come?")
    assert ali.last.labels == ["Yes, I am coming", "No"]
    assert lined_up.endswith("\n\nYou keep your place in line: number 1.")
    assert yusuf.last.labels == ["Leave the line"]
    assert yusuf.last.message is not None
    assert yusuf.last.message.attachment is None
    yusuf.presses("Leave the line")
    edit(world, walk, place="The pub")
    assert half_an_hour(world, yusuf) == []


def test_changes_within_half_an_hour_are_one_message(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, place="The barn")
    world.pass_time(minutes=20)
    edit(world, walk, title="A hike")
    edit(world, walk, place="The pub")
    world.pass_time(minutes=9)
    assert noor.hears() == []
    world.pass_time(minutes=1)
    (said,) = bare(noor.hears())
    assert "New place: The pub\nIt was: The park" in said
    assert "It used to be called: A walk" in said


def test_a_change_taken_back_or_a_corrected_typo_is_not_told(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, place="The barn")
    edit(world, walk, title="A wolk", quiet=True)
    edit(world, walk, place="The park")
    assert half_an_hour(world, noor) == []


def test_somebody_who_switched_off_reminders_is_told(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    noor.sends("f:reminders:off")
    noor.hears()
    edit(world, walk, place="The barn")
    assert len(half_an_hour(world, noor)) == 1


def test_a_yes_to_what_is_not_so_any_more_is_asked_again(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, place="The barn")
    half_an_hour(world, noor)
    edit(world, walk, place="The pub")
    (said,) = bare(noor.presses("Yes, I can"))
    assert said.startswith("It has changed once more. This is how it is now:\n<b>A walk</b>\n")
    assert "The pub" in said
    assert answer(world, walk, noor).version == 1
    noor.presses("Yes, I can")
    assert answer(world, walk, noor).version == 3
    assert half_an_hour(world, noor) == []


def test_an_old_yes_after_signing_off_or_cancelling_tells_the_truth(world: World) -> None:
    walk = plan(world)
    noor, ali = comer(world, walk), comer(world, walk, "ali")
    edit(world, walk, place="The barn")
    half_an_hour(world, noor, ali)
    noor.presses("No, sign off")
    assert "Good, see you then!" not in noor.sends(f"f:still_coming:{walk.id}:2")[0]
    assert answer(world, walk, noor).answer == Answer.NO
    cancel(world, walk)
    ali.hears()
    assert "This meeting is cancelled." in ali.sends(f"f:still_coming:{walk.id}:2")[0]
    assert ali.sends("f:still_coming:99:1")


def test_at_night_it_waits_for_the_morning(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    world.pass_time(hours=9)
    edit(world, walk, place="The barn")
    world.pass_time(hours=11.9)
    assert noor.hears() == []
    world.pass_time(hours=0.1)
    assert len(noor.hears()) == 1


def test_a_message_held_up_until_night_goes_in_the_morning(world: World) -> None:
    """The fan-out was in time, but the sending was not."""
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, place="The barn")
    world.now += timedelta(hours=14)
    world.tick()
    assert noor.hears() == []
    world.pass_time(hours=7)
    assert len(noor.hears()) == 1


# It is off.


def test_who_came_reads_that_it_is_off_and_why(world: World) -> None:
    walk = plan(world, capacity=1)
    noor = comer(world, walk)
    ali, yusuf = maybe_comer(world, walk), comer(world, walk, "yusuf")
    cancel(world, walk, "The roof leaks.")
    (said,) = bare(noor.hears())
    assert said == (
        "This meeting is cancelled:\n<b>A walk</b>\nWednesday 10 March, 19:30 to 21:30\n\n"
        "The organiser says: The roof leaks.\n\n"
        "You were signed up. You do not have to do anything.\n"
        "Open the file, then your calendar is right again."
    )
    assert b"METHOD:CANCEL" in noor.receives()
    assert "You said: maybe. You do not have to do anything." in ali.hears()[0]
    assert yusuf.hears()[0].endswith(
        "You stood in line. That line has ended. You do not have to do anything."
    )
    assert noor.last.labels == ["See the meetings", "Ask a human"]


def test_a_cancellation_takes_over_a_change_and_names_what_people_knew(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    edit(world, walk, title="A hike", start=datetime.fromisoformat("2027-03-11T20:00"))
    cancel(world, walk)
    (said,) = bare(noor.hears())
    assert "<b>A walk</b>\nWednesday 10 March" in said
    world.pass_time(hours=1)
    assert noor.hears() == []


def test_a_meeting_that_takes_place_after_all_asks_again(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    cancel(world, walk)
    noor.hears()

    def on_again(tx: Any) -> None:
        from storage import changes

        before = meetings.find(tx, walk.id)
        assert before is not None
        after = meetings.write(tx, before, {"status": "on"}, world.now, quiet=False)
        changes.note(tx, before, after, None, world.now)

    world.run(on_again)
    (said,) = bare(half_an_hour(world, noor))
    assert said.startswith("This takes place after all:\n<b>A walk</b>\nWednesday 10 March")
    assert noor.last.labels == ["Yes, I can", "No, sign off"]


def test_a_cancelled_day_is_one_message(world: World) -> None:
    day = plan(world, title="The day", kind=Kind.DAY)
    place = plan(world, title="The garden", kind=Kind.PLACE, day=day.id)
    evening = plan(world, title="The party", kind=Kind.PART, day=day.id)
    noor = comer(world, place)
    world.run(rsvps.claim, evening.id, Party(noor.person.id, 1), world.now)
    cancel(world, day, "Storm.")
    (said,) = bare(noor.hears())
    assert said.startswith("This day is cancelled, with all its places:\n<b>The day</b>\n")
    assert "You had chosen: The garden\nYou had chosen: The party" in said
    assert "The organiser says: Storm." in said
    file = noor.receives()
    assert file.count(b"STATUS:CANCELLED") == 2


# Somebody without a phone.


def test_who_signed_up_somebody_without_a_phone_is_asked_to_tell_them(world: World) -> None:
    walk = plan(world)
    noor, ali = comer(world, walk), guest(world, "ali")
    for name, by in (("Oma Jo", noor), ("Bep", ali), ("Cor", ali)):
        world.run(rsvps.add_without_phone, walk.id, name, by.person.id, world.now)
    edit(world, walk, place="The barn")
    said, other = half_an_hour(world, noor, ali)
    assert "Can you come there too?\nYou signed up Oma Jo, who has no phone here." in said
    assert other.endswith(
        "\n\nYou signed up Bep and Cor, who have no phone here. Will you tell them?"
    )
    assert ali.last.labels == ["My meetings"]
    assert half_an_hour(world, noor, ali) == []
    cancel(world, walk)
    assert "You signed up Bep and Cor" in bare(ali.hears())[0]


# Anything may stand in it.


@pytest.mark.parametrize("language", ["en", "nl"])
def test_hostile_and_long_texts_stay_within_the_limits(world: World, language: str) -> None:
    long = (HOSTILE * 100)[:200]
    walk = plan(world, title=long, place=long)
    noor = comer(world, walk)
    world.run(people.change, noor.person.id, language=language)
    edit(world, walk, title=long[::-1], place=long[::-1], zone="America/Curacao")
    world.pass_time(hours=8)  # in that zone it is early in the morning
    changed = noor.last
    cancel(world, walk, (HOSTILE * 100)[:500])
    off = noor.last
    for shown in (changed, off):
        assert shown.message is not None
        limit = 1024 if shown.message.attachment else 4096
        assert units(shown.text) <= limit
        assert "<b>Räuber" not in shown.text
    assert off.row != changed.row


def test_a_text_that_is_too_long_for_a_file_has_a_button_for_it(world: World) -> None:
    walk = plan(world)
    noor = comer(world, walk)
    cancel(world, walk, "👩‍👩‍👧" * 119)
    assert noor.last.labels[-1] == "The file for my calendar"
    assert noor.presses("The file for my calendar")
    assert b"METHOD:CANCEL" in noor.receives()
