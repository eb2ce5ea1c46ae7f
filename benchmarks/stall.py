"""How late an event loop's beats come, and how much of that the process itself is to blame for.

On a machine that does other work too, a beat comes late because nobody gave us a processor. What
is ours is work, in the loop or in another thread that holds Python's lock meanwhile: so it is no
more than the time that the process worked, nor than what is left without the time that its threads
waited for a processor, which Linux tells. A call that waits for a disk shows in `late` alone.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

BEAT: Final = 0.001  # seconds


@dataclass(frozen=True, slots=True)
class Stall:
    """The most milliseconds by which a beat came late: in all, by us, by the loop's own work."""

    late: float = 0.0
    ours: float = 0.0
    loop: float = 0.0


class _Waits:
    """How long the threads of this process have waited for a processor, in seconds."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._files: dict[int, int] = {}

    def now(self) -> float:
        return sum(self._of(thread.native_id or 0) for thread in threading.enumerate())

    def _of(self, thread: int) -> float:
        """0 where the system does not tell: then all that is late counts as ours."""
        try:
            if thread not in self._files:
                file = os.open(f"/proc/self/task/{thread}/schedstat", os.O_RDONLY)
                self._files[thread] = file
                self._stack.callback(os.close, file)
            return int(os.pread(self._files[thread], 100, 0).split()[1]) / 1e9
        except (OSError, IndexError):
            return 0.0


async def longest(seconds: float) -> Stall:
    """Watch the loop that this runs on for so long."""
    with ExitStack() as stack:
        return await _watched(seconds, _Waits(stack))


async def _watched(seconds: float, waits: _Waits) -> Stall:
    until = time.perf_counter() + seconds
    found = [0.0, 0.0, 0.0]
    before = _looked(waits)
    while before[0] < until:
        await asyncio.sleep(BEAT)
        now = _looked(waits)
        passed, loop, worked, waited = (end - begun for begun, end in zip(before, now, strict=True))
        late = passed - BEAT
        ours = min(late, max(loop, min(worked, late - waited)))
        for at, value in enumerate((late, ours, loop)):
            found[at] = max(found[at], 1000 * value)
        before = now
    return Stall(*found)


def _looked(waits: _Waits) -> tuple[float, float, float, float]:
    """The time, how long the loop and the whole process have worked, and how long we waited."""
    return time.perf_counter(), time.thread_time(), time.process_time(), waits.now()
