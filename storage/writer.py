"""The queues before the writing thread of SQLite, and the pump that empties them.

The pump survives everything: a cancelled task, a unit that raises what it likes, a connection
that is closed under it. Each caller gets the outcome of its own unit.
"""

import asyncio
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from storage.errors import Unavailable
from storage.groups import Groups, Job, Lost
from storage.sqlite_connection import WritingThread, connect, engine_on
from storage.transaction import Tx

logger = logging.getLogger(__name__)

LARGEST_GROUP = 64  # units under one commit
PATIENCE = 0.25  # seconds that long work lets waiting units go first
MOST_LOSSES = 3  # of the connection in a row, before units are told


class Writer:
    """Runs units in the writing thread, in the order in which they came."""

    def __init__(
        self, path: Path, connector: Callable[[Path], sqlite3.Connection] = connect
    ) -> None:
        self.connector = partial(connector, path)
        self.thread: WritingThread | None = None
        self.groups: Groups | None = None
        self.waiting: deque[Job] = deque()
        self.long: deque[Job] = deque()
        self.last_long = 0.0
        self.losses = 0
        self.pump: asyncio.Task[None] | None = None
        self.closing = False

    async def open(self) -> None:
        """Open the connection and bind an engine to it. Raises Unavailable if that fails."""
        thread = WritingThread(self.connect, iter_chunk_size=64)
        try:
            await thread
        except sqlite3.Error as error:
            await thread.ended()
            raise Unavailable("the database file cannot be opened") from error
        self.thread = thread

    def connect(self) -> sqlite3.Connection:
        """The connection, with its engine. In the writing thread."""
        raw = self.connector()
        self.groups = Groups(raw, engine_on(raw))
        return raw

    async def close(self) -> None:
        """Finish what waits, then close the connection and end its thread."""
        self.closing = True
        while self.pump is not None:
            await asyncio.wait([self.pump])
        await self.drop_thread()

    def submit(self, call: Callable[[Tx], Any], *, long: bool = False) -> "asyncio.Future[Any]":
        """Put a unit in the queue. The future gets what it returned or raised."""
        if self.closing:
            raise Unavailable("the database is closed")
        job = Job(call, asyncio.get_running_loop().create_future(), long=long)
        (self.long if long else self.waiting).append(job)
        self.start_pump()
        return job.future

    def start_pump(self) -> None:
        """See to it that the queues are being emptied."""
        if self.pump is None:
            self.pump = asyncio.create_task(self.run_pump(), name="storage pump")
            self.pump.add_done_callback(self.pump_ended)

    def pump_ended(self, pump: "asyncio.Task[None]") -> None:
        """A pump may be cancelled before its first step; then somebody is still waiting."""
        self.pump = None
        if any(not job.future.done() for job in (*self.waiting, *self.long)):
            self.start_pump()

    async def run_pump(self) -> None:
        """One hop to the thread per group, until nothing waits."""
        while jobs := self.take():
            try:
                await self.hop(jobs)
            except Exception as error:
                for job in jobs:
                    if not job.over:
                        job.fail(error)
            self.settle(jobs)

    def take(self) -> list[Job]:
        """What goes to the thread next: a voided unit by itself, else a group, else long work."""
        waiting = self.waiting
        if waiting and waiting[0].tries:
            return [waiting.popleft()]
        now = time.monotonic()
        if self.long and (not waiting or now - max(self.last_long, self.long[0].queued) > PATIENCE):
            return [self.long.popleft()]
        group: list[Job] = []
        while waiting and not waiting[0].tries and len(group) < LARGEST_GROUP:
            group.append(waiting.popleft())
        return group

    async def hop(self, jobs: list[Job]) -> None:
        """Run the jobs in the thread, having replaced a lost connection first."""
        try:
            if self.thread is None:
                await self.open()
            assert self.thread is not None
            await self.thread.run(partial(self.work, jobs))
        except asyncio.CancelledError:
            await self.wait_for_thread()
        except (Lost, ValueError) as error:  # aiosqlite has ValueError for a closed connection.
            self.losses += 1
            logger.warning("writing connection lost: in_a_row=%d", self.losses)
            await self.drop_thread()
            if self.losses >= MOST_LOSSES:
                raise Unavailable("the connection is lost each time") from error
        else:
            self.losses = 0

    def work(self, jobs: list[Job], raw: sqlite3.Connection) -> None:
        """Run a group, or a unit by itself. In the writing thread."""
        groups = self.groups
        if groups is None or groups.raw is not raw or groups.closed():
            raise Lost
        if len(jobs) == 1:
            groups.alone(jobs[0])
        else:
            groups.together(jobs)

    def settle(self, jobs: list[Job]) -> None:
        """Hand out the outcomes that count; the others go to the head of their queue.

        Patience with long work counts from its end: it may have taken longer than that.
        """
        if jobs[0].long:
            self.last_long = time.monotonic()
        self.waiting.extendleft(job for job in reversed(jobs) if not job.over)
        for job in jobs:
            if job.over:
                job.settle()

    async def wait_for_thread(self) -> None:
        """Until the thread is done with what it has; being cancelled does not stop that."""
        while self.thread is not None:
            try:
                await self.thread.run(lambda raw: None)
            except asyncio.CancelledError:
                continue
            except ValueError:
                pass  # Closed: it does nothing any more.
            return

    async def drop_thread(self) -> None:
        """Close the connection, if it still is open, and end its thread."""
        thread, self.thread, self.groups = self.thread, None, None
        if thread is not None:
            try:
                await thread.close()
            except (sqlite3.Error, ValueError):
                thread.stop()
