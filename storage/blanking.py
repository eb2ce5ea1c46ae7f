"""What was told for one meeting alone is blanked when the meeting is over.

the day after     names of people without a phone and of walk-ins, codes for the door
a week after      what people need to be able to come
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, null, or_, select, text, update

from storage.tables import meetings, rsvps
from storage.transaction import Tx

A_DAY: Final = timedelta(days=1)
A_WEEK: Final = timedelta(days=7)
PAGE: Final = 500

_TO_BLANK: Final = text(  # in these words, for its partial index
    "(rsvps.door IS NOT NULL OR rsvps.needs IS NOT NULL OR rsvps.needs_text IS NOT NULL"
    " OR (rsvps.person IS NULL AND rsvps.name IS NOT NULL))"
)
_NAMELESS: Final = or_(
    rsvps.c.door.is_not(None), and_(rsvps.c.person.is_(None), rsvps.c.name.is_not(None))
)
_NEEDS: Final = or_(rsvps.c.needs.is_not(None), rsvps.c.needs_text.is_not(None))


def _over(which: Any) -> Any:
    """Some of the rows of meetings that ended before a moment, of which this is to be blanked."""
    return rsvps.c.id.in_(
        select(rsvps.c.id)
        .join(meetings, meetings.c.id == rsvps.c.meeting)
        .where(_TO_BLANK, which, meetings.c.ends < bindparam("before"))
        .limit(PAGE)
        .scalar_subquery()
    )


_BLANK_NAMES: Final = (
    update(rsvps)
    .where(_over(_NAMELESS))
    .values(door=null(), name=case((rsvps.c.person.is_(None), null()), else_=rsvps.c.name))
)
_BLANK_NEEDS: Final = update(rsvps).where(_over(_NEEDS)).values(needs=null(), needs_text=null())


def blank(tx: Tx, now: datetime) -> int:
    """Blank a page of what is not needed any more; of how many people."""
    names = tx.execute(_BLANK_NAMES, {"before": now - A_DAY}).rowcount
    needs = tx.execute(_BLANK_NEEDS, {"before": now - A_WEEK}).rowcount
    return int(names + needs)
