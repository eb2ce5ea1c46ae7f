"""Recipients: one row per person and sending, made once, and how they came out.

    open → promised → sent | failed | skipped | uncertain
           promised ⇄ held       the gate said later: the row of the outbox waits until then
           promised → open       a message that is too old to be deleted is changed instead
    failed → open                tried again, attempt + 1; never who may have got it (uncertain)
    failed → promised            came back before it was of no use any more
    open, held → skipped         the sending is cancelled, or it is of no use any more

- Rows are made in the order of people's numbers (`spread`), promised in that order (`feed`), and
  booked as the outbox says they ended (`gather`): each in pages, a transaction each.
- The counts of the sending change in the same transaction as the rows (`storage.bookings`).
- The language is decided when the row is made; consent and the rest when it is claimed (`allowed`).
- A row without its person does not last: there is no foreign key, `erase` deletes by both numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, func, select

from storage import announcements, settings, templates
from storage.bookings import APART, State, recount
from storage.feeding import RENDERER, WINDOW, feed, template, useful_until
from storage.gathering import MOST_ERRORS, gather, give_up, lapse, sweep
from storage.letting_through import Answer, Gone, allowed
from storage.sending_rows import hold
from storage.spreading import look_for_late, spread
from storage.tables import people, recipients, sendings, taps
from storage.transaction import Tx

__all__ = [
    "MOST_ERRORS",
    "RENDERER",
    "WINDOW",
    "Answer",
    "Gone",
    "State",
    "allowed",
    "feed",
    "gather",
    "give_up",
    "lapse",
    "look_for_late",
    "spread",
    "sweep",
    "template",
    "useful_until",
]  # found here too: they are of recipients

KEPT: Final = timedelta(days=90)
"""So long after a sending finished it is known who got it; the counts stay."""
PAGE: Final = 2_000
"""So many rows are deleted in one go."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One of the people of a sending, as a list shows them; they may have told no name."""

    person: int
    name: str | None
    municipality: str | None
    language: str
    state: str
    reason: str | None


_LISTED: Final = (
    select(
        recipients.c.person,
        people.c.name,
        people.c.municipality,
        recipients.c.language,
        recipients.c.state,
        recipients.c.reason,
    )
    .select_from(recipients.join(people, people.c.id == recipients.c.person))
    .where(recipients.c.sending == bindparam("of"), recipients.c.person > bindparam("after"))
    .order_by(recipients.c.person)
    .limit(bindparam("most"))
)
_LISTED_IN: Final = _LISTED.where(recipients.c.state == bindparam("stands"))
_LISTED_APART: Final = _LISTED_IN.where(APART)


def listed(tx: Tx, sending: int, state: str | None, after: int, limit: int) -> list[Listed]:
    """Some of the people of a sending, in a state or all, with numbers after `after`, in order.

    Made for the reading thread where there may be many of another state in between.
    """
    page: dict[str, Any] = {"of": sending, "after": after, "most": limit}
    if state is None:
        return _people(tx.execute(_LISTED, page))
    apart = state not in (State.OPEN, State.SENT)
    found = tx.execute(_LISTED_APART if apart else _LISTED_IN, {**page, "stands": state})
    return _people(found)


def _people(rows: Iterable[Sequence[Any]]) -> list[Listed]:
    return [Listed(*row) for row in rows]


_REASONS: Final = (
    select(recipients.c.state, recipients.c.reason, func.count())
    .where(recipients.c.sending == bindparam("of"), APART, recipients.c.reason.is_not(None))
    .group_by(recipients.c.state, recipients.c.reason)
)


def reasons(tx: Tx, sending: int) -> dict[str, dict[str, int]]:
    """Why people did not get it or have to wait, by where they stand: {state: {reason: number}}.

    For the reading thread: it looks at each of them.
    """
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    rows: Sequence[Any] = tx.execute(_REASONS, {"of": sending}).all()
    for state, reason, many in rows:
        found[state][reason] = many
    return dict(found)


_OLD: Final = (
    select(sendings.c.id, sendings.c.announcement)
    .where(
        sendings.c.started < bindparam("before"),
        sendings.c.finished < bindparam("before"),
        sendings.c.open == 0,
        exists().where(recipients.c.sending == sendings.c.id),
    )
    .order_by(sendings.c.started)
    .limit(1)
)
_PAGE_OF: Final = (
    select(recipients.c.person)
    .where(recipients.c.sending == bindparam("of"))
    .order_by(recipients.c.person)
    .limit(PAGE)
)
_DELETE: Final = delete(recipients).where(
    recipients.c.sending == bindparam("of"), recipients.c.person.in_(_PAGE_OF)
)


def forget(tx: Tx, now: datetime) -> int:
    """Delete a page of who got what long ago, and what it said; the counts stay. How many."""
    old: Sequence[Any] | None = tx.execute(_OLD, {"before": now - KEPT}).first()
    if old is None:
        return 0
    sending, announcement = old
    deleted = tx.execute(_DELETE, {"of": sending}).rowcount
    if deleted < PAGE:
        told = announcements.find(tx, announcement)
        languages = {*(told.languages if told else ()), *settings.platform(tx).languages, "nl"}
        templates.drop(tx, [template(sending, language) for language in languages])
        tx.execute(delete(taps).where(taps.c.announcement == announcement))
    return deleted


_OF_PERSON: Final = (
    select(recipients.c.sending, recipients.c.state)
    .where(
        recipients.c.sending.in_(select(sendings.c.id)),
        recipients.c.person == bindparam("person"),
    )
    .order_by(recipients.c.sending)
)
_ERASE: Final = delete(recipients).where(
    recipients.c.sending == bindparam("of"), recipients.c.person == bindparam("person")
)


def erase(tx: Tx, person: int) -> int:
    """Delete all rows of a person who asked to be forgotten; the counts go along. How many."""
    numbers = [row.sending for row in tx.execute(_OF_PERSON, {"person": person})]
    for sending in numbers:
        hold(tx, sending)
    for row in tx.execute(_OF_PERSON, {"person": person}).all():
        if tx.execute(_ERASE, {"of": row.sending, "person": person}).rowcount:
            recount(tx, row.sending, State(row.state), None, 1)
    return len(numbers)
