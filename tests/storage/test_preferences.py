"""What somebody chose, and what is kept back from them, on both databases."""

from datetime import timedelta

from sqlalchemy import update

from storage import Database, Tx, gate, outbox, people, preferences, tables
from storage.outbox import Promise
from storage.people import Purpose
from storage.preferences import Preferences
from tests.storage.planning import NOW
from tests.storage.statements import Statements
from tests.storage.test_gate import wants_news

WEEK = timedelta(days=7)


def held(tx: Tx, /, person: int, key: str) -> None:
    who = people.find(tx, person)
    assert who is not None
    outbox.promise(tx, Promise(key, who.chat, "nothing", {}, NOW + WEEK), NOW)
    gate.decide(tx, who, Purpose.NEWS, key, NOW)


async def test_a_pause_keeps_back_until_it_is_ended(db: Database) -> None:
    noor, ali = await db.run(wants_news), await db.run(wants_news, "ali")
    for person in (noor, ali):
        await db.run(gate.pause, person, NOW + 2 * WEEK)
        await db.run(held, person, f"{person}")
    assert await db.read(preferences.kept_back, noor, NOW) == {"paused": 1}
    await db.run(preferences.end_pause, noor, NOW)
    assert await db.read(preferences.of, noor, NOW) == Preferences(True, False, False, True, None)
    found = await db.read(outbox_due)
    assert found == {f"{noor}": NOW, f"{ali}": NOW + WEEK}


def outbox_due(tx: Tx) -> dict[str, object]:
    row = tables.outbox.c
    return {one.key: one.due for one in tx.execute(tables.outbox.select().order_by(row.id))}


async def test_what_is_tried_again_is_kept_back_and_let_go_like_the_first_time(
    db: Database,
) -> None:
    noor = await db.run(wants_news)
    await db.run(gate.pause, noor, NOW + 2 * WEEK)
    first = f"announcement:7:{noor}"
    await db.run(held, noor, first)
    again = update(tables.outbox).where(tables.outbox.c.key == first).values(key=f"{first}:2")
    await db.run(lambda tx: tx.execute(again).rowcount)
    assert await db.read(preferences.kept_back, noor, NOW) == {"paused": 1}
    await db.run(preferences.end_pause, noor, NOW)
    assert await db.read(outbox_due) == {f"{first}:2": NOW}


async def test_a_pause_that_is_over_is_none(db: Database) -> None:
    noor = await db.run(wants_news)
    await db.run(gate.pause, noor, NOW)
    assert (await db.read(preferences.of, noor, NOW)).paused_until is None
    assert (await db.read(preferences.of, noor, NOW - WEEK)).paused_until == NOW


async def test_no_verb_walks_through_a_table(db: Database, statements: Statements) -> None:
    noor = await db.run(wants_news)
    await db.run(lambda tx: people.change(tx, noor, digest=True))
    await db.run(held, noor, "a")
    with statements.listening():
        await db.read(preferences.of, noor, NOW)
        await db.read(preferences.kept_back, noor, NOW)
        await db.run(preferences.end_pause, noor, NOW)
        await db.run(gate.decide_many, Purpose.NEWS, [(noor, "b")], NOW)
    assert await statements.walks({"people", "outbox", "gate_decisions", "announcements"}) == []
