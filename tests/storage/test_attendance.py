"""At the door: let in once, counted as they came, and nothing kept longer than needed."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from storage import Database, Tx, attendance, blanking, rsvps, tables
from storage.attendance import AlreadyIn, Came, Guest, In, Visitor
from storage.meetings import Meeting
from storage.rsvps import Party, Seated
from tests.storage.lines import full, holds, queue
from tests.storage.planning import NOW, crowd, plan, somebody
from tests.storage.statements import Statements

DOOR = NOW + timedelta(days=14, hours=7)
"""Half an hour before `plan` begins."""


async def signed_up(db: Database, *, seats: int = 2, **known: Any) -> tuple[Meeting, int, Guest]:
    """A meeting with one party, and the host's number."""
    made = await db.run(plan, **known)
    noor, host = await db.run(crowd, 2)
    assert await db.run(rsvps.claim, made.id, Party(noor, seats, "Noor"), NOW) == Seated(seats)
    [guest] = await db.read(attendance.guests, made.id, limit=5)
    return made, host, guest


def person(guest: Guest) -> int:
    assert guest.person is not None
    return guest.person


def came(tx: Tx, rsvp: int) -> tuple[datetime | None, int | None]:
    guest = attendance.find(tx, rsvp)
    assert guest is not None
    return guest.came, guest.came_seats


async def test_a_party_is_let_in_once(db: Database) -> None:
    _made, host, guest = await signed_up(db)
    assert await db.run(attendance.check_in, guest.id, 2, host, DOOR) == In(2)
    later = DOOR + timedelta(minutes=5)
    assert await db.run(attendance.check_in, guest.id, 1, host, later) == AlreadyIn(2, DOOR)
    assert await db.read(came, guest.id) == (DOOR, 2)


async def test_two_at_the_door_let_somebody_in_once(db: Database) -> None:
    _made, host, guest = await signed_up(db)
    tries = [db.run(attendance.check_in, guest.id, 2, host, DOOR) for _ in range(6)]
    outcomes = await asyncio.gather(*tries)
    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyIn"] * 5 + ["In"]


async def test_who_does_not_exist_is_not_let_in(db: Database) -> None:
    _made, host, guest = await signed_up(db)
    assert await db.run(attendance.check_in, guest.id + 7, 1, host, DOOR) is None


async def test_how_many_came_is_corrected_and_taken_back(db: Database) -> None:
    made, host, guest = await signed_up(db, seats=3)
    assert not await db.run(attendance.recount, guest.id, 2, host, DOOR)
    await db.run(attendance.check_in, guest.id, 3, host, DOOR)
    assert await db.run(attendance.recount, guest.id, 2, host, DOOR)
    assert await db.read(attendance.came, made.id) == Came(3, 2, 0, 1)
    assert await db.run(attendance.undo, guest.id, host, DOOR)
    assert not await db.run(attendance.undo, guest.id, host, DOOR)
    assert await db.read(came, guest.id) == (None, None)
    assert await db.read(attendance.came, made.id) == Came(3, 0, 0, 3)


async def test_who_brings_more_does_not_make_up_for_who_stays_away(db: Database) -> None:
    made, host, guest = await signed_up(db, seats=1)
    other = await db.run(somebody, "yusuf")
    await db.run(rsvps.claim, made.id, Party(other, 2), NOW)
    await db.run(attendance.check_in, guest.id, 3, host, DOOR)
    assert await db.read(attendance.came, made.id) == Came(3, 3, 0, 2)


async def test_who_signed_off_counts_as_a_walk_in(db: Database) -> None:
    made, host, guest = await signed_up(db)
    await db.run(rsvps.withdraw, made.id, person(guest), NOW)
    await db.run(attendance.check_in, guest.id, 1, host, DOOR)
    assert await db.read(attendance.came, made.id) == Came(0, 0, 1, 0)
    await db.run(attendance.undo, guest.id, host, DOOR)
    found = await db.read(attendance.find, guest.id)
    assert found is not None
    assert (found.walked_in, found.answer) == (False, "no")
    assert await db.read(attendance.guests, made.id, limit=5) == []


