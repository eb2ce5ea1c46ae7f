from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from storage import fanout, host_messages, needs, people, planning, rsvps, tables
from storage.host_messages import KIND, To
from storage.meetings import Kind, MeetingFacts
from storage.rsvps import Party

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
DAY = timedelta(days=1)
GROWING = {"people", "rsvps", "waiting_list", "meetings", "fanouts"}


def somebody(tx, name):
    return people.arrive(tx, f"telegram:{name}", "nl", NOW).id


def planned(tx, kind=Kind.MEETING, day=None, capacity=2):
    start = datetime.fromisoformat("2027-03-15T19:30")
    facts = MeetingFacts(
        None, "Walk", start, start + timedelta(hours=2), kind=kind, day=day, capacity=capacity
    )
    return planning.make(tx, facts, None, NOW).id


def with_answers(tx, meeting):
    """Two come, one may come, one said no, two are in line; by name."""
    crowd = {name: somebody(tx, name) for name in ("noor", "ali", "bea", "cor", "dik", "els")}
    for name in ("noor", "ali", "dik", "els"):
        rsvps.claim(tx, meeting, Party(crowd[name], 1), NOW)
    rsvps.maybe(tx, meeting, crowd["bea"], NOW)
    rsvps.withdraw(tx, meeting, crowd["cor"], NOW)
    return crowd


async def reached(db, meeting, to):
    rows = await db.read(host_messages.page, meeting, to, 0, 100)
    return {chat.removeprefix("telegram:") for _person, chat in rows}


@pytest.mark.parametrize(
    ("to", "names"),
    [
        (To.YES, {"noor", "ali"}),
        (To.MAYBE, {"bea"}),
        (To.LINE, {"dik", "els"}),
        (To.ALL, {"noor", "ali", "bea", "dik", "els"}),
    ],
)
async def test_each_group_reaches_its_people(db, to, names):
    meeting = await db.run(planned)
    crowd = await db.run(with_answers, meeting)
    await db.run(with_answers, await db.run(planned))
    assert await reached(db, meeting, to) == names
    assert await db.read(host_messages.reached, meeting, to) == len(names)
    told = [
        name for name, one in crowd.items()
        if await db.read(host_messages.concerns, meeting, to, one)
    ]  # fmt: skip
    assert set(told) == names


async def test_who_left_the_line_or_blocked_the_bot_is_not_reached(db):
    meeting = await db.run(planned)
    crowd = await db.run(with_answers, meeting)
    await db.run(rsvps.withdraw, meeting, crowd["dik"], NOW)
    await db.run(people.change, crowd["els"], reachable=False)
    await db.run(people.change, crowd["noor"], reachable=False)
    assert await reached(db, meeting, To.ALL) == {"ali", "bea"}


async def test_a_day_reaches_the_people_of_all_places_once(db):
    day = await db.run(planned, Kind.DAY)
    east, west = [await db.run(planned, Kind.PLACE, day) for _ in range(2)]
    evening = await db.run(planned, Kind.PART, day)
    noor, ali = await db.run(somebody, "noor"), await db.run(somebody, "ali")
    for meeting, person in ((east, noor), (evening, noor), (west, ali)):
        await db.run(rsvps.claim, meeting, Party(person, 1), NOW)
    assert await reached(db, day, To.YES) == {"noor", "ali"}
    assert await db.read(host_messages.reached, day, To.ALL) == 2
    assert await reached(db, east, To.ALL) == {"noor"}


async def test_pages_follow_each_other(db):
    meeting = await db.run(planned, capacity=None)
    crowd = [await db.run(somebody, f"n{n}") for n in range(5)]
    for person in reversed(crowd):
        await db.run(rsvps.claim, meeting, Party(person, 1), NOW)
    pages, after = [], 0
    while page := await db.read(host_messages.page, meeting, To.ALL, after, 2):
        pages.append([person for person, _chat in page])
        after = page[-1][0]
    assert pages == [crowd[:2], crowd[2:4], crowd[4:]]


async def test_messages_of_the_last_day_are_counted(db):
    meeting, other = await db.run(planned), await db.run(planned)
    for number, (kind, about, when) in enumerate(
        [(KIND, meeting, NOW), (KIND, meeting, NOW - DAY), (KIND, other, NOW), ("x", meeting, NOW)]
    ):
        await db.run(fanout.start, str(number), kind, about, {}, None, when, when)
    assert await db.read(host_messages.since, meeting, NOW - DAY) == 1
    assert await db.read(host_messages.since, meeting, NOW - 2 * DAY) == 2


async def test_needs_are_counted_of_those_who_come(db):
    meeting = await db.run(planned)
    crowd = await db.run(with_answers, meeting)
    await db.run(rsvps.set_needs, meeting, crowd["noor"], ["diet", "wheelchair"], "a ramp")
    await db.run(rsvps.set_needs, meeting, crowd["ali"], ["diet"], None)
    await db.run(rsvps.set_needs, meeting, crowd["bea"], ["diet"], "maybe")
    found = await db.read(needs.counted, meeting)
    assert (dict(found.keys), found.in_words) == ({"diet": 2, "wheelchair": 1}, 1)
    assert (await db.read(needs.counted, 999)).in_words == 0


async def test_nothing_walks_through_a_table_that_grows(db, statements):
    meeting = await db.run(planned)
    with statements.listening():
        for to in To:
            await db.read(host_messages.page, meeting, to, 0, 200)
            await db.read(host_messages.reached, meeting, to)
            await db.read(host_messages.concerns, meeting, to, 1)
        await db.read(host_messages.since, meeting, NOW)
        await db.read(needs.counted, meeting)
    assert len(statements.seen) >= 10
    assert await statements.walks(GROWING) == []


async def test_two_thousand_people_are_counted_and_paged(db):
    meeting = await db.run(planned, capacity=None)

    def crowd(tx):
        times = {"first_seen": NOW, "last_seen": NOW}
        known = {"state": "visitor", "role": "none", "language": "nl", **times}
        tx.execute(insert(tables.people), [{"chat": f"t:{n}", **known} for n in range(2000)])
        said = {"meeting": meeting, "answer": "yes", "seats": 1, "version": 1}
        said |= {"created": NOW, "changed": NOW}
        everybody = tx.execute(tables.people.select()).scalars().all()
        tx.execute(insert(tables.rsvps), [{"person": one, **said} for one in everybody])

    await db.run(crowd)
    assert await db.read(host_messages.reached, meeting, To.ALL) == 2000
    last = await db.read(host_messages.page, meeting, To.ALL, 0, 5000)
    assert len(last) == 2000
    assert await db.read(host_messages.page, meeting, To.ALL, last[-201][0], 200) == last[-200:]
