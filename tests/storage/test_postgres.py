"""What only PostgreSQL can do to a unit."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from storage import Database, Tx, Unavailable
from storage.postgres import MOST_TRIES, WRITERS
from tests.storage.notes import COUNT, insert, make_table, notes, write, written
from tests.storage.postgres_server import PostgresServer

MY_PROCESS = text("SELECT pg_backend_pid()")


@pytest.fixture
async def db(postgres_url: str) -> AsyncIterator[Database]:
    database = await Database.open(postgres_url, migrate=False)
    await database.run(make_table)
    yield database
    await database.close()


async def test_units_run_side_by_side(db: Database) -> None:
    together = threading.Barrier(WRITERS, timeout=5)
    await asyncio.gather(*(db.run(lambda tx: together.wait()) for _ in range(WRITERS)))


async def test_a_deadlock_is_repeated(db: Database) -> None:
    tries: list[str] = []
    both = threading.Barrier(2, timeout=5)

    def crosswise(tx: Tx, first: str, second: str) -> None:
        tries.append(first)
        tx.lock(first)
        if len(tries) <= 2:
            both.wait()
        tx.lock(second)
        write(tx, first)

    await asyncio.gather(db.run(crosswise, "a", "b"), db.run(crosswise, "b", "a"))
    assert sorted(await db.read(written)) == ["a", "b"]
    assert len(tries) == 3


async def test_a_serialisation_failure_is_repeated_three_times_at_most(db: Database) -> None:
    tries: list[int] = []

    def fails(tx: Tx) -> None:
        tries.append(1)
        write(tx, "x")
        tx.execute(text("DO $$ BEGIN RAISE serialization_failure; END $$"))

    with pytest.raises(Unavailable):
        await db.run(fails)
    assert len(tries) == MOST_TRIES
    assert await db.read(written) == []


async def test_a_serialisation_failure_that_the_unit_overlooked_is_repeated_too(
    db: Database,
) -> None:
    tries: list[int] = []

    def overlooks(tx: Tx) -> str:
        tries.append(1)
        write(tx, "x")
        if len(tries) == 1:
            try:
                tx.execute(text("DO $$ BEGIN RAISE serialization_failure; END $$"))
            except Unavailable:
                return "all is well"
        return "really"

    assert await db.run(overlooks) == "really"
    assert await db.read(written) == ["x"]


async def test_a_unit_that_overlooks_an_error_has_not_succeeded(db: Database) -> None:
    def overlooks(tx: Tx) -> None:
        write(tx, "lost")
        try:
            tx.execute(insert, {"text": None})
        except IntegrityError:
            return

    with pytest.raises(RuntimeError, match="savepoint"):
        await db.run(overlooks)
    assert await db.read(written) == []


async def test_a_lost_connection_is_replaced(db: Database, postgres: PostgresServer) -> None:
    tries: list[int] = []

    def loses(tx: Tx) -> str:
        tries.append(1)
        if len(tries) == 1:
            number = tx.execute(MY_PROCESS).scalar_one()
            postgres.administer(f"SELECT pg_terminate_backend({number})")
        return write(tx, "kept")

    assert await db.run(loses) == "kept"
    assert await db.read(written) == ["kept"]


async def test_idle_connections_that_were_lost_are_replaced(
    db: Database, postgres: PostgresServer
) -> None:
    process = await db.run(lambda tx: tx.execute(MY_PROCESS).scalar_one())
    postgres.administer(f"SELECT pg_terminate_backend({process})")
    await db.run(write, "kept")
    assert await db.read(written) == ["kept"]


async def test_a_connection_lost_at_the_commit_is_told_and_not_repeated(
    db: Database, postgres: PostgresServer
) -> None:
    tries: list[int] = []

    def loses_last(tx: Tx) -> None:
        tries.append(1)
        write(tx, "kept or not")
        number = tx.execute(MY_PROCESS).scalar_one()
        postgres.administer(f"SELECT pg_terminate_backend({number})")

    with pytest.raises(Unavailable, match="commit"):
        await db.run(loses_last)
    assert len(tries) == 1


async def test_a_server_out_of_reach_is_told() -> None:
    with pytest.raises(Unavailable, match="reached"):
        await Database.open("postgresql://nobody@/none?host=/nowhere", migrate=False)


async def test_claims_pass_over_what_others_hold(db: Database) -> None:
    await asyncio.gather(*(db.run(write, str(number)) for number in range(2)))
    both = threading.Barrier(2, timeout=5)

    def claim(tx: Tx) -> int:
        one = tx.for_update(select(notes.c.id).order_by(notes.c.id).limit(1), skip_locked=True)
        found: int = tx.execute(one).scalar_one()
        both.wait()
        return found

    assert sorted(await asyncio.gather(db.run(claim), db.run(claim))) == [1, 2]


async def test_a_count_under_a_lock_is_right(db: Database) -> None:
    """Twenty race for five places."""

    def race(tx: Tx, number: int) -> bool:
        tx.lock("places")
        taken = tx.execute(COUNT).scalar_one()
        if taken < 5:
            write(tx, str(number))
        return bool(taken < 5)

    seated = await asyncio.gather(*(db.run(race, number) for number in range(20)))
    assert sum(seated) == 5
    assert len(await db.read(written)) == 5
