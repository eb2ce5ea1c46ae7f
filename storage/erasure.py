"""Forgetting somebody: what they told is gone at once, the trace of the messages within a day.

    erase   in the turn that asks for it: the person, and everything that hangs on the person
    sweep   a tick, an hour later: what was written to their chat, and whose updates they were

The last message to them is a row with their chat in it, so that trace can only go once it is sent.
Somebody may come back meanwhile: a new person then, whose open question the sweep leaves alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, exists, null, or_, select, union, update

from storage import codes, inbox, outbox, recipients
from storage.people import Role
from storage.tables import (
    audit,
    conversations,
    erasures,
    halts,
    meetings,
    people,
    rsvps,
    waiting_list,
)
from storage.tables import inbox as updates
from storage.tables import outbox as messages
from storage.transaction import Insert, Prepared, Tx

SWEPT_AFTER: Final = timedelta(hours=1)
"""By then a last message is sent, or will not be soon."""
LONGEST: Final = timedelta(hours=22)
"""So long after that a message that still waits to be sent is given up: it holds their chat."""
PAGE: Final = 20

_TEAM: Final = select(people.c.chat).where(people.c.role != Role.NONE)
_DAY: Final = meetings.alias("day")
_SIGNED_UP_FOR: Final = union(
    select(rsvps.c.meeting).where(rsvps.c.person == bindparam("person")),
    select(waiting_list.c.meeting).where(waiting_list.c.person == bindparam("person")),
)
_HOSTS: Final = select(people.c.chat).where(
    or_(
        people.c.id.in_(select(meetings.c.host).where(meetings.c.id.in_(_SIGNED_UP_FOR))),
        people.c.id.in_(
            select(_DAY.c.host)
            .join(meetings, meetings.c.parent == _DAY.c.id)
            .where(meetings.c.id.in_(_SIGNED_UP_FOR))
        ),
    )
)
_UNSENT: Final = (
    messages.c.chat == bindparam("chat"),
    messages.c.lane == outbox.Lane.REPLY,
    messages.c.state.in_(outbox.OPEN),
)
_BUSY: Final = select(
    exists().where(*_UNSENT)
    | exists().where(updates.c.chat == bindparam("chat"), updates.c.state == inbox.State.WAITING)
)


def erase(tx: Tx, person: int, chat: str, now: datetime) -> None:
    """Delete a person with all they told, answered and agreed to; nothing more is sent to them."""
    named = f"person:{person}"
    tx.execute(update(audit).where(audit.c.subject == named).values(subject=None))
    codes.revoke(tx, person)
    _blank(tx, list(tx.execute(_HOSTS, {"person": person}).scalars()))
    outbox.cancel_for_chat(tx, chat)  # First, as a claim holds its row before the person.
    recipients.erase(tx, person)
    tx.execute(delete(people).where(people.c.id == person))
    sweep_later(tx, chat, now)


@Prepared
def _later(tx: Tx) -> Insert:
    added = tx.insert(erasures)
    return added.on_conflict_do_update(index_elements=["chat"], set_={"due": added.excluded.due})


def sweep_later(tx: Tx, chat: str, now: datetime) -> None:
    """Have the trace of this chat's messages wiped out within a day."""
    tx.execute(_later, {"chat": chat, "due": now + SWEPT_AFTER})


def sweep(tx: Tx, now: datetime) -> int:
    """Wipe out the trace of some chats whose time has come; of how many nothing is left."""
    due = select(erasures).where(erasures.c.due <= now).order_by(erasures.c.due).limit(PAGE)
    found = tx.execute(tx.for_update(due, skip_locked=True)).all()
    if found:
        _blank_what_the_team_saw(tx)
    return sum(_sweep(tx, row.chat, late=row.due + LONGEST <= now) for row in found)


def _sweep(tx: Tx, chat: str, *, late: bool) -> bool:
    """Wipe out one chat's trace; False if something of it is still on its way."""
    inbox.forget_chat(tx, chat)
    tx.execute(delete(halts).where(halts.c.scope == chat))
    asked = select(conversations.c.question).where(
        conversations.c.chat == chat, conversations.c.question.is_not(None)
    )
    settled = messages.c.state.not_in(outbox.OPEN)
    tx.execute(
        delete(messages).where(messages.c.chat == chat, settled, messages.c.id.not_in(asked))
    )
    if tx.execute(_BUSY, {"chat": chat}).scalar() and not late:
        return False
    if late:
        tx.execute(delete(messages).where(*_UNSENT), {"chat": chat})
    tx.execute(delete(erasures).where(erasures.c.chat == chat))
    return True


def _blank_what_the_team_saw(tx: Tx) -> None:
    """Take the texts out of the messages that coordinators got: they may quote the person."""
    _blank(tx, list(tx.execute(_TEAM).scalars()))


def _blank(tx: Tx, chats: list[str]) -> None:
    """Take the texts out of what these chats got, such as lists of names with what people need.

    What waits to be sent has no text yet: it is rendered, or cancelled, when its turn comes.
    """
    settled = messages.c.state.not_in(outbox.OPEN)
    tx.execute(
        update(messages)
        .where(messages.c.chat.in_(chats), settled, messages.c.content.is_not(None))
        .values(content=null())
    )
