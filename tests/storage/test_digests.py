"""The weekly overview: who gets one, when, and what is in it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from storage import Database, Tx, digests, fanout, gate, sendings, tables
from storage.gate import Pass, Refused
from storage.people import Purpose
from tests.storage.planning import NOW, crowd
from tests.storage.statements import Statements
from tests.storage.told import begun, change, kept_back, known, reader

FRIDAY = NOW.replace(day=5, hour=9)
"""Friday 5 March 2027, ten in the morning in Amsterdam."""
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
KEY = "digest:2027-03-05"
GROWING = {"people", "gate_decisions", "announcements", "sendings", "outbox"}


async def told_to(db: Database, person: int, count: int, now: Any = NOW, **known: Any) -> list[int]:
    """Items that were kept back for somebody, an hour after another."""
    (cora,) = await db.run(crowd, 1)
    found = []
    for hour in range(count):
        at = now + timedelta(hours=hour)
        one = (await db.run(begun, cora, at, **known)).announcement
        assert isinstance(await db.run(kept_back, person, one, at), Refused)
        found.append(one)
    return found


def promises(tx: Tx) -> list[Any]:
    row = tables.outbox.c
    found = select(row.key, row.chat, row.arguments, row.due, row.useful_until, row.lane)
    return list(tx.execute(found.where(row.renderer == "digest").order_by(row.id)))


async def waiting(db: Database, person: int, key: str, now: Any) -> list[int]:
    return [one.id for one in await db.read(digests.waiting, person, key, now)]


def passes(tx: Tx, /, person: int, key: str, now: Any) -> gate.Decision:
    return gate.decide(tx, known(tx, person), Purpose.NEWS, key, now)


async def test_on_friday_at_ten_each_who_chose_it_is_promised_one(db: Database) -> None:
    noor = await db.run(reader, "noor")
    await db.run(reader, "single", weekly=False)
    await db.run(reader, "unwilling", wants=False)
    gone = await db.run(reader, "gone")
    await db.run(change, gone, "reachable", False)
    await db.run(digests.promise, NOW)
    await db.run(digests.promise, FRIDAY - MINUTE)
    assert await db.read(promises) == []
    assert await db.run(digests.promise, FRIDAY) == 1
    assert await db.run(digests.promise, FRIDAY + MINUTE) == 0
    (row,) = await db.read(promises)
    assert row.key == f"{KEY}:{noor}"
    assert row.arguments == {"person": noor, "key": row.key}
    assert (row.due, row.useful_until) == (FRIDAY, FRIDAY + timedelta(days=2, hours=11))


async def test_nobody_who_wants_one_plans_none(db: Database) -> None:
    await db.run(reader, "single", weekly=False)
    await db.run(digests.promise, NOW)
    assert await db.run(fanout.due, digests.KIND, FRIDAY + DAY) == []


async def test_pages_follow_each_other(db: Database) -> None:
    for n in range(fanout.PAGE + 3):
        await db.run(reader, f"reader {n}")
    await db.run(digests.promise, NOW)
    assert await db.run(digests.promise, FRIDAY) == fanout.PAGE
    assert await db.run(digests.promise, FRIDAY) == 3
    assert len(await db.read(promises)) == fanout.PAGE + 3


async def test_after_a_long_stop_none_is_promised_any_more(db: Database) -> None:
    await db.run(reader, "noor")
    await db.run(digests.promise, NOW)
    assert await db.run(digests.promise, FRIDAY + 3 * DAY) == 0
    assert await db.read(promises) == []
    assert await db.run(fanout.due, digests.KIND, FRIDAY + 4 * DAY) == []


async def test_it_tells_what_was_kept_back_the_oldest_first(db: Database) -> None:
    noor, ali = await db.run(reader, "noor"), await db.run(reader, "ali")
    told = await told_to(db, noor, 3)
    key = f"{KEY}:{noor}"
    assert await waiting(db, noor, key, FRIDAY) == told
    assert await waiting(db, ali, f"{KEY}:{ali}", FRIDAY) == []


async def test_what_waited_at_the_gate_first_stands_where_it_was_begun(db: Database) -> None:
    noor = await db.run(reader, "noor")
    (cora,) = await db.run(crowd, 1)
    first = (await db.run(begun, cora, NOW)).announcement
    second = (await db.run(begun, cora, NOW + MINUTE)).announcement
    for number in (second, first):
        await db.run(kept_back, noor, number, NOW + 2 * MINUTE)
    assert await waiting(db, noor, f"{KEY}:{noor}", FRIDAY) == [first, second]


async def test_written_twice_it_says_the_same(db: Database) -> None:
    noor = await db.run(reader, "noor")
    told = await told_to(db, noor, 1)
    key = f"{KEY}:{noor}"
    assert await db.run(passes, noor, key, FRIDAY) == Pass()
    await told_to(db, noor, 1, FRIDAY + MINUTE)
    assert await waiting(db, noor, key, FRIDAY + 2 * MINUTE) == told


async def test_nothing_is_told_in_two_of_them_and_nothing_in_none(db: Database) -> None:
    noor = await db.run(reader, "noor")
    first = await told_to(db, noor, 2)
    await db.run(passes, noor, f"{KEY}:{noor}", FRIDAY)
    second = await told_to(db, noor, 2, FRIDAY + MINUTE)
    after = f"digest:2027-03-12:{noor}"
    assert await waiting(db, noor, after, FRIDAY + 7 * DAY) == second
    assert await waiting(db, noor, f"{KEY}:{noor}", FRIDAY + 7 * DAY) == first


async def test_one_that_never_went_is_made_up_for_the_week_after(db: Database) -> None:
    noor = await db.run(reader, "noor")
    told = await told_to(db, noor, 1)
    assert await waiting(db, noor, f"digest:2027-03-12:{noor}", FRIDAY + 7 * DAY) == told
    assert await waiting(db, noor, f"digest:2027-03-19:{noor}", FRIDAY + 14 * DAY) == []


async def test_what_is_taken_back_or_of_no_use_any_more_is_left_out(db: Database) -> None:
    noor = await db.run(reader, "noor")
    back, stays = await told_to(db, noor, 2)
    await told_to(db, noor, 1, useful_until=FRIDAY)
    (useful,) = await told_to(db, noor, 1, NOW + 5 * MINUTE, useful_until=FRIDAY + MINUTE)
    await db.run(sendings.withdraw, back, noor, NOW)
    assert await waiting(db, noor, f"{KEY}:{noor}", FRIDAY) == [useful, stays]


async def test_who_changes_to_single_messages_gets_at_once_what_waited(db: Database) -> None:
    noor = await db.run(reader, "noor")
    told = await told_to(db, noor, 1)
    person = await db.read(known, noor)
    assert await db.read(digests.is_chosen, noor)
    assert await db.run(digests.choose, person, NOW + DAY, weekly=False)
    assert not await db.read(digests.is_chosen, noor)
    (row,) = await db.read(promises)
    assert row.due == NOW + DAY
    key = row.arguments["key"]
    assert await waiting(db, noor, key, NOW + DAY) == told
    await db.run(passes, noor, key, NOW + DAY)
    assert await waiting(db, noor, f"{KEY}:{noor}", FRIDAY) == []


async def test_where_nothing_waits_nothing_comes(db: Database) -> None:
    noor = await db.run(reader, "noor")
    person = await db.read(known, noor)
    assert not await db.run(digests.choose, person, NOW, weekly=False)
    assert not await db.run(digests.choose, person, NOW, weekly=True)
    assert await db.read(digests.is_chosen, noor)
    assert await db.read(promises) == []


async def test_changing_back_and_forth_loses_nothing(db: Database) -> None:
    noor = await db.run(reader, "noor")
    await told_to(db, noor, 1)
    person = await db.read(known, noor)
    await db.run(digests.choose, person, NOW + DAY, weekly=False)
    (row,) = await db.read(promises)
    await db.run(passes, noor, row.arguments["key"], NOW + DAY)
    await db.run(digests.choose, person, NOW + DAY, weekly=True)
    later = await told_to(db, noor, 1, NOW + 2 * DAY)
    await db.run(digests.promise, NOW)
    assert await db.run(digests.promise, FRIDAY) == 1
    assert await waiting(db, noor, f"{KEY}:{noor}", FRIDAY) == later


async def test_every_verb_looks_things_up(db: Database, statements: Statements) -> None:
    noor = await db.run(reader, "noor")
    await told_to(db, noor, 1)
    person = await db.read(known, noor)
    with statements.listening():
        await db.run(digests.promise, NOW)
        await db.run(digests.promise, FRIDAY)
        await db.read(digests.waiting, noor, f"{KEY}:{noor}", FRIDAY)
        await db.run(digests.choose, person, FRIDAY, weekly=False)
    assert len(statements.seen) > 6
    assert await statements.walks(GROWING) == []
