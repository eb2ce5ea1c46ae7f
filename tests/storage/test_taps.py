"""Who pressed which button: each person counts once."""

from sqlalchemy import delete

from storage import Database, Tx, taps
from storage.tables import people
from tests.storage.planning import crowd
from tests.storage.statements import Statements
from tests.storage.told import begun


async def test_a_person_counts_once_for_each_button(db: Database) -> None:
    noor, ali = await db.run(crowd, 2)
    told = (await db.run(begun, noor)).announcement
    assert await db.run(taps.tap, told, 0, noor)
    assert not await db.run(taps.tap, told, 0, noor)
    assert await db.run(taps.tap, told, 0, ali)
    assert await db.run(taps.tap, told, 2, ali)
    assert await db.read(taps.counts, told) == {0: 2, 2: 1}
    assert await db.read(taps.counts, told + 1) == {}


async def test_what_somebody_pressed_goes_with_them(db: Database) -> None:
    noor, ali = await db.run(crowd, 2)
    told = (await db.run(begun, noor)).announcement
    await db.run(taps.tap, told, 0, ali)

    def forget(tx: Tx) -> None:
        tx.execute(delete(people).where(people.c.id == ali))

    await db.run(forget)
    assert await db.read(taps.counts, told) == {}


async def test_no_verb_walks_through_all_taps(db: Database, statements: Statements) -> None:
    (noor,) = await db.run(crowd, 1)
    told = (await db.run(begun, noor)).announcement
    with statements.listening():
        await db.run(taps.tap, told, 0, noor)
        await db.read(taps.counts, told)
    assert len(statements.seen) == 1
    assert await statements.walks({"taps"}) == []
