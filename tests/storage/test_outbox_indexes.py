"""No verb of the inbox and the outbox walks through a table that grows."""

from datetime import UTC, datetime

import pytest

from storage import Database, claims, delivery, inbox, outbox, said, templates
from storage.claims import Claim
from storage.outbox import Draft, Kind, Lane, Promise, State
from tests.storage.statements import Statements

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
CHAT = "telegram:5"
GROWING = {"inbox", "outbox", "conversations", "templates"}


@pytest.fixture
async def db(sqlite_url):
    """PostgreSQL would rather walk the few rows that are being sent than look one up by number."""
    database = await Database.open(sqlite_url, migrate=False)
    yield database
    await database.close()


def render(_tx, _name, arguments):
    return {"text": arguments["text"]}


async def every_inbox_verb(db):
    await db.run(inbox.first_sight, "telegram:1", CHAT, NOW)
    kept = await db.run(inbox.keep, "telegram:2", CHAT, "{}", "ValueError", NOW)
    await db.run(inbox.begin, kept.row)
    await db.run(inbox.fail, kept.row, "ValueError", NOW)
    await db.run(inbox.finish, kept.row)
    await db.run(inbox.set_aside, kept.row, "ValueError")
    await db.run(inbox.forget, NOW)
    await db.run(inbox.forget_chat, CHAT)


async def every_outbox_verb(db):
    drafts = (Draft(CHAT, {"text": "a"}, asks=True), Draft(CHAT, {"text": "b"}, edits=1))
    for number, draft in enumerate(drafts):
        rows = await db.run(outbox.reply, number, [draft], owner="me", real_now=NOW, now=NOW)
        await db.run(delivery.doubt, [rows[0].id])
    await db.run(outbox.promise, Promise("a", CHAT, "r", {"text": "c"}, NOW), NOW)
    changes = [
        Promise(f"{kind}:{lane}", CHAT, "r", {"text": "d", "template": "t"}, NOW, lane=lane,
                edits=1, kind=kind)
        for lane in (Lane.NOTICE, Lane.BULK) for kind in (Kind.EDIT, Kind.DELETE)
    ]  # fmt: skip
    await db.run(outbox.promise_all, changes, NOW)
    await db.run(templates.put, "t", {"text": "d"})
    for lane in Lane:
        for busy in ((), {"telegram:6"}):
            await db.run(claims.claim, Claim("me", lane, 3, busy, NOW, NOW), render)
    await db.run(delivery.record_sent, [{"row": 1, "message": "7", "at": NOW}])
    await db.run(delivery.put_back, [2])
    await db.run(delivery.settle, 2, State.REFUSED)
    await db.run(delivery.expire, NOW)
    await db.run(delivery.move_chat, CHAT, "telegram:6")
    await db.run(delivery.forget, NOW)
    await db.run(outbox.cancel_for_chat, CHAT)
    await db.run(outbox.renew, CHAT, NOW)
    await db.run(outbox.release, CHAT, NOW)
    await db.read(said.message_about, CHAT, "7")
    await db.read(said.recent, CHAT, 4)
    await db.read(claims.lanes_due, NOW, NOW)
    await db.read(claims.next_due, NOW)
    await db.read(templates.get_many, {"t"})
    await db.run(templates.drop, ["t"])


async def test_no_verb_of_the_inbox_walks_through_a_table(db):
    heard = Statements(db)
    with heard.listening():
        await every_inbox_verb(db)
    assert await heard.walks(GROWING) == []


async def test_no_verb_of_the_outbox_walks_through_a_table(db):
    heard = Statements(db)
    with heard.listening():
        await every_outbox_verb(db)
    assert await heard.walks(GROWING) == []


async def test_the_end_of_a_talk_finds_what_it_put_off_without_all_else_of_the_chat(db):
    heard = Statements(db)
    with heard.listening():
        await db.run(outbox.release, CHAT, NOW)
    [(statement, given)] = heard.seen.items()
    plan = await db.run(
        lambda tx: tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    )
    assert "ix_outbox_put_off" in plan[0].detail
