"""The one way into the database: units, each run whole in one transaction."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, Self, TypeVar

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import StorageError
from storage.migrate import migrate_sqlite
from storage.sizes import Sizes
from storage.sqlite import SqliteStore
from storage.transaction import Tx

P = ParamSpec("P")
T = TypeVar("T")

TALKATIVE = ("aiosqlite", "sqlalchemy", "psycopg")
"""Loggers that show rows and whole calls at their lower levels."""


class Store(Protocol):
    """What a kind of database has to offer."""

    async def run(self, call: Callable[[Tx], T]) -> T: ...
    async def run_alone(self, call: Callable[[Tx], T]) -> T: ...
    async def read(self, call: Callable[[Tx], T]) -> T: ...
    async def backup(self, target: Path) -> None: ...
    async def sizes(self) -> Sizes: ...
    async def close(self) -> None: ...


class Database:
    """Runs units. A unit is a plain function that gets a `Tx` first, and does no other I/O.

    It may be run twice before its outcome counts, so it has no effect but on the database. A
    caller that is cancelled meanwhile does not learn whether its unit counted.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    @classmethod
    async def open(cls, url: str, *, migrate: bool = True) -> Self:
        """Open ``sqlite:///path`` or ``postgresql://...``, its schema brought up to date.

        Raises DatabaseTooNew for a newer release's database, and MigrationFailed.
        """
        for talkative in TALKATIVE:
            logging.getLogger(talkative).setLevel(logging.WARNING)
        parsed = parse(url)
        if parsed.get_backend_name() == "postgresql":
            return cls(await open_postgres(parsed, migrate=migrate))
        if parsed.get_backend_name() == "sqlite":
            path = sqlite_path(parsed)
            if migrate:
                await asyncio.to_thread(migrate_sqlite, path)
            return cls(await SqliteStore.open(path))
        raise StorageError("[database] url must begin with sqlite:/// or postgresql://")

    async def run(
        self, unit: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run the unit in one transaction, and return what it returned.

        Raises what it raised, with nothing of it kept, and Unavailable while the database is
        locked, full or out of reach.
        """
        return await self.store.run(lambda tx: unit(tx, *args, **kwargs))

    async def run_alone(
        self, unit: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for long work, 20 ms at most: waiting units go first, none joins its commit."""
        return await self.store.run_alone(lambda tx: unit(tx, *args, **kwargs))

    async def read(
        self, unit: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a unit that only reads, on another thread; all it reads is of one moment."""
        return await self.store.read(lambda tx: unit(tx, *args, **kwargs))

    async def backup(self, target: Path) -> None:
        """Make a whole and checked copy of this moment in `target`, which must not exist yet.

        Units go on meanwhile. Raises BackupFailed, on PostgreSQL with what to use instead.
        """
        await self.store.backup(target)

    async def sizes(self) -> Sizes:
        """How much room the database takes."""
        return await self.store.sizes()

    async def close(self) -> None:
        """Finish what waits and close all connections."""
        await self.store.close()


def parse(url: str) -> URL:
    """The parts of an address; the error does not show it, as it may hold a password."""
    try:
        return make_url(url)
    except ArgumentError:
        raise StorageError("[database] url is not an address") from None


async def open_postgres(url: URL, *, migrate: bool) -> Store:
    """The store of a PostgreSQL database, whose driver is an extra."""
    try:
        from storage.postgres import PostgresStore
    except ImportError as error:
        raise StorageError("PostgreSQL needs its driver: install buurtbot[postgres]") from error
    return await PostgresStore.open(url, migrate=migrate)


def sqlite_path(url: URL) -> Path:
    """The file that an SQLite address names. Memory is refused: readers would see another one."""
    if not url.database or url.database == ":memory:":
        raise StorageError("[database] url must name a file: sqlite:///data/buurtbot.db")
    return Path(url.database)
