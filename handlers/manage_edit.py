"""Changing one thing of a meeting: what it is now, what it becomes, and who hears of it.

Nothing changes before the host has seen both and said yes. Those who signed up hear of another
title, time or place; a typing error can be mended in silence.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.dialogue.flow import flow
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.meeting_talk.meeting_things import THINGS, Columns, Thing, as_it_is
from bot.dialogue.talk import Talk
from storage import changes, host_messages, hosts, meetings, planning, wall_time
from storage.host_messages import To
from storage.meetings import Meeting
from storage.transaction import Tx


@flow("edit_meeting", title=N_("changing a meeting"))
def edit_meeting(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """Change one thing, after a look at what it becomes and at who hears of it."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    if meeting.is_cancelled or meeting.ends <= talk.now:
        return talk.say(_("It is over or cancelled, so it stays as it is."), [back(meeting)])
    thing = THINGS[_what(talk, meeting)]
    new = thing.ask(talk, meeting)
    told = host_messages.reached(tx, meeting.id, To.ALL) if _matters(talk, meeting, thing) else 0
    agreed = _agreed(talk, meeting, thing, new, told)
    if agreed == "no":
        return talk.say(_("Fine. Nothing has changed."), [back(meeting)])
    old_pin = "place" in new and meeting.latitude is not None and agreed != "quiet"
    if old_pin:
        new = {**new, "latitude": None, "longitude": None}
    planning.edit(tx, meeting.id, talk.person.id, talk.now, quiet=agreed == "quiet", **new)
    talk.say(_("It is changed."))
    if old_pin:
        talk.say(_("The pin on the map was of the old place, so I took it away."))
    return talk.then("manage_meeting", meeting_id=meeting.id)


def _what(talk: Talk, meeting: Meeting) -> str:
    """What to change: what is changed most on the first screen."""
    often = {key: _(one.label) for key, one in THINGS.items() if one.often}
    what = talk.choose(
        "what",
        _("What do you want to change about {title}?").format(title=gatherings.title(meeting)),
        {**often, "else": _("Something else")},
    )
    if what != "else":
        return what
    seldom = {key: _(one.label) for key, one in THINGS.items() if not one.often}
    return talk.choose("else", _("What is it?"), seldom)


def _matters(talk: Talk, meeting: Meeting, thing: Thing) -> bool:
    return thing.matters and meetings.visible(meeting, talk.now)


# What is said before it changes.


def _agreed(talk: Talk, meeting: Meeting, thing: Thing, new: Columns, told: int) -> str:
    """Whether to change it: `tell` those concerned, `quiet`, or `no`."""
    was, becomes = (
        thing.show(talk, as_it_is(meeting)),
        thing.show(talk, {**as_it_is(meeting), **new}),
    )
    text = _("Now:\n{was}\n\nIt becomes:\n{new}\n\n{told}").format(
        was=was, new=becomes, told=_who_hears(talk, thing, told, _told_at(talk, meeting, new))
    )
    if told and thing.may_be_quiet:
        return talk.choose(
            "agreed",
            text,
            {
                "tell": _("Change it and tell them"),
                "quiet": _("Only a typing error: tell nobody"),
                "no": _("Leave it as it is"),
            },
        )
    right = talk.confirm("right", text, yes=_("Yes, change it"), no=_("No, leave it"))
    return "tell" if right else "no"


def _who_hears(talk: Talk, thing: Thing, told: int, due: datetime) -> str:
    if not told:
        return _("Nobody gets a message about this.")
    if due <= talk.now:
        text = n_("{n} person hears this at once.", "{n} people hear this at once.", told)
    elif due <= talk.now + changes.MERGED_FOR:
        text = n_(
            "{n} person hears this in half an hour. What you change before that goes along.",
            "{n} people hear this in half an hour. What you change before that goes along.",
            told,
        )
    else:
        text = n_("{n} person hears this {when}.", "{n} people hear this {when}.", told)
    said = [text.format(n=number(told), when=talk.when(due))]
    if thing.asks_again:
        said.append(_("I ask them whether they can come then too."))
    return " ".join(said)


def _told_at(talk: Talk, meeting: Meeting, new: Columns) -> datetime:
    """As soon as somebody would set out otherwise, for what was or for what will be."""
    starts = [meeting.starts]
    if "start" in new:
        starts.append(wall_time.moment(new["start"], meeting.zone))
    first = min((one for one in starts if one > talk.now), default=meeting.starts)
    soon = first <= talk.now + changes.MERGED_FOR
    wait = timedelta(0) if soon else changes.MERGED_FOR
    return changes.by_day(talk.now + wait, meeting.zone, first)
