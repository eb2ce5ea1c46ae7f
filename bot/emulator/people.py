"""What people can do on their phones: write, press, edit, block. Functions on the state.

People press only what they were shown: the buttons below a message as it is now. Texts go to the
bot as they were typed, odd characters included.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from bot.emulator import keyboards
from bot.emulator.chats import Chat, Person, member
from bot.emulator.entities import checked, units, with_found
from bot.emulator.refusals import Denied, Refused
from bot.emulator.state import Press, State
from bot.emulator.updates import PRESS_LIVES

Json = dict[str, Any]

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
_TWO_DAYS = 48 * 3600
_CAPTION = ("caption", "caption_entities", LONGEST_CAPTION)
_WORDS = {
    "text": ("text", "entities", LONGEST_TEXT),
    "photo": _CAPTION,
    "document": _CAPTION,
    "voice": _CAPTION,
}
"""What can be edited of a message by what is in it: the words, how they are marked, their limit."""
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Sent(NamedTuple):
    """What came of it: the update for the bot, if it gets one, and the message in the chat."""

    update_id: int | None
    message: Json | None


def chat_of(state: State, person: Person, chat_id: int | None) -> Chat:
    """A chat that this person is in; Denied if they are not."""
    chat = state.chats.get(person.id if chat_id is None else chat_id)
    if chat is None or person.id not in chat.members:
        raise Denied(404, "this person is not in that chat")
    if chat.migrated_to is not None:
        return chat_of(state, person, chat.migrated_to)
    return chat


def say(state: State, person_id: int, content: Json, options: Json | None = None) -> Sent:
    """Send a message with this content; options are `chat`, `reply_to` and `thread`."""
    options = options or {}
    person = state.person(person_id)
    chat = chat_of(state, person, options.get("chat"))
    _can_write(person, chat)
    if options.get("reply_to") is not None:
        content = {**content, **_reply(chat, options["reply_to"])}
    if options.get("thread") is not None:
        content = {**content, "message_thread_id": options["thread"], "is_topic_message": True}
    if chat.private:
        person.started = True
    return Sent(*state.hear(chat, person, content))


def _can_write(person: Person, chat: Chat) -> None:
    if person.deactivated:
        raise Denied(403, "this person's account is gone")
    if person.blocked and chat.private:
        raise Denied(403, "this person has blocked the bot; unblock it first")


def _reply(chat: Chat, message_id: int) -> Json:
    answered = chat.messages.get(message_id)
    if answered is None:
        raise Denied(404, "there is no such message to reply to")
    bare = {key: value for key, value in answered.items() if key != "reply_to_message"}
    thread = answered.get("message_thread_id")
    topic = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
    return {"reply_to_message": bare, **topic}


def text(
    state: State, person_id: int, typed: str, entities: list[Json] | None = None, **options: Any
) -> Sent:
    """Type a text; options are `chat`, `reply_to` and `thread`."""
    if not typed.strip():
        raise Denied(400, "a text cannot be empty")
    if units(typed) > LONGEST_TEXT:
        raise Denied(400, f"a text has at most {LONGEST_TEXT} UTF-16 units")
    content: Json = {"text": typed}
    found = with_found(typed, given(entities, typed))
    if found:
        content["entities"] = found
    sent = say(state, person_id, content, options)
    _hide_keyboard(state, person_id, typed, options.get("chat"))
    return sent


def given(entities: list[Json] | None, typed: str) -> list[Json]:
    """How a text was marked, as an app sends it; Denied if that does not fit the text."""
    try:
        return checked(entities, typed) if entities else []
    except (Refused, KeyError, TypeError) as mistake:
        raise Denied(400, "the entities do not fit the text") from mistake


def _hide_keyboard(state: State, person_id: int, typed: str, chat_id: int | None) -> None:
    chat = chat_of(state, state.person(person_id), chat_id)
    shown = chat.reply_keyboard
    if shown is None or not shown.get("one_time_keyboard"):
        return
    if any(button["text"] == typed for row in shown["keyboard"] for button in row):
        chat.reply_keyboard = None


def start(state: State, person_id: int, payload: str = "") -> Sent:
    """Press Start, or follow a deep link; somebody who blocked the bot unblocks it by that."""
    if payload and not _PAYLOAD.fullmatch(payload):
        raise Denied(400, "a start payload has at most 64 of A-Z, a-z, 0-9, _ and -")
    if state.person(person_id).blocked:
        unblock(state, person_id)
    return text(state, person_id, f"/start {payload}".strip())


def press(
    state: State, person_id: int, message_id: int, data: str, **options: Any
) -> tuple[int | None, str]:
    """Press an inline button; Denied unless it is below that message now. Options: chat, anything.

    Returns the update's id and the query's.
    """
    person = state.person(person_id)
    chat = chat_of(state, person, options.get("chat"))
    _can_write(person, chat)
    message = chat.messages.get(message_id)
    if not options.get("anything") and (message is None or not _shows(message, data)):
        raise Denied(403, "this person sees no such button on that message")
    state.last_message_id += 1
    one = Press(
        str(state.bot["id"] << 32 | state.last_message_id),
        person.id,
        chat.id,
        message_id,
        state.clock.now(),
    )
    state.pressed(one)
    query = {
        "id": one.query_id,
        "from": person.user,
        "message": message or {"chat": chat.header, "message_id": message_id, "date": 0},
        "chat_instance": str(chat.id * 7919),
        "data": data,
    }
    expires = one.at + PRESS_LIVES
    update_id = state.updates.add("callback_query", query, chat=chat.id, expires=expires)
    state.changes += 1
    return update_id, one.query_id


def _shows(message: Json, data: str) -> bool:
    return any(button.get("callback_data") == data for button in keyboards.buttons(message))


def edit(
    state: State,
    person_id: int,
    message_id: int,
    typed: str,
    entities: list[Json] | None = None,
    **options: Any,
) -> Sent:
    """Change one's own text, or the words under a file, of the last 48 hours."""
    person = state.person(person_id)
    chat = chat_of(state, person, options.get("chat"))
    _can_write(person, chat)
    old = chat.messages.get(message_id)
    if old is None or old["from"]["id"] != person_id or not _WORDS.keys() & old.keys():
        raise Denied(403, "only an own text can be edited")
    if state.now() - old["date"] > _TWO_DAYS:
        raise Denied(403, "a message can be edited for 48 hours")
    words, marks, most = next(_WORDS[kind] for kind in _WORDS if kind in old)
    if (words == "text" and not typed.strip()) or units(typed) > most:
        raise Denied(400, f"a {words} has 1 to {most} UTF-16 units")
    found = with_found(typed, given(entities, typed))
    if (typed, found) == (old.get(words, ""), old.get(marks, [])):
        raise Denied(400, "nothing was changed")
    new = {key: value for key, value in old.items() if key not in (words, marks)}
    new |= {words: typed} if typed else {}
    new |= {marks: found} if found else {}
    new["edit_date"] = state.now()
    state.replace(chat, new)
    return Sent(state.updates.add("edited_message", new, chat=chat.id), new)


