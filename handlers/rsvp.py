"""Signing up for a meeting, changing that, and signing off.

Whoever cannot sign up gets the meeting's own card, which says why and what is possible.
"""

from __future__ import annotations

from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate, n_
from bot.dialogue.messages import Button, rich
from bot.dialogue.talk import Talk
from storage import meetings, people, reminder_times, rsvps
from storage.meetings import COMING, Answer, Meeting
from storage.rsvps import MOST_SEATS, Closed, Full, Party, Rsvp, Seated, Why
from storage.transaction import Tx

LONGEST_TITLE: Final = 150
LONGEST_PLACE: Final = 200


@flow("rsvp", title=N_("signing up for a meeting"))
def rsvp(talk: Talk, tx: Tx, meeting_id: int, answer: str = "") -> Any:
    """Yes with a number of people, maybe, or no; `answer` is what a button said already."""
    meeting = meetings.find(tx, meeting_id)
    mine = rsvps.find(tx, meeting_id, talk.person.id)
    if meeting is None or not _can_answer(talk, meeting, mine, answer):
        return talk.then("meeting", meeting_id=meeting_id)
    left = rsvps.left(tx, meeting, mine)
    coming = answer if answer in list(Answer) else _coming(talk, meeting, mine, left)
    if coming == Answer.NO:
        return _sign_off(talk, tx, meeting, mine)
    if coming == Answer.MAYBE:
        return _note_maybe(talk, tx, meeting)
    if left == 0:
        return _too_late(talk, meeting)
    party = Party(talk.person.id, _seats(talk, left), _name(talk, mine))
    match rsvps.claim(tx, meeting.id, party, talk.now):
        case Seated(seats):
            return _welcome(talk, tx, meeting, seats)
        case Full() | Closed():
            return _too_late(talk, meeting)


def _can_answer(talk: Talk, meeting: Meeting, mine: Rsvp | None, answer: str) -> bool:
    """After the deadline all that is left is signing off."""
    why = rsvps.closed(meeting, talk.now)
    holds = mine is not None and mine.answer in COMING
    return why is None or (why is Why.DEADLINE and holds and answer == Answer.NO)


def _coming(talk: Talk, meeting: Meeting, mine: Rsvp | None, left: int | None) -> str:
    options = {"yes": _("Yes, I am coming"), "maybe": _("Maybe"), "no": _("No")}
    asked = _("{title}\n{when}\n\nWill you come?")
    if mine is not None and mine.answer == Answer.YES:
        options = {"yes": _("Change how many"), "maybe": _("Maybe"), "no": _("Sign off")}
        asked = _("{title}\n{when}\n\nYou are signed up. What do you want to change?")
    elif left == 0:
        del options["yes"]
        asked = _("{title}\n{when}\n\nAll seats are taken. Shall I note that you may come?")
    return talk.choose("coming", asked.format(**_about(talk, meeting)), options)


def _about(talk: Talk, meeting: Meeting) -> dict[str, str]:
    return {
        "title": isolate(meeting.title, LONGEST_TITLE),
        "when": talk.when(meeting.starts, meeting.zone),
    }


def _seats(talk: Talk, left: int | None) -> int:
    most = MOST_SEATS if left is None else min(left, MOST_SEATS)
    text = _("How many people come in all, you included?")
    if left is not None and left <= MOST_SEATS:
        text = n_(
            "{n} seat is left. How many people come in all, you included?",
            "{n} seats are left. How many people come in all, you included?",
            left,
        ).format(n=left)
    numbers = {str(n): str(n) for n in range(1, most + 1)}
    return int(talk.choose("seats", text, numbers, columns=MOST_SEATS))


def _name(talk: Talk, mine: Rsvp | None) -> str | None:
    """A visitor's name for this meeting alone; a member's is known."""
    if talk.person.state == people.State.MEMBER and talk.person.name:
        return None
    if mine is not None and mine.name:
        return mine.name
    return talk.ask(
        "name",
        _("What is your name? Only the people who organise this meeting see it."),
        answers.name(),
    )


def _welcome(talk: Talk, tx: Tx, meeting: Meeting, seats: int) -> None:
    talk.say(
        n_("See you there! One seat is yours.", "See you there! {n} seats are yours.", seats)
        .format(n=seats)
    )  # fmt: skip
    about = _about(talk, meeting)
    facts = [about["when"]]
    if meeting.place:
        facts.append(isolate(meeting.place, LONGEST_PLACE))
    if meeting.link:
        facts.append(_("The link will be under “My meetings” half an hour before the start."))
    if _will_remind(talk, tx, meeting):
        facts.append(_("I will remind you in time."))
    talk.say(
        rich("<b>{title}</b>\n{facts}", title=about["title"], facts="\n".join(facts)),
        [Button(_("Change or sign off"), entry("rsvp", meeting.id))],
        [Button(_("My meetings"), entry("mymeetings"))],
    )


def _will_remind(talk: Talk, tx: Tx, meeting: Meeting) -> bool:
    person = people.find(tx, talk.person.id)
    last = reminder_times.slots(meeting.starts, meeting.zone)[-1]
    return person is not None and person.reminders and last.due > talk.now


def _note_maybe(talk: Talk, tx: Tx, meeting: Meeting) -> Any:
    if rsvps.maybe(tx, meeting.id, talk.person.id, talk.now) is not None:
        return _too_late(talk, meeting)
    noted = _("I have noted that you may come to {title}.")
    if meeting.capacity is not None:
        noted = _("I have noted that you may come to {title}. No seat is kept for you.")
    return talk.say(
        noted.format(title=isolate(meeting.title, LONGEST_TITLE)),
        [Button(_("Yes, I am coming"), entry("rsvp", meeting.id, Answer.YES))],
        [Button(_("My meetings"), entry("mymeetings"))],
    )


def _sign_off(talk: Talk, tx: Tx, meeting: Meeting, mine: Rsvp | None) -> Any:
    if rsvps.withdraw(tx, meeting.id, talk.person.id, talk.now) is not None:
        return _too_late(talk, meeting)
    signed_off = _("You are signed off from {title}. Thank you for telling me.")
    said = signed_off if mine is not None else _("I have noted that you do not come to {title}.")
    return talk.say(
        said.format(title=isolate(meeting.title, LONGEST_TITLE)),
        [Button(_("I am coming after all"), entry("rsvp", meeting.id, Answer.YES))],
        [Button(_("All meetings"), entry("meetings"))],
    )


def _too_late(talk: Talk, meeting: Meeting) -> Any:
    """Things changed while we talked: say so, and show how they are now."""
    talk.say(_("That is not possible any more. This is how it is now:"))
    return talk.then("meeting", meeting_id=meeting.id)
