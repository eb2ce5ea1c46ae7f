"""What is kept of who joins."""

from datetime import timedelta

from sqlalchemy import select

from storage import Database, people, tables
from storage.people import Consent, Purpose
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


async def test_blocking_ends_what_is_sent_and_nothing_else(db: Database) -> None:
    noor = await db.run(people.arrive, "telegram:1", "nl", NOW)
    for purpose in (Purpose.MEMBERSHIP, Purpose.NEWS):
        given = Consent(purpose, True, "3", "nl", "chat", NOW)
        await db.run(people.record_consent, noor.id, given)
    later = NOW + timedelta(days=1)
    for _twice in range(2):
        await db.run(people.blocked, noor.chat, later)
    said = await db.run(people.consents_of, noor.id)
    assert said["membership"].given
    assert said["news"] == Consent("news", False, "3", "nl", people.BLOCKED, later)
    assert "survey" not in said
    found = await db.run(people.find, noor.id)
    assert found is not None
    assert not found.reachable
    await db.run(people.blocked, "telegram:nobody", later)
