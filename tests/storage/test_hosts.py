import asyncio
from datetime import UTC, datetime, timedelta

from storage import codes, hosts, meetings, people, planning
from storage.meetings import Kind, MeetingFacts
from storage.people import Role

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
DAY = timedelta(days=1)


def somebody(tx, name, role=Role.NONE):
    person = people.arrive(tx, f"telegram:{name}", "nl", NOW)
    people.change(tx, person.id, role=role)
    return person.id


def planned(tx, kind=Kind.MEETING, day=None):
    start = datetime.fromisoformat("2027-03-15T19:30")
    facts = MeetingFacts(None, "Walk", start, start + timedelta(hours=2), kind=kind, day=day)
    return planning.make(tx, facts, None, NOW).id


async def host(db, meeting):
    found = await db.read(meetings.find, meeting)
    return found.host


async def test_a_host_runs_their_meeting_and_no_other(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    hans = await db.run(somebody, "hans")
    one, other = await db.run(planned), await db.run(planned)
    code = await db.run(codes.make_for_host, one, boss, NOW, NOW + DAY)
    made = await db.run(hosts.appoint, code, hans, NOW)
    assert (made[0].id, made[1]) == (one, None)
    assert (await db.read(hosts.managed, one, hans)).host == hans
    assert await db.read(hosts.managed, other, hans) is None
    assert await db.read(hosts.managed, 999, boss) is None
    assert await db.read(hosts.managed, one, 999) is None
    assert (await db.read(hosts.managed, other, boss)).id == other


async def test_twenty_people_with_one_link_make_one_host(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    crowd = [await db.run(somebody, f"n{n}") for n in range(20)]
    meeting = await db.run(planned)
    code = await db.run(codes.make_for_host, meeting, boss, NOW, NOW + DAY)
    made = await asyncio.gather(*(db.run(hosts.appoint, code, one, NOW) for one in crowd))
    [winner] = [one for one, outcome in zip(crowd, made, strict=True) if outcome is not None]
    assert await host(db, meeting) == winner


async def test_of_two_links_made_at_once_one_works(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    meeting = await db.run(planned)
    both = await asyncio.gather(
        *(db.run(codes.make_for_host, meeting, boss, NOW, NOW + DAY) for _ in range(5))
    )
    used = [await db.run(codes.use_for_host, code, NOW) for code in both]
    assert sorted(used, key=str) == [meeting] + [None] * 4


async def test_a_link_tells_who_was_host_before(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    hans, ali = await db.run(somebody, "hans"), await db.run(somebody, "ali")
    meeting = await db.run(planned)
    before = []
    for person in (hans, ali, ali):
        code = await db.run(codes.make_for_host, meeting, boss, NOW, NOW + DAY)
        before.append((await db.run(hosts.appoint, code, person, NOW))[1])
    assert before == [None, hans, None]


async def test_a_host_who_is_taken_off_leaves_no_link_behind(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    hans, meeting = await db.run(somebody, "hans"), await db.run(planned)
    await db.run(planning.edit, meeting, boss, NOW, quiet=True, host=hans)
    code = await db.run(codes.make_for_host, meeting, boss, NOW, NOW + DAY)
    assert await db.run(hosts.dismiss, meeting, boss, NOW) == hans
    assert await host(db, meeting) is None
    assert await db.run(hosts.appoint, code, hans, NOW) is None
    assert await db.run(hosts.dismiss, meeting, boss, NOW) is None


async def test_a_link_of_who_may_not_make_it_any_more_makes_nobody_a_host(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    hans, ali = await db.run(somebody, "hans"), await db.run(somebody, "ali")
    day = await db.run(planned, Kind.DAY)
    place = await db.run(planned, Kind.PLACE, day)
    await db.run(planning.edit, day, None, NOW, quiet=True, host=hans)
    code = await db.run(codes.make_for_host, place, hans, NOW, NOW + DAY)
    await db.run(hosts.dismiss, day, boss, NOW)
    assert await db.run(hosts.appoint, code, hans, NOW) is None
    assert await host(db, place) is None
    await db.run(planning.edit, day, None, NOW, quiet=True, host=ali)
    again = await db.run(codes.make_for_host, place, ali, NOW, NOW + DAY)
    assert await db.run(hosts.appoint, again, hans, NOW) is not None


async def test_codes_of_roles_and_hosts_are_kept_apart(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    meeting = await db.run(planned)
    role = await db.run(codes.make, Role.ADMIN, None, NOW, NOW + DAY)
    code = await db.run(codes.make_for_host, meeting, boss, NOW, NOW + DAY)
    assert await db.run(codes.use_for_host, role, NOW) is None
    assert await db.run(codes.use, code, NOW) is None
    assert await db.read(codes.role_of, code, NOW) is None
    assert await db.run(codes.use, role, NOW) is Role.ADMIN
    assert await db.run(codes.use_for_host, code, NOW + DAY + timedelta(seconds=1)) is None
    assert await db.run(codes.use_for_host, code, NOW + DAY) == meeting
    assert await db.run(codes.use_for_host, code, NOW) is None


async def test_the_link_of_a_meeting_that_is_gone_makes_nobody_a_host(db):
    boss = await db.run(somebody, "boss", Role.COORDINATOR)
    code = await db.run(codes.make_for_host, 999, boss, NOW, NOW + DAY)
    assert await db.run(hosts.appoint, code, boss, NOW) is None


async def test_who_may_say_who_is_host(db):
    boss = await db.run(somebody, "boss", Role.ADMIN)
    hans, ali = await db.run(somebody, "hans"), await db.run(somebody, "ali")
    day = await db.run(planned, Kind.DAY)
    place = await db.run(planned, Kind.PLACE, day)
    await db.run(planning.edit, day, None, NOW, quiet=True, host=hans)
    await db.run(planning.edit, place, None, NOW, quiet=True, host=ali)

    def allowed(tx, meeting, person):
        found, who = meetings.find(tx, meeting), people.find(tx, person)
        assert found is not None
        assert who is not None
        return hosts.may_appoint(tx, found, who)

    asked = [(one, who) for one in (day, place) for who in (boss, hans, ali)]
    assert [await db.read(allowed, *pair) for pair in asked] == [
        True, False, False, True, True, False,
    ]  # fmt: skip
