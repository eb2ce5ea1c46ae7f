"""Signing up for a meeting, changing that, and signing off.

Whoever cannot sign up gets the meeting's own card, which says why and what is possible.
"""

from __future__ import annotations

from typing import Any

from bot.dialogue import answers
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, n_
from bot.dialogue.meeting_talk.gatherings import LINE, in_line, label, starts, title
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import cards, days, people, rsvps, seats
from storage.cards import Card
from storage.meetings import COMING, Answer
from storage.people import Person
from storage.rsvps import MOST_SEATS, Closed, Full, Party, Seated, Waiting, Why
from storage.transaction import Tx


@flow("rsvp", title=N_("signing up for a meeting"))
def rsvp(talk: Talk, tx: Tx, meeting_id: int, answer: str = "") -> Any:
    """Yes with a number of people, maybe, or no; `answer` is what a button said already.

    It may also be `line`: yes, and knowing that one has to wait.
    """
    person = _person(talk, tx)
    card = cards.of(tx, meeting_id, person, talk.now)
    if card is None or not _can_answer(card, answer):
        return talk.then("meeting", meeting_id=meeting_id)
    coming = answer if answer in (*Answer, LINE) else _coming(talk, card)
    if coming in (Answer.NO, Answer.MAYBE):
        return _not_yes(talk, tx, card, coming)
    if coming == "needs":
        return talk.then("needs", meeting_id=meeting_id)
    if elsewhere := _elsewhere(talk, card):
        return elsewhere
    party = _party(talk, tx, card, waits=coming == LINE)
    if party is None:
        return _rather_not(talk, card)
    match rsvps.claim(tx, meeting_id, party, talk.now):
        case Seated(_seats, left_place):
            known = {"left_place": left_place or 0, "again": int(card.comes)}
            return talk.then("signed_up", meeting_id=meeting_id, **known)
        case Waiting():
            return talk.then("line", meeting_id=meeting_id, what="joined")
        case Full() | Closed():
            return _too_late(talk, card)


def _not_yes(talk: Talk, tx: Tx, card: Card, answer: str) -> Any:
    return _sign_off(talk, tx, card) if answer == Answer.NO else _note_maybe(talk, tx, card)


def _person(talk: Talk, tx: Tx) -> Person:
    person = people.find(tx, talk.person.id)
    assert person is not None  # the turn found this person
    return person


def _can_answer(card: Card, answer: str) -> bool:
    """After the deadline all that is left is signing off."""
    holds = card.mine is not None and card.mine.answer in COMING
    return card.why is None or (card.why is Why.DEADLINE and holds and answer == Answer.NO)


def _elsewhere(talk: Talk, card: Card) -> Any:
    """Where a yes leads that is no new sign-up: an offer, a place in line, a move, the card."""
    meeting = card.meeting.id
    if card.offered:
        return talk.then("offer", meeting_id=meeting, answer="yes")
    if card.entry is not None or not (card.comes or card.welcome):
        return talk.then("meeting", meeting_id=meeting)
    if card.elsewhere is not None and not card.comes:
        return talk.then("move", meeting_id=meeting)
    return None


def _coming(talk: Talk, card: Card) -> str:
    asked = _("{title}\n{when}\n\nWill you come?")
    options = {"yes": _("Yes, I am coming"), "maybe": _("Maybe"), "no": _("No")}
    if card.comes:
        options = {
            "yes": _("Change how many"),
            "needs": _("Say what I need"),
            "maybe": _("Maybe"),
            "no": _("Sign off"),
        }
        asked = _("{title}\n{when}\n\nYou are signed up. What do you want to change?")
    elif card.must_wait:
        options = {LINE: _("Stand in line"), "maybe": _("Maybe"), "no": _("No")}
        asked = _("{title}\n{when}\n\nAll seats are taken. What do you want?")
    about = {"title": title(card.meeting), "when": starts(card.meeting, talk.now)}
    return talk.choose("coming", asked.format(**about), options)


def _party(talk: Talk, tx: Tx, card: Card, *, waits: bool) -> Party | None:
    """Who wants how many seats; None if they would have to wait, and rather do not."""
    if not waits and card.must_wait:
        if not _wants_to_wait(talk, "line", _full(card)):
            return None
        waits = True
    wanted = _how_many(talk, card, waits=waits)
    if not waits and card.left is not None and wanted > card.left:
        fits = n_(
            "Only {n} seat is left now. Do you want to wait in line for {seats}?",
            "Only {n} seats are left now. Do you want to wait in line for {seats}?",
            card.left,
        ).format(n=card.left, seats=wanted)
        if not _wants_to_wait(talk, "party", fits):
            return None
    return Party(talk.person.id, wanted, _name(talk, tx, card))


