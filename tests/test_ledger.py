"""Outcomes are written together, in order, and never forgotten."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from bot.ledger import Ledger
from storage import Database, Tx, Unavailable


class Flaky:
    """A store of nothing; the first units find it locked."""

    def __init__(self, locked: int = 0) -> None:
        self.locked = locked
        self.runs = 0

    async def run(self, call: Callable[[Tx], Any]) -> Any:
        self.runs += 1
        await asyncio.sleep(0)
        if self.runs <= self.locked:
            raise Unavailable("locked")
        return call(cast(Tx, None))


def ledger_on(store: Flaky) -> Ledger:
    return Ledger(Database(cast(Any, store)))


@pytest.fixture
def written():
    return []


def noting(written, name):
    return lambda _tx: written.append(name)


async def test_many_outcomes_are_one_transaction_in_their_order(written):
    database = Flaky()
    ledger = ledger_on(database)
    for number in range(20):
        ledger.note(noting(written, number))
    await ledger.flush()
    assert written == list(range(20))
    assert database.runs == 1


async def test_what_cannot_be_written_now_is_written_when_it_can(written):
    ledger = ledger_on(Flaky(locked=2))
    ledger.note(noting(written, "a"))
    await ledger.flush()
    assert written == ["a"]
    assert ledger.waiting == 0


async def test_it_writes_by_itself_soon(written):
    ledger = ledger_on(Flaky())
    ledger.note(noting(written, "a"))
    async with asyncio.timeout(2):
        while not written:
            await asyncio.sleep(0.01)


async def test_an_outcome_that_cannot_be_written_costs_none_of_the_others(written):
    def broken(_tx):
        raise ValueError("a mistake in a hook")

    ledger = ledger_on(Flaky())
    ledger.note(noting(written, "a"))
    ledger.note(broken)
    ledger.note(noting(written, "b"))
    await ledger.flush()
    assert written[-1] == "b"
    assert "a" in written
    assert ledger.waiting == 0


async def test_a_flush_that_is_cancelled_forgets_nothing(written):
    ledger = ledger_on(Flaky(locked=1_000))
    ledger.note(noting(written, "a"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ledger.flush(), 0.02)
    assert ledger.waiting == 1
