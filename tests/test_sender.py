"""Sending, through an emulator over real HTTP, with its faults."""

import asyncio
from datetime import timedelta

import pytest

from bot.dialogue.messages import Attachment, Button, Message, dump
from storage import halts
from storage.outbox import Draft, Lane, Repeat
from tests.station import NOOR, YUSUF, at_work, chat_of, station


@pytest.fixture
async def bot(tmp_path):
    async with station(tmp_path) as it:
        it.begin()
        yield it


def faults(bot, *described):
    bot.world.faults.replace(list(described))


async def test_a_reply_goes_from_memory_and_is_recorded(bot):
    await bot.says(NOOR, "dag")
    await bot.until(lambda: bot.heard() == ["dag"])
    await bot.states()
    [row] = await bot.rows()
    message = bot.world.messages(NOOR)[-1]["message_id"]
    assert (row.state, row.tries, row.message_id) == ("sent", 1, str(message))
    assert row.owner is None
    assert row.lease is None


async def test_replies_of_one_chat_keep_their_order(bot):
    faults(bot, {"kind": "delay", "seconds": 0.2, "times": 1, "methods": ["sendMessage"]})
    texts = [str(number) for number in range(20)]
    await bot.says(NOOR, *texts)
    await bot.until(lambda: len(bot.heard()) == 20)
    assert bot.heard() == texts


async def test_another_chat_does_not_wait_for_a_slow_one(bot):
    faults(bot, {"kind": "hang", "seconds": 1.5, "chats": [NOOR], "methods": ["sendMessage"]})
    await bot.says(NOOR, "slow")
    await bot.says(YUSUF, "quick")
    await bot.until(lambda: bot.heard(YUSUF) == ["quick"], 1.0)
    assert bot.heard(NOOR) == []


async def test_an_edit_waits_for_the_message_that_it_changes(bot):
    faults(bot, {"kind": "delay", "seconds": 0.3, "times": 1, "methods": ["sendMessage"]})
    [question] = await bot.says(NOOR, "one?", rows=((Button("Ja", "yes"),),))
    chat = chat_of(NOOR)
    await bot.gives([Draft(chat, dump(Message("one: yes")), edits=question.id)])
    await bot.until(lambda: bot.heard() == ["one: yes"])
    assert await bot.states() == ["sent", "sent"]
    assert "reply_markup" not in bot.world.messages(NOOR)[-1]


async def test_waiting_edits_of_a_message_collapse_into_the_newest(bot):
    [question] = await bot.says(NOOR, "tick")
    await bot.until(lambda: bot.heard() == ["tick"])
    faults(bot, {"kind": "delay", "seconds": 0.3, "times": 1})
    edits = [Draft(chat_of(NOOR), dump(Message(f"tick {n}")), edits=question.id) for n in "1234"]
    await bot.gives(edits)
    await bot.until(lambda: bot.heard() == ["tick 4"])
    assert bot.delivered() == ["tick", "tick 4"]
    assert await bot.states() == ["sent", "cancelled", "cancelled", "cancelled", "sent"]


async def test_an_edit_without_change_is_done(bot):
    [question] = await bot.says(NOOR, "same")
    await bot.gives([Draft(chat_of(NOOR), dump(Message("same")), edits=question.id)])
    await bot.until(lambda: bot.world.tally.calls["editMessageText"] == 1)
    assert await bot.states() == ["sent", "sent"]


async def test_an_edit_of_a_message_that_was_refused_is_cancelled(bot):
    [question] = await bot.says(NOOR, "x" * 5000)
    await bot.gives([Draft(chat_of(NOOR), dump(Message("shorter")), edits=question.id)])
    await bot.says(NOOR, "next")
    await bot.until(lambda: bot.heard() == ["next"])
    assert await bot.states() == ["refused", "cancelled", "sent"]


