"""What a keyboard may hold, beyond the types of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.emulator.entities import units
from bot.emulator.refusals import bad

Json = dict[str, Any]

_ACTIONS = frozenset(
    [
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    ]
)
_REQUESTS = {
    "request_contact": "phone number",
    "request_location": "location",
    "request_poll": "poll",
    "request_users": "users",
    "request_chat": "chats",
}
_STYLES = ("danger", "success", "primary")
_ADDRESS = re.compile(r"(?:https?://|tg://)?[^\s/?#]+\.[^\s]+$|(?:tg://|https?://localhost)\S*$")
_INLINE_BUTTONS, _INLINE_ROW = 100, 8
_REPLY_BUTTONS, _REPLY_ROW = 300, 12


def checked(markup: Json, private: bool) -> Json | None:
    """The inline keyboard to keep with the message, or None; Refused if Telegram would."""
    if "inline_keyboard" in markup:
        rows = [row for row in markup["inline_keyboard"] if row]
        _size(rows, _INLINE_BUTTONS, _INLINE_ROW)
        for row in rows:
            for button in row:
                _inline(button)
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in markup:
        _reply(markup, private)
    elif (
        markup.get("remove_keyboard", True) is not True
        or markup.get("force_reply", True) is not True
    ):
        raise bad("can't parse reply markup: the field must be True")
    _placeholder(markup)
    return None


def buttons(message: Json) -> Iterator[Json]:
    """The buttons below a message."""
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        yield from row


def _size(rows: list[list[Json]], most: int, widest: int) -> None:
    if sum(map(len, rows)) > most or any(len(row) > widest for row in rows):
        raise bad("reply markup is too long", f"at most {most} buttons, {widest} in a row")


def _inline(button: Json) -> None:
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    kinds = [key for key in button if key in _ACTIONS]
    if not kinds:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(kinds) > 1:
        raise bad("can't parse inline keyboard button: exactly one action is allowed")
    _style(button)
    data = button.get("callback_data")
    if data is not None and not 0 < len(data.encode("utf-8", "surrogatepass")) < 65:
        raise bad("BUTTON_DATA_INVALID", "callback_data must be 1-64 bytes")
    _address(button)


def _address(button: Json) -> None:
    url = button.get("url")
    if url is not None and not _ADDRESS.match(url):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    copied = button.get("copy_text")
    if copied is not None and not 0 < units(copied["text"]) < 257:
        raise bad("BUTTON_COPY_TEXT_INVALID", "copy_text must be 1-256 characters")


def _style(button: Json) -> None:
    if button.get("style", "primary") not in _STYLES:
        raise bad("can't parse keyboard button: unsupported style specified")


def _reply(markup: Json, private: bool) -> None:
    rows = [row for row in markup["keyboard"] if row]
    _size(rows, _REPLY_BUTTONS, _REPLY_ROW)
    if not rows:
        raise bad("reply keyboard must be non-empty")
    for row in rows:
        for button in row:
            if not button["text"].strip():
                raise bad("keyboard button text must be non-empty")
            _style(button)
            for key, thing in _REQUESTS.items():
                if button.get(key) and not private:
                    raise bad(f"{thing} can be requested in private chats only")


def _placeholder(markup: Json) -> None:
    shown = markup.get("input_field_placeholder")
    if shown is not None and not 0 < units(shown) < 65:
        raise bad("input field placeholder must be 1-64 characters")
