"""What many people get alike, written down once: dumped messages by their keys.

A row of the outbox that is one of many names its own in `arguments["template"]`, by which
`storage.said` finds what it said.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, delete, select

from storage.tables import templates
from storage.transaction import Insert, Prepared, Tx

_MANY: Final = select(templates.c.key, templates.c.content).where(
    templates.c.key.in_(bindparam("keys", expanding=True))
)
_DROP: Final = delete(templates).where(templates.c.key.in_(bindparam("keys", expanding=True)))


@Prepared
def _put(tx: Tx) -> Insert:
    made = tx.insert(templates)
    return made.on_conflict_do_update(
        index_elements=["key"], set_={"content": made.excluded.content}
    )


def put(tx: Tx, key: str, content: Mapping[str, Any]) -> None:
    """Keep this content by this key; what was kept by it before is gone."""
    tx.execute(_put, {"key": key, "content": dict(content)})


def get_many(tx: Tx, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The contents by those of these keys that there are."""
    if not keys:
        return {}
    found = tx.execute(_MANY, {"keys": list(keys)})
    return {row.key: row.content for row in found}


def drop(tx: Tx, keys: Collection[str]) -> int:
    """Forget these; how many there were."""
    return tx.execute(_DROP, {"keys": list(keys)}).rowcount if keys else 0
