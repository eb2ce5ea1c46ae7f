"""Texts that are longer than one message may be, cut into several.

A cut falls between paragraphs, lines or words where that can be, and never inside a tag: what is
open at the end of a rich part is closed there, and opened again in the next.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from bot.dialogue.messages import TEXT_UNITS, Message, Rich, as_plain, units

FOR_TAGS: Final = 256
"""Units that are left free in a rich part, to close and open tags."""

_PIECE: Final = re.compile(r"<[^>]*>|&[#\w]{1,10};|\n+|[ \t]+|[^\s<&]{1,200}|.", re.DOTALL)
_PLAIN_PIECE: Final = re.compile(r"\n+|[ \t]+|[^\s]{1,200}|.", re.DOTALL)
_TAG: Final = re.compile(r"<(/?)([a-z-]+)[^>]*>")


def fitting(message: Message) -> list[Message]:
    """`message` in parts that fit; buttons and attachment go with the last."""
    if len(message.text) * 2 <= TEXT_UNITS or units(as_plain(message.text)) <= TEXT_UNITS:
        return [message]
    parts = parted(message.text)
    return [*map(Message, parts[:-1]), replace(message, text=parts[-1])]


def parted(text: str, most: int = TEXT_UNITS) -> list[str]:
    """`text` in parts of at most so many UTF-16 units, rich if it is rich."""
    if not isinstance(text, Rich):
        return _filled(_PLAIN_PIECE.findall(text), most)
    return _with_tags(_filled(_PIECE.findall(text), most - FOR_TAGS))


def _filled(pieces: list[str], most: int) -> list[str]:
    """The pieces put together again, each part cut at its last line or word."""
    parts: list[str] = []
    part: list[str] = []
    size = 0
    for piece in pieces:
        more = units(piece)
        if size + more > most and part:
            at = _best_cut(part)
            parts.append("".join(part[:at]).strip())
            part = part[at:]
            size = sum(map(units, part))
        part.append(piece)
        size += more
    parts.append("".join(part).strip())
    return [part for part in parts if part]


def _best_cut(part: list[str]) -> int:
    """After which piece to cut: the last paragraph, line or word of the part's second half."""
    half = len(part) // 2
    for wanted in ("\n\n", "\n", " ", "\t"):
        for at in range(len(part) - 1, half, -1):
            if part[at].startswith(wanted):
                return at
    return len(part)


def _with_tags(parts: list[str]) -> list[str]:
    balanced: list[str] = []
    opened: list[tuple[str, str]] = []
    for part in parts:
        before = "".join(tag for tag, _name in opened)
        for found in _TAG.finditer(part):
            if not found[1]:
                opened.append((found[0], found[2]))
            elif opened:
                opened.pop()
        after = "".join(f"</{name}>" for _tag, name in reversed(opened))
        balanced.append(Rich(before + part + after))
    return balanced
