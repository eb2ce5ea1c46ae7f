"""What every unit may rely on, on both databases."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC as ZERO
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError

from storage import Database, StorageError, Tx, Unavailable
from tests.storage.notes import COUNT, FIND, insert, make_table, notes, write, written


class Pause(BaseException):
    """Like the one that ends a turn."""


@pytest.fixture
async def db(db: Database) -> Database:
    await db.run(make_table)
    return db


async def test_a_unit_returns_its_value_and_its_writes_stay(db: Database) -> None:
    assert await db.run(write, "one") == "one"
    assert await db.read(written) == ["one"]


async def test_a_unit_that_raises_leaves_nothing(db: Database) -> None:
    def half(tx: Tx) -> None:
        write(tx, "half")
        raise LookupError("stop here")

    with pytest.raises(LookupError, match="stop here"):
        await db.run(half)
    assert await db.read(written) == []


@pytest.mark.parametrize("leaked", [Pause, SystemExit, asyncio.CancelledError, StopIteration])
async def test_whatever_a_unit_raises_reaches_its_caller_alone(
    db: Database, leaked: type[BaseException]
) -> None:
    def leak(tx: Tx) -> None:
        write(tx, "leaked")
        raise leaked

    outcomes = await asyncio.gather(
        db.run(write, "before"), caught(db, leak), db.run(write, "after")
    )
    assert outcomes[0] == "before"
    assert outcomes[2] == "after"
    expected = {asyncio.CancelledError: RuntimeError, StopIteration: RuntimeError}
    assert outcomes[1] is expected.get(leaked, leaked)
    assert sorted(await db.read(written)) == ["after", "before"]


async def caught(db: Database, unit: Callable[[Tx], None]) -> type[BaseException]:
    try:
        await db.run(unit)
    except BaseException as error:
        return type(error)
    raise AssertionError("nothing was raised")


async def test_a_reading_unit_cannot_write(db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await db.read(write, "no")
    assert await db.run(written) == []


async def test_a_reading_unit_sees_one_moment(db: Database) -> None:
    looked, changed = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> list[list[str]]:
        first = written(tx)
        looked.set()
        changed.wait(5)
        return [first, written(tx)]

    reading = asyncio.create_task(db.read(look_twice))
    await asyncio.to_thread(looked.wait, 5)
    await db.run(write, "meanwhile")
    changed.set()
    assert await reading == [[], []]
    assert await db.read(written) == ["meanwhile"]


async def test_a_slow_reader_does_not_hold_up_a_writer(db: Database) -> None:
    release = threading.Event()
    reading = asyncio.create_task(db.read(lambda tx: release.wait(5)))
    await asyncio.wait_for(db.run(write, "meanwhile"), 2)
    release.set()
    assert await reading


async def test_long_work_counts_too(db: Database) -> None:
    assert await db.run_alone(write, "long") == "long"
    with pytest.raises(IntegrityError):
        await db.run_alone(write, "long")
    assert await db.read(written) == ["long"]


async def test_a_transaction_may_not_outlive_its_unit(db: Database) -> None:
    kept = await db.run(lambda tx: tx)
    with pytest.raises(RuntimeError, match="over"):
        kept.execute(select(1))


async def test_what_a_unit_sets_in_its_context_does_not_leak(db: Database) -> None:
    language: ContextVar[str] = ContextVar("language", default="nl")
    await asyncio.gather(*(db.run(lambda tx: language.set("ar")) for _ in range(8)))
    heard = await asyncio.gather(*(db.run(lambda tx: language.get()) for _ in range(8)))
    assert set(heard) == {"nl"}


async def test_a_savepoint_lets_a_unit_go_on_after_an_error(db: Database) -> None:
    def twice(tx: Tx) -> int:
        write(tx, "first")
        with suppress(IntegrityError), tx.savepoint():
            write(tx, "undone")
            write(tx, "first")
        write(tx, "second")
        count: int = tx.execute(COUNT).scalar_one()
        return count

    assert await db.run(twice) == 2
    assert await db.read(written) == ["first", "second"]


async def test_a_conflict_can_be_left_alone(db: Database) -> None:
    def keep(tx: Tx) -> int:
        statement = tx.insert(notes).values(text="same").on_conflict_do_nothing()
        return tx.execute(statement).rowcount

    assert [await db.run(keep), await db.run(keep)] == [1, 0]


async def test_rows_can_be_locked(db: Database) -> None:
    def claim(tx: Tx) -> int:
        tx.lock("chat:1", "meeting:2")
        chosen = tx.for_update(select(notes.c.id), skip_locked=True)
        found: int = tx.execute(chosen.where(notes.c.text == "one")).scalar_one()
        return found

    await db.run(write, "one")
    found = await db.run(lambda tx: tx.execute(FIND, {"text": "one"}).scalar_one())
    assert await db.run(claim) == found


async def test_names_are_locked_one_holder_at_a_time(db: Database) -> None:
    inside: list[int] = []
    most: list[int] = []

    def hold(tx: Tx, number: int) -> None:
        tx.lock("the same")
        inside.append(number)
        most.append(len(inside))
        time.sleep(0.02)
        inside.remove(number)

    await asyncio.gather(*(db.run(hold, number) for number in range(4)))
    assert max(most) == 1


async def test_moments_keep_their_place_in_time(db: Database) -> None:
    noon = datetime(2026, 3, 29, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))

    def keep(tx: Tx) -> datetime:
        tx.execute(insert, {"text": "noon", "at": noon})
        later = select(notes.c.at).where(notes.c.at > noon - timedelta(microseconds=1))
        kept: datetime = tx.execute(later).scalar_one()
        return kept

    kept = await db.run(keep)
    assert kept == noon
    assert kept.tzinfo is ZERO


async def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError):
        await db.run(lambda tx: tx.execute(insert, {"text": "x", "at": datetime(2026, 3, 29)}))  # noqa: DTZ001


async def test_errors_do_not_tell_what_was_typed(db: Database) -> None:
    def odd_type(tx: Tx) -> None:
        tx.execute(insert, {"text": "secret", "at": "secret too"})

    def odd_cast(tx: Tx) -> None:
        tx.execute(text("SELECT CAST(:given AS integer), abs(:given)"), {"given": "secret"})

    await db.run(write, "secret")
    for unit in (lambda tx: write(tx, "secret"), odd_type, odd_cast):
        try:
            await db.run(unit)
        except Exception as error:
            shown = [repr(one) + str(one) for one in chain(error)]
            assert "secret" not in " ".join(shown)


async def test_logs_do_not_tell_what_was_typed(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where everything is logged from the start."""
    caplog.set_level(logging.DEBUG)
    database = await Database.open(url)
    await database.run(make_table)
    await database.run(write, "secret")
    assert await database.read(written) == ["secret"]
    await database.close()
    assert "secret" not in caplog.text


def chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *chain(error.__cause__ or error.__context__)]


async def test_a_closed_database_says_so(url: str) -> None:
    database = await Database.open(url, migrate=False)
    await database.close()
    await database.close()
    for enter in (database.run, database.run_alone, database.read):
        with pytest.raises(Unavailable, match="closed"):
            await enter(written)


async def test_closing_finishes_what_waits(db: Database, url: str) -> None:
    waiting = [asyncio.create_task(db.run(write, str(number))) for number in range(20)]
    await asyncio.sleep(0)
    await db.close()
    assert await asyncio.gather(*waiting) == [str(number) for number in range(20)]
    again = await Database.open(url, migrate=False)
    assert len(await again.read(written)) == 20
    await again.close()


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "x"])
async def test_an_address_that_cannot_work_is_refused(address: str) -> None:
    with pytest.raises(StorageError, match=r"\[database\] url"):
        await Database.open(address)
