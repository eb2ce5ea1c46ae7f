"""Seats and lines while everybody presses at once: as if they had come one after another."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from storage import Database, Tx, erasure, people, planning, rsvps, tables, waiting
from storage.rsvps import Closed, Party, Seated, Waiting
from storage.waiting import Gone
from tests.storage.lines import a_day, full, notices, queue, sign_off, states
from tests.storage.planning import NOW, crowd, plan

TOMORROW = NOW + timedelta(days=1)  # the end of an offer that is made at noon


async def test_a_hundred_presses_make_one_line(db: Database) -> None:
    made = await db.run(plan, capacity=10)
    everybody = await db.run(crowd, 100)
    presses = [db.run(rsvps.claim, made.id, Party(person, 1), NOW) for person in everybody]
    outcomes = await asyncio.gather(*presses)
    assert outcomes.count(Seated(1)) == 10
    places = [one.place for one in outcomes if isinstance(one, Waiting)]
    assert sorted(places) == list(range(1, 91))
    line = await db.read(waiting.line, made.id, 100)
    assert [await db.read(waiting.place, made.id, one.person) for one in line[:3]] == [1, 2, 3]


async def test_ten_seats_at_once_are_offered_to_the_first_ten(db: Database) -> None:
    made = await db.run(full, 10)
    everybody = await db.run(queue, made.id, *[1] * 20)
    await asyncio.gather(*(db.run(sign_off, made.id, number) for number in range(10)))
    assert await db.read(states, made.id) == ["offered"] * 10 + ["waiting"] * 10
    assert [person for _kind, person, _due in await db.read(notices)] == everybody[:10]
    taken = [db.run(waiting.accept, made.id, person, NOW) for person in everybody]
    outcomes = await asyncio.gather(*taken)
    assert outcomes.count(Seated(1)) == 10
    assert await db.read(rsvps.taken, [made.id]) == {made.id: 10}


async def test_taking_an_offer_as_it_ends_gives_the_seat_to_one(db: Database) -> None:
    for round_ in range(6):
        made = await db.run(full, key=f"round {round_}")
        bea, cor = await db.run(queue, made.id, 1, 1)
        await db.run(sign_off, made.id)
        almost = TOMORROW - timedelta(seconds=1)
        acts: list[Any] = [
            db.run(waiting.accept, made.id, bea, almost),
            db.run(waiting.settle, made.id, TOMORROW),
            db.run(waiting.accept, made.id, cor, TOMORROW),
        ]
        if round_ % 2:
            acts[:2] = acts[1::-1]
        outcomes = await asyncio.gather(*acts)
        if Seated(1) in outcomes[:2]:
            assert await db.read(states, made.id) == ["accepted", "waiting"]
        else:
            assert (await db.read(states, made.id))[0] == "expired"
        assert await db.read(rsvps.taken, [made.id]) == {made.id: 1}


async def test_accepting_and_declining_at_once_is_one_of_them(db: Database) -> None:
    for round_ in range(6):
        made = await db.run(full, key=f"round {round_}")
        bea, _cor = await db.run(queue, made.id, 1, 1)
        await db.run(sign_off, made.id)
        took, let_go = await asyncio.gather(
            db.run(waiting.accept, made.id, bea, NOW), db.run(waiting.decline, made.id, bea, NOW)
        )
        assert (took == Seated(1)) is not let_go
        wanted = ["declined", "offered"] if let_go else ["accepted", "waiting"]
        assert await db.read(states, made.id) == wanted


async def test_accepting_while_it_is_cancelled(db: Database) -> None:
    for round_ in range(6):
        made = await db.run(full, key=f"round {round_}")
        bea, _cor = await db.run(queue, made.id, 1, 1)
        await db.run(sign_off, made.id)
        took, _done = await asyncio.gather(
            db.run(waiting.accept, made.id, bea, NOW),
            db.run(planning.cancel, made.id, None, NOW),
        )
        first = "accepted" if isinstance(took, Seated) else "revoked"
        assert isinstance(took, Seated | Closed)
        assert await db.read(states, made.id) == [first, "revoked"]


async def test_many_ticks_at_once_promise_each_notice_once(db: Database) -> None:
    made = await db.run(full, 3)
    await db.run(queue, made.id, *[1] * 6)
    for number in range(3):
        await db.run(sign_off, made.id, number)
    await asyncio.gather(*(db.run(waiting.settle, made.id, TOMORROW) for _ in range(8)))
    told = Counter(kind for kind, _person, _due in await db.read(notices))
    assert told == {"offer": 6, "offer_expired": 3}
    assert await db.read(states, made.id) == ["expired"] * 3 + ["offered"] * 3


async def test_the_line_moves_on_while_people_in_it_are_erased(db: Database) -> None:
    made = await db.run(full, 6)
    everybody = await db.run(queue, made.id, *[1] * 12)
    gone = everybody[:6]

    def erase(tx: Tx, person: int) -> None:
        known = people.find(tx, person)
        assert known is not None
        erasure.erase(tx, person, known.chat, NOW)

    acts = [db.run(erase, person) for person in gone]
    acts += [db.run(sign_off, made.id, number) for number in range(6)]
    random.Random(3).shuffle(acts)
    await asyncio.gather(*acts)
    await db.run(waiting.settle, made.id, NOW)
    assert await db.read(states, made.id) == ["offered"] * 6
    assert await db.read(rsvps.taken, [made.id]) == {made.id: 6}


async def test_nobody_gets_seats_at_two_places_however_fast_they_press(db: Database) -> None:
    places = (await db.run(a_day, 5, 5, 5))[:3]
    everybody = await db.run(crowd, 20)
    presses = [(place.id, person) for person in everybody for place in places]
    random.Random(5).shuffle(presses)
    await asyncio.gather(
        *(db.run(rsvps.claim, place, Party(person, 1), NOW) for place, person in presses)
    )
    row = tables.rsvps.c
    seated = await db.read(lambda tx: list(tx.execute(select(row.person).where(row.seats > 0))))
    assert len(seated) == len(set(seated)) <= 15
    taken = await db.read(rsvps.taken, [place.id for place in places])  # some are on offer
    assert list(taken.values()) == [5, 5, 5]


async def test_moving_to_and_fro_at_once_never_exceeds_the_seats(db: Database) -> None:
    places = (await db.run(a_day, 3, 3, days=2))[:2]
    everybody = await db.run(crowd, 12)
    chance = random.Random(11)
    near = places[0].starts - timedelta(hours=23)

    def press(tx: Tx, place: int, person: int, what: int) -> list[int]:
        now = near if what % 2 else NOW
        match what // 2:
            case 0 | 1 | 2:
                rsvps.claim(tx, place, Party(person, 1 + what % 2), now)
            case 3:
                rsvps.withdraw(tx, place, person, now)
            case _:
                assert isinstance(waiting.accept(tx, place, person, now), Seated | Gone | Closed)
        return list(rsvps.taken(tx, [one.id for one in places]).values())

    acts = [
        db.run(press, chance.choice(places).id, chance.choice(everybody), chance.randrange(10))
        for _ in range(150)
    ]
    taken = await asyncio.gather(*acts)
    assert max(max(one) for one in taken) == 3
