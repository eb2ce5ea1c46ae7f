"""Receiving, through an emulator over real HTTP: mistakes, kills, orders and bad updates."""

import asyncio
import json
import random
import sqlite3
from typing import Any

import pytest

from bot.channels.telegram import Telegram
from storage import inbox
from tests.station import NOOR, YUSUF, at_work, station


@pytest.fixture
async def bot(tmp_path):
    async with station(tmp_path) as it:
        it.begin()
        yield it


async def remembered(bot, text, tries):
    """An update that waits after so many tries, each of which ended without a word."""
    chat = {"id": NOOR, "type": "private"}
    raw = json.dumps({"message": {"message_id": 1, "text": text, "chat": chat}})
    now = bot.clock.real()
    row = await bot.db.run(inbox.remember, "telegram:7", f"telegram:{NOOR}", raw, now)
    assert row is not None
    for _ in range(tries):
        await bot.db.run(inbox.begin, row)


async def test_a_turn_is_applied_and_answered(bot):
    bot.world.text(NOOR, "dag")
    await bot.until(lambda: bot.heard() == ["echo dag"])
    [row] = await bot.inbox()
    assert (row.state, row.raw) == ("done", None)


async def test_the_turns_of_a_chat_stay_in_order(bot):
    texts = [str(number) for number in range(30)]
    for text in texts:
        bot.world.text(NOOR, text)
    await bot.until(lambda: len(bot.heard()) == 30)
    assert bot.heard() == [f"echo {text}" for text in texts]


async def test_an_update_that_comes_twice_is_applied_once(bot):
    bot.world.faults.replace([{"kind": "duplicate_update"}])
    for number in range(5):
        bot.world.text(NOOR, str(number))
        await bot.until(lambda n=number: f"echo {n}" in bot.heard())
    bot.world.faults.replace([])
    bot.world.text(NOOR, "last")
    await bot.until(lambda: "echo last" in bot.heard())
    assert bot.heard() == ["echo 0", "echo 1", "echo 2", "echo 3", "echo 4", "echo last"]


async def test_a_press_is_answered_with_its_text(bot):
    bot.world.text(NOOR, "ask")
    await bot.until(lambda: bot.heard() == ["echo ask"])
    asked = bot.world.messages(NOOR)[-1]
    answers: list[Any] = []
    bot.world.on_event(lambda told: answers.append(told.get("text")))
    bot.world.press(NOOR, asked["message_id"], "yes")
    await bot.until(lambda: "Goed!" in answers)
    await bot.until(lambda: bot.heard() == ["echo ask", "echo yes"])


async def test_a_turn_that_fails_is_tried_again_and_its_chat_waits(bot):
    bot.world.text(NOOR, "bug 1")
    bot.world.text(NOOR, "after")
    bot.world.text(YUSUF, "other")
    await bot.until(lambda: bot.heard(YUSUF) == ["echo other"], 0.9)
    assert bot.heard(NOOR) == []
    await bot.until(lambda: bot.heard(NOOR) == ["echo bug 1", "echo after"])
    assert bot.turns.count("bug 1") == 2
    assert [row.state for row in await bot.inbox()] == ["done"] * 3


async def test_after_three_failed_turns_the_update_is_set_aside_with_one_apology(tmp_path):
    async with station(tmp_path) as bot:
        await remembered(bot, "bug", tries=2)
        bot.begin()
        bot.world.text(NOOR, "after")
        await bot.until(lambda: bot.heard() == ["sorry", "echo after"])
        first, second = await bot.inbox()
        assert (first.state, first.tries, second.state) == ("set_aside", 3, "done")
        assert "ValueError" in first.error
        assert "mistake" not in first.error


async def test_what_is_no_exception_does_not_stop_the_bot(bot):
    bot.world.text(NOOR, "leak")
    bot.world.text(YUSUF, "dag")
    await bot.until(lambda: bot.heard(YUSUF) == ["echo dag"])
    await bot.until(lambda: bot.receiver.health()["chats_waiting"] == 1)


