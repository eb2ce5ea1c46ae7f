"""Private calendar addresses: one each, and nothing to read them back from."""

from datetime import timedelta

from storage import Database, feeds, people, tables
from tests.storage.planning import NOW, somebody


async def test_a_token_opens_one_persons_calendar(db: Database) -> None:
    noor, sam = await db.run(somebody, "noor"), await db.run(somebody, "sam")
    one, other = await db.run(feeds.make, noor, NOW), await db.run(feeds.make, sam, NOW)
    assert await db.read(feeds.person_of, one) == noor
    assert await db.read(feeds.person_of, other) == sam
    assert await db.read(feeds.person_of, one.upper()) is None
    assert await db.read(feeds.person_of, "") is None
    assert await db.read(feeds.person_of, feeds.digest(one)) is None


async def test_a_token_is_long_and_only_its_digest_is_kept(db: Database) -> None:
    noor = await db.run(somebody)
    tokens = {await db.run(feeds.make, noor, NOW) for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(token) == 32 for token in tokens)  # 24 bytes are 192 bits
    kept = await db.read(lambda tx: str(tx.execute(tables.feeds.select()).all()))
    assert not any(token in kept for token in tokens)


async def test_a_new_token_ends_the_one_before_it(db: Database) -> None:
    noor = await db.run(somebody)
    old = await db.run(feeds.make, noor, NOW)
    later = NOW + timedelta(days=1)
    new = await db.run(feeds.make, noor, later)
    assert await db.read(feeds.person_of, old) is None
    assert await db.read(feeds.person_of, new) == noor
    assert await db.read(feeds.made, noor) == later


async def test_a_dropped_token_opens_nothing(db: Database) -> None:
    noor, sam = await db.run(somebody, "noor"), await db.run(somebody, "sam")
    token, others = await db.run(feeds.make, noor, NOW), await db.run(feeds.make, sam, NOW)
    await db.run(feeds.drop, noor)
    await db.run(feeds.drop, noor)
    assert await db.read(feeds.person_of, token) is None
    assert await db.read(feeds.made, noor) is None
    assert await db.read(feeds.person_of, others) == sam


async def test_who_is_erased_has_no_address_and_who_left_has(db: Database) -> None:
    noor, sam = await db.run(somebody, "noor"), await db.run(somebody, "sam")
    kept, gone = await db.run(feeds.make, noor, NOW), await db.run(feeds.make, sam, NOW)
    await db.run(people.set_reachable, "telegram:noor", reachable=False)
    await db.run(lambda tx: tx.execute(tables.people.delete().where(tables.people.c.id == sam)))
    assert await db.read(feeds.person_of, kept) == noor
    assert await db.read(feeds.person_of, gone) is None
