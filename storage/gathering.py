"""Looking how the promised messages of sendings came out, and giving up those that are not to go.

Each outcome is booked once: its row leaves the state it was in, and the counts go along.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, func, or_, select, update

from storage import announcements, outbox
from storage.bookings import (
    APART,
    CANCELLED,
    TOO_LATE,
    End,
    State,
    book,
    ended,
    recount,
)
from storage.feeding import useful_until
from storage.gate import Why as Reason
from storage.sending_rows import GOING, Kind, Sending, Why, hold, set_columns
from storage.sending_rows import State as Stage
from storage.tables import outbox as messages
from storage.tables import recipients
from storage.transaction import Tx

PAGE: Final = 300
OPEN_AT_ONCE: Final = 5  # times as many open ones are skipped as take a row of the outbox along
A_WHILE: Final = timedelta(minutes=5)
MOST_ERRORS: Final = 20
"""So many messages refused in a row, and a sending is paused: something is wrong with it."""

_JOINED: Final = recipients.outerjoin(messages, messages.c.id == recipients.c.outbox)
_FACTS: Final = (
    recipients.c.person,
    recipients.c.outbox,
    recipients.c.state.label("stands"),
    messages.c.state,
    messages.c.kind,
    messages.c.error,
)
_IS_OVER: Final = or_(messages.c.id.is_(None), messages.c.state.not_in(outbox.OPEN))
_IS_HELD: Final = and_(
    messages.c.state == outbox.State.WAITING,
    messages.c.error.is_not(None),
    messages.c.error != bindparam("stopped"),
    messages.c.due > bindparam("now"),
)
_PROMISED: Final = (
    select(*_FACTS)
    .select_from(_JOINED)
    .where(recipients.c.sending == bindparam("of"), recipients.c.state == State.PROMISED, APART)
    .order_by(recipients.c.outbox)
    .limit(bindparam("most"))
)
_OVER: Final = _PROMISED.where(_IS_OVER)
_CAME_OUT: Final = _PROMISED.where(or_(_IS_OVER, _IS_HELD))


def gather(tx: Tx, sending: Sending, now: datetime, most: int = PAGE) -> int:
    """Book how promised messages came out; more than 0 while there may be further ones.

    Pauses the sending when too many in a row were refused.
    """
    one = hold(tx, sending.id)
    if one is None or one.open == one.held:
        return 0
    found = _came_out(tx, one, now, most)
    if not found:
        return 0
    ends = {row.person: _end(one, row) for row in found}
    book(tx, one.id, State.PROMISED, ends)
    again = [person for person, end in ends.items() if end.state is State.OPEN]
    if again:
        _try_otherwise(tx, one, again)
    _count_errors(tx, one, found)
    return len(found)


def _came_out(tx: Tx, one: Sending, now: datetime, most: int) -> Sequence[Row[Any]]:
    """What is over, and what the gate holds back; not what waits for the sending to go on."""
    if one.state == Stage.CANCELLED:
        return tx.execute(_OVER, {"of": one.id, "most": most}).all()
    stopped = Reason.PAUSED if one.state == Stage.PAUSED else ""
    wanted = {"of": one.id, "most": most, "now": now, "stopped": stopped}
    return tx.execute(_CAME_OUT, wanted).all()


def _end(one: Sending, row: Row[Any]) -> End:
    if row.state == outbox.State.WAITING:
        return End(State.HELD, row.error)
    refused = row.state == outbox.State.REFUSED
    if refused and row.kind == outbox.Kind.DELETE and one.state != Stage.CANCELLED:
        return End(State.OPEN)
    return ended(row.state, row.error)


def _try_otherwise(tx: Tx, one: Sending, numbers: Sequence[int]) -> None:
    """A message that cannot be deleted any more is changed instead."""
    these = (recipients.c.sending == one.id, recipients.c.person.in_(numbers))
    once_more = {"attempt": recipients.c.attempt + 1, "outbox": None}
    tx.execute(update(recipients).where(*these).values(**once_more))
    set_columns(tx, one.id, fed_to=min(one.fed_to, min(numbers) - 1))


def _count_errors(tx: Tx, one: Sending, found: Sequence[Row[Any]]) -> None:
    """How many were refused with none sent in between, in the order they were promised."""
    errors, most = one.errors, one.errors
    for row in found:
        if row.state == outbox.State.SENT:
            errors = 0
        elif row.state == outbox.State.REFUSED and row.kind != outbox.Kind.DELETE:
            errors += 1
            most = max(most, errors)
    stops = most >= MOST_ERRORS and one.state in GOING
    paused: dict[str, Any] = {"state": Stage.PAUSED, "why": Why.ERRORS} if stops else {}
    if errors != one.errors or paused:
        set_columns(tx, one.id, errors=errors, **paused)


_TO_GIVE_UP: Final = (
    select(*_FACTS)
    .select_from(_JOINED)
    .where(
        recipients.c.sending == bindparam("of"),
        recipients.c.state.in_((State.PROMISED, State.HELD)),
        APART,
        or_(messages.c.id.is_(None), messages.c.state != outbox.State.SENDING),
    )
    .limit(bindparam("most"))
)


def give_up(tx: Tx, sending: Sending, now: datetime, most: int = PAGE) -> int:
    """Skip the next people of a cancelled sending; more than 0 while there may be further ones.

    What is on its way at this moment is gathered when it is known how it came out.
    """
    one = hold(tx, sending.id)
    if one is None or one.state != Stage.CANCELLED or one.open == 0:
        return 0
    found = tx.execute(_TO_GIVE_UP, {"of": one.id, "most": most}).all()
    return _give_up(tx, one, found, CANCELLED) or _skip_open(
        tx, one, OPEN_AT_ONCE * most, CANCELLED
    )


def _give_up(tx: Tx, one: Sending, found: Sequence[Row[Any]], why: str) -> int:
    """Take back what waits, and book it with what is over; how many."""
    waits = [row.outbox for row in found if row.state == outbox.State.WAITING]
    taken = _taken_back(tx, waits, why)
    booked = 0
    for stands in (State.PROMISED, State.HELD):
        ends = {
            row.person: End(State.SKIPPED, why)
            if row.outbox in taken
            else ended(row.state, row.error)
            for row in found
            if row.stands == stands and (row.outbox in taken or row.outbox not in waits)
        }
        booked += book(tx, one.id, stands, ends).total()
    return booked


_STILL_WAITS: Final = select(messages.c.id).where(
    messages.c.id.in_(bindparam("rows", expanding=True)),
    messages.c.state == outbox.State.WAITING,
)


def _taken_back(tx: Tx, rows: Sequence[int], why: str) -> set[int]:
    """Those of these rows that nobody is claiming just now, cancelled."""
    if not rows:
        return set()
    free = tx.execute(tx.for_update(_STILL_WAITS, skip_locked=True), {"rows": list(rows)})
    taken = set(free.scalars())
    ended_so = {"state": outbox.State.CANCELLED, "error": why}
    tx.execute(update(messages).where(messages.c.id.in_(taken)).values(**ended_so))
    return taken


_AHEAD: Final = (
    select(recipients.c.person)
    .where(recipients.c.sending == bindparam("of"), recipients.c.person > bindparam("after"))
    .order_by(recipients.c.person)
    .limit(bindparam("most"))
)
_LAST: Final = select(func.max(_AHEAD.subquery("ahead").c.person))
_SKIP: Final = (
    update(recipients)
    .where(
        recipients.c.sending == bindparam("of"),
        recipients.c.person > bindparam("after"),
        recipients.c.person <= bindparam("last"),
        recipients.c.state == State.OPEN,
    )
    .values(state=State.SKIPPED, reason=bindparam("why"))
)


def lapse(tx: Tx, sending: Sending, now: datetime, most: int = PAGE) -> int:
    """Skip the next open people of a paused sending that is of no use to anybody any more.

    More than 0 while there may be further ones. What waits in the outbox lapses there.
    """
    one = hold(tx, sending.id)
    told = announcements.find(tx, sending.announcement)
    if one is None or told is None or one.state != Stage.PAUSED or one.kind != Kind.SEND:
        return 0
    if useful_until(told, one.started) > now:
        return 0
    return _skip_open(tx, one, OPEN_AT_ONCE * most, TOO_LATE)


def _skip_open(tx: Tx, one: Sending, most: int, why: str) -> int:
    page = {"of": one.id, "after": one.fed_to}
    last: int | None = tx.execute(_LAST, {**page, "most": most}).scalar()
    if last is None:
        return 0
    skipped = tx.execute(_SKIP, {**page, "last": last, "why": why}).rowcount
    recount(tx, one.id, State.OPEN, State.SKIPPED, skipped)
    set_columns(tx, one.id, fed_to=last)
    return skipped or 1


_HELD: Final = (
    select(*_FACTS)
    .select_from(_JOINED)
    .where(
        recipients.c.sending == bindparam("of"),
        recipients.c.state == State.HELD,
        APART,
        recipients.c.person > bindparam("after"),
    )
    .order_by(recipients.c.person)
    .limit(bindparam("most"))
)


def sweep(tx: Tx, sending: Sending, now: datetime, most: int = PAGE) -> int:
    """Look after the next of those held back; more than 0 while there may be further ones.

    Who cannot be reached any more, and all once it is of no use to them, are given up. Once it is
    through it begins anew, a while later.
    """
    one = hold(tx, sending.id)
    told = announcements.find(tx, sending.announcement)
    if one is None or told is None or one.held == 0:
        return 0
    if one.swept is not None and now < one.swept + A_WHILE:
        return 0
    found = tx.execute(_HELD, {"of": one.id, "after": one.swept_to, "most": most}).all()
    late = useful_until(told, one.started) <= now
    over = [row for row in found if late or row.state not in outbox.OPEN]
    _give_up(tx, one, [row for row in over if row.state != outbox.State.SENDING], TOO_LATE)
    if len(found) < most:
        set_columns(tx, one.id, swept_to=0, swept=now)
        return 0
    set_columns(tx, one.id, swept_to=found[-1].person)
    return most
