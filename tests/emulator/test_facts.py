"""The facts about the Bot API, and whether what the emulator makes keeps to them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.emulator.checks import Checks
from bot.emulator.make_facts import FACTS, main, reduced, written
from bot.emulator.methods import METHODS
from tests.emulator.emulated import CARLA, NOOR, QUESTION

WHERE = "BUURTBOT_BOT_API_JSON"
BESIDE = Path(__file__).parents[3] / "shared" / "telegram-bot-api.json"


@pytest.fixture(scope="module")
def full():
    """The full table of the Bot API; without it these tests cannot say anything."""
    path = Path(os.environ.get(WHERE) or BESIDE)
    if not path.is_file():
        pytest.skip(f"the full table of the Bot API is not at hand (set {WHERE} to its path)")
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_facts_are_those_of_the_full_table(full):
    assert FACTS.read_text(encoding="utf-8") == written(reduced(full))


def test_the_script_writes_the_facts(full, tmp_path):
    source, target = tmp_path / "full.json", tmp_path / "facts.json"
    source.write_text(json.dumps(full), encoding="utf-8")
    assert main([str(source), str(target)]) == 0
    assert target.read_text(encoding="utf-8") == FACTS.read_text(encoding="utf-8")
    assert main([]) == 2


def test_the_facts_hold_no_prose():
    assert "description" not in json.loads(FACTS.read_text())["methods"]["sendMessage"]
    assert " is " not in FACTS.read_text()


def test_every_method_of_the_facts_is_there():
    assert set(Checks().facts["methods"]) == {*METHODS, "getUpdates"}


def mistakes(value, types, table, where):
    """Where a value differs from the published types; empty for one of them that fits."""
    found = [list(_mistakes(value, name, table, where)) for name in types]
    return min(found, key=len)


def _mistakes(value, name, table, where):
    simple: dict[str, Any] = {"Integer": int, "String": str, "Boolean": bool, "Float": (int, float)}
    if name.startswith("Array of "):
        for item in value if isinstance(value, list) else [None]:
            yield from mistakes(item, [name.removeprefix("Array of ")], table, where)
    elif name in simple:
        if not isinstance(value, simple[name]) or (name == "Integer" and value is True):
            yield f"{where} is no {name}"
    elif name == "True":
        if value is not True:
            yield f"{where} is not True"
    elif "subtypes" in table[name]:
        yield from mistakes(value, table[name]["subtypes"], table, where)
    else:
        yield from _field_mistakes(value, table[name], table, where)


def _field_mistakes(value, described, table, where):
    fields = {field["name"]: field for field in described.get("fields", [])}
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    yield from (f"{where}.{key} is unknown" for key in value if key not in fields)
    for key, field in fields.items():
        if key in value:
            yield from mistakes(value[key], field["types"], table, f"{where}.{key}")
        elif field["required"]:
            yield f"{where}.{key} is missing"


async def everything(emulated):
    """All kinds of things that people and the bot do."""
    world = emulated.world
    for deed in (world.contact, world.photo, world.document, world.voice, world.sticker):
        deed(NOOR)
    world.location(NOOR, 52, 5.1)
    world.album(NOOR)
    message = world.text(NOOR, "/join@buurtbot_bot https://x.nl").message
    world.edit(NOOR, message["message_id"], "Dag")
    sent = await emulated.says("<b>Dag</b>", parse_mode="HTML", reply_markup=QUESTION)
    world.press(NOOR, sent["message_id"], "yes")
    world.text(NOOR, "Ja", reply_to=sent["message_id"])
    world.block(NOOR)
    world.unblock(NOOR)
    forum = await emulated.post("/groups", 201, title="Team", members=[CARLA], forum=True)
    await emulated.gives("createForumTopic", chat_id=forum["id"], name="Vraag")
    group = await emulated.post("/groups", 201, title="Straat", members=[CARLA])
    await emulated.post(f"/groups/{group['id']}/upgrade")
    place = {"chat_id": NOOR, "message_id": sent["message_id"]}
    await emulated.gives("forwardMessage", from_chat_id=NOOR, **place)
    await emulated.gives("pinChatMessage", **place)
    await emulated.gives("setMessageReaction", **place, reaction=[{"type": "emoji", "emoji": "👍"}])


async def test_what_the_emulator_makes_is_of_the_published_types(emulated, full):
    await everything(emulated)
    updates = await emulated.updates()
    assert len(updates) > 15
    assert mistakes(updates, ["Array of Update"], full["types"], "updates") == []
    for chat in emulated.world.chats.values():
        messages = list(chat.messages.values())
        assert mistakes(messages, ["Array of Message"], full["types"], "chat") == []


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("getMe", {}),
        ("getChat", {"chat_id": NOOR}),
        ("getChatMember", {"chat_id": NOOR, "user_id": NOOR}),
        ("getWebhookInfo", {}),
        ("getMyCommands", {}),
        ("getMyName", {}),
        ("getMyDescription", {}),
        ("getMyShortDescription", {}),
        ("getChatMenuButton", {"chat_id": NOOR}),
        ("sendMessage", {"chat_id": NOOR, "text": "x"}),
    ],
)
async def test_results_are_of_the_published_types(emulated, full, method, params):
    result = await emulated.gives(method, **params)
    assert mistakes(result, full["methods"][method]["returns"], full["types"], method) == []
