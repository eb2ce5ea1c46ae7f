"""The whole emulated world, for use inside a Python process: the state and its people's hands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.emulator import attachments, people
from bot.emulator.chats import Chat, Person
from bot.emulator.files import Upload
from bot.emulator.people import Sent
from bot.emulator.state import State

Json = dict[str, Any]


class World(State):
    """Everything that can happen on the phones, as calls. `options` are `chat` and `reply_to`."""

    def on_event(self, callback: Callable[[Json], None]) -> Callable[[], None]:
        """Call back at every event of the stream; returns what ends that."""
        return self.events.listen(callback)

    def add_person(self, first_name: str, language_code: str = "nl", **more: Any) -> Person:
        """A new person; `more` may hold id, last_name, username, note and started."""
        person_id = more.pop("id", None)
        if person_id is None:
            person_id = max([*self.people, 810000000]) + 1
        return self.add(Person(person_id, first_name, language_code, **more))

    def messages(self, person_id: int) -> list[Json]:
        """What stands in a person's talk with the bot."""
        return list(self.chats[person_id].messages.values())

    def chat(self, chat_id: int) -> Chat:
        """A chat by its id."""
        return self.chats[chat_id]

    def start(self, person_id: int, payload: str = "") -> Sent:
        """Press Start or follow a deep link."""
        return people.start(self, person_id, payload)

    def text(self, person_id: int, typed: str, **options: Any) -> Sent:
        """Type a text."""
        return people.text(self, person_id, typed, **options)

    def press(
        self, person_id: int, message_id: int, data: str, **options: Any
    ) -> tuple[int | None, str]:
        """Press an inline button; returns the ids of update and query."""
        return people.press(self, person_id, message_id, data, **options)

    def edit(self, person_id: int, message_id: int, typed: str, **options: Any) -> Sent:
        """Change an own text."""
        return people.edit(self, person_id, message_id, typed, **options)

    def contact(self, person_id: int, phone_number: str = "", **options: Any) -> Sent:
        """Share a phone number."""
        return attachments.contact(self, person_id, phone_number, **options)

    def location(self, person_id: int, latitude: float, longitude: float, **options: Any) -> Sent:
        """Share a place."""
        return attachments.location(self, person_id, latitude, longitude, **options)

    def photo(
        self, person_id: int, caption: str = "", upload: Upload | None = None, **options: Any
    ) -> Sent:
        """Send a picture."""
        return attachments.photo(self, person_id, caption, upload, **options)

    def document(
        self, person_id: int, caption: str = "", upload: Upload | None = None, **options: Any
    ) -> Sent:
        """Send a file."""
        return attachments.document(self, person_id, caption, upload, **options)

    def voice(self, person_id: int, duration: int = 3, **options: Any) -> Sent:
        """Send a voice note."""
        return attachments.voice(self, person_id, duration, **options)

    def sticker(self, person_id: int, emoji: str = "👍", **options: Any) -> Sent:
        """Send a sticker."""
        return attachments.sticker(self, person_id, emoji, **options)

    def album(self, person_id: int, count: int = 2, **options: Any) -> list[Sent]:
        """Send several pictures at once."""
        return attachments.album(self, person_id, count, **options)

    def read(self, person_id: int, chat: int | None = None) -> None:
        """Have everything read."""
        people.read(self, person_id, chat)

    def block(self, person_id: int) -> Sent:
        """Block the bot."""
        return people.block(self, person_id)

    def unblock(self, person_id: int) -> Sent:
        """Take the bot back."""
        return people.unblock(self, person_id)

    def deactivate(self, person_id: int) -> Sent:
        """Delete the account."""
        return people.deactivate(self, person_id)
