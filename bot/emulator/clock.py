"""The emulator's clock: real time plus an offset that only grows."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Tells the time that people in the emulator live in, in seconds since 1970."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> float:
        """Seconds since 1970, moved."""
        return time.time() + self.offset

    def iso(self) -> str:
        """Now in UTC, as text."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="seconds")

    def forward(self, seconds: float) -> None:
        """Move ahead; a negative number is a ValueError, because time never goes back."""
        if not 0 <= seconds < 10**9:
            raise ValueError("seconds must be a number from 0 to 1,000,000,000")
        self.offset += seconds

    def follow(self, moment: datetime) -> None:
        """Take over another clock's time, unless that lies behind."""
        self.offset = max(self.offset, moment.timestamp() - time.time())
