"""Who comes and who waits, as a host sees it; and how somebody is taken off."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import insert

from bot.dialogue.messages import units
from storage import rsvps, tables
from tests.flows.running_house import (
    audited,
    bare,
    comes,
    coordinator,
    hears,
    host_of,
    make_world,
    member,
    plan,
    sends,
)


@pytest.fixture
def world():
    return make_world()


def many(world, meeting, count):
    """So many people who come, made in one go."""
    first = {"state": "visitor", "role": "none", "language": "nl"}
    times = {"first_seen": world.now, "last_seen": world.now}
    known = {"meeting": meeting.id, "answer": "yes", "seats": 1, "version": 1}
    made = {"created": world.now, "changed": world.now}

    def unit(tx):
        for n in range(count):
            chat = {"chat": f"telegram:many {n}", "name": f"=Name {n:04}"}
            row = tx.execute(insert(tables.people).values(**first, **times, **chat))
            person = row.inserted_primary_key[0]
            tx.execute(insert(tables.rsvps).values(**known, **made, person=person))

    world.run(unit)


def file_rows(phone):
    text = phone.receives().decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_a_host_sees_names_seats_and_needs(world):
    meeting = plan(world, "walk", capacity=9)
    hans = host_of(world, meeting)
    noor = comes(world, meeting, "noor", 3)
    comes(world, meeting, "ali")
    world.run(rsvps.set_needs, meeting.id, noor.person.id, ["diet"], "no\nnuts")
    world.run(rsvps.add_without_phone, meeting.id, "Oma", noor.person.id, world.now)
    assert sends(hans, "attendee_list", meeting.id) == [
        "A walk: 5 seats taken\n\n1. Ali\n2. Noor, 3 seats, cannot eat everything, no nuts\n3. Oma"
    ]
    assert audited(world)[-1] == "meeting.attendees"
    assert bare(hans.types("2")) == ["Noor\n3 seats\ncannot eat everything\nno nuts"]


def test_nobody_has_signed_up_yet(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    assert sends(boss, "attendee_list", meeting.id) == ["Nobody has signed up yet."]
    assert sends(boss, "waiting_line", meeting.id) == ["Nobody is in line."]


def test_who_is_taken_off_is_told_kindly_and_the_seat_is_free(world):
    meeting, boss = plan(world, "walk", capacity=1), coordinator(world)
    noor, ali = comes(world, meeting, "noor"), comes(world, meeting, "ali")
    sends(boss, "attendee_list", meeting.id)
    boss.types("1")
    assert bare(boss.presses("Take off the list")) == [
        "Take Noor off the list? Their seat is free then, and I tell them."
    ]
    assert bare(boss.presses("Yes, take them off")) == ["Noor is off the list."]
    assert audited(world)[-1] == "meeting.take_off"
    world.pass_time(seconds=1)
    assert hears(noor)[-1] == (
        "The people who organise A walk have taken you off the list. "
        "Do you think that is a mistake? Ask them."
    )
    assert "A walk" in hears(ali)[-1]


def test_who_is_taken_off_at_night_hears_it_in_the_morning(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    world.now += timedelta(hours=11)
    sends(boss, "attendee_list", meeting.id)
    boss.types("1")
    boss.presses("Take off the list")
    boss.presses("Yes, take them off")
    world.pass_time(seconds=1)
    assert hears(noor) == []
    world.pass_time(hours=10)
    assert "taken you off the list" in hears(noor)[-1]


def test_no_takes_nobody_off(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    row = world.run(rsvps.find, meeting.id, noor.person.id).id
    sends(boss, "take_off", meeting.id, row)
    boss.presses("No, leave it")
    assert world.run(rsvps.find, meeting.id, noor.person.id).answer == "yes"
    world.pass_time(seconds=1)
    assert not hears(noor)


def test_who_signed_up_again_hears_nothing(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    noor = comes(world, meeting, "noor")
    row = world.run(rsvps.find, meeting.id, noor.person.id).id
    sends(boss, "take_off", meeting.id, row)
    boss.presses("Yes, take them off")
    noor.sends(f"f:rsvp:{meeting.id}:yes")
    noor.types("1")
    noor.hears()
    world.pass_time(seconds=1)
    assert not any("taken you off" in said for said in hears(noor))


def test_somebody_without_a_phone_can_be_taken_off(world):
    meeting, boss = plan(world, "walk", capacity=1), coordinator(world)
    world.run(rsvps.add_without_phone, meeting.id, "Oma", boss.person.id, world.now)
    sends(boss, "attendee_list", meeting.id)
    assert "I cannot write to them." in boss.types("1")[0]
    boss.presses("Take off the list")
    boss.presses("Yes, take them off")
    assert world.run(rsvps.taken, [meeting.id])[meeting.id] == 0


def test_a_sign_up_of_another_meeting_is_out_of_reach(world):
    mine, other = plan(world, "walk"), plan(world, "talk")
    hans, noor = host_of(world, mine), comes(world, other, "noor")
    row = world.run(rsvps.find, other.id, noor.person.id).id
    gone = ["They are not on the list any more."]
    assert sends(hans, "attendee", mine.id, row) == gone
    assert sends(hans, "take_off", mine.id, row) == gone


def test_nobody_is_taken_off_what_has_begun(world):
    meeting, boss = plan(world, "walk", days=0), coordinator(world)
    noor = comes(world, meeting, "noor")
    row = world.run(rsvps.find, meeting.id, noor.person.id).id
    world.now += timedelta(hours=8)
    sends(boss, "attendee", meeting.id, row)
    assert "Take off the list" not in boss.last.labels
    sends(boss, "take_off", meeting.id, row)
    [said] = boss.presses("Yes, take them off")
    assert said == "That is not possible any more: it has begun."


def test_a_list_of_two_thousand_is_paged_and_comes_as_a_file(world):
    meeting, boss = plan(world, "walk"), coordinator(world)
    many(world, meeting, 2000)
    [said] = sends(boss, "attendee_list", meeting.id)
    assert said.startswith(
        "A walk: 2,000 seats taken\nThat is a long list. It is handier as a file.\n\n1. =Name 0000"
    )
    [last] = sends(boss, "attendee_list", meeting.id, 250)
    assert last.endswith("2000. =Name 1999")
    assert "Next page" not in boss.last.labels
    sends(boss, "attendee_list", meeting.id, 251)
    boss.sends(f"f:attendee_file:{meeting.id}")
    assert audited(world)[-1] == "meeting.export"
    kept = file_rows(boss)
    assert kept[0] == ["Name", "Seats", "Needs", "In their own words", "Was there"]
    assert len(kept) == 2001
    assert kept[1][:2] == ["'=Name 0000", "1"]


@pytest.mark.parametrize("words", ["=1+1", "x" * 1500, "\u202eabc", "<b>&", "😀" * 700, "a\nb;c"])
def test_what_people_wrote_breaks_nothing(world, words):
    meeting, boss = plan(world, "walk"), coordinator(world)
    for number in range(8):
        noor = comes(world, meeting, f"noor {number}")
        world.run(rsvps.set_needs, meeting.id, noor.person.id, [], words)
    sends(boss, "attendee_list", meeting.id)
    boss.types("1")
    sends(boss, "attendee_file", meeting.id)
    assert all(units(shown.text) <= 4096 for shown in boss.screen())
    assert file_rows(boss)[1][3] == (f"'{words}" if words[0] == "=" else words)


def test_the_line_says_who_stands_where_and_why_nobody_moves(world):
    meeting, boss = plan(world, "walk", capacity=2), coordinator(world)
    noor = comes(world, meeting, "noor", 2)
    comes(world, meeting, "ali", 2)
    comes(world, meeting, "bea", 1)
    assert sends(boss, "waiting_line", meeting.id) == [
        "In line for A walk:\n\n"
        "1. Ali, 2 seats, since Monday 1 March, 12:00\n"
        "2. Bea, 1 seat, since Monday 1 March, 12:00\n\n"
        "Nobody moves up, because no seat is free."
    ]
    assert audited(world)[-1] == "meeting.line"
    world.run(rsvps.claim, meeting.id, rsvps.Party(noor.person.id, 1), world.now)
    assert sends(boss, "waiting_line", meeting.id)[0].endswith(
        "1 seat is free, but the next in line needs 2. Nobody goes before them."
    )
    world.run(rsvps.withdraw, meeting.id, noor.person.id, world.now)
    [said] = sends(boss, "waiting_line", meeting.id)
    assert "1. Ali, 2 seats: on offer until Tuesday 2 March, 12:00" in said
    assert said.endswith(
        "Nobody else moves up: Ali can take the free seats until Tuesday 2 March, 12:00."
    )


def test_who_is_taken_out_of_the_line_is_told(world):
    meeting, boss = plan(world, "walk", capacity=1), coordinator(world)
    comes(world, meeting, "noor")
    ali = comes(world, meeting, "ali")
    sends(boss, "waiting_line", meeting.id)
    assert bare(boss.types("1")) == ["Take Ali out of the line? I tell them."]
    assert bare(boss.presses("Yes, take them out")) == ["Ali is out of the line."]
    world.pass_time(seconds=1)
    assert "taken you off the list" in hears(ali)[-1]
    assert sends(boss, "take_out", meeting.id, ali.person.id) == ["They are not in line any more."]


def test_an_old_button_takes_nobody_of_another_line(world):
    meeting, boss = plan(world, "walk", capacity=1), coordinator(world)
    noor = member(world)
    assert sends(boss, "take_out", meeting.id, noor.person.id) == ["They are not in line any more."]
