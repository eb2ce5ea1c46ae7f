"""How the bot is doing: counted right, and fast however much there is."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, text, update

from storage import halts, health, inbox, outbox, settings, tables
from storage.health import MOST
from storage.outbox import Kind, Lane, Promise
from tests.storage.planning import NOW, crowd

GROWING = {"inbox", "outbox", "people"}


def promised(tx, key, minutes, *, lane=Lane.NOTICE, state="waiting", created=NOW, kind=Kind.SEND):
    due = NOW + timedelta(minutes=minutes)
    outbox.promise(tx, Promise(key, f"telegram:{key}", "r", {}, due, lane=lane), created)
    row = tables.outbox.c.key == key
    tx.execute(update(tables.outbox).where(row).values(state=state, kind=kind))


async def test_what_waits_is_counted_by_lane(db):
    for key, minutes in (("a", -3), ("b", -9), ("c", 5)):
        await db.run(promised, key, minutes)
    await db.run(promised, "d", -1, lane=Lane.BULK)
    await db.run(promised, "e", -1, state="sending")
    await db.run(promised, "f", -60, state="sent")
    found = await db.read(health.look, NOW)
    assert [(q.lane, q.due, q.later) for q in found.queues] == [
        ("reply", 0, 0), ("notice", 2, 1), ("bulk", 1, 0), ("paid", 0, 0)
    ]  # fmt: skip
    assert found.queues[0].oldest is None
    assert found.queues[1].oldest == NOW - timedelta(minutes=9)
    assert found.sending == 1


@pytest.mark.parametrize("state", health.FAILED)
async def test_failures_of_the_last_day_are_counted(db, state):
    await db.run(promised, "a", 0, state=state, created=NOW - timedelta(hours=23))
    await db.run(promised, "b", 0, state=state, created=NOW - timedelta(hours=25))
    found = (await db.read(health.look, NOW)).failed
    assert dict(found) == dict.fromkeys(health.FAILED, 0) | {state: 1}


async def test_what_is_too_old_to_be_deleted_is_no_failure(db):
    await db.run(promised, "a", 0, state="refused", kind=Kind.DELETE)
    await db.run(promised, "b", 0, state="unreachable", kind=Kind.DELETE)
    found = (await db.read(health.look, NOW)).failed
    assert dict(found) == {"refused": 0, "unreachable": 1, "uncertain": 0}


async def test_everything_else_is_counted(db):
    everybody = await db.run(crowd, 3)
    await db.run(
        lambda tx: tx.execute(
            update(tables.people).where(tables.people.c.id == everybody[0]).values(state="member")
        )
    )
    kept = await db.run(inbox.keep, "telegram:2", "telegram:5", "{}", "ValueError", NOW)
    await db.run(inbox.set_aside, kept.row, "ValueError")
    await db.run(halts.keep, "telegram:5", NOW + timedelta(minutes=1))
    await db.run(halts.keep, "telegram:6", NOW - timedelta(minutes=1))
    await db.run(settings.put, "vitals", {"last_poll": None})
    found = await db.read(health.look, NOW)
    assert (found.people, found.members, found.set_aside, found.halted) == (3, 1, 1, 1)
    assert found.vitals == {"last_poll": None}
    assert found.size > 10_000


async def test_nothing_was_written_down_yet(db):
    assert (await db.read(health.look, NOW)).vitals is None


async def test_counting_ends_one_past_the_most(db):
    def many(tx):
        rows = [
            {"key": f"k{n}", "chat": "c", "state": "set_aside", "received": NOW}
            for n in range(MOST + 5)
        ]
        tx.execute(insert(tables.inbox), rows)

    await db.run(many)
    assert (await db.read(health.look, NOW)).set_aside == MOST + 1


async def test_no_look_walks_through_a_table(db, statements):
    with statements.listening():
        await db.run(health.look, NOW)
    assert len(statements.seen) > 10
    assert await statements.walks(GROWING) == []


async def test_every_rare_state_has_its_index(db, statements):
    with statements.listening():
        await db.run(health.look, NOW)

    def plans(tx):
        if tx.postgres:
            tx.execute(text("SET LOCAL enable_seqscan = off"))
            tx.execute(text("SET LOCAL enable_bitmapscan = off"))
        explain = "EXPLAIN" if tx.postgres else "EXPLAIN QUERY PLAN"
        driver = tx.connection.exec_driver_sql
        seen = statements.seen.items()
        return "".join(str(driver(f"{explain} {asked}", given).all()) for asked, given in seen)

    found = await db.run(plans)
    for name in (
        "outbox_waiting",
        "outbox_sending",
        "outbox_failed",
        "inbox_set_aside",
        "people_members",
    ):
        assert f"ix_{name}" in found
