"""Answers that are more than a line: text with its formatting, photos, files, voice messages.

They are kept by the channel's own names for them; what is in a file is never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from bot.dialogue.checks import Check, Invalid, is_blank, not_text
from bot.dialogue.citizen_numbers import has_citizen_number
from bot.dialogue.formatting import as_rich, trimmed
from bot.dialogue.language import _
from bot.dialogue.messages import Heard, Kind, Rich, Shared, as_plain, units

_NAMES = {Kind.PHOTO: "photo.jpg", Kind.DOCUMENT: "file", Kind.VOICE: "voice.ogg"}


def formatted(most: int = 4096) -> Check[str | Rich]:
    """Text as it was typed, bold words, links and all; at most so many UTF-16 units are shown."""

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> str | Rich | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        text, spans = trimmed(given.text, given.spans)
        if is_blank(text):
            return Invalid(_("That is a bit short. Can you say a little more?"))
        if units(text) > most:
            return Invalid(
                _("That is too long: {count} characters. At most {most} fit.").format(
                    count=units(text), most=most
                )
            )
        return as_rich(text, spans)

    return Check(read, _dumped, _loaded, as_plain)


def _dumped(text: str | Rich) -> dict[str, Any]:
    return {"text": str(text), "rich": isinstance(text, Rich)}


def _loaded(stored: Mapping[str, Any]) -> str | Rich:
    return Rich(stored["text"]) if stored["rich"] else str(stored["text"])


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, by the channel's name for its file, with the words under it."""

    file: str
    caption: str


def photo() -> Check[Photo]:
    """A photo."""

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> Photo | Invalid:
        if not _is_file(given, Kind.PHOTO):
            return Invalid(_("Please send a photo."))
        return Photo(str(given.value["file"]), given.caption)

    return Check(
        read, lambda p: [p.file, p.caption], lambda pair: Photo(*pair), lambda p: p.caption
    )


@dataclass(frozen=True, slots=True)
class SentFile:
    """A photo, file or voice message, by the channel's name for it, with the words under it."""

    kind: str  # "photo", "document" or "voice", as in an Attachment
    file: str
    name: str
    caption: str | Rich


def file() -> Check[SentFile]:
    """A photo, a file or a voice message, to be sent on as it is."""

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> SentFile | Invalid:
        if not _is_file(given, *_NAMES):
            return Invalid(_("Please send a photo, a file or a voice message."))
        name = str(given.value.get("name") or _NAMES[given.kind])
        if has_citizen_number(name):
            return Invalid(
                _("The name of that file may hold a citizen service number (BSN). Rename it first.")
            )
        caption = as_rich(*trimmed(given.caption, given.spans))
        return SentFile(given.kind.value, str(given.value["file"]), name, caption)

    return Check(
        read,
        lambda sent: [sent.kind, sent.file, sent.name, _dumped(sent.caption)],
        lambda stored: SentFile(stored[0], stored[1], stored[2], _loaded(stored[3])),
        lambda sent: as_plain(sent.caption) or sent.name,
    )


def _is_file(given: Heard | Shared, *kinds: Kind) -> TypeGuard[Shared]:
    """Whether it is something of these kinds, with a name by which it can be sent again."""
    return isinstance(given, Shared) and given.kind in kinds and bool(given.value.get("file"))