def read(state: State, person_id: int, chat_id: int | None = None) -> None:
    """Have everything read."""
    chat = chat_of(state, state.person(person_id), chat_id)
    if chat.unread.get(person_id):
        chat.unread[person_id] = 0
        state.touch("people", chat=chat.id, person=person_id)


def block(state: State, person_id: int) -> Sent:
    """Block the bot; it is told at once."""
    return _membership(state, state.person(person_id), blocked=True)


def unblock(state: State, person_id: int) -> Sent:
    """Take the bot back."""
    return _membership(state, state.person(person_id), blocked=False)


def _membership(state: State, person: Person, *, blocked: bool) -> Sent:
    if person.blocked == blocked:
        raise Denied(409, "that is already so")
    person.blocked = blocked
    states = ("member", "kicked") if blocked else ("kicked", "member")
    old, new = (member(state.bot, status) for status in states)
    content = {
        "chat": person.private_chat(),
        "from": person.user,
        "date": state.now(),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    state.touch("people", person=person.id)
    return Sent(state.updates.add("my_chat_member", content, chat=person.id), None)


def deactivate(state: State, person_id: int) -> Sent:
    """Delete the account; the bot only learns it when it writes."""
    state.person(person_id).deactivated = True
    state.touch("people", person=person_id)
    return Sent(None, None)
