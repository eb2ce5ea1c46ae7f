"""Who may not be written to for a while, because the channel said so; in real time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from storage.tables import halts
from storage.transaction import Tx

ALL: Final = "all"
"""The scope of a halt of all chats, but for replies."""
REPLIES: Final = "replies"
"""The scope of a halt of replies too; any other scope is a chat."""


def keep(tx: Tx, scope: str, until: datetime) -> None:
    """Halt a scope; a halt that lasts longer is left as it is."""
    kept = tx.insert(halts).values(scope=scope, until=until)
    tx.execute(
        kept.on_conflict_do_update(
            index_elements=["scope"],
            set_={"until": kept.excluded.until},
            where=halts.c.until < kept.excluded.until,
        )
    )


def load(tx: Tx, real_now: datetime) -> Mapping[str, datetime]:
    """The halts that are still on; those that are over are deleted."""
    tx.execute(delete(halts).where(halts.c.until <= real_now))
    return {row.scope: row.until for row in tx.execute(select(halts))}
