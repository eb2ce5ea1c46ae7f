"""Looking back at a meeting, for who runs it: numbers, what people said, and giving notes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.answers_rich import Photo
from bot.dialogue.flow import Rendered, entry, flow, render, tick
from bot.dialogue.language import N_, _, isolate, n_, number, speaking
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.messages import Attachment, Button, Dropped, Message, PutOff, units
from bot.dialogue.talk import Talk
from storage import afterwards, attendance, audit, days, feedback, hosts, meetings, notes
from storage.desk import Skipped
from storage.feedback import Results, Worth
from storage.meetings import Meeting
from storage.notes import Note
from storage.reminder_times import is_night, morning_after
from storage.small_cells import FEWEST
from storage.transaction import Tx

MOST_WITH_PHOTO: Final = 700
"""Units of a text under a photo: with the title above it that fits a caption, which has 1,024."""
MOST: Final = 3000
A_PAGE: Final = 10
"""Words of people on a page; each is cut to a length by which ten fit in a message."""
LONGEST_WORDS: Final = 300
LONGEST_TITLE: Final = 80


@flow("notes")
def look_back(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """How many came, what they thought, and what was given back to them."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    results = feedback.results(tx, meeting.id)
    given = len(notes.of(tx, meeting.id))
    parts = ["\n".join([gatherings.title(meeting), *_numbers(tx, meeting)]), _opinions(results)]
    if given:
        text = n_("You gave something back {n} time.", "You gave something back {n} times.", given)
        parts.append(text.format(n=number(given)))
    has_begun = meeting.starts <= talk.now
    give = [Button(_("Send notes or a photo"), entry("send_notes", meeting.id))]
    read = [Button(_("Read what people said"), entry("said_afterwards", meeting.id))]
    return talk.say(
        "\n\n".join(parts) if has_begun else _("This meeting has yet to begin."),
        give if has_begun else [],
        read if results.may_show and results.with_words else [],
        [back(meeting)],
    )


def _numbers(tx: Tx, meeting: Meeting) -> list[str]:
    parts = [child.id for child in days.children(tx, meeting.id)]
    came = attendance.came(tx, meeting.id, *parts)
    if not came.everybody:
        text = n_("{n} person was expected.", "{n} people were expected.", came.expected)
        nobody = _("Nobody was checked in at the door.")
        return [text.format(n=number(came.expected)), nobody]
    counted = {
        n_("{n} person was there.", "{n} people were there.", came.everybody): came.everybody,
        _("Expected: {n}"): came.expected,
        _("Of those, came: {n}"): came.came,
        _("Stayed away: {n}"): came.no_shows,
        _("Came without signing up: {n}"): came.walk_ins,
    }
    return [text.format(n=number(count)) for text, count in counted.items()]


def _opinions(results: Results) -> str:
    text = n_("{n} person looked back.", "{n} people looked back.", results.answers)
    head = text.format(n=number(results.answers))
    if not results.may_show:
        few = _("I show what they thought from {fewest} answers on.")
        return f"{head}\n{few.format(fewest=FEWEST)}"
    names = {
        Worth.VERY: _("It was very much worth it: {n}"),
        Worth.A_BIT: _("A little: {n}"),
        Worth.NO: _("Not really: {n}"),
    }
    hidden = _("too few to show")
    lines = [
        names[worth].format(n=hidden if count is None else number(count))
        for worth, count in results.counts.items()
    ]
    return "\n".join([head, *lines])


