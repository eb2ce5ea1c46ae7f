"""The methods that change what is in a chat already, and those that answer a press."""

from __future__ import annotations

from typing import Any

from bot.emulator.call import (
    Call,
    admitted,
    caption_content,
    markup_content,
    open_chat,
    text_content,
)
from bot.emulator.chats import Chat
from bot.emulator.entities import units
from bot.emulator.refusals import bad
from bot.emulator.sending import input_media
from bot.emulator.state import State
from bot.emulator.updates import PRESS_LIVES

Json = dict[str, Any]

LONGEST_ANSWER = 200
_TWO_DAYS = 48 * 3600
_WORDS = ("text", "entities", "link_preview_options")
_CAPTION = (
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
)
_MEDIA = ("photo", "document", "voice", "sticker")


def edit_message_text(state: State, call: Call) -> Json:
    """editMessageText."""
    if "text" not in call.params:
        raise bad("message text is empty")
    chat, old = _editable(state, call)
    if "text" not in old:
        raise bad("there is no text in the message to edit")
    return _changed(state, call, chat, (old, _WORDS, text_content(call.params)))


def edit_message_caption(state: State, call: Call) -> Json:
    """editMessageCaption."""
    chat, old = _editable(state, call)
    if not any(key in old for key in _MEDIA):
        raise bad("there is no caption in the message to edit")
    return _changed(state, call, chat, (old, _CAPTION, caption_content(call.params)))


def edit_message_reply_markup(state: State, call: Call) -> Json:
    """editMessageReplyMarkup."""
    chat, old = _editable(state, call)
    return _changed(state, call, chat, (old, (), {}))


def edit_message_media(state: State, call: Call) -> Json:
    """editMessageMedia."""
    chat, old = _editable(state, call)
    media = call.params["media"]
    content = {**input_media(state, call, media), **caption_content(media)}
    return _changed(state, call, chat, (old, (*_WORDS, *_CAPTION, *_MEDIA), content))


def delete_message(state: State, call: Call) -> bool:
    """deleteMessage."""
    chat = open_chat(state, call.params["chat_id"])
    message = chat.messages.get(call.params["message_id"])
    if message is None:
        raise bad("message to delete not found")
    _deletable(state, chat, message)
    state.remove(chat, message["message_id"])
    return True


def delete_messages(state: State, call: Call) -> bool:
    """deleteMessages: those that are not there are passed over."""
    ids = call.params["message_ids"]
    if not 1 <= len(ids) <= 100:
        raise bad("message identifiers are not specified", "1-100 identifiers")
    chat = open_chat(state, call.params["chat_id"])
    found = [chat.messages[number] for number in ids if number in chat.messages]
    for message in found:
        _deletable(state, chat, message)
    for message in found:
        state.remove(chat, message["message_id"])
    return True


def answer_callback_query(state: State, call: Call) -> bool:
    """answerCallbackQuery."""
    text = call.params.get("text", "")
    if units(text) > LONGEST_ANSWER:
        raise bad("MESSAGE_TOO_LONG", "an answer has at most 200 characters")
    press = state.presses.get(call.params["callback_query_id"])
    if press is None or state.clock.now() - press.at > PRESS_LIVES:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    url = call.params.get("url", "")
    if url and not url.startswith((f"https://t.me/{state.bot['username']}?", "tg://resolve?")):
        raise bad("URL_INVALID", "only a link to the bot itself")
    alert = bool(call.params.get("show_alert"))
    answer = {"text": text, "alert": alert} | ({"url": url} if url else {})
    del state.presses[press.query_id]
    state.touch(
        "callback_answer",
        chat=press.chat,
        person=press.person,
        query=press.query_id,
        **answer,
    )
    return True


def set_message_reaction(state: State, call: Call) -> bool:
    """setMessageReaction."""
    chat = open_chat(state, call.params["chat_id"])
    old = chat.messages.get(call.params["message_id"])
    if old is None:
        raise bad("message to react not found")
    reactions = call.params.get("reaction", [])
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY", "a bot sets one reaction")
    if any(one["type"] != "emoji" for one in reactions):
        raise bad("REACTION_INVALID")
    chat.reactions[old["message_id"]] = reactions
    state.touch("edited", chat=chat.id, person=chat.id if chat.private else None, message=old)
    return True


def pin_chat_message(state: State, call: Call) -> bool:
    """pinChatMessage."""
    chat = open_chat(state, call.params["chat_id"])
    message = chat.messages.get(call.params["message_id"])
    if message is None:
        raise bad("message to pin not found")
    if not chat.private and chat.bot_status != "administrator":
        raise bad("not enough rights to manage pinned messages in the chat")
    if message["message_id"] not in chat.pinned:
        chat.pinned.append(message["message_id"])
        pinned = {key: value for key, value in message.items() if key != "reply_to_message"}
        state.post(chat, {"pinned_message": pinned}, call.method)
    return True


def unpin_chat_message(state: State, call: Call) -> bool:
    """unpinChatMessage."""
    chat = open_chat(state, call.params["chat_id"])
    number = call.params.get("message_id", chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    state.changes += 1
    return True


def _editable(state: State, call: Call) -> tuple[Chat, Json]:
    params = call.params
    if "inline_message_id" in params or "chat_id" not in params:
        raise bad("chat_id is empty", "the emulator has no inline messages")
    if "message_id" not in params:
        raise bad("message identifier is not specified")
    chat = open_chat(state, params["chat_id"])
    old = chat.messages.get(params["message_id"])
    if old is None:
        raise bad("message to edit not found")
    if old["from"]["id"] != state.bot["id"] or "forward_origin" in old:
        raise bad("message can't be edited")
    if old["message_id"] in chat.with_keyboard:
        raise bad("message can't be edited", "it was sent with a keyboard that is not inline")
    return chat, old


def _changed(state: State, call: Call, chat: Chat, change: tuple[Json, Any, Json]) -> Json:
    """Put the new content in place; the old keyboard goes unless it is given again."""
    old, keys, content = change
    markup = markup_content(call.params, chat)
    kept = {key: value for key, value in old.items() if key not in keys and key != "reply_markup"}
    new = {**kept, **content, **markup}
    if new == old:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    admitted(state, call, chat)
    return state.replace(chat, {**new, "edit_date": state.now()}, call.method)


def _deletable(state: State, chat: Chat, message: Json) -> None:
    if state.now() - message["date"] > _TWO_DAYS:
        raise bad("message can't be deleted for everyone", "older than 48 hours")
    own = message["from"]["id"] == state.bot["id"]
    if not own and not chat.private and chat.bot_status != "administrator":
        raise bad("message can't be deleted")
