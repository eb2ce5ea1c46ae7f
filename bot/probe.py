"""Whether the channel works. While it does not, it is asked with the smallest call there is.

    works → broken      a call was lost, or no connection was made
    broken → on trial   the probe was answered
    on trial → works    a message went through
    on trial → broken   it did not; the pauses between probes go on growing

On trial only one message is under way at a time: each costs the one repeat that it may have. The
first probe goes nearly at once, as people wait for answers and mostly a single connection was lost.
"""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from bot.channels import Channel, SendError
from bot.logs import decision

FIRST_PAUSE: Final = 0.05  # seconds
SECOND_PAUSE: Final = 0.5  # twice as much from then on
LONGEST_PAUSE: Final = 15.0

_log = logging.getLogger(__name__)


class State(StrEnum):
    """Of the channel, as far as we know."""

    WORKS = "works"
    BROKEN = "broken"
    ON_TRIAL = "on_trial"


class Probe:
    """Knows the channel's state; calls `answered` when a trial may begin."""

    def __init__(self, channel: Channel, answered: Callable[[], None]) -> None:
        self.state = State.WORKS
        self.asked = 0
        self._channel = channel
        self._answered = answered
        self._pause = FIRST_PAUSE
        self._task: asyncio.Task[None] | None = None

    @property
    def broken(self) -> bool:
        """Whether nothing is to be sent."""
        return self.state is State.BROKEN

    @property
    def on_trial(self) -> bool:
        """Whether one message at a time is to be sent."""
        return self.state is State.ON_TRIAL

    def failed(self, reason: str) -> None:
        """A call was lost: send nothing until the channel answers again."""
        if self.broken:
            return
        decision(_log, "sending paused", level=logging.WARNING, reason=reason, pause=self._pause)
        self.state = State.BROKEN
        self._task = asyncio.get_running_loop().create_task(self._ask(), name="probe")

    def worked(self) -> None:
        """A message went through."""
        if self.on_trial:
            decision(_log, "sending resumed")
            self.state = State.WORKS
            self._pause = FIRST_PAUSE

    async def stop(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            self._pause = min(LONGEST_PAUSE, max(SECOND_PAUSE, 2 * self._pause))
            self.asked += 1
            try:
                await self._channel.probe()
            except SendError as error:
                decision(_log, "probe failed", error=type(error).__name__)
            else:
                self.state = State.ON_TRIAL
                self._answered()
                return
