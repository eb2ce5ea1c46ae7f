"""The one source of "now": real time plus an offset that only grows.

`make try` and the tests move it; leases, pacing and everything else that two processes must agree
on with the outside world use `real()`, which never moves.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _real() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells the bot's time, aware and in UTC."""

    def __init__(
        self, offset: timedelta = timedelta(), *, real: Callable[[], datetime] = _real
    ) -> None:
        if offset < timedelta():
            raise ValueError("a clock cannot start in the past: the offset is negative")
        self._offset = offset
        self._real = real
        self._listeners: list[Callable[[], None]] = []

    @property
    def offset(self) -> timedelta:
        """How far the clock is ahead of real time: what must be stored to find it again."""
        return self._offset

    def now(self) -> datetime:
        """The bot's time."""
        return self._real() + self._offset

    def real(self) -> datetime:
        """The world's time."""
        return self._real()

    def move(self, to: datetime) -> bool:
        """Go forward to `to` and wake who listens; False, and nothing happens, if it is past."""
        ahead = to - self._real()
        if ahead <= self._offset:
            return False
        self._offset = ahead
        for listener in tuple(self._listeners):
            listener()
        return True

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each move, on the thread that moved the clock."""
        self._listeners.append(listener)
