"""Standing in line for a full meeting: where one stands, the offer of a seat, and stepping out.

Offers, seats given at once and offers that passed are promised where seats are counted; here they
get their words, as things stand when they are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.dialogue.flow import Rendered, entry, flow, render, tick
from bot.dialogue.language import _, n_, speaking, when
from bot.dialogue.meeting_talk.gatherings import LINE, closed, place, starts, title
from bot.dialogue.messages import Button, Dropped, Message, PutOff, rich
from bot.dialogue.talk import Talk
from storage import cards, line, meetings, offer_times, people, seats, waiting
from storage.cards import Card
from storage.line import State
from storage.meetings import Answer, Meeting
from storage.people import Person
from storage.seats import Closed, Seated
from storage.transaction import Tx
from storage.waiting import Gone, Lost

GONE: Final = Dropped("out of the line")


@flow("line")
def stand(talk: Talk, tx: Tx, meeting_id: int, what: str = "") -> Any:
    """Where somebody stands; `what` is `leave` to step out, or `joined` who has just lined up."""
    if what == "leave":
        return _leave(talk, tx, meeting_id)
    card = _card(talk, tx, meeting_id)
    if card is None or card.entry is None or card.offered:
        return talk.then("meeting", meeting_id=meeting_id)
    said = [
        _("You are number {place} in line for {title}.").format(
            place=card.place, title=title(card.meeting)
        )
    ]
    if card.elsewhere is not None:
        kept = _("You keep your seats at {title} until then.")
        said.append(kept.format(title=title(card.elsewhere)))
    said.append(_("I write to you as soon as there is a seat for you."))
    return talk.say(
        "\n".join(said),
        [Button(_("Leave the line"), entry("line", meeting_id, "leave"))],
        [Button(_("My meetings"), entry("mymeetings"))],
    )


def _card(talk: Talk, tx: Tx, meeting_id: int) -> Card | None:
    person = people.find(tx, talk.person.id)
    return cards.of(tx, meeting_id, person, talk.now) if person is not None else None


def _leave(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    meeting = meetings.find(tx, meeting_id)
    if meeting is None or not waiting.leave(tx, meeting_id, talk.person.id, talk.now):
        return talk.then("meeting", meeting_id=meeting_id)
    return talk.say(
        _("You are out of the line for {title}.").format(title=title(meeting)),
        [Button(_("Stand in line again"), entry("rsvp", meeting_id, LINE))],
        [Button(_("My meetings"), entry("mymeetings"))],
        [Button(_("All meetings"), entry("meetings"))],
    )


@flow("offer")
def offer(talk: Talk, tx: Tx, meeting_id: int, answer: str = "", version: int = 0) -> Any:
    """Take the seats on offer, or leave them to others.

    A yes to how the meeting was in an older `version` is asked for again: it may be another day.
    """
    meeting = meetings.find(tx, meeting_id)
    if meeting is None or answer not in ("yes", "no"):
        return talk.then("meeting", meeting_id=meeting_id)
    if answer == "no":
        return _decline(talk, tx, meeting)
    if version not in (0, meeting.version) and waiting.place(tx, meeting_id, talk.person.id) == 0:
        talk.say(_("It has changed once more. This is how it is now:"))
        return talk.then("meeting", meeting_id=meeting_id)
    match waiting.accept(tx, meeting_id, talk.person.id, talk.now):
        case Seated(_seats, left):
            return talk.then("signed_up", meeting_id=meeting_id, left_place=left or 0)
        case Gone(why):
            return _gone(talk, meeting, why)
        case Closed(why):
            talk.say(closed(why) or _("That is not possible any more."))
            return talk.then("meeting", meeting_id=meeting_id)


def _decline(talk: Talk, tx: Tx, meeting: Meeting) -> Any:
    if not waiting.decline(tx, meeting.id, talk.person.id, talk.now):
        return talk.then("meeting", meeting_id=meeting.id)
    return talk.say(
        _("Thank you for telling me. That leaves room for others at {title}.").format(
            title=title(meeting)
        ),
        [_again(tx, meeting)],
        [Button(_("My meetings"), entry("mymeetings"))],
    )


def _again(tx: Tx, meeting: Meeting) -> Button:
    """The way back for who let a seat go: at the end of the line, if there is one by now."""
    if line.is_empty(tx, meeting.id):
        return Button(_("Sign up after all"), entry("rsvp", meeting.id, Answer.YES))
    return Button(_("Stand in line again"), entry("rsvp", meeting.id, LINE))


def _gone(talk: Talk, meeting: Meeting, why: Lost) -> Any:
    """Why an offer is over, in kind words, and what is possible now."""
    match why:
        case Lost.EXPIRED:
            text = _(
                "The time for this offer is over, so there is room for others now. "
                "This is how it is:"
            )
        case Lost.MOVED:
            text = _(
                "This meeting was moved, so that offer is over. "
                "You stand in line where you were before."
            )
        case Lost.DECLINED:
            text = _("You let this seat go. You can stand in line again.")
        case _:
            text = _("There is no seat on offer for you now.")
    talk.say(text)
    return talk.then("meeting", meeting_id=meeting.id)


@tick("line", seconds=30)
def settle(tx: Tx, now: datetime) -> int:
    """Let offers that were not taken pass on, and give free seats to the line."""
    found = waiting.due(tx, now)
    for meeting in found:
        waiting.settle(tx, meeting, now)
    return len(found)


# Messages nobody just asked for.


def _about(tx: Tx, arguments: Mapping[str, Any]) -> tuple[Meeting, Person] | None:
    """The meeting that takes place and the person; None if there is nothing to tell any more."""
    meeting = meetings.find(tx, int(arguments["meeting"]))
    person = people.find(tx, int(arguments["person"]))
    if meeting is None or person is None or meeting.is_cancelled:
        return None
    return meeting, person


@render(line.OFFER)
def write_offer(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """Seats for somebody in line, and until when; dropped when the offer is over."""
    about = _about(tx, arguments)
    mine = waiting.entry(tx, about[0].id, about[1].id) if about is not None else None
    if about is None or mine is None or mine.offered is None or mine.offer_until is None:
        return GONE
    if mine.offered.isoformat() != arguments["offered"] or mine.offer_until <= now:
        return GONE
    meeting, person = about
    with speaking(person.language):
        heading = n_("There is a seat for you!", "There are {n} seats for you!", mine.seats)
        until = _("Do you want to come? Tell me before {when}. After that I ask the next in line.")
        facts = [_facts(meeting, now), _kept(tx, meeting, person)]
        facts.append(until.format(when=when(mine.offer_until, meeting.zone, now)))
        return _written((meeting, now), heading.format(n=mine.seats), facts, [
            [Button(_("Yes, I take it"), entry("offer", meeting.id, "yes", meeting.version))],
            [Button(_("No, thank you"), entry("offer", meeting.id, "no"))],
        ])  # fmt: skip


@render(line.MOVED_UP)
def write_moved_up(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """Seats that somebody has now, shortly before the start; dropped if they signed off."""
    about = _about(tx, arguments)
    mine = seats.find(tx, about[0].id, about[1].id) if about is not None else None
    if about is None or mine is None or mine.answer != Answer.YES:
        return Dropped("signed off")
    meeting, person = about
    with speaking(person.language):
        heading = n_("You have a seat after all!", "You have {n} seats after all!", mine.seats)
        facts = [_facts(meeting, now), _left(tx, arguments.get("left"))]
        facts.append(
            _("You were in line, and somebody signed off. Can you not come? Then tell me.")
        )
        return _written((meeting, now), heading.format(n=mine.seats), facts, [
            [Button(_("Not after all"), entry("rsvp", meeting.id, Answer.NO))],
            [Button(_("Put it in my calendar"), entry("calendar", meeting.id))],
        ])  # fmt: skip


@render(line.OFFER_EXPIRED)
def write_expired(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """That an offer went on to the next; dropped if they are in line again, or have a seat."""
    about = _about(tx, arguments)
    if about is None or about[0].starts <= now:
        return GONE
    meeting, person = about
    last = waiting.last(tx, meeting.id, person.id)
    if last is None or last.id != arguments["entry"] or last.state != State.EXPIRED:
        return Dropped("answered")
    with speaking(person.language):
        passed = _("I did not hear from you, so there is room for others now.")
        again = _("That is no problem. Do you still want to come?")
        return _written((meeting, now), passed, [starts(meeting, now), again], [
            [_again(tx, meeting)],
            [Button(_("No, thank you"), entry("rsvp", meeting.id, Answer.NO))],
        ])  # fmt: skip


def _facts(meeting: Meeting, now: datetime) -> str:
    return "\n".join(filter(None, (starts(meeting, now), place(meeting))))


def _kept(tx: Tx, meeting: Meeting, person: Person) -> str:
    """Which seats somebody gives up who takes these."""
    held = seats.elsewhere(tx, meeting, person.id)
    other = meetings.find(tx, held.meeting) if held is not None else None
    if other is None:
        return ""
    return _("You give up your seats at {title} if you say yes.").format(title=title(other))


def _left(tx: Tx, place_left: int | None) -> str:
    left = meetings.find(tx, place_left) if place_left else None
    if left is None:
        return ""
    return _("Your seats at {title} are free for others now.").format(title=title(left))


def _written(
    at: tuple[Meeting, datetime], heading: str, facts: list[str], rows: list[list[Button]]
) -> Message | PutOff:
    """The message, or when it is day: it may not have been possible to send it before the night."""
    meeting, now = at
    awake = offer_times.told(meeting.starts, meeting.zone, now)
    if awake > now:
        return PutOff(awake, "night")
    told = "\n".join(filter(None, facts))
    text = rich("{heading}\n\n<b>{title}</b>\n{facts}", heading=heading, title=title(meeting),
                facts=told)  # fmt: skip
    return Message(text, tuple(tuple(row) for row in rows))
