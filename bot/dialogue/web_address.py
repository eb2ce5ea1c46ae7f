"""A check of a link as people paste it: `https` alone, in one piece, to somewhere on the web."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.dialogue.answers import Check, Invalid, not_text
from bot.dialogue.language import N_, _
from bot.dialogue.messages import Heard, Shared

LONGEST: Final = 500


def web_address() -> Check[str]:
    """A link that begins with `https://`; without a scheme it is taken to be one of these."""

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> str | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        typed = given.text.strip()
        if typed.casefold().startswith("http://"):
            return Invalid(_("That link is not safe. It has to begin with https://"))
        whole = typed if "://" in typed else f"https://{typed}"
        return whole if _is_link(whole) else Invalid(_("That does not look like a link."))

    return Check(read, str, _kept, str, example=N_("https://meet.example.org/neighbours"))


def _is_link(text: str) -> bool:
    if len(text) > LONGEST or any(c.isspace() or not c.isprintable() for c in text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme.casefold() == "https" and "." in host.strip(".") and "@" not in parts.netloc


def _kept(stored: object) -> str:
    if not isinstance(stored, str) or not _is_link(stored):
        raise TypeError("what is stored is no link")
    return stored
