"""What one of Telegram's updates says.

Nothing in an update is trusted to be of its documented type. Only the fields that are needed are
looked at, so a new kind of message, or a broken one, costs no more than itself.
"""

from collections.abc import Mapping
from typing import Any, Final

from bot.channels import Moved, Unreadable, Update
from bot.dialogue.messages import (
    DATA_BYTES,
    Heard,
    Incoming,
    Kind,
    Origin,
    Pressed,
    Reachable,
    Shared,
    Span,
    clipped,
)

ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")

LARGEST_ID: Final = 2**52  # the Bot API's ids have at most 52 significant bits
LONGEST_TEXT: Final = 16_384  # characters; Telegram's own limit is 4,096 UTF-16 units
LONGEST_URL: Final = 2_048
LONGEST_NAME: Final = 120
MOST_SPANS: Final = 100  # as many as Telegram shows
_OTHER: Final = (
    "animation", "audio", "checklist", "dice", "game", "giveaway", "invoice", "live_photo",
    "paid_media", "poll", "story", "users_shared", "venue", "video", "video_note",
)  # fmt: skip
_FORMATS: Final = frozenset(
    ["bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link",
     "blockquote", "expandable_blockquote"]
)  # fmt: skip
_FILES: Final = (("document", Kind.DOCUMENT), ("voice", Kind.VOICE), ("sticker", Kind.STICKER))


def read(update: Update) -> Incoming | Moved | None:
    """What the update says; None if it is nothing for us. Raises Unreadable."""
    raw = update.raw
    if not isinstance(raw, dict):
        raise Unreadable("not an object")
    for name in ALLOWED:
        if name in raw:
            part = raw[name]
            if not isinstance(part, dict):
                raise Unreadable(f"{name} is no object")
            if name == "callback_query":
                return _press(update.key, part)
            if name == "my_chat_member":
                return _membership(update.key, part)
            return _message(update.key, part, edited=name == "edited_message")
    if as_id(raw.get("update_id")) is None:
        raise Unreadable("no id")
    return None


def _message(key: str, message: Mapping[str, Any], *, edited: bool) -> Incoming | Moved | None:
    sender = message.get("from")
    origin = _origin(key, message.get("chat"), sender, message.get("message_id"))
    if origin is None or (isinstance(sender, dict) and sender.get("is_bot") is True):
        return None
    moved = _moved(origin, message)
    if moved is not None:
        return moved
    if "text" in message:
        text = _text(message["text"], origin.chat)
        spans = _spans(message.get("entities"), message["text"])
        return Heard(origin, text, _reply_to(message), edited, spans)
    return _shared(origin, message, edited=edited)


def _origin(key: str, chat: Any, sender: Any, message_id: Any) -> Origin | None:
    """Where it came from; None for a channel, which is no chat with people."""
    number = as_id(chat.get("id")) if isinstance(chat, dict) else None
    if number is None:
        raise Unreadable("no chat")
    kind = chat.get("type")
    address = f"telegram:{number}"
    if kind == "channel":
        return None
    private = kind == "private"
    if not private and kind not in ("group", "supergroup"):
        raise Unreadable("an unknown kind of chat")
    answerable = address if private else None
    if private is not (number > 0):
        raise Unreadable("a chat of the wrong sign")
    message = as_id(message_id)
    if message is None or message < 0:
        raise Unreadable("no message id", answerable)
    if sender is not None and not isinstance(sender, dict):
        raise Unreadable("no sender", answerable)
    return Origin(key, address, private, _language(sender), str(message))


def _moved(origin: Origin, message: Mapping[str, Any]) -> Moved | None:
    """A group that became a supergroup; both chats are told, in either order."""
    to = as_id(message.get("migrate_to_chat_id"))
    if to is not None:
        return Moved(origin.key, origin.chat, f"telegram:{to}")
    old = as_id(message.get("migrate_from_chat_id"))
    if old is not None:
        return Moved(origin.key, f"telegram:{old}", origin.chat)
    return None


def _shared(origin: Origin, message: Mapping[str, Any], *, edited: bool) -> Shared | None:
    found = _value(origin, message)
    if found is None:
        return None
    kind, value = found
    caption = _text(message.get("caption", ""), origin.chat)
    album = message.get("media_group_id")
    return Shared(
        origin,
        kind,
        value,
        caption,
        album if isinstance(album, str) else "",
        edited,
        _spans(message.get("caption_entities"), message.get("caption")),
    )


def _value(origin: Origin, message: Mapping[str, Any]) -> tuple[Kind, dict[str, Any]] | None:
    """What kind of thing it is, and what is worth keeping of it."""
    if "contact" in message:
        return Kind.CONTACT, _contact(origin, message["contact"], message.get("from"))
    if "location" in message and "venue" not in message:
        return Kind.LOCATION, _location(origin, message["location"])
    if "photo" in message:
        sizes = message["photo"]
        largest = sizes[-1] if isinstance(sizes, list) and sizes else None
        return Kind.PHOTO, _file(origin, largest)
    if "animation" in message:
        return Kind.OTHER, {}
    for name, kind in _FILES:
        if name in message:
            return kind, _file(origin, message[name])
    return (Kind.OTHER, {}) if any(name in message for name in _OTHER) else None


