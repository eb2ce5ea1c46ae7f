"""How far we are in Telegram's updates, also where some of them cannot be read."""

import asyncio
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
CERTAIN: Final = 2  # times that the same updates come before we go past them
FIRST_PAUSE: Final = 0.02  # seconds before asking again for what came again
LONGEST_PAUSE: Final = 2.0
MARGIN: Final = 10.0  # seconds that a long poll may take longer than was asked
KEPT: Final = 4096  # characters of an update that is no JSON

_RESULT: Final = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\[')
_NUMBER: Final = re.compile(r'"update_id"\s*:\s*([0-9]{1,15})\b')

Call = Callable[[str, dict[str, Any], float | None], Awaitable[Any]]


class Position:
    """The offset of the next getUpdates, which confirms all updates before it.

    An id is believed if it follows the last one closely. What cannot be believed, or read, is
    passed by when later ids confirm it. Where there are none it comes again: being the first that
    is not confirmed, it lets us go one id further, and if it comes even then, its id was true.
    """

    def __init__(self) -> None:
        self.next: int | None = None
        self.stuck = 0
        """How often the same updates came again."""

    def step(self, numbers: Sequence[int | None]) -> None:
        """Go past a batch with these ids; None where an id cannot be read."""
        known = [number for number in numbers if number is not None]
        self.begin(known)
        before = self.next
        for number in known:
            if self.next is not None and 0 <= number - self.next <= LARGEST_STEP:
                self.next = number + 1
        if self.next != before or not numbers:
            self.stuck = 0
        elif not self._old(numbers[0]):
            self.stuck += 1
            self._push(known)

    def begin(self, known: Sequence[int]) -> None:
        """Where nothing is confirmed yet, the smallest of these ids is the first that counts."""
        if self.next is None and known:
            self.next = min(known)

    def forget(self) -> None:
        """Start afresh: after a quiet week, ids begin at a random number."""
        self.next = None

    def _old(self, number: int | None) -> bool:
        return number is not None and self.next is not None and number < self.next

    def _push(self, known: Sequence[int]) -> None:
        """The same came again: go on by one, or believe the smallest of the ids."""
        if self.next is None or self.stuck < CERTAIN:
            return
        ahead = [number for number in known if number > self.next]
        if ahead and self.stuck > CERTAIN:
            self.next, self.stuck = min(ahead) + 1, 0
        else:
            self.next += 1


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
        if self._position.stuck:
            await asyncio.sleep(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._position.stuck, 8)))
            if self._position.next is None:
                self._batch = BATCH  # to see an id further on
        if self._position.next is not None:
            fields["offset"] = self._position.next
        try:
            batch = await self._call("getUpdates", fields, seconds + MARGIN)
        except Garbled as error:
            batch = self._rescued(error.payload)
            if not batch:
                return ()
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
        if self._position.next is None:
            self._position.begin([int(digits) for digits in _NUMBER.findall(text)])
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
