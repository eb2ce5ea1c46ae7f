"""SQLite: one thread that writes, two that read."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from functools import partial
from pathlib import Path
from typing import Self, TypeVar, cast

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from storage.backup import copy_checked
from storage.errors import BackupFailed, Unavailable
from storage.groups import raisable
from storage.sizes import Sizes, sizes_of
from storage.sqlite_connection import begin, connect, translate
from storage.transaction import Tx
from storage.writer import Writer

T = TypeVar("T")

READERS = 2  # threads, each with a connection


class SqliteStore:
    """The store of one SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = Writer(path)
        self.reading = reading_engine(path)
        self.readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage reader")

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open the file, which must have its tables."""
        store = cls(path)
        await store.writer.open()
        return store

    async def run(self, call: Callable[[Tx], T]) -> T:
        """Run a unit; it may share its commit with others that wait."""
        value: T = await self.writer.submit(call)
        return value

    async def run_alone(self, call: Callable[[Tx], T]) -> T:
        """Run a unit in a transaction of its own, after those that wait."""
        value: T = await self.writer.submit(call, long=True)
        return value

    async def read(self, call: Callable[[Tx], T]) -> T:
        """Run a unit on a connection that cannot write."""
        if self.writer.closing:
            raise Unavailable("the database is closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.readers, partial(self.read_now, call))

    def read_now(self, call: Callable[[Tx], T]) -> T:
        """Run a reading unit in this thread, once more if its connection was closed."""
        try:
            return read_once(self.reading, call)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return read_once(self.reading, call)

    async def backup(self, target: Path) -> None:
        """Copy the file as it is now."""
        if await asyncio.to_thread(target.exists):
            raise BackupFailed(f"{target} is there already: name a new file")
        await asyncio.to_thread(copy_checked, self.path, target)

    async def sizes(self) -> Sizes:
        """How much room the file takes."""
        return await asyncio.to_thread(sizes_of, self.path)

    async def close(self) -> None:
        """Finish what waits and close the connections, the writing one last."""
        self.writer.closing = True
        await asyncio.to_thread(self.readers.shutdown)
        self.reading.dispose()
        await self.writer.close()


def reading_engine(path: Path) -> Engine:
    """An engine whose connections refuse to write."""

    def open_reader() -> sqlite3.Connection:
        raw = connect(path, any_thread=True)
        raw.execute("PRAGMA query_only = ON")
        return raw

    engine = create_engine(
        "sqlite://",
        creator=open_reader,
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine, "handle_error", translate)
    return engine


def read_once(engine: Engine, call: Callable[[Tx], T]) -> T:
    """Run a reading unit in one transaction, so that all it sees is of one moment."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        begin(connection, cast(sqlite3.Connection, raw), write=False)
        tx = Tx(connection, postgres=False)
        try:
            return Context().run(call, tx)
        except BaseException as error:
            raise raisable(error) from error.__cause__
        finally:
            tx.end()
