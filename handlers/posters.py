"""Posters to print and squares to scan: the way from a wall or a door into the chat."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.dialogue.files.pictures import Drawing, Poster, code_png, poster_svg
from bot.dialogue.flow import entry, flow, make_file
from bot.dialogue.language import _, isolate, languages, n_, speaking
from bot.dialogue.links import chat_link, is_ours
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.messages import Attachment, Button
from bot.dialogue.talk import Talk
from storage import days, meetings, people, settings
from storage.meetings import Kind, Meeting, Status
from storage.transaction import Tx

A_FILE: Final = 40
"""So many posters are in one file: drawing one takes half a second."""


@flow("poster")
def poster(talk: Talk, tx: Tx, meeting_id: int, what: str = "", part: int = 1) -> None:
    """A poster of a meeting on A4; of a day its own, or one for each place."""
    meeting = meetings.find(tx, meeting_id)
    person = people.find(tx, talk.person.id)
    if meeting is None or person is None or not meetings.may_manage(tx, meeting, person):
        return refuse(talk)
    if meeting.is_cancelled:
        no = _("{title} is cancelled, so there is no poster.")
        return talk.say(no.format(title=gatherings.title(meeting)), [back(meeting)])
    count = len(_children(tx, meeting)) if meeting.kind == Kind.DAY else 0
    if count and not what:
        return _choose(talk, meeting, count)
    if count and what == "places":
        return _send_all(talk, meeting, part, count)
    return _send_one(talk, meeting)


def _choose(talk: Talk, day: Meeting, count: int) -> None:
    files = range(1, -(-count // A_FILE) + 1)
    rows = [
        [Button(_part_label(number, count), entry("poster", day.id, "places", number))]
        for number in files
    ]
    return talk.say(
        _("Which poster of {title} do you want?").format(title=gatherings.title(day)),
        [Button(_("The poster of the whole day"), entry("poster", day.id, "day"))],
        *rows,
        [back(day)],
    )


def _part_label(number: int, count: int) -> str:
    if count <= A_FILE:
        return n_("A poster for {n} place", "A poster for each of {n} places", count).format(
            n=count
        )
    first, last = (number - 1) * A_FILE + 1, min(number * A_FILE, count)
    return _("Posters of places {first} to {last}").format(first=first, last=last)


def _send_one(talk: Talk, meeting: Meeting) -> None:
    said = _("This is the poster of {title}. It is A4, ready to print.")
    if not meetings.visible(meeting, talk.now):
        said = _(
            "This is the poster of {title}. It is A4, ready to print. "
            "Wait with hanging it up: residents do not see this meeting yet."
        )
    made = {"meeting": meeting.id, "now": talk.now.isoformat()}
    talk.say(
        said.format(title=gatherings.title(meeting)),
        [back(meeting)],
        attachment=Attachment("document", _("poster-A4.png"), "poster", made),
    )


def _send_all(talk: Talk, day: Meeting, part: int, count: int) -> None:
    part = min(max(part, 1), -(-count // A_FILE))
    made = {"meeting": day.id, "part": part, "now": talk.now.isoformat()}
    talk.say(
        _(
            "This file holds a poster for each place. They are A4, ready to print. "
            "Open it on a computer."
        ),
        [back(day)],
        attachment=Attachment("document", _("posters-A4.zip"), "posters", made),
    )


def _children(tx: Tx, day: Meeting) -> list[Meeting]:
    return [one for one in days.children(tx, day.id) if one.status != Status.CANCELLED]


# The pictures.


@make_file("poster")
def one_poster(tx: Tx, arguments: Mapping[str, Any]) -> Drawing:
    """The poster of one meeting, as it is now."""
    meeting = meetings.find(tx, arguments["meeting"])
    assert meeting is not None
    return Drawing((("poster.png", _sheet(tx, meeting, arguments)),))


@make_file("posters")
def all_posters(tx: Tx, arguments: Mapping[str, Any]) -> Drawing:
    """A poster of each place and part of a day, at most forty, with the place in the name."""
    day = meetings.find(tx, arguments["meeting"])
    assert day is not None
    first = (arguments["part"] - 1) * A_FILE
    shown = _children(tx, day)[first : first + A_FILE]
    return Drawing(
        tuple(
            (f"{number:02}-{_file_name(one.title)}.png", _sheet(tx, one, arguments))
            for number, one in enumerate(shown, first + 1)
        )
    )


@make_file("qr")
def code(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """The square of a link into this chat; other links get none."""
    link = arguments["link"]
    if not is_ours(link, settings.get(tx, "username", "")):
        raise ValueError("the link does not lead to this bot")
    return code_png(link)


def _sheet(tx: Tx, meeting: Meeting, arguments: Mapping[str, Any]) -> str:
    with speaking(_language(meeting)):
        return poster_svg(_poster(tx, meeting, datetime.fromisoformat(arguments["now"])))


def _language(meeting: Meeting) -> str:
    """Dutch, unless a meeting is in one other language that we have."""
    only = meeting.languages[0] if len(meeting.languages) == 1 else "nl"
    return only if only in languages() else "nl"


def _poster(tx: Tx, meeting: Meeting, now: datetime) -> Poster:
    day = meetings.find(tx, meeting.parent) if meeting.parent is not None else None
    title = meeting.title
    if day is not None:
        title = _("{day}: {place}").format(day=day.title, place=meeting.title)
    username = settings.get(tx, "username", "")
    link = chat_link(username, f"meeting-{meeting.id}")
    return Poster(
        title=title,
        when=gatherings.from_until(meeting, now),
        where=gatherings.where(meeting),
        access=meeting.accessibility,
        call=_("Sign up with your phone"),
        steps=(_("Point your camera at this square."), _("Or type this in your browser:")),
        link=link,
        address=link.removeprefix("https://"),
        behind=_behind(tx),
        platform=settings.platform(tx).name,
    )


def _behind(tx: Tx) -> str:
    platform = settings.platform(tx)
    said = [
        _("This is a meeting of {platform}.").format(platform=platform.name),
        platform.about,
        _("You sign up in a chat with a bot, in the app Telegram."),
    ]
    if platform.privacy_contact:
        contact = isolate(platform.privacy_contact)
        said.append(_("Does that not work? Write to {contact}.").format(contact=contact))
    return " ".join(filter(None, said))


def _file_name(title: str) -> str:
    """A title as every computer takes it for a file's name."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "poster"
