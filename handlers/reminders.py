"""Reminders of meetings that somebody signed up for: promised by a tick, written when they go.

Who said maybe is reminded in other words. One press switches all of them off, or on again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.dialogue.flow import entry, flow, render, tick
from bot.dialogue.language import N_, _, n_, speaking
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.messages import Button, Dropped, Message, rich
from bot.dialogue.talk import Talk
from storage import attendance, people, reminders, wall_time
from storage.desk import Skipped
from storage.meetings import Answer, Meeting
from storage.reminders import RENDERER
from storage.rsvps import Rsvp
from storage.transaction import Tx


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


@tick("reminder_plans", seconds=30)
def plan(tx: Tx, now: datetime) -> int:
    """Plan the reminders of the weeks ahead, looking through all meetings until then."""
    return reminders.plan(tx, now)


@tick("reminders", seconds=1)
def promise(tx: Tx, now: datetime) -> int:
    """Promise a page of those that are due, which is more than can be sent until the next one."""
    return reminders.promise(tx, now)


@render(RENDERER)
def write(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Message | Dropped:
    """A reminder as things stand now, or why it is not wanted any more."""
    reminder = reminders.still_wanted(tx, arguments, now)
    if isinstance(reminder, Skipped):
        return Dropped(reminder.reason)
    with speaking(reminder.person.language):
        if reminder.rsvp is None:
            return _to_the_silent(reminder.meeting, now)
        return _written(reminder.meeting, reminder.rsvp, now)


def _written(meeting: Meeting, rsvp: Rsvp, now: datetime) -> Message:
    comes = rsvp.answer == Answer.YES
    facts = [gatherings.starts(meeting, now)]
    if meeting.place:
        facts.append(gatherings.place(meeting))
    if meeting.link and comes:
        facts.append(_("The link will be under “My meetings” half an hour before the start."))
    facts.append(_reminded(rsvp) if comes else _("You said: maybe. Will you come?"))
    rows = _coming_buttons(meeting, now) if comes else _maybe_buttons(meeting)
    return Message(_text(_soon(meeting, now), meeting, facts), rows)


def _to_the_silent(meeting: Meeting, now: datetime) -> Message:
    """For who was invited and said nothing: once, with a way to hear no more of it."""
    facts = [gatherings.starts(meeting, now), gatherings.where(meeting)]
    facts.append(_("I invited you, and do not know yet whether you come. Will you tell me?"))
    rows = (
        *_maybe_buttons(meeting, Button(_("Maybe"), entry("rsvp", meeting.id, Answer.MAYBE)))[:1],
        (Button(_("Read more"), entry("meeting", meeting.id)),),
        (Button(_("No invitations for 4 weeks"), entry("pause_invitations", 4)),),
    )
    return Message(_text(_soon(meeting, now), meeting, facts), rows)


def _text(soon: str, meeting: Meeting, facts: Sequence[str]) -> str:
    return rich(
        "{soon}\n<b>{title}</b>\n{facts}",
        soon=soon,
        title=gatherings.title(meeting),
        facts="\n".join(facts),
    )


def _reminded(rsvp: Rsvp) -> str:
    return n_(
        "You are signed up. Will you let me know if you cannot come?",
        "You are signed up for {n} seats. Will you let me know if that changes?",
        rsvp.seats,
    ).format(n=rsvp.seats)


def _soon(meeting: Meeting, now: datetime) -> str:
    """How far off it is in calendar days, where it takes place."""
    there = wall_time.wall(meeting.starts, meeting.zone).date()
    days = (there - wall_time.wall(now, meeting.zone).date()).days
    if days == 0:
        return _("Today:")
    if days == 1:
        return _("Tomorrow:")
    return n_("In {n} day:", "In {n} days:", days).format(n=days)


def _coming_buttons(meeting: Meeting, now: datetime) -> tuple[tuple[Button, ...], ...]:
    code = [Button(_("My code for the door"), entry("my_code", meeting.id))]
    return (
        (
            Button(_("Change"), entry("rsvp", meeting.id)),
            Button(_("Sign off"), entry("rsvp", meeting.id, Answer.NO)),
        ),
        *([tuple(code)] if meeting.place and attendance.has_codes(meeting, now) else []),
        (Button(_("My meetings"), entry("mymeetings")),),
        _off_button(),
    )


def _maybe_buttons(meeting: Meeting, *between: Button) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            Button(_("Yes, I am coming"), entry("rsvp", meeting.id, Answer.YES)),
            *between,
            Button(_("No"), entry("rsvp", meeting.id, Answer.NO)),
        ),
        _off_button(),
    )


def _off_button() -> tuple[Button, ...]:
    return (Button(_("No more reminders"), entry("reminders", "off")),)
