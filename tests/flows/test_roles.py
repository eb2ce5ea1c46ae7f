"""How people get more rights and lose them, as they see it."""

import re
from datetime import timedelta

import pytest

from storage import codes, people, settings
from storage.people import Role
from tests.flows.whole import gets_role, joins, rows, stored, whole_world

DAY = timedelta(days=1)
ADMINS_ONLY = "admin"


@pytest.fixture
def world():
    made = whole_world()
    made.run(settings.put, "username", "wijkbot")
    return made


def a_code(world, role=Role.ADMIN, made_by=None):
    return world.run(codes.make, role, made_by, world.now, world.now + DAY)


def starts(world, name, role="none"):
    phone = world.phone(name)
    phone.types("/start")
    gets_role(phone, role)
    return phone


def link(said):
    [payload] = re.findall(r"https://t\.me/wijkbot\?start=(role-[a-z]+)\n", said)
    return payload


def role_of(phone):
    return phone.person.role


def actions(world):
    return [(row["action"], row["subject"]) for row in rows(world, "audit")]


def test_the_first_admin_comes_from_a_code(world):
    boss, code = starts(world, "boss"), a_code(world)
    said = boss.types(f"/admin {code.upper()}")
    assert said[0].startswith("You are an admin now.")
    assert {"Roles", "Health"} <= set(boss.last.labels)
    assert role_of(boss) == "admin"
    assert [one.id for one in world.run(people.with_menu_due, 5)] == [boss.person.id]
    assert actions(world) == [("role.admin", f"person:{boss.person.id}")]


def test_a_code_works_once_and_not_for_long(world):
    first, second = starts(world, "first"), starts(world, "second")
    code, old = a_code(world), a_code(world)
    first.types(f"/admin {code}")
    wrong = "That code does not work. It is mistyped, used or too old. Ask for a new one."
    assert second.types(f"/admin {code}") == [wrong]
    world.now += DAY + timedelta(seconds=1)
    assert second.types(f"/admin {old}") == [wrong]
    assert role_of(second) == "none"


def test_a_code_is_kept_nowhere_that_can_be_read(world):
    boss, code = starts(world, "boss"), a_code(world)
    boss.types("/admin wrongwrongwrong")
    boss.types(f"/admin {code}")
    boss.types("/admin")
    kept = str(stored(world))
    assert code not in kept
    assert "wrongwrong" not in kept


def test_five_wrong_codes_cost_an_hour(world):
    boss, code = starts(world, "boss"), a_code(world)
    for number in range(5):
        assert "does not work" in boss.types(f"/admin nonsense{number}")[0]
        world.now += timedelta(minutes=10)
    often = ["You have sent too many wrong codes. Try it again in an hour."]
    assert boss.types(f"/admin {code}") == often
    world.now += timedelta(minutes=49)
    assert boss.types(f"/admin {code}") == often
    world.now += timedelta(minutes=2)
    assert "admin now" in boss.types(f"/admin {code}")[0]


def test_wrong_codes_of_one_do_not_count_for_another_or_for_ever(world):
    guesser, boss = starts(world, "guesser"), starts(world, "boss")
    for number in range(5):
        guesser.types(f"/admin nonsense{number}")
        world.now += timedelta(minutes=16)
    assert "does not work" in guesser.types("/admin again")[0]
    assert "admin now" in boss.types(f"/admin {a_code(world)}")[0]


def test_an_admin_makes_a_coordinator_by_link(world):
    boss, noor = starts(world, "boss", "admin"), joins(world.phone("noor"))
    boss.types("/roles")
    (said,) = boss.presses("Make a coordinator")
    assert said.endswith("It works once, until Monday 8 March, 12:00.")
    told = noor.types(f"/start {link(said)}")
    assert told[0].startswith("You are a coordinator now.")
    assert role_of(noor) == "coordinator"
    assert "See the results" in noor.last.labels
    assert boss.types("/roles")[0].startswith(
        "2 people have a role:\n"
        f"1. somebody without a name (number {boss.person.id}), admin\n"
        "2. \u2068Noor\u2069, coordinator\n"
    )
    assert actions(world) == [
        ("code.make", "role:coordinator"),
        ("role.coordinator", f"person:{noor.person.id}"),
    ]


def test_a_link_for_less_is_not_used_up(world):
    boss, noor = starts(world, "boss", "admin"), starts(world, "noor")
    code = a_code(world, Role.COORDINATOR)
    assert "already" in boss.types(f"/start role-{code}")[0]
    assert role_of(boss) == "admin"
    noor.types(f"/start role-{code}")
    assert role_of(noor) == "coordinator"


def test_a_coordinator_can_become_an_admin(world):
    noor = starts(world, "noor", "coordinator")
    noor.types(f"/start role-{a_code(world)}")
    assert role_of(noor) == "admin"


@pytest.mark.parametrize("data", ["f:roles", "f:new_role:admin", "f:health", "f:end_role:1"])
@pytest.mark.parametrize("role", ["none", "coordinator"])
def test_only_admins_press_what_is_for_admins(world, role, data):
    noor = starts(world, "noor", role)
    said = noor.sends(data)
    assert len(said) == 1
    assert ADMINS_ONLY in said[0]
    assert rows(world, "codes") == []
    assert actions(world) == []


