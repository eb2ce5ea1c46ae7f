"""The places of one day: nobody has seats at two, and a seat is given up when the other is sure."""

from datetime import timedelta
from typing import Any

from storage import Database, Tx, planning, rsvps, waiting
from storage.meetings import Kind
from storage.rsvps import Party, Seated, Waiting
from tests.storage.lines import a_day, holds, notices, queue, states
from tests.storage.planning import NOW, crowd, facts, somebody


async def claim(db: Database, meeting: int, person: int, seats: int = 1, now: Any = NOW) -> Any:
    return await db.run(rsvps.claim, meeting, Party(person, seats), now)


async def test_a_seat_at_another_place_is_given_up_for_the_new_one(db: Database) -> None:
    here, there, evening = await db.run(a_day, 2, 2)
    noor = await db.run(somebody)
    await claim(db, evening.id, noor)
    assert await claim(db, here.id, noor, 2) == Seated(2)
    assert await claim(db, there.id, noor, 1) == Seated(1, left_place=here.id)
    assert await db.read(holds, noor, here.id, there.id, evening.id) == [0, 1, 1]
    assert await db.read(rsvps.find, here.id, noor) is None
    assert await claim(db, here.id, noor, 1) == Seated(1, left_place=there.id)


async def test_what_somebody_needs_moves_along(db: Database) -> None:
    here, there, _evening = await db.run(a_day, 2, 2)
    noor = await db.run(somebody)
    await db.run(rsvps.claim, here.id, Party(noor, 1, "Noor"), NOW)
    await db.run(rsvps.set_needs, here.id, noor, ["wheelchair"], "A ramp")
    await db.run(rsvps.show_name, here.id, noor, True)
    await claim(db, there.id, noor)
    kept = await db.read(rsvps.find, there.id, noor)
    assert kept is not None
    assert (kept.name, kept.needs, kept.needs_text, kept.shows_name) == (
        "Noor", ["wheelchair"], "A ramp", True,
    )  # fmt: skip


async def test_standing_in_line_keeps_the_seat_elsewhere(db: Database) -> None:
    here, there, _evening = await db.run(a_day, 1, 1)
    noor, ali, bea = await db.run(crowd, 3)
    await claim(db, here.id, noor)
    await claim(db, there.id, ali)
    assert await claim(db, here.id, bea) == Waiting(1)
    assert await claim(db, there.id, noor) == Waiting(1)
    assert await db.read(holds, noor, here.id) == [1]
    await db.run(rsvps.withdraw, there.id, ali, NOW)
    assert await db.read(holds, noor, here.id) == [1]
    assert await db.run(waiting.accept, there.id, noor, NOW) == Seated(1, left_place=here.id)
    assert await db.read(waiting.place, here.id, bea) == 0


async def test_all_lines_at_other_places_end_with_a_seat(db: Database) -> None:
    one, two, three, evening = await db.run(a_day, 1, 1, 1)
    noor, *others = await db.run(crowd, 4)
    for place, other in zip((one, two), others, strict=False):
        await claim(db, place.id, other)
        await claim(db, place.id, noor)
    await claim(db, two.id, others[2])
    await db.run(rsvps.withdraw, two.id, others[1], NOW)
    assert await db.read(states, two.id) == ["offered", "waiting"]
    assert await claim(db, three.id, noor) == Seated(1)
    assert await db.read(states, one.id) == ["left"]
    assert await db.read(states, two.id) == ["left", "offered"]
    assert await db.read(holds, noor, evening.id) == [0]


async def test_the_line_for_the_evening_has_nothing_to_do_with_the_places(db: Database) -> None:
    here, _there, evening = await db.run(a_day, 1, 1)
    noor, ali = await db.run(crowd, 2)
    await db.run(planning.edit, evening.id, None, NOW, capacity=1)
    await claim(db, evening.id, ali)
    assert await claim(db, evening.id, noor) == Waiting(1)
    assert await claim(db, here.id, noor) == Seated(1)
    await db.run(rsvps.withdraw, evening.id, ali, NOW)
    assert await db.run(waiting.accept, evening.id, noor, NOW) == Seated(1)
    assert await db.read(holds, noor, here.id, evening.id) == [1, 1]


async def test_who_is_moved_up_frees_their_seat_for_the_next_there(db: Database) -> None:
    here, there, _evening = await db.run(a_day, 1, 1, days=1)
    noor, ali, bea = await db.run(crowd, 3)
    await claim(db, here.id, noor)
    await claim(db, there.id, ali)
    await claim(db, here.id, bea)
    await claim(db, there.id, noor)
    near = here.starts - timedelta(hours=23)
    await db.run(rsvps.withdraw, there.id, ali, near)
    assert await db.read(holds, noor, here.id, there.id) == [0, 1]
    assert await db.read(holds, bea, here.id, there.id) == [1, 0]
    assert await db.read(notices) == [("moved_up", noor, near), ("moved_up", bea, near)]


async def test_two_who_want_each_others_place_come_to_it(db: Database) -> None:
    """Both keep what they have, until there is room for one of them."""
    here, there, _evening = await db.run(a_day, 1, 1)
    noor, ali = await db.run(crowd, 2)
    await claim(db, here.id, noor)
    await claim(db, there.id, ali)
    assert await claim(db, there.id, noor) == Waiting(1)
    assert await claim(db, here.id, ali) == Waiting(1)
    await db.run(planning.edit, here.id, None, NOW, capacity=2)
    assert await db.run(waiting.accept, here.id, ali, NOW) == Seated(1, left_place=there.id)
    assert await db.run(waiting.accept, there.id, noor, NOW) == Seated(1, left_place=here.id)


async def test_places_of_different_days_have_nothing_to_do_with_each_other(db: Database) -> None:
    def two_days(tx: Tx) -> list[int]:
        first = a_day(tx, 5)[0]
        second = planning.make(tx, facts("other", kind=Kind.DAY), None, NOW)
        third = planning.make(tx, facts("third", kind=Kind.PLACE, day=second.id), None, NOW)
        return [first.id, third.id]

    here, there = await db.run(two_days)
    noor = await db.run(somebody)
    assert await claim(db, here, noor) == Seated(1)
    assert await claim(db, there, noor) == Seated(1)
    assert await db.read(holds, noor, here, there) == [1, 1]


async def test_a_cancelled_day_takes_its_lines_along(db: Database) -> None:
    here, _there, _evening = await db.run(a_day, 1, 1)
    (noor,) = await db.run(crowd, 1)
    await claim(db, here.id, noor)
    await db.run(queue, here.id, 1, 1)
    assert here.parent is not None
    await db.run(planning.cancel, here.parent, None, NOW)
    assert await db.read(states, here.id) == ["revoked", "revoked"]
