"""What the bot tells about itself: its names, descriptions, commands and menu button.

Each is kept per language (and scope); who looks is shown the most fitting one, in the order that
the Bot API publishes for BotCommandScope.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Profile:
    """The bot's account, apart from any talk."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.descriptions: dict[str, str] = {}
        self.short_descriptions: dict[str, str] = {}
        self.commands: dict[str, list[Json]] = {}
        self.menu_button: Json = {"type": "commands"}

    def commands_for(self, person: Json, chat: Json, *, leads: bool) -> list[Json]:
        """The commands that this person's menu shows in this chat; `leads`: an administrator."""
        for scope in _scopes(person["id"], chat, leads):
            for language in (person.get("language_code", "")[:2], ""):
                found = self.commands.get(key_of(scope, language))
                if found:
                    return found
        return []

    def told(self, texts: dict[str, str], language: str) -> str:
        """The text in this language, or the one for all others."""
        return texts.get(language[:2]) or texts.get("", "")

    def forget_chats(self) -> None:
        """Drop what was set for single chats, which are gone."""
        self.commands = {key: kept for key, kept in self.commands.items() if ":chat" not in key}

    def saved(self) -> Json:
        """Everything, as JSON."""
        return dict(vars(self))

    def load(self, saved: Json) -> None:
        """Take over what `saved` gave."""
        vars(self).update(saved)


def key_of(scope: Json, language: str) -> str:
    """One text for a scope and a language."""
    return f"{language}:{scope['type']}:{scope.get('chat_id', '')}:{scope.get('user_id', '')}"


def _scopes(person: int, chat: Json, leads: bool) -> list[Json]:
    one = {"type": "chat", "chat_id": chat["id"]}
    if chat["type"] == "private":
        return [one, {"type": "all_private_chats"}, {"type": "default"}]
    member = {"type": "chat_member", "chat_id": chat["id"], "user_id": person}
    own = [{"type": "chat_administrators", "chat_id": chat["id"]}] if leads else []
    wide = [{"type": "all_chat_administrators"}] if leads else []
    return [member, *own, one, *wide, {"type": "all_group_chats"}, {"type": "default"}]
