"""Telegram's flood limits, in real time.

30 messages in any second in all (1,000 when paid for), one a second in a private chat with bursts
of three, 20 in any minute in a group. A refused message counts for nothing.
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from bot.emulator.refusals import Refused

IN_ALL, PAID, SECOND = 30, 1_000, 1.0
BURST, PER_SECOND = 3.0, 1.0
IN_GROUP, MINUTE = 20, 60.0
JITTER = 0.05
"""Seconds that a message may be early in its chat: a wire delays one message more than the next."""
_MANY = 50_000


class Window:
    """At most `most` in any `seconds`, by the moments of those that were let in."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self.moments: deque[float] = deque()

    def wait(self, now: float, count: int) -> float:
        """Seconds until `count` more fit."""
        moments = self.moments
        while moments and moments[0] <= now - self.seconds:
            moments.popleft()
        over = len(moments) + count - self.most
        if over <= 0:
            return 0.0
        place = min(over, len(moments)) - 1
        return moments[place] + self.seconds - now if place >= 0 else self.seconds

    def take(self, now: float, count: int) -> None:
        """Let `count` in."""
        self.moments.extend([now] * count)


class Bucket:
    """Bursts of three, filled again with one a second."""

    __slots__ = ("at", "filled")

    def __init__(self, now: float) -> None:
        self.at = now
        self.filled = BURST

    def wait(self, now: float, count: int) -> float:
        """Seconds until `count` are in it."""
        self.filled = min(BURST, self.filled + (now - self.at) * PER_SECOND)
        self.at = now
        missing = min(count, BURST) - self.filled - JITTER
        return max(0.0, missing / PER_SECOND)

    def take(self, _now: float, count: int) -> None:
        """Take them out."""
        self.filled -= count


class FloodLimits:
    """Lets messages in, or refuses them with 429 and the seconds to wait.

    `in_all`: so many in any second, where a test has no time for as few as Telegram allows.
    """

    def __init__(
        self,
        on: bool = True,
        now: Callable[[], float] = time.monotonic,
        *,
        in_all: int = IN_ALL,
    ) -> None:
        self.on = on
        self.refused = 0
        self._now = now
        self._in_all = Window(in_all, SECOND)
        self._paid = Window(PAID, SECOND)
        self._chats: dict[int, Window | Bucket] = {}

    def admit(self, chat: int, *, group: bool, count: int = 1, paid: bool = False) -> None:
        """Count `count` messages to this chat; Refused with 429 if they are too many."""
        if not self.on:
            return
        now = self._now()
        in_all = self._paid if paid else self._in_all
        one = self._of(chat, group, now)
        wait = max(one.wait(now, count), in_all.wait(now, count))
        if wait > 0:
            self.refused += 1
            raise too_many(max(1, math.ceil(wait)))
        one.take(now, count)
        in_all.take(now, count)

    def _of(self, chat: int, group: bool, now: float) -> Window | Bucket:
        one = self._chats.get(chat)
        if one is None:
            if len(self._chats) > _MANY:
                self._chats = {
                    known: kept for known, kept in self._chats.items() if not _idle(kept, now)
                }
            one = self._chats[chat] = Window(IN_GROUP, MINUTE) if group else Bucket(now)
        return one


def too_many(seconds: int) -> Refused:
    """Telegram's 429."""
    return Refused(
        429,
        f"Too Many Requests: retry after {seconds}",
        parameters={"retry_after": seconds},
    )


def _idle(one: Window | Bucket, now: float) -> bool:
    if isinstance(one, Bucket):
        return now - one.at > BURST
    return not one.moments or one.moments[-1] < now - MINUTE