def _contact(origin: Origin, contact: Any, sender: Any) -> dict[str, Any]:
    if not isinstance(contact, dict):
        raise Unreadable("contact is no object", origin.chat)
    phone = _text(contact.get("phone_number"), origin.chat)
    owner = as_id(contact.get("user_id"))
    own = owner is not None and isinstance(sender, dict) and as_id(sender.get("id")) == owner
    return {"phone": phone, "own": own}


def _location(origin: Origin, location: Any) -> dict[str, Any]:
    found = {}
    for name, limit in (("latitude", 90), ("longitude", 180)):
        degrees = location.get(name) if isinstance(location, dict) else None
        if isinstance(degrees, bool) or not isinstance(degrees, int | float):
            raise Unreadable(f"no {name}", origin.chat)
        if not -limit <= degrees <= limit:
            raise Unreadable(f"{name} out of bounds", origin.chat)
        found[name] = float(degrees)
    return found


def _file(origin: Origin, file: Any) -> dict[str, Any]:
    if not isinstance(file, dict):
        raise Unreadable("a file that is no object", origin.chat)
    found = {"file": _text(file.get("file_id"), origin.chat)}
    name = file.get("file_name")
    if isinstance(name, str) and (kept := _file_name(name)):
        found["name"] = kept
    return found


def _file_name(given: str) -> str:
    """The end of a file's name, where its kind stands, without what belongs in no name."""
    end = given[-LONGEST_NAME:]
    return "".join(sign for sign in end if sign.isprintable() and sign not in "/\\:").strip(". ")


def _press(key: str, query: Mapping[str, Any]) -> Pressed | None:
    sender = query.get("from")
    person = as_id(sender.get("id")) if isinstance(sender, dict) else None
    if person is None:
        raise Unreadable("a press by nobody")
    number = query.get("id")
    if not isinstance(number, str) or not number.isascii() or not 0 < len(number) <= 64:
        raise Unreadable("a press without id")
    message = query.get("message")
    if not isinstance(message, dict):
        return None
    origin = _origin(key, message.get("chat"), sender, message.get("message_id"))
    if origin is None or "data" not in query:
        return None
    data = _text(query["data"], origin.chat)
    if not 0 < len(data.encode()) <= DATA_BYTES:
        raise Unreadable("data of a wrong length", origin.chat)
    return Pressed(origin, data, number)


def _membership(key: str, change: Mapping[str, Any]) -> Reachable | None:
    origin = _origin(key, change.get("chat"), change.get("from"), 0)
    member = change.get("new_chat_member")
    status = member.get("status") if isinstance(member, dict) else None
    if not isinstance(status, str):
        raise Unreadable("no status")
    if origin is None or not origin.private:
        return None
    return Reachable(origin, status not in ("kicked", "left", "restricted"))


def as_id(value: Any) -> int | None:
    """`value` if it is a number that can be an id; True and 1.0 are none."""
    return value if type(value) is int and -LARGEST_ID < value < LARGEST_ID else None


def _text(value: Any, chat: str) -> str:
    """Text without NUL characters, which PostgreSQL cannot keep; half a character is refused."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Unreadable("text of a wrong kind", chat)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unreadable("half a character", chat) from None
    return value.replace("\0", "")


def _spans(given: Any, text: Any) -> tuple[Span, ...]:
    """How the text was formatted, as far as that can be believed; what is odd is left out."""
    if not isinstance(given, list) or not isinstance(text, str) or "\0" in text:
        return ()
    found = (_span(entity) for entity in given[: 4 * MOST_SPANS])
    return clipped(text, list(filter(None, found))[:MOST_SPANS])


def _span(entity: Any) -> Span | None:
    kind = entity.get("type") if isinstance(entity, dict) else None
    if not isinstance(kind, str) or kind not in _FORMATS:
        return None
    offset, length = as_id(entity.get("offset")), as_id(entity.get("length"))
    if offset is None or length is None or length < 1:
        return None
    url = _short(entity.get("url"), LONGEST_URL) if kind == "text_link" else ""
    language = _short(entity.get("language"), LONGEST_NAME) if kind == "pre" else ""
    return None if kind == "text_link" and not url else Span(kind, offset, length, url, language)


def _short(value: Any, most: int) -> str:
    """A text of at most so many characters, all of them whole; empty for anything else."""
    fits = isinstance(value, str) and len(value) <= most and value.isprintable()
    return str(value) if fits else ""


def _language(sender: Any) -> str:
    code = sender.get("language_code") if isinstance(sender, dict) else None
    fits = isinstance(code, str) and code.isascii() and len(code) <= 35
    return str(code).lower() if fits and str(code).replace("-", "").isalnum() else ""


def _reply_to(message: Mapping[str, Any]) -> str:
    replied = message.get("reply_to_message")
    number = as_id(replied.get("message_id")) if isinstance(replied, dict) else None
    return "" if number is None else str(number)
