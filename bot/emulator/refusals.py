"""What the emulator answers instead of doing as it was asked.

Refused   a Bot API call, in Telegram's words
Denied    a request of a person or of a test, in ours
"""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A call that Telegram would refuse: code, description and sometimes parameters."""

    def __init__(
        self,
        code: int,
        description: str,
        *,
        parameters: dict[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters
        self.reason = reason


class Denied(Exception):
    """Something a person cannot do here: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def bad(description: str, reason: str = "") -> Refused:
    """A 400; `reason` says more in the emulator's own log."""
    return Refused(400, f"Bad Request: {description}", reason=reason)


def forbidden(description: str) -> Refused:
    """A 403."""
    return Refused(403, f"Forbidden: {description}")
