"""Who runs a meeting: the link that makes its host, what that person can do, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue.flow import Rendered, entry, flow, render
from bot.dialogue.language import N_, _, isolate, speaking
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.messages import Button, Message, PutOff
from bot.dialogue.talk import Talk
from storage import audit, codes, hosts, meetings, outbox, people, settings
from storage.gate import Why
from storage.meetings import Meeting
from storage.outbox import Promise
from storage.reminder_times import by_day
from storage.transaction import Tx

DAYS: Final = 7
"""How long a link is good for."""
MOST_WRONG: Final = 5
"""Wrong codes within an hour, after which none is looked at for an hour."""
HOUR: Final = timedelta(hours=1)
WRONG: Final = "code.wrong"


@flow("host_link")
def host_link(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """Who the host is, and the ways to make another or to take the host off."""
    meeting = _to_appoint(talk, tx, meeting_id)
    if meeting is None:
        return refuse(talk)
    host = people.find(tx, meeting.host) if meeting.host is not None else None
    make = Button(_("Make a link for a host"), entry("new_host", meeting.id))
    if host is None:
        said = _("{title} has no host. A host runs this meeting, and no other.")
        return talk.say(said.format(title=gatherings.title(meeting)), [make], [back(meeting)])
    name = isolate(host.name, 60) if host.name else _("somebody without a name")
    said = _("The host of {title} is {name}.")
    return talk.say(
        said.format(title=gatherings.title(meeting), name=name),
        [Button(_("Take the host off"), entry("end_host", meeting.id))],
        [make],
        [back(meeting)],
    )


def _to_appoint(talk: Talk, tx: Tx, meeting_id: int) -> Meeting | None:
    meeting, who = meetings.find(tx, meeting_id), people.find(tx, talk.person.id)
    allowed = meeting and who and hosts.may_appoint(tx, meeting, who)
    return meeting if allowed else None


@flow("new_host")
def new_host(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """A link that makes one person the host of this meeting; an older one stops working."""
    meeting = _to_appoint(talk, tx, meeting_id)
    if meeting is None:
        return refuse(talk)
    until = talk.now + timedelta(days=DAYS)
    code = codes.make_for_host(tx, meeting.id, talk.person.id, talk.now, until)
    audit.record(tx, talk.person.id, "code.make", f"meeting:{meeting.id}", talk.now)
    username = settings.get(tx, "username")
    way = f"https://t.me/{username}?start=host-{code}" if username else f"/start host-{code}"
    said = _(
        "This makes one person the host of {title}. Give it to nobody else:\n\n{way}\n\n"
        "It works once, until {when}."
    )
    return talk.say(
        said.format(title=gatherings.title(meeting), way=way, when=talk.when(until)),
        [back(meeting)],
    )


@flow("host", link="host")
def host(talk: Talk, tx: Tx, code: str = "") -> None:
    """Become the host that a one-time link makes, and hear what a host can do."""
    tx.lock(f"codes:{talk.person.id}")
    if _tried_too_often(talk, tx):
        return talk.say(_("You have sent too many wrong codes. Try it again in an hour."))
    appointed = hosts.appoint(tx, code, talk.person.id, talk.now)
    if appointed is None:
        audit.record(tx, talk.person.id, WRONG, None, talk.now)
        return talk.say(
            _("That link does not work. It is used or too old. Ask for a new one."),
            [Button(_("Go to the menu"), entry("home"))],
        )
    meeting, before = appointed
    if before is not None:
        _tell(tx, meeting.id, before, talk.now)
    return talk.say(
        _(
            "You are the host of {title} now, {when}.\n\n"
            "You see who comes and what they need. Keep that to yourself. "
            "You can change the meeting, write to the people who come, "
            "and tick them off at the door.\n\n"
            "You find it again by typing {command}."
        ).format(
            title=gatherings.title(meeting),
            when=gatherings.starts(meeting, talk.now),
            command=_("/manage"),
        ),
        [Button(_("Run this meeting"), entry("manage_meeting", meeting.id))],
        [Button(_("Go to the menu"), entry("home"))],
    )


def _tried_too_often(talk: Talk, tx: Tx) -> bool:
    tries = audit.newest(tx, talk.person.id, WRONG, MOST_WRONG)
    if len(tries) < MOST_WRONG:
        return False
    return tries[0] - tries[-1] < HOUR and talk.now - tries[0] < HOUR


@flow("end_host", title=N_("taking a host off"))
def end_host(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """Take the host off, after asking; they are told."""
    meeting = _to_appoint(talk, tx, meeting_id)
    if meeting is None:
        return refuse(talk)
    if meeting.host is None:
        return talk.say(_("It has no host any more."), [back(meeting)])
    sure = talk.confirm(
        "sure",
        _("Take the host off {title}? They cannot run it any more. I tell them.").format(
            title=gatherings.title(meeting)
        ),
        yes=_("Yes, take them off"),
        no=_("No, leave it"),
    )
    if not sure:
        return talk.say(_("Fine. Nothing has changed."), [back(meeting)])
    was = hosts.dismiss(tx, meeting.id, talk.person.id, talk.now)
    if was is not None and was != talk.person.id:
        _tell(tx, meeting.id, was, talk.now)
    return talk.say(
        _("{title} has no host now.").format(title=gatherings.title(meeting)),
        [back(meeting)],
    )


def _tell(tx: Tx, meeting: int, person: int, now: datetime) -> None:
    was = people.find(tx, person)
    if was is not None:
        key = f"host_ended:{meeting}:{person}:{now.isoformat()}"
        about = {"meeting": meeting, "person": person}
        outbox.promise(tx, Promise(key, was.chat, "host_ended", about, now), now)


@render("host_ended")
def host_ended(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """Tell somebody that they are not the host any more, unless they are again; by day."""
    person, meeting = people.find(tx, arguments["person"]), meetings.find(tx, arguments["meeting"])
    if person is None or meeting is None or meeting.host == person.id:
        return None
    at = by_day(now, meeting.zone)
    if at > now:
        return PutOff(at, Why.NIGHT)
    with speaking(person.language):
        return Message(
            _("You are not the host of {title} any more. Thank you for what you did.").format(
                title=gatherings.title(meeting)
            ),
            ((Button(_("Ask a human"), entry("ask")), Button(_("Menu"), entry("home"))),),
        )
