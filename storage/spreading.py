"""Writing down for whom a sending is, a row a person, page by page in the order of their numbers.

A page is one transaction: its rows, how many they are and how far it came are committed together.
So a kill in between loses nobody and writes nobody twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from storage import announcements, audience, outbox, settings
from storage.announcements import Announcement
from storage.bookings import APART, State, recount
from storage.sending_rows import GOING, Kind, Sending, hold, of, set_columns
from storage.sending_rows import State as Stage
from storage.tables import outbox as messages
from storage.tables import people, recipients, sendings
from storage.transaction import Tx

PAGE: Final = 4_000
PAGE_ON_POSTGRES: Final = 500
"""So many people are looked at in one transaction, which takes 10 to 20 ms."""
LATE_PAGE: Final = 500  # of who joined since the last look
GRACE: Final = timedelta(minutes=1)
"""So long may pass from the moment at which somebody joins until that is committed."""
_OURS: Final = "nl"
_COLUMNS: Final = ["sending", "person", "language", "state"]


def spread(tx: Tx, sending: Sending, now: datetime, most: int | None = None) -> int:
    """Write down the next people of a sending; more than 0 while there may be further ones.

    News and surveys go to who wants them and can be reached, a change to who got the message.
    """
    one = hold(tx, sending.id)
    told = announcements.find(tx, sending.announcement)
    if one is None or told is None or one.state != Stage.SPREADING:
        return 0
    page = most or (PAGE_ON_POSTGRES if tx.postgres else PAGE)
    if one.kind == Kind.SEND:
        return _to_people(tx, one, told, page)
    return _to_readers(tx, one, page)


_NEXT: Final = select(func.min(people.c.id)).where(people.c.id > bindparam("after"))


_NEWEST: Final = select(func.max(people.c.id)).where(people.c.id >= bindparam("first"))


def _to_people(tx: Tx, one: Sending, told: Announcement, most: int) -> int:
    first: int | None = tx.execute(_NEXT, {"after": one.spread_to}).scalar()
    if first is None:
        set_columns(tx, one.id, state=Stage.SENDING)
        return 0
    newest: int = tx.execute(_NEWEST, {"first": first}).scalar_one()
    last = min(first + most - 1, newest)
    rows = _write(tx, told, one.id, people.c.id.between(first, last), *_clauses(told))
    _note(tx, one, rows, last)
    return last - first + 1


def _note(tx: Tx, one: Sending, rows: int, last: int) -> None:
    """So many rows were written, of people up to this one; those before it may be fed already."""
    fed = min(one.fed_to, one.spread_to) if rows else one.fed_to
    recount(tx, one.id, None, State.OPEN, rows)
    tx.execute(_CAME_TO, {"which": one.id, "last": last, "fed": fed})


_CAME_TO: Final = (
    update(sendings)
    .where(sendings.c.id == bindparam("which"))
    .values(spread_to=bindparam("last"), fed_to=bindparam("fed"))
)


def _clauses(told: Announcement) -> list[ColumnElement[bool]]:
    return audience.clauses(audience.load(told.audience), told.purpose)


def _write(tx: Tx, told: Announcement, sending: int, *which: ColumnElement[bool]) -> int:
    source = (
        select(literal(sending), people.c.id, _language(tx, told), literal(str(State.OPEN)))
        .where(*which)
        .order_by(people.c.id)
    )
    return _insert(tx, source)


def _insert(tx: Tx, source: Select[Any]) -> int:
    """Write these down, but for those who are there already; how many."""
    added = tx.insert(recipients).from_select(_COLUMNS, source).on_conflict_do_nothing()
    return tx.execute(added).rowcount


def _language(tx: Tx, told: Announcement) -> ColumnElement[Any]:
    """Theirs where there is a text in it, else the first one of the platform's that there is."""
    texts = told.languages
    ours = (*settings.platform(tx).languages, _OURS, *texts)
    first = next((language for language in ours if language in texts), _OURS)
    return case((people.c.language.in_(texts), people.c.language), else_=literal(first))


