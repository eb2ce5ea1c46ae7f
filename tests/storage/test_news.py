"""What people follow, and what everybody may read."""

from datetime import timedelta

from sqlalchemy import insert, select, update

from storage import Database, Tx, announcements, audience, news, sendings, tables
from storage.audience import Audience, Filter
from storage.news import EVERYWHERE, PLACE, TOPIC, Follows, Pressed
from tests.storage.planning import NOW, crowd
from tests.storage.statements import Statements
from tests.storage.told import CONTENT, begun, change, planned, reader

GROWING = {"people", "announcements", "sendings", "recipients", "follows"}
UTRECHT, ZEIST = "GM0344", "GM0355"
HOUR = timedelta(hours=1)


def begin(tx: Tx, number: int, /) -> None:
    told = announcements.find(tx, number)
    assert told is not None
    sendings.begin(tx, told, NOW)


async def test_what_is_followed_is_replaced_kind_by_kind(db: Database) -> None:
    noor, ali = await db.run(crowd, 2)
    assert await db.read(news.followed, noor) == Follows()
    await db.run(news.follow, noor, TOPIC, ["green", "energy", "green"])
    await db.run(news.follow, noor, PLACE, [ZEIST])
    await db.run(news.follow, ali, TOPIC, ["care"])
    await db.run(news.follow, noor, TOPIC, ["green"])
    assert await db.read(news.followed, noor) == Follows(("green",), (ZEIST,))
    await db.run(news.unfollow_all, noor)
    assert await db.read(news.followed, noor) == Follows()
    assert await db.read(news.followed, ali) == Follows(("care",))


async def test_the_whole_country_is_followed_also_by_who_has_a_municipality(db: Database) -> None:
    noor, ali = await db.run(reader, "noor"), await db.run(reader, "ali")
    for person in (noor, ali):
        await db.run(change, person, "municipality", UTRECHT)
    await db.run(news.follow, noor, PLACE, [EVERYWHERE])
    meant = Audience((Filter("follows", f"place:{ZEIST}"),))

    def reached(tx: Tx) -> list[int]:
        return list(
            tx.execute(select(tables.people.c.id).where(*audience.clauses(meant, "news"))).scalars()
        )

    assert await db.read(reached) == [noor]


async def test_the_latest_is_what_has_begun_and_is_for_everybody(db: Database) -> None:
    (cora,) = await db.run(crowd, 1)
    first = (await db.run(begun, cora, NOW)).announcement
    second = (await db.run(begun, cora, NOW + HOUR)).announcement
    apart = (await db.run(begun, cora, NOW, is_news=False)).announcement
    await db.run(planned, cora)
    assert [one.id for one in await db.read(news.latest, 9)] == [second, first]
    assert [one.id for one in await db.read(news.latest, 1, 1)] == [first]
    for number, is_public in ((first, True), (apart, False)):
        found = await db.read(news.find, number)
        assert found is not None
        assert found.is_public == is_public


async def test_what_is_stopped_is_for_who_has_it_and_what_is_taken_back_for_nobody(
    db: Database,
) -> None:
    (cora,) = await db.run(crowd, 1)
    stopped, back = await db.run(begun, cora), await db.run(begun, cora, is_news=True)
    before = await db.read(news.find, stopped.announcement)
    await db.run(sendings.cancel, stopped.id, NOW)
    await db.run(sendings.withdraw, back.announcement, cora, NOW)
    assert await db.read(news.latest, 9) == []
    assert await db.read(news.some, [stopped.announcement, back.announcement]) == []
    found = await db.read(news.find, stopped.announcement)
    assert before is not None
    assert found is not None
    assert (before.is_public, found.is_public) == (True, False)
    assert await db.read(news.find, back.announcement) is None


async def test_what_is_corrected_reads_as_it_is_now(db: Database) -> None:
    (cora,) = await db.run(crowd, 1)
    sending = await db.run(begun, cora)

    def reaches(tx: Tx) -> None:
        counts = update(tables.sendings).where(tables.sendings.c.id == sending.id)
        tx.execute(counts.values(sent=1))

    await db.run(reaches)
    better = {**CONTENT, "texts": {"en": {"text": "It opens at two.", "rich": False}}}
    assert await db.run(sendings.correct, sending.announcement, better, cora, NOW)
    assert [one.content for one in await db.read(news.latest, 9)] == [better]


async def test_those_it_was_sent_to_are_known(db: Database) -> None:
    cora, noor, ali = await db.run(crowd, 3)
    sending = await db.run(begun, cora, is_news=False)

    def write(tx: Tx) -> None:
        row = {"sending": sending.id, "person": noor, "language": "en", "state": "skipped"}
        tx.execute(insert(tables.recipients), row)

    await db.run(write)
    assert await db.read(news.was_sent, sending.announcement, noor)
    assert not await db.read(news.was_sent, sending.announcement, ali)


async def test_a_button_counts_once_it_is_sent_and_not_of_its_makers(db: Database) -> None:
    cora, noor = await db.run(crowd, 2)
    number = await db.run(planned, cora)
    assert await db.read(news.button, number, 0, noor) is None, "it leads nowhere before it went"
    await db.run(begin, number)
    assert await db.read(news.button, number, 0, noor) == Pressed("meeting", 7, counts=True)
    assert await db.read(news.button, number, 0, cora) == Pressed("meeting", 7, counts=False)
    assert await db.read(news.button, number, 1, noor) is None
    assert await db.read(news.button, number + 9, 0, noor) is None


async def test_followers_are_those_who_get_news_now(db: Database) -> None:
    noor, ali = await db.run(reader, "noor"), await db.run(reader, "ali")
    cor = await db.run(reader, "cor", wants=False)
    gone = await db.run(reader, "gone")
    await db.run(change, gone, "reachable", False)
    for person in (noor, ali, cor, gone):
        await db.run(news.follow, person, TOPIC, ["green"])
    await db.run(news.follow, noor, PLACE, [ZEIST])
    found = await db.read(news.followers)
    assert found.counts == {(TOPIC, "green"): 2, (PLACE, ZEIST): 1}
    assert found.exact


async def test_only_the_newest_choices_are_counted(db: Database) -> None:
    noor, ali = await db.run(reader, "noor"), await db.run(reader, "ali")

    def many(tx: Tx) -> None:
        for person, n in ((noor, 9), (ali, news.LOOKED_AT)):
            rows = [{"person": person, "kind": PLACE, "value": f"{k:05}"} for k in range(n)]
            rows += [{"person": person, "kind": PLACE, "value": "last"}] * (person == ali)
            tx.execute(insert(tables.follows), rows)

    await db.run(many)
    found = await db.read(news.followers)
    assert not found.exact
    assert sum(found.counts.values()) == news.LOOKED_AT + 1
    assert found.counts[PLACE, "last"] == 1


async def test_every_verb_looks_things_up(db: Database, statements: Statements) -> None:
    noor = await db.run(reader, "noor")
    sending = await db.run(begun, noor)
    with statements.listening():
        await db.run(news.follow, noor, TOPIC, ["green"])
        await db.read(news.followed, noor)
        await db.read(news.latest, 5, 5)
        await db.read(news.find, sending.announcement)
        await db.read(news.some, [sending.announcement])
        await db.read(news.was_sent, sending.announcement, noor)
        await db.read(news.button, sending.announcement, 0, noor)
        await db.read(news.followers)
        await db.run(news.unfollow_all, noor)
    assert len(statements.seen) > 8
    assert await statements.walks(GROWING) == []
