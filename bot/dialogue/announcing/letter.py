"""How an announcement reads for those who get it.

There is one composition, `letter`: the preview, what is sent and a correction are all made by it.
So nobody gets something else than was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.dialogue.flow import entry
from bot.dialogue.language import _, isolate, speaking
from bot.dialogue.messages import (
    TEXT_UNITS,
    Attachment,
    Button,
    Message,
    Rich,
    as_plain,
    cut,
    rich,
    units,
)

CAPTION_UNITS: Final = 1024
"""The most UTF-16 units of a text under a picture, file or voice: a caption of the Bot API."""
MOST_BUTTONS: Final = 3
LONGEST_NAME: Final = 60
SERVICE: Final = "service"
"""The purpose of what is sent to the people of one meeting: one does not opt out of that."""

Content = Mapping[str, Any]


def letter(  # noqa: PLR0913 - each is a part of what people read
    content: Content, language: str, *, announcement: int, purpose: str, sender: str, platform: str
) -> Message:
    """The message for somebody who reads `language`, else in the first language it was written in.

    `sender` is the name of who wrote it, empty if that is not known any more.
    """
    spoken = language if language in content["texts"] else base(content)
    with speaking(spoken):
        text = _signed(text_in(content, spoken), room(content), sender, platform)
        rows = [*_own(content, spoken, announcement), _around(announcement, purpose)]
        about = f"announcement:{announcement}"
        file = attachment(content)
        return Message(text, tuple(tuple(row) for row in rows), attachment=file, about=about)


def attachment(content: Content) -> Attachment | None:
    """The picture, file or voice that goes with it."""
    sent = content.get("attachment")
    return Attachment(sent["kind"], sent["name"], file=sent["file"]) if sent else None


def base(content: Content) -> str:
    """The language that everybody gets who has no text of their own."""
    return str(next(iter(content["texts"])))


def text_in(content: Content, language: str) -> str:
    """The words in this language, as they were typed."""
    return loaded(content["texts"][language])


def loaded(stored: Mapping[str, Any]) -> str:
    """A text with its formatting, out of what JSON keeps of it."""
    return Rich(stored["text"]) if stored.get("rich") else str(stored["text"])


def length(text: str) -> int:
    """The UTF-16 units that are seen: what the Bot API counts, after it has read the markup."""
    return units(as_plain(text))


def room(content: Content) -> int:
    """How long each text may be."""
    return CAPTION_UNITS if content.get("attachment") else TEXT_UNITS


def first_words(content: Content | None, most: int = 60) -> str:
    """What it is called in a list: its first words; empty where nothing was written yet."""
    if not content or not content.get("texts"):
        return ""
    return cut(as_plain(text_in(content, base(content))), most)


def _signed(text: str, most: int, sender: str, platform: str) -> str:
    """The text, and who sent it where that fits in."""
    known = {"platform": isolate(platform, LONGEST_NAME), "name": isolate(sender, LONGEST_NAME)}
    said = _("{name} of {platform} sends you this.") if sender else _("{platform} sends you this.")
    line = said.format(**known)
    if length(text) + 2 + units(line) > most:
        return text
    if isinstance(text, Rich):
        return rich("{text}\n\n<i>{line}</i>", text=text, line=line)
    return f"{text}\n\n{line}"


def _own(content: Content, language: str, announcement: int) -> list[list[Button]]:
    """The buttons that the coordinator put under it, one in a row."""
    rows = []
    for number, button in enumerate(content.get("buttons", ())):
        labels = button["label"]
        label = labels.get(language) or next(iter(labels.values()))
        if button["kind"] == "link":
            rows.append([Button(label, url=button["value"])])
        else:
            rows.append([Button(label, entry("tap", announcement, number))])
    return rows


def _around(announcement: int, purpose: str) -> list[Button]:
    """Why one gets it, and no more of that."""
    why = Button(_("Why do I get this?"), entry("why_announcement", announcement))
    if purpose == SERVICE:
        return [why]
    stop = _("No more surveys") if purpose == "survey" else _("No more news")
    return [why, Button(stop, entry("stop_announcements", purpose))]
