"""Whom a message is for: each kind of filter, all of them together, how many and who."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import insert, select

from storage import Database, Tx, audience, estimates, people, rsvps, tables
from storage.audience import Audience, Counted, Filter
from storage.people import Consent, Role
from storage.rsvps import Party
from tests.storage.lines import a_day
from tests.storage.planning import NOW, plan, somebody
from tests.storage.statements import Statements

UTRECHT, ZEIST = "GM0344", "GM0355"
Pairs = Sequence[tuple[str, str]]


def meant(only: Pairs = (), but: Pairs = ()) -> Audience:
    return Audience(tuple(Filter(*one) for one in only), tuple(Filter(*one) for one in but))


def known(tx: Tx, /, name: str, **told: Any) -> int:
    """Somebody who wants everything, with what they told."""
    person = somebody(tx, name)
    for purpose in ("news", "survey"):
        people.record_consent(tx, person, Consent(purpose, True, "1", "nl", "chat", NOW))
    people.set_themes(tx, person, told.pop("themes", ()))
    rows = [
        {"person": person, "kind": kind, "value": value}
        for kind, _colon, value in (one.partition(":") for one in told.pop("follows", ()))
    ]
    if rows:
        tx.execute(insert(tables.follows), rows)
    people.change(tx, person, **{"name": name, **told})
    return person


def house(tx: Tx) -> None:
    """A few people of every kind."""
    known(tx, "noor", municipality=UTRECHT, neighbourhood="De Meern", themes=["green"])
    known(tx, "ali", municipality=UTRECHT, neighbourhood="de  meern", part="active")
    known(tx, "kim", municipality=ZEIST, neighbourhood="De Meern", language="en")
    known(tx, "sam", themes=["green", "care"], follows=["topic:green"], role=Role.COORDINATOR)
    known(tx, "boss", follows=["topic:care", f"place:{ZEIST}"], role=Role.ADMIN)
    known(tx, "tess", municipality=ZEIST, follows=["place:NL", "topic:energy"])


def day(tx: Tx) -> None:
    """A day with two places, and what the people of the house said to them."""
    house(tx)
    east, west, _evening = a_day(tx, 1, None)
    lone = plan(tx, "lone")
    assert (east.id, lone.id) == (2, 5)
    ids = numbers(tx)
    rsvps.claim(tx, east.id, Party(ids["noor"], 1), NOW)
    rsvps.claim(tx, east.id, Party(ids["ali"], 1), NOW)
    rsvps.claim(tx, west.id, Party(ids["kim"], 1), NOW)
    rsvps.maybe(tx, west.id, ids["sam"], NOW)
    rsvps.claim(tx, lone.id, Party(ids["tess"], 1), NOW)
    rsvps.withdraw(tx, lone.id, ids["boss"], NOW)
    rsvps.add_without_phone(tx, west.id, "Oma", ids["boss"], NOW)
    came = tables.rsvps.update().where(tables.rsvps.c.person == ids["kim"]).values(came=NOW)
    tx.execute(came)
    hosted = tables.meetings.update().where(tables.meetings.c.id == lone.id)
    tx.execute(hosted.values(host=ids["ali"]))


def numbers(tx: Tx) -> dict[str, int]:
    found = tx.execute(select(tables.people.c.name, tables.people.c.id)).all()
    return {row.name: row.id for row in found}


def who(tx: Tx, one: Audience, purpose: str = "news") -> str:
    """The names of those who get it, however they are looked up."""
    statement = select(tables.people.c.name).where(*audience.clauses(one, purpose))
    found = sorted(tx.execute(statement).scalars())
    assert sorted(each.name or "" for each in audience.everybody(tx, one, purpose)) == found
    assert audience.count(tx, one, purpose).get == len(found)
    return " ".join(found)


CASES: list[tuple[Pairs, Pairs, str]] = [
    ([], [], "ali boss kim noor sam tess"),
    ([("municipality", UTRECHT)], [], "ali noor"),
    ([], [("municipality", UTRECHT)], "boss kim sam tess"),
    ([("municipality", UTRECHT), ("municipality", ZEIST)], [], "ali kim noor tess"),
    ([("neighbourhood", f"{UTRECHT}:De Meern")], [], "ali noor"),
    ([("neighbourhood", f"{UTRECHT}:demeern"), ("part", "active")], [], "ali"),
    ([("part", "active")], [], "ali"),
    ([], [("part", "active")], "boss kim noor sam tess"),
    ([("role", "coordinator")], [], "boss sam"),
    ([("role", "host")], [], "ali"),
    ([("role", "host"), ("role", "coordinator")], [], "ali boss sam"),
    ([("theme", "green")], [], "noor sam"),
    ([("theme", "green"), ("theme", "care"), ("municipality", UTRECHT)], [], "noor"),
    ([("theme", "green")], [("role", "coordinator")], "noor"),
    ([("language", "nl")], [("municipality", UTRECHT)], "boss sam tess"),
    ([("meeting", "1:yes")], [], "kim noor"),
    ([("meeting", "1:maybe")], [], "sam"),
    ([("meeting", "1:line")], [], "ali"),
    ([("meeting", "1:came")], [], "kim"),
    ([("meeting", "1:all")], [], "ali boss kim noor sam"),
    ([("meeting", "1:yes"), ("meeting", "5:yes")], [], "kim noor tess"),
    ([("meeting", "2:yes")], [], "noor"),
    ([], [("meeting", "1:yes")], "ali boss sam tess"),
    ([("meeting", "99:yes")], [], ""),
    ([("follows", "topic:green")], [], "ali kim noor sam"),
    ([("follows", "topic:green"), ("follows", "topic:care")], [], "ali boss kim noor sam"),
    ([("follows", f"place:{ZEIST}")], [], "boss kim sam tess"),
    ([("follows", f"place:{UTRECHT}")], [], "ali noor sam tess"),
    ([("follows", "topic:green"), ("follows", f"place:{ZEIST}")], [], "kim sam"),
    ([], [("follows", "topic:green")], "ali boss kim noor tess"),
]


async def test_who_is_meant(db: Database) -> None:
    await db.run(day)
    found = [(only, but, await db.read(who, meant(only, but))) for only, but, _ in CASES]
    assert found == CASES


async def test_who_has_finished_a_survey_is_not_asked_again(db: Database) -> None:
    await db.run(house)

    def unit(tx: Tx) -> None:
        empty: dict[str, Any] = {"title": {}, "intro": {}, "thanks": {}, "created": NOW}
        tx.execute(insert(tables.surveys), [{"id": 3, "key": "a", **empty}])
        row = {"survey": 3, "state": "x", "started": NOW}
        ids = numbers(tx)
        rows = [
            {**row, "person": ids["noor"], "finished": NOW},
            {**row, "person": ids["ali"], "finished": None},
        ]
        tx.execute(insert(tables.answer_sets), rows)

    await db.run(unit)
    asked = meant([("unanswered", "3")])
    assert await db.read(who, asked, "survey") == "ali boss kim sam tess"


async def test_only_who_wants_that_purpose_and_can_be_reached(db: Database) -> None:
    await db.run(house)

    def unit(tx: Tx) -> None:
        ids = numbers(tx)
        no = Consent("news", False, "1", "nl", "chat", NOW)
        people.record_consent(tx, ids["noor"], no)
        people.change(tx, ids["ali"], reachable=False)
        people.change(tx, ids["noor"], reachable=False)

    await db.run(unit)
    utrecht = meant([("municipality", UTRECHT)])
    assert await db.read(who, utrecht) == ""
    assert await db.read(audience.count, utrecht, "news") == Counted(2, 1, 1, 0)
    assert await db.read(audience.count, utrecht, "survey") == Counted(2, 0, 2, 0)
    assert await db.read(audience.count, meant(), "service") == Counted(6, 0, 2, 4)
    assert await db.read(who, meant(), "service") == "boss kim sam tess"


async def test_leaving_takes_somebody_out_at_once(db: Database) -> None:
    person = await db.run(known, "noor")
    assert await db.read(who, meant()) == "noor"
    no = Consent("news", False, "1", "nl", "leave", NOW)
    await db.run(people.record_consent, person, no)
    assert await db.read(who, meant()) == ""
    assert await db.read(who, meant(), "survey") == "noor"


async def test_an_audience_comes_back_as_it_was_kept(db: Database) -> None:
    one = meant([("theme", "green"), ("role", "host")], [("meeting", "1:all")])
    assert audience.load(audience.dump(one)) == one
    assert audience.load(None) == audience.load({"only": [], "but": []}) == Audience()


async def test_a_list_goes_on_after_a_number(db: Database) -> None:
    await db.run(house)
    first = await db.read(audience.page, meant(), "news", 0, 4)
    rest = await db.read(audience.page, meant(), "news", first.further or 0, 4)
    names = [one.name for one in (*first.people, *rest.people)]
    assert names == ["noor", "ali", "kim", "sam", "boss", "tess"]
    assert rest.further is None


async def test_a_list_looks_through_no_more_than_so_many_people(db: Database) -> None:
    await db.run(many, 300)
    rare = meant([("language", "uk")])
    numbers = await db.read(lambda tx: tx.execute(select(tables.people.c.id)).scalars().all())
    far = {"id": max(numbers) + audience.LOOKED_AT, "chat": "telegram:far", "language": "uk"}
    await db.run(insert_one, far)
    seen = await db.read(audience.page, rare, "news", 0, 4)
    assert (seen.people, seen.further) == ([], audience.LOOKED_AT)
    seen = await db.read(audience.page, rare, "news", seen.further or 0, 4)
    assert ([one.id for one in seen.people], seen.further) == ([far["id"]], None)
    everybody = await db.read(lambda tx: list(audience.everybody(tx, rare, "news")))
    assert [one.id for one in everybody] == [far["id"]]


def insert_one(tx: Tx, known: Mapping[str, Any]) -> None:
    row = {"state": "member", "role": "none", "wants_news": True, "first_seen": NOW}
    tx.execute(insert(tables.people).values(last_seen=NOW, **row, **known))


def many(tx: Tx, size: int) -> None:
    """Every third cannot be reached, and a tenth live in Utrecht."""
    row = {"state": "member", "role": "none", "language": "nl", "wants_news": True}
    rows = [
        {
            **row,
            "chat": f"telegram:{n}",
            "reachable": n % 3 > 0,
            "municipality": UTRECHT if n % 10 == 0 else None,
            "first_seen": NOW,
            "last_seen": NOW,
        }
        for n in range(size)
    ]
    tx.execute(insert(tables.people), rows)


async def test_a_few_are_counted_and_many_worked_out(db: Database) -> None:
    await db.run(many, estimates.MOST + 10_000)
    utrecht = meant([("municipality", UTRECHT)])
    assert await db.read(audience.count, utrecht, "news") == Counted(2_000, 0, 667, 1_333)
    counted = await db.read(audience.count, meant(), "news")
    assert not counted.exact
    assert counted.meant == counted.unreachable + counted.get
    assert counted.meant == pytest.approx(20_000, rel=0.01)
    assert counted.get == pytest.approx(13_333, rel=0.01)
    await db.run(lambda tx: tx.execute(tables.people.delete().where(tables.people.c.id > 10_000)))
    assert (await db.read(audience.count, meant(), "news")).exact


async def test_nothing_walks_through_a_table(db: Database, statements: Statements) -> None:
    await db.run(day)
    every = [
        ("neighbourhood", f"{UTRECHT}:De Meern"),
        ("municipality", UTRECHT),
        ("part", "active"),
        ("role", "coordinator"),
        ("role", "host"),
        ("theme", "green"),
        ("meeting", "1:all"),
        ("meeting", "1:came"),
        ("language", "nl"),
        ("follows", "topic:green"),
        ("follows", f"place:{UTRECHT}"),
        ("unanswered", "3"),
    ]
    growing = {
        "people", "rsvps", "waiting_list", "follows", "person_themes", "answer_sets", "meetings",
    }  # fmt: skip

    def spread(tx: Tx, one: Audience) -> None:
        at = (tables.people.c.id > 1, tables.people.c.id <= 4_000)
        tx.execute(select(tables.people.c.id).where(*at, *audience.clauses(one, "news"))).all()

    for pair in every:
        for one in (meant([pair]), meant([], [pair])):
            with statements.listening():
                await db.run(spread, one)
                await db.run(audience.page, one, "news", 0, 10)
    assert await statements.walks(growing) == []


async def test_a_day_with_many_places_is_not_looked_up_place_by_place(db: Database) -> None:
    """SQLite alone: it has no statistics, and would search each person 41 times."""
    one = meant([("meeting", "1:all")])
    statement = select(tables.people.c.id).where(*audience.clauses(one, "news"))
    written = await db.read(lambda tx: (str(statement.compile(tx.connection)), tx.postgres))
    assert ("+rsvps.meeting IN" in written[0]) is not written[1]
