"""What every channel must make of what happens to a message: one table for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.channels import MovedTo, NotSent, OutcomeUnknown, Refused, SendError, TryLater, Unreachable


@dataclass(frozen=True)
class Case:
    """An answer of the far side, by status and body, and what sending must raise for it."""

    name: str
    raises: type[SendError]
    status: int = 400
    said: str = ""
    more: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case("flood", TryLater, 429, "Too Many Requests: retry after 7", {"retry_after": 7}),
    Case("blocked", Unreachable, 403, "Forbidden: bot was blocked by the user"),
    Case("deactivated", Unreachable, 403, "Forbidden: user is deactivated"),
    Case("stranger", Unreachable, 403, "Forbidden: bot can't initiate conversation with a user"),
    Case("gone", Unreachable, 400, "Bad Request: chat not found"),
    Case("upgraded", MovedTo, 400, "Bad Request: group chat was upgraded to a supergroup chat",
         {"migrate_to_chat_id": -1001}),
    Case("too long", Refused, 400, "Bad Request: message is too long"),
    Case("bad button", Refused, 400, "Bad Request: BUTTON_DATA_INVALID"),
    Case("server in trouble", OutcomeUnknown, 502, "Bad Gateway"),
    Case("server broken", OutcomeUnknown, 500, "Internal Server Error"),
    Case("token revoked", NotSent, 401, "Unauthorized"),
    Case("no JSON", OutcomeUnknown, 200, "<html>"),
    Case("odd JSON", OutcomeUnknown, 200, '{"ok":true,"result":[]}'),
)  # fmt: skip
