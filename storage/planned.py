"""What comes next by itself, so that a clock that is moved stops on the way where it should."""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, exists, func, or_, select, text

from storage import afterwards, announcements, claims, reminders, sendings
from storage.meetings import COMING
from storage.reminder_times import Kind
from storage.tables import fanouts, invitations, outbox, rsvps, waiting_list
from storage.transaction import Tx

_UNFINISHED: Final = text("fanouts.finished IS NULL")  # in these words, for its partial index
_IN_LINE: Final = text("waiting_list.state IN ('waiting', 'offered')")  # likewise

_SOMEBODY_COMES: Final = exists().where(
    rsvps.c.meeting == fanouts.c.meeting, rsvps.c.answer.in_(COMING)
)
_SOMEBODY_IS_INVITED: Final = exists().where(invitations.c.meeting == fanouts.c.meeting)
_SILENT: Final = fanouts.c.key.endswith(f":{Kind.SILENT}")
_HAS_READERS: Final = or_(
    fanouts.c.kind.not_in((reminders.KIND, afterwards.KIND)),
    and_(_SILENT, _SOMEBODY_IS_INVITED),
    and_(~_SILENT, _SOMEBODY_COMES),
)
_FANOUT: Final = select(func.min(fanouts.c.due)).where(
    _UNFINISHED, fanouts.c.due > bindparam("now"), _HAS_READERS
)
_OFFER: Final = select(func.min(waiting_list.c.offer_until)).where(
    _IN_LINE, waiting_list.c.offer_until > bindparam("now")
)


_GOES_OUT: Final = select(exists(select(outbox.c.id).where(text("outbox.state = 'sending'"))))
"""In these words, for its partial index."""


def is_at_rest(tx: Tx, now: datetime, real_now: datetime) -> bool:
    """Whether nothing is due to be sent, and nothing is on its way whose outcome is not known."""
    going_out = tx.execute(_GOES_OUT).scalar()
    return not going_out and not claims.lanes_due(tx, now, real_now)


def next_event(tx: Tx, now: datetime) -> datetime | None:
    """When the next message is due, or is to be promised to somebody, or an offer ends.

    A planned announcement is due too, and one that waits for the morning.
    """
    found = [tx.execute(query, {"now": now}).scalar() for query in (_FANOUT, _OFFER)]
    found += [look(tx, now) for look in (claims.next_due, announcements.next_due)]
    found.append(sendings.next_look(tx, now))
    return min((due for due in found if due is not None), default=None)
