"""Who comes to a meeting and who stands in line for it, for its host alone.

Each look leaves a line in the audit. Whoever is taken off is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.dialogue.flow import entry, flow, render
from bot.dialogue.language import N_, _, isolate, n_, number, speaking
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, need_words, refuse, seats, turns
from bot.dialogue.messages import Button, Message
from bot.dialogue.talk import Talk
from storage import attendees, audit, hosts, meetings, offer_times, outbox, people, rsvps, waiting
from storage.attendees import Attendee
from storage.meetings import Meeting
from storage.outbox import Promise
from storage.transaction import Tx
from storage.waiting import Entry, Reason, State, Stuck

A_PAGE: Final = 8
LONG: Final = 30
"""From so many names on, a file is handier than a list."""


@flow("attendee_list")
def attendee_list(talk: Talk, tx: Tx, meeting_id: int, page: int = 1) -> None:
    """The names of those who come, with their seats and needs, eight at a time."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    page = max(page, 1)
    before = (page - 1) * A_PAGE
    found = attendees.attendees(tx, meeting.id, limit=A_PAGE + 1, offset=before)
    if not found:
        return talk.say(_("Nobody has signed up yet."), [back(meeting)])
    audit.record(tx, talk.person.id, "meeting.attendees", f"meeting:{meeting.id}", talk.now)
    shown = list(enumerate(found[:A_PAGE], before + 1))
    come = rsvps.counts(tx, meeting.id)
    head = _("{title}: {seats} taken").format(
        seats=seats(come.seats), title=gatherings.title(meeting)
    )
    if come.yes + come.without_phone > LONG:
        head += "\n" + _("That is a long list. It is handier as a file.")
    last = page + 1 if len(found) > A_PAGE else page
    return talk.say(
        "\n".join([head, "", *(_attendee_line(place, one) for place, one in shown)]),
        *_rows(meeting, shown),
        turns(page, last, "attendee_list", meeting.id),
        [Button(_("Get the list as a file"), entry("attendee_file", meeting.id))],
        [back(meeting)],
    )


def _rows(meeting: Meeting, shown: Sequence[tuple[int, Attendee]]) -> list[list[Button]]:
    """A button for each, two in a row; a label begins with the number that can be typed."""
    made = [
        Button(
            _("{number}. {name}").format(number=place, name=_name(one.name, 24)),
            entry("attendee", meeting.id, one.rsvp_id),
        )
        for place, one in shown
    ]
    return [made[n : n + 2] for n in range(0, len(made), 2)]


def _name(name: str | None, most: int = 60) -> str:
    return isolate(name, most) if name else _("somebody without a name")


def _attendee_line(place: int, one: Attendee) -> str:
    """Name, seats if there are several, and needs."""
    facts = [_name(one.name)]
    if one.seats > 1:
        facts.append(seats(one.seats))
    facts += _needs(one, 80)
    return _("{number}. {facts}").format(number=place, facts=", ".join(facts))


def _needs(one: Attendee, most: int = 500) -> list[str]:
    words = [isolate(" ".join(one.needs_text.split()), most)] if one.needs_text else []
    return [*need_words(one.needs or ()), *words]


@flow("attendee", title=N_("looking at who comes"))
def attendee(talk: Talk, tx: Tx, meeting_id: int, rsvp_id: int) -> None:
    """One sign-up, with the way to take it off the list."""
    meeting, one = _looked_up(talk, tx, meeting_id, rsvp_id)
    if meeting is None or one is None:
        return None
    lines = [_name(one.name), seats(one.seats), *_needs(one)]
    if one.person is None:
        lines.append(_("Somebody else signed them up. I cannot write to them."))
    off = [Button(_("Take off the list"), entry("take_off", meeting.id, one.rsvp_id))]
    open_ = meeting.starts > talk.now and not meeting.is_cancelled
    return talk.say("\n".join(lines), off if open_ else [], [_list(meeting)])


