"""Reminders of meetings: promised some days ahead, looked at again when they are sent.

Their key names the start in UTC: a corrected title does not remind twice, a meeting that moved is
reminded of anew. Who signs up after a reminder was due does not get that one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Text, bindparam, cast, exists, select

from storage import meetings, outbox, people, rsvps
from storage.meetings import COMING, Meeting
from storage.outbox import Promise
from storage.people import Person
from storage.reminder_times import Kind, Slot, is_night, morning_after, slots
from storage.rsvps import Rsvp
from storage.tables import outbox as outbox_table
from storage.tables import people as people_table
from storage.tables import rsvps as rsvps_table
from storage.transaction import Tx

RENDERER: Final = "reminder"
AHEAD: Final = timedelta(days=8)
"""How long before the start reminders are promised: a day before the first is due."""
PAGE: Final = 100
"""For how many people at most they are promised in one go."""

_NOT_PROMISED: Final = (
    select(rsvps_table.c.person, rsvps_table.c.changed, people_table.c.chat)
    .select_from(rsvps_table.join(people_table, people_table.c.id == rsvps_table.c.person))
    .where(
        rsvps_table.c.meeting == bindparam("meeting"),
        rsvps_table.c.answer.in_(COMING),
        rsvps_table.c.changed <= bindparam("last_due"),
        people_table.c.reachable,
        ~exists().where(
            outbox_table.c.key == bindparam("prefix", type_=Text) + cast(rsvps_table.c.person, Text)
        ),
    )
    .limit(bindparam("limit"))
)


def promise(tx: Tx, now: datetime, page: int = PAGE) -> int:
    """Promise the reminders of coming meetings that were not promised yet; how many.

    Looks at `page` people at most, those of the soonest meetings first.
    """
    promises: list[Promise] = []
    for meeting in meetings.starting(tx, now, now + AHEAD):
        useful = [slot for slot in slots(meeting.starts, meeting.zone) if slot.useful_until > now]
        if useful and page > 0:
            for row in _not_promised(tx, meeting, useful[-1], page):
                page -= 1
                person, changed, chat = row
                due = [slot for slot in useful if slot.due >= changed]
                promises += [_promise(meeting, slot, person, chat) for slot in due]
    return outbox.promise_all(tx, promises, now)


def _not_promised(tx: Tx, meeting: Meeting, last: Slot, limit: int) -> Iterable[Sequence[Any]]:
    """Who has not been promised the last reminder, with which all earlier ones are promised."""
    wanted = {
        "meeting": meeting.id,
        "last_due": last.due,
        "prefix": _prefix(meeting, last.kind),
        "limit": limit,
    }
    found: Iterable[Sequence[Any]] = tx.execute(_NOT_PROMISED, wanted).all()
    return found


def _prefix(meeting: Meeting, kind: Kind) -> str:
    return f"reminder:{meeting.id}:{meeting.starts.isoformat()}:{kind}:"


def _promise(meeting: Meeting, slot: Slot, person: int, chat: str) -> Promise:
    return Promise(
        key=f"{_prefix(meeting, slot.kind)}{person}",
        chat=chat,
        renderer=RENDERER,
        arguments={
            "meeting": meeting.id,
            "start": meeting.starts.isoformat(),
            "kind": slot.kind,
            "person": person,
        },
        due=slot.due,
        useful_until=slot.useful_until,
    )


@dataclass(frozen=True, slots=True)
class Reminder:
    """Whom to remind of what, as it stands now."""

    meeting: Meeting
    person: Person
    rsvp: Rsvp


def still_wanted(tx: Tx, promised: Mapping[str, Any], now: datetime) -> Reminder | None:
    """What a promised reminder is to say; None if it is not to be sent, or not at this hour.

    One that would come at night, because it could not be sent in time, is promised for the
    morning, if it is of use then. The last one never comes at night: it is missed before.
    """
    meeting = meetings.find(tx, promised["meeting"])
    person = people.find(tx, promised["person"])
    rsvp = rsvps.find(tx, promised["meeting"], promised["person"])
    if meeting is None or person is None or rsvp is None or rsvp.answer not in COMING:
        return None
    if meeting.is_cancelled or meeting.starts <= now:
        return None
    if meeting.starts.isoformat() != promised["start"]:
        return None
    if not person.reminders or not person.reachable:
        return None
    if promised["kind"] != Kind.HOURS and is_night(now, meeting.zone):
        _put_off(tx, meeting, person, Kind(promised["kind"]), now)
        return None
    return Reminder(meeting, person, rsvp)


def _put_off(tx: Tx, meeting: Meeting, person: Person, kind: Kind, now: datetime) -> None:
    morning = morning_after(now, meeting.zone)
    slot = next(slot for slot in slots(meeting.starts, meeting.zone) if slot.kind is kind)
    if morning < slot.useful_until:
        again = _promise(meeting, slot, person.id, person.chat)
        again = replace(again, key=f"{again.key}:morning", due=morning)
        outbox.promise(tx, again, now)
