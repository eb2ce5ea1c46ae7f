"""Who did what with rights beyond their own things; never what anybody wrote."""

from datetime import datetime

from sqlalchemy import insert, select

from storage.tables import audit
from storage.transaction import Tx


def record(tx: Tx, actor: int | None, action: str, subject: str | None, now: datetime) -> None:
    """Leave a line: `action` such as `results.look`, on a `subject` such as `survey:3`."""
    tx.execute(insert(audit).values(actor=actor, action=action, subject=subject, at=now))


def newest(tx: Tx, actor: int, action: str, limit: int) -> list[datetime]:
    """When somebody did this last, the newest first."""
    found = (
        select(audit.c.at)
        .where(audit.c.actor == actor, audit.c.action == action)
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    return list(tx.execute(found).scalars())
