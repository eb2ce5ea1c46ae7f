"""Reduces the full table of the Bot API to the facts that the emulator checks.

Run `python -m bot.emulator.make_facts FULL.json [OUT.json]`: names, types and which fields are
required are kept, prose is not. A field that may hold one word only (the `type` of a menu button)
keeps that word, because a union of structures is told apart by it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FACTS = Path(__file__).with_name("bot_api_facts.json")

METHODS = [
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "sendVoice",
    "sendSticker",
    "sendLocation",
    "sendContact",
    "sendMediaGroup",
    "copyMessage",
    "forwardMessage",
    "sendChatAction",
    "getFile",
    "answerCallbackQuery",
    "editMessageText",
    "editMessageCaption",
    "editMessageReplyMarkup",
    "editMessageMedia",
    "deleteMessage",
    "deleteMessages",
    "pinChatMessage",
    "unpinChatMessage",
    "setMessageReaction",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "setMyName",
    "getMyName",
    "setMyDescription",
    "getMyDescription",
    "setMyShortDescription",
    "getMyShortDescription",
    "setChatMenuButton",
    "getChatMenuButton",
    "getChat",
    "getChatMember",
    "getChatMemberCount",
    "getChatAdministrators",
    "leaveChat",
    "createForumTopic",
    "editForumTopic",
    "closeForumTopic",
    "reopenForumTopic",
]

_ONE_WORD = re.compile(r"(?:must be|always) [\"“]?([a-z_]+)[\"”]?$")


def reduced(full: dict[str, Any]) -> dict[str, Any]:
    """The facts about our methods and every structure that their parameters can hold."""
    methods = {name: _fields(full["methods"][name]) for name in METHODS}
    types: dict[str, Any] = {}
    waiting = list(_named(methods.values()))
    while waiting:
        name = waiting.pop()
        if name in types or name not in full["types"] or name == "InputFile":
            continue
        types[name] = _structure(full["types"][name])
        waiting.extend(_named([types[name].get("fields", {})]))
        waiting.extend(types[name].get("one_of", []))
    updates = [f["name"] for f in full["types"]["Update"]["fields"] if f["name"] != "update_id"]
    return {
        "version": full["version"],
        "methods": methods,
        "types": dict(sorted(types.items())),
        "updates": updates,
    }


def _structure(described: dict[str, Any]) -> dict[str, Any]:
    if "subtypes" in described:
        return {"one_of": described["subtypes"]}
    return {"fields": _fields(described)}


def _fields(described: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in described.get("fields", []):
        fact: dict[str, Any] = {"types": field["types"]}
        if field["required"]:
            fact["required"] = True
        word = _ONE_WORD.search(field["description"])
        if word and field["name"] == "type":
            fact["value"] = word.group(1)
        fields[field["name"]] = fact
    return fields


def _named(tables: Iterable[dict[str, Any]]) -> Iterator[str]:
    for fields in tables:
        for fact in fields.values():
            for name in fact["types"]:
                yield name.removeprefix("Array of ").removeprefix("Array of ")


def written(facts: dict[str, Any]) -> str:
    """The text of the facts file, one field a line so that a difference can be read."""
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the facts beside this module, or where the second argument says."""
    if not arguments:
        print("usage: python -m bot.emulator.make_facts FULL.json [OUT.json]", file=sys.stderr)
        return 2
    full = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    target = Path(arguments[1]) if len(arguments) > 1 else FACTS
    target.write_text(written(reduced(full)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
