"""Telegram's HTML: a small language with its own rules and its own sentences for mistakes.

The parser follows the published tags: a text with an unknown tag, a tag left open or closed in the
wrong order is refused whole, with the byte offset of the mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.emulator.entities import in_order, units
from bot.emulator.refusals import Refused, bad

Json = dict[str, Any]

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_PLACE = re.compile(r"[<&]")
_CHARACTER = re.compile(r"&(?:#(?P<ten>[0-9]{1,7})|#x(?P<hex>[0-9a-fA-F]{1,6})|(?P<name>[a-z]+));?")
_NAMES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"\s*(?P<name>[^\s=>/]*)\s*(?P<equals>=?)\s*")
_VALUE = re.compile(r"\"(?P<two>[^\"]*)\"|'(?P<one>[^']*)'|(?P<bare>[a-zA-Z0-9.-]+)(?=[\s>])")
_LINK = re.compile(r"(?:https?|tg|tonsite|mailto|tel)[:/].+|[\w-]+(?:\.[\w-]+)+.*", re.IGNORECASE)
_MENTION = re.compile(r"tg://user\?id=([0-9]{1,18})$")


@dataclass(slots=True)
class _Open:
    """A start tag that waits for its end."""

    name: str
    attributes: dict[str, str]
    offset: int
    position: int


@dataclass(slots=True)
class _Parser:
    """One pass over one text."""

    source: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def run(self) -> tuple[str, list[Json]]:
        at = 0
        while (place := _PLACE.search(self.source, at)) is not None:
            self.add(self.source[at : place.start()])
            at = self.character(place.start()) if place[0] == "&" else self.tag(place.start())
        self.add(self.source[at:])
        if self.open:
            name = self.open[-1].name
            raise _mistake(f'Can\'t find end tag corresponding to start tag "{name}"')
        return "".join(self.parts), in_order(self.entities)

    def add(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += units(text)

    def character(self, at: int) -> int:
        found = _CHARACTER.match(self.source, at)
        sign = _sign(found) if found else ""
        if not found or not sign:
            self.add("&")
            return at + 1
        self.add(sign)
        return found.end()

    def tag(self, at: int) -> int:
        if self.source.startswith("/", at + 1):
            return self.end_tag(at)
        name_end = _name_end(self.source, at + 1)
        name = self.source[at + 1 : name_end].lower()
        if name_end == len(self.source):
            raise self.mistake("Unclosed start tag", at)
        if name not in _KINDS:
            raise self.mistake(f'Unsupported start tag "{name}"', at)
        attributes, end = self.attributes(name, at, name_end)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self.mistake('Tag "span" must have class "tg-spoiler"', at)
        self.open.append(_Open(name, attributes, self.length, len(self.parts)))
        return end

    def attributes(self, name: str, tag: int, at: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        while not (rest := self.source[at:].lstrip()).startswith(">"):
            if not rest:
                raise self.mistake(f'Unclosed start tag "{name}"', tag)
            match = _ATTRIBUTE.match(self.source, at)
            assert match is not None
            if not match["name"]:
                raise self.mistake(f'Empty attribute name in the tag "{name}"', tag)
            at = match.end()
            if not match["equals"]:
                found[match["name"].lower()] = ""
                continue
            value = _VALUE.match(self.source, at)
            if value is None:
                raise self.value_mistake(name, tag, at)
            at = value.end()
            found[match["name"].lower()] = _plain(value[value.lastgroup or 0])
        return found, self.source.index(">", at) + 1

    def value_mistake(self, name: str, tag: int, at: int) -> Refused:
        rest = self.source[at:]
        if not rest or rest[0] in "\"'" or not re.search(r"[\s>]", rest):
            return self.mistake(f'Unclosed start tag "{name}"', tag)
        return self.mistake("Unexpected end of name token", at)

    def end_tag(self, at: int) -> int:
        if not self.open:
            raise self.mistake("Unexpected end tag", at)
        name_end = _name_end(self.source, at + 2)
        name = self.source[at + 2 : name_end].lower()
        end = name_end + len(self.source[name_end:]) - len(self.source[name_end:].lstrip())
        if not self.source.startswith(">", end):
            raise self.mistake("Unclosed end tag", at)
        start = self.open.pop()
        if name not in ("", start.name):
            raise _mistake(
                f"Unmatched end tag at byte offset {self.bytes(at)}, "
                f'expected "</{start.name}>", found "</{name}>"'
            )
        if self.length > start.offset:
            self.close(start)
        return end + 1

    def close(self, start: _Open) -> None:
        entity: Json = {
            "type": _KINDS[start.name],
            "offset": start.offset,
            "length": self.length - start.offset,
        }
        more = _ENTITY_OF.get(start.name, _nothing)(start, "".join(self.parts[start.position :]))
        if more is None:
            return
        entity.update(more)
        if start.name == "pre" and self.inner_language(entity):
            return
        self.entities.append(entity)

    def inner_language(self, entity: Json) -> bool:
        """`<pre><code class="language-x">` is one entity; the inner one becomes it."""
        last = self.entities[-1] if self.entities else None
        if not last or last["type"] != "code" or "language" not in last:
            return False
        if (last["offset"], last["length"]) != (entity["offset"], entity["length"]):
            return False
        last["type"] = "pre"
        return True

    def mistake(self, text: str, at: int) -> Refused:
        return _mistake(f"{text} at byte offset {self.bytes(at)}")

    def bytes(self, at: int) -> int:
        return len(self.source[:at].encode("utf-8", "surrogatepass"))


def parsed(source: str) -> tuple[str, list[Json]]:
    """The bare text and its entities; Refused with Telegram's words for broken markup."""
    if "<" not in source and "&" not in source:
        return source, []
    text, entities = _Parser(source).run()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return text, entities