def _full(card: Card) -> str:
    facts = [_("All seats of {title} are taken.").format(title=title(card.meeting))]
    facts += [in_line(card.line), _("If a seat comes free, I offer it to the first in line.")]
    facts.append(_("Do you want to stand in line?"))
    return "\n".join(filter(None, facts))


def _wants_to_wait(talk: Talk, key: str, asked: str) -> bool:
    return talk.confirm(key, asked, yes=_("Yes, put me in line"), no=_("No, thank you"))


def _how_many(talk: Talk, card: Card, *, waits: bool) -> int:
    left, capacity = card.left, card.meeting.capacity
    most = MOST_SEATS if capacity is None else max(1, min(capacity, MOST_SEATS))
    if card.comes and left is not None:
        most = max(1, min(left, MOST_SEATS))
    if most == 1 and not card.comes:
        return 1
    text = _("How many people come in all, you included?")
    if left is not None and left <= MOST_SEATS and not waits:
        text = n_(
            "{n} seat is left. How many people come in all, you included?",
            "{n} seats are left. How many people come in all, you included?",
            left,
        ).format(n=left)
    numbers = {str(n): str(n) for n in range(1, most + 1)}
    return int(talk.choose("seats", text, numbers, columns=MOST_SEATS))


def _name(talk: Talk, tx: Tx, card: Card) -> str | None:
    """A visitor's name for this meeting alone; a member's is known.

    What they are called at another place of the day can be pressed.
    """
    if talk.person.state == people.State.MEMBER and talk.person.name:
        return None
    if card.mine is not None and card.mine.name:
        return card.mine.name
    return talk.ask(
        "name",
        _("What is your name? Only the people who organise this meeting see it."),
        answers.name(),
        suggestions=_known_as(talk, tx, card),
    )


def _known_as(talk: Talk, tx: Tx, card: Card) -> list[str]:
    there = days.place_of(tx, card.day.id, talk.person.id) if card.day is not None else None
    said = seats.find(tx, there.id, talk.person.id) if there is not None else None
    return [said.name] if said is not None and said.name else []


def _rather_not(talk: Talk, card: Card) -> None:
    talk.say(
        _("Fine. You are not in line. You can still change your mind."),
        [Button(_("Maybe"), entry("rsvp", card.meeting.id, Answer.MAYBE))],
        [Button(_("See: {title}").format(title=label(card.meeting)),
                entry("meeting", card.meeting.id))],
    )  # fmt: skip


def _note_maybe(talk: Talk, tx: Tx, card: Card) -> Any:
    meeting = card.meeting
    if rsvps.maybe(tx, meeting.id, talk.person.id, talk.now) is not None:
        return _too_late(talk, card)
    noted = _("I have noted that you may come to {title}.")
    if meeting.capacity is not None:
        noted = _("I have noted that you may come to {title}. No seat is kept for you.")
    return talk.say(
        noted.format(title=title(meeting)),
        [Button(_("Yes, I am coming"), entry("rsvp", meeting.id, Answer.YES))],
        [Button(_("My meetings"), entry("mymeetings"))],
    )


def _sign_off(talk: Talk, tx: Tx, card: Card) -> Any:
    meeting = card.meeting
    if rsvps.withdraw(tx, meeting.id, talk.person.id, talk.now) is not None:
        return _too_late(talk, card)
    signed_off = _("You are signed off from {title}. Thank you for telling me.")
    noted = _("I have noted that you do not come to {title}.")
    said = signed_off if card.mine is not None or card.entry is not None else noted
    return talk.say(
        said.format(title=title(meeting)),
        [Button(_("I am coming after all"), entry("rsvp", meeting.id, Answer.YES))],
        [Button(_("My meetings"), entry("mymeetings"))],
        [Button(_("All meetings"), entry("meetings"))],
    )


def _too_late(talk: Talk, card: Card) -> Any:
    """Things changed while we talked: say so, and show how they are now."""
    talk.say(_("That is not possible any more. This is how it is now:"))
    return talk.then("meeting", meeting_id=card.meeting.id)
