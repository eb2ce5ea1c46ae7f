"""Two guards against too much of the same: people who flood, and a bot that repeats itself.

They only count what just happened, in bounded memory; what follows from it is kept in rows.
"""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from hashlib import blake2b
from threading import Lock

from bot.dialogue.messages import units

MOST_CHATS = 10_000
FLOOD = (30, timedelta(seconds=10))
LOOP = (20, timedelta(minutes=5))

log = logging.getLogger(__name__)


class Guards:
    """Counts per chat; `on=False` lets everything through (benchmarks)."""

    def __init__(self, *, on: bool = True) -> None:
        self._on = on
        self._lock = Lock()  # on PostgreSQL turns run in several threads
        self._heard: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._said: OrderedDict[str, deque[datetime]] = OrderedDict()

    def too_fast(self, chat: str, now: datetime) -> bool:
        """Whether this chat sends more than a person can: over 30 updates in 10 seconds."""
        if not self._on:
            return False
        with self._lock:
            if not _over(self._heard, chat, now, FLOOD):
                return False
            self._heard.pop(chat)
        log.warning("flood muted")
        return True

    def looping(self, chat: str, text: str, now: datetime) -> bool:
        """Whether the same text went to this chat over 20 times in 5 minutes."""
        if not self._on or not text:
            return False
        digest = blake2b(f"{chat}\0{text}".encode("utf-8", "replace"), digest_size=12).hexdigest()
        with self._lock:
            if not _over(self._said, digest, now, LOOP):
                return False
        log.error("loop stopped units=%d", units(text))
        return True


def _over(
    counts: OrderedDict[str, deque[datetime]],
    key: str,
    now: datetime,
    limit: tuple[int, timedelta],
) -> bool:
    most, span = limit
    times = counts.setdefault(key, deque(maxlen=most + 1))
    counts.move_to_end(key)
    times.append(now)
    if len(counts) > MOST_CHATS:
        counts.popitem(last=False)
    return len(times) > most and now - times[0] < span
