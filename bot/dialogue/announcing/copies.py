"""What is kept of an announcement once for all who get it: one message for each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from bot.dialogue.announcing.letter import attachment, letter
from bot.dialogue.language import _, speaking
from bot.dialogue.messages import Message, dump


class Written(Protocol):
    """An announcement, as far as it shapes its message."""

    @property
    def id(self) -> int: ...
    @property
    def purpose(self) -> str: ...
    @property
    def paid(self) -> bool: ...


def key(sending: int, language: str) -> str:
    """By which the message of a sending is kept."""
    return f"announcement:{sending}:{language}"


def composed(
    content: Mapping[str, Any], written: Written, sender: str, platform: str
) -> dict[str, dict[str, Any]]:
    """The dumped messages of an announcement by their languages; `sender` is a name, or empty."""
    found = {}
    for language in content.get("texts", ()):
        made = letter(
            content,
            language,
            announcement=written.id,
            purpose=written.purpose,
            sender=sender,
            platform=platform,
        )
        found[language] = dump(replace(made, paid=written.paid))
    return found


def of_sending(
    sending: int, content: Mapping[str, Any], written: Written, sender: str, platform: str
) -> dict[str, dict[str, Any]]:
    """The same by their keys."""
    made = composed(content, written, sender, platform)
    return {key(sending, language): message for language, message in made.items()}


def withdrawn(
    sending: int, content: Mapping[str, Any], languages: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """What stands in the place of a message that can no longer be deleted.

    A picture or file stays there, as only the words under it can be changed.
    """
    found = {}
    for language in languages:
        with speaking(language):
            words = _("The sender has taken this message back.")
            said = Message(words, attachment=attachment(content))
        found[key(sending, language)] = dump(said)
    return found
