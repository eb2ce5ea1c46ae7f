"""Statements handed straight to SQLite do what SQLAlchemy would have done with them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import String, bindparam, cast, event, insert, select, update

from storage import Database, tables
from storage.direct import Direct
from storage.errors import Unavailable
from storage.sqlite import SqliteStore

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
BOX = tables.outbox
ADD = Direct(
    insert(BOX).values(lane="reply").returning(BOX.c.id, BOX.c.content), BOX.c.id, BOX.c.content
)
LOOK = Direct(
    select(BOX.c.lane, BOX.c.content, BOX.c.due, BOX.c.lease).where(BOX.c.id == bindparam("row")),
    BOX.c.lane, BOX.c.content, BOX.c.due, BOX.c.lease,
    reads=True,
)  # fmt: skip
SET = Direct(update(BOX).where(BOX.c.id == bindparam("row")).values(content=bindparam("content")))


def row(key="k"):
    return {
        "key": key, "chat": "telegram:1", "repeat": "repeatable", "kind": "send",
        "state": "waiting", "due": NOW, "created": NOW, "content": {"text": "é\u202e"},
    }  # fmt: skip


def add_and_look(tx: Any) -> Any:
    added: Any = ADD.first(tx, row())
    SET.first(tx, {"row": added[0], "content": {"text": "new"}})
    seen: Any = LOOK.first(tx, {"row": added[0]})
    return list(added), list(seen), tx.writes


async def test_values_are_sent_and_read_as_their_types_say(db: Database):
    [id_, content], seen, writes = await db.run(add_and_look)
    assert (id_, content) == (1, {"text": "é\u202e"})
    assert seen == ["reply", {"text": "new"}, NOW, None]
    assert writes == 2


async def test_who_listens_to_statements_hears_these_too(sqlite_url):
    database = await Database.open(sqlite_url, migrate=False)
    assert isinstance(database.store, SqliteStore)
    assert database.store.writer.groups is not None
    heard = []
    event.listen(
        database.store.writer.groups.engine, "before_cursor_execute", lambda *a: heard.append(a[2])
    )
    assert (await database.run(add_and_look))[1][1] == {"text": "new"}
    assert [sql.split()[0] for sql in heard] == ["INSERT", "UPDATE", "SELECT"]
    await database.close()


async def test_nothing_found_is_none(db: Database):
    assert await db.run(LOOK.first, {"row": 99}) is None


async def test_a_unit_that_fails_leaves_nothing_of_them(db: Database):
    def fails(tx):
        add_and_look(tx)
        raise KeyError

    with pytest.raises(KeyError):
        await db.run(fails)
    assert await db.run(LOOK.first, {"row": 1}) is None


async def test_a_mistake_tells_no_value(db: Database):
    def twice(tx):
        ADD.first(tx, row("secret words"))
        ADD.first(tx, row("secret words"))

    with pytest.raises(Exception, match=r"(?i)unique") as caught:
        await db.run(twice)
    assert "secret words" not in str(caught.value)


async def test_the_databases_own_trouble_is_told_as_such(sqlite_url):
    database = await Database.open(sqlite_url, migrate=False)

    def full(tx):
        tx.connection.exec_driver_sql("PRAGMA max_page_count = 1")
        for number in range(100):
            ADD.first(tx, row(str(number)) | {"content": {"text": "x" * 4000}})

    with pytest.raises(Unavailable, match="full"):
        await database.run(full)
    await database.close()


async def test_all_rows_are_read_in_their_order_each_by_its_types(db: Database):
    both = Direct(
        select(BOX.c.key, BOX.c.content, BOX.c.due)
        .where(BOX.c.chat == bindparam("chat"))
        .order_by(BOX.c.id),
        BOX.c.key, BOX.c.content, BOX.c.due,
        reads=True,
    )  # fmt: skip

    def fill_and_look(tx):
        found = [[list(one) for one in both.all(tx, {"chat": "telegram:1"})]]
        for key in ("b", "a"):
            ADD.first(tx, row(key))
        found.append([list(one) for one in both.all(tx, {"chat": "telegram:1"})])
        return found

    none, two = await db.run(fill_and_look)
    assert none == []
    assert two == [[key, {"text": "é\u202e"}, NOW] for key in ("b", "a")]


async def test_none_is_sent_as_its_type_says(db: Database):
    def usual(tx):
        added = row("usual") | {"content": None, "lane": "reply"}
        return tx.execute(insert(BOX).values(added).returning(BOX.c.id))

    def both(tx):
        direct = ADD.first(tx, row("direct") | {"content": None})
        assert direct is not None
        ids = [usual(tx).scalar(), direct[0]]
        kept = select(cast(BOX.c.content, String)).where(BOX.c.id.in_(ids)).order_by(BOX.c.id)
        return list(tx.execute(kept).scalars())

    usual_way, straight = await db.run(both)
    assert usual_way == straight
