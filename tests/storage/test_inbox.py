"""The inbox on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storage import inbox, tables

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
CHAT = "telegram:5"


async def rows(db):
    return await db.read(
        lambda tx: list(tx.execute(select(tables.inbox).order_by(tables.inbox.c.id)))
    )


async def test_an_update_is_seen_once(db):
    first = await db.run(inbox.first_sight, "telegram:1", CHAT, NOW)
    assert first is not None
    assert await db.run(inbox.first_sight, "telegram:1", CHAT, NOW) is None
    assert await db.run(inbox.remember, "telegram:1", CHAT, "{}", NOW) is None
    assert await db.run(inbox.first_sight, "telegram:2", None, NOW) != first


async def test_tries_come_at_once_after_one_second_and_after_ten(db):
    kept = await db.run(inbox.keep, "telegram:1", CHAT, "{}", "ValueError", NOW)
    assert (kept.tries, kept.not_before, kept.set_aside) == (1, NOW + timedelta(seconds=1), False)
    assert await db.run(inbox.begin, kept.row) == 2
    kept = await db.run(inbox.fail, kept.row, "ValueError", NOW)
    assert (kept.tries, kept.not_before) == (2, NOW + timedelta(seconds=10))
    assert await db.run(inbox.begin, kept.row) == 3
    kept = await db.run(inbox.fail, kept.row, "ValueError", NOW)
    assert kept.set_aside
    [row] = await rows(db)
    assert (row.state, row.error, row.raw) == ("set_aside", "ValueError", "{}")
    assert await db.run(inbox.begin, kept.row) is None
    assert await db.read(inbox.set_aside_count) == 1


async def test_an_update_that_is_applied_keeps_nothing_of_what_it_said(db):
    row = await db.run(inbox.remember, "telegram:1", CHAT, "{}", NOW)
    assert await db.run(inbox.finish, row)
    assert not await db.run(inbox.finish, row)
    [found] = await rows(db)
    assert (found.state, found.raw) == ("done", None)


async def test_only_the_first_of_each_chat_waits_for_its_try(db):
    for number, chat in enumerate((CHAT, CHAT, "telegram:6")):
        await db.run(inbox.remember, f"telegram:{number}", chat, str(number), NOW)
    assert [row.raw for row in await db.read(inbox.waiting)] == ["0", "2"]


async def test_it_is_known_whether_the_last_process_stopped_in_order(db):
    assert await db.run(inbox.open_receiver)
    assert not await db.run(inbox.open_receiver)
    await db.run(inbox.close_receiver)
    assert await db.run(inbox.open_receiver)


async def test_old_rows_are_forgotten_in_pages_but_not_what_waits(db):
    for number in range(5):
        await db.run(inbox.first_sight, f"telegram:{number}", CHAT, NOW)
    await db.run(inbox.remember, "telegram:9", CHAT, "{}", NOW)
    later = NOW + timedelta(days=14)
    assert await db.run(inbox.forget, NOW, 3) == 0
    assert await db.run(inbox.forget, later, 3) == 3
    assert await db.run(inbox.forget, later, 3) == 2
    assert [row.state for row in await rows(db)] == ["waiting"]


async def test_what_a_chat_said_is_forgotten_but_not_that_it_was_seen(db):
    row = await db.run(inbox.remember, "telegram:1", CHAT, "secret", NOW)
    await db.run(inbox.set_aside, row, "ValueError")
    assert await db.run(inbox.forget_chat, CHAT) == 1
    [found] = await rows(db)
    assert (found.state, found.raw, found.chat) == ("done", None, None)
    assert await db.run(inbox.first_sight, "telegram:1", CHAT, NOW) is None


async def test_a_row_is_never_numbered_like_one_that_was_forgotten(db):
    """Replies are named after the row, and live longer than it does."""
    before = await db.run(inbox.first_sight, "telegram:1", CHAT, NOW)
    assert await db.run(inbox.forget, NOW + timedelta(days=1)) == 1
    assert await db.run(inbox.first_sight, "telegram:2", CHAT, NOW) > before
