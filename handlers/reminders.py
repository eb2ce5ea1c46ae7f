"""Reminders of meetings that somebody signed up for: promised by a tick, written when they go.

Who said maybe is reminded in other words. One press switches all of them off, or on again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.dialogue.flow import entry, flow, render, tick
from bot.dialogue.language import N_, _, isolate, n_, speaking, when
from bot.dialogue.messages import Button, Message, rich
from bot.dialogue.talk import Talk
from storage import people, reminders, wall_time
from storage.meetings import Answer, Meeting
from storage.reminders import RENDERER, Reminder
from storage.transaction import Tx

LONGEST_TITLE: Final = 150
LONGEST_PLACE: Final = 200


@flow(
    "reminders",
    command=N_("/reminders"),
    about=N_("Reminders on or off"),
    words=N_("reminders, reminder"),
)
def switch(talk: Talk, tx: Tx, wanted: str = "") -> None:
    """Whether this person is reminded; `wanted` is `on` or `off` when a button said so."""
    person = people.find(tx, talk.person.id)
    are_on = person is not None and person.reminders
    if wanted in ("on", "off"):
        are_on = wanted == "on"
        people.change(tx, talk.person.id, reminders=are_on)
    if are_on:
        return talk.say(
            _(
                "Reminders are on. If you sign up for a meeting, I write to you a week, a day and "
                "two hours before."
            ),
            [Button(_("No more reminders"), entry("reminders", "off"))],
        )
    return talk.say(
        _("Reminders are off. I do not remind you of meetings."),
        [Button(_("Do remind me"), entry("reminders", "on"))],
    )


@tick("reminders", seconds=30)
def promise(tx: Tx, now: datetime) -> int:
    """Promise the reminders of the days ahead."""
    return reminders.promise(tx, now)


@render(RENDERER)
def write(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Message | None:
    """A reminder as things stand now; None if it is not wanted any more."""
    reminder = reminders.still_wanted(tx, arguments, now)
    if reminder is None:
        return None
    with speaking(reminder.person.language):
        return _written(reminder, now)


def _written(reminder: Reminder, now: datetime) -> Message:
    meeting = reminder.meeting
    comes = reminder.rsvp.answer == Answer.YES
    facts = [when(meeting.starts, meeting.zone, now)]
    if meeting.place:
        facts.append(isolate(meeting.place, LONGEST_PLACE))
    if meeting.link and comes:
        facts.append(_("The link will be under “My meetings” half an hour before the start."))
    facts.append(_reminded(reminder) if comes else _("You said: maybe. Will you come?"))
    text = rich(
        "{soon}\n<b>{title}</b>\n{facts}",
        soon=_soon(meeting, now),
        title=isolate(meeting.title, LONGEST_TITLE),
        facts="\n".join(facts),
    )
    return Message(text, _coming_buttons(meeting) if comes else _maybe_buttons(meeting))


def _reminded(reminder: Reminder) -> str:
    seats = reminder.rsvp.seats
    return n_(
        "You are signed up. Will you let me know if you cannot come?",
        "You are signed up for {n} seats. Will you let me know if that changes?",
        seats,
    ).format(n=seats)


def _soon(meeting: Meeting, now: datetime) -> str:
    """How far off it is in calendar days, where it takes place."""
    there = wall_time.wall(meeting.starts, meeting.zone).date()
    days = (there - wall_time.wall(now, meeting.zone).date()).days
    if days == 0:
        return _("Today:")
    if days == 1:
        return _("Tomorrow:")
    return n_("In {n} day:", "In {n} days:", days).format(n=days)


def _coming_buttons(meeting: Meeting) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(_("Change"), entry("rsvp", meeting.id)),
            Button(_("Sign off"), entry("rsvp", meeting.id, Answer.NO)),
        ),
        (Button(_("My meetings"), entry("mymeetings")),),
        _off_button(),
    )


def _maybe_buttons(meeting: Meeting) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(_("Yes, I am coming"), entry("rsvp", meeting.id, Answer.YES)),
            Button(_("No"), entry("rsvp", meeting.id, Answer.NO)),
        ),
        _off_button(),
    )


def _off_button() -> tuple[Button, ...]:
    return (Button(_("No more reminders"), entry("reminders", "off")),)
