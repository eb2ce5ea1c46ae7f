"""Meetings: what is coming up, and one of them in full.

Nobody has to join for this. Who is new here reads first who is behind the bot.
"""

from __future__ import annotations

from typing import Final

from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.introduction import introduction
from bot.dialogue.language import N_, _, isolate, n_
from bot.dialogue.meeting_talk.gatherings import (
    LINE,
    LONGEST_TEXT,
    closed,
    coming,
    from_until,
    in_line,
    link_line,
    map_button,
    not_for_you,
    seats_left,
    spoken_there,
    title,
    where,
    who_may_come,
    yours,
)
from bot.dialogue.messages import Button, rich
from bot.dialogue.talk import Talk
from storage import attendance, cards, days, meetings, people, said, seats, settings
from storage.cards import Card
from storage.meetings import Answer, Kind, Meeting
from storage.people import Person
from storage.seats import Rsvp, Why
from storage.transaction import Tx

PAGE: Final = 3
"""Cards a turn: as many messages as a chat takes at once."""

Rows = list[list[Button]]


@flow(
    "meetings",
    command=N_("/meetings"),
    about=N_("What is coming up, and signing up"),
    words=N_("meetings, meeting"),
)
def upcoming(talk: Talk, tx: Tx, skip: int = 0) -> None:
    """A card for each meeting that is coming, three at a time; a day is one of them."""
    found = meetings.upcoming(tx, talk.now, PAGE + 1, skip)
    if not found:
        nothing = _("There are no more meetings.") if skip else _("No meetings are planned now.")
        return talk.say(nothing, [Button(_("Menu"), entry("home"))])
    if not skip:
        talk.say(_("This is coming up. Press a button to read more and to sign up."))
    taken = seats.taken(tx, [meeting.id for meeting in found])
    said = seats.answers(tx, talk.person.id, taken)
    for number, meeting in enumerate(found[:PAGE], skip + 1):
        more = Button(_("More about {number}").format(number=number), entry("meeting", meeting.id))
        rows = [[more]]
        if number - skip == PAGE < len(found):
            rows.append([Button(_("Show more"), entry("meetings", skip + PAGE))])
        name = _("{number}. {title}").format(number=number, title=title(meeting))
        facts = [from_until(meeting, talk.now), where(meeting)]
        if meeting.kind == Kind.DAY:
            facts[1:] = [_places(tx, meeting)]
        facts += [seats_left(meeting, taken[meeting.id]), _answer(said.get(meeting.id))]
        _say(talk, name, facts, rows)
    return None


@flow("meeting", link="meeting")
def whole(talk: Talk, tx: Tx, meeting_id: int) -> Then | None:
    """Everything about one meeting, with what this person can do about it now."""
    person = people.find(tx, talk.person.id)
    assert person is not None
    if not (person.is_member or said.recent(tx, person.chat, 4)):
        platform = settings.platform(tx)
        talk.say(introduction(platform.name, platform.about))
    card = cards.of(tx, meeting_id, person, talk.now)
    if card is None:
        talk.say(_("I do not know that meeting."), [_others()])
        return None
    if card.meeting.kind == Kind.DAY:
        return talk.then("day", day_id=meeting_id)
    facts = [_preview(talk, card), *_about(talk, card), *_state(talk, card, person)]
    rows = [*_choices(talk, card, person), *_more(talk, card), _elsewhere(card)]
    _say(talk, title(card.meeting), facts, rows)
    return None


def _say(talk: Talk, name: str, facts: list[str], rows: Rows) -> None:
    said = "\n".join(filter(None, facts)).rstrip()
    talk.say(rich("<b>{title}</b>\n{facts}", title=name, facts=said), *rows)


def _places(tx: Tx, day: Meeting) -> str:
    count = days.count_places(tx, day)
    return n_("{n} place takes part.", "{n} places take part.", count).format(n=count)


def _preview(talk: Talk, card: Card) -> str:
    if card.visible:
        return ""
    publishes = card.meeting.publishes
    if publishes is not None and publishes > talk.now:
        from_when = talk.when(publishes, card.meeting.zone)
        return _("Others see this from {when}.").format(when=from_when) + "\n"
    return _("This is a draft. Others do not see it yet.") + "\n"


def _about(talk: Talk, card: Card) -> list[str]:
    """What is fixed: of which day, when, where, with whom, and what it is about."""
    meeting = card.meeting
    facts = [from_until(meeting, talk.now), where(meeting)]
    if card.day is not None:
        facts.insert(0, _("Part of: {title}").format(title=title(card.day)))
    if meeting.accessibility:
        facts.append(_("Access: {text}").format(text=isolate(meeting.accessibility, 300)))
    if meeting.host_name:
        facts.append(_("Contact: {name}").format(name=isolate(meeting.host_name, 60)))
    if meeting.text:
        facts.append(f"\n{isolate(meeting.text, LONGEST_TEXT)}\n")
    return facts


