"""What was promised against what arrived: the outbox beside the ledger of the emulator."""

from __future__ import annotations

import json
from collections import Counter

from tests.stage import Stage

SENDS = "SELECT chat, state, once_more, message_id, content FROM outbox WHERE kind = 'send'"


def extra_copies(stage: Stage) -> int:
    """How many messages arrived once more than they had to; each of them for a row in doubt.

    Every row that is written down as sent arrived with the number that is written there, no other
    message has that number, and what came beside these are copies of rows whose outcome a kill left
    unknown: one of each, or two of what is listed as uncertain.
    """
    arrived = {
        (f"telegram:{entry['chat_id']}", str(entry["message_id"])): entry["text"]
        for entry in stage.emulated.ledger.after(0)
        if entry["method"].startswith("send")
    }
    allowed: Counter[tuple[str, str]] = Counter()
    for chat, state, once_more, number, content in stage.look(SENDS):
        if state == "sent":
            assert arrived.pop((chat, number), None) is not None, "written down, but it never came"
        if once_more and content:
            allowed[chat, heading(as_read(content))] += 2 if state == "uncertain" else 1
    copies = Counter((chat, heading(text)) for (chat, _number), text in arrived.items())
    assert copies <= allowed, copies - allowed
    return copies.total()


def as_read(content: str | dict[str, str]) -> str:
    """The text of a row of the outbox as a phone shows it."""
    kept = json.loads(content) if isinstance(content, str) else content
    return unmarked(kept["text"])


def heading(text: str) -> str:
    """The first line: what is below it may be worded anew when a promise is repeated."""
    return text.partition("\n")[0]


def unmarked(text: str) -> str:
    """Text without the markup that a phone shows as bold."""
    for tag in ("<b>", "</b>", "<i>", "</i>"):
        text = text.replace(tag, "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
