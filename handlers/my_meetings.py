"""What somebody signed up for or waits for, whom they bring, and what they said no to."""

from __future__ import annotations

from typing import Final

from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate, listed, n_
from bot.dialogue.meeting_talk.gatherings import (
    closed,
    from_until,
    label,
    link_line,
    starts,
    title,
    where,
    yours,
)
from bot.dialogue.messages import Button, rich
from bot.dialogue.talk import Talk
from storage import involvement, line, meetings, rsvps, seats, waiting
from storage.line import Entry
from storage.meetings import COMING, Answer, Meeting
from storage.seats import Rsvp, Why
from storage.transaction import Tx

PAGE: Final = 3
"""Cards a turn: as many messages as a chat takes at once."""
LIST: Final = 8
MOST_NAMES: Final = 5

Rows = list[list[Button]]


@flow(
    "mymeetings",
    command=N_("/mymeetings"),
    about=N_("What you signed up for"),
    words=N_("my meetings, mine"),
)
def mine(talk: Talk, tx: Tx, skip: int = 0) -> None:
    """What this person comes to, waits for or brings somebody to, with ways to change that."""
    found = involvement.mine(tx, talk.person.id, talk.now, limit=PAGE + 1, offset=skip)
    refused = [[_declined()]] if rsvps.declined(tx, talk.person.id, talk.now) else []
    if not found:
        more = _("There are no more meetings.")
        nothing = more if skip else _("You are not signed up for a meeting.")
        return talk.say(nothing, *refused, [_others()])
    said = seats.answers(tx, talk.person.id, [meeting.id for meeting in found])
    for number, meeting in enumerate(found[:PAGE], skip + 1):
        facts, rows = _standing(talk, tx, meeting, said.get(meeting.id), number)
        if number - skip == min(PAGE, len(found)):
            if len(found) > PAGE:
                rows.append([Button(_("Show more"), entry("mymeetings", skip + PAGE))])
            rows += refused
        name = _("{number}. {title}").format(number=number, title=title(meeting))
        told = "\n".join(filter(None, [*_about(talk, tx, meeting), *facts]))
        talk.say(rich("<b>{title}</b>\n{facts}", title=name, facts=told), *rows)
    return None


def _about(talk: Talk, tx: Tx, meeting: Meeting) -> list[str]:
    day = meetings.find(tx, meeting.parent) if meeting.parent is not None else None
    part = _("Part of: {title}").format(title=title(day)) if day is not None else ""
    return [part, from_until(meeting, talk.now), where(meeting)]


def _standing(
    talk: Talk, tx: Tx, meeting: Meeting, answer: Rsvp | None, number: int
) -> tuple[list[str], Rows]:
    """How it stands with one meeting, and what can be done about it."""
    why = seats.closed(meeting, talk.now)
    comes = answer is not None and answer.answer == Answer.YES
    coming = answer if answer is not None and answer.answer in COMING else None
    entered = line.entry(tx, meeting.id, talk.person.id)
    brought = rsvps.added_by(tx, meeting.id, talk.person.id)
    facts, rows = [_mine(coming)], _changes(number, meeting, why) if coming else []
    if entered is not None:
        place = waiting.place(tx, meeting.id, talk.person.id)
        facts.append(_place(talk, meeting, entered, place))
        rows += _line_buttons(number, meeting, entered, why)
    if brought:
        names = [isolate(one.name, 60) for one in brought[:MOST_NAMES]]
        if len(brought) > MOST_NAMES:
            names.append(_("others"))
        facts.append(_("Without a phone: {names}").format(names=listed(names)))
        rows.append([Button(_("Without a phone ({number})").format(number=number),
                            entry("someone_off", meeting.id))])  # fmt: skip
    facts += [closed(why, holds=comes), link_line(meeting, talk.now, comes=comes) if coming else ""]
    if why is None or (meeting.ends > talk.now and not meeting.is_cancelled):
        rows.append([_see(number, meeting)])
    return facts, rows


def _mine(mine: Rsvp | None) -> str:
    if mine is None:
        return ""
    return yours(mine.seats) if mine.answer == Answer.YES else _("You said: maybe.")


def _place(talk: Talk, meeting: Meeting, entered: Entry, place: int | None) -> str:
    if entered.offer_until is None:
        return _("You are number {place} in line.").format(place=place)
    until = talk.when(entered.offer_until, meeting.zone)
    said = n_(
        "There is a seat for you. Say yes or no before {when}.",
        "There are {n} seats for you. Say yes or no before {when}.",
        entered.seats,
    )
    return said.format(n=entered.seats, when=until)


def _changes(number: int, meeting: Meeting, why: Why | None) -> Rows:
    change = Button(_("Change {number}").format(number=number), entry("rsvp", meeting.id))
    label_off = _("Sign off from {number}").format(number=number)
    off = Button(label_off, entry("rsvp", meeting.id, Answer.NO))
    match why:
        case None:
            return [[change, off]]
        case Why.DEADLINE:
            return [[off]]
        case _:
            return []


def _line_buttons(number: int, meeting: Meeting, entered: Entry, why: Why | None) -> Rows:
    if why not in (None, Why.DEADLINE):
        return []
    if entered.offer_until is None:
        leave = _("Leave the line for {number}").format(number=number)
        return [[Button(leave, entry("line", meeting.id, "leave"))]]
    take = _("Yes, I take {number}").format(number=number)
    pass_on = _("No, thank you ({number})").format(number=number)
    return [
        [Button(take, entry("offer", meeting.id, "yes"))],
        [Button(pass_on, entry("offer", meeting.id, "no"))],
    ]


def _see(number: int, meeting: Meeting) -> Button:
    return Button(_("More about {number}").format(number=number), entry("meeting", meeting.id))


@flow("declined")
def declined(talk: Talk, tx: Tx, skip: int = 0) -> None:
    """What is still to come that this person said no to; a press opens it again."""
    found = rsvps.declined(tx, talk.person.id, talk.now)[skip : skip + LIST + 1]
    if not found:
        return talk.say(_("There is nothing here that you said no to."), [_others()])
    lines, rows = [], []
    for number, meeting in enumerate(found[:LIST], skip + 1):
        name = _("{number}. {title}").format(number=number, title=label(meeting, 80))
        lines.append(f"{name}\n{starts(meeting, talk.now)}")
        rows.append([_see(number, meeting)])
    if len(found) > LIST:
        rows.append([Button(_("Show more"), entry("declined", skip + LIST))])
    intro = _("You said no to this. Press a button if you want to come after all.")
    return talk.say("\n\n".join([intro, *lines]), *rows)


def _declined() -> Button:
    return Button(_("What I said no to"), entry("declined"))


def _others() -> Button:
    return Button(_("All meetings"), entry("meetings"))
