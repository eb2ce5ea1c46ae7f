"""The card by which one meeting is run: how it stands, and all that can be done about it.

It only tells. What it offers are flows of their own, in several files, each with its own check.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.dialogue.flow import entry, flow
from bot.dialogue.language import _, isolate, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import NEEDS, back, buttons_in_pairs, refuse
from bot.dialogue.messages import Button, rich
from bot.dialogue.talk import Talk
from storage import (
    days,
    hosts,
    invitations,
    meetings,
    needs,
    people,
    reminder_times,
    reminders,
    rsvps,
)
from storage.meetings import OF_A_DAY, Kind, Meeting, Status
from storage.people import Person
from storage.rsvps import Counts
from storage.transaction import Tx

FIRST: Final = 7
"""Buttons on the card itself, besides the one to the others."""


@flow("manage_meeting")
def manage_meeting(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """How a meeting stands, for who runs it, and what they can do about it."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    who = people.find(tx, talk.person.id)
    if meeting is None or who is None:
        return refuse(talk)
    if meeting.kind == Kind.DAY:
        lines = _day_lines(tx, meeting)
    else:
        counts = rsvps.counts(tx, meeting.id)
        lines = [*_seat_lines(tx, meeting, counts), *_said(counts), _needed(tx, meeting)]
    facts = [
        _belongs(tx, meeting),
        gatherings.from_until(meeting, talk.now),
        gatherings.where(meeting) if meeting.kind != Kind.DAY or meeting.place else "",
        _status(talk, meeting),
        gatherings.who_may_come(meeting.audience),
        *lines,
        _host(tx, meeting),
        _invited(tx, meeting),
        _next_reminder(talk, meeting),
    ]
    buttons = _choices(talk, meeting, who)
    shown = buttons[:FIRST]
    if len(buttons) > FIRST or _for_few(tx, meeting, who, talk.now):
        shown.append(Button(_("More"), entry("manage_more", meeting.id)))
    return talk.say(
        rich(
            "<b>{title}</b>\n{facts}",
            title=gatherings.title(meeting),
            facts="\n".join(filter(None, facts)),
        ),
        *buttons_in_pairs(shown),
    )


