"""Alembic's way in. The connection, in a transaction already, comes from `storage.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger, DefaultClause

from storage.tables import METADATA
from storage.types import UTC


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """How a new step spells what the databases spell differently."""
    if kind == "type" and isinstance(item, UTC):
        autogen.imports.add("from storage.types import UTC")
        return "UTC()"
    if kind == "type" and isinstance(item, BigInteger):
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    if kind == "server_default" and isinstance(item, DefaultClause):
        spelled = {"false": "sa.false()", "true": "sa.true()"}
        return spelled.get(str(item.arg), False)
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=render,
)
context.run_migrations()
