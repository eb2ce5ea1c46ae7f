"""getUpdates: one poll at a time may wait; a second one ends the first with 409."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from typing import Any

from bot.emulator.refusals import Refused
from bot.emulator.state import State
from bot.emulator.updates import Pending

Json = dict[str, Any]

LONGEST_POLL = 50
MOST = 100
ENCODE = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
_BROKEN: Json = {"message_id": "seven", "date": None, "chat": [], "text": {"not": "a text"}}


class Poller:
    """Hands out updates, and waits for them."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._waiting: asyncio.Future[bool] | None = None
        self._again: list[Pending] = []
        state.updates.wake.append(self._wake)

    async def get_updates(self, params: Json, faults: Collection[str] = ()) -> bytes:
        """The answer to a call of getUpdates, as JSON."""
        state = self.state
        if state.webhook["url"]:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        state.tally.last_get_updates = state.clock.now()
        self._end_other()
        if "allowed_updates" in params:
            state.updates.allowed = params["allowed_updates"]
        state.changes += state.updates.confirm(params.get("offset", 0))
        limit = min(max(params.get("limit", MOST), 1), MOST)
        if "malformed_update" in faults:
            state.updates.add_raw({"message": _BROKEN})
        found = state.updates.first(limit)
        timeout = min(max(params.get("timeout", 0), 0), LONGEST_POLL)
        if not found and timeout:
            await self._wait(timeout)
            found = state.updates.first(limit)
        return _answer(self._with_duplicates(found, faults))

    def _with_duplicates(self, found: list[Pending], faults: Collection[str]) -> list[Pending]:
        """With the fault: each update twice in this answer and once more in the next."""
        if found and self._again:
            found, self._again = self._again + found, []
        if found and "duplicate_update" in faults:
            self._again = list(found)
            return found + found
        return found

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        waiting = self._waiting = loop.create_future()
        timer = loop.call_later(seconds, _resolve, waiting, True)
        try:
            if not await waiting:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
        finally:
            timer.cancel()
            if self._waiting is waiting:
                self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None:
            _resolve(self._waiting, True)

    def _end_other(self) -> None:
        if self._waiting is not None:
            _resolve(self._waiting, False)
            self._waiting = None


def _resolve(waiting: asyncio.Future[bool], goes_on: bool) -> None:
    if not waiting.done():
        waiting.set_result(goes_on)


def _answer(found: list[Pending]) -> bytes:
    if len(found) == 1 and not isinstance(found[0].body, str):
        return b'{"ok":true,"result":[' + ENCODE(found[0].body).encode() + b"]}"
    text = ",".join([one.text() for one in found])
    return b'{"ok":true,"result":[' + text.encode("utf-8", "surrogatepass") + b"]}"
