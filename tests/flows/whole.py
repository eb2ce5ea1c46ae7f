"""The whole bot on a database of its own, and people who have joined already."""

import handlers
from storage import people, tables
from tests.phone import World


def whole_world(**options):
    return World(
        handlers.FLOWS,
        ticks=handlers.TICKS,
        renderers=handlers.RENDERERS,
        makers=handlers.MAKERS,
        **options,
    )


def joins(phone, *steps):
    """Join in the shortest way: no choices, no permissions, no e-mail."""
    for step in steps or ("/join", "Noor", "Utrecht", "skip", "1", "skip", "yes", "yes"):
        phone.types(step)
    for step in ("no", "no", "no", "skip", "yes"):
        phone.types(step)
    assert phone.person.is_member
    return phone


def gets_role(phone, role):
    phone.world.run(people.change, phone.person.id, role=role)


def rows(world, name):
    """Every row of a table, as dictionaries."""
    table = tables.METADATA.tables[name]
    return [dict(row) for row in world.run(lambda tx: tx.execute(table.select()).mappings().all())]


def stored(world):
    """Everything in the database, as text by table."""
    return {t.name: str(rows(world, t.name)) for t in tables.METADATA.sorted_tables}
