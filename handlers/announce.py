"""Where writing to many begins: drafts to go on with, what waits, a new one; and a look at whom.

Writing itself is the flow `compose`. A draft is nobody's own: any coordinator may go on with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from bot.dialogue.announcing import drafted, progress
from bot.dialogue.announcing.audience_questions import audience_of
from bot.dialogue.announcing.letter import first_words
from bot.dialogue.announcing.summary import asked_of
from bot.dialogue.files.spreadsheets import spreadsheet
from bot.dialogue.flow import Then, entry, flow, make_file, render
from bot.dialogue.language import N_, _, isolate, native_name, speaking, spoken
from bot.dialogue.messages import Attachment, Button, Message
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import announcements, audience, audit, drafts, meetings, people
from storage.announcements import Announcement, State
from storage.audience import Audience, Somebody
from storage.transaction import Tx

MOST_DRAFTS: Final = 3
MOST_WAITING: Final = 2
LOOKED_THROUGH: Final = 30
A_PAGE: Final = 10
MOST_IN_A_FILE: Final = 100_000


@flow(
    "announce",
    command=N_("/announce"),
    about=N_("write to many people"),
    words=N_("announce, write to many, new message"),
    role="coordinator",
)
def announce(talk: Talk, tx: Tx, fresh: int = 0) -> Then | None:
    """What I was writing, what waits for somebody, or something new."""
    mine = announcements.drafts(tx, talk.person.id, LOOKED_THROUGH)
    begun = [one for one in mine if drafts.answers(tx, one.id)]
    waiting = [one for one in announcements.overview(tx, LOOKED_THROUGH) if _waits(one)]
    if fresh or not (begun or waiting):
        blank = next((one.id for one in mine if one not in begun), None)
        number_of = blank or announcements.new(tx, talk.person.id, talk.now)
        return talk.then("compose", announcement_id=number_of)
    lines, rows = [], []
    for at, one in enumerate(begun[:MOST_DRAFTS], 1):
        title = _named(tx, one)
        lines.append(_("{number}. A draft: {title}").format(number=at, title=title))
        rows.append(
            [
                Button(_("Go on with {number}").format(number=at), entry("compose", one.id)),
                Button(
                    _("Throw {number} away").format(number=at), entry("drop_announcement", one.id)
                ),
            ]
        )
    for at, one in enumerate(waiting[:MOST_WAITING], len(lines) + 1):
        lines.append(_waiting(at, one))
        look = _("Look at {number}").format(number=at)
        rows.append([Button(look, entry("announcement", one.id))])
    talk.say(
        "\n".join(lines),
        *rows,
        [Button(_("Write a new one"), entry("announce", 1))],
        [Button(_("All messages"), entry("announcements"))],
    )
    return None


def _waits(one: Announcement) -> bool:
    return one.state in (State.ASKED, State.PLANNED)


def _waiting(at: int, one: Announcement) -> str:
    said = _("{number}. Waits for a colleague: {title}")
    if one.state == State.PLANNED:
        said = _("{number}. Planned: {title}")
    return said.format(number=at, title=progress.title(first_words(one.content)))


def _named(tx: Tx, one: Announcement) -> str:
    answers = drafts.answers(tx, one.id)
    return drafted.named(one.content, answers, partial(_meeting, tx))


def _meeting(tx: Tx, number: int) -> str:
    found = meetings.find(tx, number)
    return found.title if found is not None else _("a meeting that is not there any more")


@render(drafts.AGAIN)
def come_back(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Message | None:
    """Come back to a draft after "ask me tomorrow", unless it was sent meanwhile."""
    person = people.find(tx, arguments["person"])
    found = announcements.find(tx, arguments["announcement"])
    if person is None or found is None or not person.is_coordinator:
        return None
    if found.state != State.DRAFT:
        return None
    with speaking(person.language):
        title = _named(tx, found)
        text = _("Yesterday you asked me to come back. Shall we go on with this?\n\n{title}")
        button = Button(_("Go on with it"), entry("compose", found.id))
        return Message(text.format(title=title), ((button,),))


# A look at whom it is for.


@flow("audience_list", role="coordinator")
def audience_list(talk: Talk, tx: Tx, announcement_id: int, after: int = 0) -> None:
    """Who would get it now, ten at a time; who looked is noted."""
    found = announcements.find(tx, announcement_id)
    if found is None or found.state == State.DROPPED:
        return talk.say(_("That message was thrown away."))
    to, purpose = _meant(tx, found)
    seen = audience.page(tx, to, purpose, after, A_PAGE)
    audit.record(tx, talk.person.id, "announcement.audience", _subject(found), talk.now)
    more = entry("audience_list", found.id, seen.further) if seen.further is not None else ""
    show_more = [Button(_("Show more"), more)] if more else []
    file = [Button(_("The list as a file"), entry("audience_file", found.id))]
    if not seen.people:
        if more:
            return talk.say(
                _("I have found nobody yet. There are more people to look through."),
                show_more,
                file,
            )
        return talk.say(_("There is nobody else.") if after else _("Nobody gets it now."))
    lines = "\n".join(map(_line, seen.people))
    return talk.say(
        _("These people get it, as it is now:\n\n{lines}").format(lines=lines), show_more, file
    )


def _subject(found: Announcement) -> str:
    return f"announcement:{found.id}"


def _line(one: Somebody) -> str:
    name = isolate(one.name, 60) if one.name else _("somebody without a name")
    place = name_of(one.municipality)
    return _("{name}, {place}").format(name=name, place=place) if place else name


def _meant(tx: Tx, found: Announcement) -> tuple[Audience, str]:
    """To whom it goes: by the answers so far while it is a draft, else as it was written down."""
    if found.state != State.DRAFT and found.audience is not None:
        return audience.load(found.audience), found.purpose
    answers = drafts.answers(tx, found.id)
    return audience.load(audience_of(answers)), asked_of(answers)


@flow("audience_file", role="coordinator")
def audience_file(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """The same list as a file for a spreadsheet."""
    found = announcements.find(tx, announcement_id)
    if found is None or found.state == State.DROPPED:
        return talk.say(_("That message was thrown away."))
    audit.record(tx, talk.person.id, "announcement.audience_file", _subject(found), talk.now)
    about = {"announcement": found.id, "language": spoken()}
    file = Attachment("document", _("people.csv"), "audience_file", about)
    return talk.say(
        _("Here is the list. It has names in it: keep it to yourself."), attachment=file
    )


@make_file("audience_file")
def audience_sheet(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """One line for each person who would get it."""
    found = announcements.find(tx, arguments["announcement"])
    with speaking(arguments["language"]):
        return spreadsheet(_rows(tx, found) if found is not None else ())


def _rows(tx: Tx, found: Announcement) -> Iterator[list[str | int]]:
    yield [_("Name"), _("Municipality"), _("Language")]
    to, purpose = _meant(tx, found)
    for at, one in enumerate(audience.everybody(tx, to, purpose)):
        if at >= MOST_IN_A_FILE:
            return
        yield [one.name or "", name_of(one.municipality), native_name(one.language)]
