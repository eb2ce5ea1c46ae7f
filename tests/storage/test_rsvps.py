"""Who comes: seats are never more than there are, and every answer can be given twice."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from storage import Database, Tx, meetings, rsvps
from storage.meetings import Answer, Status
from storage.rsvps import Closed, Full, Party, Rsvp, Seated, Waiting, Why
from tests.storage.planning import NOW, crowd, plan, somebody, wall

LATER = NOW + timedelta(hours=1)


async def said(db: Database, meeting: int, person: int) -> Rsvp:
    found = await db.read(rsvps.find, meeting, person)
    assert found is not None
    return found


async def seats_taken(db: Database, meeting: int) -> int:
    return (await db.read(rsvps.taken, [meeting]))[meeting]


async def test_a_claim_is_kept_with_the_version_that_was_seen(db: Database) -> None:
    made = await db.run(plan, capacity=10)
    noor = await db.run(somebody)
    await db.run(plan, title="A longer walk", capacity=10)
    assert await db.run(rsvps.claim, made.id, Party(noor, 3, "Noor"), NOW) == Seated(3)
    kept = await said(db, made.id, noor)
    assert kept == Rsvp(made.id, noor, Answer.YES, 3, NOW, "Noor", 2, kept.id)


async def test_pressing_twice_changes_nothing(db: Database) -> None:
    made = await db.run(plan, capacity=3)
    noor = await db.run(somebody)
    await db.run(rsvps.claim, made.id, Party(noor, 3), NOW)
    before = await said(db, made.id, noor)
    assert await db.run(rsvps.claim, made.id, Party(noor, 3), LATER) == Seated(3)
    assert await said(db, made.id, noor) == before
    assert await seats_taken(db, made.id) == 3


async def test_a_second_press_writes_nothing(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)

    def press(tx: Tx) -> int:
        rsvps.claim(tx, made.id, Party(noor, 3), NOW)
        return tx.writes

    assert [await db.run(press), await db.run(press)] == [1, 0]


async def test_only_the_difference_counts_when_a_party_grows(db: Database) -> None:
    made = await db.run(plan, capacity=4)
    noor, ali = await db.run(crowd, 2)
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    await db.run(rsvps.claim, made.id, Party(ali, 1), NOW)
    assert await db.run(rsvps.claim, made.id, Party(noor, 3), LATER) == Seated(3)
    assert await db.run(rsvps.claim, made.id, Party(ali, 2), LATER) == Full(1)
    assert (await said(db, made.id, ali)).seats == 1
    assert (await said(db, made.id, noor)).changed == NOW


async def test_a_party_gets_all_its_seats_or_none(db: Database) -> None:
    made = await db.run(plan, capacity=2)
    noor = await db.run(somebody)
    assert await db.run(rsvps.claim, made.id, Party(noor, 3), NOW) == Waiting(1)
    assert await db.read(rsvps.find, made.id, noor) is None


async def test_who_has_seats_keeps_them_when_there_are_fewer(db: Database) -> None:
    made = await db.run(plan, capacity=9)
    noor, ali = await db.run(crowd, 2)
    await db.run(rsvps.claim, made.id, Party(noor, 4), NOW)
    await db.run(plan, capacity=2)
    assert await db.run(rsvps.claim, made.id, Party(noor, 4), NOW) == Seated(4)
    assert await db.run(rsvps.claim, made.id, Party(noor, 5), NOW) == Full(4)
    assert await db.run(rsvps.claim, made.id, Party(noor, 3), NOW) == Seated(3)
    assert await db.run(rsvps.claim, made.id, Party(ali, 1), NOW) == Waiting(1)


async def test_without_a_capacity_everybody_fits(db: Database) -> None:
    made = await db.run(plan)
    for person in await db.run(crowd, 4):
        assert await db.run(rsvps.claim, made.id, Party(person, 5), NOW) == Seated(5)
    assert await seats_taken(db, made.id) == 20


@pytest.mark.parametrize("give_up", [rsvps.maybe, rsvps.withdraw])
async def test_maybe_and_no_hold_no_seat(db: Database, give_up: Any) -> None:
    made = await db.run(plan, capacity=2)
    noor, ali = await db.run(crowd, 2)
    await db.run(rsvps.claim, made.id, Party(noor, 2, "Noor"), NOW)
    for _ in range(2):
        assert await db.run(give_up, made.id, noor, LATER) is None
    kept = await said(db, made.id, noor)
    assert (kept.seats, kept.changed, kept.name) == (0, LATER, "Noor")
    assert kept.answer == (Answer.MAYBE if give_up is rsvps.maybe else Answer.NO)
    assert await db.run(rsvps.claim, made.id, Party(ali, 2), LATER) == Seated(2)


@pytest.mark.parametrize(
    ("known", "hours", "why"),
    [
        ({"status": Status.CANCELLED}, 0, Why.CANCELLED),
        ({"days": 0}, 7.5, Why.BEGUN),
        ({"days": 0}, 9.5, Why.OVER),
        ({"deadline": wall("2027-03-01T13:00")}, 1, Why.DEADLINE),
    ],
)
async def test_it_can_be_too_late(
    db: Database, known: dict[str, Any], hours: float, why: Why
) -> None:
    made = await db.run(plan, **known)
    noor = await db.run(somebody)
    then = NOW + timedelta(hours=hours)
    assert await db.run(rsvps.claim, made.id, Party(noor, 1), then) == Closed(why)
    assert await db.run(rsvps.maybe, made.id, noor, then) == Closed(why)
    assert await db.read(rsvps.find, made.id, noor) is None


async def test_after_the_deadline_one_can_still_give_seats_back(db: Database) -> None:
    made = await db.run(plan, deadline=wall("2027-03-01T13:00"))
    noor = await db.run(somebody)
    await db.run(rsvps.claim, made.id, Party(noor, 3), NOW)
    assert await db.run(rsvps.claim, made.id, Party(noor, 4), LATER) == Closed(Why.DEADLINE)
    assert await db.run(rsvps.claim, made.id, Party(noor, 2), LATER) == Seated(2)
    assert await db.run(rsvps.withdraw, made.id, noor, LATER) is None
    assert await db.run(rsvps.withdraw, made.id, noor, made.starts) == Closed(Why.BEGUN)


@pytest.mark.parametrize("seats", [-1, 0, 6])
async def test_an_impossible_party_is_refused(db: Database, seats: int) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)
    with pytest.raises(ValueError, match="1 to 5"):
        await db.run(rsvps.claim, made.id, Party(noor, seats), NOW)


async def test_what_one_person_said_is_read_for_many_meetings(db: Database) -> None:
    walk, talk = await db.run(plan), await db.run(plan, "talk")
    noor, ali = await db.run(crowd, 2)
    await db.run(rsvps.claim, walk.id, Party(noor, 2), NOW)
    await db.run(rsvps.claim, walk.id, Party(ali, 3), NOW)
    known = await db.read(rsvps.answers, noor, [walk.id, talk.id])
    assert {meeting: one.seats for meeting, one in known.items()} == {walk.id: 2}
    assert await db.read(rsvps.taken, [walk.id, talk.id]) == {walk.id: 5, talk.id: 0}


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_a_hundred_presses_at_once_never_take_more_than_there_is(
    db: Database, size: int
) -> None:
    made = await db.run(plan, capacity=10)
    everybody = await db.run(crowd, 100)
    outcomes = await asyncio.gather(
        *(db.run(rsvps.claim, made.id, Party(person, size), NOW) for person in everybody)
    )
    seated = [outcome for outcome in outcomes if isinstance(outcome, Seated)]
    assert len(seated) == 10 // size
    assert await seats_taken(db, made.id) == 10 // size * size


async def test_coming_and_going_at_once_never_exceeds_the_seats(db: Database) -> None:
    made = await db.run(plan, capacity=10)
    everybody = await db.run(crowd, 30)
    chance = random.Random(7)

    def press(tx: Tx, person: int) -> int:
        match chance.choice(["claim", "claim", "withdraw", "maybe"]):
            case "claim":
                rsvps.claim(tx, made.id, Party(person, chance.randint(1, 3)), NOW)
            case "withdraw":
                rsvps.withdraw(tx, made.id, person, NOW)
            case _:
                rsvps.maybe(tx, made.id, person, NOW)
        return rsvps.taken(tx, [made.id])[made.id]

    presses = [db.run(press, chance.choice(everybody)) for _ in range(200)]
    taken = await asyncio.gather(*presses)
    assert max(taken) == 10
    last = await db.run(lambda tx: meetings.locked(tx, made.id))
    assert await seats_taken(db, last.id) <= 10
