"""Meetings: made and brought up to date by key, listed, and who goes where next."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import Database, Tx, meetings, people, planning, rsvps, wall_time
from storage.meetings import Kind, Status
from storage.people import Person, Role
from storage.rsvps import Party
from tests.storage.planning import NOW, facts, plan, somebody, wall


def a_coordinator(tx: Tx, /, name: str) -> Person:
    return replace(people.arrive(tx, f"telegram:{name}", "nl", NOW), role=Role.COORDINATOR)


async def test_what_was_planned_is_kept(db: Database) -> None:
    wanted = facts(place="De Werf", link="https://example.org", capacity=9, text="Come!")
    made = await db.run(meetings.put, wanted, NOW)
    assert await db.read(meetings.find, made.id) == made
    assert (made.title, made.place, made.link, made.capacity) == (
        "A walk", "De Werf", "https://example.org", 9,
    )  # fmt: skip
    assert (made.wall_start, made.zone) == ("2027-03-15T19:30", "Europe/Amsterdam")
    assert made.starts.isoformat() == "2027-03-15T18:30:00+00:00"
    assert (made.version, made.languages) == (1, ["nl"])


async def test_an_unknown_meeting_is_none(db: Database) -> None:
    assert await db.read(meetings.find, 4711) is None


async def test_the_same_key_is_the_same_meeting(db: Database) -> None:
    first = await db.run(meetings.put, facts(), NOW)
    assert await db.run(meetings.put, facts(), NOW) == first
    other = await db.run(meetings.put, facts("talk"), NOW)
    assert other.id != first.id


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ({"title": "A long walk"}, 2),
        ({"start": wall("2027-03-15T19:00")}, 2),
        ({"end": wall("2027-03-15T23:00")}, 2),
        ({"zone": "Europe/Lisbon"}, 2),
        ({"place": "Elsewhere"}, 2),
        ({"status": Status.CANCELLED}, 2),
        ({"text": "Bring a coat."}, 1),
        ({"capacity": 12}, 1),
        ({"link": "https://example.org/new"}, 1),
        ({"deadline": wall("2027-03-14T12:00")}, 1),
        ({}, 1),
    ],
)
async def test_the_version_goes_up_with_what_matters(
    db: Database, change: dict[str, Any], version: int
) -> None:
    await db.run(meetings.put, facts(), NOW)
    changed = await db.run(meetings.put, replace(facts(), **change), NOW)
    assert changed.version == version
    assert await db.read(meetings.find, changed.id) == changed
    if "title" in change:
        assert changed.title == "A long walk"


async def test_who_signed_up_stays_signed_up_when_a_meeting_changes(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)
    await db.run(rsvps.claim, made.id, Party(noor, 2), NOW)
    await db.run(plan, title="Another walk", capacity=1)
    kept = await db.read(rsvps.find, made.id, noor)
    assert kept is not None
    assert (kept.seats, kept.version) == (2, 1)


async def test_what_is_coming_up_is_listed_by_its_start(db: Database) -> None:
    for key, days in (("late", 9), ("soon", 2), ("gone", -1), ("off", 3), ("middle", 5)):
        status = Status.CANCELLED if key == "off" else Status.ON
        await db.run(plan, key, days=days, status=status)
    listed = await db.read(meetings.upcoming, NOW)
    assert [meeting.key for meeting in listed] == ["soon", "middle", "late"]
    second = await db.read(meetings.upcoming, NOW, 1, 1)
    assert [meeting.key for meeting in second] == ["middle"]


async def test_a_meeting_that_has_begun_is_not_coming_up(db: Database) -> None:
    made = await db.run(plan)
    assert await db.read(meetings.upcoming, made.starts) == []
    assert await db.read(meetings.upcoming, made.starts - timedelta(seconds=1)) == [made]


async def test_what_is_not_to_be_seen_is_not_coming_up(db: Database) -> None:
    later = NOW + timedelta(days=1)
    await db.run(plan, "draft", status=Status.DRAFT)
    await db.run(plan, "later", publishes=later)
    day = await db.run(plan, "day", kind=Kind.DAY)
    await db.run(plan, "place", kind=Kind.PLACE, day=day.id)
    await db.run(plan, "part", kind=Kind.PART, day=day.id)
    assert [meeting.key for meeting in await db.read(meetings.upcoming, NOW)] == ["day"]
    assert [one.key for one in await db.read(meetings.upcoming, later)] == ["later", "day"]


async def test_a_coordinator_runs_everything_and_a_host_what_is_theirs(db: Database) -> None:
    noor, sam = await db.run(a_coordinator, "noor"), await db.run(a_coordinator, "sam")
    sam = replace(sam, role=Role.NONE)
    day = await db.run(plan, "day", days=9, kind=Kind.DAY)
    place = await db.run(plan, "place", days=9, kind=Kind.PLACE, day=day.id)
    await db.run(planning.edit, place.id, None, NOW, host=sam.id)
    for key, days in (("old", -31), ("over", -5), ("draft", 3), ("off", 5)):
        known = {"draft": Status.DRAFT, "off": Status.CANCELLED}.get(key, Status.ON)
        await db.run(plan, key, days=days, status=known)
    everything = await db.read(meetings.managed_by, noor, NOW)
    assert [meeting.key for meeting in everything] == ["draft", "off", "day", "over"]
    page = await db.read(meetings.managed_by, noor, NOW, 2, 1)
    assert [meeting.key for meeting in page] == ["off", "day"]
    assert [one.key for one in await db.read(meetings.managed_by, sam, NOW)] == ["place"]


async def test_the_host_of_a_day_runs_its_places(db: Database) -> None:
    sam = replace(await db.run(a_coordinator, "sam"), role=Role.NONE)
    day = await db.run(plan, "day", kind=Kind.DAY)
    place = await db.run(plan, "place", kind=Kind.PLACE, day=day.id)
    assert not await db.read(meetings.may_manage, place, sam)
    day = await db.run(planning.edit, day.id, None, NOW, host=sam.id)
    assert await db.read(meetings.may_manage, place, sam)
    assert await db.read(meetings.may_manage, day, sam)
    assert not await db.read(meetings.may_manage, await db.run(plan), sam)


async def test_a_place_is_read_after_its_day_is_held(db: Database) -> None:
    day = await db.run(plan, "day", kind=Kind.DAY)
    place = await db.run(plan, "place", kind=Kind.PLACE, day=day.id, capacity=1)
    seen: list[int | None] = []

    def raise_it(tx: Tx) -> None:
        held = meetings.locked_root(tx, place.id)
        seen.append(held.capacity)
        meetings.write(tx, held, {"capacity": (held.capacity or 0) + 1}, NOW)

    await asyncio.gather(*(db.run(raise_it) for _ in range(12)))
    assert seen == list(range(1, 13))
    with pytest.raises(LookupError):
        await db.run(meetings.locked_root, 4711)


@pytest.mark.parametrize(
    ("status", "publishes", "seen"),
    [
        (Status.ON, None, True),
        (Status.ON, timedelta(0), True),
        (Status.ON, timedelta(seconds=1), False),
        (Status.DRAFT, None, False),
        (Status.CANCELLED, None, True),
    ],
)
async def test_a_draft_and_what_is_published_later_are_not_seen(
    db: Database, status: Status, publishes: timedelta | None, seen: bool
) -> None:
    at = NOW + publishes if publishes is not None else None
    made = await db.run(plan, status=status, publishes=at)
    assert meetings.visible(made, NOW) is seen


async def test_the_next_meeting_of_a_person_is_the_soonest_they_may_come_to(db: Database) -> None:
    noor = await db.run(somebody)
    keys = {}
    for key, days in (("no", 1), ("maybe", 2), ("yes", 3), ("silent", 1)):
        keys[key] = (await db.run(plan, key, days=days)).id
    await db.run(rsvps.withdraw, keys["no"], noor, NOW)
    await db.run(rsvps.maybe, keys["maybe"], noor, NOW)
    await db.run(rsvps.claim, keys["yes"], Party(noor, 1), NOW)
    soonest = await db.read(meetings.next_for, noor, NOW)
    assert soonest is not None
    assert soonest.key == "maybe"
    await db.run(plan, "maybe", days=2, status=Status.CANCELLED)
    after = await db.read(meetings.next_for, noor, NOW)
    assert after is not None
    assert after.key == "yes"
    mine = await db.read(meetings.of_person, noor, NOW)
    assert [meeting.key for meeting in mine] == ["maybe", "yes"]


async def test_a_meeting_is_still_somebodys_while_it_goes_on(db: Database) -> None:
    noor = await db.run(somebody)
    made = await db.run(plan)
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    assert await db.read(meetings.next_for, noor, made.ends - timedelta(minutes=1)) == made
    assert await db.read(meetings.next_for, noor, made.ends) is None
    assert await db.read(meetings.of_person, noor, made.ends) == []


@pytest.mark.parametrize(
    ("said", "moment", "once"),
    [
        ("2027-03-28T01:59", "2027-03-28T00:59:00+00:00", True),
        ("2027-03-28T02:30", "2027-03-28T01:30:00+00:00", False),
        ("2027-03-28T03:00", "2027-03-28T01:00:00+00:00", True),
        ("2027-10-31T02:30", "2027-10-31T00:30:00+00:00", False),
        ("2027-10-31T03:00", "2027-10-31T02:00:00+00:00", True),
    ],
)
def test_wall_time_is_read_by_one_rule_when_clocks_change(
    said: str, moment: str, once: bool
) -> None:
    local = datetime.fromisoformat(said)
    assert wall_time.moment(local, "Europe/Amsterdam").isoformat() == moment
    assert wall_time.happens_once(local, "Europe/Amsterdam") is once
