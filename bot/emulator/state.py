"""All that the emulator knows, and the few ways in which it changes. No I/O.

Every id starts from real time, so that a fresh start is never taken for a repeat, and stays below
2**31 because Telegram's do.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.emulator.chats import Chat, Person
from bot.emulator.clock import Clock
from bot.emulator.events import Events, Ledger
from bot.emulator.faults import Faults
from bot.emulator.files import Files
from bot.emulator.limits import FloodLimits
from bot.emulator.profile import Profile
from bot.emulator.refusals import Denied
from bot.emulator.updates import PRESS_LIVES, UpdateQueue

Json = dict[str, Any]

TOKEN = "123456789:the-emulator-knows-no-secrets-at-all"  # noqa: S105 - it opens nothing
FIRST_PEOPLE = (
    Person(810000001, "Noor", "nl", note="bewoner"),
    Person(810000002, "Yusuf", "nl", note="bewoner"),
    Person(810000003, "Carla", "nl", note="coördinator"),
    Person(810000004, "Ad", "nl", note="beheerder"),
)
_EPOCH = 1_767_225_600
_PER_SECOND = 16


@dataclass(slots=True)
class Press:
    """A press of an inline button that waits for answerCallbackQuery."""

    query_id: str
    person: int
    chat: int
    message_id: int
    at: float


@dataclass(slots=True)
class Caps:
    """How much is kept of what only grows."""

    messages: int = 2_000
    ledger: int = 200_000
    log: int = 1_000


@dataclass(slots=True)
class Tally:
    """What was asked of the server, for /control/state."""

    calls: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    last_get_updates: float | None = None
    refused: deque[Json] = field(default_factory=deque)
    too_many: int = 0
    seq: int = 0


class State:
    """One bot, its people, their chats and the queue between them."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        limits: bool = True,
        caps: Caps | None = None,
        files: Path | None = None,
    ) -> None:
        self.token = token
        self.caps = caps or Caps()
        self.clock = Clock()
        first = first_id()
        self.last_message_id = first
        self.updates = UpdateQueue(self.clock, first)
        self.events = Events()
        self.ledger = Ledger(self.caps.ledger)
        self.limits = FloodLimits(limits)
        self.faults = Faults()
        self.files = Files(files)
        self.profile = Profile()
        self.webhook: Json = {"url": ""}
        self.tally = Tally(refused=deque(maxlen=self.caps.log))
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.changes = 0
        number = token.partition(":")[0]
        self.bot: Json = {
            "id": int(number) if number.isdigit() else 123456789,
            "is_bot": True,
            "first_name": "Buurtbot",
            "username": "buurtbot_bot",
        }
        self.populate()

    def populate(self) -> None:
        """The four people of an empty state."""
        for person in FIRST_PEOPLE:
            self.add(Person(person.id, person.first_name, person.language_code, note=person.note))

    def add(self, person: Person) -> Person:
        """Take in a person, with an empty chat."""
        if person.id in self.chats:
            raise Denied(409, "that id is taken")
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, person.private_chat(), [person.id])
        self.touch("people", person=person.id)
        return person

    def touch(self, kind: str, **fields: Any) -> None:
        """Something changed: tell those who look on, and have it saved."""
        self.changes += 1
        self.events.emit(kind, **fields)

    def person(self, person_id: int) -> Person:
        """A person; Denied if there is none."""
        if person_id not in self.people:
            raise Denied(404, "nobody here has that id")
        return self.people[person_id]

    def now(self) -> int:
        """The date of a message sent now."""
        return int(self.clock.now())

    def next_message_id(self) -> int:
        """A number that no message had."""
        self.last_message_id += 1
        return self.last_message_id

    def post(self, chat: Chat, content: Json, method: str, *, paid: bool = False) -> Json:
        """Put a message of the bot into a chat."""
        message = self._message(chat, self.bot, content)
        for person in chat.members:
            chat.unread[person] = chat.unread.get(person, 0) + 1
        chat.typing_until = 0.0
        self.ledger.add(method, message, paid=paid)
        self.touch("message", chat=chat.id, person=_person_in(chat), message=message)
        return message

    def hear(self, chat: Chat, person: Person, content: Json) -> tuple[int | None, Json]:
        """Put a message of a person into a chat and queue it for the bot, if the bot may see it."""
        message = self._message(chat, person.user, content)
        for other in chat.members:
            chat.unread[other] = 0 if other == person.id else chat.unread.get(other, 0) + 1
        self.touch("message", chat=chat.id, person=person.id, message=message)
        if not self._seen_by_bot(chat, message):
            return None, message
        return self.updates.add("message", message, chat=chat.id), message

    def replace(self, chat: Chat, message: Json, method: str = "") -> Json:
        """Put the edited message in place of what it was."""
        chat.messages[message["message_id"]] = message
        if method:
            self.ledger.add(method, message)
        self.touch("edited", chat=chat.id, person=_person_in(chat), message=message)
        return message

    def remove(self, chat: Chat, message_id: int) -> None:
        """Take a message out of a chat."""
        message = chat.messages.pop(message_id)
        chat.forget(message_id)
        self.ledger.add("deleteMessage", message)
        self.touch("deleted", chat=chat.id, person=_person_in(chat), message=message)

    def pressed(self, press: Press) -> None:
        """Remember a press until it is answered, or too old for that."""
        oldest = self.clock.now() - PRESS_LIVES
        for query_id, known in list(self.presses.items())[:2]:
            if known.at < oldest:
                del self.presses[query_id]
        self.presses[press.query_id] = press

    def empty(self) -> None:
        """Forget all people and chats and begin again; what the bot told about itself stays."""
        self.people.clear()
        self.chats.clear()
        self.presses.clear()
        self.updates.confirm(self.updates.next_id + 2**40)
        self.files.clear()
        self.profile.forget_chats()
        self.ledger.entries.clear()
        self.populate()
        self.touch("reset")

    def _message(self, chat: Chat, sender: Json, content: Json) -> Json:
        number = self.next_message_id()
        message = {
            "message_id": number,
            "from": sender,
            "chat": chat.header,
            "date": self.now(),
            **content,
        }
        chat.messages[number] = message
        if len(chat.messages) > self.caps.messages:
            oldest = next(iter(chat.messages))
            del chat.messages[oldest]
            chat.forget(oldest)
        return message

    def _seen_by_bot(self, chat: Chat, message: Json) -> bool:
        """Privacy mode: in a group a bot without rights sees what is meant for it only."""
        if chat.bot_status == "administrator" or chat.private:
            return True
        if chat.bot_status != "member":
            return False
        if message.get("reply_to_message", {}).get("from", {}).get("id") == self.bot["id"]:
            return True
        text = message.get("text") or message.get("caption") or ""
        return text.startswith("/") or f"@{self.bot['username']}" in text or _of_service(message)


def first_id(now: float | None = None) -> int:
    """Where ids start at a moment; sixteen a second, so that two starts do not meet."""
    moment = time.time() if now is None else now
    return 100_000_000 + int((moment - _EPOCH) * _PER_SECOND) % 2**30


def _of_service(message: Json) -> bool:
    return any(
        key.startswith(("new_chat_", "left_chat_", "group_chat_created", "migrate_", "forum_topic"))
        for key in message
    )


def _person_in(chat: Chat) -> int | None:
    return chat.id if chat.private else None
