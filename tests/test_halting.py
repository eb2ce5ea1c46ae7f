"""What a 429 halts, and what tells whether it is meant for a chat or for the bot."""

import asyncio
import math

from sqlalchemy import select

from bot.halting import Halts
from storage import tables
from storage.halts import ALL, REPLIES
from storage.outbox import Lane
from tests.station import station


def refused(halts, chat, begun, now, lane=Lane.REPLY):
    return halts.refused(chat, lane, 10.0, begun=begun, now=now)


def in_doubt():
    """Halts after the 429 of two chats, at 100."""
    halts = Halts()
    refused(halts, "a", 99.9, 100.0, Lane.BULK)
    refused(halts, "b", 99.9, 100.0, Lane.BULK)
    return halts


def test_halts_end_and_are_forgotten():
    halts = Halts()
    halts.put("a", 110.0, 100.0)
    halts.put("a", 105.0, 100.0)
    assert halts.left("a", Lane.REPLY, 106.0) == 4.0
    assert halts.left("b", Lane.REPLY, 106.0) == 0
    halts.put(ALL, 120.0, 100.0)
    assert halts.left("b", Lane.BULK, 106.0) == 14.0
    assert halts.on(115.0) == {ALL}
    assert halts.left_of_all(Lane.BULK, 121.0) == 0


def test_the_first_429_halts_its_chat_and_the_second_chats_all_but_replies():
    halts = Halts()
    assert refused(halts, "a", 99.9, 100.0) == ["a"]
    assert not halts.in_doubt
    assert refused(halts, "b", 99.9, 100.0) == ["b", ALL]
    assert halts.in_doubt
    assert halts.left("c", Lane.BULK, 101.0) == halts.left("c", Lane.NOTICE, 101.0) == 9.0
    assert halts.left("c", Lane.REPLY, 101.0) == 0.0
    assert halts.left("a", Lane.REPLY, 101.0) == halts.left("b", Lane.REPLY, 101.0) == 9.0


def test_a_reply_that_goes_through_shows_that_the_limit_is_not_of_all():
    halts = in_doubt()
    halts.accepted(begun=99.9)
    assert halts.in_doubt, "that one was begun before"
    halts.accepted(begun=100.1)
    assert not halts.in_doubt
    assert halts.left("c", Lane.BULK, 101.0) == 9.0
    assert refused(halts, "c", 100.5, 101.0) == ["c", ALL]
    assert halts.left("d", Lane.REPLY, 101.0) == 0.0


def test_replies_to_two_chats_that_are_turned_down_too_halt_replies():
    halts = in_doubt()
    assert refused(halts, "c", 99.9, 100.1) == ["c", ALL], "that one was begun before"
    assert refused(halts, "d", 100.2, 101.0) == ["d", ALL]
    assert halts.left("e", Lane.REPLY, 101.1) == 0.0
    assert refused(halts, "e", 101.1, 101.2) == ["e", ALL, REPLIES]
    assert halts.left("f", Lane.REPLY, 102.2) == 9.0


def test_a_reply_that_is_turned_down_again_and_again_halts_no_other():
    halts = in_doubt()
    for now in (101.0, 112.0, 123.0):
        assert refused(halts, "d", now - 0.1, now) == ["d", ALL]
    halts.accepted(begun=124.0)
    halts.put(ALL, 140.0, 130.0)
    assert refused(halts, "e", 130.1, 130.2) == ["e", ALL], "the others were forgotten"


def test_the_doubt_outlives_the_halt_until_something_goes_through():
    halts = in_doubt()
    assert halts.on(111.0) == set()
    assert halts.in_doubt
    assert refused(halts, "c", 111.0, 111.1, Lane.BULK) == ["c", ALL]


def halted(tx):
    """What was halted, also when that is over."""
    return set(tx.execute(select(tables.halts.c.scope)).scalars())


async def promised(bot, count):
    """So many people who are to get an announcement."""
    people = [bot.world.add_person(f"P{number}", started=True).id for number in range(count)]
    for number, person in enumerate(people):
        await bot.promises(person, f"news {number}", lane=Lane.BULK)
    return people


async def talks(bot, seconds):
    """Replies to ten others, one each 100 ms; how long each took, those that never came too."""
    others = [bot.world.add_person(f"O{number}", started=True).id for number in range(10)]
    time = asyncio.get_running_loop().time
    asked: dict[str, float] = {}
    took: dict[str, float] = {}

    def seen(event):
        text = event.get("message", {}).get("text", "")
        if text in asked and text not in took:
            took[text] = time() - asked[text]

    bot.world.on_event(seen)
    until = time() + seconds
    while time() < until:
        text = f"reply {len(asked)}"
        asked[text] = time()
        await bot.says(others[len(asked) % 10], text)
        await asyncio.sleep(0.1)
    return [took.get(text, math.inf) for text in asked]


async def test_replies_go_on_while_a_third_of_an_announcement_meets_429(tmp_path):
    async with station(tmp_path, limits=True) as bot:
        people = await promised(bot, 100)
        storm = {"kind": "429", "rate": 0.3, "seed": 3, "chats": people, "retry_after": 1}
        bot.world.faults.replace([storm])
        bot.begin()
        waits = sorted(await talks(bot, 4))
        assert bot.sender._courier.counts["later"] > 5
        await bot.sender.flush()
        assert ALL in await bot.db.read(halted), "nothing was halted"
        assert waits[math.ceil(0.95 * len(waits)) - 1] < 1


async def test_a_limit_of_all_is_tried_a_handful_of_times(tmp_path):
    async with station(tmp_path, limits=True) as bot:
        await promised(bot, 25)
        bot.begin()
        await bot.until(lambda: len(bot.delivered()) >= 5)
        bot.world.faults.replace([{"kind": "429", "retry_after": 3, "methods": ["sendMessage"]}])
        talking = asyncio.create_task(talks(bot, 1.8))
        await asyncio.sleep(1.8)
        assert 2 <= bot.world.faults.listed[0].met <= 9
        bot.world.faults.replace([])
        await talking
        count = len(await bot.rows())
        await bot.until(lambda: len(bot.delivered()) == count, 15)
        assert bot.world.limits.refused == 0, "too fast"


async def test_after_a_halt_of_all_one_message_goes_ahead(tmp_path):
    async with station(tmp_path, limits=True) as bot:
        await promised(bot, 40)
        bot.world.faults.replace([{"kind": "429", "retry_after": 1, "methods": ["sendMessage"]}])
        bot.begin()
        await bot.until(lambda: bot.sender._courier.counts["later"] >= 2)
        await asyncio.sleep(0.3)
        before = bot.world.faults.listed[0].met
        await asyncio.sleep(2.5)
        assert 1 <= bot.world.faults.listed[0].met - before <= 3
