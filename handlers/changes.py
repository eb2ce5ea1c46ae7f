"""What changed about a meeting, told to those who count on it, and their answer to that.

The message is written when it goes: what they knew against how it is by then. Who moved the meeting
moved it for everybody, so those who come are asked whether they still can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.dialogue.files.calendars import attached
from bot.dialogue.flow import Rendered, entry, flow, render, tick
from bot.dialogue.language import _, isolate, listed, n_, span, speaking
from bot.dialogue.meeting_talk.gatherings import LONGEST_PLACE, label, title, where
from bot.dialogue.messages import Attachment, Button, Dropped, Message, PutOff, rich, units
from bot.dialogue.talk import Talk
from storage import change_notices, changes, meetings, rsvps, waiting
from storage.change_notices import Night, Notice, Void
from storage.concerned import Standing
from storage.meetings import Answer, Meeting
from storage.rsvps import Closed, Seated
from storage.transaction import Tx

LONGEST_WHY: Final = 600
LONGEST_WITH_FILE: Final = 1024
"""UTF-16 units of a text under a file: the most that a caption of the Bot API has."""
MOST_PLACES: Final = 10
MOST_GUESTS: Final = 3
LONGEST_GUEST: Final = 40

Rows = tuple[tuple[Button, ...], ...]


@tick("changes", seconds=1)
def promise(tx: Tx, now: datetime) -> int:
    """Promise a page of what changed to those who count on it."""
    return changes.promise(tx, now)


@render(changes.RENDERER)
def write(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """What somebody is to know by now; dropped if that is nothing, put off at night."""
    found = change_notices.notice(tx, arguments, now)
    match found:
        case Void(reason):
            return Dropped(reason)
        case Night(until):
            return PutOff(until, "night")
        case Notice():
            with speaking(found.person.language):
                off = found.meeting.is_cancelled
                message = _cancelled(found, now) if off else _changed(tx, found, now)
                return replace(
                    _with_file(message, found, now), about=change_notices.about(found.meeting)
                )


def _with_file(message: Message, notice: Notice, now: datetime) -> Message:
    """With the meeting as it is now for their calendar, in which a file replaces what was there.

    A button in its place where the text is too long to stand under a file.
    """
    if notice.standing in (Standing.LINE, Standing.BRINGS):
        return message
    concerned = notice.places or [notice.meeting]
    first, person = concerned[0].id, notice.person.id
    use = _("Open the file, then your calendar is right again.")
    text = rich("{text}\n{use}", text=message.text, use=use)
    if units(text) > LONGEST_WITH_FILE:
        button = Button(_("The file for my calendar"), entry("calendar", first))
        return replace(message, rows=(*message.rows, (button,)))
    made = attached(first, person, now, _("meeting.ics"))
    if len(concerned) > 1:
        all_of_mine = {"person": person, "now": now.isoformat()}
        made = Attachment("document", _("my-meetings.ics"), "my_calendar", all_of_mine)
    return replace(message, text=text, attachment=made)


# It takes place.


def _changed(tx: Tx, notice: Notice, now: datetime) -> Message:
    meeting = notice.meeting
    text = rich(
        "{heading}\n<b>{title}</b>\n{facts}\n\n{ending}",
        heading=_("This takes place after all:")
        if notice.was.is_cancelled
        else _("This meeting has changed:"),
        title=title(meeting),
        facts="\n".join(_differences(notice, now)),
        ending="\n".join(filter(None, (_ending(tx, notice), _to_tell(notice)))),
    )
    return Message(text, _choices(notice))


def _differences(notice: Notice, now: datetime) -> list[str]:
    """What is different from what they knew; and when it is, if that has stayed the same."""
    was, meeting = notice.was, notice.meeting
    lines = []
    if was.title != meeting.title:
        called = isolate(was.title, LONGEST_PLACE)
        lines.append(_("It used to be called: {title}").format(title=called))
    when = span(meeting.starts, meeting.ends, meeting.zone, now)
    before = span(was.starts, was.ends, was.zone, now)
    if was.zone != meeting.zone:
        when = _("{when} (time in {zone})").format(when=when, zone=meeting.zone)
        before = _("{when} (time in {zone})").format(when=before, zone=was.zone)
    if when != before:
        lines.append(_("New time: {now}\nIt was: {before}").format(now=when, before=before))
    else:
        lines.append(when)
    if was.place != meeting.place:
        old = isolate(was.place, LONGEST_PLACE) if was.place else _("no place yet")
        moved = _("New place: {now}\nIt was: {before}")
        lines.append(moved.format(now=where(meeting), before=old))
    return lines


def _ending(tx: Tx, notice: Notice) -> str:
    """Where they stand, and the question whether they can come as it is now."""
    match notice.standing:
        case Standing.LINE:
            place = waiting.place(tx, notice.meeting.id, notice.person.id)
            if not place:
                return _("You keep your place in line.")
            return _("You keep your place in line: number {place}.").format(place=place)
        case Standing.MAYBE:
            return _("You said: maybe. Will you come?")
        case Standing.YES:
            return _signed_up(tx, notice)
        case Standing.BRINGS:
            return ""


def _to_tell(notice: Notice) -> str:
    """Those whom only this person can tell, because they have no phone."""
    if not notice.brought:
        return ""
    named = [isolate(name, LONGEST_GUEST) for name in notice.brought[:MOST_GUESTS]]
    if len(notice.brought) > MOST_GUESTS:
        named.append(_("others"))
    said = _("You signed up {names}, who has no phone here. Will you tell them?")
    if len(named) > 1:
        said = _("You signed up {names}, who have no phone here. Will you tell them?")
    return said.format(names=listed(named))


def _signed_up(tx: Tx, notice: Notice) -> str:
    mine = rsvps.find(tx, notice.meeting.id, notice.person.id)
    seats = mine.seats if mine is not None else 1
    if notice.asks:
        asked = n_(
            "You are signed up. Can you come then too?",
            "You are signed up for {n} seats. Can you come then too?",
            seats,
        )
        if notice.same_time:
            asked = n_(
                "You are signed up. Can you come there too?",
                "You are signed up for {n} seats. Can you come there too?",
                seats,
            )
        return asked.format(n=seats)
    stays = n_(
        "You are signed up, and that stays so.",
        "You are signed up for {n} seats, and that stays so.",
        seats,
    )
    return stays.format(n=seats)


def _choices(notice: Notice) -> Rows:
    meeting = notice.meeting.id
    off = Button(_("No, sign off"), entry("rsvp", meeting, Answer.NO))
    match notice.standing:
        case Standing.LINE:
            return ((Button(_("Leave the line"), entry("line", meeting, "leave")),),)
        case Standing.MAYBE:
            yes = Button(_("Yes, I am coming"), entry("rsvp", meeting, Answer.YES))
            return ((yes, Button(_("No"), entry("rsvp", meeting, Answer.NO))),)
        case Standing.YES if notice.asks:
            known = entry("still_coming", meeting, notice.meeting.version)
            return ((Button(_("Yes, I can"), known), off),)
        case Standing.YES:
            return ((Button(_("Change or sign off"), entry("rsvp", meeting)),),)
        case Standing.BRINGS:
            return ((Button(_("My meetings"), entry("mymeetings")),),)


@flow("still_coming")
def still_coming(talk: Talk, tx: Tx, meeting_id: int, version: int) -> Any:
    """Yes again, to how a meeting was when they were asked; else they are shown how it is."""
    meeting = meetings.find(tx, meeting_id)
    if meeting is None:
        return talk.then("meeting", meeting_id=meeting_id)
    if meeting.version != version and not meeting.is_cancelled and meeting.starts > talk.now:
        return _asked_again(talk, tx, meeting)
    match rsvps.confirm(tx, meeting_id, talk.person.id, talk.now):
        case Seated():
            return talk.say(
                rich(
                    "{heading}\n<b>{title}</b>\n{when}\n{where}",
                    heading=_("Good, see you then!"),
                    **_as_it_is(talk, meeting),
                ),
                [Button(_("Change or sign off"), entry("rsvp", meeting_id))],
            )
        case Closed() | None:
            return talk.then("meeting", meeting_id=meeting_id)


def _asked_again(talk: Talk, tx: Tx, meeting: Meeting) -> Any:
    mine = rsvps.find(tx, meeting.id, talk.person.id)
    if mine is None or mine.answer != Answer.YES:
        return talk.then("meeting", meeting_id=meeting.id)
    return talk.say(
        rich(
            "{heading}\n<b>{title}</b>\n{when}\n{where}\n\n{question}",
            heading=_("It has changed once more. This is how it is now:"),
            question=_("Can you come then too?"),
            **_as_it_is(talk, meeting),
        ),
        [
            Button(_("Yes, I can"), entry("still_coming", meeting.id, meeting.version)),
            Button(_("No, sign off"), entry("rsvp", meeting.id, Answer.NO)),
        ],
    )


def _as_it_is(talk: Talk, meeting: Meeting) -> dict[str, str]:
    return {
        "title": title(meeting),
        "when": span(meeting.starts, meeting.ends, meeting.zone, talk.now),
        "where": where(meeting),
    }


# It is off.


def _cancelled(notice: Notice, now: datetime) -> Message:
    """That it is off, named as they knew it, and what the organiser says about it."""
    was = notice.was
    facts = [span(was.starts, was.ends, was.zone, now), *_places(notice.places)]
    if notice.why:
        said = _("The organiser says: {why}").format(why=isolate(notice.why, LONGEST_WHY))
        facts += ["", said]
    text = rich(
        "{heading}\n<b>{title}</b>\n{facts}\n\n{ending}",
        heading=_("This day is cancelled, with all its places:")
        if notice.places
        else _("This meeting is cancelled:"),
        title=title(replace(notice.meeting, title=was.title)),
        facts="\n".join(facts),
        ending="\n".join(filter(None, (_over(notice.standing), _to_tell(notice)))),
    )
    return Message(
        text,
        (
            (Button(_("See the meetings"), entry("meetings")),),
            (Button(_("Ask a human"), entry("ask")),),
        ),
    )


def _places(places: Sequence[Meeting]) -> list[str]:
    """What somebody had chosen of a day."""
    return [
        _("You had chosen: {title}").format(title=label(place, 80))
        for place in places[:MOST_PLACES]
    ]


def _over(standing: Standing) -> str:
    match standing:
        case Standing.YES:
            return _("You were signed up. You do not have to do anything.")
        case Standing.LINE:
            return _("You stood in line. That line has ended. You do not have to do anything.")
        case Standing.MAYBE:
            return _("You said: maybe. You do not have to do anything.")
        case Standing.BRINGS:
            return ""
