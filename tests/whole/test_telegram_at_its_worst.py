"""Telegram at its worst, over real HTTP: nothing is lost, and one copy too many is the most."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from tests.stage import PATIENCE, TOKEN, Stage, trouble

SENDING = ["sendMessage", "editMessageText", "editMessageReplyMarkup"]


def everybody_types(people, *lines):
    for line in lines:
        for person in people:
            person.stage.emulated.text(person.id, line)


@pytest.mark.timeout(120)
async def test_a_storm_of_429_loses_nothing_and_doubles_nothing(tmp_path):
    async with Stage(tmp_path, limits={"on": True}) as stage:
        people = stage.crowd(40)
        bot = await stage.bot()
        storm = {"kind": "429", "rate": 0.3, "methods": SENDING, "retry_after": 1, "seed": 4}
        async with trouble(stage, storm):
            everybody_types(people, "/help")
            await stage.quiet(90)
        assert stage.emulated.tally.too_many > 5
        assert [len(person.sent()) for person in people] == [1] * len(people)
        assert await bot.stop() == 0


@pytest.mark.timeout(120)
async def test_after_seconds_of_502_everything_goes_out_once(stage):
    """Four seconds stand for sixty: they are longer than the one repeat that a message may have
    would last, and the pauses between probes have begun to grow."""
    people = stage.crowd(12)
    bot = await stage.bot()
    async with trouble(stage, {"kind": "502", "methods": [*SENDING, "getMe"]}):
        everybody_types(people, "/help")
        await asyncio.sleep(4)
    await stage.quiet()
    async with trouble(stage, {"kind": "502"}):
        everybody_types(people, "/help again")
        await asyncio.sleep(1)
    await stage.quiet()
    assert [len(person.sent()) for person in people] == [2] * len(people)
    assert stage.count("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0
    assert bot.lines("probe failed")
    assert await bot.stop() == 0


@pytest.mark.timeout(120)
async def test_502_on_sending_alone_spends_no_more_than_the_trials(stage):
    """The probe is answered, so a trial goes out each time: only those may end uncertain."""
    people = stage.crowd(12)
    bot = await stage.bot()
    async with trouble(stage, {"kind": "502", "methods": SENDING}):
        everybody_types(people, "/help")
        await asyncio.sleep(4)
    await stage.quiet()
    lost = [person for person in people if not person.sent()]
    assert len(lost) <= len(bot.lines("sending paused"))
    assert len(lost) < len(people) / 2
    assert max(len(person.sent()) for person in people) == 1
    assert await bot.stop() == 0


async def test_a_reset_after_acceptance_costs_one_copy_at_most(stage):
    people = stage.crowd(6)
    bot = await stage.bot()
    resets = [
        {"kind": "reset_after", "times": 1, "methods": ["sendMessage"], "chats": [person.id]}
        for person in people[:3]
    ]
    polls = {"kind": "reset_after", "times": 2, "methods": ["getUpdates"]}
    async with trouble(stage, *resets, polls):
        everybody_types(people, "/help", "/privacy")
        await stage.quiet()
    for person in people:
        said = person.sent()
        once = [text for place, text in enumerate(said) if text not in said[:place]]
        assert len(once) == 2
        assert said in (once, [once[0], *once], [*once, once[1]])
        assert len(said) <= 2 + (person in people[:3])
    assert sum(len(person.sent()) for person in people) > 2 * len(people), "nothing was repeated"
    assert await bot.stop() == 0


async def test_a_reset_before_anything_happened_loses_and_doubles_nothing(stage):
    people = stage.crowd(6)
    bot = await stage.bot()
    resets = [
        {"kind": "reset_before", "times": 1, "methods": ["sendMessage"], "chats": [person.id]}
        for person in people[:3]
    ]
    polls = {"kind": "reset_before", "times": 3, "methods": ["getUpdates"]}
    async with trouble(stage, *resets, polls):
        everybody_types(people, "/help", "/privacy")
        await stage.quiet()
    assert [len(person.sent()) for person in people] == [2] * len(people)
    assert await bot.stop() == 0


async def test_answers_that_are_no_json_and_updates_that_come_again(stage):
    people = stage.crowd(5)
    bot = await stage.bot()
    odd: list[dict[str, Any]] = [
        {"kind": "bad_json", "methods": ["getUpdates"], "rate": 0.3, "seed": 2},
        {"kind": "bad_json", "methods": ["sendMessage"], "times": 1},
        {"kind": "duplicate_update"},
        {"kind": "malformed_update", "rate": 0.2},
    ]
    async with trouble(stage, *odd):
        for number in range(5):
            everybody_types(people, f"/help {number}")
            await asyncio.sleep(0.2)
        await stage.quiet()
    counts = sorted(len(person.sent()) for person in people)
    assert counts in ([5] * 5, [5, 5, 5, 5, 6])
    assert await bot.stop() == 0


async def test_a_server_that_hangs_for_one_chat_keeps_no_other_waiting(stage):
    slow, *others = people = stage.crowd(10)
    bot = await stage.bot()
    hang = {
        "kind": "hang",
        "seconds": 4,
        "times": 1,
        "methods": ["sendMessage"],
        "chats": [slow.id],
    }
    async with trouble(stage, hang):
        began = time.monotonic()
        stage.emulated.text(slow.id, "/help")
        await stage.until(lambda: stage.emulated.faults.listed[0].met == 1)
        everybody_types(others, "/help")
        await stage.until(lambda: all(person.sent() for person in others), 4)
        assert time.monotonic() - began < 4
        assert not slow.sent()
        await stage.quiet()
    assert [len(person.sent()) for person in people] == [1] * 10
    assert await bot.stop() == 0


async def test_polls_that_hang_are_given_up_and_made_again(stage):
    noor = stage.somebody()
    bot = await stage.bot()
    async with trouble(
        stage, {"kind": "hang", "seconds": 1, "times": 2, "methods": ["getUpdates"]}
    ):
        stage.emulated.updates.call_waiting()
        await stage.until(lambda: stage.emulated.faults.listed[0].met > 0)
        stage.emulated.text(noor.id, "/help")
        await noor.hears_of("")
    assert await bot.stop() == 0


async def test_somebody_who_blocks_the_bot_in_mid_talk_can_come_back(stage):
    noor, yusuf = stage.crowd(2)
    bot = await stage.bot()
    await noor.types("/join", "Noor")
    stage.emulated.text(noor.id, "Utrecht")
    stage.emulated.block(noor.id)
    everybody_types([yusuf], "/help")
    await stage.quiet()
    assert len(yusuf.sent()) == 1
    assert stage.count(f"SELECT reachable FROM people WHERE chat = '{noor.chat}'") == 0
    assert (
        stage.count(f"SELECT count(*) FROM outbox WHERE chat = '{noor.chat}' AND state = 'waiting'")
        == 0
    )
    stage.emulated.unblock(noor.id)
    said = await noor.types("Vreeswijk")
    assert said
    assert stage.count(f"SELECT reachable FROM people WHERE chat = '{noor.chat}'") == 1
    assert await bot.stop() == 0


async def test_a_chat_that_is_gone_does_not_hold_up_another(stage):
    gone, yusuf = stage.crowd(2)
    bot = await stage.bot()
    everybody_types([gone], "/help", "/privacy")
    stage.emulated.deactivate(gone.id)
    unknown = {"id": 123_123, "type": "private"}
    message = {"message_id": 1, "chat": unknown, "from": {"id": 123_123}, "text": "/help"}
    stage.emulated.updates.add_raw({"message": message})
    everybody_types([yusuf], "/help")
    await stage.quiet()
    assert len(yusuf.sent()) == 1
    assert gone.sent() == []
    told = {chat for (chat,) in stage.look("SELECT chat FROM outbox WHERE state = 'unreachable'")}
    assert told == {gone.chat, "telegram:123123"}
    assert stage.count("SELECT count(*) FROM people WHERE reachable") == 1
    assert await bot.stop() == 0


async def test_a_second_poller_elsewhere_is_an_alarm_and_the_bot_goes_on(stage):
    noor = stage.somebody()
    bot = await stage.bot()
    async with aiohttp.ClientSession() as http:
        url = f"{stage.address}/bot{TOKEN}/getUpdates?timeout=1"
        end = time.monotonic() + PATIENCE
        while not bot.lines("cannot receive") and time.monotonic() < end:
            async with http.get(url) as answer:
                await answer.read()
    [alarm] = bot.lines("cannot receive")
    assert "ERROR" in alarm
    assert "Contested" in alarm
    assert await noor.types("/help")
    assert len(bot.lines("channel answers again")) == 1
    assert await bot.stop() == 0
