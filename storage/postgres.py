"""PostgreSQL: units run side by side, each in a transaction of its own, in a few threads.

A unit that meets a deadlock or a serialisation failure runs again, as does one whose connection
was lost before COMMIT was sent. After that nobody can say what counted, so it is not repeated:
the caller is told, comes back, and unique keys keep what did count from counting twice.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import psycopg
from psycopg import Error, OperationalError, errors
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.pool import QueuePool

from storage.errors import BackupFailed, Unavailable, strip_values
from storage.groups import raisable
from storage.migrate import migrate_postgres
from storage.sizes import Sizes
from storage.transaction import Tx

T = TypeVar("T")

WRITERS = 4  # threads, each with a connection
READERS = 2
MOST_TRIES = 3

TROUBLE = "trouble"  # under which a connection keeps what a unit may have caught

SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
READING = {
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "repeatable\\ read",
}

TO_REPEAT = (errors.DeadlockDetected, errors.SerializationFailure)

# Classes of SQLSTATE that are the server's own trouble
# (https://www.postgresql.org/docs/current/errcodes-appendix.html).
REASONS = {
    "08": "the connection failed",
    "28": "the server refuses our name or password",
    "3D": "there is no such database",
    "53": "the server is out of disk, memory or connections",
    "55": "locked",
    "57": "the server is shutting down or cancelled the statement",
    "58": "the server's system failed",
    "XX": "the server's data are damaged",
}


class PostgresStore:
    """The store of one PostgreSQL database."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = engine_to(url, WRITERS + 1)
        self.reading = engine_to(url, READERS, READING)
        self.writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="storage writer")
        self.long = ThreadPoolExecutor(1, thread_name_prefix="storage long work")
        self.readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage reader")
        self.closing = False

    @classmethod
    async def open(cls, url: URL, *, migrate: bool = True) -> Self:
        """Reach the database. Raises Unavailable if it cannot."""
        store = cls(url)
        try:
            await store.run(lambda tx: None)
            if migrate:
                await asyncio.to_thread(migrate_postgres, store.engine)
        except BaseException:
            await store.close()
            raise
        return store

    async def run(self, call: Callable[[Tx], T]) -> T:
        """Run a unit in a transaction of its own."""
        return await self.hop(self.writers, self.engine, call)

    async def run_alone(self, call: Callable[[Tx], T]) -> T:
        """Run a long unit; one at a time, on a connection that others do not wait for."""
        return await self.hop(self.long, self.engine, call)

    async def read(self, call: Callable[[Tx], T]) -> T:
        """Run a unit on a connection that cannot write, all it reads being of one moment."""
        return await self.hop(self.readers, self.reading, call)

    async def hop(self, threads: ThreadPoolExecutor, engine: Engine, call: Callable[[Tx], T]) -> T:
        """Run a unit in one of the threads; one that is cancelled while it waits is skipped."""
        if self.closing:
            raise Unavailable("the database is closed")
        return await asyncio.get_running_loop().run_in_executor(threads, run_now, engine, call)

    async def backup(self, target: Path) -> None:
        """Not ours to do: PostgreSQL has a tool for it."""
        raise BackupFailed(
            f"PostgreSQL is copied by its own tool: pg_dump --format=custom --file={target}"
            f" --dbname={self.url.database}"
        )

    async def sizes(self) -> Sizes:
        """How much room the database takes on its server."""
        size = text("SELECT pg_database_size(current_database())")
        return Sizes(await self.read(lambda tx: tx.execute(size).scalar_one()), 0, None)

    async def close(self) -> None:
        """Finish what waits and close the connections."""
        self.closing = True
        for threads in (self.writers, self.long, self.readers):
            await asyncio.to_thread(threads.shutdown)
        self.engine.dispose()
        self.reading.dispose()


def engine_to(url: URL, size: int, settings: dict[str, str] | None = None) -> Engine:
    """An engine with so many connections at most, each with our settings."""
    options = " ".join(f"-c {key}={value}" for key, value in (SETTINGS | (settings or {})).items())
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
        execution_options={"preserve_rowcount": True},  # As on SQLite, also of an INSERT.
        connect_args={"options": options, "connect_timeout": 10, "application_name": "buurtbot"},
    )
    event.listen(engine, "handle_error", translate)
    return engine


class Again(Unavailable):
    """Nothing of the unit counted, and running it again may go better."""


def translate(context: ExceptionContext) -> Unavailable | None:
    """Tell the server's own trouble from a mistake in a unit, and take out what was typed."""
    strip_values(context, describe)
    original = context.original_exception
    if not isinstance(original, Error):
        return None
    trouble: Unavailable | None = None
    if isinstance(original, TO_REPEAT) or context.is_disconnect:
        trouble = Again("a deadlock" if original.sqlstate else "the connection was lost")
    elif context.connection is None:
        trouble = Unavailable(f"the server cannot be reached: {describe(original)}")
    elif (original.sqlstate or "")[:2] in REASONS:
        trouble = Unavailable(REASONS[(original.sqlstate or "")[:2]])
    if trouble is not None and context.connection is not None and not context.is_disconnect:
        context.connection.info[TROUBLE] = trouble
    return trouble


def describe(error: BaseException) -> str:
    """What went wrong and with which constraint, without the values that the server quotes."""
    state = getattr(error, "sqlstate", None)
    if not isinstance(error, Error) or state is None:
        return str(error) if isinstance(error, OperationalError) else type(error).__name__
    named = (error.diag.table_name, error.diag.column_name, error.diag.constraint_name)
    return " ".join(part for part in (type(error).__name__, state, *named) if part)


def run_now(engine: Engine, call: Callable[[Tx], T]) -> T:
    """Run a unit in this thread, up to three times where that may help."""
    for _ in range(MOST_TRIES - 1):
        with suppress(Again):
            return run_once(engine, call)
    return run_once(engine, call)


def run_once(engine: Engine, call: Callable[[Tx], T]) -> T:
    """Run a unit in one transaction, which is rolled back if anything is raised."""
    with engine.connect() as connection:
        connection.begin()
        connection.info.pop(TROUBLE, None)
        tx = Tx(connection, postgres=True)
        try:
            value = Context().run(call, tx)
        except (StopIteration, asyncio.CancelledError) as error:
            raise raisable(error) from error
        finally:
            tx.end()
        check_open(connection)
        commit(connection)
        return value


def check_open(connection: Connection) -> None:
    """The server answers COMMIT after an error with a silent ROLLBACK; that must not pass."""
    if connection.invalidated:
        raise Again("the connection was lost")
    raw = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    if raw.info.transaction_status == TransactionStatus.INERROR:
        if TROUBLE in connection.info:
            raise connection.info[TROUBLE]
        raise RuntimeError("the unit went on after an error; it needs a savepoint for that")


def commit(connection: Connection) -> None:
    """Commit; if the connection is lost meanwhile, nobody can say what counted."""
    try:
        connection.commit()
    except Again as error:
        if isinstance(error.__cause__, TO_REPEAT):
            raise
        raise Unavailable("the connection was lost at the commit") from error
