"""The transaction that a unit is handed, and statements that are built once.

Building a statement costs four to eight times as much as running it. On the path of a turn a
statement is therefore made once, beside its function, and run with parameters:

    FIND = select(people).where(people.c.id == bindparam("id"))

    @Prepared
    def keep_answer(tx: Tx) -> Insert:
        return tx.insert(answers).on_conflict_do_nothing(index_elements=["talk", "key"])

    tx.execute(FIND, {"id": 7}); tx.execute(keep_answer, {"talk": 7, "key": "name", ...})
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, cast, final

from sqlalchemy import Connection, CursorResult, Executable, NestedTransaction, Select, Table, text
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]

ADVISORY_LOCK = text("SELECT pg_advisory_xact_lock(:key)")


class Tx:
    """One transaction. Only valid inside the unit that it was handed to.

    A unit may be run twice: alone after the group it was in failed, or again after a deadlock.
    What the failed run wrote is gone by then. So a unit has no effect but on the database.
    `writes` counts the statements run so far that were no SELECT. `raw` is SQLite's own
    connection, where statements may be handed to it straight (`storage.direct`).
    """

    __slots__ = ("connection", "postgres", "raw", "writes")

    def __init__(
        self, connection: Connection, *, postgres: bool, raw: sqlite3.Connection | None = None
    ) -> None:
        self.connection = connection
        self.postgres = postgres
        self.raw = raw
        self.writes = 0

    def execute(
        self, statement: "Executable | Prepared", parameters: Parameters | None = None
    ) -> CursorResult[Any]:
        """Run a statement in this transaction."""
        if type(statement) is Prepared:
            statement = statement.on(self)
        if not statement.is_select:
            self.writes += 1
        return self.connection.execute(statement, parameters)

    def insert(self, table: Table) -> Insert:
        """An INSERT of this database, with `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return postgresql.insert(table) if self.postgres else sqlite.insert(table)

    def lock(self, *keys: str) -> None:
        """Hold these names until the transaction ends, taken in the order given.

        Nothing to do on SQLite, where the one writing thread is the lock.
        """
        if not self.postgres:
            return
        for key in keys:
            self.connection.execute(ADVISORY_LOCK, {"key": lock_number(key)})

    def for_update(self, select: Select[Any], *, skip_locked: bool = False) -> Select[Any]:
        """The same SELECT, its rows locked on PostgreSQL until the transaction ends."""
        return select.with_for_update(skip_locked=skip_locked) if self.postgres else select

    def savepoint(self) -> NestedTransaction:
        """For a `with` whose writes are undone when it raises, without ending the transaction.

        Needed to go on after an error of the database: PostgreSQL refuses anything else then.
        """
        return self.connection.begin_nested()

    def end(self) -> None:
        """Make any later use of this transaction an error that says so."""
        self.connection = cast(Connection, OVER)
        self.raw = None


@final
class Prepared:
    """A statement built at its first use, once for each kind of database."""

    __slots__ = ("build", "built")

    def __init__(self, build: Callable[[Tx], Executable]) -> None:
        self.build = build
        self.built: dict[bool, Executable] = {}

    def on(self, tx: Tx) -> Executable:
        """The statement as the database of `tx` understands it."""
        statement = self.built.get(tx.postgres)
        if statement is None:
            statement = self.built[tx.postgres] = self.build(tx)
        return statement


class Over:
    """Stands in for the connection of a transaction that has ended."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("this transaction is over: a Tx may not outlive its unit")


OVER = Over()


def lock_number(key: str) -> int:
    """The 64-bit number under which PostgreSQL locks a name."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
