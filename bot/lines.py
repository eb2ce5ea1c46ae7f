"""One line for each chat: its rows in order, one of them under way.

What cannot go now is given back to the outbox with all that stands behind it. From then on the
chat is `behind`: its fresh replies wait in the outbox too, until no older one waits there.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final

from bot.courier import Outcome
from bot.ledger import Ledger
from bot.pacer import Gate, Pacer
from bot.probe import Probe
from storage import delivery
from storage.outbox import Kind, Lane, Row, State

PATIENCE: Final = 60.0  # seconds that a reply stays in memory; well within its lease
LONGEST_WAIT: Final = 3.0  # seconds that a line waits for its chat's allowance
MOST: Final = 5_000  # rows in memory

Deliver = Callable[[Row, Callable[[], float]], Coroutine[Any, Any, Outcome]]


class _Line:
    """The rows of one chat, and since when the oldest stands there."""

    __slots__ = ("reserved", "rows", "since")

    def __init__(self, since: float) -> None:
        self.rows: deque[Row] = deque()
        self.since = since
        self.reserved = 0
        """The id of the row for which room is reserved already."""


class Lines:
    """Delivers rows chat by chat; calls `ended` when a chat's line is empty."""

    def __init__(  # noqa: PLR0913 - the sender names each
        self,
        deliver: Deliver,
        *,
        pacer: Pacer,
        gate: Gate,
        probe: Probe,
        ledger: Ledger,
        ended: Callable[[str], None],
    ) -> None:
        self.stopping = False
        self.held = 0
        self.behind: set[str] = set()
        self.newly_behind: set[str] = set()
        self._deliver = deliver
        self._pacer = pacer
        self._gate = gate
        self._probe = probe
        self._ledger = ledger
        self._ended = ended
        self._lines: dict[str, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def chats(self) -> set[str]:
        """The chats in which something is under way."""
        return set(self._lines)

    def add(self, rows: Sequence[Row]) -> None:
        """Replies whose turn was just committed."""
        loop = asyncio.get_running_loop()
        for row in rows:
            if self._must_return() or row.chat in self.behind or self.held >= MOST:
                self._give_back(row.chat, [row])
            else:
                self._append(row, loop)

    def add_claimed(self, row: Row) -> None:
        """A row that was claimed, and for which room is reserved."""
        loop = asyncio.get_running_loop()
        line = self._append(row, loop)
        if line.rows[0] is row and not line.reserved:
            line.reserved = row.id
        else:
            self._pacer.give_back(lane=row.lane)

    async def drain(self, within: float) -> None:
        """Finish what is under way, give back the rest; what takes longer is left behind."""
        self.stopping = True
        self._gate.shake()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _append(self, row: Row, loop: asyncio.AbstractEventLoop) -> _Line:
        line = self._lines.get(row.chat)
        if line is None:
            line = self._lines[row.chat] = _Line(loop.time())
            task = loop.create_task(self._serve(row.chat, line, loop.time))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        line.rows.append(row)
        self.held += 1
        return line

    async def _serve(self, chat: str, line: _Line, time: Callable[[], float]) -> None:
        """Deliver the line's rows until it is empty or one of them cannot go."""
        outcome = Outcome.DONE
        try:
            while line.rows and outcome is Outcome.DONE:
                row = line.rows[0]
                if line.reserved != row.id and self._overtaken(row, line):
                    self._cancel(line.rows.popleft())
                elif await self._may_go(chat, line, time, row.lane):
                    line.rows.popleft()
                    outcome = await self._deliver(row, time)
                    self.held -= 1
                else:
                    outcome = Outcome.BACK
        finally:
            del self._lines[chat]
            self.held -= len(line.rows)
            self._leave(chat, line, outcome)

    def _leave(self, chat: str, line: _Line, outcome: Outcome) -> None:
        """What becomes of the rest of a line that ends."""
        if outcome is Outcome.GONE:
            for row in line.rows:
                self._ledger.note(
                    partial(delivery.settle, row=row.id, state=State.UNREACHABLE, error=None)
                )
        elif line.rows or outcome is Outcome.BACK:
            self._give_back(chat, line.rows)
        self._gate.open(asyncio.get_running_loop().time())
        self._ended(chat)

    async def _may_go(self, chat: str, line: _Line, time: Callable[[], float], lane: Lane) -> bool:
        """Wait for the chat's allowance, then for room; False if the line must go back."""
        if line.reserved:
            line.reserved = 0
            if not self.stopping and not self._probe.broken:
                return True
            self._pacer.give_back(lane=lane)
            return False
        while True:
            now = time()
            late = now - line.since > PATIENCE
            if self._must_return() or late or self._pacer.halts.left(chat, lane, now) > 0:
                return False
            wait = self._pacer.wait(chat, now)
            if wait > LONGEST_WAIT:
                return False
            if wait > 0:
                await asyncio.sleep(wait)
                continue
            await self._gate.enter(now)
            self._pacer.give_back()
            if self._must_return() or self._pacer.halts.left(chat, lane, now) > 0:
                return False
            self._pacer.reserve(lane=lane)
            return True

    def _must_return(self) -> bool:
        return self.stopping or self._probe.broken or self._probe.on_trial

    def _overtaken(self, row: Row, line: _Line) -> bool:
        """Whether a later edit of the same message stands in this line."""
        if row.kind is not Kind.EDIT or len(line.rows) == 1:
            return False
        return any(other.edits == row.edits for other in line.rows if other is not row)

    def _cancel(self, row: Row) -> None:
        self.held -= 1
        self._ledger.note(partial(delivery.settle, row=row.id, state=State.CANCELLED))

    def _give_back(self, chat: str, rows: Sequence[Row]) -> None:
        self.behind.add(chat)
        self.newly_behind.add(chat)
        if rows:
            ids = [row.id for row in rows]
            self._ledger.note(partial(delivery.put_back, rows=ids))
