"""What an announcement is called where it is one of several: the first line of its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.dialogue.announcing.letter import base, text_in
from bot.dialogue.language import _, isolate, spoken
from bot.dialogue.messages import as_plain, cut

LONGEST: Final = 100
LONGEST_LABEL: Final = 40


def headline(content: Mapping[str, Any], most: int = LONGEST) -> str:
    """The first line in the language being spoken, or else in the one everybody gets."""
    language = spoken() if spoken() in content["texts"] else base(content)
    lines = [line for line in as_plain(text_in(content, language)).splitlines() if line.strip()]
    return isolate(cut(lines[0], most)) if lines else _("a message without text")


def numbered(number: int, content: Mapping[str, Any]) -> str:
    """The same with its number, as it fits on a button."""
    return _("{number}. {title}").format(number=number, title=headline(content, LONGEST_LABEL))
