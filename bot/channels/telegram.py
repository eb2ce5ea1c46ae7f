"""Telegram, with python-telegram-bot's errors and files, but not its `Bot`.

Its `Bot` builds objects of what is sent and of each answer; a call of ours is a method's name and
its fields, and an answer is read as far as it is needed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    TelegramError,
)

from bot.channels import (
    Contested,
    Moved,
    MovedTo,
    NotSent,
    OutcomeUnknown,
    Refused,
    SendError,
    TryLater,
    Unreachable,
    Update,
    telegram_updates,
)
from bot.channels.telegram_fields import (
    LONGEST,
    LONGEST_CAPTION,
    file_field,
    keyboard,
    less,
    words,
)
from bot.channels.telegram_http import AiohttpRequest, Flooded, Garbled, NotConnected
from bot.channels.telegram_polling import Feed
from bot.dialogue.messages import Incoming, Message

API: Final = "https://api.telegram.org"
LONGEST_TOAST: Final = 200

_GONE: Final = ("chat not found", "user not found", "group chat was deactivated", "peer_id_invalid")
_DONE: Final = (
    "message is not modified",
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
)
_DELETED: Final = ("message to delete not found", "message_id_invalid")
_UPLOADS: Final = {
    "document": "sendDocument",
    "photo": "sendPhoto",
    "voice": "sendVoice",
}
_PREVIEW_OFF: Final = {"is_disabled": True}


class Telegram:
    """One bot account. `async with` it, or call `open` and `close`."""

    name: Final = "telegram"

    def __init__(self, token: str, *, api_url: str = API, connections: int = 64) -> None:
        root = api_url.rstrip("/")
        self._http = AiohttpRequest(connections)
        self._polling = AiohttpRequest(2)
        self._url = f"{root}/bot{token}"
        self._feed = Feed(self._call)
        self._username = ""

    async def open(self) -> None:
        """Make ready to call; calls nothing."""
        await self._http.initialize()
        await self._polling.initialize()

    async def close(self) -> None:
        """Close all connections."""
        await self._polling.shutdown()
        await self._http.shutdown()

    async def __aenter__(self) -> "Telegram":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def updates(self, seconds: float) -> Sequence[Update]:
        """What has come in, after at most `seconds`; confirms all that was returned before."""
        return await self._feed.updates(seconds)

    def read(self, update: Update) -> Incoming | Moved | None:
        """What the update says; None if it is nothing for us. Raises Unreadable."""
        return telegram_updates.read(update)

    # Sending.

    async def send(self, chat: str, message: Message, file: bytes | None = None) -> str:
        """Send a message; at a second try without the markup or known file that was refused."""
        try:
            sent = await self._send(chat, message, file)
        except Refused as error:
            plainer = less(error, message)
            if plainer is None:
                raise
            sent = await self._send(chat, plainer, file)
        try:
            return str(sent["message_id"])
        except (KeyError, TypeError):
            raise OutcomeUnknown("an odd answer") from None

    async def _send(self, chat: str, message: Message, file: bytes | None) -> Any:
        fields: dict[str, Any] = {"chat_id": _number(chat)}
        made = message.attachment
        given = file_field(made, file)
        if made is None or given is None:
            fields |= words(message, "text", LONGEST)
            fields["link_preview_options"] = _PREVIEW_OFF
            method = "sendMessage"
        else:
            fields[made.kind] = given
            fields |= words(message, "caption", LONGEST_CAPTION)
            method = _UPLOADS[made.kind]
        markup = keyboard(message)
        if markup is not None:
            fields["reply_markup"] = markup
        if message.paid:
            fields["allow_paid_broadcast"] = True
        return await self._call(method, fields)

    async def edit(self, chat: str, message_id: str, message: Message | None) -> None:
        """Change a message's text and buttons; None only takes its buttons away."""
        try:
            await self._edit(chat, message_id, message)
        except Refused as error:
            if str(error) in _DONE:
                return
            plainer = None if message is None else less(error, message)
            if plainer is None:
                raise
            await self._edit(chat, message_id, plainer)

    async def _edit(self, chat: str, message_id: str, message: Message | None) -> None:
        fields: dict[str, Any] = {"chat_id": _number(chat), "message_id": int(message_id)}
        if message is None:
            await self._call("editMessageReplyMarkup", fields)
            return
        if message.rows:
            fields["reply_markup"] = keyboard(message)
        if message.attachment is not None:
            fields |= words(message, "caption", LONGEST_CAPTION)
            await self._call("editMessageCaption", fields)
            return
        fields |= words(message, "text", LONGEST)
        fields["link_preview_options"] = _PREVIEW_OFF
        await self._call("editMessageText", fields)

    async def delete(self, chat: str, message_id: str) -> None:
        """Take a message away; Refused if it is older than Telegram allows (48 hours)."""
        fields = {"chat_id": _number(chat), "message_id": int(message_id)}
        try:
            await self._call("deleteMessage", fields)
        except Refused as error:
            if str(error) not in _DELETED:
                raise

    async def answer(self, query: str, text: str = "", alert: bool = False) -> None:
        """Tell the app that a press has arrived, with a text of at most 200 characters."""
        fields: dict[str, Any] = {"callback_query_id": query}
        if text:
            fields |= {"text": text[:LONGEST_TOAST], "show_alert": alert}
        await self._call("answerCallbackQuery", fields)

    async def typing(self, chat: str) -> None:
        """Show for a few seconds that an answer is coming."""
        await self._call("sendChatAction", {"chat_id": _number(chat), "action": "typing"})

    async def probe(self) -> None:
        """Call getMe, the smallest call there is."""
        await self._call("getMe", {})

    async def username(self) -> str:
        """The bot's own name, without @; asked once. Refused if the token is not Telegram's."""
        if not self._username:
            try:
                me = await self._call("getMe", {})
            except NotSent as error:
                if isinstance(error.__cause__, InvalidToken):
                    raise Refused("the token was refused") from error
                raise
            self._username = str(me.get("username", ""))
        return self._username

    async def set_commands(
        self, commands: Mapping[str, str], *, language: str = "", chat: str = ""
    ) -> None:
        """Show these commands in the menu of one chat, or of all private chats."""
        scope: dict[str, Any] = {"type": "all_private_chats"}
        if chat:
            scope = {"type": "chat", "chat_id": _number(chat)}
        listed = [{"command": name, "description": told} for name, told in commands.items()]
        fields = {"commands": listed, "scope": scope, "language_code": language}
        await self._call("setMyCommands", fields)

    async def set_description(self, text: str, short: str, *, language: str = "") -> None:
        """Set what people read before they start, and on the bot's profile."""
        described = {"description": text, "language_code": language}
        await self._call("setMyDescription", described)
        described = {"short_description": short, "language_code": language}
        await self._call("setMyShortDescription", described)

    def crowded(self, chat: str) -> bool:
        """Groups have negative numbers."""
        return chat.startswith("telegram:-")

    async def _call(self, method: str, fields: dict[str, Any], seconds: float | None = None) -> Any:
        """The answer's result. Raises SendError; Garbled too, for the feed to rescue."""
        try:
            http = self._http if seconds is None else self._polling
            return await http.call(f"{self._url}/{method}", fields, seconds)
        except Garbled as error:
            if seconds is not None:
                raise
            raise OutcomeUnknown("an odd answer") from error
        except TelegramError as error:
            raise outcome(error) from error


def outcome(error: TelegramError) -> SendError:
    """What python-telegram-bot's exception means for what was to be sent."""
    reason = error.message.partition(":")[0][:80].lower()
    match error:
        case Flooded():
            return TryLater(error.seconds)
        case NotConnected():
            return NotSent("no connection")
        case InvalidToken():
            return NotSent("the token was refused")
        case ChatMigrated():
            return MovedTo(f"telegram:{error.new_chat_id}")
        case Forbidden():
            return Unreachable("forbidden")
        case BadRequest():
            return Unreachable(reason) if reason in _GONE else Refused(reason)
        case Conflict():
            return Contested("another process receives with this token")
        case _:
            return OutcomeUnknown(type(error).__name__)


def _number(chat: str) -> int:
    return int(chat.partition(":")[2])
