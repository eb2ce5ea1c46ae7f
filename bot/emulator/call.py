"""One call of the bot, checked and decoded, and what all methods ask about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.emulator import html, keyboards
from bot.emulator.chats import Chat
from bot.emulator.entities import checked, cleaned, clipped, trimmed, units, with_found
from bot.emulator.files import Upload
from bot.emulator.refusals import Refused, bad, forbidden
from bot.emulator.state import State

Json = dict[str, Any]

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024


@dataclass(slots=True)
class Call:
    """A method, its parameters as Python values, and the files that came along."""

    method: str
    params: Json
    files: dict[str, Upload] = field(default_factory=dict)

    @property
    def paid(self) -> bool:
        """Whether it is to be paid for, so that it has a wider limit."""
        return self.params.get("allow_paid_broadcast") is True

    def chat_id(self) -> Any:
        """The chat that it is about, if any."""
        return self.params.get("chat_id")


def any_chat(state: State, chat_id: int | str) -> Chat:
    """A chat that the bot knows; Refused for any other."""
    chat = state.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to is not None:
        raise Refused(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            parameters={"migrate_to_chat_id": chat.migrated_to},
        )
    return chat


def open_chat(state: State, chat_id: int | str) -> Chat:
    """A chat that the bot may write to now."""
    chat = any_chat(state, chat_id)
    if chat.private:
        person = state.people[chat.id]
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")
    elif chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.header['type']} chat")
    return chat


def admitted(state: State, call: Call, chat: Chat, count: int = 1) -> None:
    """Count the call against the flood limits."""
    state.limits.admit(chat.id, group=not chat.private, count=count, paid=call.paid)


def worded(params: Json, text_key: str, entities_key: str) -> tuple[str, list[Json]]:
    """The text of a call after entity parsing, cleaned and trimmed like Telegram does."""
    source = params.get(text_key, "")
    mode = params.get("parse_mode")
    given = params.get(entities_key)
    text = cleaned(source)
    entities: list[Json] = []
    if mode:
        if mode.lower() != "html":
            raise bad("unsupported parse_mode", "the emulator reads HTML only")
        text, entities = html.parsed(text)
    elif given:
        entities = checked(given, source)
        if text != source:
            entities = clipped(entities, 0, units(text))
    text, entities = trimmed(text, entities)
    return text, with_found(text, entities)


def text_content(params: Json) -> Json:
    """The text and entities of a message; Refused if it is empty or too long."""
    text, entities = worded(params, "text", "entities")
    if not text:
        raise bad("message text is empty")
    if len(text) * 2 > LONGEST_TEXT and units(text) > LONGEST_TEXT:
        raise bad("message is too long")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    preview = params.get("link_preview_options")
    if preview:
        content["link_preview_options"] = preview
    return content


def caption_content(params: Json) -> Json:
    """The caption of a message, if there is one."""
    text, entities = worded(params, "caption", "caption_entities")
    if units(text) > LONGEST_CAPTION:
        raise bad("message caption is too long")
    content: Json = {}
    if text:
        content["caption"] = text
        if entities:
            content["caption_entities"] = entities
    for key in ("show_caption_above_media", "has_spoiler"):
        if params.get(key):
            content["has_media_spoiler" if key == "has_spoiler" else key] = True
    return content


def markup_content(params: Json, chat: Chat) -> Json:
    """The inline keyboard of a message, if there is one."""
    markup = params.get("reply_markup")
    if not markup:
        return {}
    inline = keyboards.checked(markup, chat.private)
    return {"reply_markup": inline} if inline else {}


def place_content(params: Json, chat: Chat) -> Json:
    """The topic and the message answered, if there are any."""
    content: Json = {}
    thread = params.get("message_thread_id")
    if thread:
        if thread not in chat.topics:
            raise bad("message thread not found")
        if chat.topics[thread].get("closed"):
            raise bad("TOPIC_CLOSED")
        content = {"message_thread_id": thread, "is_topic_message": True}
    if params.get("protect_content"):
        content["has_protected_content"] = True
    reply = params.get("reply_parameters")
    if reply:
        content.update(_reply(reply, chat))
    return content


def _reply(reply: Json, chat: Chat) -> Json:
    if reply.get("chat_id", chat.id) != chat.id:
        raise bad("message to be replied not found", "the emulator replies within a chat only")
    answered = chat.messages.get(reply["message_id"])
    if answered is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")
    bare = {key: value for key, value in answered.items() if key != "reply_to_message"}
    content: Json = {"reply_to_message": bare}
    if "quote" in reply:
        if reply["quote"] not in (answered.get("text") or answered.get("caption") or ""):
            raise bad("message text to be quoted not found")
        content["quote"] = {"text": reply["quote"], "position": reply.get("quote_position", 0)}
    return content


def set_keyboard(params: Json, chat: Chat, message: Json) -> None:
    """Show or hide the reply keyboard that came with a message."""
    markup = params.get("reply_markup")
    if not markup or "inline_keyboard" in markup:
        return
    chat.with_keyboard.add(message["message_id"])
    if "keyboard" in markup:
        chat.reply_keyboard = markup
    elif "remove_keyboard" in markup:
        chat.reply_keyboard = None
