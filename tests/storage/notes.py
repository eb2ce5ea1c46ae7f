"""A table of the tests' own, and units on it."""

from sqlalchemy import Column, Integer, MetaData, Table, Text, bindparam, func, select

from storage import Insert, Prepared, Tx
from storage.types import UTC

METADATA = MetaData()
notes = Table(
    "notes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
    Column("at", UTC),
)

COUNT = select(func.count()).select_from(notes)
FIND = select(notes.c.id).where(notes.c.text == bindparam("text"))


@Prepared
def insert(tx: Tx) -> Insert:
    return tx.insert(notes)


def make_table(tx: Tx) -> None:
    METADATA.create_all(tx.connection)


def write(tx: Tx, text: str) -> str:
    tx.execute(insert, {"text": text})
    return text


def written(tx: Tx) -> list[str]:
    return list(tx.execute(select(notes.c.text).order_by(notes.c.id)).scalars())
