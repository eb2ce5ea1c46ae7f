"""The emulator as a process of its own: what survives its end, and what it prints."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

import aiohttp
import pytest

from bot.emulator import World
from bot.emulator.store import Store
from tests.emulator.emulated import NOOR, Emulated

TOKEN = "42:process-token"
ROOT = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def process(folder, *more):
    """The process and both of its sides; killed at the end if it still runs."""
    command = ["-m", "bot.emulator", "--port", "0", "--token", TOKEN, "--state", str(folder)]
    running = await asyncio.create_subprocess_exec(
        sys.executable, *command, *more, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    line = (await running.stdout.readline()).decode()
    assert line.startswith("emulator ready http://127.0.0.1:")
    try:
        async with aiohttp.ClientSession() as http:
            yield running, Emulated(World(TOKEN), line.split()[-1], http)
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def test_everything_older_than_half_a_second_survives_kill_9(tmp_path):
    async with process(tmp_path) as (running, emulated):
        await emulated.post(f"/people/{NOOR}/start", payload="x")
        await emulated.updates(allowed_updates=["message", "callback_query"])
        keyboard = {"inline_keyboard": [[{"text": "Ja", "callback_data": "yes"}]]}
        sent = await emulated.says("Kom je?", reply_markup=keyboard)
        file_id = (await emulated.post(f"/people/{NOOR}/photo"))["message"]["photo"][0]["file_id"]
        press = {"message_id": sent["message_id"], "data": "yes"}
        query = (await emulated.post(f"/people/{NOOR}/press", **press))["query"]
        await emulated.gives("setMyCommands", commands=[{"command": "join", "description": "x"}])
        await emulated.post("/time", seconds=60)
        before = await emulated.get(f"/people/{NOOR}/chat")
        waiting = await emulated.updates()
        await asyncio.sleep(0.5)
        running.kill()
        await running.wait()
    async with process(tmp_path) as (_, emulated):
        assert await emulated.get(f"/people/{NOOR}/chat") == before
        assert await emulated.updates() == waiting
        await emulated.gives("answerCallbackQuery", callback_query_id=query)
        await emulated.gives("sendPhoto", chat_id=NOOR, photo=file_id)
        path = (await emulated.gives("getFile", file_id=file_id))["file_path"]
        async with emulated.http.get(f"{emulated.address}/file/bot{TOKEN}/{path}") as answer:
            assert answer.status == 200
        later = await emulated.post(f"/people/{NOOR}/text", text="Ja")
        assert later["update_id"] > waiting[-1]["update_id"]


async def test_sigterm_saves_and_ends_at_once_while_somebody_polls(tmp_path):
    async with process(tmp_path) as (running, emulated):
        await emulated.post(f"/people/{NOOR}/start")
        (update,) = await emulated.updates()
        await emulated.updates(offset=update["update_id"] + 1)
        poll = asyncio.create_task(emulated.call("getUpdates", timeout=50))
        await asyncio.sleep(0.05)
        await emulated.says("Laatste woord")
        running.terminate()
        async with asyncio.timeout(5):
            assert await running.wait() == 0
        with pytest.raises(aiohttp.ClientError):
            await poll
    saved = json.loads((tmp_path / "emulator.json").read_text())
    texts = [one.get("text") for chat in saved["chats"] for one in chat["messages"].values()]
    assert texts == ["/start", "Laatste woord"]


async def test_the_last_change_is_saved_at_the_end(tmp_path):
    world = World()
    store = Store(world, tmp_path)
    saving = asyncio.create_task(store.keep_saving())
    await asyncio.sleep(0)
    world.text(NOOR, "Laatste woord")
    saving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await saving
    again = World()
    Store(again, tmp_path).load()
    assert again.messages(NOOR) == world.messages(NOOR)


async def test_neither_token_nor_typed_texts_are_logged(tmp_path):
    async with process(tmp_path) as (running, emulated):
        await emulated.post(f"/people/{NOOR}/text", text="mijn geheim")
        broken = {"chat_id": NOOR, "text": "<geheim>", "parse_mode": "HTML"}
        await emulated.refuses("sendMessage", **broken)
        await emulated.refuses("sendMessage", chat_id=NOOR, text="x", geheim="x")
        running.terminate()
        out, err = await running.communicate()
    assert b"call refused" in err
    assert b"geheim" not in out + err
    assert TOKEN.encode() not in out + err


async def test_a_port_in_use_is_told_in_one_line(tmp_path):
    async with process(tmp_path) as (_, emulated):
        port = emulated.address.rpartition(":")[2]
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.emulator", "--port", port, cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await second.communicate()
    assert second.returncode == 1
    assert err.decode().startswith("the emulator cannot start: ")
    assert "Traceback" not in err.decode()