def _mistake(text: str) -> Refused:
    return bad(f"can't parse entities: {text}")


def _name_end(source: str, at: int) -> int:
    found = _TAG_NAME.match(source, at)
    assert found is not None
    return found.end()


def _sign(found: re.Match[str]) -> str:
    if found["name"]:
        return _NAMES.get(found["name"], "")
    number = int(found["ten"]) if found["ten"] else int(found["hex"], 16)
    return chr(number) if 0 < number < 0x10FFFF else ""


def _plain(value: str) -> str:
    return _CHARACTER.sub(lambda found: _sign(found) or found[0], value)


def _nothing(_start: _Open, _text: str) -> Json | None:
    return {}


def _link(start: _Open, text: str) -> Json | None:
    url = start.attributes.get("href", "") or text
    mention = _MENTION.match(url)
    if mention:
        user = {"id": int(mention[1]), "is_bot": False, "first_name": text}
        return {"type": "text_mention", "user": user}
    return {"url": url} if _LINK.match(url) else None


def _code(start: _Open, _text: str) -> Json | None:
    name = start.attributes.get("class", "")
    return {"language": name[9:]} if name.startswith("language-") else {}


def _quote(start: _Open, _text: str) -> Json | None:
    return {"type": "expandable_blockquote"} if "expandable" in start.attributes else {}


def _emoji(start: _Open, _text: str) -> Json | None:
    number = start.attributes.get("emoji-id", "")
    if not number.isdigit():
        raise _mistake("Invalid custom emoji identifier specified")
    return {"custom_emoji_id": number}


def _moment(start: _Open, _text: str) -> Json | None:
    number = start.attributes.get("unix", "")
    if not number.isdigit():
        raise _mistake("Invalid Unix time specified")
    shape = start.attributes.get("format", "")
    return {"unix_time": int(number)} | ({"date_time_format": shape} if shape else {})


_ENTITY_OF = {
    "a": _link,
    "code": _code,
    "blockquote": _quote,
    "tg-emoji": _emoji,
    "tg-time": _moment,
}
