"""The lock that keeps a second process from receiving for the same database.

It goes with the process: the kernel drops a file lock, and PostgreSQL a session's lock, also
after kill -9. On PostgreSQL it is lost when its connection is, so its holder has to watch it.
"""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, Self

from storage.database import parse, sqlite_path
from storage.errors import AlreadyPolling, LockLost, StorageError, Unavailable
from storage.transaction import lock_number

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import URL

LOOK_AGAIN = 1.0  # seconds between two looks at whether the lock is still ours


class Held(Protocol):
    """A lock of one kind, while it is held."""

    def ours(self) -> bool: ...
    def release(self) -> None: ...


class PollerLock:
    """Held from `take` until `release`, the end of the process, or until it is lost."""

    def __init__(self, held: Held) -> None:
        self.held = held

    @classmethod
    async def take(cls, url: str) -> Self:
        """Take the lock of this database. Raises AlreadyPolling if another has it."""
        parsed = parse(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(FileLock(sqlite_path(parsed)))
        return cls(await asyncio.to_thread(SessionLock, parsed))

    async def lost(self) -> None:
        """Return when the lock is no longer ours: receiving and sending must stop then."""
        while await asyncio.to_thread(self.held.ours):
            await asyncio.sleep(LOOK_AGAIN)

    async def watch(self) -> NoReturn:
        """Raise LockLost when the lock is no longer ours."""
        await self.lost()
        raise LockLost(
            "The lock on the database is lost: another process may receive by now. "
            "Start the bot again."
        )

    async def release(self) -> None:
        """Let another process have it."""
        await asyncio.to_thread(self.held.release)


class FileLock:
    """A lock on a file beside the database. The file stays; only the lock on it counts."""

    def __init__(self, database: Path) -> None:
        import fcntl

        self.path = database.with_name(f"{database.name}.lock")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.number = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self.number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self.number, 20).decode(errors="replace").strip() or "unknown"
            os.close(self.number)
            raise AlreadyPolling(
                f"process {holder} already receives for {database}: stop it first"
            ) from error
        os.truncate(self.number, 0)
        os.write(self.number, f"{os.getpid()}\n".encode())

    def ours(self) -> bool:
        """Whether the file that is locked is still the one that others would lock."""
        try:
            return os.path.samestat(os.fstat(self.number), self.path.stat())
        except OSError:
            return False

    def release(self) -> None:
        """Unlock by closing."""
        number, self.number = self.number, -1
        if number >= 0:
            os.close(number)


class SessionLock:
    """A lock of a PostgreSQL session, on a connection that does nothing else."""

    def __init__(self, url: "URL") -> None:
        self.connection = connect(url)
        row = self.connection.execute(
            "SELECT pg_try_advisory_lock(%s)", (lock_number("poller"),)
        ).fetchone()
        if row is None or not row[0]:
            self.connection.close()
            raise AlreadyPolling(
                "another process already receives for this database: stop it first"
            )

    def ours(self) -> bool:
        """Whether the connection still answers."""
        import psycopg

        try:
            self.connection.execute("SELECT 1")
        except psycopg.Error:
            self.connection.close()
        return not self.connection.closed

    def release(self) -> None:
        """Unlock by closing."""
        self.connection.close()


def connect(url: "URL") -> "psycopg.Connection[Any]":
    """A connection that notices within seconds that the other side is gone."""
    try:
        import psycopg
    except ImportError as error:
        raise StorageError("PostgreSQL needs its driver: install buurtbot[postgres]") from error
    try:
        return psycopg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
            application_name="buurtbot poller",
            connect_timeout=10,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=10_000,
        )
    except psycopg.OperationalError as error:
        raise Unavailable(f"the server cannot be reached: {error}") from error
