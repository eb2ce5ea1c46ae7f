"""How the text of an announcement is read, and how it is shown among other answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.dialogue import answers
from bot.dialogue.announcing.letter import loaded
from bot.dialogue.checks import Check, Invalid
from bot.dialogue.language import _, isolate
from bot.dialogue.messages import Heard, Kind, Shared, cut

ADDED: Final = (Kind.PHOTO, Kind.DOCUMENT, Kind.VOICE)


def words() -> Check[Any]:
    """A text; who sends what goes with it instead is told when that comes."""
    text = answers.formatted()

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> Any:
        if isinstance(given, Shared) and given.kind in ADDED:
            told = _("First the words: type them. A picture or a file can be added afterwards.")
            return Invalid(told)
        return text.read(given, now, zone)

    return replace(text, read=read)


def shown_text(stored: Mapping[str, Any]) -> str:
    """The beginning of a text, for a summary."""
    return isolate(cut(str(answers.formatted().show(loaded(stored))), 100))
