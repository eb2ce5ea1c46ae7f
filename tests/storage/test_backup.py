"""Copies that can be trusted, and what the database weighs."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import Database
from storage.backup import check, copy_checked
from storage.errors import BackupFailed
from tests.storage.notes import make_table, write, written


@pytest.fixture
async def sqlite_db(sqlite_url: str) -> AsyncIterator[Database]:
    database = await Database.open(sqlite_url, migrate=False)
    await database.run(make_table)
    yield database
    await database.close()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_a_copy_is_whole_while_others_write(sqlite_db: Database, tmp_path: Path) -> None:
    async def keep_writing() -> None:
        for number in range(300):
            await sqlite_db.run(write, f"{number}" + "x" * 5000)

    await sqlite_db.run(write, "before")
    writing = asyncio.create_task(keep_writing())
    await asyncio.sleep(0.02)
    await sqlite_db.backup(tmp_path / "copy.db")
    await writing
    copy = await Database.open(f"sqlite:///{tmp_path / 'copy.db'}")
    found = await copy.read(written)
    await copy.close()
    assert found[0] == "before"
    assert [text.rstrip("x") for text in found[1:]] == [str(n) for n in range(len(found) - 1)]


async def test_a_copy_is_one_file_for_its_owner(sqlite_db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    await sqlite_db.backup(folder / "copy.db")
    assert [file.name for file in sorted(folder.iterdir())] == ["copy.db"]
    assert mode(folder / "copy.db") == 0o600


async def test_a_file_that_is_there_is_not_overwritten(sqlite_db: Database, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(BackupFailed, match="there already"):
        await sqlite_db.backup(tmp_path / "precious")
    assert (tmp_path / "precious").read_text() == "mine"


async def test_a_copy_that_fails_leaves_no_half_of_it(sqlite_db: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupFailed):
        await sqlite_db.backup(tmp_path / "file" / "copy.db")
    assert (tmp_path / "file").is_file()


def test_a_damaged_database_gives_no_copy(tmp_path: Path) -> None:
    source = tmp_path / "damaged.db"
    with closing(sqlite3.connect(source)) as raw:
        raw.execute("CREATE TABLE notes (text TEXT)")
        raw.executemany("INSERT INTO notes VALUES (?)", [("x" * 500,)] * 200)
        raw.execute("CREATE INDEX by_text ON notes (text)")
        raw.commit()
    whole = source.read_bytes()
    source.write_bytes(whole[: len(whole) // 2] + b"\xff" * 512 + whole[len(whole) // 2 + 512 :])
    with pytest.raises(sqlite3.DatabaseError):
        check(source)
    with pytest.raises(BackupFailed):
        copy_checked(source, tmp_path / "copy.db")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["damaged.db"]


async def test_postgresql_names_its_own_tool(postgres_url: str, tmp_path: Path) -> None:
    database = await Database.open(postgres_url, migrate=False)
    with pytest.raises(BackupFailed, match="pg_dump"):
        await database.backup(tmp_path / "copy")
    await database.close()


async def test_sizes_grow_with_what_is_written(db: Database) -> None:
    await db.run(make_table)
    before = await db.sizes()
    await db.run(lambda tx: [write(tx, f"{number}" + "x" * 1000) for number in range(300)])
    after = await db.sizes()
    assert after.data + after.log > before.data + before.log
    assert after.free is None or after.free > 0
