"""One process at a time receives for a database."""

import asyncio
import signal
import subprocess
import sys

import pytest

from storage.errors import AlreadyPolling
from storage.lock import FileLock, PollerLock, SessionLock
from tests.storage.postgres_server import PostgresServer

HOLD = """
import asyncio, sys, time
from storage.lock import PollerLock
lock = asyncio.run(PollerLock.take(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


async def test_a_second_poller_is_refused_until_the_first_is_done(url: str) -> None:
    first = await PollerLock.take(url)
    with pytest.raises(AlreadyPolling, match="stop it first"):
        await PollerLock.take(url)
    await first.release()
    second = await PollerLock.take(url)
    await second.release()


async def test_the_lock_goes_with_a_process_that_is_killed(url: str) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, url, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    with pytest.raises(AlreadyPolling):
        await PollerLock.take(url)
    holder.send_signal(signal.SIGKILL)
    await holder.communicate()
    lock = await eventually(url)
    await lock.release()


async def eventually(url: str) -> PollerLock:
    """The lock, which PostgreSQL gives only after it has noticed that the holder is gone."""
    for _ in range(100):
        try:
            return await PollerLock.take(url)
        except AlreadyPolling:
            await asyncio.sleep(0.02)
    raise AssertionError("the lock was never free")


async def test_a_lock_that_is_held_is_not_lost(url: str) -> None:
    lock = await PollerLock.take(url)
    assert lock.held.ours()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lock.lost(), 0.1)
    await lock.release()


async def test_the_loss_of_the_session_is_noticed(
    postgres: PostgresServer, postgres_url: str
) -> None:
    lock = await PollerLock.take(postgres_url)
    assert isinstance(lock.held, SessionLock)
    number = lock.held.connection.info.backend_pid
    postgres.administer(f"SELECT pg_terminate_backend({number})")
    await asyncio.wait_for(lock.lost(), 5)
    await lock.release()


async def test_the_loss_of_the_file_is_noticed(sqlite_url: str) -> None:
    lock = await PollerLock.take(sqlite_url)
    assert isinstance(lock.held, FileLock)
    lock.held.path.unlink()
    await asyncio.wait_for(lock.lost(), 5)
    await lock.release()
