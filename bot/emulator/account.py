"""The methods about the bot itself: getMe, names, descriptions, commands, menu button."""

from __future__ import annotations

import re
from typing import Any

from bot.emulator.call import Call, any_chat
from bot.emulator.entities import units
from bot.emulator.profile import key_of
from bot.emulator.refusals import bad
from bot.emulator.state import State

Json = dict[str, Any]

LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_SHORT = 64, 512, 120
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")


def get_me(state: State, _call: Call) -> Json:
    """getMe."""
    return {
        **state.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_my_commands(state: State, call: Call) -> bool:
    """setMyCommands."""
    commands = call.params["commands"]
    if len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not _COMMAND.fullmatch(one["command"]):
            raise bad("BOT_COMMAND_INVALID", "1-32 of a-z, 0-9 and _")
        if not 1 <= units(one["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID", "1-256 characters")
    state.profile.commands[_scope_key(state, call)] = commands
    state.touch("commands")
    return True


def get_my_commands(state: State, call: Call) -> list[Json]:
    """getMyCommands: of exactly this scope and language."""
    return state.profile.commands.get(_scope_key(state, call), [])


def delete_my_commands(state: State, call: Call) -> bool:
    """deleteMyCommands."""
    state.profile.commands.pop(_scope_key(state, call), None)
    state.touch("commands")
    return True


def set_my_name(state: State, call: Call) -> bool:
    """setMyName."""
    _set(state, call, "name", (state.profile.names, LONGEST_NAME))
    if state.profile.names.get(""):
        state.bot = {**state.bot, "first_name": state.profile.names[""]}
    return True


def get_my_name(state: State, call: Call) -> Json:
    """getMyName."""
    language = _language(call)
    return {"name": state.profile.names.get(language) or state.bot["first_name"]}


def set_my_description(state: State, call: Call) -> bool:
    """setMyDescription."""
    return _set(state, call, "description", (state.profile.descriptions, LONGEST_DESCRIPTION))


def get_my_description(state: State, call: Call) -> Json:
    """getMyDescription."""
    return {"description": state.profile.told(state.profile.descriptions, _language(call))}


def set_my_short_description(state: State, call: Call) -> bool:
    """setMyShortDescription."""
    texts = (state.profile.short_descriptions, LONGEST_SHORT)
    return _set(state, call, "short_description", texts)


def get_my_short_description(state: State, call: Call) -> Json:
    """getMyShortDescription."""
    told = state.profile.told(state.profile.short_descriptions, _language(call))
    return {"short_description": told}


def set_chat_menu_button(state: State, call: Call) -> bool:
    """setChatMenuButton, of one private chat or of all."""
    button = call.params.get("menu_button", {"type": "default"})
    if "chat_id" in call.params:
        chat = any_chat(state, call.params["chat_id"])
        if not chat.private:
            raise bad("chat not found", "a menu button belongs to a private chat")
        chat.menu_button = None if button["type"] == "default" else button
    else:
        state.profile.menu_button = button
    state.touch("commands")
    return True


def get_chat_menu_button(state: State, call: Call) -> Json:
    """getChatMenuButton."""
    if "chat_id" not in call.params:
        return state.profile.menu_button
    return any_chat(state, call.params["chat_id"]).menu_button or {"type": "default"}


def _set(state: State, call: Call, name: str, kept: tuple[dict[str, str], int]) -> bool:
    texts, longest = kept
    text = call.params.get(name, "").strip()
    if units(text) > longest:
        raise bad(f"bot {name.replace('_', ' ')} is too long", f"at most {longest} characters")
    texts[_language(call)] = text
    state.touch("commands")
    return True


def _language(call: Call) -> str:
    code: str = call.params.get("language_code", "")
    if not _LANGUAGE.fullmatch(code):
        raise bad("invalid language code specified", "two letters")
    return code


def _scope_key(state: State, call: Call) -> str:
    scope = call.params.get("scope", {"type": "default"})
    if "chat_id" in scope:
        any_chat(state, scope["chat_id"])
    if scope.get("user_id", 0) and scope["user_id"] not in state.people:
        raise bad("user not found")
    return key_of(scope, _language(call))
