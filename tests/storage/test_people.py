"""What is kept of who joins."""

from datetime import timedelta

from sqlalchemy import select

from storage import people, tables
from tests.storage.planning import NOW, crowd

FACTS = {"name": "Noor", "adult": True}


def joined(tx, person):
    column = tables.people.c.joined
    return tx.execute(select(column).where(tables.people.c.id == person)).scalar_one()


async def test_who_joins_again_keeps_the_first_moment_in_utc(db):
    [person] = await db.run(crowd, 1)
    await db.run(people.join, person, NOW, FACTS)
    assert await db.read(joined, person) == NOW
    await db.run(people.leave, person, NOW + timedelta(days=1))
    await db.run(people.join, person, NOW + timedelta(days=2), FACTS)
    assert await db.read(joined, person) == NOW