def _looked_up(
    talk: Talk, tx: Tx, meeting_id: int, rsvp_id: int
) -> tuple[Meeting, Attendee] | tuple[None, None]:
    """A sign-up for a meeting that this person runs; where there is none, the truth is said."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        refuse(talk)
        return None, None
    one = attendees.attendee(tx, meeting_id, rsvp_id)
    if one is None:
        talk.say(_("They are not on the list any more."), [_list(meeting)])
        return None, None
    return meeting, one


def _list(meeting: Meeting) -> Button:
    return Button(_("See who comes"), entry("attendee_list", meeting.id))


@flow("take_off", title=N_("taking somebody off the list"))
def take_off(talk: Talk, tx: Tx, meeting_id: int, rsvp_id: int) -> None:
    """Take a sign-up off the list, after asking; the person is told kindly."""
    meeting, one = _looked_up(talk, tx, meeting_id, rsvp_id)
    if meeting is None or one is None:
        return None
    asked = _("Take {name} off the list? Their seat is free then, and I tell them.")
    if one.person is None:
        asked = _("Take {name} off the list? Their seat is free then. I cannot tell them.")
    sure = talk.confirm(
        "sure",
        asked.format(name=_name(one.name)),
        yes=_("Yes, take them off"),
        no=_("No, leave it"),
    )
    if not sure:
        return talk.say(_("Fine. Nothing has changed."), [_list(meeting)])
    if one.person is None:
        rsvps.remove_without_phone(tx, one.rsvp_id, talk.now)
    elif rsvps.withdraw(tx, meeting.id, one.person, talk.now) is not None:
        return talk.say(_("That is not possible any more: it has begun."), [_list(meeting)])
    _note(talk, tx, meeting, one.person)
    return talk.say(_("{name} is off the list.").format(name=_name(one.name)), [_list(meeting)])


def _note(talk: Talk, tx: Tx, meeting: Meeting, person: int | None) -> None:
    """Leave an audit line, and tell the person if there is a chat with them."""
    audit.record(tx, talk.person.id, "meeting.take_off", f"meeting:{meeting.id}", talk.now)
    known = people.find(tx, person) if person is not None else None
    if known is not None and known.id != talk.person.id:
        key = f"taken_off:{meeting.id}:{known.id}:{talk.now.isoformat()}"
        about = {"meeting": meeting.id, "person": known.id}
        due = offer_times.told(meeting.starts, meeting.zone, talk.now)
        promised = Promise(key, known.chat, "taken_off", about, due, meeting.ends)
        outbox.promise(tx, promised, talk.now)


@render("taken_off")
def taken_off(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Message | None:
    """Tell somebody kindly that the host took them off; not if they are on it again."""
    person, meeting = people.find(tx, arguments["person"]), meetings.find(tx, arguments["meeting"])
    if person is None or meeting is None:
        return None
    mine = rsvps.find(tx, meeting.id, person.id)
    if mine is not None and mine.answer == meetings.Answer.YES:
        return None
    with speaking(person.language):
        return Message(
            _(
                "The people who organise {title} have taken you off the list. "
                "Do you think that is a mistake? Ask them."
            ).format(title=gatherings.title(meeting)),
            (
                (Button(_("Ask a human"), entry("ask")),),
                (Button(_("See the meetings"), entry("meetings")),),
            ),
        )


# The line.


@flow("waiting_line")
def waiting_line(talk: Talk, tx: Tx, meeting_id: int, page: int = 1) -> None:
    """Who stands where, which seats are on offer until when, and why nobody moves up."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    page = max(page, 1)
    before = (page - 1) * A_PAGE
    found = waiting.line(tx, meeting.id, A_PAGE + 1, before)
    stuck = _why(talk, meeting, waiting.why_nobody_moved(tx, meeting.id, talk.now))
    if not found:
        return talk.say(_("Nobody is in line."), [back(meeting)])
    audit.record(tx, talk.person.id, "meeting.line", f"meeting:{meeting.id}", talk.now)
    shown = list(enumerate(found[:A_PAGE], before + 1))
    last = page + 1 if len(found) > A_PAGE else page
    head = _("In line for {title}:").format(title=gatherings.title(meeting))
    return talk.say(
        "\n".join([head, "", *(_line(talk, meeting, *one) for one in shown), "", stuck]),
        *(
            [
                Button(
                    _("{number}. Take {name} out of the line").format(
                        number=place, name=_name(one.name, 24)
                    ),
                    entry("take_out", meeting.id, one.person),
                )
            ]
            for place, one in shown
        ),
        turns(page, last, "waiting_line", meeting.id),
        [back(meeting)],
    )


def _line(talk: Talk, meeting: Meeting, place: int, one: Entry) -> str:
    known = {"number": place, "name": _name(one.name), "seats": seats(one.seats)}
    if one.state == State.OFFERED and one.offer_until is not None:
        until = talk.when(one.offer_until, meeting.zone)
        return _("{number}. {name}, {seats}: on offer until {when}").format(**known, when=until)
    since = talk.when(one.joined, meeting.zone)
    return _("{number}. {name}, {seats}, since {when}").format(**known, when=since)


def _why(talk: Talk, meeting: Meeting, stuck: Stuck) -> str:
    """Why nobody moves up now, in words."""
    match stuck.reason:
        case Reason.CLOSED:
            return _("Nobody moves up any more: it has begun, is cancelled or is not open.")
        case Reason.NOBODY_WAITS:
            return _("Nobody waits.")
        case Reason.SOON:
            return _("The next in line hears in a moment.")
        case Reason.OFFERED:
            until = talk.when(stuck.until, meeting.zone) if stuck.until is not None else ""
            said = _("Nobody else moves up: {name} can take the free seats until {when}.")
            return said.format(name=_name(stuck.name), when=until)
        case Reason.PARTY_TOO_BIG:
            said = n_(
                "{n} seat is free, but the next in line needs {seats}. Nobody goes before them.",
                "{n} seats are free, but the next in line needs {seats}. Nobody goes before them.",
                stuck.free,
            )
            return said.format(n=number(stuck.free), seats=number(stuck.seats))
        case Reason.NO_SEAT:
            return _("Nobody moves up, because no seat is free.")


@flow("take_out", title=N_("taking somebody out of the line"))
def take_out(talk: Talk, tx: Tx, meeting_id: int, person_id: int) -> None:
    """Take somebody out of the line, after asking; they are told."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    line = [Button(_("See the line"), entry("waiting_line", meeting.id))]
    one = waiting.entry(tx, meeting.id, person_id)
    if one is None:
        return talk.say(_("They are not in line any more."), line)
    known = people.find(tx, person_id)
    name = _name(one.name or (known.name if known is not None else None))
    asked = _("Take {name} out of the line? I tell them.").format(name=name)
    if not talk.confirm("sure", asked, yes=_("Yes, take them out"), no=_("No, leave it")):
        return talk.say(_("Fine. Nothing has changed."), line)
    waiting.leave(tx, meeting.id, person_id, talk.now)
    _note(talk, tx, meeting, person_id)
    return talk.say(_("{name} is out of the line.").format(name=name), line)
