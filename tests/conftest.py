"""What all tests share: properties tried the same way on every run, and databases to begin with.

Where tests run in several processes, those that may take longest are begun first, so that none is
left to a single process in the end, when whoever is done takes over half of what another has to do.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import make_url

from storage.migrate import migrate_postgres, migrate_sqlite
from storage.postgres import engine_to
from tests.storage.postgres_again import Databases
from tests.storage.postgres_server import PostgresServer

SLOW = ("whole", "page", "crash")
"""The folders of what runs processes: its tests take seconds, also where they say nothing."""

settings.register_profile("buurtbot", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("buurtbot")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what may take longest first, in each of several processes alike."""
    if hasattr(config, "workerinput"):
        items.sort(key=_may_take, reverse=True)


def _may_take(item: pytest.Item) -> tuple[float, bool]:
    """The seconds a test asks for, where no number and none at all are least and most."""
    asked = item.get_closest_marker("timeout")
    seconds = asked.args[0] or float("inf") if asked else 0.0
    return seconds, item.path.parent.name in SLOW


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The one server of a test process, with a database `ready` that has all tables."""
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
