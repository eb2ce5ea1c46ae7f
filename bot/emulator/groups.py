"""The methods about chats and their members, and what people do with groups."""

from __future__ import annotations

from typing import Any

from bot.emulator.call import Call, any_chat, open_chat
from bot.emulator.chats import Chat, member
from bot.emulator.refusals import Denied, bad
from bot.emulator.state import State

Json = dict[str, Any]

COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def get_chat(state: State, call: Call) -> Json:
    """getChat."""
    chat = any_chat(state, call.params["chat_id"])
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    more: Json = {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }
    pinned = [chat.messages[number] for number in chat.pinned if number in chat.messages]
    if pinned:
        more["pinned_message"] = pinned[-1]
    return {**chat.header, **more}


def get_chat_member(state: State, call: Call) -> Json:
    """getChatMember."""
    chat = any_chat(state, call.params["chat_id"])
    user_id = call.params["user_id"]
    if user_id == state.bot["id"]:
        return member(state.bot, chat.bot_status)
    if user_id not in state.people:
        raise bad("PARTICIPANT_ID_INVALID")
    return member(state.people[user_id].user, _status(chat, user_id))


def get_chat_member_count(state: State, call: Call) -> int:
    """getChatMemberCount."""
    chat = any_chat(state, call.params["chat_id"])
    return len(chat.members) + (chat.bot_status != "left")


def get_chat_administrators(state: State, call: Call) -> list[Json]:
    """getChatAdministrators."""
    chat = any_chat(state, call.params["chat_id"])
    if chat.private:
        raise bad("there are no administrators in the private chat")
    found = [member(state.people[chat.members[0]].user, "creator")] if chat.members else []
    if chat.bot_status == "administrator" and call.params.get("return_bots"):
        found.append(member(state.bot, "administrator"))
    return found


def leave_chat(state: State, call: Call) -> bool:
    """leaveChat."""
    chat = open_chat(state, call.params["chat_id"])
    if chat.private:
        raise bad("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    state.touch("people", chat=chat.id)
    return True


def create_forum_topic(state: State, call: Call) -> Json:
    """createForumTopic."""
    chat = _forum(state, call)
    name, colour = call.params["name"], call.params.get("icon_color", COLOURS[0])
    if not 1 <= len(name) <= 128:
        raise bad("TOPIC_TITLE_EMPTY", "1-128 characters")
    if colour not in COLOURS:
        raise bad("TOPIC_ICON_COLOR_INVALID")
    topic = {"name": name, "icon_color": colour}
    message = state.post(chat, {"forum_topic_created": topic}, call.method)
    chat.topics[message["message_id"]] = dict(topic)
    return {"message_thread_id": message["message_id"], **topic}


def edit_forum_topic(state: State, call: Call) -> bool:
    """editForumTopic."""
    topic = _topic(state, call)
    topic["name"] = call.params.get("name") or topic["name"]
    state.changes += 1
    return True


def close_forum_topic(state: State, call: Call) -> bool:
    """closeForumTopic."""
    return _set_closed(state, call, closed=True)


def reopen_forum_topic(state: State, call: Call) -> bool:
    """reopenForumTopic."""
    return _set_closed(state, call, closed=False)


def _set_closed(state: State, call: Call, *, closed: bool) -> bool:
    topic = _topic(state, call)
    if bool(topic.get("closed")) == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic["closed"] = closed
    state.changes += 1
    return True


def _forum(state: State, call: Call) -> Chat:
    chat = open_chat(state, call.params["chat_id"])
    if not chat.forum:
        raise bad("the chat is not a forum")
    if chat.bot_status != "administrator":
        raise bad("not enough rights to create a topic")
    return chat


def _topic(state: State, call: Call) -> Json:
    topic = _forum(state, call).topics.get(call.params["message_thread_id"])
    if topic is None:
        raise bad("message thread not found")
    return topic


def _status(chat: Chat, person: int) -> str:
    if person not in chat.members:
        return "left"
    return "creator" if not chat.private and chat.members[0] == person else "member"


def make_group(state: State, title: str, members: list[int], **options: Any) -> Chat:
    """People make a group with the bot in it. Options: forum, bot_admin (both default to False).

    The first member is its owner. A forum is a supergroup with the bot as administrator.
    """
    forum = bool(options.get("forum"))
    for person in members:
        state.person(person)
    if not members or not title.strip():
        raise Denied(400, "a group has a title and at least one member")
    number = state.next_message_id()
    header: Json = {"id": -number, "type": "group", "title": title}
    if forum:
        header = {**header, "id": -(10**12) - number, "type": "supergroup", "is_forum": True}
    chat = Chat(header["id"], header, list(members))
    chat.bot_status = "administrator" if options.get("bot_admin", forum) else "member"
    state.chats[chat.id] = chat
    owner = state.people[members[0]]
    change = {
        "chat": header,
        "from": owner.user,
        "date": state.now(),
        "old_chat_member": member(state.bot, "left"),
        "new_chat_member": member(state.bot, chat.bot_status),
    }
    state.updates.add("my_chat_member", change, chat=chat.id)
    made = "supergroup_chat_created" if forum else "group_chat_created"
    state.hear(chat, owner, {made: True})
    return chat


def upgrade(state: State, chat_id: int, order: str = "to_first") -> Chat:
    """Make a supergroup of a group; `order` says which of the two messages comes first."""
    old = state.chats.get(chat_id)
    if old is None or old.header["type"] != "group" or old.migrated_to is not None:
        raise Denied(409, "only a group that was not upgraded yet can be upgraded")
    if order not in ("to_first", "from_first"):
        raise Denied(400, "order must be to_first or from_first")
    number = state.next_message_id()
    header = {**old.header, "id": -(10**12) - number, "type": "supergroup"}
    new = Chat(header["id"], header, old.members, bot_status=old.bot_status)
    state.chats[new.id] = new
    owner = state.people[old.members[0]]
    notes = [(old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})]
    for chat, note in notes if order == "to_first" else reversed(notes):
        state.hear(chat, owner, note)
    old.migrated_to = new.id
    state.touch("people", chat=new.id)
    return new
