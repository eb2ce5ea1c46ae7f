"""What the bot asks of a channel, and the few ways in which sending can fail.

    SendError
    ├── TryLater        too many messages: nothing was sent, try again after `seconds`
    ├── NotSent         the channel was not reached: nothing was sent, for sure
    ├── OutcomeUnknown  the call was made and no answer came: it may have been sent
    ├── Unreachable     this chat cannot be written to (blocked, deactivated, gone)
    ├── MovedTo         the chat has another address now
    ├── Refused         the channel does not take this message: a mistake of ours
    └── Contested       somebody else receives with the same token

The text of a SendError is a fixed phrase of the channel, never part of what was to be sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.dialogue.messages import Incoming, Message


class SendError(Exception):
    """A call to the channel did not work."""


class TryLater(SendError):
    """Nothing was sent; the channel asks to wait `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many messages")
        self.seconds = seconds


class NotSent(SendError):
    """Nothing was sent, for sure: no connection was made."""


class OutcomeUnknown(SendError):
    """The call may have been carried out: the connection was lost, or the channel is in trouble."""


class Unreachable(SendError):
    """This chat cannot be written to."""


class MovedTo(SendError):
    """Nothing was sent; the chat is found at `chat` now."""

    def __init__(self, chat: str) -> None:
        super().__init__("the chat has moved")
        self.chat = chat


class Refused(SendError):
    """The channel refuses this call however often it is made."""


class Contested(SendError):
    """Another process receives with the same token."""


class Unreadable(Exception):
    """An update that cannot be understood; `chat` is where it came from, if that much is clear."""

    def __init__(self, reason: str, chat: str | None = None) -> None:
        super().__init__(reason)
        self.chat = chat


@dataclass(frozen=True, slots=True)
class Moved:
    """An update that says that a chat has another address from now on."""

    key: str
    chat: str
    to: str


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it was received: unread, but with a key that is its own for 14 days."""

    key: str
    raw: Any


class Channel(Protocol):
    """A way to reach people. Every call raises a SendError when it does not work."""

    @property
    def name(self) -> str:
        """The first part of this channel's chats and keys, such as `telegram`."""
        ...

    async def updates(self, seconds: float) -> Sequence[Update]:
        """What has come in, after at most `seconds`; confirms all that was returned before."""
        ...

    def read(self, update: Update) -> Incoming | Moved | None:
        """What the update says; None if it is nothing for us. Raises Unreadable, nothing else."""
        ...

    async def send(self, chat: str, message: Message, file: bytes | None = None) -> str:
        """Send a message, with its attachment's content; returns the channel's number for it."""
        ...

    async def edit(self, chat: str, message_id: str, message: Message | None) -> None:
        """Change a message's text and buttons; None only takes its buttons away.

        That it is so already, is gone or is too old counts as done.
        """
        ...

    async def delete(self, chat: str, message_id: str) -> None:
        """Take a message away for everybody; that it is gone already counts as done.

        Raises Refused where it may not be deleted any more: Telegram allows it for 48 hours.
        """
        ...

    async def answer(self, query: str, text: str = "", alert: bool = False) -> None:
        """Tell the app that a press has arrived, with a short text if there is one."""
        ...

    async def typing(self, chat: str) -> None:
        """Show for a few seconds that an answer is coming."""
        ...

    async def probe(self) -> None:
        """Make the smallest call there is, to see whether the channel works."""
        ...

    async def username(self) -> str:
        """The bot's own name, as links to it are made with."""
        ...

    async def set_commands(
        self, commands: Mapping[str, str], *, language: str = "", chat: str = ""
    ) -> None:
        """Show these commands (name to description) in the menu: of all, or of one chat."""
        ...

    async def set_description(self, text: str, short: str, *, language: str = "") -> None:
        """Set what people read before they start."""
        ...

    def crowded(self, chat: str) -> bool:
        """Whether the chat is a group, with the stricter limits of groups."""
        ...
