"""The methods that put messages into chats."""

from __future__ import annotations

from typing import Any

from bot.emulator import files
from bot.emulator.call import (
    Call,
    admitted,
    any_chat,
    caption_content,
    markup_content,
    open_chat,
    place_content,
    set_keyboard,
    text_content,
)
from bot.emulator.chats import Chat
from bot.emulator.entities import units
from bot.emulator.files import Upload
from bot.emulator.refusals import bad
from bot.emulator.state import State

Json = dict[str, Any]

ALBUM_KINDS = {"photo": "photo", "document": "document"}
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
_TYPING_SECONDS = 5
_FORWARDED = [
    "text",
    "entities",
    "caption",
    "caption_entities",
    "photo",
    "document",
    "voice",
    "sticker",
    "location",
    "contact",
    "link_preview_options",
    "has_media_spoiler",
]


def send_message(state: State, call: Call) -> Json:
    """sendMessage."""
    return _send(state, call, text_content(call.params))


def send_photo(state: State, call: Call) -> Json:
    """sendPhoto."""
    return _send(state, call, {**media_field(state, call, "photo"), **caption_content(call.params)})


def send_document(state: State, call: Call) -> Json:
    """sendDocument."""
    field = media_field(state, call, "document")
    return _send(state, call, {**field, **caption_content(call.params)})


def send_voice(state: State, call: Call) -> Json:
    """sendVoice."""
    field = media_field(state, call, "voice")
    field["voice"]["duration"] = call.params.get("duration", field["voice"]["duration"])
    return _send(state, call, {**field, **caption_content(call.params)})


def send_sticker(state: State, call: Call) -> Json:
    """sendSticker."""
    return _send(state, call, media_field(state, call, "sticker"))


def send_location(state: State, call: Call) -> Json:
    """sendLocation."""
    params = call.params
    if abs(params["latitude"]) > 90 or abs(params["longitude"]) > 180:
        raise bad("wrong location specified", "degrees")
    if not 0 <= params.get("horizontal_accuracy", 0) <= 1500:
        raise bad("wrong horizontal accuracy specified", "0-1500 metres")
    period = params.get("live_period", 60)
    if not 60 <= period <= 86400 and period != 0x7FFFFFFF:
        raise bad("wrong live location period specified", "60-86400 seconds")
    keys = ("latitude", "longitude", "horizontal_accuracy", "live_period", "heading")
    return _send(state, call, {"location": {key: params[key] for key in keys if key in params}})


def send_contact(state: State, call: Call) -> Json:
    """sendContact."""
    keys = ("phone_number", "first_name", "last_name", "vcard")
    card = {key: call.params[key] for key in keys if call.params.get(key)}
    if not card.get("phone_number") or not card.get("first_name"):
        raise bad("contact must have a phone number and a first name")
    if units(card.get("vcard", "")) > 2048:
        raise bad("VCARD_TOO_LONG", "2048 bytes")
    return _send(state, call, {"contact": card})


def send_media_group(state: State, call: Call) -> list[Json]:
    """sendMediaGroup."""
    media = call.params["media"]
    if not 2 <= len(media) <= 10:
        raise bad("wrong number of messages to send", "an album has 2-10 items")
    if (
        len({one["type"] for one in media} & {"document", "audio"})
        and len({one["type"] for one in media}) > 1
    ):
        raise bad("document and audio can't be mixed with other media types")
    chat = open_chat(state, call.params["chat_id"])
    place = place_content(call.params, chat)
    contents = [{**input_media(state, call, one), **caption_content(one)} for one in media]
    admitted(state, call, chat, len(contents))
    group = {"media_group_id": str(state.last_message_id << 8), **place}
    return [
        state.post(chat, {**content, **group}, call.method, paid=call.paid) for content in contents
    ]


def copy_message(state: State, call: Call) -> Json:
    """copyMessage."""
    original = _original(state, call)
    content = {key: original[key] for key in _FORWARDED if key in original}
    if "caption" in call.params and "text" not in content:
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content.update(caption_content(call.params))
    return {"message_id": _send(state, call, content)["message_id"]}


def forward_message(state: State, call: Call) -> Json:
    """forwardMessage."""
    original = _original(state, call)
    content = {key: original[key] for key in _FORWARDED if key in original}
    content["forward_origin"] = original.get("forward_origin") or {
        "type": "user",
        "date": original["date"],
        "sender_user": original["from"],
    }
    return _send(state, call, content)


def send_chat_action(state: State, call: Call) -> bool:
    """sendChatAction."""
    if call.params["action"] not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = open_chat(state, call.params["chat_id"])
    chat.typing_until = state.clock.now() + _TYPING_SECONDS
    person = chat.id if chat.private else None
    state.events.emit("typing", chat=chat.id, person=person, action=call.params["action"])
    return True


def input_media(state: State, call: Call, described: Json) -> Json:
    """The message field for one InputMedia."""
    kind = described["type"]
    if kind not in ALBUM_KINDS:
        raise bad(f"unsupported media type {kind}", "the emulator knows photo and document")
    return _field(state, kind, _file(call, described["media"]))


def media_field(state: State, call: Call, kind: str) -> Json:
    """The message field for the file parameter of a call."""
    given = call.files.get(kind) or _file(call, call.params[kind])
    return _field(state, kind, given)


def _file(call: Call, named: str) -> Upload | str:
    if not isinstance(named, str):
        return Upload(bytes(named))
    if named.startswith("attach://"):
        upload = call.files.get(named.removeprefix("attach://"))
        if upload is None:
            raise bad("can't find the attached file", "no part of that name")
        return upload
    return named


def _field(state: State, kind: str, given: Upload | str) -> Json:
    if isinstance(given, Upload):
        if len(given.content) > files.LARGEST_FILE:
            raise bad("file is too big")
        if kind == "photo":
            return files.photo(state.files, given)
        described = state.files.keep(given, kind)
    else:
        described = _known(state, kind, given)
    if kind == "photo":
        return files.photo_field(described)
    if kind == "voice":
        return files.voice_field(described)
    return files.sticker_field(described) if kind == "sticker" else files.document_field(described)


def _known(state: State, kind: str, file_id: str) -> Json:
    if file_id.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content", "the emulator fetches nothing from outside")
    described = state.files.known.get(file_id)
    if described is None:
        raise bad("wrong file identifier/HTTP URL specified")
    sent_as = file_id.partition("-")[0]
    if sent_as != kind:
        raise bad(f"can't use file of type {sent_as.title()} as {kind.title()}")
    return described


def _original(state: State, call: Call) -> Json:
    chat = any_chat(state, call.params["from_chat_id"])
    original = chat.messages.get(call.params["message_id"])
    if original is None:
        verb = "copy" if call.method == "copyMessage" else "forward"
        raise bad(f"message to {verb} not found")
    if not any(key in original for key in _FORWARDED):
        raise bad(
            "message can't be copied"
            if call.method == "copyMessage"
            else "message can't be forwarded"
        )
    return original


def _send(state: State, call: Call, content: Json) -> Json:
    chat: Chat = open_chat(state, call.params["chat_id"])
    place = place_content(call.params, chat)
    markup = markup_content(call.params, chat)
    admitted(state, call, chat)
    message = state.post(chat, {**place, **content, **markup}, call.method, paid=call.paid)
    set_keyboard(call.params, chat, message)
    return message
