"""Who may sign up, who comes, and what is kept of them."""

from datetime import timedelta
from typing import Any

import pytest

from storage import Database, Tx, people, planning, rsvps, waiting
from storage.meetings import Kind, Status
from storage.rsvps import Attendee, Closed, Counts, Full, Party, Seated, Waiting, Why
from tests.storage.lines import full, queue, sign_off, states
from tests.storage.planning import NOW, crowd, facts, plan, somebody, wall


async def claim(db: Database, meeting: int, person: int, seats: int = 1) -> Any:
    return await db.run(rsvps.claim, meeting, Party(person, seats), NOW)


# Whom a meeting is for.


def member(tx: Tx, /, name: str, **told: Any) -> int:
    person = somebody(tx, name)
    people.join(tx, person, NOW, told)
    return person


@pytest.mark.parametrize(
    ("audience", "welcome"),
    [
        ("all", ["visitor", "member", "resident", "utrecht"]),
        ("members", ["member", "resident", "utrecht"]),
        ("part:resident", ["resident"]),
        ("municipality:GM0344", ["utrecht"]),
    ],
)
async def test_only_those_sign_up_whom_it_is_for(
    db: Database, audience: str, welcome: list[str]
) -> None:
    made = await db.run(plan, audience=audience)
    told: dict[str, dict[str, Any]] = {
        "member": {}, "resident": {"part": "resident"}, "utrecht": {"municipality": "GM0344"},
    }  # fmt: skip
    who = {name: await db.run(member, name, **facts) for name, facts in told.items()}
    who["visitor"] = await db.run(somebody, "visitor")
    came = {name: await claim(db, made.id, person) for name, person in who.items()}
    assert sorted(name for name, outcome in came.items() if outcome == Seated(1)) == sorted(welcome)
    refused = [outcome for name, outcome in came.items() if name not in welcome]
    assert refused == [Closed(Why.AUDIENCE)] * (4 - len(welcome))


async def test_who_left_the_audience_keeps_their_seats(db: Database) -> None:
    made = await db.run(plan, audience="members")
    noor = await db.run(member, "noor")
    await claim(db, made.id, noor)
    await db.run(people.leave, noor, NOW)
    assert await claim(db, made.id, noor, 2) == Seated(2)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"status": Status.DRAFT}, Why.HIDDEN),
        ({"kind": Kind.DAY}, Why.DAY),
    ],
)
async def test_a_draft_and_a_whole_day_take_no_answers(
    db: Database, known: dict[str, Any], why: Why
) -> None:
    made = await db.run(plan, **known)
    noor = await db.run(somebody)
    assert await claim(db, made.id, noor) == Closed(why)
    assert await db.run(rsvps.maybe, made.id, noor, NOW) == Closed(why)
    assert await db.run(rsvps.add_without_phone, made.id, "Oma", noor, NOW) == Closed(why)


async def test_what_is_published_later_is_closed_until_then(db: Database) -> None:
    draft = facts(status=Status.DRAFT)
    made = await db.run(planning.make, draft, None, NOW)
    later = NOW + timedelta(hours=3)
    await db.run(planning.publish, made.id, None, NOW, later)
    noor = await db.run(somebody)
    assert await claim(db, made.id, noor) == Closed(Why.HIDDEN)
    assert await db.run(rsvps.claim, made.id, Party(noor, 1), later) == Seated(1)


# People without a phone.


async def test_somebody_without_a_phone_takes_a_seat_like_others(db: Database) -> None:
    made = await db.run(plan, capacity=2)
    noor = await db.run(somebody)
    for _ in range(2):
        assert await db.run(rsvps.add_without_phone, made.id, "Oma", noor, NOW) == Seated(1)
    assert await db.run(rsvps.add_without_phone, made.id, "Opa", noor, NOW) == Full(0)
    assert await claim(db, made.id, noor) == Waiting(1)
    added = await db.read(rsvps.added_by, made.id, noor)
    assert [(one.name, one.person, one.seats) for one in added] == [("Oma", None, 1)] * 2
    assert await db.run(rsvps.remove_without_phone, added[0].rsvp_id, NOW) is True
    assert await db.run(rsvps.remove_without_phone, added[0].rsvp_id, NOW) is False
    assert await db.run(waiting.accept, made.id, noor, NOW) == Seated(1)


async def test_nobody_jumps_the_line_as_somebody_without_a_phone(db: Database) -> None:
    made = await db.run(full, 2)
    (bea,) = await db.run(queue, made.id, 2)
    await db.run(sign_off, made.id)
    assert await db.run(rsvps.add_without_phone, made.id, "Oma", bea, NOW) == Full(0)
    assert await db.read(states, made.id) == ["waiting"]