async def test_a_file_is_made_and_sent(bot):
    made = Attachment("document", "alles.txt", "picture", {"size": 10})
    await bot.says(NOOR, "hier", attachment=made)
    await bot.until(lambda: bot.heard() == ["hier"])
    document = bot.world.messages(NOOR)[-1]["document"]
    assert (document["file_name"], document["file_size"]) == ("alles.txt", 10)
    assert bot.world.tally.calls["sendChatAction"] == 1


async def test_a_lost_answer_costs_one_copy_at_most(bot):
    faults(bot, {"kind": "reset_after", "times": 1, "methods": ["sendMessage"]})
    await bot.says(NOOR, "once", "after")
    await bot.until(lambda: "after" in bot.heard())
    assert bot.heard() == ["once", "once", "after"]
    assert await bot.states() == ["sent", "sent"]
    first, second = await bot.rows()
    assert (first.state, first.once_more, first.tries) == ("sent", True, 2)
    assert (second.state, second.once_more) == ("sent", False)


async def test_a_second_lost_answer_leaves_the_row_uncertain(bot):
    faults(bot, {"kind": "reset_after", "times": 2, "methods": ["sendMessage"]})
    await bot.says(NOOR, "twice", "after")
    await bot.until(lambda: "after" in bot.heard())
    assert bot.heard() == ["twice", "twice", "after"]
    assert await bot.states() == ["uncertain", "sent"]


async def test_never_twice_is_not_repeated(bot):
    faults(bot, {"kind": "reset_after", "times": 1, "methods": ["sendMessage"]})
    await bot.gives([Draft(chat_of(NOOR), dump(Message("vote")), repeat=Repeat.NEVER_TWICE)])
    bot.sender.wake()
    await bot.until(lambda: bot.heard() == ["vote"])
    await bot.says(NOOR, "after")
    await bot.until(lambda: "after" in bot.heard())
    assert bot.heard() == ["vote", "after"]
    assert await bot.states() == ["uncertain", "sent"]


async def test_no_repeat_is_spent_while_the_channel_is_down(bot):
    faults(bot, {"kind": "502"})
    await bot.says(NOOR, "patience")
    await bot.until(lambda: bot.sender.health()["probes"] >= 2)
    assert bot.sender.health()["unknown"] == 1
    faults(bot)
    await bot.until(lambda: bot.heard() == ["patience"])
    assert await bot.states() == ["sent"]


async def test_on_trial_one_message_goes_before_the_others(bot):
    faults(bot, {"kind": "502", "methods": ["sendMessage"]})
    for number in range(5):
        await bot.says(bot.world.add_person(f"P{number}", started=True).id, "hello")
    await bot.until(lambda: bot.sender.health()["unknown"] == 3)
    faults(bot)
    await bot.until(lambda: len(bot.delivered()) == 4)
    assert bot.sender.health()["unknown"] == 3
    assert sorted(await bot.states()) == ["sent"] * 4 + ["uncertain"]


async def test_a_fresh_reply_waits_for_the_end_of_a_trial(bot):
    slow = {"kind": "delay", "methods": ["sendMessage"], "seconds": 1, "chats": [NOOR]}
    faults(bot, {"kind": "502", "methods": ["sendMessage"], "times": 1}, slow)
    await bot.says(NOOR, "hello")
    await bot.until(lambda: bot.sender.health()["channel"] == "on_trial")
    await bot.says(YUSUF, "later")
    await bot.until(lambda: len(bot.delivered()) == 2)
    assert bot.delivered() == ["hello", "later"]


async def test_a_trial_does_not_wait_for_a_chat_that_has_had_enough_for_now(tmp_path):
    async with station(tmp_path, limits=True, per_chat=0.01) as bot:
        bot.begin()
        await bot.says(NOOR, "1", "2", "3", "minutes later")
        await bot.until(lambda: len(bot.delivered()) == 3)
        reset = {"kind": "reset_before", "times": 1, "methods": ["sendMessage"], "chats": [YUSUF]}
        faults(bot, reset)
        await bot.says(YUSUF, "hello")
        await bot.until(lambda: len(bot.delivered()) == 4)
        assert bot.delivered()[3:] == ["hello"]


