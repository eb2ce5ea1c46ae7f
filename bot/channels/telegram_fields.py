"""How a message of ours becomes the fields of a call to the Bot API."""

from dataclasses import replace
from typing import Any, Final

from telegram import InputFile

from bot.channels import Refused
from bot.dialogue.messages import Attachment, Message, Rich, Wanted, as_plain

LONGEST: Final = 4096  # UTF-16 units of a text, after its markup is read
LONGEST_CAPTION: Final = 1024

_NO_FILE: Final = (
    "wrong file",
    "wrong remote file",
    "voice_messages_forbidden",
    "user restricted receiving of voice",
    "there is no caption in the message to edit",
)
"""How refusals begin that are about the file: it is gone, or this person takes no voice."""
_REQUESTS: Final = {Wanted.CONTACT: "request_contact", Wanted.LOCATION: "request_location"}


def words(message: Message, field: str, longest: int) -> dict[str, Any]:
    """The text, its parse mode where it has markup; raises Refused where it is too long."""
    text = message.text
    shown = as_plain(text)
    if len(shown) > longest // 2 and len(shown.encode("utf-16-le")) // 2 > longest:
        raise Refused("the text is too long")
    if isinstance(text, Rich):
        return {field: str(text), "parse_mode": "HTML"}
    return {field: text}


def file_field(made: Attachment | None, file: bytes | None) -> InputFile | str | None:
    """What goes into a file's field: its content, or Telegram's own name for it."""
    if made is None or made.file:
        return made.file if made else None
    return None if file is None else InputFile(file, filename=made.name)


def less(error: Refused, message: Message) -> Message | None:
    """The message without its markup or its file, if that is what was refused.

    One that had to go without its file before is edited without it.
    """
    if str(error) == "can't parse entities" and isinstance(message.text, Rich):
        return replace(message, text=as_plain(message.text))
    known = message.attachment is not None and message.attachment.file
    if known and message.text and str(error).startswith(_NO_FILE):
        return replace(message, attachment=None)
    return None


def keyboard(message: Message) -> dict[str, Any] | None:
    """The one keyboard of a message: buttons under it, or those that share something."""
    if message.rows:
        rows = [
            [
                {"text": button.label, "url": button.url}
                if button.url
                else {"text": button.label, "callback_data": button.data}
                for button in row
            ]
            for row in message.rows
        ]
        return {"inline_keyboard": rows}
    if message.share:
        asked = [[{"text": label, _REQUESTS[wanted]: True}] for wanted, label in message.share]
        return {"keyboard": asked, "one_time_keyboard": True, "resize_keyboard": True}
    return {"remove_keyboard": True} if message.clear_share else None
