"""Writing to the people of a meeting: own words, to whom, and a look at it before it goes.

It is a service to those who signed up, so it needs no consent of its own. Each copy says which
meeting it is about and who wrote it, and a reply to it becomes a question to the coordinators.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import Rendered, Then, entry, flow, render, tick
from bot.dialogue.language import N_, _, isolate, n_, number, speaking
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.messages import Button, Dropped, Message, PutOff
from bot.dialogue.talk import Talk
from storage import audit, changes, fanout, host_messages, hosts, meetings, outbox, people
from storage.fanout import Fanout
from storage.host_messages import KIND, To
from storage.meetings import Meeting, Status
from storage.outbox import Promise
from storage.people import Person
from storage.reminder_times import is_night
from storage.transaction import Tx

MOST: Final = 1500
"""Characters of a message."""
A_DAY: Final = timedelta(hours=24)
ENOUGH: Final = 3
"""Messages about one meeting in a day, after which sending another is asked twice."""
OF_USE: Final = timedelta(days=7)
"""After this a message that could not be sent is missed."""


@flow("write_to", title=N_("writing to the people of a meeting"))
def write_to(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """A message in the host's own words, to those who come, may come or wait."""
    meeting = hosts.managed(tx, meeting_id, talk.person.id)
    if meeting is None:
        return refuse(talk)
    groups = {to: host_messages.reached(tx, meeting.id, to) for to in To}
    if not groups[To.ALL]:
        return talk.say(_("There is nobody to write to yet."), [back(meeting)])
    to = To(talk.choose("to", _("To whom do you want to write?"), _labels(groups)))
    typed = talk.ask(
        "text",
        _("What do you want to say to them? Type it in one message. Links may be in it."),
        answers.text(most=MOST),
    )
    talk.say(_written(meeting, _writer(tx, talk.person.id), typed))
    due = _due(talk, meeting)
    if not _sure(talk, meeting, groups[to], due) or not _sure_again(talk, tx, meeting):
        return talk.say(_("Fine. I have sent nothing."), [back(meeting)])
    key = f"{KIND}:{meeting.id}:{talk.person.id}:{talk.now.isoformat()}"
    arguments = {"text": typed, "to": to.value}
    fanout.start(tx, key, KIND, meeting.id, arguments, talk.person.id, due, talk.now)
    audit.record(tx, talk.person.id, "meeting.write", f"meeting:{meeting.id}", talk.now)
    return talk.say(_on_its_way(talk, due), [back(meeting)])


def _labels(groups: Mapping[To, int]) -> dict[str, str]:
    """The groups that have somebody in them; all of them together only if there are several.

    The count stands last: a label that begins with a number is that number when it is typed.
    """
    said = {
        To.YES: _("Who comes: {n}"),
        To.MAYBE: _("Who may come: {n}"),
        To.LINE: _("Who is in line: {n}"),
        To.ALL: _("All of them: {n}"),
    }
    single = [to for to in (To.YES, To.MAYBE, To.LINE) if groups[to]]
    offered = [*single, To.ALL] if len(single) > 1 else single
    return {to.value: said[to].format(n=number(groups[to])) for to in offered}


def _due(talk: Talk, meeting: Meeting) -> datetime:
    """At once; what is written at night may wait for the morning, if the writer wants that."""
    morning = changes.by_day(talk.now, meeting.zone, meeting.starts)
    if morning <= talk.now:
        return talk.now
    wait = talk.choose(
        "night",
        _("It is late. When shall I send it?"),
        {
            "morning": _("In the morning, {when}").format(when=talk.when(morning, meeting.zone)),
            "now": _("Now, it cannot wait"),
        },
    )
    return morning if wait == "morning" else talk.now


def _sure(talk: Talk, meeting: Meeting, count: int, due: datetime) -> bool:
    text = n_(
        "This is how {n} person gets it. Shall I send it?",
        "This is how {n} people get it. Shall I send it?",
        count,
    )
    if due > talk.now:
        text = n_(
            "This is how {n} person gets it, {when}. Shall I send it?",
            "This is how {n} people get it, {when}. Shall I send it?",
            count,
        )
    asked = text.format(n=number(count), when=talk.when(due, meeting.zone))
    return talk.confirm("send", asked, yes=_("Yes, send it"), no=_("No, send nothing"))