def _state(talk: Talk, card: Card, person: Person) -> list[str]:
    """How it stands now: who comes, what is left, and what this person has to do with it."""
    meeting, facts = card.meeting, []
    if card.is_open:
        facts += [coming(card.coming), seats_left(meeting, card.taken), in_line(card.line)]
        if meeting.deadline is not None:
            until = talk.when(meeting.deadline, meeting.zone)
            facts.append(_("You can sign up until {when}.").format(when=until))
        facts.append(spoken_there(meeting, talk.person.language))
        if card.welcome:
            facts.append(who_may_come(meeting.audience))
        else:
            facts.append(not_for_you(meeting.audience, person))
    if card.elsewhere is not None:
        at = _("You are signed up for {title}, at another place.")
        facts.append(at.format(title=title(card.elsewhere)))
    if card.is_open and card.mine is not None and card.mine.answer == Answer.NO:
        facts.append(_("You said: no."))
    facts += [closed(card.why, holds=card.comes), _answer(card.mine), _line(talk, card)]
    return [*facts, link_line(meeting, talk.now, comes=card.comes)]


def _answer(mine: Rsvp | None) -> str:
    if mine is None or mine.answer == Answer.NO:
        return ""
    return yours(mine.seats) if mine.answer == Answer.YES else _("You said: maybe.")


def _line(talk: Talk, card: Card) -> str:
    if card.entry is None:
        return ""
    if card.entry.offer_until is None:
        return _("You are number {place} in line.").format(place=card.place)
    until = talk.when(card.entry.offer_until, card.meeting.zone)
    said = n_(
        "There is a seat for you. Say yes or no before {when}.",
        "There are {n} seats for you. Say yes or no before {when}.",
        card.entry.seats,
    )
    return said.format(n=card.entry.seats, when=until)


def _choices(talk: Talk, card: Card, person: Person) -> Rows:
    """What can be answered now, each in one press."""
    meeting = card.meeting
    off = Button(_("Sign off"), entry("rsvp", meeting.id, Answer.NO))
    if card.why is Why.DEADLINE and not card.offered:
        holds = card.mine is not None and card.mine.answer != Answer.NO
        leave = [_leave(meeting)] if card.entry is not None else []
        return [[off]] if holds else [leave or [Button(_("Ask a human"), entry("ask"))]]
    if card.why not in (None, Why.DEADLINE):
        return []
    maybe = Button(_("Maybe"), entry("rsvp", meeting.id, Answer.MAYBE))
    if card.offered:
        take = Button(_("Yes, I take it"), entry("offer", meeting.id, "yes"))
        return [[take], [Button(_("No, thank you"), entry("offer", meeting.id, "no"))]]
    if card.comes:
        change = Button(_("Change how many"), entry("rsvp", meeting.id, Answer.YES))
        return [[change], [maybe, off]]
    said = card.mine.answer if card.mine is not None else None
    said_maybe = said == Answer.MAYBE
    if not (card.welcome or said_maybe or card.entry):
        return [_yes(talk, card, person)]
    rest = off if said_maybe else Button(_("No"), entry("rsvp", meeting.id, Answer.NO))
    if card.entry is not None:
        return [[_leave(meeting)]]
    others = {Answer.MAYBE: [rest], Answer.NO: [maybe]}.get(Answer(said)) if said else None
    return [_yes(talk, card, person), others or [maybe, rest]]


def _yes(talk: Talk, card: Card, person: Person) -> list[Button]:
    """The first button: to come, to wait, to move, or to belong first."""
    meeting = card.meeting
    if not card.welcome:
        if not person.is_member:
            return [Button(_("Become a member"), entry("join", f"meeting-{meeting.id}"))]
        return [Button(_("Ask a human"), entry("ask"))]
    if card.elsewhere is not None:
        move = _("Stand in line") if card.must_wait else _("Move to this place")
        return [Button(move, entry("move", meeting.id))]
    if card.must_wait:
        return [Button(_("Stand in line"), entry("rsvp", meeting.id, LINE))]
    return [Button(_("Yes, I am coming"), entry("rsvp", meeting.id, Answer.YES))]


def _leave(meeting: Meeting) -> Button:
    return Button(_("Leave the line"), entry("line", meeting.id, "leave"))


def _more(talk: Talk, card: Card) -> Rows:
    """What else there is: the calendar, the map, who comes, somebody without a phone."""
    meeting, is_open = card.meeting, card.is_open
    calendar = [Button(_("Put it in my calendar"), entry("calendar", meeting.id))]
    rows = [
        _code(talk, card),
        calendar if is_open else [],
        map_button(meeting) if card.why != Why.OVER else [],
    ]
    if is_open:
        if card.coming:
            rows.append([Button(_("Who is coming"), entry("attendees", meeting.id))])
        if card.fits_another and (card.welcome or card.manages):
            someone = _("Sign up somebody without a phone")
            rows.append([Button(someone, entry("someone", meeting.id))])
    if card.manages:
        rows.append([Button(_("Manage this"), entry("manage_meeting", meeting.id))])
    return rows


def _code(talk: Talk, card: Card) -> list[Button]:
    """From a day before, the code by which somebody is let in."""
    if not (card.comes and card.meeting.place and attendance.has_codes(card.meeting, talk.now)):
        return []
    return [Button(_("My code for the door"), entry("my_code", card.meeting.id))]


def _elsewhere(card: Card) -> list[Button]:
    if card.day is not None:
        return [Button(_("Back to the whole day"), entry("meeting", card.day.id))]
    return [_others()]


def _others() -> Button:
    return Button(_("All meetings"), entry("meetings"))
