"""Roles and the codes that give them, also when several people press at once."""

import asyncio
from datetime import timedelta

import pytest

from storage import audit, codes, people, roles
from storage.people import Role
from storage.roles import Taken
from tests.storage.planning import NOW, crowd, somebody

DAY = timedelta(days=1)


async def with_roles(db, *given):
    everybody = await db.run(crowd, len(given))
    for person, role in zip(everybody, given, strict=True):
        await db.run(people.change, person, role=role)
    return everybody


async def role_of(db, person):
    return (await db.read(people.find, person)).role


async def test_two_admins_who_press_at_once_cannot_both_lose(db):
    for _round in range(5):
        one, other = await with_roles(db, Role.ADMIN, Role.ADMIN)
        outcomes = await asyncio.gather(
            db.run(roles.take_away, one, other, NOW), db.run(roles.take_away, other, one, NOW)
        )
        assert sorted(outcomes) == [Taken.DONE, Taken.NOT_ALLOWED]
        left = await db.read(people.with_role, Role.ADMIN)
        assert len(left) == 1


async def test_two_admins_who_leave_at_once_leave_one(db):
    one, other = await with_roles(db, Role.ADMIN, Role.ADMIN)
    outcomes = await asyncio.gather(
        db.run(roles.take_away, one, one, NOW), db.run(roles.take_away, other, other, NOW)
    )
    assert sorted(outcomes) == [Taken.DONE, Taken.LAST_ADMIN]


@pytest.mark.parametrize("role", [Role.NONE, Role.COORDINATOR])
async def test_only_an_admin_takes_a_role_away(db, role):
    actor, boss, other = await with_roles(db, role, Role.ADMIN, Role.COORDINATOR)
    assert await db.run(roles.take_away, actor, other, NOW) is Taken.NOT_ALLOWED
    assert await role_of(db, other) == Role.COORDINATOR
    assert await db.run(roles.take_away, boss, actor + 1000, NOW) is Taken.NO_ROLE


async def test_a_role_that_ends_takes_its_unused_codes_along(db):
    boss, other = await with_roles(db, Role.ADMIN, Role.ADMIN)
    theirs = await db.run(codes.make, Role.ADMIN, other, NOW, NOW + DAY)
    mine = await db.run(codes.make, Role.ADMIN, boss, NOW, NOW + DAY)
    servers = await db.run(codes.make, Role.ADMIN, None, NOW, NOW + DAY)
    assert await db.run(roles.take_away, boss, other, NOW) is Taken.DONE
    given = [await db.read(codes.role_of, code, NOW) for code in (theirs, mine, servers)]
    assert given == [None, Role.ADMIN, Role.ADMIN]


async def test_a_code_is_used_once_by_twenty_at_once(db):
    code = await db.run(codes.make, Role.ADMIN, None, NOW, NOW + DAY)
    given = await asyncio.gather(*(db.run(codes.use, code, NOW) for _ in range(20)))
    assert sorted(given, key=str) == [None] * 19 + [Role.ADMIN]
    assert await db.read(codes.role_of, code, NOW) is None


async def test_a_code_has_letters_alone_and_is_kept_as_a_digest(db):
    made = {await db.run(codes.make, Role.ADMIN, None, NOW, NOW + DAY) for _ in range(3)}
    assert len(made) == 3
    assert all(len(code) == codes.LETTERS and code.isalpha() for code in made)
    assert codes.digest(" ABC\n") == codes.digest("abc")
    assert await db.read(codes.role_of, codes.digest(made.pop()), NOW) is None


async def test_codes_end_and_are_thrown_away(db):
    code = await db.run(codes.make, Role.COORDINATOR, None, NOW, NOW + DAY)
    assert await db.read(codes.role_of, code, NOW + DAY) is Role.COORDINATOR
    late = NOW + DAY + timedelta(seconds=1)
    assert await db.read(codes.role_of, code, late) is None
    assert await db.run(codes.use, code, late) is None
    await db.run(codes.make, Role.COORDINATOR, None, late, late + DAY)
    assert await db.run(codes.use, code, NOW) is None


@pytest.mark.parametrize("code", ["", "\udc80", "x" * 5000, "'; DROP TABLE codes"])
async def test_a_strange_code_gives_nothing(db, code):
    assert await db.run(codes.use, code, NOW) is None


async def test_the_newest_lines_of_one_person_and_action(db):
    noor, ali = await db.run(crowd, 2)
    for minute in range(4):
        for person, action in ((noor, "a"), (noor, "b"), (ali, "a")):
            await db.run(audit.record, person, action, None, NOW + timedelta(minutes=minute))
    found = await db.read(audit.newest, noor, "a", 3)
    assert found == [NOW + timedelta(minutes=minute) for minute in (3, 2, 1)]


async def test_a_new_role_asks_for_a_new_menu_and_is_written_down(db):
    noor = await db.run(somebody)
    await db.run(roles.give, noor, Role.COORDINATOR, NOW)
    assert [one.id for one in await db.read(people.with_menu_due, 5)] == [noor]
    assert await db.read(audit.newest, noor, "role.coordinator", 5) == [NOW]
