"""Bring the schema up to date, at start.

The whole way from the revision found to the newest is one transaction. On SQLite a checked copy
of the file is made first, and foreign keys are off meanwhile: the step that rebuilds a table
would otherwise empty the tables that point to it. They are checked before the commit.

A new step is drafted by `python -m storage.migrations "What changes"`.
"""

import glob
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from storage.backup import copy_checked
from storage.errors import DatabaseTooNew, MigrationFailed
from storage.sqlite_connection import begin, connect, engine_on
from storage.transaction import Tx

if TYPE_CHECKING:  # Alembic takes long to import, and is rarely needed.
    from alembic.config import Config

STEPS = Path(__file__).parent / "migrations"
COPIES_KEPT = 3
LONGEST_WAIT = 60.0  # seconds, for another process that migrates the same database

VERSION = text("SELECT version_num FROM alembic_version")


def revisions(steps: Path = STEPS) -> Sequence[str]:
    """The revisions that this release knows, oldest first: ``0001``, ``0002`` ..."""
    names = (file.stem for file in (steps / "versions").glob("[0-9]*_*.py"))
    return sorted(name.partition("_")[0] for name in names)


def found(connection: Connection) -> str | None:
    """The revision of a database; None if it is empty."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.execute(VERSION).scalar_one_or_none()
    if tables:
        raise MigrationFailed("there are tables in the database that are not ours; give another")
    return None


def missing(connection: Connection, steps: Path) -> bool:
    """Whether there are steps to take. Raises DatabaseTooNew for a newer release's database."""
    known, revision = revisions(steps), found(connection)
    if revision is not None and revision not in known:
        raise DatabaseTooNew(
            f"the database is at revision {revision}, this release knows up to {known[-1]}: "
            "install the newer release again, or go back to the copy that was made before it"
        )
    return revision != known[-1]


def migrate_sqlite(path: Path, steps: Path = STEPS) -> None:
    """Bring the file up to date. Two processes may do this at once: one waits for the other."""
    raw = connect(path, timeout=LONGEST_WAIT)
    try:
        with engine_on(raw).connect() as connection:
            begin(connection, raw, write=False)
            if not missing(connection, steps):
                return
            connection.rollback()
            raw.execute("PRAGMA foreign_keys = OFF")
            begin(connection, raw)
            if missing(connection, steps):
                take_steps_sqlite(connection, raw, path, steps)
            connection.commit()
    finally:
        raw.close()


def take_steps_sqlite(
    connection: Connection, raw: sqlite3.Connection, path: Path, steps: Path
) -> None:
    """Copy the file, change its schema, and check that nothing points to what is gone."""
    revision = found(connection)
    if revision is None:
        take_steps(connection, steps)
        return
    copy = path.with_name(f"{path.name}.before-{revision}")
    copy_checked(path, copy)
    try:
        take_steps(connection, steps)
        broken = raw.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise MigrationFailed(f"rows of {broken[0]} would point to rows of {broken[2]} gone")
    except Exception as error:
        raise MigrationFailed(f"nothing was changed, a copy is in {copy}: {error}") from error
    drop_old_copies(path)


def drop_old_copies(path: Path) -> None:
    """Leave the newest few of the copies made before migrations."""
    copies = path.parent.glob(f"{glob.escape(path.name)}.before-*")
    for copy in sorted(copies, key=lambda file: file.stat().st_mtime_ns)[:-COPIES_KEPT]:
        copy.unlink(missing_ok=True)


def migrate_postgres(engine: Engine, steps: Path = STEPS) -> None:
    """Bring the schema up to date. Its copy is the operator's pg_dump: a failed step undoes all."""
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LONGEST_WAIT:.0f}s'"))
        Tx(connection, postgres=True).lock("migrate")
        if missing(connection, steps):
            take_steps(connection, steps)


def take_steps(connection: Connection, steps: Path) -> None:
    """Run every step that was not taken, in the transaction that is open."""
    from alembic import command

    command.upgrade(alembic(connection, steps), "head")


def alembic(connection: Connection, steps: Path) -> "Config":
    """Alembic's settings for this connection."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
