"""Who else comes: numbers for all, names of those who want that, and people without a phone.

Of somebody without a phone only the name is kept, until the meeting is over.
"""

from __future__ import annotations

from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate
from bot.dialogue.meeting_talk.gatherings import closed, coming, title
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import cards, involvement, people, rsvps
from storage.cards import Card
from storage.rsvps import Attendee, Full
from storage.seats import Closed
from storage.transaction import Tx

MOST_OF_A_RESIDENT: Final = 2
"""So many people without a phone may somebody sign up who does not run the meeting."""
PAGE: Final = 30
BUTTONS: Final = 8


@flow("attendees")
def attendees(talk: Talk, tx: Tx, meeting_id: int, skip: int = 0) -> Any:
    """How many come, and the names of those who want the others to know."""
    card = _card(talk, tx, meeting_id)
    if card is None:
        return talk.then("meeting", meeting_id=meeting_id)
    names = involvement.shown_names(tx, meeting_id, limit=PAGE + 1, offset=skip)
    lines = [title(card.meeting), coming(card.coming) or _("Nobody has signed up yet.")]
    if names:
        lines += ["", _("These people want you to know that they come:")]
        lines += [f"• {isolate(name, 60)}" for name in names[:PAGE]]
    elif not skip:
        lines.append(_("Nobody shows their name yet."))
    rows = []
    if len(names) > PAGE:
        rows.append([Button(_("Show more"), entry("attendees", meeting_id, skip + PAGE))])
    if card.comes and card.mine is not None:
        shown = card.mine.shows_name
        text = _("Do not show my name") if shown else _("Show my name to the others")
        rows.append([Button(text, entry("show_name", meeting_id, "no" if shown else "yes"))])
    rows.append([_back(meeting_id)])
    return talk.say("\n".join(lines), *rows)


@flow("show_name")
def show_name(talk: Talk, tx: Tx, meeting_id: int, shown: str) -> Any:
    """Show somebody's name to the others who come, or do not any more."""
    card = _card(talk, tx, meeting_id)
    if card is None or not card.comes or shown not in ("yes", "no"):
        return talk.then("meeting", meeting_id=meeting_id)
    rsvps.show_name(tx, meeting_id, talk.person.id, shown == "yes")
    if shown == "yes":
        talk.say(_("The others can see your name now."))
    else:
        talk.say(_("The others do not see your name any more."))
    return talk.then("attendees", meeting_id=meeting_id)


@flow("someone", title=N_("signing up somebody without a phone"))
def someone(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """Sign up somebody who has no phone, with their name and nothing else."""
    card = _card(talk, tx, meeting_id)
    if card is None or card.why is not None or not (card.welcome or card.manages):
        return talk.then("meeting", meeting_id=meeting_id)
    mine = rsvps.added_by(tx, meeting_id, talk.person.id)
    if len(mine) >= MOST_OF_A_RESIDENT and not card.manages:
        most = _("You have signed up two people already. Ask a human if there are more.")
        return talk.say(most, [Button(_("Ask a human"), entry("ask"))], [_back(meeting_id)])
    if not card.fits_another:
        return talk.say(_no_seat(card), [_back(meeting_id)])
    name = talk.ask(
        "name",
        _(
            "What is the name of the person you sign up? A first name is enough. "
            "I throw it away after the meeting."
        ),
        answers.name(),
    )
    match rsvps.add_without_phone(tx, meeting_id, name, talk.person.id, talk.now):
        case Full():
            return talk.say(_("The last seat has just gone. I am sorry."), [_back(meeting_id)])
        case Closed(why):
            return talk.say(closed(why) or _("That is not possible any more."))
        case _:
            return _added(talk, card, name, len(mine) + 1)


def _no_seat(card: Card) -> str:
    if card.meeting.capacity is not None and card.taken < card.meeting.capacity:
        return _("Others stand in line for the seats that are left. Please ask later.")
    return _("There is no free seat now. Somebody without a phone cannot stand in line.")


def _added(talk: Talk, card: Card, name: str, count: int) -> None:
    said = _(
        "{name} is signed up for {title}. Will you tell them when and where it is? "
        "You find them under “My meetings”."
    )
    rows = []
    if count < MOST_OF_A_RESIDENT or card.manages:
        rows.append([Button(_("Sign up one more"), entry("someone", card.meeting.id))])
    rows.append([Button(_("My meetings"), entry("mymeetings"))])
    talk.say(said.format(name=isolate(name, 60), title=title(card.meeting)), *rows)


@flow("someone_off")
def someone_off(talk: Talk, tx: Tx, meeting_id: int, rsvp_id: int = 0) -> Any:
    """Whom somebody signed up without a phone, and signing them off again."""
    card = _card(talk, tx, meeting_id)
    if card is None:
        return talk.then("meeting", meeting_id=meeting_id)
    mine = rsvps.added_by(tx, meeting_id, talk.person.id)
    chosen = next((one for one in mine if one.rsvp_id == rsvp_id), None)
    if chosen is not None and card.meeting.ends > talk.now:
        rsvps.remove_without_phone(tx, chosen.rsvp_id, talk.now)
        off = _("{name} is signed off.").format(name=isolate(chosen.name, 60))
        return talk.say(off, [Button(_("My meetings"), entry("mymeetings"))])
    if not mine:
        return talk.say(_("You have signed up nobody else for this."), [_back(meeting_id)])
    rows = [[_off(meeting_id, number, one)] for number, one in enumerate(mine[:BUTTONS], 1)]
    more = [Button(_("Sign up one more"), entry("someone", meeting_id))]
    told = _("You signed up these people for {title}. Press a name to sign them off.")
    return talk.say(told.format(title=title(card.meeting)), *rows, more, [_back(meeting_id)])


def _off(meeting_id: int, number: int, one: Attendee) -> Button:
    name = _("{number}. Sign off {name}").format(number=number, name=isolate(one.name, 40))
    return Button(name, entry("someone_off", meeting_id, one.rsvp_id))


def _card(talk: Talk, tx: Tx, meeting_id: int) -> Card | None:
    person = people.find(tx, talk.person.id)
    return cards.of(tx, meeting_id, person, talk.now) if person is not None else None


def _back(meeting_id: int) -> Button:
    return Button(_("Back to the meeting"), entry("meeting", meeting_id))
