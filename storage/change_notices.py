"""What somebody is to hear about a change, worked out when their message goes.

It tells how the meeting was when they answered, or were last told, and how it is by now. So a
change that was taken back is told to nobody, and nobody hears the same twice: a message is marked
with the version that it told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select

from storage import changes, concerned, fanout, meetings, people
from storage.changes import Facts
from storage.concerned import Seen, Standing
from storage.fanout import Fanout
from storage.meetings import Kind, Meeting
from storage.people import Person
from storage.tables import outbox
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody knows of a meeting, and how it is; `places` are theirs of a cancelled day.

    `brought` are those without a phone whom they signed up.
    """

    meeting: Meeting
    person: Person
    was: Facts
    standing: Standing
    why: str = ""
    places: Sequence[Meeting] = ()
    brought: Sequence[str] = ()

    @property
    def same_time(self) -> bool:
        """Whether it is when they thought it was."""
        was = self.was.starts, self.was.ends, self.was.zone
        return was == (self.meeting.starts, self.meeting.ends, self.meeting.zone)

    @property
    def asks(self) -> bool:
        """Whether they may not be able to come any more: another time or place, or on again."""
        moved = not self.same_time or self.was.place != self.meeting.place
        return moved or self.was.is_cancelled


@dataclass(frozen=True, slots=True)
class Void:
    """There is nothing to tell any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Night:
    """People are left alone until then."""

    until: datetime


def notice(tx: Tx, promised: Mapping[str, Any], now: datetime) -> Notice | Void | Night:
    """What a promised message is to say by now."""
    meeting = meetings.find(tx, promised["meeting"])
    person = people.find(tx, promised["person"])
    one = fanout.find(tx, promised["fanout"])
    if meeting is None or person is None or one is None:
        return Void("gone")
    if not person.reachable:
        return Void("unreachable")
    history = changes.versions(fanout.of_meeting(tx, changes.KIND, meeting.id))
    if max([meeting.ends, *(was.ends for was in history)]) <= now:
        return Void("over")
    if meeting.kind == Kind.DAY and meeting.is_cancelled:
        found = _of_day(tx, meeting, person, one)
    else:
        found = _of_one(tx, meeting, person, one, history)
    if isinstance(found, Void):
        return found
    awake = changes.by_day(now, meeting.zone, changes.soonest(found.was, meeting, now))
    return Night(awake) if awake > now else found


def _of_one(
    tx: Tx, meeting: Meeting, person: Person, one: Fanout, history: Sequence[Facts]
) -> Notice | Void:
    seen = concerned.standings(tx, person.id, [meeting.id]).get(meeting.id)
    if seen is None:
        return Void("signed off")
    known = max(seen.version, _told(tx, person).get(meeting.id, 0))
    if known >= meeting.version:
        return Void("knows already")
    was = _known(history, known, meeting)
    if all(getattr(was, name) == getattr(meeting, name) for name in changes.FACTS):
        return Void("as it was")
    guests = concerned.brought(tx, person.id, [meeting.id])
    return Notice(meeting, person, was, seen.standing, one.arguments["why"], brought=guests)


def _of_day(tx: Tx, day: Meeting, person: Person, one: Fanout) -> Notice | Void:
    """One message for all places and parts of a day that somebody counted on."""
    told = _told(tx, person)
    seen = concerned.standings(tx, person.id, changes.told_of(tx, one))
    mine = [(found, seen[number]) for number in seen if (found := meetings.find(tx, number))]
    news = [
        (found, answer)
        for found, answer in mine
        if max(answer.version, told.get(found.id, 0)) < found.version
    ]
    if not news:
        return Void("knows already" if mine else "signed off")
    if told.get(day.id, 0) >= day.version:
        return Void("knows already")
    was = changes.versions([one])[-1]
    places = sorted((found for found, _answer in news), key=lambda found: found.starts)
    guests = concerned.brought(tx, person.id, [found.id for found in places])
    return Notice(day, person, was, _strongest(news), one.arguments["why"], places, guests)


def _strongest(news: Iterable[tuple[Meeting, Seen]]) -> Standing:
    standings = {answer.standing for _meeting, answer in news}
    return next(standing for standing in Standing if standing in standings)


def _known(history: Sequence[Facts], version: int, meeting: Meeting) -> Facts:
    """How the meeting was when somebody saw that version; what was only corrected is as it is."""
    was = next((was for was in reversed(history) if was.version <= version), history[0])
    since = (later.changed for later in history if later.version >= was.version)
    changed = frozenset[str]().union(*since)
    corrected = {name: getattr(meeting, name) for name in changes.FACTS if name not in changed}
    return replace(was, **corrected)


_SAID: Final = select(outbox.c.about).where(
    outbox.c.chat == bindparam("chat"),
    outbox.c.renderer == changes.RENDERER,
    outbox.c.about.is_not(None),
    outbox.c.state.in_(("sending", "sent", "uncertain")),
)


def about(meeting: Meeting) -> str:
    """What a message about this version of a meeting is marked with."""
    return f"change:{meeting.id}:{meeting.version}"


def _told(tx: Tx, person: Person) -> dict[int, int]:
    """The newest version of each meeting that somebody was told of."""
    told: dict[int, int] = {}
    for marked in tx.execute(_SAID, {"chat": person.chat}).scalars():
        _change, meeting, version = marked.split(":")
        told[int(meeting)] = max(told.get(int(meeting), 0), int(version))
    return told
