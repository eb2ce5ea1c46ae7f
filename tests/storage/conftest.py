"""Databases for tests: each test gets an empty one of its own, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from storage import Database
from tests.storage.statements import Statements


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
