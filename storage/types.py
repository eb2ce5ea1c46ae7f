"""Column types that SQLite and PostgreSQL keep alike.

A moment is aware UTC on both sides. On SQLite it is text of one fixed width
(``2026-03-29T01:30:00.000000Z``), so that the order of the text is the order of time.
"""

from collections.abc import Callable
from datetime import UTC as ZERO
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["UTC"]

WIDTH = len("2026-03-29T01:30:00.000000Z")


class UTC(TypeDecorator[datetime]):
    """A moment: aware in any zone on the way in, aware UTC on the way out; naive is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, ``timestamptz`` elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(WIDTH))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """What is sent to the database."""
        return to_text(value) if dialect.name == "sqlite" else to_utc(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What comes back from the database."""
        return from_text(value) if dialect.name == "sqlite" else to_utc(value)

    # The two below save a call per value on the path of every turn.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """The function that each bound value goes through."""
        return to_text if dialect.name == "sqlite" else to_utc

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime | None]:
        """The function that each fetched value goes through."""
        return from_text if dialect.name == "sqlite" else to_utc


def to_utc(value: datetime | None) -> datetime | None:
    """The same moment in UTC; a naive one raises ValueError, which names no value."""
    if value is None or value.tzinfo is ZERO:
        return value
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError("a moment without a zone cannot be stored: use an aware datetime")
    return value.astimezone(ZERO)


def to_text(value: datetime | None) -> str | None:
    """The moment as sortable text of fixed width."""
    moment = to_utc(value)
    return None if moment is None else moment.isoformat(timespec="microseconds")[:-6] + "Z"


def from_text(value: str | None) -> datetime | None:
    """The moment that `to_text` wrote."""
    return None if value is None else datetime.fromisoformat(value)
