"""How somebody becomes the host of one meeting, and how that ends."""

import re
from datetime import timedelta

import pytest

from storage import codes, people
from storage.people import Role
from tests.flows.running_house import (
    REFUSED,
    a_day,
    audited,
    bare,
    coordinator,
    found,
    hears,
    host_of,
    make_world,
    member,
    opens,
    plan,
    sends,
)
from tests.flows.whole import stored

WORKS_NOT = "That link does not work. It is used or too old. Ask for a new one."


@pytest.fixture
def world():
    return make_world()


def link(boss, meeting):
    """The payload of a new link."""
    [said] = sends(boss, "new_host", meeting.id)
    [payload] = re.findall(r"https://t\.me/wijkbot\?start=(host-[a-z]+)\n", said)
    return payload


def test_a_link_makes_one_person_the_host_once(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    payload, hans, other = link(boss, meeting), member(world, "hans"), member(world, "other")
    [said] = bare(hans.types(f"/start {payload}"))
    assert said.startswith("You are the host of A walk now, Monday 15 March, 19:30.")
    assert found(world, meeting).host == hans.person.id
    assert hans.person.role == people.Role.NONE
    assert bare(hans.presses("Run this meeting"))[0].startswith("<b>A walk</b>")
    assert other.types(f"/start {payload}") == [WORKS_NOT]
    assert found(world, meeting).host == hans.person.id
    assert audited(world) == ["code.make", "meeting.host", "code.wrong"]


def test_a_link_is_good_for_a_week(world):
    boss, meeting = coordinator(world), plan(world, "walk", days=30)
    payload, hans = link(boss, meeting), member(world, "hans")
    assert "It works once, until Monday 8 March, 12:00." in boss.last.text
    world.now += timedelta(days=7, seconds=1)
    assert hans.types(f"/start {payload}") == [WORKS_NOT]


def test_a_new_link_ends_the_one_before(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    old, new = link(boss, meeting), link(boss, meeting)
    hans = member(world, "hans")
    assert hans.types(f"/start {old}") == [WORKS_NOT]
    assert "You are the host" in hans.types(f"/start {new}")[0]


def test_a_code_is_kept_nowhere_that_can_be_read(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    code = world.run(
        codes.make_for_host, meeting.id, boss.person.id, world.now, world.now + timedelta(days=1)
    )
    member(world, "hans").types(f"/start host-{code}")
    assert code not in str(stored(world))


def test_codes_of_roles_and_of_hosts_are_not_mixed_up(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    until = world.now + timedelta(days=1)
    role = world.run(codes.make, Role.ADMIN, None, world.now, until)
    hans = member(world, "hans")
    assert hans.types(f"/start host-{role}") == [WORKS_NOT]
    payload = link(boss, meeting)
    assert hans.types(f"/admin {payload.removeprefix('host-')}")[0].startswith("That code does not")
    assert hans.person.role == "none"
    assert "You are the host" in hans.types(f"/start {payload}")[0]


def test_five_wrong_codes_cost_an_hour(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    payload, hans = link(boss, meeting), member(world, "hans")
    for number in range(5):
        hans.types(f"/start host-{'x' * number}")
    often = ["You have sent too many wrong codes. Try it again in an hour."]
    assert hans.types(f"/start {payload}") == often
    world.now += timedelta(hours=1)
    assert "You are the host" in hans.types(f"/start {payload}")[0]


def test_a_second_host_takes_the_place_of_the_first_who_is_told(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    hans, ali = host_of(world, meeting), member(world, "ali")
    ali.types(f"/start {link(boss, meeting)}")
    world.pass_time(seconds=1)
    assert hears(hans)[-1] == "You are not the host of A walk any more. Thank you for what you did."
    assert opens(hans, meeting) == REFUSED


def test_the_host_is_taken_off_and_told(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    hans, payload = host_of(world, meeting), link(boss, meeting)
    assert sends(boss, "host_link", meeting.id) == ["The host of A walk is Hans."]
    boss.presses("Take the host off")
    assert bare(boss.presses("Yes, take them off")) == ["A walk has no host now."]
    assert audited(world)[-1] == "meeting.no_host"
    world.pass_time(seconds=1)
    assert "You are not the host of A walk any more." in hears(hans)[-1]
    assert opens(hans, meeting) == REFUSED
    assert hans.types(f"/start {payload}") == [WORKS_NOT]
    assert sends(boss, "host_link", meeting.id)[0].startswith("A walk has no host.")
    assert sends(boss, "end_host", meeting.id) == ["It has no host any more."]


def test_no_host_is_woken_to_hear_that_it_ended(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    hans = host_of(world, meeting)
    world.now += timedelta(hours=12)
    sends(boss, "end_host", meeting.id)
    boss.presses("Yes, take them off")
    world.pass_time(hours=8, minutes=59)
    assert not hears(hans)
    world.pass_time(minutes=1)
    assert "You are not the host of A walk any more." in hears(hans)[-1]


def test_who_is_host_again_hears_nothing(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    hans = host_of(world, meeting)
    sends(boss, "end_host", meeting.id)
    boss.presses("Yes, take them off")
    hans.types(f"/start {link(boss, meeting)}")
    hans.hears()
    world.pass_time(seconds=1)
    assert not hears(hans)


def test_the_host_of_a_day_makes_hosts_of_its_places(world):
    day, [east] = a_day(world, "East")
    hans, ali = host_of(world, day), member(world, "ali")
    assert sends(hans, "new_host", day.id) == [REFUSED]
    ali.types(f"/start {link(hans, east)}")
    assert opens(ali, east).startswith("<b>East</b>")
    assert opens(ali, day) == REFUSED


def test_links_of_somebody_whose_role_ended_stop_working(world):
    boss, meeting = coordinator(world), plan(world, "walk")
    payload = link(boss, meeting)
    world.run(codes.revoke, boss.person.id)
    assert member(world, "hans").types(f"/start {payload}") == [WORKS_NOT]