@flow("manage_more")
def manage_more(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """What is done less often to a meeting."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    who = people.find(tx, talk.person.id)
    if meeting is None or who is None:
        return refuse(talk)
    less_often = [*_choices(talk, meeting, who)[FIRST:], *_for_few(tx, meeting, who, talk.now)]
    return talk.say(
        _("What else do you want to do with {title}?").format(title=gatherings.title(meeting)),
        *buttons_in_pairs(less_often),
        [back(meeting)],
    )


# How it stands.


def _belongs(tx: Tx, meeting: Meeting) -> str:
    day = meetings.find(tx, meeting.parent) if meeting.parent is not None else None
    if day is None:
        return ""
    said = _("A part of {day}") if meeting.kind == Kind.PART else _("A place of {day}")
    return said.format(day=isolate(day.title, 80))


def _status(talk: Talk, meeting: Meeting) -> str:
    """In one sentence: is it seen, is it on, is it over?"""
    if meeting.is_cancelled:
        return _("It is cancelled.")
    if meeting.status == Status.DRAFT:
        return _("It is a draft: nobody else sees it yet.")
    if meeting.ends <= talk.now:
        return _("It is over.")
    if meeting.starts <= talk.now:
        return _("It has begun.")
    if meeting.publishes is not None and meeting.publishes > talk.now:
        when = talk.when(meeting.publishes, meeting.zone)
        return _("People see it from {when} on.").format(when=when)
    if meeting.deadline is None:
        return _("Everybody sees it, and can sign up.")
    if meeting.deadline <= talk.now:
        return _("Everybody sees it. It is too late to sign up.")
    when = talk.when(meeting.deadline, meeting.zone)
    return _("Everybody sees it, and can sign up until {when}.").format(when=when)


def _seat_lines(tx: Tx, meeting: Meeting, counts: Counts) -> list[str]:
    """Seats as they are counted: what is on offer to the line is not free."""
    taken = n_("{n} seat is taken.", "{n} seats are taken.", counts.seats)
    if meeting.capacity is None:
        return [taken.format(n=number(counts.seats)), _("There is no limit.")]
    offered = rsvps.taken(tx, [meeting.id])[meeting.id] - counts.seats
    free = max(0, meeting.capacity - counts.seats - offered)
    of_all = n_(
        "{n} of {capacity} seats is taken.", "{n} of {capacity} seats are taken.", counts.seats
    )
    lines = [of_all.format(n=number(counts.seats), capacity=number(meeting.capacity))]
    if offered:
        said = n_("{n} is on offer to the line.", "{n} are on offer to the line.", offered)
        lines.append(said.format(n=number(offered)))
    lines.append(n_("{n} is free.", "{n} are free.", free).format(n=number(free)))
    return [" ".join(lines)]


def _said(counts: Counts) -> list[str]:
    """The other answers, and the line."""
    found = []
    if counts.maybe:
        said = n_("{n} says maybe.", "{n} say maybe.", counts.maybe)
        found.append(said.format(n=number(counts.maybe)))
    if counts.no:
        said = n_("{n} cannot come.", "{n} cannot come.", counts.no)
        found.append(said.format(n=number(counts.no)))
    if counts.waiting:
        found.append(gatherings.in_line(counts.waiting))
    if counts.without_phone:
        said = n_(
            "{n} was signed up without a phone.",
            "{n} were signed up without a phone.",
            counts.without_phone,
        )
        found.append(said.format(n=number(counts.without_phone)))
    return [" ".join(found)] if found else []


def _needed(tx: Tx, meeting: Meeting) -> str:
    """Who needs what, as numbers; the list says who."""
    found = needs.counted(tx, meeting.id)
    counted = [(_(word), found.keys[key]) for key, word in NEEDS.items() if key in found.keys]
    if found.in_words:
        counted.append((_("in their own words"), found.in_words))
    if not counted:
        return ""
    named = (_("{n} × {need}").format(n=number(n), need=word) for word, n in counted)
    return _("To think of: {needs}.").format(needs=", ".join(named))


def _day_lines(tx: Tx, day: Meeting) -> list[str]:
    """The sums over all places of a day; an evening is counted apart, on its own card."""
    children = days.children(tx, day.id)
    found = [one for one in children if one.kind == Kind.PLACE and not one.is_cancelled]
    if not found:
        return [_("This day has no places yet.")]
    every = [one for one in days.totals(tx, day.id) if one.meeting.kind == Kind.PLACE]
    places = n_("{n} place.", "{n} places.", len(found)).format(n=number(len(found)))
    come = gatherings.coming(sum(one.seats for one in every))
    waiting = gatherings.in_line(sum(one.waiting for one in every))
    return [" ".join(filter(None, [places, come, waiting]))]


def _host(tx: Tx, meeting: Meeting) -> str:
    host = people.find(tx, meeting.host) if meeting.host is not None else None
    if host is None:
        return _("Nobody is the host yet.")
    if not host.name:
        return _("It has a host.")
    return _("Host: {name}").format(name=isolate(host.name, 60))


def _invited(tx: Tx, meeting: Meeting) -> str:
    """How far the invitations are; the numbers say what became of each."""
    found = invitations.report(tx, meeting)
    if not found.invited:
        return ""
    said = n_(
        "{n} person is invited, {sent} invitations are sent.",
        "{n} people are invited, {sent} invitations are sent.",
        found.invited,
    )
    return said.format(n=number(found.invited), sent=number(found.sent))


def _next_reminder(talk: Talk, meeting: Meeting) -> str:
    """When the next reminder goes, if there is one to come; a day reminds for its places."""
    if meeting.kind == Kind.DAY or meeting.status != Status.ON:
        return ""
    on = reminders.kinds(meeting)
    every = reminder_times.all_slots(meeting.starts, meeting.zone)
    due = [slot.due for slot in every if slot.kind in on and slot.due > talk.now]
    if not due:
        return ""
    return _("The next reminder goes {when}.").format(when=talk.when(min(due), meeting.zone))


# What can be done about it.


def _choices(talk: Talk, meeting: Meeting, who: Person) -> list[Button]:
    """What can be done, what is done most first; a meeting that is over is not changed."""
    over = meeting.is_cancelled or meeting.ends <= talk.now
    unseen = [] if over or meetings.visible(meeting, talk.now) else [_PUBLISH]
    if meeting.kind == Kind.DAY:
        offered = [*unseen, _PLACES, _REPORT, *([] if over else [_EDIT, _WRITE, _POSTER, _LOOK])]
    elif meeting.is_cancelled:
        offered = [_WHO, _REPORT, _WRITE]
    elif over:
        offered = [_WHO, _REPORT, _DOOR, _AFTERWARDS, _WRITE]
    elif meeting.status == Status.DRAFT:
        offered = [*unseen, _EDIT, _SEATS, _LOOK]
    else:
        offered = [*unseen, _EDIT, _SEATS, _WHO, _LINE, _WRITE, _DOOR, _REMINDERS]
        offered += [_POSTER, _AFTERWARDS, _REPORT, _LOOK]
    if who.is_coordinator and not over and meetings.visible(meeting, talk.now):
        offered.append(_INVITE)
    labels = _labels()
    return [Button(labels[name], entry(name, meeting.id)) for name in offered]


def _for_few(tx: Tx, meeting: Meeting, who: Person, now: datetime) -> list[Button]:
    """What is done seldom, and some of it by coordinators alone."""
    labels = _labels()
    if meeting.status == Status.DRAFT:
        labels["cancel_meeting"] = _("Drop it")
    again = who.is_coordinator and meeting.kind not in OF_A_DAY
    names = ["copy_meeting"] if again else []
    names += ["repeat_meeting"] if again and not meeting.is_cancelled else []
    names += ["host_link"] if hosts.may_appoint(tx, meeting, who) else []
    names += [] if meeting.is_cancelled or meeting.ends <= now else ["cancel_meeting"]
    return [Button(labels[name], entry(name, meeting.id)) for name in names]


_EDIT, _SEATS, _WHO, _LINE = "edit_meeting", "capacity", "attendee_list", "waiting_line"
_WRITE, _DOOR, _REMINDERS = "write_to", "door", "meeting_reminders"
_INVITE, _POSTER, _AFTERWARDS = "invite", "poster", "notes"
_REPORT, _LOOK, _PUBLISH = "meeting_report", "meeting", "publish_meeting"
_PLACES = "manage_places"


def _labels() -> dict[str, str]:
    """What each way is called: verbs where there is one."""
    return {
        _EDIT: _("Change something"),
        _SEATS: _("Change the seats"),
        _WHO: _("Who comes"),
        _LINE: _("Who is in line"),
        _WRITE: _("Write to people"),
        _DOOR: _("At the door"),
        _REMINDERS: _("Reminders"),
        _INVITE: _("Invite people"),
        _POSTER: _("Make a poster"),
        _AFTERWARDS: _("Look back"),
        _REPORT: _("See the numbers"),
        _LOOK: _("See it as others do"),
        _PUBLISH: _("Publish it"),
        _PLACES: _("See the places"),
        "copy_meeting": _("Make a copy"),
        "repeat_meeting": _("Repeat it"),
        "host_link": _("The host"),
        "cancel_meeting": _("Cancel it"),
    }