def _sure_again(talk: Talk, tx: Tx, meeting: Meeting) -> bool:
    """Whoever gets a message too often reads none: from the fourth in a day it is asked twice."""
    before = host_messages.since(tx, meeting.id, talk.now - A_DAY)
    if before < ENOUGH:
        return True
    asked = n_(
        "They got {n} message about this meeting since yesterday. Is one more really needed?",
        "They got {n} messages about this meeting since yesterday. Is one more really needed?",
        before,
    )
    return talk.confirm(
        "again", asked.format(n=number(before)), yes=_("Yes, send it too"), no=_("No, leave it")
    )


def _on_its_way(talk: Talk, due: datetime) -> str:
    if due > talk.now:
        return _("I send it {when}.").format(when=talk.when(due))
    return _("It is on its way. Whoever replies to it reaches the coordinators.")


# How it comes to people.


def _writer(tx: Tx, person: int | None) -> Person | None:
    return people.find(tx, person) if person is not None else None


def _written(meeting: Meeting, writer: Person | None, text: str) -> str:
    """The message as people get it, in the language being spoken."""
    about = {
        "title": gatherings.title(meeting),
        "name": isolate(writer.name, 60) if writer is not None and writer.name else "",
        "text": isolate(text, MOST),
    }
    if about["name"]:
        said = _("{name} writes about {title}:\n\n{text}")
    else:
        said = _("The people who organise {title} write:\n\n{text}")
    return said.format(**about)


@tick("host_messages", seconds=1)
def send(tx: Tx, now: datetime) -> int:
    """Promise the messages on their way to a page of people; how many."""
    return fanout.go_on(tx, KIND, _send_page, now)


def _send_page(tx: Tx, one: Fanout, limit: int, now: datetime) -> int:
    to = To(one.arguments["to"])
    meeting = one.meeting or 0
    page = host_messages.page(tx, meeting, to, one.cursor, limit)
    outbox.promise_all(tx, [_promise(one, person, chat, now) for person, chat in page], now)
    return fanout.passed(tx, one, page, limit, now)


def _promise(one: Fanout, person: int, chat: str, now: datetime) -> Promise:
    arguments = {"fanout": one.id, "person": person}
    key = f"{KIND}:{one.id}:{person}"
    return Promise(key, chat, "from_host", arguments, now, now + OF_USE)


@render("from_host")
def from_host(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """What the host wrote, to somebody who is still concerned with the meeting.

    What could not be sent before the night waits for the morning, unless it was to come at night.
    """
    one, person = fanout.find(tx, arguments["fanout"]), people.find(tx, arguments["person"])
    meeting = meetings.find(tx, one.meeting) if one is not None and one.meeting else None
    if one is None or person is None or meeting is None:
        return None
    if not host_messages.concerns(tx, meeting.id, To(one.arguments["to"]), person.id):
        return Dropped("not concerned any more")
    awake = changes.by_day(now, meeting.zone, meeting.starts if meeting.starts > now else None)
    if awake > now and not is_night(one.due, meeting.zone):
        return PutOff(awake, "night")
    with speaking(person.language):
        return Message(
            _written(meeting, _writer(tx, one.made_by), one.arguments["text"]),
            (
                (Button(_("See the meeting"), entry("meeting", meeting.id)),),
                (Button(_("Ask something"), entry("ask")),),
            ),
            about=f"meeting_message:{meeting.id}",
        )


@flow("reply_to_host", reply="meeting_message")
def reply_to_host(talk: Talk, tx: Tx, meeting_id: int, text: str) -> Then | None:
    """A reply to a message about a meeting is a question, which says what it is about."""
    meeting = meetings.find(tx, meeting_id)
    if meeting is None or meeting.status == Status.DRAFT:
        return talk.then("ask_on", text=text)
    about = _("About {title}:\n{text}").format(title=isolate(meeting.title, 80), text=text.strip())
    return talk.then("ask_on", text=about)