async def test_a_walk_in_takes_free_seats_and_no_more(db: Database) -> None:
    made, host, _guest = await signed_up(db, capacity=3)
    first = await db.run(attendance.walk_in, made.id, Visitor("Bo", 2), host, DOOR)
    await db.run(attendance.walk_in, made.id, Visitor(None, 4), host, DOOR)
    assert (await db.read(rsvps.counts, made.id)).without_phone == 0
    assert (await db.read(rsvps.taken, [made.id]))[made.id] == 3
    assert await db.read(attendance.came, made.id) == Came(2, 0, 6, 2)
    assert await db.run(attendance.undo, first, host, DOOR)
    assert await db.read(attendance.find, first) is None
    assert (await db.read(rsvps.taken, [made.id]))[made.id] == 2


async def test_who_stands_in_line_goes_before_a_walk_in(db: Database) -> None:
    made = await db.run(full, 1)
    (bea,) = await db.run(queue, made.id, 1)
    await db.run(erase, await db.run(somebody, "host 0"))
    now = made.starts - timedelta(hours=1)
    guest = await db.run(attendance.walk_in, made.id, Visitor("Jo", 1), bea, now)
    assert await db.read(holds, bea, made.id) == [1]
    assert await db.read(rsvps.taken, [made.id]) == {made.id: 1}
    assert (await db.read(attendance.these, [guest]))[0].came_seats == 1


def erase(tx: Tx, number: int) -> None:
    """Somebody is gone with what they said; no verb of seats has run since."""
    tx.execute(delete(tables.people).where(tables.people.c.id == number))


async def test_walk_ins_at_once_never_make_more_seats_than_there_are(db: Database) -> None:
    made, host, _guest = await signed_up(db, capacity=4)
    walks = [
        db.run(attendance.walk_in, made.id, Visitor(f"Bo {n}", 1), host, DOOR) for n in range(6)
    ]
    await asyncio.gather(*walks)
    assert (await db.read(rsvps.taken, [made.id]))[made.id] == 4
    assert (await db.read(attendance.came, made.id)).walk_ins == 6


# Codes.


async def test_a_code_is_the_same_every_time_and_finds_its_guest(db: Database) -> None:
    made, _host, guest = await signed_up(db)
    codes = {await db.run(attendance.door_code, made.id, person(guest)) for _ in range(2)}
    [code] = codes
    assert code is not None
    assert code.isalpha()
    assert code.islower()
    assert len(code) >= 18
    found = await db.read(attendance.by_code, f" {code.upper()} ")
    assert found is not None
    assert (found.id, found.name, found.seats) == (guest.id, "Noor", 2)


async def test_everybody_has_a_code_of_their_own(db: Database) -> None:
    made = await db.run(plan)
    many = await db.run(crowd, 8)
    for one in many:
        await db.run(rsvps.claim, made.id, Party(one, 1), NOW)
    codes = {await db.run(attendance.door_code, made.id, one) for one in many}
    assert len(codes) == 8


async def test_pressing_at_once_makes_one_code(db: Database) -> None:
    made, _host, guest = await signed_up(db)
    asked = [db.run(attendance.door_code, made.id, person(guest)) for _ in range(5)]
    assert len(set(await asyncio.gather(*asked))) == 1


async def test_who_does_not_come_gets_no_code(db: Database) -> None:
    made, host, guest = await signed_up(db)
    assert await db.run(attendance.door_code, made.id, host) is None
    await db.run(rsvps.maybe, made.id, person(guest), NOW)
    assert await db.run(attendance.door_code, made.id, person(guest)) is None


@pytest.mark.parametrize("typed", ["", "x", "x" * 5000, "%", "noor", "\x01", "\u202e"])
async def test_a_wrong_code_finds_nobody(db: Database, typed: str) -> None:
    made, _host, guest = await signed_up(db)
    await db.run(attendance.door_code, made.id, person(guest))
    assert await db.read(attendance.by_code, typed) is None


async def test_the_door_opens_three_hours_before_and_closes_twelve_after(db: Database) -> None:
    made = await db.run(plan)
    second = timedelta(seconds=1)
    assert not attendance.is_open(made, made.starts - timedelta(hours=3) - second)
    assert attendance.is_open(made, made.starts - timedelta(hours=3))
    assert attendance.is_open(made, made.ends + timedelta(hours=12) - second)
    assert not attendance.is_open(made, made.ends + timedelta(hours=12))
    morning = datetime.fromisoformat("2027-03-14T08:00:00+00:00")
    assert not attendance.has_codes(made, morning - second)
    assert attendance.has_codes(made, morning)
    assert not attendance.has_codes(made, made.ends + timedelta(hours=12))


