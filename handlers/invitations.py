"""Invitations as people get them: to a meeting, through the gate, and one tap to get fewer or none.

How a coordinator sends them is in `handlers.inviting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue.flow import Rendered, entry, flow, render, tick
from bot.dialogue.language import _, day, n_, speaking
from bot.dialogue.meeting_talk import inviting
from bot.dialogue.membership import PERMISSIONS
from bot.dialogue.messages import Button, Dropped, Message, PutOff
from bot.dialogue.talk import Talk
from storage import gate, invitations, people, preferences, rsvps, settings
from storage.gate import Later, Refused
from storage.invitations import Invitation
from storage.meetings import Answer, Kind
from storage.people import Consent, Purpose
from storage.transaction import Tx

WEEKS: Final = 4
MOST_WEEKS: Final = 52


@tick("invitations", seconds=2)
def promise(tx: Tx, now: datetime) -> int:
    """Invite the next page of people; slowly enough that offers and reminders pass in between."""
    return invitations.promise(tx, now)


@render(invitations.RENDERER)
def write(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """An invitation, if the gate lets it through; held until it does, or dropped."""
    match invitations.wanted(tx, arguments, now):
        case Refused(why):
            return Dropped(str(why))
        case Later(at, why):
            return PutOff(at, str(why))
        case Invitation() as found:
            with speaking(found.person.language):
                return _written(tx, found, now)


def _written(tx: Tx, found: Invitation, now: datetime) -> Message:
    meeting = found.meeting
    text = inviting.invitation(
        meeting,
        settings.platform(tx).name,
        found.by.name if found.by is not None else None,
        now,
        full=meeting.kind != Kind.DAY and rsvps.left(tx, meeting, None) == 0,
    )
    more = Button(_("Read more"), entry("meeting", meeting.id))
    why = Button(_("Why do I get this?"), entry("why_invited", meeting.id))
    answers: list[tuple[Button, ...]]
    if meeting.kind == Kind.DAY:
        answers = [(Button(_("Choose a place"), entry("day", meeting.id)),)]
    else:
        maybe = Button(_("Maybe"), entry("rsvp", meeting.id, Answer.MAYBE))
        no = Button(_("No"), entry("rsvp", meeting.id, Answer.NO))
        yes = Button(_("Yes, I am coming"), entry("rsvp", meeting.id, Answer.YES))
        answers = [(yes,), (maybe, no)]
    return Message(text, (*answers, (more, why), *((button,) for button in _fewer())))


def _fewer() -> tuple[Button, Button]:
    pause = n_("No invitations for {n} week", "No invitations for {n} weeks", WEEKS)
    return (
        Button(pause.format(n=WEEKS), entry("pause_invitations", WEEKS)),
        Button(_("No more invitations"), entry("no_invitations")),
    )


@flow("why_invited")
def why_invited(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """Whom an invitation was for, who sent it, and how to get fewer."""
    found = invitations.why(tx, meeting_id, talk.person.id)
    if found is None:
        return talk.say(
            _("I did not send you an invitation for that meeting."),
            [Button(_("See the meetings"), entry("meetings"))],
        )
    audience, by = found
    said = [
        inviting.sender(settings.platform(tx).name, by.name if by is not None else None),
        _("It went to: {whom}.").format(whom=inviting.whom(audience)),
        _("You get at most three messages a week, and none at night."),
    ]
    return talk.say("\n\n".join(said), *([button] for button in _fewer()))


@flow("pause_invitations")
def pause_invitations(talk: Talk, tx: Tx, weeks: int = WEEKS) -> None:
    """Leave somebody alone for so many weeks; none ends the pause."""
    weeks = min(weeks, MOST_WEEKS)
    if weeks == 0:
        preferences.end_pause(tx, talk.person.id, talk.now)
        return talk.say(
            _("The pause is over. You hear from me again when there is something for you."),
            [Button(_("See the meetings"), entry("meetings"))],
        )
    until = talk.now + timedelta(weeks=weeks)
    gate.pause(tx, talk.person.id, until)
    return talk.say(
        _(
            "Good. Until {day} I send you no news, no invitations and no surveys. "
            "What you sign up for goes on as always."
        ).format(day=day(until.astimezone(talk.zone).date())),
        [Button(_("End the pause"), entry("pause_invitations", 0))],
    )


@flow("no_invitations")
def no_invitations(talk: Talk, tx: Tx) -> None:
    """Take back the permission for invitations and news, as easily as it was given."""
    if people.agrees(tx, talk.person.id, Purpose.NEWS):
        version = PERMISSIONS[Purpose.NEWS].version
        spoken = talk.person.language
        withdrawn = Consent(Purpose.NEWS, False, version, spoken, "invitation", talk.now)
        people.record_consent(tx, talk.person.id, withdrawn)
    talk.say(
        _(
            "Good. You get no more invitations and no news. What you sign up for goes on as "
            "always. Do you want them again? Change that under “My profile”."
        ),
        [Button(_("My profile"), entry("profile"))],
        [Button(_("See the meetings"), entry("meetings"))],
    )
