"""What units ask of the database, and whether the planner answers it by an index.

A statement that walks through a whole table is harmless in a test and a stall after a year.
With next to no rows a planner prefers that walk, so PostgreSQL is told to avoid it if it can.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text

from storage import Database, Tx
from storage.postgres import PostgresStore
from storage.sqlite import SqliteStore

ASKS = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH|INSERT\b.*\bSELECT)\b", re.DOTALL)
ALIAS = re.compile(r"\b(\w+) AS (\w+)\b")
WALK = re.compile(r"SCAN (\w+)( USING )?")


class Statements:
    """The distinct statements that units ran while it listened, with what they were given."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.seen: dict[str, Any] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to all engines of the database."""
        engines = engines_of(self.db)
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self.note)
        yield
        for engine in engines:
            event.remove(engine, "before_cursor_execute", self.note)

    def note(self, *heard: Any) -> None:
        """Called by SQLAlchemy with six things: see `before_cursor_execute`."""
        _, _, statement, parameters, _, many = heard
        if ASKS.match(statement):
            self.seen.setdefault(statement, parameters[0] if many else parameters)

    async def walks(self, growing: Collection[str]) -> list[str]:
        """The statements that walk through one of these tables, and through which."""
        seen = dict(self.seen)
        return await self.db.run(walks, seen, growing)


def engines_of(db: Database) -> list[Engine]:
    if isinstance(db.store, PostgresStore):
        return [db.store.engine, db.store.reading]
    assert isinstance(db.store, SqliteStore)
    assert db.store.writer.groups is not None
    return [db.store.writer.groups.engine, db.store.reading]


def walks(tx: Tx, seen: dict[str, Any], growing: Collection[str]) -> list[str]:
    walked: Callable[[Tx, str, Any], set[str]] = walked_sqlite
    if tx.postgres:
        tx.execute(text("SET LOCAL enable_seqscan = off"))
        tx.execute(text("SET LOCAL enable_bitmapscan = off"))
        walked = walked_postgres
    found = []
    for statement, parameters in seen.items():
        for table in sorted(walked(tx, statement, parameters) & set(growing)):
            found.append(f"{table}: {' '.join(statement.split())}")
    return found


def walked_sqlite(tx: Tx, statement: str, parameters: Any) -> set[str]:
    """Tables read without an index, or along all of one that no LIMIT cuts short."""
    plan = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    names = {alias: table for table, alias in ALIAS.findall(statement)}
    walked: set[str] = set()
    for row in plan:
        walk = WALK.match(row.detail)
        if walk and not (walk[2] and "LIMIT" in statement):
            walked.add(names.get(str(walk[1]), str(walk[1])))
    return walked


def walked_postgres(tx: Tx, statement: str, parameters: Any) -> set[str]:
    """The same, where an index that is walked whole has no condition."""
    plan = tx.connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    found = plan.scalar_one()
    root = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return {
        node["Relation Name"]
        for node in nodes(root)
        if node["Node Type"] == "Seq Scan"
        or (
            node["Node Type"] in {"Index Scan", "Index Only Scan"}
            and "Index Cond" not in node
            and "LIMIT" not in statement
        )
    }


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)
