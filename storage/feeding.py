"""Promising messages to the open people of a sending, a few hundred at a time.

The outbox holds no more than a window of each sending: so pause and cancel take effect soon, and
what else is to be sent does not wait behind a million rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, func, select

from storage import announcements, outbox, settings
from storage.announcements import Announcement
from storage.bookings import APART, TOO_LATE, End, State, move, promised, recount
from storage.outbox import Lane, Promise
from storage.reminder_times import is_night
from storage.sending_rows import GOING, Kind, Sending, hold, of, set_columns
from storage.sending_rows import State as Stage
from storage.tables import outbox as messages
from storage.tables import people, recipients
from storage.transaction import Tx

RENDERER: Final = "announcement"
WINDOW: Final = 500
WINDOW_PAID: Final = 3_000
"""So many rows of one sending wait in the outbox at most: some seconds' worth."""
PAGE: Final = 100
"""So many are promised in one transaction, which takes some 10 ms."""
SCANNED: Final = 2_000  # rows that are looked through for open ones in one transaction
USEFUL_FOR: Final = timedelta(days=30)
"""So long a message is of use where nobody said until when."""
DELETED_FOR: Final = timedelta(hours=47)
"""So long after it went a message is deleted; Telegram allows 48 hours. Later it is changed."""


def template(sending: int, language: str) -> str:
    """The key of what a sending says in a language (`storage.templates`)."""
    return f"announcement:{sending}:{language}"


def useful_until(told: Announcement, started: datetime) -> datetime:
    """From when on a sending that started then is of no use to anybody."""
    late = told.late_until or started
    return told.useful_until or max(started + USEFUL_FOR, late)


def is_quiet(tx: Tx, told: Announcement, kind: str, now: datetime) -> bool:
    """Whether it is night for this sending: changes disturb nobody, nor is a night chosen kept."""
    if kind != Kind.SEND:
        return False
    zone = settings.platform(tx).zone
    if not is_night(now, zone):
        return False
    chosen = told.purpose == announcements.SERVICE and told.begun is not None
    return not (chosen and told.begun is not None and is_night(told.begun, zone))


@dataclass(frozen=True, slots=True)
class _Run:
    """What is fed: a sending, what it tells, and that whose messages it changes."""

    sending: Sending
    told: Announcement
    first: int
    now: datetime

    @property
    def window(self) -> int:
        return WINDOW_PAID if self.is_paid else WINDOW

    @property
    def is_paid(self) -> bool:
        return self.told.paid and self.sending.kind == Kind.SEND


def feed(tx: Tx, sending: Sending, now: datetime, most: int = PAGE) -> int:
    """Promise the next people their message; more than 0 while there may be further ones.

    0 also while it is paused, at night for all but changes and what was begun at night on purpose,
    and when enough are promised. A message whose record is gone, after some weeks, is not changed.
    """
    run = _run(tx, sending, now)
    if run is None or is_quiet(tx, run.told, run.sending.kind, now):
        return 0
    one = run.sending
    waiting: int = tx.execute(_WAITING, {"of": one.id}).scalar_one()
    room = min(most, run.window - waiting)
    if one.open == one.held + waiting or room <= 0:
        return 0
    page = {"of": one.id, "after": one.fed_to, "first": run.first, "most": room}
    found = tx.execute(_OPEN, page).all()
    full = len(found) == room
    last = found[-1].person if full else tx.execute(_LAST, page).scalar()
    if last is None:
        return 0
    _drop_forgotten(tx, one.id, [row.person for row in found if row.chat is None])
    known = [row for row in found if row.chat is not None]
    lost = [row.person for row in known if one.kind != Kind.SEND and row.message is None]
    move(tx, one.id, lost, State.OPEN, End(State.SKIPPED, TOO_LATE))
    _promise(tx, run, [row for row in known if row.person not in lost])
    set_columns(tx, one.id, fed_to=last)
    return len(found) or 1


