"""Announcements that wait to begin, and for which nobody stands any more."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, exists, or_, update

from storage.announcement_rows import State
from storage.people import Role
from storage.tables import announcements as table
from storage.tables import people
from storage.transaction import Tx

_STANDS_FOR_IT: Final = exists().where(
    or_(people.c.id == table.c.made_by, people.c.id == table.c.approved_by),
    people.c.role != Role.NONE,
)
_HAND_OVER: Final = (
    update(table)
    .where(table.c.state == State.PLANNED, ~_STANDS_FOR_IT)
    .values(state=State.ASKED, approved_by=None, changed=bindparam("now"))
)


def hand_over(tx: Tx, now: datetime) -> int:
    """Have those wait for another coordinator that were planned and agreed to by people who have
    no role any more; how many.
    """
    return tx.execute(_HAND_OVER, {"now": now}).rowcount
