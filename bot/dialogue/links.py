"""Links that open a chat with the bot at a certain place."""

from __future__ import annotations

import re
from typing import Final

PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What the Bot API lets a link carry."""


def chat_link(username: str, payload: str = "") -> str:
    """The address of the chat with the bot, which begins with what `payload` says."""
    start = f"?start={payload}" if payload else ""
    return f"https://t.me/{username}{start}"


def is_ours(link: str, username: str) -> bool:
    """Whether a link opens a chat with this bot and nothing else."""
    begin, _mark, payload = link.partition("?start=")
    return begin == chat_link(username) and PAYLOAD.fullmatch(payload) is not None
