"""Meetings: what is coming up, one of them in full, and what somebody signed up for.

Nobody has to join for this. The link of an online meeting is for those who signed up alone, and
from half an hour before the start.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, clock_time, isolate, listed, n_, native_name
from bot.dialogue.messages import Button, rich
from bot.dialogue.talk import Talk
from storage import meetings, rsvps
from storage.meetings import Answer, Meeting
from storage.rsvps import Rsvp, Why
from storage.transaction import Tx

PAGE: Final = 3
"""Cards a turn: as many messages as a chat takes at once."""
FEW: Final = 5
"""So many seats left are worth saying."""
LINK_BEFORE: Final = timedelta(minutes=30)
LONGEST_TITLE, LONGEST_PLACE, LONGEST_TEXT = 150, 200, 1200


@flow(
    "meetings",
    command=N_("/meetings"),
    about=N_("What is coming up, and signing up"),
    words=N_("meetings, meeting, agenda"),
)
def upcoming(talk: Talk, tx: Tx, skip: int = 0) -> None:
    """A card for each meeting that is coming, three at a time."""
    found = meetings.upcoming(tx, talk.now, PAGE + 1, skip)
    if not found:
        nothing = _("There are no more meetings.") if skip else _("No meetings are planned now.")
        return talk.say(nothing, [_to_menu()])
    if not skip:
        talk.say(_("This is coming up. Press a button to read more and to sign up."))
    seats = rsvps.taken(tx, [meeting.id for meeting in found])
    said = rsvps.answers(tx, talk.person.id, seats)
    for number, meeting in enumerate(found[:PAGE], skip + 1):
        lines = [_seats(meeting, seats[meeting.id]), _mine(said.get(meeting.id))]
        more = Button(_("More about {number}").format(number=number), entry("meeting", meeting.id))
        _card(
            talk, meeting, lines, [[more], *_next(found, number - skip, "meetings", skip)], number
        )
    return None


@flow("meeting", link="meeting")
def whole(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """Everything about one meeting, with what this person can do about it now."""
    meeting = meetings.find(tx, meeting_id)
    if meeting is None:
        return talk.say(_("I do not know that meeting."), [_others()])
    taken = rsvps.taken(tx, [meeting.id])[meeting.id]
    mine = rsvps.find(tx, meeting.id, talk.person.id)
    why = rsvps.closed(meeting, talk.now)
    lines = [*_open_lines(talk, meeting, taken), _languages(talk, meeting)] if why is None else []
    lines += [_closed(talk, meeting, why), _mine(mine), _link(talk, meeting, mine)]
    is_full = meeting.capacity is not None and taken >= meeting.capacity
    if meeting.text:
        lines.insert(0, f"\n{isolate(meeting.text, LONGEST_TEXT)}\n")
    return _card(talk, meeting, lines, [*_choices(meeting, mine, why, is_full), [_others()]])


@flow(
    "mymeetings",
    command=N_("/mymeetings"),
    about=N_("What you signed up for"),
    words=N_("my meetings, mine"),
)
def mine(talk: Talk, tx: Tx, skip: int = 0) -> None:
    """What this person said yes or maybe to and is not over, with ways to change that."""
    found = meetings.of_person(tx, talk.person.id, talk.now, limit=PAGE + 1, offset=skip)
    if not found:
        more = _("There are no more meetings.")
        nothing = more if skip else _("You are not signed up for a meeting.")
        return talk.say(nothing, [_others()])
    said = rsvps.answers(tx, talk.person.id, [meeting.id for meeting in found])
    for number, meeting in enumerate(found[:PAGE], skip + 1):
        answer, why = said[meeting.id], rsvps.closed(meeting, talk.now)
        lines = [_mine(answer), _closed(talk, meeting, why), _link(talk, meeting, answer)]
        rows = [_changes(number, meeting, why), *_next(found, number - skip, "mymeetings", skip)]
        _card(talk, meeting, lines, rows, number)
    return None


def _card(
    talk: Talk, meeting: Meeting, lines: list[str], rows: list[list[Button]], number: int = 0
) -> None:
    title = isolate(meeting.title, LONGEST_TITLE)
    if number:
        title = _("{number}. {title}").format(number=number, title=title)
    facts = [_when(talk, meeting), _place(meeting), *filter(None, lines)]
    talk.say(rich("<b>{title}</b>\n{facts}", title=title, facts="\n".join(facts).rstrip()), *rows)


def _when(talk: Talk, meeting: Meeting) -> str:
    same_day = meeting.wall_start[:10] == meeting.wall_end[:10]
    ends = (
        clock_time(meeting.ends, meeting.zone)
        if same_day
        else talk.when(meeting.ends, meeting.zone)
    )
    return _("{start} to {end}").format(start=talk.when(meeting.starts, meeting.zone), end=ends)


def _place(meeting: Meeting) -> str:
    if not meeting.place:
        return _("Online") if meeting.link else _("The place will follow.")
    place = isolate(meeting.place, LONGEST_PLACE)
    return _("{place}, or online").format(place=place) if meeting.link else place


def _seats(meeting: Meeting, taken: int) -> str:
    if meeting.capacity is None or meeting.capacity - taken > FEW:
        return ""
    left = meeting.capacity - taken
    return n_("{n} seat left.", "{n} seats left.", left).format(n=left) if left > 0 else _("Full.")


def _mine(mine: Rsvp | None) -> str:
    match mine.answer if mine else Answer.NO:
        case Answer.YES:
            seats = mine.seats if mine else 0
            said = n_("You are signed up.", "You are signed up for {n} seats.", seats)
            return said.format(n=seats)
        case Answer.MAYBE:
            return _("You said: maybe.")
        case _:
            return ""


def _open_lines(talk: Talk, meeting: Meeting, taken: int) -> list[str]:
    coming = n_("{n} person is coming.", "{n} people are coming.", taken).format(n=taken)
    until = ""
    if meeting.deadline is not None:
        when = talk.when(meeting.deadline, meeting.zone)
        until = _("You can sign up until {when}.").format(when=when)
    return [coming if taken else "", _seats(meeting, taken), until]


def _languages(talk: Talk, meeting: Meeting) -> str:
    if talk.person.language in meeting.languages or not meeting.languages:
        return ""
    spoken = listed(native_name(code) for code in meeting.languages)
    return _("Language: {languages}").format(languages=spoken)


def _closed(talk: Talk, meeting: Meeting, why: Why | None) -> str:
    match why:
        case Why.CANCELLED:
            return _("This meeting is cancelled.")
        case Why.BEGUN:
            return _("This meeting has begun.")
        case Why.OVER:
            return _("This meeting is over.")
        case Why.DEADLINE:
            return _("It is too late to sign up now. Ask a human if you want to come.")
        case None:
            return ""


def _link(talk: Talk, meeting: Meeting, mine: Rsvp | None) -> str:
    """The link itself for who may see it now; otherwise when it will be here."""
    if not meeting.link or meeting.is_cancelled or meeting.ends <= talk.now:
        return ""
    if mine is None or mine.answer != Answer.YES:
        return _("Whoever signs up sees the link here half an hour before the start.")
    if talk.now < meeting.starts - LINK_BEFORE:
        return _("The link will be here half an hour before the start.")
    return _("This is the link: {link}").format(link=meeting.link)


def _choices(
    meeting: Meeting, mine: Rsvp | None, why: Why | None, is_full: bool
) -> list[list[Button]]:
    """What can be answered now, each in one press."""
    said = mine.answer if mine else Answer.NO
    yes = Button(_("Yes, I am coming"), entry("rsvp", meeting.id, Answer.YES))
    more = Button(_("Change how many"), entry("rsvp", meeting.id, Answer.YES))
    maybe = Button(_("Maybe"), entry("rsvp", meeting.id, Answer.MAYBE))
    off = Button(_("Sign off"), entry("rsvp", meeting.id, Answer.NO))
    if why is Why.DEADLINE:
        return [[off]] if said != Answer.NO else [[Button(_("Ask a human"), entry("ask"))]]
    if why is not None:
        return []
    if said == Answer.YES:
        return [[more], [maybe, off]]
    return [[] if is_full else [yes], [off] if said == Answer.MAYBE else [maybe]]


def _changes(number: int, meeting: Meeting, why: Why | None) -> list[Button]:
    change = Button(_("Change {number}").format(number=number), entry("rsvp", meeting.id))
    off = Button(
        _("Sign off from {number}").format(number=number), entry("rsvp", meeting.id, Answer.NO)
    )
    match why:
        case None:
            return [change, off]
        case Why.DEADLINE:
            return [off]
        case _:
            return []


def _next(found: list[Meeting], nth: int, name: str, skip: int) -> list[list[Button]]:
    """Under the last card of a page, the way to the page after it."""
    if nth < PAGE or len(found) <= PAGE:
        return []
    return [[Button(_("Show more"), entry(name, skip + PAGE))]]


def _others() -> Button:
    return Button(_("All meetings"), entry("meetings"))


def _to_menu() -> Button:
    return Button(_("Menu"), entry("home"))