async def test_nothing_counts_when_no_connection_is_made(tmp_path):
    async with station(tmp_path) as bot, at_work(bot.world, "http://127.0.0.1:9", bot.db) as cut:
        cut.begin()
        await cut.says(NOOR, "hello")
        await cut.until(lambda: cut.sender.health()["channel"] == "broken")
        [row] = await cut.rows()
        assert (row.state, row.tries, row.once_more) == ("waiting", 0, False)


async def test_what_was_being_sent_at_a_kill_goes_once_more_in_order(tmp_path):
    async with station(tmp_path) as killed:
        await killed.says(NOOR, "one", "two", offered=False)
        async with at_work(killed.world, killed.address, killed.db) as next_one:
            await next_one.sender.start()
            next_one.begin()
            await next_one.says(NOOR, "three")
            await next_one.until(lambda: len(next_one.heard()) == 3)
            assert next_one.heard() == ["one", "two", "three"]
            assert [row.once_more for row in await next_one.rows()] == [True, True, False]


async def test_a_blocked_bot_takes_back_what_waits(bot):
    await bot.promises(NOOR, "later", due=bot.clock.now() + timedelta(days=1))
    bot.world.block(NOOR)
    await bot.says(NOOR, "dag", "still there?")
    await bot.until(lambda: bot.sender.health()["unreachable"] == 1)
    assert await bot.states() == ["cancelled", "unreachable", "unreachable"]


async def test_a_429_halts_its_chat_and_loses_nothing(bot):
    faults(bot, {"kind": "429", "chats": [NOOR], "times": 1, "retry_after": 1})
    await bot.says(NOOR, "one", "two")
    await bot.until(lambda: bot.sender.health()["halts"] == 1)
    await bot.says(YUSUF, "meanwhile")
    await bot.until(lambda: bot.heard(YUSUF) == ["meanwhile"], 0.8)
    assert bot.heard() == []
    await bot.sender.flush()
    assert await bot.db.run(halts.load, bot.clock.real())
    await bot.until(lambda: bot.heard() == ["one", "two"])
    assert [row.tries for row in await bot.rows()] == [1, 1, 1]


async def test_a_second_chat_within_the_halt_halts_all(bot):
    faults(bot, {"kind": "429", "times": 2, "retry_after": 1, "methods": ["sendMessage"]})
    await bot.says(NOOR, "one")
    await bot.says(YUSUF, "two")
    await bot.until(lambda: bot.sender.health()["later"] == 2)
    await bot.sender.flush()
    assert halts.ALL in await bot.db.run(halts.load, bot.clock.real())
    await bot.until(lambda: bot.heard(NOOR) == ["one"] and bot.heard(YUSUF) == ["two"])


async def test_a_halt_holds_after_a_restart(tmp_path):
    async with station(tmp_path, limits=True) as bot:
        until = bot.clock.real() + timedelta(seconds=1)
        await bot.db.run(halts.keep, chat_of(NOOR), until)
        bot.begin()
        await bot.until(lambda: bot.sender.health()["halts"] == 1)
        await bot.says(NOOR, "now")
        await bot.until(lambda: bot.heard() == ["now"])
        assert bot.clock.real() >= until


async def test_a_promise_is_rendered_when_it_is_due(bot):
    await bot.promises(NOOR, "meeting", due=bot.clock.now() + timedelta(hours=1))
    await bot.says(NOOR, "first")
    await bot.until(lambda: bot.heard() == ["first"])
    bot.clock.move(bot.clock.now() + timedelta(hours=1))
    bot.sender.wake()
    await bot.until(lambda: bot.heard() == ["first", "meeting"])


