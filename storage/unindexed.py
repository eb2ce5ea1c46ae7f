"""A column that SQLite is not to look up by an index.

Without statistics it takes `meeting IN (41 places of a day) AND person = ?` for one search, by the
index of both columns, and makes 41 of it: seventy times slower than by the person alone.
PostgreSQL has statistics and chooses by itself.
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class Unindexed(FunctionElement[int]):
    """The column itself, out of reach of SQLite's indexes."""

    name = "unindexed"
    inherit_cache = True


def unindexed(column: ColumnElement[int]) -> ColumnElement[int]:
    """The same column, compared with others row by row."""
    return Unindexed(column)


@compiles(Unindexed)
def _as_it_is(element: Unindexed, compiler: Any, **options: Any) -> str:
    (column,) = element.clauses
    return str(compiler.process(column, **options))


@compiles(Unindexed, "sqlite")
def _apart(element: Unindexed, compiler: Any, **options: Any) -> str:
    return f"+{_as_it_is(element, compiler, **options)}"
