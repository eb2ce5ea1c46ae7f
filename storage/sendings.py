"""Sendings: one announcement, or one change of it, on its way to many people.

    spreading → sending → done        spreading: a row a person is being written, in their order
    spreading | sending ⇄ paused      why: "person" or "errors"; goes on where it was
    paused → done                     nobody let it go on until it was of no use
    spreading | sending | paused | done → cancelled
    done → sending                    failed ones are sent again

- An announcement has one sending of the kind `send`, and others that correct or withdraw it.
- At every commit its rows = open + sent + failed + skipped + uncertain; `held` is a part of open
  (`storage.bookings`; rows of long ago are deleted, and their counts stay).
- `done`: nobody is left but those whom the gate holds back, and who join late. These trail: while
  any are open it goes on being fed.
- `finished` is set at the first done or cancelled and stays, so that it is summed up once.
- Every open row has a person after `fed_to`; who is written down has one up to `spread_to`, late
  ones apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, literal, or_, select, update

from storage import announcements, gate, outbox, settings
from storage.announcements import Announcement
from storage.bookings import APART, recount
from storage.bookings import State as Recipient
from storage.feeding import useful_until
from storage.reminder_times import is_night, morning_after
from storage.sending_rows import (
    GOING,
    UNDER_WAY,
    Kind,
    Sending,
    State,
    Why,
    find,
    find_many,
    hold,
    of,
    set_columns,
    start,
    to_sum_up,
    under_way,
)
from storage.tables import announcements as announcements_table
from storage.tables import outbox as messages
from storage.tables import people, recipients
from storage.tables import sendings as table
from storage.transaction import Tx

__all__ = [
    "GOING",
    "Kind",
    "Sending",
    "State",
    "Why",
    "find",
    "hold",
    "of",
    "set_columns",
    "to_sum_up",
    "under_way",
]  # found here too: they are of sendings

MOST_AGAIN: Final = 5_000
"""So many failed ones are sent again at once, which takes some milliseconds; the rest by asking
again."""


def begin(tx: Tx, announcement: Announcement, now: datetime) -> Sending:
    """Begin to send what was planned; the same sending if it has begun. Else a ValueError."""
    tx.lock(f"announcement:{announcement.id}")
    begun: dict[str, Any] = {"state": announcements.State.BEGUN, "begun": now, "changed": now}
    begun["late_until"] = announcements.late_from(announcement, now)
    if announcement.useful_until is None:
        begun["useful_until"] = announcements.before_meeting(tx, announcement)
    row = announcements_table.c
    planned = (row.id == announcement.id, row.state == announcements.State.PLANNED)
    if tx.execute(update(announcements_table).where(*planned).values(**begun)).rowcount:
        return start(tx, announcement.id, Kind.SEND, announcement.approved_by, now)
    found = first_of(tx, announcement.id)
    if found is None:
        raise ValueError("only what is planned can begin")
    return found


def first_of(tx: Tx, announcement: int) -> Sending | None:
    """The one that sent the announcement, or is sending it."""
    return next((one for one in of(tx, announcement) if one.kind == Kind.SEND), None)


def pause(tx: Tx, sending: int, why: str = Why.PERSON) -> bool:
    """Stop until somebody resumes it; False if it is not going."""
    going = (table.c.id == sending, table.c.state.in_(GOING))
    paused = update(table).where(*going).values(state=State.PAUSED, why=why)
    return tx.execute(paused).rowcount == 1


_PROMISED: Final = select(recipients.c.outbox).where(
    recipients.c.sending == bindparam("of"), recipients.c.state == Recipient.PROMISED, APART
)
_HURRY: Final = (
    update(messages)
    .where(
        messages.c.id.in_(_PROMISED),
        messages.c.state == outbox.State.WAITING,
        messages.c.error == gate.Why.PAUSED,
    )
    .values(due=bindparam("now"), error=None)
)


def resume(tx: Tx, sending: int, now: datetime) -> bool:
    """Go on where it was paused, and at once with whoever came up meanwhile; False if it was not.

    Whether all were written down is for the next page to find out.
    """
    paused = (table.c.id == sending, table.c.state == State.PAUSED)
    values = {"state": State.SPREADING, "why": None, "errors": 0}
    if not tx.execute(update(table).where(*paused).values(**values)).rowcount:
        return False
    tx.execute(_HURRY, {"of": sending, "now": now})
    return True


def cancel(tx: Tx, sending: int, now: datetime) -> bool:
    """Send it to nobody else; False if there is nothing to stop.

    Who is still open is given up page by page (`storage.recipients.give_up`).
    """
    left = or_(table.c.state.in_((*GOING, State.PAUSED)), table.c.open > 0)
    which = (table.c.id == sending, table.c.state != State.CANCELLED, left)
    ended = func.coalesce(table.c.finished, literal(now, table.c.finished.type))
    values = {"state": State.CANCELLED, "why": None, "finished": ended}
    return tx.execute(update(table).where(*which).values(**values)).rowcount == 1


def next_look(tx: Tx, now: datetime) -> datetime | None:
    """When those go on that wait for the morning, if any do."""
    zone = settings.platform(tx).zone
    return morning_after(now, zone) if is_night(now, zone) and tx.execute(_WAITS).scalar() else None


_WAITS: Final = (
    select(table.c.id)
    .where(
        UNDER_WAY,
        table.c.kind == Kind.SEND,
        table.c.state.in_((*GOING, State.DONE)),
        table.c.open > table.c.held,
    )
    .limit(1)
)


def finish(tx: Tx, now: datetime) -> list[Sending]:
    """Those that have reached everybody but whom the gate holds back are done; which these are.

    So is what nobody let go on until it was of no use to anybody any more.
    """
    found = [one for one in under_way(tx) if _is_through(one) or _is_past(tx, one, now)]
    for one in found:
        set_columns(tx, one.id, state=State.DONE, why=None, finished=one.finished or now)
    return find_many(tx, [one.id for one in found])


def _is_through(one: Sending) -> bool:
    return one.state == State.SENDING and one.open == one.held


def _is_past(tx: Tx, one: Sending, now: datetime) -> bool:
    if one.state != State.PAUSED or one.kind != Kind.SEND or one.open:
        return False
    told = announcements.find(tx, one.announcement)
    return told is not None and useful_until(told, one.started) <= now


_FAILED: Final[Select[Any]] = (
    select(recipients.c.person)
    .select_from(recipients.join(people, people.c.id == recipients.c.person))
    .where(
        recipients.c.sending == bindparam("of"),
        recipients.c.state == Recipient.FAILED,
        APART,
        people.c.reachable,
    )
    .order_by(recipients.c.person)
    .limit(MOST_AGAIN)
)
_REOPEN: Final = (
    update(recipients)
    .where(recipients.c.sending == bindparam("of"), recipients.c.person.in_(_FAILED))
    .values(state=Recipient.OPEN, attempt=recipients.c.attempt + 1, outbox=None, reason=None)
)


def can_be_tried(tx: Tx, sending: int) -> bool:
    """Whether it failed to reach somebody who can be reached now."""
    return tx.execute(_FAILED.limit(1), {"of": sending}).first() is not None


def again(tx: Tx, sending: int, now: datetime) -> int:
    """Try once more whom it failed to reach and who can be reached now; how many.

    At most `MOST_AGAIN`; nobody of whom it is not known for sure that they did not get it.
    """
    one = hold(tx, sending)
    if one is None or one.state == State.CANCELLED:
        return 0
    first: int | None = tx.execute(_FAILED.limit(1), {"of": sending}).scalar()
    if first is None:
        return 0
    reopened = tx.execute(_REOPEN, {"of": sending}).rowcount
    recount(tx, sending, Recipient.FAILED, Recipient.OPEN, reopened)
    goes_on = {"state": State.SENDING} if one.state == State.DONE else {}
    set_columns(tx, sending, fed_to=min(one.fed_to, first - 1), errors=0, **goes_on)
    return reopened


def correct(
    tx: Tx, announcement: int, content: Mapping[str, Any], by: int, now: datetime
) -> int | None:
    """Have what was sent changed into this; the new sending. None if there is nothing to change.

    Who has not got it yet gets the new one at once, if the caller puts its templates in the place
    of those of the first sending in the same transaction, besides those of the new one. A
    correction that is still going is stopped: this one comes in its place. Who has a text that did
    not change keeps that message as it is.
    """
    first = _changeable(tx, announcement)
    if first is None or first.sent + first.open == 0:
        return None
    changed = _languages_changed(tx, announcement, content)
    for one in of(tx, announcement):
        if one.kind == Kind.CORRECT:
            cancel(tx, one.id, now)
    values = {"content": dict(content), "changed": now}
    tx.execute(_this(announcement).values(**values))
    return start(tx, announcement, Kind.CORRECT, by, now, {**content, "changed": changed}).id


def _languages_changed(tx: Tx, announcement: int, content: Mapping[str, Any]) -> list[str]:
    """In which languages people have something else, or may have after a change that was stopped.

    All of them where more than the texts is another.
    """
    told = announcements.find(tx, announcement)
    before = dict(told.content or {}) if told is not None else {}
    texts, was = content.get("texts", {}), before.get("texts", {})
    if {**before, "texts": texts} != content:
        return list(texts)
    halfway = [one for one in of(tx, announcement) if one.kind == Kind.CORRECT]
    found = {code for code in texts if texts[code] != was.get(code)}
    for one in halfway:
        if one.state != State.DONE:
            found |= set((one.content or {}).get("changed", texts))
    return [code for code in texts if code in found]


def withdraw(tx: Tx, announcement: int, by: int, now: datetime) -> int | None:
    """Have what was sent taken away, and send it to nobody else; None if that was done before.

    The rows are written once nothing of the first sending is on its way any more, so that those in
    flight are not missed.
    """
    first = _changeable(tx, announcement)
    if first is None:
        return None
    for one in of(tx, announcement):
        cancel(tx, one.id, now)
    tx.execute(_this(announcement).values(is_news=False, late_until=None, changed=now))
    return start(tx, announcement, Kind.WITHDRAW, by, now).id


def _changeable(tx: Tx, announcement: int) -> Sending | None:
    """The sending of an announcement that was not withdrawn, held."""
    tx.lock(f"announcement:{announcement}")
    if any(one.kind == Kind.WITHDRAW for one in of(tx, announcement)):
        return None
    first = first_of(tx, announcement)
    return hold(tx, first.id) if first is not None else None


def _this(announcement: int) -> Any:
    return update(announcements_table).where(announcements_table.c.id == announcement)