async def test_a_promise_that_is_no_longer_meant_is_cancelled(bot):
    await bot.promises(NOOR, "gone", arguments={})
    await bot.promises(NOOR, "here")
    await bot.until(lambda: bot.heard() == ["here"])
    assert await bot.states() == ["cancelled", "sent"]


async def test_a_photo_that_somebody_sent_is_passed_on(bot):
    bot.world.photo(YUSUF)
    given = bot.world.messages(YUSUF)[-1]["photo"][-1]["file_id"]
    await bot.says(NOOR, "look", attachment=Attachment("photo", "notes.png", file=given))
    await bot.until(lambda: bot.heard() == ["look"])
    assert bot.world.messages(NOOR)[-1]["photo"][-1]["file_id"] == given


async def test_a_promise_that_is_dropped_keeps_the_reason(bot):
    await bot.promises(NOOR, "gone", arguments={"dropped": "signed off"})
    await bot.promises(NOOR, "here")
    await bot.until(lambda: bot.heard() == ["here"])
    await bot.states()
    assert [(row.state, row.error) for row in await bot.rows()] == [
        ("cancelled", "signed off"),
        ("sent", None),
    ]


async def test_a_promise_that_is_put_off_goes_when_its_time_has_come(bot):
    until = (bot.clock.now() + timedelta(hours=2)).isoformat()
    await bot.promises(NOOR, "late", arguments={"text": "late", "put_off": until})
    await bot.promises(NOOR, "here")
    await bot.until(lambda: bot.heard() == ["here"])
    await bot.states()
    assert [(row.state, row.error) for row in await bot.rows()] == [
        ("waiting", "night"),
        ("sent", None),
    ]
    bot.clock.move(bot.clock.now() + timedelta(hours=2))
    bot.sender.wake()
    await bot.until(lambda: bot.heard() == ["here", "late"])


async def test_a_renderer_that_raises_costs_its_own_row_alone(bot):
    await bot.promises(NOOR, "bad", arguments={"broken": True})
    await bot.promises(NOOR, "good")
    await bot.until(lambda: bot.heard() == ["good"])
    await bot.states()
    assert [(row.state, row.error) for row in await bot.rows()] == [
        ("refused", "renderer raised ValueError"),
        ("sent", None),
    ]


async def test_a_promise_that_is_no_longer_useful_is_missed(bot):
    now = bot.clock.now()
    await bot.promises(NOOR, "late", due=now - timedelta(hours=2), useful_until=now)
    await bot.promises(NOOR, "fine")
    await bot.until(lambda: bot.heard() == ["fine"])
    assert await bot.states() == ["missed", "sent"]


async def test_replies_overtake_announcements_within_the_limits(tmp_path):
    async with station(tmp_path, limits=True) as bot:
        for number in range(60):
            person = bot.world.add_person(f"P{number}", started=True).id
            await bot.promises(person, f"news {number}", lane=Lane.BULK)
        bot.begin()
        await bot.until(lambda: len(bot.delivered()) >= 20)
        await bot.says(NOOR, "reply")
        await bot.until(lambda: "reply" in bot.delivered(), 1.0)
        assert len(bot.delivered()) < 60
        await bot.until(lambda: len(bot.delivered()) == 61)
        assert bot.world.limits.refused == 0


async def test_a_burst_in_one_chat_keeps_to_its_limit(tmp_path):
    async with station(tmp_path, limits=True) as bot:
        bot.begin()
        await bot.says(NOOR, *"123456")
        await bot.until(lambda: bot.heard() == list("123456"))
        assert bot.world.limits.refused == 0


async def test_stopping_gives_back_what_has_not_begun(tmp_path):
    async with station(tmp_path) as bot:
        bot.begin()
        faults(bot, {"kind": "delay", "seconds": 0.5, "methods": ["sendMessage"], "times": 1})
        await bot.says(NOOR, "under way", "not begun")
        await asyncio.sleep(0.2)
        await bot.sender.stop(4)
        assert await bot.states() == ["sent", "waiting"]
