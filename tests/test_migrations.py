"""The schema is brought up to date at start, and nothing is lost on the way."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from storage import Database, Tx
from storage.errors import DatabaseTooNew, MigrationFailed
from storage.migrate import STEPS, migrate_postgres, migrate_sqlite, revisions
from storage.postgres import engine_to
from storage.sqlite_connection import connect
from storage.tables import METADATA
from tests.storage.postgres_server import PostgresServer

FIRST = """
CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE children (
    id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE
);
"""

STEP = '''
"""A step of a test."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}


def upgrade() -> None:
    {does}
'''

REBUILD = """with op.batch_alter_table("parents", recreate="always") as parents:
        parents.alter_column("name", type_=sa.String(10))"""
ORPHAN = """op.execute("DELETE FROM parents")"""
BREAK = """op.execute("INSERT INTO parents VALUES (2, 'two')")
    raise LookupError("half way")"""


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """A folder of steps like ours, with one that makes two tables."""
    folder = tmp_path / "steps 100%"
    (folder / "versions").mkdir(parents=True)
    env = "from alembic import context\n"
    env += 'context.configure(connection=context.config.attributes["connection"])\n'
    env += "context.run_migrations()\n"
    (folder / "env.py").write_text(env)
    tables = [f"op.execute({sql!r})" for sql in FIRST.split(";") if sql.strip()]
    add_step(folder, "\n    ".join(tables))
    return folder


def add_step(steps: Path, does: str) -> None:
    known = revisions(steps)
    before = known[-1] if known else None
    revision = f"{len(known) + 1:04d}"
    step = STEP.format(revision=revision, before=before, does=does)
    (steps / "versions" / f"{revision}_step.py").write_text(step)


@pytest.fixture
def path(tmp_path: Path, steps: Path) -> Path:
    """A file at the first step, with a parent and a child."""
    file = tmp_path / "old.db"
    migrate_sqlite(file, steps)
    with closing(connect(file)) as raw:
        raw.execute("INSERT INTO parents VALUES (1, 'one')")
        raw.execute("INSERT INTO children VALUES (1, 1)")
    return file


def ask(path: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(question).fetchall()


def copies(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.glob(f"{path.name}.before-*"))


def test_the_steps_lead_to_the_tables_on_sqlite(tmp_path: Path) -> None:
    """Down to each default and each condition of an index."""
    migrate_sqlite(tmp_path / "steps.db")
    stepped = create_engine(f"sqlite:///{tmp_path / 'steps.db'}")
    straight = create_engine(f"sqlite:///{tmp_path / 'straight.db'}")
    METADATA.create_all(straight)
    for table in METADATA.tables:
        assert described(stepped, table) == described(straight, table)
    stepped.dispose()
    straight.dispose()
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL ORDER BY name"
    assert ask(tmp_path / "steps.db", made) == ask(tmp_path / "straight.db", made)


def described(engine: Engine, table: str) -> list[str]:
    """All there is to know about a table, in an order that does not depend on how it was made."""
    found = inspect(engine)
    columns = [repr(column) for column in found.get_columns(table)]
    keys = [repr(key) for key in found.get_foreign_keys(table)]
    unique = [repr(one) for one in found.get_unique_constraints(table)]
    return [repr(found.get_pk_constraint(table)), *sorted(columns), *sorted(keys), *sorted(unique)]


@pytest.fixture
def engine(postgres: PostgresServer) -> Iterator[Engine]:
    """An empty PostgreSQL database."""
    postgres.administer("CREATE DATABASE empty")
    engine = engine_to(make_url(postgres.url("empty")), 2)
    yield engine
    engine.dispose()
    postgres.administer("DROP DATABASE empty WITH (FORCE)")


def test_the_steps_lead_to_the_tables_on_postgresql(engine: Engine) -> None:
    migrate_postgres(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_an_empty_database_is_just_made(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path / "folder" / "new.db")
    assert ask(tmp_path / "folder" / "new.db", "SELECT version_num FROM alembic_version") == [
        (revisions()[-1],)
    ]
    assert copies(tmp_path / "folder" / "new.db") == []


def test_a_database_that_is_up_to_date_is_left_alone(path: Path, steps: Path) -> None:
    before = path.read_bytes()
    migrate_sqlite(path, steps)
    assert path.read_bytes() == before
    assert copies(path) == []


def test_a_copy_is_made_before_a_step(path: Path, steps: Path) -> None:
    add_step(steps, """op.execute("UPDATE parents SET name = 'new'")""")
    migrate_sqlite(path, steps)
    assert ask(path, "SELECT name FROM parents") == [("new",)]
    assert copies(path) == ["old.db.before-0001"]
    copy = path.with_name("old.db.before-0001")
    assert ask(copy, "SELECT name FROM parents") == [("one",)]
    assert ask(copy, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_the_copy_has_what_was_still_in_the_log(path: Path, steps: Path) -> None:
    add_step(steps, "op.execute('DELETE FROM children')")
    with closing(connect(path)) as open_elsewhere:
        open_elsewhere.execute("INSERT INTO parents VALUES (2, 'in the log')")
        migrate_sqlite(path, steps)
    copy = path.with_name("old.db.before-0001")
    assert ask(copy, "SELECT name FROM parents") == [("one",), ("in the log",)]


def test_the_last_three_copies_are_kept(path: Path, steps: Path) -> None:
    for _ in range(5):
        add_step(steps, "op.execute('DELETE FROM children')")
        migrate_sqlite(path, steps)
    assert copies(path) == [f"old.db.before-000{number}" for number in (3, 4, 5)]


def test_a_rebuilt_table_keeps_the_rows_that_point_to_it(path: Path, steps: Path) -> None:
    add_step(steps, REBUILD)
    migrate_sqlite(path, steps)
    assert ask(path, "SELECT * FROM children") == [(1, 1)]


def test_a_step_that_leaves_orphans_is_undone(path: Path, steps: Path) -> None:
    add_step(steps, ORPHAN)
    with pytest.raises(MigrationFailed, match=r"children.*parents"):
        migrate_sqlite(path, steps)
    assert ask(path, "SELECT name FROM parents") == [("one",)]


def test_a_step_that_fails_is_undone_with_those_before(path: Path, steps: Path) -> None:
    add_step(steps, "op.execute('CREATE TABLE halfway (id INTEGER)')")
    add_step(steps, BREAK)
    with pytest.raises(MigrationFailed, match="before-0001"):
        migrate_sqlite(path, steps)
    assert ask(path, "SELECT name FROM parents") == [("one",)]
    assert ask(path, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert ask(path, "SELECT name FROM sqlite_master WHERE name = 'halfway'") == []


def test_a_step_that_fails_is_undone_on_postgresql(engine: Engine, steps: Path) -> None:
    migrate_postgres(engine, steps)
    add_step(steps, BREAK)
    with pytest.raises(LookupError):
        migrate_postgres(engine, steps)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM parents")) == 0
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"


def test_a_newer_releases_database_is_refused(path: Path, steps: Path, engine: Engine) -> None:
    older = steps.with_name("older")
    shutil.copytree(steps, older)
    add_step(steps, "op.execute('DELETE FROM children')")
    migrate_sqlite(path, steps)
    migrate_postgres(engine, steps)
    with pytest.raises(DatabaseTooNew, match=r"0002.*0001.*install the newer release"):
        migrate_sqlite(path, older)
    with pytest.raises(DatabaseTooNew):
        migrate_postgres(engine, older)


async def test_a_newer_releases_database_is_refused_at_the_start(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(connect(path)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew):
        await Database.open(sqlite_url)


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "theirs.db")) as raw:
        raw.execute("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(MigrationFailed, match="not ours"):
        migrate_sqlite(tmp_path / "theirs.db")


def test_a_damaged_copy_stops_the_migration(path: Path, steps: Path) -> None:
    add_step(steps, "op.execute('DELETE FROM children')")
    path.with_name("old.db.before-0001").mkdir()
    with pytest.raises(Exception, match="before-0001"):
        migrate_sqlite(path, steps)
    assert ask(path, "SELECT count(*) FROM children") == [(1,)]


def test_who_waited_for_another_process_does_nothing_again(path: Path, steps: Path) -> None:
    add_step(steps, "op.execute('DELETE FROM children')")
    with closing(connect(path)) as other, ThreadPoolExecutor(1) as thread:
        other.execute("BEGIN IMMEDIATE")
        waiting = thread.submit(migrate_sqlite, path, steps)
        with pytest.raises(TimeoutError):
            waiting.result(0.3)
        other.execute("UPDATE alembic_version SET version_num = '0002'")
        other.execute("COMMIT")
        waiting.result(10)
    assert copies(path) == []
    assert ask(path, "SELECT count(*) FROM children") == [(1,)]


def test_one_process_at_a_time_migrates_on_postgresql(engine: Engine) -> None:
    with ThreadPoolExecutor(1) as thread:
        with engine.begin() as connection:
            Tx(connection, postgres=True).lock("migrate")
            waiting = thread.submit(migrate_postgres, engine)
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
            assert inspect(connection).get_table_names() == []
        waiting.result(30)


START = """
import asyncio, sys
from storage import Database
async def main():
    database = await Database.open(sys.argv[1])
    await database.close()
asyncio.run(main())
"""


async def test_processes_that_start_together_make_one_database(
    tmp_path: Path, postgres: PostgresServer, engine: Engine
) -> None:
    for url in (f"sqlite:///{tmp_path / 'new.db'}", postgres.url("empty")):
        started = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", START, url, stderr=subprocess.PIPE
            )
            for _ in range(3)
        ]
        told = [(await process.communicate())[1].decode() for process in started]
        assert [process.returncode for process in started] == [0, 0, 0], told
    assert ask(tmp_path / "new.db", "SELECT count(*) FROM alembic_version") == [(1,)]


def test_the_steps_form_one_line() -> None:
    known = revisions()
    assert known == [f"{number:04d}" for number in range(1, len(known) + 1)]
    assert len(list((STEPS / "versions").glob("*.py"))) == len(known)
