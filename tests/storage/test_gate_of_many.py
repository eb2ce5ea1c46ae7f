"""The gate for many at once: the same as one by one, in a few statements, and digests."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select

from storage import Database, Tx, gate, people, tables
from storage.gate import Decision, Later, Pass, Refused, Why
from storage.people import Purpose
from tests.storage.planning import NOW
from tests.storage.statements import engines_of
from tests.storage.test_gate import at, kept, wants_news

DAY = timedelta(days=1)
SOME = 5
"""People of the property test, the last of whom is not there."""


class _Undo(Exception):
    """Takes back all that a unit did."""


def many(tx: Tx, asked: list[tuple[int, str]], now: Any = NOW) -> list[Decision]:
    return gate.decide_many(tx, Purpose.NEWS, asked, now)


facts = st.fixed_dictionaries(
    {
        "wants_news": st.sampled_from([True, True, True, False]),
        "reachable": st.sampled_from([True, True, True, False]),
        "digest": st.sampled_from([False, False, True]),
        "paused_until": st.sampled_from(
            [None, None, NOW - DAY, NOW + timedelta(hours=3), NOW + timedelta(hours=10)]
        ),
    }
)
before = st.lists(st.tuples(st.integers(1, SOME - 1), st.integers(0, 200)), max_size=8)
calls = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.lists(st.tuples(st.integers(1, SOME), st.integers(0, 6)), min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=4,
)


def compared(tx: Tx, known: list[dict[str, Any]], passed: Any, called: Any) -> Any:
    """What comes of these calls whole, and of the same in pieces, each from the same start."""
    row = {"state": "member", "role": "none", "language": "nl", "first_seen": NOW}
    for number, one in enumerate(known, 1):
        told = {**row, **one, "id": number, "chat": f"{number}", "last_seen": NOW}
        tx.execute(insert(tables.people), [told])
    for n, (person, hours) in enumerate(passed):
        when = NOW - timedelta(hours=hours)
        row = {"person": person, "key": f"before {n}", "purpose": "news", "at": when}
        tx.execute(insert(tables.gate_decisions), [{**row, "outcome": "pass"}])
    outcomes = []
    for whole in (True, False):
        inner = tx.savepoint()
        now, decided = NOW, []
        for hours, asked in called:
            now += timedelta(hours=hours)
            keyed = [(person, f"{person}:{key}") for person, key in asked]
            pieces = [keyed] if whole else [[one] for one in keyed]
            decided.append([one for piece in pieces for one in many(tx, piece, now)])
        outcomes.append((decided, kept(tx)))
        inner.rollback()
    return outcomes


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(known=st.lists(facts, min_size=SOME - 1, max_size=SOME - 1), passed=before, called=calls)
async def test_many_are_decided_as_one_by_one(
    db: Database, known: Any, passed: Any, called: Any
) -> None:
    found: list[Any] = []

    def unit(tx: Tx) -> None:
        found[:] = compared(tx, known, passed, called)
        raise _Undo

    with pytest.raises(_Undo):
        await db.run(unit)
    whole, apart = found
    assert whole == apart


async def test_the_second_of_a_person_knows_of_the_first(db: Database) -> None:
    noor, ali = await db.run(wants_news), await db.run(wants_news, "ali")
    asked = [(noor, "a"), (ali, "b"), (noor, "c"), (noor, "d"), (noor, "e"), (noor, "a")]
    decided = await db.run(many, asked)
    full = Later(NOW + 7 * DAY, Why.ENOUGH)
    assert decided == [Pass(), Pass(), Pass(), Pass(), full, Pass()]
    assert (await db.read(kept))["e"] == ("later", Why.ENOUGH)
    assert len(await db.read(kept)) == 5


async def test_who_is_gone_is_refused_and_nothing_is_kept(db: Database) -> None:
    assert await db.run(many, [(77, "a")]) == [Refused(Why.GONE)]
    assert await db.run(many, []) == []
    assert await db.read(kept) == {}


async def test_who_chose_the_overview_gets_no_single_news(db: Database) -> None:
    noor = await db.run(wants_news)
    await db.run(lambda tx: people.change(tx, noor, digest=True, wants_surveys=True))
    friday = Refused("digest:2027-03-05")
    assert await db.run(many, [(noor, "a")]) == [friday]
    assert await db.run(many, [(noor, "a")], NOW + 7 * DAY) == [friday]
    assert await db.run(many, [(noor, "b")], NOW + 7 * DAY) == [Refused("digest:2027-03-12")]
    survey = await db.run(gate.decide_many, Purpose.SURVEY, [(noor, "c")], NOW)
    who = await db.read(people.find, noor)
    assert who is not None
    assert survey == [Pass()]
    assert await db.run(gate.decide, who, Purpose.NEWS, "invitation", NOW) == Pass()


async def test_what_went_through_goes_when_the_overview_is_chosen_meanwhile(db: Database) -> None:
    """After a crash between the claim and the call: it may have arrived."""
    noor = await db.run(wants_news)
    assert await db.run(many, [(noor, "a")]) == [Pass()]
    await db.run(lambda tx: people.change(tx, noor, digest=True))
    assert await db.run(many, [(noor, "a")]) == [Pass()]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-03-01T12:00", "2027-03-05T10:00"),
        ("2027-03-05T09:59", "2027-03-05T10:00"),
        ("2027-03-05T10:00", "2027-03-12T10:00"),
        ("2027-03-26T12:00", "2027-04-02T10:00"),
    ],
)
def test_the_overview_is_on_friday_at_ten(now: str, expected: str) -> None:
    assert gate.next_digest(at(now), "Europe/Amsterdam") == at(expected)


async def test_two_workers_let_three_through_between_them(db: Database) -> None:
    noor, ali = await db.run(wants_news), await db.run(wants_news, "ali")
    first = [(noor, f"n{n}") for n in range(5)] + [(ali, f"a{n}") for n in range(5)]
    second = [(ali, f"b{n}") for n in range(5)] + [(noor, f"m{n}") for n in range(5)]
    done = await asyncio.gather(db.run(many, first), db.run(many, second))
    assert sum(one == Pass() for decided in done for one in decided) == 6


def crowd(tx: Tx, size: int) -> list[int]:
    row = {"state": "member", "role": "none", "language": "nl", "first_seen": NOW}
    row |= {"wants_news": True, "last_seen": NOW}
    tx.execute(insert(tables.people), [{**row, "chat": f"{n}"} for n in range(size)])
    ids = list(tx.execute(select(tables.people.c.id)).scalars())
    old = {"purpose": "news", "outcome": "pass", "at": NOW - DAY}
    rows = [{**old, "person": n, "key": f"old {n}:{k}"} for n in ids for k in range(n % 4)]
    tx.execute(insert(tables.gate_decisions), rows)
    return ids


async def test_as_many_statements_for_two_hundred_as_for_one(db: Database) -> None:
    ids = await db.run(crowd, 201)
    counts = []
    for some in (ids[:1], ids[1:]):
        heard: list[str] = []

        def note(*told: Any, heard: list[str] = heard) -> None:
            heard.append(told[2])

        for engine in engines_of(db):
            event.listen(engine, "before_cursor_execute", note)
        await db.run(many, [(one, f"new {one}") for one in some])
        for engine in engines_of(db):
            event.remove(engine, "before_cursor_execute", note)
        counts.append(len([one for one in heard if "gate_decisions" in one or "people" in one]))
    assert counts[0] == counts[1] == 4


async def test_a_hundred_cost_a_few_milliseconds(db: Database) -> None:
    ids = await db.run(crowd, 1_000)

    def unit(tx: Tx, some: list[int]) -> float:
        started = time.thread_time()
        many(tx, [(one, f"new {one}") for one in some])
        return time.thread_time() - started

    took = [await db.run(unit, ids[n : n + 100]) for n in range(0, 1_000, 100)]
    assert min(took) < 0.03  # seconds of processor
