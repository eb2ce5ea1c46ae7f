"""Announcements on their way: they begin when they are due and go out piece by piece.

Everything here may run twice or be killed in between: what is true stands in the tables, and each
piece is one short transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from bot.dialogue.announcing import copies
from bot.dialogue.flow import Rendered, render, tick
from bot.dialogue.messages import Dropped, Message, PutOff, load
from storage import (
    announcement_owners,
    announcements,
    outbox,
    recipients,
    sending_notices,
    sendings,
    settings,
    templates,
)
from storage.announcements import Announcement
from storage.gate import Later, Pass
from storage.outbox import Promise
from storage.sendings import Sending, State, Why
from storage.transaction import Tx

T = TypeVar("T")

MISTAKES: Final = (LookupError, ValueError, TypeError, AttributeError, AssertionError)
"""What our own code may raise: after an error of the database nothing can be written any more."""

OF_USE: Final = timedelta(days=7)
"""So long it is of use to know that something did not go out."""

LATE_FOR: Final = timedelta(days=1)
"""So long after a message took its last late ones it is looked whether all of them were found."""

_log = logging.getLogger(__name__)


@tick("announcements", seconds=1, goes_on=True)
def go_on(tx: Tx, now: datetime) -> bool:
    """Begin what is due, or do one piece of what is under way; whether there was something."""
    announcement_owners.hand_over(tx, now)
    for announcement in announcements.due(tx, now)[:1]:
        _begin(tx, announcement, now)
        return True
    return any(_safely(tx, one, now) for one in in_turn(sendings.under_way(tx), now)) or bool(
        sendings.finish(tx, now)
    )


def _begin(tx: Tx, one: Announcement, now: datetime) -> None:
    """Begin a sending, with its message in each language written down once."""
    name, platform = sending_notices.name(tx, one.made_by), settings.platform(tx).name
    one = announcements.priced(tx, one)
    try:
        made = copies.composed(one.content or {}, one, name, platform)
    except Exception:
        _log.exception("announcement %d cannot be composed", one.id)
        _give_back(tx, one, now)
        return
    sending = sendings.begin(tx, one, now)
    for language, message in made.items():
        templates.put(tx, copies.key(sending.id, language), message)


def _give_back(tx: Tx, one: Announcement, now: datetime) -> None:
    """A mistake of ours costs no more than this one: it is a draft again, and its writer told."""
    writer = sending_notices.told(tx, one.made_by)
    if not announcements.undo(tx, one.id, now) or writer is None:
        return
    known = {"announcement": one.id, "person": writer.id, "broken": True}
    key = f"stranded:{one.id}:{now.isoformat()}"
    told = Promise(key, writer.chat, "announcement_stranded", known, now, now + OF_USE)
    outbox.promise(tx, told, now)


def in_turn(under_way: Sequence[T], now: datetime) -> Iterator[T]:
    """All of them, beginning with another one each second, so that none waits for a large one."""
    first = int(now.timestamp()) % len(under_way) if under_way else 0
    yield from under_way[first:]
    yield from under_way[:first]


Step = Callable[[Tx, Sending, datetime], Any]

_STEPS: Final[Mapping[str, tuple[Step, ...]]] = {
    State.SPREADING: (recipients.spread,),
    State.SENDING: (recipients.gather, recipients.feed),
    State.PAUSED: (recipients.gather, recipients.lapse),
    State.DONE: (recipients.gather, recipients.feed),
    State.CANCELLED: (recipients.give_up, recipients.gather),
}


def _safely(tx: Tx, one: Sending, now: datetime) -> bool:
    """A piece of work; a mistake of ours in it holds up this sending, and no other one."""
    try:
        with tx.savepoint():
            return _piece(tx, one, now)
    except MISTAKES:
        _log.exception("sending %d cannot go on", one.id)
        return sendings.pause(tx, one.id, Why.ERRORS)


def _piece(tx: Tx, one: Sending, now: datetime) -> bool:
    """One piece of work for a sending; False if it has nothing to do now."""
    if any(step(tx, one, now) for step in _STEPS[one.state]):
        return True
    after = sendings.find(tx, one.id)
    return after is not None and after.state != one.state


@render("announcement", together=True)
def write(tx: Tx, asked: Sequence[Mapping[str, Any]], now: datetime) -> list[Rendered]:
    """What each of these people gets, as far as they may still; many share one message."""
    allowed = recipients.allowed(tx, asked, now)
    kept = templates.get_many(tx, {one["template"] for one in asked})
    letters = {key: load(content) for key, content in kept.items()}
    return [
        _rendered(decision, letters.get(one["template"]))
        for decision, one in zip(allowed, asked, strict=True)
    ]


def _rendered(decision: Any, letter: Message | None) -> Rendered:
    match decision:
        case Pass() if letter is not None:
            return letter
        case Pass():
            return Dropped("gone")
        case Later(at, why):
            return PutOff(at, why)
        case _:
            return Dropped(decision.why)


# What comes later.


@tick("announcements_late", seconds=60, goes_on=True)
def look_again(tx: Tx, now: datetime) -> bool:
    """Write down who joined meanwhile, and give up who waits for what is of no use any more."""
    late = [
        run
        for one in announcements.taking_late(tx, now - LATE_FOR)
        if (run := sendings.first_of(tx, one.id)) is not None
    ]
    if any(recipients.look_for_late(tx, run, now) for run in late):
        return True
    return any(recipients.sweep(tx, run, now) for run in sendings.under_way(tx))


@tick("announcements_forget", seconds=3600, goes_on=True)
def forget(tx: Tx, now: datetime) -> bool:
    """Throw away who got what long ago; the counts stay."""
    return bool(recipients.forget(tx, now))
