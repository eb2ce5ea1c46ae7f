"""Time, reset and the counts."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.emulator import World, make_app, serving
from tests.emulator.emulated import NOOR, Emulated


async def test_time_moves_forward_only_and_dates_follow(emulated):
    before = (await emulated.says())["date"]
    told = await emulated.post("/time", seconds=86400)
    assert told["moves"]
    assert datetime.fromisoformat(told["now"]) > datetime.now(UTC) + timedelta(hours=23)
    assert (await emulated.says())["date"] >= before + 86400
    for wrong in ({"seconds": -1}, {"seconds": "x"}, {"to": "yesterday"}, {}):
        await emulated.post("/time", 400, **wrong)
    await emulated.post("/time", 409, to="next")


async def test_a_reset_makes_the_four_people_again(emulated):
    await emulated.says()
    await emulated.post("/people", 201, first_name="Sara")
    await emulated.post(f"/people/{NOOR}/text", text="Dag")
    await emulated.gives("setMyCommands", commands=[{"command": "join", "description": "x"}])
    scope = {"type": "chat", "chat_id": NOOR}
    await emulated.gives("setMyCommands", commands=[], scope=scope)
    last = emulated.world.last_message_id
    await emulated.post("/reset")
    assert len(await emulated.get("/people")) == 4
    shown = await emulated.get(f"/people/{NOOR}/chat")
    assert (shown["messages"], len(shown["commands"])) == ([], 1)
    assert await emulated.updates() == []
    assert len(emulated.world.profile.commands) == 1
    assert (await emulated.post(f"/people/{NOOR}/start"))["message"]["message_id"] > last


async def test_the_counts_tell_what_was_asked(emulated):
    await emulated.updates()
    await emulated.refuses("sendMessage", chat_id=5, text="x")
    emulated.world.text(NOOR, "Dag")
    counts = await emulated.get("/control/state")
    assert counts["calls"] == {"getUpdates": 1, "sendMessage": 1}
    assert counts["errors"] == {"Bad Request: chat not found": 1}
    assert counts["pending"] == 1
    assert counts["last_get_updates"] == pytest.approx(emulated.world.clock.now(), abs=5)


class BotClock:
    """The control address of a bot whose clock can be moved."""

    def __init__(self):
        self.now = datetime.now(UTC)
        self.asked = []
        self.next = None
        self.looks = lambda: None

    async def move(self, request):
        asked = await request.json()
        self.asked.append(asked)
        self.looks()
        self.now += timedelta(hours=5) if asked == {"to": "next"} else timedelta(**asked)
        planned = self.next.isoformat() if self.next else None
        return web.json_response({"now": self.now.isoformat(), "next": planned})

    async def reset(self, _request):
        self.asked.append("reset")
        self.now = datetime.now(UTC)
        return web.json_response({"now": self.now.isoformat(), "next": None})


@pytest.fixture
async def clock():
    return BotClock()


@pytest.fixture
async def led(clock):
    """An emulator whose time is led by the bot's."""
    app = web.Application()
    app.router.add_post("/move", clock.move)
    app.router.add_post("/reset", clock.reset)
    world = World(limits=False)
    async with serving(app) as control:
        app = make_app(world, control_url=control)
        async with serving(app) as address, aiohttp.ClientSession() as http:
            yield Emulated(world, address, http)


async def test_the_bots_clock_leads(led, clock):
    told = await led.post("/time", to="next")
    assert clock.asked[-1] == {"to": "next"}
    assert abs(datetime.fromisoformat(told["now"]) - clock.now) < timedelta(seconds=2)
    assert (await led.get("/time"))["now"] >= told["now"]


async def test_what_the_bot_sends_at_the_next_event_is_from_that_moment(led, clock):
    clock.next = clock.now + timedelta(hours=5)
    seen = []
    clock.looks = lambda: seen.append(led.world.clock.now())
    await led.post("/time", to="next")
    assert seen[-1] == pytest.approx(clock.next.timestamp(), abs=2)


async def test_a_reset_asks_the_bot_first_and_takes_its_time(led, clock):
    await led.post("/time", seconds=86400)
    told = await led.post("/reset")
    assert clock.asked[-1] == "reset"
    assert datetime.fromisoformat(told["now"]) < datetime.now(UTC) + timedelta(minutes=1)


async def test_a_bot_that_is_away_is_told_of():
    app = make_app(World(), control_url="http://127.0.0.1:9")
    async with serving(app) as address, aiohttp.ClientSession() as http:
        away = Emulated(World(), address, http)
        assert "does not answer" in (await away.post("/time", 502, seconds=5))["error"]
        assert (await away.get("/time"))["moves"]