def test_a_role_lost_between_showing_and_pressing_does_nothing(world):
    boss, other = starts(world, "boss", "admin"), starts(world, "other", "admin")
    boss.types("/roles")
    gets_role(boss, "coordinator")
    assert ADMINS_ONLY in boss.presses("Make an admin")[0]
    gets_role(boss, "admin")
    boss.presses("2. End the role")
    gets_role(boss, "none")
    assert ADMINS_ONLY in boss.presses("Yes, end it")[0]
    assert role_of(other) == "admin"
    assert rows(world, "codes") == []


def test_no_other_role_can_be_made_up(world):
    boss = starts(world, "boss", "admin")
    assert boss.sends("f:new_role:emperor") == ["That role is not there."]
    assert boss.sends("f:new_role:none") == ["That role is not there."]
    assert rows(world, "codes") == []


def test_a_role_is_ended_in_two_taps_and_its_owner_is_told(world):
    boss, noor = starts(world, "boss", "admin"), joins(world.phone("noor"))
    gets_role(noor, "coordinator")
    world.run(people.menu_set, noor.person.id, "coordinator", "en")
    boss.types("/roles")
    asked = boss.presses("2. End the role of")
    assert asked[0].startswith("End the role of \u2068Noor\u2069?")
    assert role_of(noor) == "coordinator"
    assert boss.presses("Yes, end it") == ["The role of \u2068Noor\u2069 has ended. I tell them."]
    world.tick()
    assert noor.hears()[-1].startswith("An admin has ended your role.")
    assert (role_of(noor), noor.person.is_member) == ("none", True)
    assert noor.person.id in [one.id for one in world.run(people.with_menu_due, 5)]
    assert ("role.none", f"person:{noor.person.id}") in actions(world)


def test_a_second_thought_changes_nothing(world):
    boss, other = starts(world, "boss", "admin"), starts(world, "other", "coordinator")
    boss.sends(f"f:end_role:{other.person.id}")
    assert boss.presses("No, leave it") == ["Fine. Nothing has changed."]
    assert role_of(other) == "coordinator"


def test_the_last_admin_stays(world):
    boss, other = starts(world, "boss", "admin"), starts(world, "other", "coordinator")
    boss.sends(f"f:end_role:{boss.person.id}")
    assert boss.presses("Yes, end it") == [
        "That is the last admin. Make somebody else an admin first."
    ]
    gets_role(other, "admin")
    boss.sends(f"f:end_role:{boss.person.id}")
    assert boss.presses("Yes, end it") == ["Your role has ended."]
    assert (role_of(boss), role_of(other)) == ("none", "admin")


def test_nobody_is_woken_to_hear_that_their_role_ended(world):
    boss, noor = starts(world, "boss", "admin"), joins(world.phone("noor"))
    gets_role(noor, "coordinator")
    boss.types("/roles")
    boss.presses("2. End the role of")
    world.now += timedelta(hours=12)
    boss.presses("Yes, end it")
    world.tick()
    assert not any("ended your role" in text for text in noor.hears())
    world.pass_time(hours=9)
    assert noor.hears()[-1].startswith("An admin has ended your role.")


def test_links_of_somebody_whose_role_ended_stop_working(world):
    boss, other = starts(world, "boss", "admin"), starts(world, "other", "admin")
    way_back = link(other.sends("f:new_role:admin")[0])
    mine = link(boss.sends("f:new_role:coordinator")[0])
    boss.sends(f"f:end_role:{other.person.id}")
    boss.presses("Yes, end it")
    assert "does not work" in other.types(f"/start {way_back}")[0]
    assert "coordinator now" in other.types(f"/start {mine}")[0]


def test_who_has_a_role_again_is_not_told_that_it_ended(world):
    boss, noor = starts(world, "boss", "admin"), starts(world, "noor", "coordinator")
    boss.sends(f"f:end_role:{noor.person.id}")
    boss.presses("Yes, end it")
    noor.types(f"/start role-{a_code(world, Role.COORDINATOR)}")
    world.tick()
    assert not any("ended your role" in text for text in noor.hears())


def test_a_long_list_has_pages_and_its_numbers_can_be_typed(world):
    boss = starts(world, "boss", "admin")
    for number in range(11):
        starts(world, f"c{number}", "coordinator")
    assert boss.types("/roles")[0].startswith("12 people have a role:\n1. ")
    assert boss.last.labels[-1] == "Next page"
    second = boss.presses("Next page")[0]
    assert "4. " in second
    assert "5. " not in second
    assert boss.last.labels[-1] == "Previous page"
    assert boss.types("4")[0].startswith("End the role of somebody without a name (number 12)?")


def test_without_a_username_the_link_is_a_command(world):
    world.run(settings.put, "username", "")
    boss, noor = starts(world, "boss", "admin"), starts(world, "noor")
    (said,) = boss.sends("f:new_role:coordinator")
    [command] = re.findall(r"/admin [a-z]+", said)
    noor.types(command)
    assert role_of(noor) == "coordinator"


def test_a_code_is_explained_when_it_is_missing(world):
    assert world.phone("noor").types("/admin") == [
        "Type your code behind it, like this: /admin CODE"
    ]