_PAGE_OF_READERS: Final = (
    select(recipients.c.person)
    .where(recipients.c.sending == bindparam("first"), recipients.c.person > bindparam("after"))
    .order_by(recipients.c.person)
    .limit(bindparam("most"))
    .subquery("readers")
)
_LAST: Final = select(func.max(_PAGE_OF_READERS.c.person))


_ANY_PROMISED: Final = select(
    exists().where(
        recipients.c.sending == bindparam("first"), recipients.c.state == State.PROMISED, APART
    )
)


_ON_ITS_WAY: Final = and_(
    recipients.c.state == State.PROMISED,
    exists().where(
        messages.c.id == recipients.c.outbox,
        messages.c.state.in_((outbox.State.SENDING, outbox.State.SENT)),
    ),
)
"""Whoever has the message, or has it in a moment, and is not booked as such yet."""


def _to_readers(tx: Tx, one: Sending, most: int) -> int:
    """To whom the first sending went; what is taken away waits for those that are on their way."""
    first = next(other for other in of(tx, one.announcement) if other.kind == Kind.SEND)
    if one.kind == Kind.WITHDRAW and tx.execute(_ANY_PROMISED, {"first": first.id}).scalar():
        return 0
    page = {"first": first.id, "after": one.spread_to, "most": most}
    last: int | None = tx.execute(_LAST, page).scalar()
    if last is None:
        set_columns(tx, one.id, state=Stage.SENDING)
        return 0
    source = (
        select(
            literal(one.id), recipients.c.person, recipients.c.language, literal(str(State.OPEN))
        )
        .where(
            recipients.c.sending == first.id,
            recipients.c.person > one.spread_to,
            recipients.c.person <= last,
            or_(recipients.c.state == State.SENT, _ON_ITS_WAY),
            *_whose_text_changed(one),
        )
        .order_by(recipients.c.person)
    )
    _note(tx, one, _insert(tx, source), last)
    return most


def _whose_text_changed(one: Sending) -> list[ColumnElement[bool]]:
    """Of a correction those who read a language in which it says something else now."""
    changed = (one.content or {}).get("changed")
    return [recipients.c.language.in_(changed)] if changed is not None else []


def look_for_late(tx: Tx, sending: Sending, now: datetime) -> int:
    """Write down who joined since the last look and is meant too; more than 0 if there may be more.

    Who joined before the announcement took no more late ones is found also after that.
    """
    one = hold(tx, sending.id)
    told = announcements.find(tx, sending.announcement)
    if one is None or told is None or one.kind != Kind.SEND or not _takes_late(one, told):
        return 0
    since = _looked(one)
    page = {"since": since, "now": min(now, told.late_until or now)}
    joined = tx.execute(_JOINED, page).all()
    upto = now
    if len(joined) == LATE_PAGE:  # More of the same moment may be on the next page.
        upto = max((row.joined for row in joined if row.joined < joined[-1].joined), default=now)
    numbers = [row.id for row in joined if row.joined <= upto]
    rows = _write(tx, told, one.id, people.c.id.in_(numbers), *_clauses(told)) if numbers else 0
    fed = min(one.fed_to, min(numbers) - 1) if rows else one.fed_to
    recount(tx, one.id, None, State.OPEN, rows)
    looked = upto if upto < now else max(since, now - GRACE)
    set_columns(tx, one.id, looked_for_late=looked, fed_to=fed)
    return len(numbers) if upto < now else 0


def _looked(one: Sending) -> datetime:
    """Up to which moment all who joined are known."""
    return one.looked_for_late or one.started - GRACE


def _takes_late(one: Sending, told: Announcement) -> bool:
    """Until all who joined in time were found, which may be a while after it."""
    stage = one.state in (*GOING, Stage.DONE)
    return stage and told.late_until is not None and _looked(one) < told.late_until


_JOINED: Final = (
    select(people.c.id, people.c.joined)
    .where(
        people.c.joined.is_not(None),
        people.c.joined > bindparam("since"),
        people.c.joined <= bindparam("now"),
    )
    .order_by(people.c.joined, people.c.id)
    .limit(LATE_PAGE)
)
