"""Units that share a commit on SQLite, and everything that may go wrong with that."""

import asyncio
import inspect
import resource
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiosqlite
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import Database, StorageError, Tx, Unavailable
from storage.sqlite_connection import connect
from storage.writer import PATIENCE, Writer
from tests.storage.notes import make_table, write, written

T = TypeVar("T")

LARGE = "x" * 2_000_000


class Breaking(sqlite3.Connection):
    """A connection whose disk can be made full at the next COMMITs."""

    full_commits = 0
    commits = 0

    def commit(self) -> None:
        self.commits += 1
        if self.full_commits:
            self.full_commits -= 1
            self.rollback()
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        super().commit()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shared.db"


@pytest.fixture
async def writer(path: Path) -> AsyncIterator[Writer]:
    writer = Writer(path, partial(connect, factory=Breaking))
    await writer.open()
    await writer.submit(make_table)
    yield writer
    await writer.close()


async def on_connection(writer: Writer, function: Callable[[sqlite3.Connection], T]) -> T:
    assert writer.thread is not None
    return await writer.thread.run(function)


def raw_of(tx: Tx) -> sqlite3.Connection:
    raw = tx.connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


async def six(writer: Writer, third: Callable[[Tx], object]) -> list[object]:
    """The outcomes of six units that wait at the same time."""
    units = [partial(write, text=name) for name in "abcdef"]
    calls: list[Callable[[Tx], object]] = [*units[:2], third, *units[3:]]
    futures = [writer.submit(call) for call in calls]
    outcomes: list[object] = await asyncio.gather(*futures, return_exceptions=True)
    return outcomes


async def kept(writer: Writer) -> str:
    return "".join(await writer.submit(written))


async def commits(writer: Writer) -> int:
    return await on_connection(writer, lambda raw: getattr(raw, "commits", 0))


