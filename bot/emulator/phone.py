"""What stands on a person's phone, as JSON."""

from __future__ import annotations

from typing import Any

from bot.emulator.chats import Chat, Person
from bot.emulator.state import State

Json = dict[str, Any]


def described(state: State, person: Person) -> Json:
    """A person as the list of phones shows them."""
    keys = ("id", "first_name", "last_name", "username", "language_code", "note")
    private = state.chats[person.id]
    groups = [
        {"id": chat.id, "title": chat.header["title"], "unread": chat.unread.get(person.id, 0)}
        for chat in state.chats.values()
        if not chat.private and person.id in chat.members and chat.migrated_to is None
    ]
    return {
        **{key: getattr(person, key) for key in keys},
        "blocked": person.blocked,
        "started": person.started,
        "deactivated": person.deactivated,
        "unread": private.unread.get(person.id, 0),
        "groups": groups,
    }


def shown(state: State, person: Person, chat: Chat) -> Json:
    """A chat as this person's phone shows it."""
    profile = state.profile
    language = person.language_code
    return {
        "chat": chat.header,
        "messages": list(chat.messages.values()),
        "reply_keyboard": chat.reply_keyboard,
        "commands": profile.commands_for(
            person.user, chat.header, leads=chat.members[0] == person.id
        ),
        "menu_button": chat.menu_button or profile.menu_button,
        "typing": chat.typing_until > state.clock.now(),
        "pinned": chat.pinned,
        "reactions": chat.reactions,
        "topics": [{"message_thread_id": number, **one} for number, one in chat.topics.items()],
        "bot": {
            "first_name": profile.told(profile.names, language) or state.bot["first_name"],
            "username": state.bot["username"],
            "description": profile.told(profile.descriptions, language),
            "short_description": profile.told(profile.short_descriptions, language),
        },
    }