@flow("said_afterwards")
def said(talk: Talk, tx: Tx, meeting_id: int, skip: int = 0) -> None:
    """What people said in their own words, without names, ten at a time."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    found = feedback.words(tx, meeting.id, offset=skip, limit=A_PAGE + 1)
    if not found:
        return talk.say(_("There is nothing to read."), [back(meeting)])
    audit.record(tx, talk.person.id, "meeting.said", f"meeting:{meeting.id}", talk.now)
    lines = [f"· {isolate(words, LONGEST_WORDS)}" for words in found[:A_PAGE]]
    more = Button(_("Read more"), entry("said_afterwards", meeting.id, skip + A_PAGE))
    return talk.say(
        "\n\n".join([_("What people said, without their names:"), *lines]),
        [more] if len(found) > A_PAGE else [],
        [back(meeting)],
    )


# Giving something back.


@flow("send_notes", title=N_("sending notes"))
def send(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """A photo, words or a link, to all who were there; once each."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    if meeting.starts > talk.now:
        return talk.say(_("This meeting has yet to begin."), [back(meeting)])
    photo = talk.ask(
        "photo",
        _("Do you have a photo for them? Send it here, or skip this."),
        answers.photo(),
        optional=True,
    )
    text = _text(talk, photo)
    if not text and photo is None:
        return talk.say(_("Then there is nothing to send."), [back(meeting)])
    count = afterwards.count(tx, meeting.id)
    if not _sure(talk, meeting, text, photo, count):
        return talk.say(_("Fine. I have sent nothing."), [back(meeting)])
    content = (text, photo.file if photo is not None else None)
    sent = notes.give(tx, meeting, content, talk.person.id, talk.now)
    said = _("It is on its way. They can reply to it: that reaches the coordinators.")
    if sent.due > talk.now:
        said = _("I send it {when}.").format(when=talk.when(sent.due, meeting.zone))
    return talk.say(said, [back(meeting)])


def _text(talk: Talk, photo: Photo | None) -> str:
    """The words; they may be left out beside a photo, whose own caption is taken then."""
    most = MOST if photo is None else MOST_WITH_PHOTO
    typed = talk.ask(
        "text",
        _("What do you want to give back? Type it in one message. Links may be in it."),
        answers.text(most=most),
        optional=True,
    )
    text = typed or (photo.caption.strip() if photo is not None else "")
    if units(text) > most:
        talk.say(_("That is too long. Make it shorter, please."))
        talk.again("text")
    return text


def _sure(talk: Talk, meeting: Meeting, text: str, photo: Photo | None, count: int) -> bool:
    talk.say(
        _written(meeting, text),
        attachment=_picture(photo.file) if photo is not None else None,
    )
    asked = n_(
        "This is how {n} person who was there gets it. Shall I send it?",
        "This is how {n} people who were there get it. Shall I send it?",
        count,
    )
    return talk.confirm(
        "send", asked.format(n=number(count)), yes=_("Yes, send it"), no=_("No, send nothing")
    )


def _picture(file: str) -> Attachment:
    return Attachment("photo", "photo.jpg", file=file)


def _written(meeting: Meeting, text: str) -> str:
    about = {"title": isolate(meeting.title, LONGEST_TITLE), "text": isolate(text) if text else ""}
    said = _("From {title}:\n\n{text}") if text else _("From {title}.")
    return said.format(**about)


@tick("notes", seconds=1)
def promise(tx: Tx, now: datetime) -> int:
    """Promise the next page of what is given back."""
    return notes.promise(tx, now)


@render(notes.RENDERER)
def write(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """What is given back, to somebody who was there; by day."""
    wanted = notes.still_wanted(tx, arguments)
    if isinstance(wanted, Skipped):
        return Dropped(wanted.reason)
    note, meeting, person = wanted
    if is_night(now, meeting.zone):
        return PutOff(morning_after(now, meeting.zone), "night")
    with speaking(person.language):
        return _message(note, meeting)


def _message(note: Note, meeting: Meeting) -> Message:
    return Message(
        _written(meeting, note.text),
        attachment=_picture(note.photo) if note.photo else None,
        about=f"meeting_message:{meeting.id}",
    )


@flow("meeting_notes")
def given(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """What was given back, once more, to somebody who was there."""
    meeting = meetings.find(tx, meeting_id)
    found = notes.of(tx, meeting_id)
    if meeting is None or not afterwards.was_there(tx, meeting_id, talk.person.id) or not found:
        return talk.say(_("There is nothing from this meeting."))
    for note in found[-3:]:
        again = _message(note, meeting)
        talk.say(again.text, attachment=again.attachment)
    return None
