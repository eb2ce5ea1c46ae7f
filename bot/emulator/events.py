"""What happened in the chats, for pages and tests that look on.

A bounded buffer with numbers: who reconnects asks for what came after a number, and learns from
None that too much was missed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Listener = Callable[[Json], None]


class Events:
    """The last events and those who listen."""

    def __init__(self, kept: int = 2_000) -> None:
        self.recent: deque[Json] = deque(maxlen=kept)
        self.last = int(time.time() * 1000)
        self._listeners: list[Listener] = []

    def emit(self, kind: str, **fields: Any) -> None:
        """Tell everybody; an event is a plain object with at least `kind` and `chat`."""
        self.last += 1
        event = {"kind": kind, "chat": None, **fields}
        self.recent.append(event)
        for listener in tuple(self._listeners):
            listener(event)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every event; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def after(self, number: int) -> list[tuple[int, Json]] | None:
        """The events after this number with theirs, or None if some are no longer kept."""
        missed = self.last - number
        if missed < 0 or missed > len(self.recent):
            return None
        start = len(self.recent) - missed
        return [(number + 1 + n, self.recent[start + n]) for n in range(missed)]


def _words(message: Json) -> str:
    return message.get("text") or message.get("caption") or ""


class Ledger:
    """Every message, edit and deletion that the bot got done, in order."""

    def __init__(self, kept: int) -> None:
        self.entries: deque[Json] = deque(maxlen=kept)
        self.seq = 0

    def add(self, method: str, message: Json, *, paid: bool = False) -> None:
        """Note one delivery, or deletion, with the real time and whether it was paid for."""
        self.seq += 1
        self.entries.append(
            {
                "seq": self.seq,
                "method": method,
                "chat_id": message["chat"]["id"],
                "message_id": message["message_id"],
                "text": _words(message) if not method.startswith("delete") else "",
                "paid": paid,
                "at": time.time(),
                "accepted": True,
            }
        )

    def after(self, seq: int) -> list[Json]:
        """The entries after this number."""
        newer = self.seq - seq
        if newer >= len(self.entries):
            return list(self.entries)
        return [
            self.entries[place] for place in range(len(self.entries) - newer, len(self.entries))
        ]