def test_what_we_lean_on_in_aiosqlite_is_there() -> None:
    assert inspect.iscoroutinefunction(aiosqlite.Connection._execute)
    assert isinstance(inspect.getattr_static(aiosqlite.Connection, "_conn"), property)
    assert "self._thread = " in inspect.getsource(aiosqlite.Connection.__init__)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_the_connection_is_safe_and_durable(writer: Writer, path: Path) -> None:
    def settings(raw: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await on_connection(writer, settings) == ["wal", 2, 1, 5000]
    assert mode(path) == 0o600


async def test_units_that_wait_share_one_commit(writer: Writer) -> None:
    before = await commits(writer)
    assert await six(writer, partial(write, text="c")) == list("abcdef")
    assert await commits(writer) == before + 1
    assert await kept(writer) == "abcdef"


async def test_a_group_of_slow_units_is_committed_in_parts(writer: Writer) -> None:
    before = await commits(writer)
    slow = threading.Event()
    waits = (writer.submit(lambda tx: slow.wait(0.03)) for _ in range(3))
    await asyncio.gather(*waits)
    assert await commits(writer) == before + 3


async def test_a_unit_that_fails_takes_nothing_of_the_others(writer: Writer) -> None:
    def fails(tx: Tx) -> None:
        write(tx, "c")
        raise LookupError

    before = await commits(writer)
    outcomes = await six(writer, fails)
    assert isinstance(outcomes.pop(2), LookupError)
    assert outcomes == list("abdef")
    assert await commits(writer) == before + 2
    assert await kept(writer) == "abdef"


async def test_units_keep_their_order_where_one_fails_and_that_runs_once(writer: Writer) -> None:
    runs: list[str] = []

    def unit(tx: Tx, name: str) -> str:
        runs.append(name)
        seen = "".join(written(tx))
        write(tx, name)
        if name == "c":
            raise LookupError
        return seen

    units = [writer.submit(partial(unit, name=name)) for name in "abcdef"]
    outcomes = await asyncio.gather(*units, return_exceptions=True)
    assert isinstance(outcomes.pop(2), LookupError)
    assert outcomes == ["", "a", "ab", "abd", "abde"]
    assert runs.count("c") == 1


async def test_no_unit_runs_often_because_many_others_fail(writer: Writer) -> None:
    """A turn counts in memory how often it runs, and a chat with too many is muted."""
    runs: Counter[str] = Counter()

    def unit(tx: Tx, name: str, *, fails: bool) -> None:
        runs[name] += 1
        write(tx, name)
        if fails:
            raise LookupError

    kinds = [*((one, False) for one in "abc"), *((one, True) for one in "defgh"), ("i", False)]
    units = [writer.submit(partial(unit, name=one, fails=fails)) for one, fails in kinds]
    outcomes = await asyncio.gather(*units, return_exceptions=True)
    assert [isinstance(one, LookupError) for one in outcomes] == [fails for _one, fails in kinds]
    assert runs == Counter("abcabcdefghi")
    assert await kept(writer) == "abci"


async def limit_pages(writer: Writer) -> None:
    def limit(raw: sqlite3.Connection) -> None:
        (pages,) = raw.execute("PRAGMA page_count").fetchone()
        raw.execute(f"PRAGMA max_page_count = {pages + 20}")

    await on_connection(writer, limit)


async def test_a_full_disk_in_the_third_of_six(writer: Writer) -> None:
    await limit_pages(writer)
    in_transaction: list[bool] = []

    def fills(tx: Tx) -> None:
        try:
            write(tx, LARGE)
        finally:
            in_transaction.append(raw_of(tx).in_transaction)

    outcomes = await six(writer, fills)
    assert isinstance(outcomes.pop(2), Unavailable)
    assert outcomes == list("abdef")
    assert await kept(writer) == "abdef"
    assert in_transaction == [False, False], "SQLite did not roll back by itself: void test"


async def test_a_unit_that_overlooks_a_full_disk_writes_nothing(writer: Writer) -> None:
    await limit_pages(writer)

    def overlooks(tx: Tx) -> str:
        write(tx, "before")
        try:
            write(tx, LARGE)
        except Unavailable:
            write_or_not(tx, "after")
        return "all is well"

    outcomes = await six(writer, overlooks)
    assert isinstance(outcomes.pop(2), Unavailable)
    assert outcomes == list("abdef")
    assert await kept(writer) == "abdef"


async def test_a_unit_that_overlooks_a_full_disk_alone_has_not_succeeded(writer: Writer) -> None:
    await limit_pages(writer)

    def overlooks(tx: Tx) -> None:
        with suppress(Unavailable):
            write(tx, LARGE)
        raw_of(tx).execute("SAVEPOINT another")  # SQLite begins a new transaction for it.

    with pytest.raises(Unavailable):
        await writer.submit(overlooks)
    assert await kept(writer) == ""
    await writer.submit(partial(write, text="a"))
    assert await kept(writer) == "a"


def write_or_not(tx: Tx, text: str) -> None:
    with suppress(OperationalError):
        write(tx, text)


async def test_a_disk_that_is_full_at_the_commit(writer: Writer) -> None:
    await on_connection(writer, lambda raw: setattr(raw, "full_commits", 3))
    outcomes = await six(writer, partial(write, text="c"))
    assert [type(one) for one in outcomes[:2]] == [Unavailable, Unavailable]
    assert outcomes[2:] == list("cdef")
    assert await kept(writer) == "cdef"


async def test_a_disk_that_cannot_be_written_at_the_commit(writer: Writer, path: Path) -> None:
    await six(writer, partial(write, text="c"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        outcomes = await asyncio.gather(
            *(writer.submit(partial(write, text=name)) for name in "gh"), return_exceptions=True
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [type(one) for one in outcomes] == [Unavailable, Unavailable]
    assert await kept(writer) == "abcdef"
    await writer.submit(partial(write, text="g"))
    with closing(connect(path)) as other:
        assert len(other.execute("SELECT text FROM notes").fetchall()) == 7


async def test_a_promise_broken_at_the_commit_costs_only_the_unit_that_made_it(
    writer: Writer,
) -> None:
    def make(tx: Tx) -> None:
        tx.connection.exec_driver_sql(
            "CREATE TABLE replies (note INTEGER NOT NULL"
            " REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)"
        )

    def promises(tx: Tx) -> None:
        tx.connection.exec_driver_sql("INSERT INTO replies VALUES (4711)")

    await writer.submit(make)
    outcomes = await six(writer, promises)
    assert isinstance(outcomes.pop(2), IntegrityError)
    assert outcomes == list("abdef")
    assert await kept(writer) == "abdef"


async def test_a_locked_file_is_told_to_all_and_passes(writer: Writer, path: Path) -> None:
    await on_connection(writer, lambda raw: raw.execute("PRAGMA busy_timeout = 20"))
    ran: list[int] = []
    with closing(connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        outcomes = await six(writer, lambda tx: ran.append(1))
        assert [type(one) for one in outcomes] == [Unavailable] * 6
        assert "locked" in str(outcomes[0])
        other.execute("ROLLBACK")
    assert not ran
    await six(writer, partial(write, text="c"))
    assert await kept(writer) == "abcdef"


async def test_a_caller_that_left_is_skipped(writer: Writer) -> None:
    ran: list[int] = []
    started, release = threading.Event(), threading.Event()

    def holds(tx: Tx) -> None:
        started.set()
        release.wait(5)

    holding = writer.submit(holds)
    await asyncio.to_thread(started.wait, 5)
    left, stays = writer.submit(lambda tx: ran.append(1)), writer.submit(partial(write, text="a"))
    left.cancel()
    release.set()
    await holding
    assert await stays == "a"
    assert not ran


async def test_a_caller_that_leaves_meanwhile_disturbs_nobody(writer: Writer) -> None:
    started, release = threading.Event(), threading.Event()

    def holds(tx: Tx) -> None:
        started.set()
        release.wait(5)

    leaving = writer.submit(holds)
    after = writer.submit(partial(write, text="a"))
    await asyncio.to_thread(started.wait, 5)
    leaving.cancel()
    release.set()
    assert await after == "a"
    assert await kept(writer) == "a"


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_the_pump_survives_being_cancelled(writer: Writer, steps: int) -> None:
    waiting = [writer.submit(partial(write, text=name)) for name in "abc"]
    for _ in range(steps):
        await asyncio.sleep(0)
    for _ in range(2):
        if writer.pump is not None:
            writer.pump.cancel()
        await asyncio.sleep(0)
    assert await asyncio.wait_for(asyncio.gather(*waiting), 5) == list("abc")
    assert await kept(writer) == "abc"


async def test_a_closed_connection_is_replaced_with_its_engine(writer: Writer) -> None:
    assert writer.thread is not None
    await writer.thread.close()
    assert await six(writer, partial(write, text="c")) == list("abcdef")
    assert await kept(writer) == "abcdef"


async def test_a_connection_closed_behind_aiosqlite_is_replaced(writer: Writer) -> None:
    await on_connection(writer, lambda raw: raw.close())
    assert await six(writer, partial(write, text="c")) == list("abcdef")
    assert await kept(writer) == "abcdef"


async def test_an_engine_disposed_of_is_replaced(writer: Writer) -> None:
    def dispose(raw: sqlite3.Connection) -> None:
        assert writer.groups is not None
        writer.groups.engine.dispose()

    await six(writer, partial(write, text="c"))
    await on_connection(writer, dispose)
    assert await kept(writer) == "abcdef"


async def test_a_connection_lost_within_a_group_costs_nobody_anything(writer: Writer) -> None:
    times: list[int] = []

    def closes(tx: Tx) -> str:
        times.append(1)
        write(tx, "c")
        if len(times) == 1:
            raw_of(tx).close()
        return "c"

    assert await six(writer, closes) == list("abcdef")
    assert await kept(writer) == "abcdef"
    assert len(times) == 2


async def test_connections_may_be_lost_as_often_as_they_come_back(writer: Writer) -> None:
    for name in "abcdef":
        await on_connection(writer, lambda raw: raw.close())
        await writer.submit(partial(write, text=name))
    assert await kept(writer) == "abcdef"


async def test_a_unit_that_closes_the_connection_each_time_is_told(writer: Writer) -> None:
    def closes(tx: Tx) -> None:
        raw_of(tx).close()

    outcomes = await six(writer, closes)
    assert isinstance(outcomes.pop(2), Unavailable)
    assert outcomes == list("abdef")
    assert await kept(writer) == "abdef"


async def test_an_opening_that_is_cancelled_ends_its_thread(path: Path) -> None:
    """A thread left behind would keep the process from ending."""
    begun, release = threading.Event(), threading.Event()

    def slow(path: Path) -> sqlite3.Connection:
        begun.set()
        release.wait(5)
        return connect(path)

    before = set(threading.enumerate())
    writer = Writer(path, slow)
    opening = asyncio.create_task(writer.open())
    while not begun.is_set():
        await asyncio.sleep(0)
    opening.cancel()
    await asyncio.wait([opening])
    release.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()
    await writer.submit(make_table)
    await writer.close()


@contextmanager
def away(path: Path) -> Iterator[None]:
    """Something that is no file stands in its place."""
    moved = path.rename(path.with_name("moved"))
    path.mkdir()
    yield
    path.rmdir()
    moved.rename(path)


async def test_a_file_that_cannot_be_opened_is_told_and_tried_again(
    writer: Writer, path: Path
) -> None:
    assert writer.thread is not None
    await writer.thread.close()
    with away(path):
        outcomes = await six(writer, partial(write, text="c"))
    assert [type(one) for one in outcomes] == [Unavailable] * 6
    assert await kept(writer) == ""


async def test_long_work_lets_waiting_units_go_first(writer: Writer) -> None:
    order: list[str] = []

    def note(tx: Tx, name: str) -> None:
        order.append(name)

    before = await commits(writer)
    long = [writer.submit(partial(note, name="long"), long=True) for _ in range(2)]
    short = [writer.submit(partial(note, name="turn")) for _ in range(3)]
    await asyncio.gather(*long, *short)
    assert order == ["turn"] * 3 + ["long"] * 2
    assert await commits(writer) == before + 3


async def test_long_work_is_done_however_busy_it_is(writer: Writer) -> None:
    long = writer.submit(lambda tx: "done", long=True)

    async def chat() -> None:
        """Somebody always waits."""
        pending = writer.submit(lambda tx: None)
        while not long.done():
            following = writer.submit(lambda tx: None)
            await pending
            pending = following

    await asyncio.wait_for(asyncio.gather(long, chat(), chat()), PATIENCE * 20)
    assert long.result() == "done"


async def test_long_work_that_waited_leaves_room_in_between(writer: Writer) -> None:
    order: list[str] = []

    def note(tx: Tx, name: str) -> None:
        order.append(name)

    long = [writer.submit(partial(note, name="long"), long=True) for _ in range(2)]
    short = [writer.submit(partial(note, name="turn")) for _ in range(2)]
    for job in writer.long:
        job.queued -= PATIENCE
    await asyncio.gather(*long, *short)
    assert order == ["long", "turn", "turn", "long"]


async def test_long_work_longer_than_its_patience_lets_others_in_between(writer: Writer) -> None:
    """A locked database makes each unit wait for seconds; people must not wait for all of them."""
    order: list[str] = []

    def note(tx: Tx, name: str) -> None:
        order.append(name)
        if name == "long":
            time.sleep(PATIENCE + 0.05)

    long = [writer.submit(partial(note, name="long"), long=True) for _ in range(3)]
    for job in writer.long:
        job.queued -= PATIENCE
    short = writer.submit(partial(note, name="turn"))
    await asyncio.gather(*long, short)
    assert order == ["long", "turn", "long", "long"]


async def test_a_thread_whose_file_cannot_be_opened_is_over_before_it_is_told(tmp_path):
    """It would speak to the loop of a test that is closed by then."""
    (tmp_path / "letter.db").write_text("this is no database" * 300)
    before = threading.active_count()
    with pytest.raises(StorageError):
        await Database.open(f"sqlite:///{tmp_path}/letter.db", migrate=False)
    assert threading.active_count() <= before + 1  # the one that waited for its end
    assert not [one for one in threading.enumerate() if "connection_worker" in one.name]
