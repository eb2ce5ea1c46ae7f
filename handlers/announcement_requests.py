"""Who else hears of an announcement before it goes: colleagues who are to look at it, its writer.

A colleague is asked at once, but not woken: at night only who was there just now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.dialogue.announcing import audience_words, progress, report
from bot.dialogue.announcing.letter import first_words
from bot.dialogue.flow import Rendered, entry, render, tick
from bot.dialogue.language import _, isolate, n_, speaking
from bot.dialogue.messages import Button, Message, PutOff
from storage import announcements, audience, outbox, people, sending_notices, settings
from storage.announcements import Announcement, State
from storage.outbox import Promise
from storage.people import Person
from storage.reminder_times import is_night, morning_after
from storage.transaction import Tx

JUST_NOW: Final = timedelta(minutes=30)
OF_USE: Final = timedelta(days=7)
MOST: Final = 500
"""Characters of why not."""


@tick("announcement_requests", seconds=5)
def promise(tx: Tx, now: datetime) -> int:
    """Ask colleagues about what waits for them, and tell who wrote what can never begin."""
    found = 0
    for one in sending_notices.asked(tx):
        for reader in sending_notices.team(tx):
            if reader.id != one.made_by:
                key = f"asked:{one.id}:{one.changed.isoformat()}:{reader.id}"
                found += _tell(tx, key, reader, "announcement_asked", one, now)
    for one in announcements.stranded(tx, now):
        writer = sending_notices.told(tx, one.made_by)
        if writer is not None:
            key = f"stranded:{one.id}:{now.isoformat()}"
            found += _tell(tx, key, writer, "announcement_stranded", one, now)
    return found


def _tell(  # noqa: PLR0913, PLR0917 - a promise, and who it is about
    tx: Tx, key: str, to: Person, renderer: str, one: Announcement, now: datetime, **known: Any
) -> bool:
    arguments = {"announcement": one.id, "person": to.id, **known}
    return outbox.promise(tx, Promise(key, to.chat, renderer, arguments, now, now + OF_USE), now)


@render("announcement_asked")
def write_asked(tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """A colleague has written something to many: please look at it."""
    known = _known(tx, arguments)
    if known is None or known[0].state != State.ASKED:
        return None
    one, person = known
    zone = settings.platform(tx).zone
    awake = sending_notices.is_awake(tx, person.chat, now - JUST_NOW)
    if is_night(now, zone) and not awake:
        return PutOff(morning_after(now, zone), "night")
    with speaking(person.language):
        counted = audience.count(tx, audience.load(one.audience), one.purpose)
        writer = sending_notices.person(tx, one.made_by)
        return Message(
            _request(writer, counted.get).format(
                name=report.name(writer),
                n=audience_words.about(counted.get, exact=counted.exact),
                title=progress.title(first_words(one.content, 200)),
            ),
            ((Button(_("Look at it"), entry("approve_announcement", one.id)),),),
        )


def _request(writer: Person | None, count: int) -> str:
    if writer is not None and writer.is_coordinator:
        return n_(
            "{name} asks you to look at a message to {n} person before it goes out:\n\n{title}",
            "{name} asks you to look at a message to {n} people before it goes out:\n\n{title}",
            count,
        )
    return n_(
        "{name} planned a message to {n} person, and is no coordinator any more. It waits until "
        "one of you has looked at it:\n\n{title}",
        "{name} planned a message to {n} people, and is no coordinator any more. It waits until "
        "one of you has looked at it:\n\n{title}",
        count,
    )


@render("announcement_answered")
def write_answered(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Rendered:
    """What a colleague made of it, to who wrote it."""
    known = _known(tx, arguments)
    if known is None:
        return None
    one, person = known
    with speaking(person.language):
        title = progress.title(first_words(one.content))
        name = report.name(sending_notices.person(tx, arguments["by"]))
        if arguments["yes"]:
            undo = [progress.undo(one.id)]
            rows = [undo] if one.state == State.PLANNED else []
            said = _(
                "{name} agrees with your message {title}. It goes out at the moment you chose."
            )
            look = [progress.look(one.id)]
            return Message(said.format(name=name, title=title), tuple(map(tuple, [*rows, look])))
        said = _("{name} does not agree with your message {title}. It is a draft again.")
        if arguments["why"]:
            said = _(
                "{name} does not agree with your message {title}. It is a draft again.\n\n{why}"
            )
        why = isolate(arguments["why"] or "", MOST)
        change = Button(_("Change it"), entry("compose", one.id))
        return Message(said.format(name=name, title=title, why=why), ((change,),))


@render("announcement_undone")
def write_undone(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Rendered:
    """Somebody else took it back before it went, for who wrote it."""
    known = _known(tx, arguments)
    if known is None or known[0].state not in (State.DRAFT, State.DROPPED):
        return None
    one, person = known
    with speaking(person.language):
        said = _("{name} held back your message {title}. Nobody got it. It is a draft again.")
        rows: tuple[tuple[Button, ...], ...] = (
            (Button(_("Change it"), entry("compose", one.id)),),
        )
        if one.state == State.DROPPED:
            said, rows = _("{name} threw away a message of yours. Nobody got it."), ()
        title = progress.title(first_words(one.content))
        return Message(
            said.format(name=report.name(sending_notices.person(tx, arguments["by"])), title=title),
            rows,
        )


@render("announcement_stranded")
def write_stranded(tx: Tx, arguments: Mapping[str, Any], _now: datetime) -> Rendered:
    """It was planned, and cannot begin any more."""
    known = _known(tx, arguments)
    if known is None or known[0].state != State.DRAFT:
        return None
    one, person = known
    with speaking(person.language):
        said = _(
            "Your message {title} did not go out: its meeting is off or over, or it would have "
            "come too late. Nobody got it. It is a draft again."
        )
        if arguments.get("broken"):
            said = _(
                "Your message {title} did not go out: something went wrong on my side when I put "
                "it together. Nobody got it. It is a draft again. Write its text anew, or ask your "
                "admin to look."
            )
        return Message(
            said.format(title=progress.title(first_words(one.content))),
            (
                (Button(_("Change it"), entry("compose", one.id)),),
                (Button(_("Throw it away"), entry("drop_announcement", one.id)),),
            ),
        )


def _known(tx: Tx, arguments: Mapping[str, Any]) -> tuple[Announcement, Person] | None:
    """What it is about and who is told, if they may still know."""
    one = announcements.find(tx, arguments["announcement"])
    person = people.find(tx, arguments["person"])
    return (one, person) if one and person and person.is_coordinator else None
