"""How far we are in Telegram's updates, also where some of them cannot be read."""

import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from bot.channels import OutcomeUnknown, Update
from bot.channels.telegram_http import Garbled
from bot.channels.telegram_updates import ALLOWED, as_id

BATCH: Final = 100  # updates; getUpdates gives no more at once
QUIET: Final = 86_400.0  # seconds without updates, after which ids may begin anew
LARGEST_STEP: Final = 100_000
MARGIN: Final = 10.0  # seconds that a long poll may take longer than was asked
KEPT: Final = 4096  # characters of an update that is no JSON

_RESULT: Final = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\[')
_NUMBER: Final = re.compile(r'"update_id"\s*:\s*([0-9]{1,15})\b')

Call = Callable[[str, dict[str, Any], float | None], Awaitable[Any]]


class Position:
    """The offset of the next getUpdates, which confirms all updates before it.

    Updates come in the order of their ids, so each one that came lets us step over at least one
    id, also when its own cannot be read. A large jump is believed only when it comes twice:
    after the first time the offset grew by one, which a wrong id does not survive.
    """

    def __init__(self) -> None:
        self.next: int | None = None
        self._doubted: frozenset[int] = frozenset()

    def step(self, ids: Sequence[int | None]) -> None:
        """Go past a batch with these ids; None where an id cannot be read."""
        doubted = set()
        for number in ids:
            if number is None or self._odd(number):
                if number is not None:
                    doubted.add(number)
                if self.next is not None:
                    self.next += 1
            else:
                self.next = number + 1
        self._doubted = frozenset(doubted)

    def forget(self) -> None:
        """Start afresh: after a quiet week, ids begin at a random number."""
        self.next = None

    def _odd(self, number: int) -> bool:
        if self.next is None or number in self._doubted:
            return False
        return not 0 <= number - self.next <= LARGEST_STEP


class Feed:
    """The updates in order; the next call confirms those of the last one."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._position = Position()
        self._batch = BATCH
        self._last = time.monotonic()

    async def updates(self, seconds: float) -> Sequence[Update]:
        """What has come in; an answer that cannot be read is asked for again in smaller parts."""
        if time.monotonic() - self._last > QUIET:
            self._position.forget()
        fields: dict[str, Any] = {
            "limit": self._batch,
            "timeout": int(seconds),
            "allowed_updates": ALLOWED,
        }
        if self._position.next is not None:
            fields["offset"] = self._position.next
        try:
            batch = await self._call("get_Updates", fields, seconds + MARGIN)
        except Garbled as error:
            batch = self._rescued(error.payload)
        else:
            self._batch = min(BATCH, self._batch * 2)
        return self._taken(batch)

    def _taken(self, batch: Any) -> Sequence[Update]:
        if not isinstance(batch, list):
            raise OutcomeUnknown("an odd answer")
        if batch:
            self._last = time.monotonic()
        numbers = [number_of(raw) for raw in batch]
        self._position.step(numbers)
        return [
            Update(key_of(raw, number), raw) for raw, number in zip(batch, numbers, strict=True)
        ]

    def _rescued(self, payload: bytes) -> list[Any]:
        """What can be had of an answer that the JSON parser does not take."""
        if not _RESULT.match(payload):
            raise OutcomeUnknown("an odd answer")
        text = payload.decode("utf-8", "replace")
        try:
            return list(json.loads(text, parse_int=_short_int)["result"])
        except (ValueError, RecursionError, KeyError, TypeError):
            pass
        if self._batch > 1:
            self._batch //= 2
            return []
        return [text[:KEPT]]


def number_of(raw: Any) -> int | None:
    """The update's id, if there is one that can be true."""
    if isinstance(raw, str):
        found = _NUMBER.search(raw)
        return int(found[1]) if found else None
    number = as_id(raw.get("update_id")) if isinstance(raw, dict) else None
    return number if number is not None and number >= 0 else None


def key_of(raw: Any, number: int | None) -> str:
    """The update's own key: its id, or a digest of what came where there is none."""
    if number is not None:
        return f"telegram:{number}"
    try:
        text = raw if isinstance(raw, str) else json.dumps(raw)
    except (ValueError, RecursionError):
        text = type(raw).__name__
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"telegram:?{digest[:32]}"


def _short_int(digits: str) -> int | str:
    """A number as JSON has it; too many digits stay text, which no field of ours takes."""
    return int(digits) if len(digits) <= 20 else digits
