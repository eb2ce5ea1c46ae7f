"""Databases for tests: each test gets an empty one of its own, on SQLite and on PostgreSQL."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage import Database
from storage.migrate import migrate_postgres, migrate_sqlite
from storage.postgres import engine_to
from tests.storage.postgres_again import Databases
from tests.storage.postgres_server import PostgresServer
from tests.storage.statements import Statements


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The one server of a test run, with a database `ready` that has all tables."""
    try:
        server = PostgresServer()
    except ModuleNotFoundError:
        if os.environ.get("BUURTBOT_REQUIRE_POSTGRES"):
            raise
        pytest.skip("needs PostgreSQL: install the dependency group `pg`")
    try:
        server.administer("CREATE DATABASE ready")
        engine = engine_to(make_url(server.url("ready")), 1)
        migrate_postgres(engine)
        engine.dispose()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that has all tables, to be copied."""
    path = tmp_path_factory.mktemp("ready") / "ready.db"
    migrate_sqlite(path)
    return path


@pytest.fixture(scope="session")
def databases(postgres: PostgresServer) -> Databases:
    """The databases of that server, for one test after another."""
    return Databases(postgres)


@pytest.fixture
def postgres_url(postgres: PostgresServer, databases: Databases) -> Iterator[str]:
    """A PostgreSQL database with all tables and no rows."""
    name = databases.take()
    yield postgres.url(name)
    databases.give_back(name)


@pytest.fixture
def sqlite_url(ready_file: Path, tmp_path: Path) -> str:
    """An SQLite file with all tables and no rows."""
    path = tmp_path / "buurtbot.db"
    shutil.copyfile(ready_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a database with all tables and no rows, of each kind in turn."""
    kind: str = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    address: str = request.getfixturevalue(kind)
    return address


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """A database with all tables and no rows, of each kind in turn."""
    database = await Database.open(url, migrate=False)
    yield database
    await database.close()


@pytest.fixture
def statements(db: Database) -> Statements:
    """Hears what units ask of `db` while it is `listening`, and tells which walk through tables."""
    return Statements(db)
