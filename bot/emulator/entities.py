"""Texts as Telegram counts and marks them: UTF-16 units, entities, trimming.

Offsets and lengths of entities are UTF-16 code units, so a family emoji counts for eleven.
"""

from __future__ import annotations

import re
from typing import Any

from bot.emulator.refusals import bad

Json = dict[str, Any]

KINDS = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)
MOST = 100
"""Telegram shows at most so many marked pieces in a message; the others stay plain text."""
_CLOSED = frozenset({"code", "pre", "text_link", "text_mention"})
_BY_ITSELF = re.compile(r"[/@#]|\.[a-zA-Z]")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]"
    r"|(?<![\w@./-])(?:[a-zA-Z0-9-]+\.)+(?:nl|com|org|net|eu|me|be|de|io|app)\b(?:/[^\s<>\"']*[\w/])?)"
    r"|(?P<email>(?<![\w.+-])[\w.+-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)"
    r"|(?P<bot_command>(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@])@[a-zA-Z0-9_]{3,32}(?!\w))"
    r"|(?P<hashtag>(?<![\w#])#\w*[^\W\d]\w*)"
)
_NOT_KEPT = re.compile("[\x00-\x08\x0b-\x1f\u2028-\u202e]")


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for sign in text if sign > "\uffff")


def cleaned(text: str) -> str:
    """The text as Telegram takes it in: no control characters, no direction overrides."""
    if _NOT_KEPT.search(text) is None:
        return text
    text = text.replace("\r", "")
    return _NOT_KEPT.sub(lambda found: "" if found[0] > "\x1f" else " ", text)


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without the white space around it; the entities move and shrink along."""
    bare = text.strip()
    if bare == text or not entities:
        return bare, entities
    cut = units(text[: len(text) - len(text.lstrip())])
    return bare, clipped(entities, cut, units(bare))


def clipped(entities: list[Json], cut: int, length: int) -> list[Json]:
    """Entities moved `cut` units to the left and kept within a text of `length` units."""
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, length)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return kept


def checked(entities: list[Json], text: str) -> list[Json]:
    """Entities that the bot gave itself, in order; Refused if one does not fit the text."""
    length = units(text)
    for entity in entities:
        if entity["type"] not in KINDS:
            raise bad("can't parse MessageEntity: unsupported type specified")
        if entity["offset"] < 0 or entity["length"] < 1:
            raise bad("can't parse MessageEntity: wrong offset or length")
        if entity["offset"] + entity["length"] > length:
            raise bad("entity beyond the end of the text", "offset + length, in UTF-16 units")
    return in_order(entities)


def in_order(entities: list[Json]) -> list[Json]:
    """By offset; the one around another first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def with_found(text: str, entities: list[Json]) -> list[Json]:
    """The first 100, with the commands, links, names and tags that Telegram finds by itself."""
    if _BY_ITSELF.search(text) is None:
        return entities[:MOST]
    found = [entity for entity in _found(text) if _free(entity, entities)]
    return (in_order(entities + found) if found else entities)[:MOST]


def _found(text: str) -> list[Json]:
    ascii_only = text.isascii()
    found = []
    for match in _FOUND.finditer(text):
        start = match.start() if ascii_only else units(text[: match.start()])
        kind = str(match.lastgroup)
        found.append({"type": kind, "offset": start, "length": units(match[0])})
    return found


def _free(entity: Json, taken: list[Json]) -> bool:
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return not any(
        other["type"] in _CLOSED
        and start < other["offset"] + other["length"]
        and other["offset"] < end
        for other in taken
    )
