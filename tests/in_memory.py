"""Databases in memory with all tables and no rows, made anew for each test in no time."""

import sqlite3
from copy import copy
from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from storage import tables


def empty_database() -> Engine:
    """An engine on a database of its own; statements compiled for one serve all."""
    engine = copy(_first_engine())
    engine.pool = engine.pool.recreate()
    return engine


@cache
def _first_engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _ready().backup(connection)
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@cache
def _ready() -> sqlite3.Connection:
    """All tables, to be copied: making them takes a hundred times as long."""
    connection = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    tables.METADATA.create_all(engine)
    return connection
