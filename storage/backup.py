"""Copies of an SQLite file that can be trusted: made by the backup API, opened and checked.

Copying the file itself would miss what is still in its log, or tear a page that is being
written.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from storage.errors import BackupFailed
from storage.sqlite_connection import make_file


def copy_checked(source: Path, target: Path) -> None:
    """Make `target` a whole copy of `source` as it is now, whoever writes meanwhile.

    `target` appears, or is replaced, only when the copy was found sound and is on disk.
    """
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        make_file(part)
        copy(source, part)
        check(part)
        sync(part)
        part.replace(target)
        sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise BackupFailed(f"no copy could be made in {target.name}: {error}") from error


def copy(source: Path, target: Path) -> None:
    """Copy in one step, so that all of it is of one moment."""
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # One file, without a log beside it.


def check(path: Path) -> None:
    """Raise sqlite3.DatabaseError unless the file is a sound database."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as raw:
        (verdict,) = raw.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError("the copy is damaged")


def sync(path: Path) -> None:
    """Wait until the file, or a folder's list of names, is on disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
