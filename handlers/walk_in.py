"""Letting in somebody who did not sign up, also where there are no seats left: they stand there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import flow
from bot.dialogue.language import N_, _, isolate, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import refuse
from bot.dialogue.talk import Talk
from storage import attendance, hosts
from storage.attendance import Visitor
from storage.meetings import Meeting
from storage.transaction import Tx

MOST_AT_ONCE: Final = 9
LONGEST_NAME: Final = 60


@flow("walk_in", title=N_("letting in somebody who did not sign up"))
def walk_in(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """A name if they want to give one, and how many they are; then back to the list."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    if not attendance.is_open(meeting, talk.now):
        return talk.then("door", meeting_id=meeting_id)
    name = talk.ask(
        "name",
        _("What is their name? It is thrown away the day after."),
        replace(answers.text(most=LONGEST_NAME), no_skips=True),
        optional=True,
    )
    numbers = {str(n): str(n) for n in range(1, MOST_AT_ONCE + 1)}
    party = int(talk.choose("party", _("How many are they?"), numbers, columns=5))
    if not _may_be_in(talk, tx, meeting, party):
        talk.say(_("Then they are not let in."))
        return talk.then("door", meeting_id=meeting.id)
    attendance.walk_in(tx, meeting.id, Visitor(name, party), talk.person.id, talk.now)
    said = n_("{name} is in.", "{name} is in, with {n} people in all.", party)
    shown = isolate(name) if name else _("somebody without a name")
    talk.say(said.format(name=shown, n=number(party)))
    return talk.then("door", meeting_id=meeting.id)


def _may_be_in(talk: Talk, tx: Tx, meeting: Meeting, party: int) -> bool:
    """Whether they fit, or are let in all the same."""
    free = attendance.free(tx, meeting)
    if free is None or party <= free:
        return True
    text = _("All seats at {title} are taken. Let them in all the same?")
    if free:
        text = n_(
            "Only {n} seat at {title} is free. Let them in all the same?",
            "Only {n} seats at {title} are free. Let them in all the same?",
            free,
        )
    asked = text.format(title=gatherings.title(meeting), n=number(free))
    return talk.confirm("anyway", asked, yes=_("Yes, let them in"), no=_("No"))
