"""The recorder tells a statement that walks through a table from one that looks it up."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, func, select, update

from storage import Database, Tx
from tests.storage.notes import FIND, make_table, notes
from tests.storage.statements import Statements

GROWING = {"notes"}
other = notes.alias()


def look_up(tx: Tx) -> None:
    tx.execute(FIND, {"text": "one"})


def look_up_by_number(tx: Tx) -> None:
    tx.execute(update(notes).where(notes.c.id == 1).values(text="two"))


def take_the_first(tx: Tx) -> None:
    tx.execute(select(notes).order_by(notes.c.text).limit(1))


def join_by_number(tx: Tx) -> None:
    both = select(notes.c.id).join(other, other.c.id == notes.c.id)
    tx.execute(both.where(notes.c.text == "one"))


def list_all(tx: Tx) -> None:
    tx.execute(select(notes.c.at))


def count(tx: Tx) -> None:
    tx.execute(select(func.count()).select_from(notes))


def update_by_moment(tx: Tx) -> None:
    tx.execute(update(notes).where(notes.c.at.is_(None)).values(text="two"))


def delete_by_moment(tx: Tx) -> None:
    tx.execute(delete(notes).where(notes.c.at.is_(None)))


def join_by_moment(tx: Tx) -> None:
    both = select(notes.c.id).join(other, other.c.at == notes.c.at)
    tx.execute(both.where(notes.c.text == "one"))


@pytest.mark.parametrize("unit", [look_up, look_up_by_number, take_the_first, join_by_number])
async def test_a_look_up_passes(
    db: Database, statements: Statements, unit: Callable[[Tx], None]
) -> None:
    await db.run(make_table)
    with statements.listening():
        await db.run(unit)
    assert len(statements.seen) == 1
    assert await statements.walks(GROWING) == []


@pytest.mark.parametrize(
    "unit", [list_all, count, update_by_moment, delete_by_moment, join_by_moment]
)
async def test_a_walk_is_found(
    db: Database, statements: Statements, unit: Callable[[Tx], None]
) -> None:
    await db.run(make_table)
    with statements.listening():
        await db.run(unit)
    (walk,) = await statements.walks(GROWING)
    assert walk.startswith("notes: ")
    assert await statements.walks({"people"}) == []


async def test_reading_units_are_heard_too(db: Database, statements: Statements) -> None:
    await db.run(make_table)
    with statements.listening():
        await db.read(list_all)
    assert len(await statements.walks(GROWING)) == 1
