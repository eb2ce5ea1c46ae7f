"""Announcements on their way: many at once, paid for, corrected and withdrawn."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.dialogue.flow import FlowError, render
from bot.dialogue.messages import Message
from storage import outbox
from storage.outbox import Kind, Lane, Promise
from tests.station import NOOR, YUSUF, chat_of, station

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)

FIRST = 830000000


@render("letter", together=True)
def letter(_tx, asked, _now):
    return [Message(f"letter {one['person']}") for one in asked]


@render("short", together=True)
def short(_tx, asked, _now):
    return [Message("letter")] * (len(asked) - 1)


@pytest.fixture
async def bot(tmp_path):
    async with station(tmp_path, renderers=[letter, short]) as it:
        it.begin()
        yield it


async def announces(bot, count, lane=Lane.BULK, **more):
    for number in range(count):
        bot.world.add_person(f"P{number}", id=FIRST + number, started=True)
    promises = [
        Promise(
            f"announcement:1:{n}", chat_of(FIRST + n), more.get("renderer", "letter"),
            {"person": n}, bot.clock.now(), lane=lane,
        )
        for n in range(count)
    ]  # fmt: skip
    await bot.db.run(outbox.promise_all, promises, bot.clock.now())
    bot.sender.wake()


async def changes(bot, row, kind=Kind.EDIT, **more):
    values = {"renderer": "letter", "arguments": {"person": "new"}, "due": bot.clock.now()} | more
    one = Promise(f"change:{row}:{kind}", chat_of(NOOR), edits=row, kind=kind, **values)
    await bot.db.run(outbox.promise, one, bot.clock.now())
    bot.sender.wake()


async def test_everybody_gets_it_once(bot):
    await announces(bot, 150)
    await bot.until(lambda: len(bot.delivered()) == 150, 20)
    assert sorted(bot.delivered()) == sorted(f"letter {n}" for n in range(150))
    assert set(await bot.states()) == {"sent"}


async def test_what_may_be_repeated_is_looked_out_for_until_nothing_is(bot):
    watched = bot.sender._ledger.repeats
    assert Lane.BULK in watched
    await announces(bot, 1)
    await bot.until(lambda: len(bot.delivered()) == 1)
    assert Lane.BULK not in watched
    bot.world.faults.replace([{"kind": "502", "methods": ["sendMessage"], "times": 1}])
    await bot.promises(NOOR, "news", lane=Lane.BULK)
    await bot.until(lambda: bot.heard() == ["news"])
    assert Lane.BULK in watched
    assert Lane.NOTICE in watched
    await bot.promises(NOOR, "more news", lane=Lane.BULK)
    await bot.until(lambda: bot.heard() == ["news", "more news"])
    assert Lane.BULK not in watched


async def test_a_renderer_that_forgets_somebody_sends_to_nobody(bot):
    await announces(bot, 3, renderer="short")
    await bot.says(NOOR, "after")
    await bot.until(lambda: "after" in bot.heard())
    while "waiting" in (states := await bot.states()):
        await asyncio.sleep(0.01)
    assert states == ["refused"] * 3 + ["sent"]


async def test_who_is_told_that_nothing_comes_any_more_gets_nothing_after_it(tmp_path):
    """Also where it was claimed before, as rows are ahead of their room."""
    refusing: set[int] = set()

    @render("letter", together=True)
    def wanted(_tx, asked, _now):
        people = [one["person"] for one in asked]
        return [None if n in refusing else Message(f"letter {n}") for n in people]

    async with station(tmp_path, limits=True, per_second=4, renderers=[wanted]) as bot:
        bot.begin()
        await announces(bot, 6)
        runway = bot.sender._runways[Lane.BULK]
        await bot.until(lambda: bool(runway.held))
        row = runway._rows[-1][0]
        number = int(row.chat.rpartition(":")[2]) - FIRST
        refusing.add(number)
        await bot.says(FIRST + number, "nothing more")
        while "waiting" in await bot.states():
            await asyncio.sleep(0.05)
        told = bot.delivered().index("nothing more")
        assert f"letter {number}" not in bot.delivered()[told:]


def test_a_renderer_of_many_can_render_one():
    assert letter.one(None, {"person": 1}, NOW) == Message("letter 1")
    with pytest.raises(FlowError, match="0 of 1"):
        short.many(None, [{}], NOW)


async def test_what_is_paid_for_is_paid_for_and_nothing_else_is(bot):
    asked: list[Any] = []
    bot.channel._call = noting(asked, bot.channel._call)
    await announces(bot, 2, Lane.PAID)
    await bot.promises(NOOR, "free")
    await bot.until(lambda: len(bot.delivered()) == 3)
    paid = {fields["text"]: fields.get("allow_paid_broadcast") for _, fields in asked}
    assert paid == {"letter 0": True, "letter 1": True, "free": None}


def noting(asked, call):
    async def noted(method, fields, *more):
        if method == "sendMessage":
            asked.append((method, fields))
        return await call(method, fields, *more)

    return noted


async def test_paid_ones_do_not_wait_for_the_free_ones_and_no_limit_is_met(tmp_path):
    async with station(tmp_path, limits=True, renderers=[letter]) as bot:
        await announces(bot, 300, Lane.PAID)
        promises = [
            Promise(f"free:{n}", chat_of(FIRST + n), "reminder", {"text": f"free {n}"},
                    bot.clock.now(), lane=Lane.BULK)
            for n in range(300)
        ]  # fmt: skip
        await bot.db.run(outbox.promise_all, promises, bot.clock.now())
        bot.begin()
        await bot.until(lambda: sum(t.startswith("letter") for t in bot.delivered()) == 300, 20)
        free = sum(text.startswith("free") for text in bot.delivered())
        assert 0 < free < 250
        assert bot.world.limits.refused == 0


async def test_an_edit_that_was_promised_changes_the_message(bot):
    [row] = await bot.says(NOOR, "progress 10 %")
    await bot.until(lambda: bot.heard() == ["progress 10 %"])
    await changes(bot, row.id)
    await bot.until(lambda: bot.heard() == ["letter new"])
    assert await bot.states() == ["sent", "sent"]


async def test_a_message_is_taken_away_and_once_more_changes_nothing(bot):
    [row] = await bot.says(NOOR, "a mistake")
    await bot.until(lambda: bot.heard() == ["a mistake"])
    bot.world.faults.replace([{"kind": "reset_after", "times": 1, "methods": ["deleteMessage"]}])
    await changes(bot, row.id, Kind.DELETE, renderer="")
    await bot.until(lambda: bot.world.tally.calls["deleteMessage"] == 2)
    assert bot.heard() == []
    assert await bot.states() == ["sent", "sent"]


async def test_a_message_that_is_too_old_is_not_taken_away_and_it_says_so(bot, caplog):
    [row] = await bot.says(NOOR, "long ago")
    await bot.until(lambda: bot.heard() == ["long ago"])
    bot.world.clock.forward(49 * 3600)
    await changes(bot, row.id, Kind.DELETE, renderer="")
    await bot.until(lambda: bot.world.tally.calls["deleteMessage"] == 1)
    assert await bot.states() == ["sent", "refused"]
    assert "deleted" in (await bot.rows())[1].error
    assert (bot.sender.last_error, bot.sender.health()["refused"]) == ("", 0)
    told = [record for record in caplog.records if record.name == "bot.courier"]
    assert not [record for record in told if record.levelno > logging.INFO]


async def test_notices_to_one_chat_follow_each_other_at_once(bot):
    for number in range(5):
        await bot.promises(NOOR, f"notice {number}", due=bot.clock.now() - timedelta(minutes=1))
    began = time.monotonic()
    await bot.until(lambda: len(bot.heard()) == 5)
    assert time.monotonic() - began < 0.9
    assert bot.heard() == [f"notice {number}" for number in range(5)]


async def test_a_reply_to_an_announced_person_goes_while_many_wait(tmp_path):
    async with station(tmp_path, limits=True, renderers=[letter]) as bot:
        await announces(bot, 200)
        bot.begin()
        await bot.until(lambda: len(bot.delivered()) > 35, 10)
        began = time.monotonic()
        await bot.says(YUSUF, "at once")
        await bot.until(lambda: bot.heard(YUSUF) == ["at once"])
        assert time.monotonic() - began < 1.0
        assert bot.world.limits.refused == 0
