"""Meetings in people's own calendars: one as a file, all of theirs, and an address to follow.

The online link is in none of them before it is open. What a file says is read when it is sent; how
late it then is counts from when it was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue.files.calendars import (
    Entry,
    Method,
    Publisher,
    Standing,
    attached,
    calendar_file,
    feed,
)
from bot.dialogue.flow import entry, flow, make_file
from bot.dialogue.language import N_, _, speaking
from bot.dialogue.links import chat_link
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.messages import Attachment, Button
from bot.dialogue.talk import Talk
from storage import agenda, feeds, meetings, people, settings
from storage.agenda import Item
from storage.meetings import Answer, Meeting
from storage.transaction import Tx

KEPT: Final = timedelta(days=60)
"""How long a meeting stays in a calendar that is followed."""
FEED_ADDRESS: Final = "feed"
"""The setting with the address under which the feeds are; empty while the bot serves none."""


@flow("calendar")
def one(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """One meeting as a file for a calendar, or the file that takes it out again."""
    item = agenda.item(tx, meeting_id, talk.person.id)
    if item is None or not _may_see(talk, tx, item):
        return talk.say(_("I do not know that meeting."), [_others()])
    file = attached(meeting_id, talk.person.id, talk.now, _("meeting.ics"))
    said = _("Open this file. Then {title} is in your calendar.")
    if _standing(item) is Standing.CANCELLED:
        said = _("Open this file. Then {title} is out of your calendar.")
    return talk.say(said.format(title=gatherings.title(item.meeting)), attachment=file)


@flow(
    "my_calendar",
    command=N_("/calendar"),
    about=N_("Put your meetings in your calendar"),
    words=N_("calendar, my calendar, agenda"),
)
def mine(talk: Talk, tx: Tx) -> None:
    """Everything this person signed up for as one file, and the address to follow."""
    if agenda.of_person(tx, talk.person.id, talk.now):
        made = {"person": talk.person.id, "now": talk.now.isoformat()}
        talk.say(
            _("Open this file. Then all your meetings are in your calendar."),
            attachment=Attachment("document", _("my-meetings.ics"), "my_calendar", made),
        )
    else:
        talk.say(_("You are not signed up for a meeting."), [_others()])
    if not settings.get(tx, FEED_ADDRESS):
        return None
    if feeds.made(tx, talk.person.id) is None:
        return talk.say(
            _(
                "Your calendar can also follow along by itself. "
                "You then get an address that is yours alone."
            ),
            [Button(_("Make my address"), entry("my_feed", "new"))],
        )
    return talk.say(
        _("You have an address that your calendar can follow. I do not show it again."),
        [Button(_("Make a new address"), entry("my_feed", "new"))],
        [Button(_("Stop the address"), entry("my_feed", "stop"))],
    )


@flow("my_feed", title=N_("the address of your calendar"))
def my_feed(talk: Talk, tx: Tx, what: str = "new") -> None:
    """A private address for a calendar program to follow; a new one ends the one before it."""
    has_one = feeds.made(tx, talk.person.id) is not None
    if what == "stop":
        feeds.drop(tx, talk.person.id)
        return talk.say(_("Your address has stopped. You can make a new one with /calendar."))
    base = settings.get(tx, FEED_ADDRESS)
    if not base:
        return talk.say(_("There are no addresses to follow here now."))
    if has_one and not talk.confirm(
        "replace",
        _("Your old address then stops. Do you want a new one?"),
        yes=_("Make a new one"),
        no=_("Keep the old one"),
    ):
        return talk.say(_("Your old address goes on."))
    token = feeds.make(tx, talk.person.id, talk.now)
    return talk.say(
        _(
            "This is your address:\n{address}\n\n"
            "In your calendar, choose to subscribe, or to add a calendar by its address. "
            "Paste the address there.\n\n"
            "Keep it to yourself: whoever has it sees where you go."
        ).format(address=f"{base}/calendar/{token}.ics"),
        [Button(_("Stop the address"), entry("my_feed", "stop"))],
    )


def _may_see(talk: Talk, tx: Tx, item: Item) -> bool:
    """A draft is for those who make it; who answered keeps seeing what they answered to."""
    if item.answer is not None or meetings.visible(item.meeting, talk.now):
        return True
    person = people.find(tx, talk.person.id)
    return person is not None and meetings.may_manage(tx, item.meeting, person)


def _others() -> Button:
    return Button(_("All meetings"), entry("meetings"))


# The files.


@make_file("calendar")
def one_file(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """One meeting as it is now: to put in, or to take out when it is off for this person."""
    person = people.find(tx, arguments["person"])
    item = agenda.item(tx, arguments["meeting"], arguments["person"])
    if item is None or person is None:
        raise LookupError("the meeting or the person is gone")
    now = datetime.fromisoformat(arguments.get("now") or item.changed.isoformat())
    gone = _standing(item) is Standing.CANCELLED
    with speaking(person.language):
        entries = [_entry(tx, item, now)]
    return calendar_file(entries, _publisher(tx), Method.CANCEL if gone else Method.PUBLISH, now)


@make_file("my_calendar")
def my_file(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """Everything that somebody said yes or maybe to and is not over."""
    now = datetime.fromisoformat(arguments["now"])
    entries = _entries(tx, arguments["person"], now, now)
    return calendar_file(entries, _publisher(tx), Method.PUBLISH, now)


@make_file("feed")
def followed(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """The calendar of whoever has this token; nothing for any other text."""
    person = feeds.person_of(tx, arguments["token"])
    if person is None:
        return b""
    now = datetime.fromisoformat(arguments["now"])
    publisher = _publisher(tx)
    return feed(_entries(tx, person, now - KEPT, now), publisher, publisher.name)


def _entries(tx: Tx, person_id: int, since: datetime, now: datetime) -> list[Entry]:
    person = people.find(tx, person_id)
    if person is None:
        return []
    with speaking(person.language):
        return [_entry(tx, item, now) for item in agenda.of_person(tx, person_id, since)]


def _publisher(tx: Tx) -> Publisher:
    """RFC 5546 wants to know who publishes; without an e-mail address it is the bot itself."""
    platform = settings.platform(tx)
    contact = platform.privacy_contact
    return Publisher(platform.name, f"mailto:{contact}" if contact else _link(tx))


def _link(tx: Tx, payload: str = "") -> str:
    return chat_link(settings.get(tx, "username", ""), payload)


def _standing(item: Item) -> Standing:
    match item.answer:
        case _ if item.meeting.is_cancelled:
            return Standing.CANCELLED
        case Answer.YES:
            return Standing.CONFIRMED
        case Answer.NO:
            return Standing.CANCELLED
        case _:
            return Standing.TENTATIVE


def _entry(tx: Tx, item: Item, now: datetime) -> Entry:
    meeting = item.meeting
    is_open = item.answer == Answer.YES and gatherings.link_is_open(meeting, now)
    title = meeting.title
    if item.day is not None:
        title = _("{day}: {place}").format(day=item.day, place=meeting.title)
    changed = max(
        item.changed, meeting.starts - gatherings.LINK_BEFORE if is_open else item.changed
    )
    return Entry(
        uid=meeting.uid,
        version=meeting.version,
        title=title,
        starts=meeting.starts,
        ends=meeting.ends,
        zone=meeting.zone,
        standing=_standing(item),
        changed=changed,
        place=meeting.place or (_("Online") if meeting.link else ""),
        position=_position(meeting),
        text=_text(meeting, _link(tx, f"meeting-{meeting.id}"), is_open=is_open),
        url=_link(tx, f"meeting-{meeting.id}"),
    )


def _position(meeting: Meeting) -> tuple[float, float] | None:
    if meeting.latitude is None or meeting.longitude is None:
        return None
    return meeting.latitude, meeting.longitude


def _text(meeting: Meeting, address: str, *, is_open: bool) -> str:
    """What it says below the title: what it is about, the link, and where to sign off."""
    paragraphs = [meeting.text, meeting.accessibility]
    if is_open:
        paragraphs.append(_("This is the link: {link}").format(link=meeting.link))
    elif meeting.link and not meeting.is_cancelled:
        paragraphs.append(_("You find the link in the chat, half an hour before the start."))
    paragraphs.append(_("Change or sign off: {address}").format(address=address))
    return "\n\n".join(filter(None, paragraphs))
