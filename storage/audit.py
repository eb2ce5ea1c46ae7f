"""Who did what with rights beyond their own things; never what anybody wrote."""

from datetime import datetime

from sqlalchemy import insert

from storage.tables import audit
from storage.transaction import Tx


def record(tx: Tx, actor: int | None, action: str, subject: str, now: datetime) -> None:
    """Leave a line: `action` such as `results.look`, on a `subject` such as `survey:3`."""
    tx.execute(insert(audit).values(actor=actor, action=action, subject=subject, at=now))