async def test_nothing_is_confirmed_while_the_database_is_locked(bot, tmp_path):
    other = sqlite3.connect(tmp_path / "station.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        bot.world.text(NOOR, "dag")
        await bot.until(lambda: bot.receiver.health()["database_fails"], 20)
        assert len(bot.world.updates.pending) == 1
    finally:
        other.execute("ROLLBACK")
        other.close()
    await bot.until(lambda: bot.heard() == ["echo dag"])
    [row] = await bot.inbox()
    assert (row.state, row.tries) == ("done", 0)
    await bot.until(lambda: not bot.world.updates.pending)


async def test_an_update_of_a_process_that_was_killed_is_tried_with_its_count_on_disk(tmp_path):
    async with station(tmp_path) as killed:
        assert await killed.db.run(inbox.open_receiver)
        async with at_work(killed.world, killed.address, killed.db) as next_one:
            next_one.world.text(NOOR, "dag")
            next_one.begin()
            await next_one.until(lambda: next_one.heard() == ["echo dag"])
            [row] = await next_one.inbox()
            assert (row.state, row.tries) == ("done", 1)
        assert await killed.db.run(inbox.open_receiver), "the second one stopped in order"


async def test_an_update_that_kills_the_process_three_times_is_set_aside(tmp_path):
    async with station(tmp_path) as bot:
        await remembered(bot, "poison", tries=3)
        bot.begin()
        await bot.until(lambda: bot.heard() == ["sorry"])
        assert "poison" not in bot.turns


async def test_what_cannot_be_read_is_set_aside_with_one_apology(bot):
    chat = {"id": NOOR, "type": "private"}
    for number in range(3):
        bot.world.updates.add_raw({"message": {"message_id": number, "chat": chat, "text": 5}})
    bot.world.text(NOOR, "dag")
    await bot.until(lambda: set(bot.heard()) == {"sorry", "echo dag"})
    assert bot.heard().count("sorry") == 1
    assert [row.state for row in await bot.inbox()].count("set_aside") == 3


async def test_a_second_poller_is_an_alarm_and_not_the_end(bot, caplog):
    await bot.until(lambda: bot.world.tally.last_get_updates is not None)
    await asyncio.sleep(0.2)
    async with Telegram(bot.world.token, api_url=bot.address) as other:
        asking = asyncio.create_task(other.updates(2))
        await bot.until(lambda: bot.receiver.last_error == "Contested")
        await asyncio.gather(asking, return_exceptions=True)
    bot.world.text(NOOR, "dag")
    await bot.until(lambda: bot.heard() == ["echo dag"])
    assert "cannot receive" in caplog.text


async def test_a_group_that_moves_keeps_what_waits_for_it(bot):
    now = bot.clock.now()
    await bot.promises(-100, "later", due=now.replace(year=now.year + 1))
    told = {"message_id": 1, "chat": {"id": -100, "type": "group"}, "migrate_to_chat_id": -1009}
    bot.world.updates.add_raw({"message": told})
    async with asyncio.timeout(5):
        while (await bot.rows())[0].chat != "telegram:-1009":
            await asyncio.sleep(0.02)


async def test_stopping_ends_within_moments_and_loses_nothing(tmp_path):
    async with station(tmp_path) as bot:
        bot.begin()
        for number in range(40):
            bot.world.text(NOOR, str(number))
        await bot.until(lambda: len(bot.turns) > 0)
        await bot.end()
        async with at_work(bot.world, bot.address, bot.db) as next_one:
            next_one.begin()
            await next_one.until(lambda: len(next_one.heard()) == 40)
            assert next_one.heard() == [f"echo {number}" for number in range(40)]


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1e308,
    "x",
    [],
    {},
    [[]],
    {"id": {}},
    "\ud800",
    "\0",
)


def mutated(dice, value):
    """The same with one thing in it changed or missing."""
    copy = json.loads(json.dumps(value))
    place, key = copy, None
    while isinstance(place, dict) and place:
        key = dice.choice(list(place))
        if not isinstance(place[key], dict) or dice.random() < 0.3:
            break
        place = place[key]
    if isinstance(place, dict) and key is not None:
        if dice.random() < 0.2:
            del place[key]
        else:
            place[key] = dice.choice(ODD)
    return copy


async def test_mutated_updates_neither_stop_nor_delay_the_healthy_ones(bot):
    dice = random.Random(5)
    person = {"id": YUSUF, "is_bot": False, "first_name": "Y", "language_code": "nl"}
    chat = {"id": YUSUF, "type": "private", "first_name": "Y"}
    message = {"message_id": 5, "from": person, "chat": chat, "date": 1, "text": "dag"}
    kinds = [
        {"message": message},
        {"edited_message": message},
        {"callback_query": {"id": "1", "from": person, "message": message, "data": "yes"}},
        {"my_chat_member": {"chat": chat, "from": person, "new_chat_member": {"status": "member"}}},
    ]
    for number in range(300):
        odd = mutated(dice, dice.choice(kinds))
        if dice.random() < 0.2:
            odd["update_id"] = dice.choice(ODD)
        bot.world.updates.add_raw(odd)
        if number % 30 == 0:
            bot.world.updates.add_text(
                dice.choice(['{"a": %s}' % ("9" * 5000), "[" * 3000 + "]" * 3000, "{no json", "7"])
            )
            bot.world.text(NOOR, str(number))
    await bot.until(lambda: len(bot.heard(NOOR)) == 10, 20)
    await bot.until(lambda: not bot.world.updates.pending, 20)
    bot.world.text(NOOR, "still here")
    await bot.until(lambda: "echo still here" in bot.heard(NOOR))