# The list.


async def test_the_list_has_who_is_not_in_first_and_then_by_name(db: Database) -> None:
    made = await db.run(plan)
    host = await db.run(somebody, "host")
    for name in ("yara", "Bo", "Çelik", "anna"):
        one = await db.run(somebody, name)
        await db.run(rsvps.claim, made.id, Party(one, 1, name), NOW)
    await db.run(rsvps.add_without_phone, made.id, "Dora", host, NOW)
    everybody = await db.read(attendance.guests, made.id, limit=9)
    anna = next(guest for guest in everybody if guest.name == "anna")
    await db.run(attendance.check_in, anna.id, 1, host, DOOR)
    first = await db.read(attendance.guests, made.id, limit=2)
    rest = await db.read(attendance.guests, made.id, limit=9, offset=2)
    assert [guest.name for guest in [*first, *rest]] == ["Bo", "Dora", "yara", "Çelik", "anna"]
    assert sorted((await db.read(attendance.names, made.id)).values()) == sorted(
        ["Bo", "Dora", "yara", "Çelik", "anna"]
    )


async def test_a_list_of_two_thousand_is_quick_to_page(db: Database) -> None:
    made, _host, _guest = await signed_up(db)
    row = {"meeting": made.id, "answer": "yes", "seats": 1, "version": 1, "created": NOW,
           "changed": NOW}  # fmt: skip
    many = [{**row, "name": f"Guest {n:04}"} for n in range(2000)]
    await db.run(lambda tx: tx.execute(insert(tables.rsvps), many).rowcount)
    heard = Statements(db)
    with heard.listening():
        page = await db.read(attendance.guests, made.id, limit=8, offset=1500)
        await db.read(attendance.came, made.id)
        await db.read(attendance.names, made.id)
        await db.read(attendance.by_code, "x")
    assert page[0].name == "Guest 1500"
    if db.store.__class__.__name__ == "SqliteStore":
        assert await heard.walks({"rsvps", "people"}) == []


# Blanking.


def told(tx: Tx, meeting: int) -> list[tuple[Any, ...]]:
    columns = [tables.rsvps.c[n] for n in ("name", "door", "needs", "needs_text")]
    query = select(*columns).where(tables.rsvps.c.meeting == meeting).order_by(tables.rsvps.c.id)
    return [tuple(row) for row in tx.execute(query)]


async def test_what_was_told_for_one_meeting_is_blanked_when_it_is_over(db: Database) -> None:
    made, host, guest = await signed_up(db)
    await db.run(rsvps.add_without_phone, made.id, "Dora", host, NOW)
    await db.run(attendance.door_code, made.id, person(guest))
    await db.run(rsvps.set_needs, made.id, person(guest), ["diet"], "no nuts")
    other = await db.run(plan, "later", days=40)
    await db.run(rsvps.add_without_phone, other.id, "Emma", host, NOW)
    a_day, a_week = made.ends + timedelta(days=1), made.ends + timedelta(days=7)
    assert await db.run(blanking.blank, a_day) == 0
    assert await db.run(blanking.blank, a_day + timedelta(seconds=1)) == 2
    assert await db.read(told, made.id) == [("Noor", None, ["diet"], "no nuts"), (None,) * 4]
    assert await db.run(blanking.blank, a_week) == 0
    assert await db.run(blanking.blank, a_week + timedelta(seconds=1)) == 1
    assert await db.read(told, made.id) == [("Noor", None, None, None), (None,) * 4]
    assert await db.read(told, other.id) == [("Emma", None, None, None)]


async def test_blanking_looks_at_what_is_to_be_blanked_alone(db: Database) -> None:
    made, _host, guest = await signed_up(db)
    await db.run(attendance.door_code, made.id, person(guest))
    heard = Statements(db)
    with heard.listening():
        await db.run(blanking.blank, made.ends + timedelta(days=8))
    if db.store.__class__.__name__ == "SqliteStore":
        seen = "\n".join([str(row) for one in heard.seen for row in await db.run(explained, one)])
        assert "ix_rsvps_to_blank" in seen
        assert "SCAN rsvps\n" not in seen


def explained(tx: Tx, statement: str) -> list[str]:
    values = (0,) * statement.count("?")
    plan_of = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return [str(row.detail) + "\n" for row in plan_of]
