"""Connections to an SQLite file, and engines bound to them.

Transactions begin and end only when told to, and take the write lock at BEGIN: a transaction
that reads first and writes later would be refused at once when another writer got in between.
"""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import aiosqlite
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.pool import StaticPool

from storage.errors import Unavailable, strip_values

T = TypeVar("T")

BUSY_TIMEOUT = 5.0  # seconds to wait for another process to let go of the file

STATEMENTS_KEPT = 512  # prepared; more than the bot has, so that none is prepared twice

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what was erased is overwritten, not only unlinked
    "PRAGMA journal_size_limit = 67108864",  # bytes
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -4096",  # KiB
)

# What is the database's own trouble, by primary result code (https://www.sqlite.org/rescode.html).
REASONS = {
    sqlite3.SQLITE_BUSY: "locked by another process",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_PROTOCOL: "the lock on the file does not work",
    sqlite3.SQLITE_NOMEM: "out of memory",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
}


class WritingThread(aiosqlite.Connection):
    """aiosqlite's thread and connection, for whole functions as well as for single calls."""

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Call the function with the connection, in its thread.

        Leans on the private attributes `_execute` and `_conn`, which a test names.
        """
        execute: Callable[..., Awaitable[T]] = self._execute
        return await execute(lambda: function(self._conn))

    async def ended(self) -> None:
        """Wait until the thread that was told to stop is over.

        It would otherwise tell a loop that may be closed by then. Leans on `_thread`.
        """
        await asyncio.to_thread(self._thread.join)


def connect(
    path: Path,
    *,
    any_thread: bool = False,
    timeout: float = BUSY_TIMEOUT,
    factory: type[sqlite3.Connection] = sqlite3.Connection,
) -> sqlite3.Connection:
    """A connection to the file, which is made if there is none, for its owner's eyes only."""
    make_file(path)
    raw = sqlite3.connect(
        path,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=not any_thread,
        factory=factory,
        cached_statements=STATEMENTS_KEPT,
    )
    try:
        for pragma in PRAGMAS:
            raw.execute(pragma)
    except BaseException:
        raw.close()
        raise
    return raw


def make_file(path: Path) -> None:
    """An empty file that only its owner may read, and its folder, unless they are there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def engine_on(raw: sqlite3.Connection) -> Engine:
    """An engine whose only connection is this one. It is of no use once that is closed."""
    engine = create_engine(
        "sqlite://", creator=lambda: raw, poolclass=StaticPool, hide_parameters=True
    )
    event.listen(engine, "handle_error", translate)
    return engine


def begin(connection: Connection, raw: sqlite3.Connection, *, write: bool = True) -> None:
    """Begin a transaction; to write, it takes the lock now. Raises Unavailable if it cannot.

    By hand rather than in the engine's begin event: an engine that has any event of its own
    spends 5 microseconds more on each statement.
    """
    connection.begin()
    try:
        raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    except sqlite3.Error as error:
        reason = trouble(error)
        if reason is None:
            raise
        raise Unavailable(reason) from error


def translate(context: ExceptionContext) -> Unavailable | None:
    """Tell the database's own trouble from a mistake in a unit, and take out what was typed."""
    strip_values(context, str)
    reason = trouble(context.original_exception)
    return None if reason is None else Unavailable(reason)


def trouble(error: BaseException) -> str | None:
    """Why the database cannot be used now, if that is what the error says."""
    if not isinstance(error, sqlite3.Error):
        return None
    return REASONS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
