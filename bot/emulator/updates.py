"""The queue of updates for the bot.

An update leaves the queue when a higher offset confirms it, never by being handed out. A button
press that was not fetched within 150 s is dropped, as Telegram does.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.emulator.clock import Clock

Json = dict[str, Any]

PRESS_LIVES = 150.0
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_FAR = 10_000


@dataclass(slots=True)
class Pending:
    """One update that waits: as an object, or as the very text that is to be delivered."""

    update_id: int
    body: Json | str
    chat: int | None = None
    expires: float | None = None

    def text(self) -> str:
        """What goes over the line."""
        return self.body if isinstance(self.body, str) else json.dumps(self.body)


class UpdateQueue:
    """Updates in the order in which they happened."""

    def __init__(self, clock: Clock, first_id: int) -> None:
        self.clock = clock
        self.next_id = first_id
        self.allowed: list[str] | None = None
        self.pending: deque[Pending] = deque()
        self.wake: list[Callable[[], None]] = []
        self._in_order = True
        self._soonest: float | None = None

    def add(
        self, kind: str, content: Json, *, chat: int | None = None, expires: float | None = None
    ) -> int | None:
        """Queue an update; None if the bot did not ask for this kind."""
        if not self.wanted(kind):
            return None
        update_id = self._new_id()
        body = {"update_id": update_id, kind: content}
        self._append(Pending(update_id, body, chat, expires))
        return update_id

    def add_raw(self, update: Any) -> int:
        """Queue any JSON value as it is; an object without update_id gets one."""
        chosen = update.get("update_id") if isinstance(update, dict) else None
        if type(chosen) is int and 0 < chosen <= self.next_id + _FAR:
            self._in_order &= chosen >= self.next_id
            self.next_id = max(self.next_id, chosen + 1)
            update_id = chosen
        else:
            update_id = self._new_id()
        if isinstance(update, dict) and "update_id" not in update:
            update = {"update_id": update_id, **update}
        self._append(Pending(update_id, json.dumps(update)))
        return update_id

    def add_text(self, text: str) -> int:
        """Queue a text that is delivered unread, be it JSON or not."""
        update_id = self._new_id()
        self._append(Pending(update_id, text))
        return update_id

    def wanted(self, kind: str) -> bool:
        """Whether the bot asked for this kind; an empty list means the usual ones."""
        if self.allowed:
            return kind in self.allowed
        return kind not in NOT_BY_DEFAULT

    def confirm(self, offset: int) -> int:
        """Forget what lies before the offset; a negative one keeps only the last ones."""
        before = len(self.pending)
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        elif self._in_order:
            while self.pending and self.pending[0].update_id < offset:
                self.pending.popleft()
        else:
            self.pending = deque(one for one in self.pending if one.update_id >= offset)
            self._in_order = not self.pending
        return before - len(self.pending)

    def first(self, limit: int) -> list[Pending]:
        """The updates to deliver now; presses that nobody fetched in time are dropped."""
        if self._soonest is not None and self._soonest < self.clock.now():
            self._drop_expired(self.clock.now())
        if limit >= len(self.pending):
            return list(self.pending)
        return [self.pending[place] for place in range(limit)]

    def delivered(self, update_id: int) -> None:
        """Forget one update, wherever it stands."""
        self.pending = deque(one for one in self.pending if one.update_id != update_id)

    def restore(self, pending: Iterable[Pending]) -> None:
        """Take over a queue that was saved."""
        self.pending = deque(pending)
        self._in_order = not self.pending
        self._drop_expired(self.clock.now())

    def call_waiting(self) -> None:
        """Wake whoever waits for updates."""
        for wake in tuple(self.wake):
            wake()

    def _drop_expired(self, now: float) -> None:
        self.pending = deque(one for one in self.pending if not one.expires or one.expires >= now)
        self._soonest = min((one.expires for one in self.pending if one.expires), default=None)

    def _new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def _append(self, one: Pending) -> None:
        self.pending.append(one)
        if one.expires is not None and self._soonest is None:
            self._soonest = one.expires
        self.call_waiting()
