"""The few statements of every turn, handed to SQLite without SQLAlchemy's work for each run.

SQLAlchemy writes the statement, once, and says how each value is sent and read; after that a run
costs a tenth. PostgreSQL, readers, and a test that listens to statements, get them the usual way.
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

Convert = Callable[[Any], Any]


class Plan(NamedTuple):
    """The text, which values it takes in which order, and what is done with some of them.

    `fixed` are the values that are always the same. `sent` says at which places a value is
    converted, by what, and what that makes of None.
    """

    sql: str
    names: Sequence[str]
    fixed: Mapping[str, Any]
    sent: Sequence[tuple[int, Convert, Any]]
    read: Sequence[tuple[int, Convert]]


@final
class Direct:
    """A statement with always the same parameters."""

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
        if tx.raw is None:
            found = tx.execute(self.statement, values)
            return found.first() if self.columns else None
        rows = self._run(tx, tx.raw, values)
        return rows[0] if rows else None

    def all(self, tx: Tx, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Run it; all rows of what it returns."""
        if tx.raw is None:
            return tx.execute(self.statement, values).all()
        return self._run(tx, tx.raw, values)

    def _run(
        self, tx: Tx, raw: sqlite3.Connection, values: Mapping[str, Any]
    ) -> list[Sequence[Any]]:
        plan = self.plan or self._planned(tx, values)
        if not self.reads:
            tx.writes += 1
        if plan.fixed:
            values = {**plan.fixed, **values}
        sent = [values[name] for name in plan.names]
        for at, convert, nothing in plan.sent:
            value = sent[at]
            sent[at] = nothing if value is None else convert(value)
        try:
            rows = raw.execute(plan.sql, sent).fetchall()
        except sqlite3.Error as error:
            reason = trouble(error)
            raise error if reason is None else Unavailable(reason) from error
        return [_converted(row, plan.read) for row in rows] if rows and plan.read else rows

    def _planned(self, tx: Tx, values: Mapping[str, Any]) -> Plan:
        statement = self.statement
        made: Any = statement.on(tx) if isinstance(statement, Prepared) else statement
        dialect = tx.connection.dialect
        compiled: SQLCompiler = made.compile(dialect=dialect, column_keys=list(values))
        names = tuple(compiled.positiontup or ())
        sent = [
            (at, convert, convert(None))
            for at, name in enumerate(names)
            if (convert := _of(compiled.binds[name].type, dialect).bind_processor(dialect))
        ]
        read = [
            (at, convert)
            for at, column in enumerate(self.columns)
            if (convert := _of(column.type, dialect).result_processor(dialect, None))
        ]
        fixed = {name: compiled.params[name] for name in names if name not in values}
        self.plan = Plan(str(compiled), names, fixed, sent, read)
        return self.plan


def _converted(row: Sequence[Any], read: Sequence[tuple[int, Convert]]) -> Sequence[Any]:
    found = list(row)
    for at, convert in read:
        found[at] = convert(found[at])
    return found


def _of(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
