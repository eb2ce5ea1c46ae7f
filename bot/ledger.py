"""Writes down how sending went: many outcomes in one transaction, in their order.

Nothing that was noted is forgotten while the process lives. While the database is locked or full
the notes wait, and their rows stay in `sending`.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from bot import steps
from bot.logs import decision
from storage import Database, Tx, delivery
from storage.errors import Unavailable
from storage.outbox import Lane, Row

SOON: Final = 0.05  # seconds that outcomes wait for company
MANY: Final = 100  # outcomes that do not wait any longer
LONGEST_PAUSE: Final = 5.0  # seconds between tries while the database does not work

_log = logging.getLogger(__name__)

Note = Callable[[Tx], object]


class Ledger:
    """Notes outcomes on the event loop; `flush` returns when all of them are on disk."""

    def __init__(self, database: Database) -> None:
        self.repeats = set(Lane)
        """The lanes in which rows may wait that were in doubt: at first all, as an earlier process
        may have left some."""
        self._database = database
        self._sent: list[dict[str, Any]] = []
        self._notes: list[Note] = []
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many outcomes are not on disk yet."""
        return len(self._sent) + len(self._notes)

    @property
    def more_than_sent(self) -> bool:
        """Whether anything else than messages that went out is not on disk yet."""
        return bool(self._notes) or self._writing.locked()

    def sent(self, row: int, message: str | None, at: Any) -> None:
        """A row went out as this message of the channel."""
        self._sent.append({"row": row, "message": message, "at": at})
        self._soon()

    def doubt(self, row: Row) -> None:
        """It is not known whether a row arrived: it is repeated if it may be."""
        self.repeats.add(row.lane)
        self.note(partial(delivery.doubt, rows=[row.id]))

    def note(self, note: Note) -> None:
        """Something else to write, after all that was noted before."""
        self._notes.append(note)
        self._soon()

    def _soon(self) -> None:
        if self.waiting >= MANY:
            self._start()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._start)

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._tasks:
            task = asyncio.get_running_loop().create_task(self.flush(), name="ledger")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def flush(self) -> None:
        """Write all that is noted by now, however long that takes."""
        async with self._writing:
            while self.waiting:
                sent, notes = self._sent, self._notes
                self._sent, self._notes = [], []
                try:
                    await self._write(sent, notes)
                except BaseException:
                    self._sent, self._notes = sent + self._sent, notes + self._notes
                    raise

    async def _write(self, sent: Sequence[dict[str, Any]], notes: Sequence[Note]) -> None:
        pause = 0.1
        while True:
            try:
                await self._database.run(_write, sent, notes)
            except Unavailable as error:
                if pause == 0.1:
                    decision(_log, "outcomes not written", level=logging.ERROR, error=error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
            except Exception:
                _log.exception("outcome not written")
                if len(notes) + bool(sent) > 1:
                    await self._write_each(sent, notes)
                return
            else:
                steps.reached(steps.RECORDED)
                return

    async def _write_each(self, sent: Sequence[dict[str, Any]], notes: Sequence[Note]) -> None:
        """One of them cannot be written: let it cost none of the others."""
        if sent:
            await self._write(sent, ())
        for note in notes:
            await self._write((), (note,))


def _write(tx: Tx, sent: Sequence[dict[str, Any]], notes: Sequence[Note]) -> None:
    if sent:
        delivery.record_sent(tx, sent)
    for note in notes:
        note(tx)