async def test_a_persons_own_seat_is_not_taken_for_another_ones(db: Database) -> None:
    made = await db.run(plan, capacity=2)
    noor = await db.run(somebody)
    await claim(db, made.id, noor)
    mine = await db.read(rsvps.find, made.id, noor)
    assert mine is not None
    assert await db.run(rsvps.remove_without_phone, mine.id, NOW) is False
    assert await db.read(rsvps.find, made.id, noor) == mine


# Lists and numbers.


async def test_those_who_come_are_listed_by_name(db: Database) -> None:
    made = await db.run(plan)
    noor, ali, bea = await db.run(crowd, 3)
    await db.run(lambda tx: people.change(tx, noor, name="noor"))
    await db.run(rsvps.claim, made.id, Party(noor, 2), NOW)
    await db.run(rsvps.claim, made.id, Party(ali, 1, "Ali"), NOW)
    await db.run(rsvps.maybe, made.id, bea, NOW)
    await db.run(rsvps.add_without_phone, made.id, "Mevrouw Bos", ali, NOW)
    await db.run(rsvps.set_needs, made.id, ali, ["diet"], "No nuts")
    listed = await db.read(rsvps.attendees, made.id, limit=10)
    assert [one.name for one in listed] == ["Ali", "Mevrouw Bos", "noor"]
    mine = Attendee(listed[0].rsvp_id, ali, "Ali", 1, ["diet"], "No nuts", None, False)
    assert listed[0] == mine
    assert await db.read(rsvps.attendees, made.id, limit=1, offset=2) == listed[2:]


async def test_answers_are_counted(db: Database) -> None:
    made = await db.run(full, 3)
    ali = await db.run(somebody, "host 0")
    await db.run(queue, made.id, 1, 4)
    await db.run(rsvps.maybe, made.id, await db.run(somebody, "m"), NOW)
    await db.run(sign_off, made.id, 2)
    assert await db.read(rsvps.counts, made.id) == Counts(2, 1, 1, 2, 2, 0)
    await db.run(planning.edit, made.id, None, NOW, capacity=None)
    await db.run(rsvps.add_without_phone, made.id, "Oma", ali, NOW)
    assert await db.read(rsvps.counts, made.id) == Counts(2, 1, 1, 3, 2, 1)
    empty = await db.run(plan, "empty")
    assert await db.read(rsvps.counts, empty.id) == Counts(0, 0, 0, 0, 0, 0)


async def test_needs_are_kept_over_other_answers_until_they_are_taken_back(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)
    await claim(db, made.id, noor)
    await db.run(rsvps.set_needs, made.id, noor, ["diet", "childcare"], "No nuts")
    await claim(db, made.id, noor, 3)
    kept = await db.read(rsvps.find, made.id, noor)
    assert kept is not None
    assert (kept.needs, kept.needs_text) == (["diet", "childcare"], "No nuts")
    await db.run(rsvps.set_needs, made.id, noor, [], None)
    kept = await db.read(rsvps.find, made.id, noor)
    assert kept is not None
    assert (kept.needs, kept.needs_text, kept.seats) == (None, None, 3)


async def test_what_was_declined_is_found_while_it_can_still_be_joined(db: Database) -> None:
    noor = await db.run(somebody)
    for key, days in (("later", 9), ("soon", 2), ("off", 3), ("yes", 4)):
        made = await db.run(plan, key, days=days)
        await db.run(rsvps.withdraw, made.id, noor, NOW)
        if key == "off":
            await db.run(planning.cancel, made.id, None, NOW)
        if key == "yes":
            await claim(db, made.id, noor)
    assert [one.key for one in await db.read(rsvps.declined, noor, NOW)] == ["soon", "later"]
    in_a_week = NOW + timedelta(days=7)
    assert [one.key for one in await db.read(rsvps.declined, noor, in_a_week)] == ["later"]


async def test_confirming_keeps_what_was_said(db: Database) -> None:
    made = await db.run(full)
    noor, ali = await db.run(somebody, "host 0"), await db.run(somebody, "ali")
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(rsvps.maybe, made.id, ali, NOW)
    await db.run(planning.edit, made.id, None, NOW, start=wall("2027-03-20T20:00"))
    assert await db.run(rsvps.confirm, made.id, noor, NOW) == Seated(1)
    assert await db.run(rsvps.confirm, made.id, ali, NOW) is None
    assert await db.run(rsvps.confirm, made.id, bea, NOW) is None
    said = await db.read(rsvps.answers, noor, [made.id])
    assert (said[made.id].version, said[made.id].changed) == (2, NOW)
    entry = await db.read(waiting.entry, made.id, bea)
    assert entry is not None
    assert entry.version == 2
    await db.run(planning.cancel, made.id, None, NOW)
    assert await db.run(rsvps.confirm, made.id, noor, NOW) == Closed(Why.CANCELLED)
