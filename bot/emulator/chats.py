"""People and the chats they are in, as the emulator keeps them.

A private chat has its person's id, as on Telegram. Messages are Bot API objects and are replaced,
never changed, so that whoever holds one keeps what it was.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]

ADMINISTRATOR = [
    "can_manage_chat",
    "can_delete_messages",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_video_chats",
]
_NOT_ALLOWED = "can_be_edited is_anonymous can_post_stories can_edit_stories can_delete_stories"


@dataclass(slots=True)
class Person:
    """Somebody with a phone."""

    id: int
    first_name: str
    language_code: str
    last_name: str = ""
    username: str = ""
    note: str = ""
    blocked: bool = False
    started: bool = False
    deactivated: bool = False
    user: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Make the Bot API's User object again after a name or language changed."""
        self.user = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        for key in ("last_name", "username", "language_code"):
            if getattr(self, key):
                self.user[key] = getattr(self, key)

    def private_chat(self) -> Json:
        """The Chat object of this person's talk with the bot."""
        names = {key: self.user[key] for key in self.user if key not in ("is_bot", "language_code")}
        return {**names, "type": "private"}


@dataclass(slots=True)
class Chat:
    """A private chat, a group or a supergroup, with the messages that are in it."""

    id: int
    header: Json
    members: list[int]
    bot_status: str = "member"
    messages: dict[int, Json] = field(default_factory=dict)
    unread: dict[int, int] = field(default_factory=dict)
    reply_keyboard: Json | None = None
    with_keyboard: set[int] = field(default_factory=set)
    typing_until: float = 0.0
    migrated_to: int | None = None
    topics: dict[int, Json] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    menu_button: Json | None = None

    @property
    def private(self) -> bool:
        """Whether this is one person's talk with the bot."""
        return bool(self.header["type"] == "private")

    @property
    def forum(self) -> bool:
        """Whether the group has topics."""
        return bool(self.header.get("is_forum"))

    def forget(self, message_id: int) -> None:
        """Drop what is kept about a message beside it."""
        self.with_keyboard.discard(message_id)
        self.reactions.pop(message_id, None)

    def saved(self) -> Json:
        """Everything, as JSON."""
        return {**asdict(self), "with_keyboard": sorted(self.with_keyboard)}

    @classmethod
    def loaded(cls, saved: Json) -> Chat:
        """The chat that `saved` came from; JSON has made texts of all numbers that were keys."""
        numbered = {
            key: {int(number): value for number, value in saved[key].items()}
            for key in ("messages", "unread", "topics", "reactions")
        }
        return cls(**{**saved, **numbered, "with_keyboard": set(saved["with_keyboard"])})


def member(user: Json, status: str) -> Json:
    """A ChatMember object."""
    if status == "administrator":
        rights = dict.fromkeys(ADMINISTRATOR, True) | dict.fromkeys(_NOT_ALLOWED.split(), False)
        return {"status": status, "user": user, **rights}
    if status == "kicked":
        return {"status": status, "user": user, "until_date": 0}
    if status == "creator":
        return {"status": status, "user": user, "is_anonymous": False}
    return {"status": status, "user": user}
