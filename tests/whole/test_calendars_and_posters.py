"""Files that the real process makes: a calendar, one to follow, and a poster to print."""

import re
from datetime import UTC, datetime

import aiohttp
import icalendar
import pytest
from aiohttp import web

from storage import Database, people
from tests.stage import Stage, free_port

MEETING = """
zone = "Europe/Amsterdam"
[[meeting]]
key = "walk"
title = "Een wandeling"
start = { days_from_now = 5, at = 19:30:00 }
end = 21:00:00
place = "Beatrixlaan 12"
"""


async def made(stage):
    """There is one meeting."""
    file = stage.folder / "meeting.toml"
    file.write_text(MEETING)
    imported = await stage.run("bot", "import", "--config", str(stage.config), str(file))
    assert await imported.ends() == 0, imported.said


async def change(stage, chat, **columns):
    def unit(tx):
        person = people.arrive(tx, chat, "en", datetime.now(UTC))
        people.change(tx, person.id, **columns)

    database = await Database.open(f"sqlite:///{stage.database}")
    await database.run(unit)
    await database.close()


def document(stage, talker):
    """The name and content of the last file that somebody got."""
    found = [message["document"] for message in talker.said() if "document" in message][-1]
    files = stage.emulated.files
    return found["file_name"], files.content(files.known[found["file_id"]]["path"])


@pytest.mark.timeout(120)
async def test_a_calendar_is_served_by_the_process_that_talks(tmp_path):
    port = free_port()
    served = {"listen": f"127.0.0.1:{port}", "address": "https://bot.example.org/x/"}
    async with Stage(tmp_path, calendar=served) as stage:
        await made(stage)
        noor = stage.somebody()
        bot = await stage.bot()
        await noor.types("/start meeting-1")
        await noor.presses("Yes")
        await noor.presses("1")
        await noor.types("Noor", "/calendar")
        name, file = document(stage, noor)
        assert name.endswith(".ics")
        [event] = icalendar.Calendar.from_ical(file).walk("VEVENT")
        assert event["SUMMARY"] == "Een wandeling"
        [address] = await noor.presses("Make my address")
        token = re.search(r"https://bot\.example\.org/x/calendar/([\w-]+)\.ics", address)
        assert token is not None
        async with aiohttp.ClientSession() as session:
            here = f"http://127.0.0.1:{port}/calendar/{token[1]}.ics"
            async with session.get(here) as answer:
                assert answer.status == 200
                assert b"Een wandeling" in await answer.read()
        other = await stage.begins()
        assert await other.ends() == 1
        assert await bot.stop() == 0
        assert token[1] not in bot.said


async def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path):
    port = free_port()
    served = {"listen": f"127.0.0.1:{port}", "address": "https://bot.example.org"}
    async with Stage(tmp_path, calendar=served) as stage:
        server = await aiohttp_server(port)
        bot = await stage.begins()
        assert await bot.ends() == 1
        assert f"[calendar] listen: 127.0.0.1:{port} cannot be listened on" in bot.said
        await server.cleanup()


async def aiohttp_server(port):
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


@pytest.mark.timeout(120)
async def test_a_poster_is_drawn_and_sent(stage):
    await made(stage)
    ans = stage.somebody("Ans")
    bot = await stage.bot()
    await ans.types("/start")
    await change(stage, ans.chat, role="coordinator")
    await ans.types("/manage")
    await ans.presses("1. ")
    if "Make a poster" not in ans.labels():
        await ans.presses("More")
    await ans.presses("Make a poster")
    await stage.until(lambda: any("document" in message for message in ans.said()))
    name, file = document(stage, ans)
    assert name == "poster-A4.png"
    assert file[12:24] == b"IHDR" + (1653).to_bytes(4, "big") + (2339).to_bytes(4, "big")
    assert await bot.stop() == 0
    assert not bot.lines("ERROR")
