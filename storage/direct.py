"""The few statements of every turn, handed to SQLite without SQLAlchemy's work for each run.

SQLAlchemy writes the statement, once, and says how each value is sent and read; after that a run
costs a tenth. PostgreSQL, and a test that listens to statements, get them the usual way.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, final

from sqlalchemy import ColumnElement, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from storage.errors import Unavailable
from storage.sqlite_connection import trouble
from storage.transaction import Prepared, Tx

Convert = Callable[[Any], Any] | None


class Plan(NamedTuple):
    """The text; its values in order, by name or fixed; and which columns are converted."""

    sql: str
    values: list[tuple[str | None, Convert, Any]]
    columns: Sequence[tuple[int, Callable[[Any], Any]]]


@final
class Direct:
    """A statement with always the same parameters, of which at most one row is read."""

    __slots__ = ("columns", "plan", "reads", "statement")

    def __init__(
        self, statement: Executable | Prepared, *columns: ColumnElement[Any], reads: bool = False
    ) -> None:
        self.statement = statement
        self.columns = columns
        self.reads = reads
        self.plan: Plan | None = None

    def first(self, tx: Tx, values: Mapping[str, Any]) -> Sequence[Any] | None:
        """Run it; the first row of what it returns."""
        connection = tx.connection
        if tx.postgres or connection.dispatch.before_cursor_execute:
            found = tx.execute(self.statement, values)
            return found.first() if self.columns else None
        plan = self.plan or self._planned(tx, values)
        if not self.reads:
            tx.writes += 1
        sent = [
            fixed if name is None else convert(values[name]) if convert else values[name]
            for name, convert, fixed in plan.values
        ]
        raw = connection.connection.dbapi_connection
        try:
            row = raw.execute(plan.sql, sent).fetchone()  # type: ignore[union-attr]  # SQLite's own
        except sqlite3.Error as error:
            reason = trouble(error)
            raise error if reason is None else Unavailable(reason) from error
        if row is None:
            return None
        found_row = list(row)
        for at, read in plan.columns:
            found_row[at] = read(found_row[at])
        return found_row

    def _planned(self, tx: Tx, values: Mapping[str, Any]) -> Plan:
        statement = self.statement
        made: Any = statement.on(tx) if isinstance(statement, Prepared) else statement
        dialect = tx.connection.dialect
        compiled: SQLCompiler = made.compile(dialect=dialect, column_keys=list(values))
        order: list[tuple[str | None, Convert, Any]] = []
        for name in compiled.positiontup or ():
            convert = _of(compiled.binds[name].type, dialect).bind_processor(dialect)
            if name in values:
                order.append((name, convert, None))
            else:
                fixed = compiled.params[name]
                order.append((None, None, convert(fixed) if convert else fixed))
        columns = [
            (at, read)
            for at, column in enumerate(self.columns)
            if (read := _of(column.type, dialect).result_processor(dialect, None))
        ]
        self.plan = Plan(str(compiled), order, columns)
        return self.plan


def _of(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
