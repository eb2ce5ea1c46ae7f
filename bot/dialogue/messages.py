"""What goes out and what comes in, in words that every channel understands.

Texts are plain unless they are `Rich`, so what a person typed can never become markup by accident.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from html import escape, unescape
from itertools import accumulate
from typing import Any

DATA_BYTES = 64
"""The most bytes a button's data may have: `callback_data` of the Bot API."""

_TAG = re.compile(r"<[^<>]*>")


class Rich(str):
    """Text in Telegram's HTML subset; made by `rich` alone, which escapes every field."""

    __slots__ = ()


def rich(template: str, /, **fields: object) -> Rich:
    """`template` with its fields filled in, escaped: markup comes from the template only."""
    safe = {
        name: value if isinstance(value, Rich) else escape(str(value), quote=False)
        for name, value in fields.items()
    }
    return Rich(template.format(**safe))


def as_plain(text: str) -> str:
    """What is read of `text`: without its markup when it is `Rich`, else itself."""
    return unescape(_TAG.sub("", text)) if isinstance(text, Rich) else text


def as_html(text: str) -> str:
    """`text` as HTML: itself when it is `Rich`, escaped when it is plain."""
    return str(text) if isinstance(text, Rich) else escape(text, quote=False)


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: it sends `data` (1 to 64 bytes), or opens `url`."""

    label: str
    data: str = ""
    url: str = ""


class Wanted(StrEnum):
    """What a reply keyboard's button lets a person share."""

    CONTACT = "contact"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file or picture that the sender makes, by the name of its maker, just before sending.

    With `file`, the channel's own name for one that it has already, nothing is made.
    """

    kind: str  # "document", "photo" or "voice"
    name: str
    maker: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one chat; `about` names what a reply to it answers, such as `question:12`.

    One that is `paid` for does not count among the channel's free messages.
    """

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    share: tuple[tuple[Wanted, str], ...] = ()
    attachment: Attachment | None = None
    about: str = ""
    clear_share: bool = False
    paid: bool = False

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons in reading order: the numbers that a person may type."""
        return tuple(button for row in self.rows for button in row)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A promised message that is not to be sent after all; `reason` is a fixed phrase of ours."""

    reason: str


@dataclass(frozen=True, slots=True)
class PutOff:
    """A promised message that has to wait until then; `reason` is a fixed phrase of ours."""

    until: datetime
    reason: str


def dump(message: Message) -> dict[str, Any]:
    """`message` as JSON, without what is empty."""
    made = message.attachment
    content: dict[str, Any] = {"text": str(message.text)}
    if isinstance(message.text, Rich):
        content["rich"] = True
    if message.rows:
        content["rows"] = [[[b.label, b.data, b.url] for b in row] for row in message.rows]
    if message.share:
        content["share"] = [[wanted.value, label] for wanted, label in message.share]
    if made is not None:
        known = [made.file] if made.file else []
        content["attachment"] = [made.kind, made.name, made.maker, dict(made.arguments), *known]
    if message.about:
        content["about"] = message.about
    if message.clear_share:
        content["clear_share"] = True
    if message.paid:
        content["paid"] = True
    return content


def load(content: Mapping[str, Any]) -> Message:
    """The message that `dump` wrote."""
    text = content["text"]
    made = content.get("attachment")
    return Message(
        text=Rich(text) if content.get("rich") else text,
        rows=tuple(tuple(Button(*b) for b in row) for row in content.get("rows", ())),
        share=tuple((Wanted(wanted), label) for wanted, label in content.get("share", ())),
        attachment=Attachment(*made) if made else None,
        about=content.get("about", ""),
        clear_share=content.get("clear_share", False),
        paid=content.get("paid", False),
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an update came from: enough to answer it and to know the person again."""

    key: str
    """Unique per update within 14 days, such as `telegram:81234`."""
    chat: str
    private: bool = True
    language: str = ""
    """The language of the person's app, such as `nl` or `pt-br`; empty when unknown."""
    message: str = ""
    """The channel's own number of the message typed, or of the one whose button was pressed."""


@dataclass(frozen=True, slots=True)
class Span:
    """How a part of a text was formatted: `bold`, `text_link` and so on, as Telegram names them.

    `offset` and `length` are UTF-16 units. `url` is of a `text_link`, `language` of a `pre`.
    """

    kind: str
    offset: int
    length: int
    url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """Text that a person typed; NUL characters are gone, nothing else is changed."""

    origin: Origin
    text: str
    reply_to: str = ""
    edited: bool = False
    spans: tuple[Span, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that a person pressed; `query` is what the channel wants answered."""

    origin: Origin
    data: str
    query: str


class Kind(StrEnum):
    """What a person shared instead of text."""

    CONTACT = "contact"
    LOCATION = "location"
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    STICKER = "sticker"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Shared:
    """Something other than text, with what is worth keeping of it.

    CONTACT: `phone`, `own` (bool). LOCATION: `latitude`, `longitude` (degrees). PHOTO, DOCUMENT,
    VOICE: `file` (the channel's name for it); DOCUMENT: `name`, as its owner called it, if it has
    one. `album` is set on a part of an album; `spans` are of the caption.
    """

    origin: Origin
    kind: Kind
    value: Mapping[str, Any] = field(default_factory=dict)
    caption: str = ""
    album: str = ""
    edited: bool = False
    spans: tuple[Span, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Reachable:
    """The person blocked the bot (`now` is False) or let it in again."""

    origin: Origin
    now: bool


Incoming = Heard | Pressed | Shared | Reachable


TEXT_UNITS = 4096
"""The most UTF-16 units a text may have: `sendMessage` of the Bot API counts so."""


def units(text: str) -> int:
    """The length of `text` as the Bot API counts it; 600 family emoji are 4,800."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clipped(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """`spans` within `text`, around whole characters; those that are left empty are gone."""
    starts = list(accumulate((2 if sign > "\uffff" else 1 for sign in text), initial=0))
    found = []
    for span in spans:
        end = starts[bisect_right(starts, max(span.offset + span.length, 0)) - 1]
        start = min(span.offset, end)
        start = starts[bisect_left(starts, start)]
        if start < end:
            found.append(replace(span, offset=start, length=end - start))
    return tuple(found)


def cut(text: str, most: int) -> str:
    """`text` on one line, in at most so many UTF-16 units."""
    bare = " ".join(text.split())
    if units(bare) <= most:
        return bare
    while units(bare) >= most:
        bare = bare[: -max(1, (units(bare) - most) // 2)]
    return bare.rstrip() + "…"


def joined(messages: Sequence[Message]) -> list[Message]:
    """`messages`, with each bare text put in front of the one after it where both fit in one."""
    found: list[Message] = []
    for message in messages:
        before = found[-1] if found else None
        if before is not None and _bare(before) and not message.attachment:
            text = _together(before.text, message.text)
            if units(text) <= TEXT_UNITS:
                found[-1] = replace(message, text=text)
                continue
        found.append(message)
    return found


def _bare(message: Message) -> bool:
    return not (
        message.rows or message.share or message.attachment or message.about or message.clear_share
    )


def _together(first: str, second: str) -> str:
    if isinstance(first, Rich) or isinstance(second, Rich):
        return Rich(f"{as_html(first)}\n\n{as_html(second)}")
    return f"{first}\n\n{second}"
