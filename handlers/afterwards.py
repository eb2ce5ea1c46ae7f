"""After a meeting: two short questions to those who were there, once, and what comes back to them.

The second question is free to skip. The people who run the meeting read the answers without names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import Then, entry, flow, render, tick
from bot.dialogue.language import N_, _, speaking
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.messages import Button, Dropped, Message
from bot.dialogue.talk import Talk
from storage import afterwards, feedback, meetings
from storage.desk import Skipped
from storage.feedback import Worth
from storage.meetings import Meeting
from storage.transaction import Tx

LONGEST: Final = 1000


@tick("afterwards", seconds=5)
def promise(tx: Tx, now: datetime) -> int:
    """Plan to ask about the meetings of the weeks ahead, and ask a page of those who were there."""
    afterwards.plan(tx, now)
    return afterwards.promise(tx, now)


@render(afterwards.RENDERER)
def write(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Message | Dropped:
    """The first question, or why it is not asked any more."""
    wanted = afterwards.still_wanted(tx, arguments, now)
    if isinstance(wanted, Skipped):
        return Dropped(wanted.reason)
    meeting, person = wanted
    with speaking(person.language):
        text = _("You were at {title}. Was it worth your time?").format(
            title=gatherings.title(meeting)
        )
        rows = tuple(
            (Button(label, entry("afterwards", meeting.id, worth)),)
            for worth, label in _worths().items()
        )
        return Message(text, rows, about=f"meeting_message:{meeting.id}")


def _worths() -> dict[str, str]:
    return {
        Worth.VERY: _("Yes, very much"),
        Worth.A_BIT: _("A little"),
        Worth.NO: _("No, not really"),
    }


@flow("afterwards", title=N_("looking back at a meeting"))
def look_back(talk: Talk, tx: Tx, meeting_id: int, worth: str = "") -> Then | None:
    """Whether it was worth their time, and then what they take home."""
    meeting = _seen(talk, tx, meeting_id)
    if meeting is None:
        return None
    if worth not in list(Worth):
        asked = _("Was {title} worth your time?").format(title=gatherings.title(meeting))
        worth = talk.choose("worth", asked, _worths())
    before = feedback.find(tx, meeting.id, talk.person.id)
    feedback.answer(tx, meeting.id, talk.person.id, Worth(worth), talk.now)
    if before is not None and before.words:
        talk.say(_("I have changed your answer. Thank you."))
        return None
    return talk.then("take_home", meeting_id=meeting.id)


def _seen(talk: Talk, tx: Tx, meeting_id: int) -> Meeting | None:
    """The meeting, if it has begun and this person was there."""
    meeting = meetings.find(tx, meeting_id)
    was_there = afterwards.was_there(tx, meeting_id, talk.person.id)
    if meeting is None or not was_there or meeting.starts > talk.now:
        talk.say(
            _("This is for people who were at the meeting."),
            [Button(_("All meetings"), entry("meetings"))],
        )
        return None
    return meeting


@flow("take_home", title=N_("looking back at a meeting"))
def take_home(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """In their own words: what they take home, or what could be better."""
    if _seen(talk, tx, meeting_id) is None:
        return
    words = talk.ask(
        "words",
        _(
            "Thank you. What do you take home, or what could be better? "
            "The people who organise it read this, without your name."
        ),
        answers.text(most=LONGEST),
        optional=True,
    )
    if words is not None:
        feedback.say(tx, meeting_id, talk.person.id, words, talk.now)
    talk.say(_("Thank you, that helps."), [Button(_("What is coming up"), entry("meetings"))])
