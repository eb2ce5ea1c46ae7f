"""PostgreSQL databases that tests use one after another: emptying one is faster than making one."""

from itertools import count

import psycopg

from storage import tables
from tests.storage.postgres_server import PostgresServer

MOST_WASTE = 4_000_000
"""Bytes that may be left by rows that are gone: with more of it plans become others."""
LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
LOOKS = """
SELECT string_agg(concat_ws(' ', relname, relnatts, reltuples), ',' ORDER BY relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace
"""
"""What there is, and what the planner was told of it."""
SIZE = "SELECT pg_database_size(current_database())"
EMPTY = "; ".join(
    [
        "SET session_replication_role = replica",
        *(f"DELETE FROM {table.name}" for table in tables.METADATA.sorted_tables),
        "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)


class Databases:
    """Gives databases that are like `ready`, and takes them back."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        self.free: list[str] = []
        self.numbers = count(1)
        with self._connected("ready") as ready:
            self.looks, self.size = self._seen(ready)

    def take(self) -> str:
        """The name of a database with all tables and no rows."""
        if self.free:
            return self.free.pop()
        name = f"test_{next(self.numbers)}"
        self.server.administer(f"CREATE DATABASE {name} TEMPLATE ready STRATEGY file_copy")
        return name

    def give_back(self, name: str) -> None:
        """Empty it for the next test, or drop it if it is no longer as it was made."""
        with self._connected(name) as connection:
            connection.execute(LEAVE)
            looks, size = self._seen(connection)
            again = looks == self.looks and size <= self.size + MOST_WASTE
            if again:
                connection.execute(EMPTY.encode())
        if again:
            self.free.append(name)
        else:
            self.server.administer(f"DROP DATABASE {name} WITH (FORCE)")

    def _seen(self, connection: "psycopg.Connection[tuple[object, ...]]") -> tuple[object, int]:
        looks, size = (connection.execute(query).fetchone() for query in (LOOKS, SIZE))
        assert looks is not None
        assert size is not None
        return looks[0], int(str(size[0]))

    def _connected(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        folder = str(self.server.folder)
        return psycopg.connect(host=folder, user="postgres", dbname=name, autocommit=True)
