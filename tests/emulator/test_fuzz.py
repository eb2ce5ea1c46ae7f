"""Whatever is asked of it, the emulator answers: with a result, or with a refusal."""

import json
import random
from typing import Any

import pytest

from bot.emulator import World
from bot.emulator.bot_api import BotApi
from bot.emulator.methods import METHODS
from bot.emulator.people_routes import _DEEDS
from bot.emulator.polling import Poller
from bot.emulator.refusals import Refused
from tests.emulator.emulated import NOOR

JSON = {"Content-Type": "application/json"}
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 7, 2**63, 10**400, 1.5, float("inf"), float("nan"), "", " ", "x", "<b>",
    "HTML", "\ud800", "\x00", "attach://x", "https://x.nl/", "[]", "{}", "[[[]]]", "[" * 500,
    "null",
    "1e999", [], [[]], [None], [{}], {}, {"type": []}, {"type": "chat"}, {"type": "photo"},
    {"inline_keyboard": None}, {"inline_keyboard": [[{"text": "x", "url": "http://["}]]},
    {"keyboard": [[{"text": "x", "request_users": {"request_id": 1}}]]},
    {"message_id": 10**20}, [{"type": "bold", "offset": 0, "length": 10**18}],
    [{"type": "text_link", "offset": 0, "length": 1, "url": 5}],
)  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_no_call_makes_the_server_fail(seed):
    dice = random.Random(seed)
    world = World(limits=False)
    api = BotApi(world, Poller(world))
    known = (NOOR, world.last_message_id + 1)
    world.start(NOOR)
    outcomes: set[int] = set()
    for _ in range(4_000):
        method = dice.choice(list(METHODS))
        fields = api.checks.facts["methods"][method]
        names = [name for name in fields if fields[name].get("required") or dice.random() < 0.2]
        params = {name: dice.choice(ODD + known) for name in names}
        try:
            json.dumps(api.call(method, params))
            outcomes.add(200)
        except Refused as refused:
            outcomes.add(refused.code)
    assert outcomes <= {200, 400, 403}
    assert len(outcomes) > 1


PLACE = ("chat", "reply_to", "thread")
PATHS = {
    **{
        f"/people/{NOOR}/{name}": sorted(deed.needs | deed.may_have)
        for name, deed in _DEEDS.items()
        if name != "deactivate"
    },
    f"/people/{NOOR}/press": ["message_id", "data", "chat", "anything"],
    "/people": ["first_name", "last_name", "id", "username", "language_code", "note"],
    "/people/x/text": ["text"],
    "/groups": ["title", "members", "forum", "bot_admin"],
    "/groups/-5/upgrade": ["order"],
    "/control/faults": ["faults"],
    "/control/updates": ["updates", "raw"],
    "/control/limits": ["on"],
    "/time": ["seconds", "to"],
}


async def test_no_request_of_a_person_or_a_test_makes_the_server_fail(emulated):
    dice = random.Random(1)
    statuses = set()
    for _ in range(1_500):
        path = dice.choice(list(PATHS))
        often = [name for name in PATHS[path] if name not in PLACE or dice.random() < 0.1]
        body = {name: dice.choice(ODD) for name in often if dice.random() < 0.8}
        url = emulated.address + path
        async with emulated.http.post(url, data=json.dumps(body), headers=JSON) as answer:
            assert answer.status < 500, (path, body)
            statuses.add(answer.status)
        emulated.world.faults.listed.clear()
    assert {200, 400, 403, 404} <= statuses
    assert await emulated.get("/people")
