"""After signing up: what is certain now with a file for the calendar, and what somebody needs.

What people need is asked after their seats are theirs, as a message that can be left unanswered:
no talk stays open for it. Only those who organise the meeting see the answer.
"""

from __future__ import annotations

from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.files.calendars import attached
from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, isolate, n_
from bot.dialogue.meeting_talk.gatherings import NEEDS, link_is_open, link_line, map_button, starts
from bot.dialogue.messages import Button, rich
from bot.dialogue.talk import Talk
from storage import cards, meetings, people, reminder_times, rsvps
from storage.cards import Card
from storage.meetings import Meeting
from storage.transaction import Tx

TITLE, PLACE = 100, 120  # shorter than elsewhere: under a file a text has at most 1,024 units
LONGEST_WORDS: Final = 300


@flow("signed_up")
def signed_up(
    talk: Talk, tx: Tx, meeting_id: int, left_place: int = 0, again: int = 0
) -> Then | None:
    """What somebody has signed up for, and the place that they left for it.

    Who signs up `again` is not asked again what they need.
    """
    card = _card(talk, tx, meeting_id)
    if card is None or not card.comes or card.mine is None:
        return talk.then("meeting", meeting_id=meeting_id)
    meeting, seats = card.meeting, card.mine.seats
    welcome = n_("See you there! One seat is yours.", "See you there! {n} seats are yours.", seats)
    title = isolate(meeting.title, TITLE)
    facts = [starts(meeting, talk.now), *_where(talk, meeting)]
    facts.append(_left(talk, tx, meeting, left_place))
    if _will_remind(talk, tx, meeting):
        facts.append(_("I will remind you in time."))
    text = rich(
        "{welcome}\n\n<b>{title}</b>\n{facts}",
        welcome=welcome.format(n=seats),
        title=title,
        facts="\n".join(filter(None, facts)),
    )
    talk.say(
        text,
        [Button(_("Change or sign off"), entry("rsvp", meeting.id))],
        map_button(meeting),
        [Button(_("My meetings"), entry("mymeetings"))],
        attachment=attached(meeting.id, talk.person.id, talk.now, _("meeting.ics")),
    )
    if not (again or left_place or card.mine.needs or card.mine.needs_text):
        talk.say(
            _(
                "Is there something we should know so that you can come? "
                "Only the people who organise this meeting see it."
            ),
            [Button(_("No, nothing"), entry("needs", meeting.id, "no"))],
            [Button(_("Yes, there is"), entry("needs", meeting.id))],
        )
    return None


@flow("needs", title=N_("saying what you need"))
def needs(talk: Talk, tx: Tx, meeting_id: int, answer: str = "") -> Any:
    """What somebody needs to be able to come; `answer` is `no` for nothing."""
    card = _card(talk, tx, meeting_id)
    if card is None or not card.comes:
        return talk.then("meeting", meeting_id=meeting_id)
    keep = meeting_id, talk.person.id
    if answer == "no":
        rsvps.set_needs(tx, *keep, [], None)
        return talk.say(_("All right. See you there!"), _after())
    named = {key: _(label) for key, label in NEEDS.items()}
    chosen = talk.choose_many("needs", _("What do you need?"), named, optional=True)
    words = talk.ask(
        "words",
        _("Do you want to add something in your own words? You can skip this."),
        answers.text(most=LONGEST_WORDS),
        optional=True,
    )
    rsvps.set_needs(tx, *keep, chosen, words)
    return talk.say(_("Thank you. The people who organise this meeting can see it now."), _after())


def _after() -> list[Button]:
    return [Button(_("My meetings"), entry("mymeetings"))]


def _card(talk: Talk, tx: Tx, meeting_id: int) -> Card | None:
    person = people.find(tx, talk.person.id)
    return cards.of(tx, meeting_id, person, talk.now) if person is not None else None


def _where(talk: Talk, meeting: Meeting) -> list[str]:
    """The address, and when the link comes (or the link itself, shortly before)."""
    facts = [isolate(meeting.place, PLACE)] if meeting.place else []
    if not meeting.link or link_is_open(meeting, talk.now):
        return [*facts, link_line(meeting, talk.now, comes=True)]
    return [*facts, _("The link will be under “My meetings” half an hour before the start.")]


def _left(talk: Talk, tx: Tx, meeting: Meeting, place: int) -> str:
    """The place of the same day that they left; any other number tells nothing."""
    left = meetings.find(tx, place) if place and meeting.parent is not None else None
    if left is None or left.parent != meeting.parent or not meetings.visible(left, talk.now):
        return ""
    return _("Your seats at {title} are free for others now.").format(
        title=isolate(left.title, TITLE)
    )


def _will_remind(talk: Talk, tx: Tx, meeting: Meeting) -> bool:
    person = people.find(tx, talk.person.id)
    last = reminder_times.slots(meeting.starts, meeting.zone)[-1]
    return person is not None and person.reminders and last.due > talk.now
