"""Starting and stopping the real process, and what it says when it cannot."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web

from bot.emulator import serving
from tests.stage import Stage, trouble

FIRST_POLL = 3.0
STOPPED = 10.0
"""Seconds that are promised."""
COUNT, COUNTED = 100_000, 0.002
"""How far, and in how many seconds, an ordinary computer counts that has nothing else to do."""


async def slowness(paces: list[float]) -> None:
    """Note again and again how many times longer counting takes here, where others run too."""
    while True:
        began = time.monotonic()
        for _number in range(COUNT):
            pass
        paces.append((time.monotonic() - began) / COUNTED)
        await asyncio.sleep(0.05)


async def test_the_first_poll_comes_within_three_seconds(stage):
    """On an empty database; all modules were compiled by an earlier start."""
    assert await (await stage.bot()).stop() == 0
    for file in stage.folder.glob("bot.db*"):
        file.unlink()
    paces: list[float] = []
    noting = asyncio.create_task(slowness(paces))
    began = time.monotonic()
    await stage.bot()
    took = time.monotonic() - began
    noting.cancel()
    assert took < FIRST_POLL * max(1.0, sum(paces) / len(paces))


async def test_nothing_is_lost_when_it_is_told_to_stop_while_busy(stage):
    people = stage.crowd(20)
    bot = await stage.bot()
    async with trouble(stage, {"kind": "delay", "seconds": 0.2, "methods": ["sendMessage"]}):
        for number in range(10):
            for person in people:
                stage.emulated.text(person.id, f"/help {number}")
        await stage.until(lambda: len(stage.emulated.ledger.after(0)) > 20)
        assert await bot.stop(STOPPED) == 0
    unfinished = stage.emulated.updates.pending or stage.count(
        "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')"
    )
    assert unfinished, "it was not busy"
    assert stage.count("SELECT count(*) FROM outbox WHERE state = 'sending'") == 0
    bot = await stage.bot()
    await stage.quiet()
    assert [len(person.sent()) for person in people] == [10] * len(people)
    assert await bot.stop(STOPPED) == 0


@pytest.mark.parametrize("method", ["getMe", "getUpdates", "sendMessage", "setMyCommands"])
async def test_it_stops_in_time_while_the_server_does_not_answer(stage, method):
    noor = stage.somebody()
    async with trouble(stage, {"kind": "hang", "seconds": 40, "methods": [method]}):
        bot = await stage.begins()
        await stage.until(lambda: stage.emulated.faults.listed[0].met > 0 or met(stage, noor))
        assert await bot.stop(STOPPED) == 0


def met(stage, person):
    """Have something sent, as soon as the bot receives."""
    if stage.emulated.tally.calls["getUpdates"] and not stage.emulated.messages(person.id):
        stage.emulated.text(person.id, "/help")
    return False


async def test_a_token_that_the_server_does_not_know_is_told_in_one_sentence(tmp_path):
    token = "987654321:" + "w" * 35
    async with Stage(tmp_path, token=token) as stage:
        bot = await stage.begins()
        assert await bot.ends() == 2
        told = "Telegram does not know this token: copy it anew from @BotFather."
        assert bot.said.splitlines()[-1] == told
        assert "ERROR" not in bot.said
        assert "Traceback" not in bot.said


async def test_a_second_process_on_the_same_database_is_refused_in_one_sentence(stage):
    noor = stage.somebody()
    bot = await stage.bot()
    second = await stage.begins()
    assert await second.ends() == 1
    assert second.said.splitlines()[-1] == (
        f"process {bot.pid} already receives for {stage.database}: stop it first"
    )
    assert len(second.said.splitlines()) == 1
    await noor.types("/help")
    assert await bot.stop() == 0


class SmallServer:
    """The least that can be called a Bot API server, with a token like no other."""

    def __init__(self):
        self.sent = []
        self.updates = [text(1, "/help")]
        self.app = web.Application()
        self.app.router.add_route("*", "/some/where/botsecret/{method}", self.answer)

    async def answer(self, request):
        given = await request.json() if request.can_read_body else {}
        result: Any
        match request.match_info["method"].lower():
            case "getme":
                result = {"id": 1, "is_bot": True, "first_name": "B", "username": "b_bot"}
            case "getupdates":
                confirmed = given.get("offset", 0)
                result = [one for one in self.updates if one["update_id"] >= confirmed]
                await asyncio.sleep(0 if result else 0.1)
            case "sendmessage":
                self.sent.append(given)
                chat = {"id": given["chat_id"], "type": "private"}
                result = {"message_id": len(self.sent), "date": 1, "chat": chat}
            case _:
                lost = {"ok": False, "error_code": 404, "description": "Not Found"}
                return web.json_response(lost, status=404)
        return web.json_response({"ok": True, "result": result})


def text(number, typed):
    """An update with a text."""
    chat = {"id": 5, "type": "private"}
    message = {"message_id": number, "from": {"id": 5}, "chat": chat, "date": 1, "text": typed}
    return {"update_id": number, "message": message}


async def test_any_server_that_speaks_the_bot_api_will_do(tmp_path):
    server = SmallServer()
    async with Stage(tmp_path, token="secret") as stage, serving(server.app) as address:
        stage.write_settings(f"{address}/some/where/")
        bot = await stage.begins()
        await stage.until(lambda: len(server.sent) > 0)
        assert server.sent[0]["chat_id"] in (5, "5")
        assert await bot.stop() == 0