def _run(tx: Tx, sending: Sending, now: datetime) -> _Run | None:
    one = hold(tx, sending.id)
    if one is None or one.state not in (*GOING, Stage.DONE) or one.open == 0:
        return None
    told = announcements.find(tx, one.announcement)
    if told is None:
        return None
    first = next((other.id for other in of(tx, one.announcement) if other.kind == Kind.SEND), 0)
    return _Run(one, told, first, now)


_WAITING: Final = select(func.count()).where(
    recipients.c.sending == bindparam("of"), recipients.c.state == State.PROMISED, APART
)
_AHEAD: Final = (
    select(recipients)
    .where(recipients.c.sending == bindparam("of"), recipients.c.person > bindparam("after"))
    .order_by(recipients.c.person)
    .limit(SCANNED)
    .subquery("ahead")
)
_LAST: Final = select(func.max(_AHEAD.c.person))
_FIRST: Final = recipients.alias("first_rows")
_SENT: Final = messages.alias("first_messages")
_OPEN: Final = (
    select(
        _AHEAD.c.person,
        _AHEAD.c.language,
        _AHEAD.c.attempt,
        people.c.chat,
        _FIRST.c.outbox,
        _SENT.c.id.label("message"),
        _SENT.c.sent,
    )
    .select_from(
        _AHEAD.outerjoin(people, people.c.id == _AHEAD.c.person)
        .outerjoin(
            _FIRST,
            (_FIRST.c.sending == bindparam("first")) & (_FIRST.c.person == _AHEAD.c.person),
        )
        .outerjoin(_SENT, _SENT.c.id == _FIRST.c.outbox)
    )
    .where(_AHEAD.c.state == State.OPEN)
    .order_by(_AHEAD.c.person)
    .limit(bindparam("most"))
)


def _drop_forgotten(tx: Tx, sending: int, numbers: Sequence[int]) -> None:
    """Somebody was forgotten while the page with their row was being written."""
    if numbers:
        these = (recipients.c.sending == sending, recipients.c.person.in_(numbers))
        gone = tx.execute(delete(recipients).where(*these, recipients.c.state == State.OPEN))
        recount(tx, sending, State.OPEN, None, gone.rowcount)


_NUMBERS: Final = select(messages.c.key, messages.c.id).where(
    messages.c.key.in_(bindparam("keys", expanding=True))
)


def _promise(tx: Tx, run: _Run, found: Sequence[Row[Any]]) -> None:
    if not found:
        return
    promises = {row.person: _promised(run, row) for row in found}
    outbox.promise_all(tx, promises.values(), run.now)
    keys = [one.key for one in promises.values()]
    numbers = {row.key: row.id for row in tx.execute(_NUMBERS, {"keys": keys})}
    promised(tx, run.sending.id, [(person, numbers[one.key]) for person, one in promises.items()])


def _promised(run: _Run, row: Row[Any]) -> Promise:
    one = run.sending
    is_new = one.kind == Kind.SEND
    return Promise(
        key=_key(one, row.person, row.attempt),
        chat=row.chat,
        renderer=RENDERER,
        arguments={
            "sending": one.id,
            "person": row.person,
            "template": template(one.id, row.language),
            "attempt": row.attempt,
        },
        due=run.now,
        useful_until=useful_until(run.told, one.started) if is_new else None,
        lane=Lane.PAID if run.is_paid else Lane.BULK,
        edits=None if is_new else row.outbox,
        kind=_kind(run, row),
        about=f"announcement:{one.announcement}" if is_new else "",
    )


def _key(one: Sending, person: int, attempt: int) -> str:
    if one.kind == Kind.SEND:
        name = f"announcement:{one.announcement}:{person}"
    else:
        name = f"correction:{one.id}:{person}"
    return name if attempt == 1 else f"{name}:{attempt}"


def _kind(run: _Run, row: Row[Any]) -> outbox.Kind:
    """A deletion is tried once, while it is young enough; after that the text is changed."""
    if run.sending.kind == Kind.SEND:
        return outbox.Kind.SEND
    young = row.sent is not None and row.sent > run.now - DELETED_FOR
    deletes = run.sending.kind == Kind.WITHDRAW and row.attempt == 1 and young
    return outbox.Kind.DELETE if deletes else outbox.Kind.EDIT
