"""Telling many: started once, taken up where it was left, and never told twice."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from storage import Database, Tx, fanout, line, planned, tables
from storage.fanout import Fanout
from tests.storage.lines import full, queue, sign_off
from tests.storage.planning import NOW, plan, somebody
from tests.storage.statements import Statements

LATER = NOW + timedelta(minutes=30)


def start(tx: Tx, /, key: str = "a", **known: Any) -> Fanout:
    wanted: dict[str, Any] = {
        "kind": "change",
        "meeting": None,
        "arguments": {"a": 1},
        "by": None,
        "due": NOW,
    }
    return fanout.start(tx, key, now=NOW, **{**wanted, **known})


async def test_the_same_key_is_the_same_fanout(db: Database) -> None:
    first = await db.run(start)
    again = await db.run(start, arguments={"a": 2}, due=LATER)
    assert again == first
    assert first.arguments == {"a": 1}
    assert not first.has_begun


async def test_only_what_is_due_and_unfinished_of_a_kind_goes_on(db: Database) -> None:
    soon = await db.run(start, "soon", due=NOW - timedelta(minutes=1))
    now = await db.run(start, "now")
    await db.run(start, "later", due=LATER)
    await db.run(start, "other", kind="invitation")
    assert [one.key for one in await db.run(fanout.due, "change", NOW)] == [soon.key, now.key]
    await db.run(fanout.drop, soon.id, NOW)
    assert [one.key for one in await db.run(fanout.due, "change", NOW)] == [now.key]


async def test_a_page_adds_to_what_was_promised_and_moves_the_cursor(db: Database) -> None:
    one = await db.run(start)
    await db.run(fanout.advance, one.id, 40, 20, None)
    await db.run(fanout.advance, one.id, 55, 7, LATER)
    found = await db.read(fanout.find, one.id)
    assert found is not None
    assert (found.cursor, found.promised, found.finished) == (55, 27, LATER)
    assert found.has_begun


async def test_a_fanout_that_has_not_begun_can_say_something_else(db: Database) -> None:
    one = await db.run(start)
    assert await db.run(fanout.alter, one.id, {"a": 3}, LATER)
    found = await db.read(fanout.find, one.id)
    assert found is not None
    assert (found.arguments, found.due) == ({"a": 3}, LATER)
    await db.run(fanout.advance, one.id, 7, 1, None)
    assert not await db.run(fanout.alter, one.id, {"a": 4}, NOW)
    found = await db.read(fanout.find, one.id)
    assert found is not None
    assert (found.arguments, found.due) == ({"a": 3}, LATER)


async def test_what_is_for_nobody_takes_its_share_of_a_page(db: Database) -> None:
    for number in range(5):
        await db.run(start, f"empty {number}")

    def nobody(tx: Tx, one: Fanout, limit: int, now: datetime) -> int:
        return fanout.passed(tx, one, [], limit, now)

    assert await db.run(fanout.go_on, "change", nobody, NOW, 3) == 0
    assert len(await db.run(fanout.due, "change", NOW)) == 2


def test_the_first_of_several_pages_are_each_there_once() -> None:
    pages = [[(1, "a"), (4, "d")], [(1, "a"), (2, "b")], []]
    assert fanout.first_of(pages, 3) == [(1, "a"), (2, "b"), (4, "d")]
    assert fanout.first_of(pages, 2) == [(1, "a"), (2, "b")]


async def test_what_was_told_of_a_meeting_is_found_in_order(db: Database) -> None:
    walk, talk = await db.run(plan), await db.run(plan, "talk")
    for key, meeting in (("a", walk.id), ("b", talk.id), ("c", walk.id)):
        await db.run(start, key, meeting=meeting)
    assert [one.key for one in await db.read(fanout.of_meeting, "change", walk.id)] == ["a", "c"]


async def test_the_clock_stops_where_something_is_due(db: Database) -> None:
    assert await db.read(planned.next_event, NOW) is None
    await db.run(start, due=LATER)
    assert await db.read(planned.next_event, NOW) == LATER
    assert await db.read(planned.next_event, LATER) is None
    made = await db.run(full)
    (noor,) = await db.run(queue, made.id, 1)
    await db.run(sign_off, made.id)
    offered = await db.read(line.entry, made.id, noor)
    assert offered is not None
    assert await db.read(planned.next_event, LATER) == offered.offer_until


async def test_what_was_told_is_thrown_away_some_time_after_the_meeting(db: Database) -> None:
    made, noor = await db.run(plan), await db.run(somebody)
    told = [await db.run(start, key, meeting=made.id) for key in ("old", "invited")]
    for one in (*told, await db.run(start, "weekly")):
        await db.run(fanout.drop, one.id, NOW)
    row = {"meeting": made.id, "person": noor, "fanout": told[1].id, "created": NOW}
    await db.run(lambda tx: tx.execute(insert(tables.invitations), [row]).rowcount)
    late = await db.run(start, "late", meeting=made.id)
    await db.run(fanout.drop, late.id, made.ends + timedelta(days=2))
    await db.run(start, "open", meeting=made.id)
    assert await db.run(fanout.forget, NOW) == 0
    assert await db.run(fanout.forget, made.ends) == 1  # the weekly one, of no meeting
    assert await db.run(fanout.forget, made.ends + timedelta(days=1)) == 1
    kept = await db.read(fanout.of_meeting, "change", made.id)
    assert [one.key for one in kept] == ["invited", "late", "open"]


async def test_no_verb_walks_through_a_table(db: Database, statements: Statements) -> None:
    made = await db.run(plan)
    with statements.listening():
        one = await db.run(start, meeting=made.id)
        await db.run(fanout.due, "change", NOW)
        await db.run(fanout.of_meeting, "change", made.id)
        await db.run(fanout.advance, one.id, 3, 1, NOW)
        await db.run(fanout.forget, NOW)
    assert await statements.walks({"fanouts", "meetings", "invitations"}) == []
