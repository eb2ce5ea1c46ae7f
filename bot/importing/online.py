"""The way in to an online meeting, taken out of what everybody reads.

Calendar programs write the address of the room into the text or the place of an event, followed by
numbers and codes to dial in. Only those who sign up may see that, shortly before the start.
"""

from __future__ import annotations

import re
from typing import Final

_ROOM: Final = re.compile(
    r"https?://(?:[\w-]+\.)*(?:zoom\.us|teams\.microsoft\.com|teams\.live\.com|meet\.google\.com"
    r"|webex\.com|meet\.jit\.si|whereby\.com)/[^\s<>\"']+",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(r"(?:<[^>]*|[\s,;:(–-]+)$")
_LETTER: Final = re.compile(r"[^\W\d_]")


def parted(text: str) -> tuple[str, str | None]:
    """The text before the address of a room, and that address; all of it where there is none."""
    found = _ROOM.search(text)
    if found is None:
        return text, None
    return _without_tail(text[: found.start()]), found[0].rstrip(".,;)")


def _without_tail(text: str) -> str:
    """Without what only led to the address: a lone tag, a colon, a line of dashes."""
    before = None
    while text != before:
        before = text
        text = _TAIL.sub("", text)
        lines = text.splitlines()
        if lines and not _LETTER.search(lines[-1]):
            text = "\n".join(lines[:-1])
    return text
