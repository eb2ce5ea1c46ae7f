"""Reminders of meetings: planned ahead, promised when they are due, looked at when they are sent.

    planned (a fan-out for each kind) → due: promised to all, a page at a time → written, or skipped

Their key names the start in UTC: a corrected title does not remind twice, a meeting that moved is
reminded of anew. Who signs up after a reminder was due does not get that one, nor does who is told
of the new time at that moment or later: the change itself reminds them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, bindparam, exists, or_, select

from storage import audiences, changes, fanout, gate, invitations, meetings, outbox, people, rsvps
from storage.desk import Skipped
from storage.fanout import Fanout
from storage.meetings import COMING, Meeting
from storage.outbox import Promise
from storage.people import Person, Purpose
from storage.reminder_plans import AHEAD, KIND, key, plan
from storage.reminder_times import Kind, Slot, all_slots, is_night, morning_after
from storage.rsvps import Rsvp
from storage.tables import invitations as invitations_table
from storage.tables import meetings as meetings_table
from storage.tables import people as people_table
from storage.tables import rsvps as rsvps_table
from storage.tables import waiting_list
from storage.transaction import Tx

__all__ = ["AHEAD", "KIND", "key", "plan"]  # found here too: they belong to reminders

RENDERER: Final = "reminder"


class Why(StrEnum):
    """Why a reminder that was promised is not sent."""

    GONE = "gone"
    CANCELLED = "cancelled"
    HIDDEN = "not published"
    BEGUN = "begun"
    MOVED = "moved"
    KIND_OFF = "off for the meeting"
    SIGNED_OFF = "signed off"
    ANSWERED = "answered"
    NOT_INVITED = "the invitation did not go"
    CLOSED = "too late to sign up"
    SWITCHED_OFF = "switched off"
    TOO_LATE = "of no use in the morning"
    MORNING = "put off to the morning"
    LATER = "put off by the gate"


_COMING: Final = (
    select(rsvps_table.c.person, people_table.c.chat)
    .join(people_table, people_table.c.id == rsvps_table.c.person)
    .where(
        rsvps_table.c.meeting == bindparam("meeting"),
        rsvps_table.c.person > bindparam("cursor"),
        rsvps_table.c.answer.in_(COMING),
        rsvps_table.c.changed <= bindparam("due"),
    )
    .order_by(rsvps_table.c.person)
    .limit(bindparam("limit"))
)
_FAMILY: Final = select(meetings_table.c.id).where(
    or_(meetings_table.c.id == bindparam("root"), meetings_table.c.parent == bindparam("root"))
)


def _said(table: Any, person: Any) -> Any:
    """Whether a person has a row about this meeting, its day, or anything else of that day."""
    return exists().where(table.c.person == person, table.c.meeting.in_(_FAMILY))


_SILENT: Final = (
    select(invitations_table.c.person, people_table.c.chat)
    .join(people_table, people_table.c.id == invitations_table.c.person)
    .where(
        invitations_table.c.meeting == bindparam("meeting"),
        invitations_table.c.person > bindparam("cursor"),
        invitations_table.c.created <= bindparam("due"),
        ~_said(rsvps_table, invitations_table.c.person),
        ~_said(waiting_list, invitations_table.c.person),
    )
    .order_by(invitations_table.c.person)
    .limit(bindparam("limit"))
)


def kinds(meeting: Meeting) -> tuple[Kind, ...]:
    """The kinds of reminder that are on for a meeting."""
    return tuple(kind for kind in Kind if meeting.reminders is None or kind in meeting.reminders)


# Promised.


def promise(tx: Tx, now: datetime, page: int = fanout.PAGE) -> int:
    """Promise reminders that are due to a page of people; how many."""
    return fanout.go_on(tx, KIND, _promise_page, now, page)


def _promise_page(tx: Tx, planned: Fanout, limit: int, now: datetime) -> int:
    meeting = meetings.find(tx, planned.meeting or 0)
    kind = Kind(planned.arguments["kind"])
    if meeting is None or _off(meeting, planned.arguments, now) is not None:
        fanout.drop(tx, planned.id, now)
        return 0
    found = _people(tx, meeting, kind, planned, limit)
    slot = _slot(meeting, kind)
    outbox.promise_all(tx, [_promise(meeting, slot, *row) for row in found], now)
    return fanout.passed(tx, planned, found, limit, now)


def _people(
    tx: Tx, meeting: Meeting, kind: Kind, planned: Fanout, limit: int
) -> Sequence[Sequence[Any]]:
    """The next people in the order of their numbers, each with their chat."""
    wanted = {"meeting": meeting.id, "cursor": planned.cursor, "due": planned.due, "limit": limit}
    query: Select[Any] = _COMING
    if kind is Kind.SILENT:
        query, wanted["root"] = _SILENT, meeting.parent or meeting.id
    found: Sequence[Sequence[Any]] = tx.execute(query, wanted).all()
    return found


def _slot(meeting: Meeting, kind: Kind) -> Slot:
    return next(s for s in all_slots(meeting.starts, meeting.zone) if s.kind is kind)


def _promise(meeting: Meeting, slot: Slot, person: int, chat: str) -> Promise:
    return Promise(
        key=f"{key(meeting, slot.kind)}:{person}",
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


# Looked at when it is sent.


@dataclass(frozen=True, slots=True)
class Reminder:
    """Whom to remind of what, as it stands now; without an answer they were invited to it."""

    meeting: Meeting
    person: Person
    rsvp: Rsvp | None


def still_wanted(tx: Tx, promised: Mapping[str, Any], now: datetime) -> Reminder | Skipped:
    """What a promised reminder is to say, or why it is not to be sent, or not at this hour.

    One that would come at night, because it could not be sent in time, is promised for the
    morning, if it is of use then. The last one never comes at night: it is missed before.
    """
    meeting = meetings.find(tx, promised["meeting"])
    person = people.find(tx, promised["person"])
    if meeting is None or person is None:
        return Skipped(Why.GONE)
    kind = Kind(promised["kind"])
    rsvp = rsvps.find(tx, meeting.id, person.id)
    why = _off(meeting, promised, now) or _unwanted(tx, meeting, person, rsvp, kind)
    if why is None and kind is Kind.SILENT and rsvps.closed(meeting, now) is rsvps.Why.DEADLINE:
        why = Why.CLOSED
    if why is not None:
        return Skipped(why)
    if kind != Kind.HOURS and is_night(now, meeting.zone):
        morning = morning_after(now, meeting.zone)
        put_off = _put_off(tx, _again(meeting, kind, person), "morning", morning, now)
        return Skipped(Why.MORNING if put_off else Why.TOO_LATE)
    if kind is Kind.SILENT:
        return _through_the_gate(tx, meeting, person, now)
    return Reminder(meeting, person, rsvp)


def _off(meeting: Meeting, promised: Mapping[str, Any], now: datetime) -> Why | None:
    """Why nobody is reminded any more of what was planned or promised."""
    if meeting.is_cancelled:
        return Why.CANCELLED
    if not meetings.visible(meeting, now):
        return Why.HIDDEN
    if meeting.starts.isoformat() != promised["start"]:
        return Why.MOVED
    if meeting.starts <= now:
        return Why.BEGUN
    return None if promised["kind"] in kinds(meeting) else Why.KIND_OFF


def _unwanted(
    tx: Tx, meeting: Meeting, person: Person, rsvp: Rsvp | None, kind: Kind
) -> str | None:
    """Why this one person is not reminded any more."""
    if not person.reachable:
        return outbox.TAKEN_BACK
    if not person.reminders:
        return Why.SWITCHED_OFF
    if kind is Kind.SILENT:
        if audiences.has_answered(tx, meeting, person.id):
            return Why.ANSWERED
        invited = invitations.has(tx, meeting.id, person.id)
        return None if invited else Why.NOT_INVITED
    if rsvp is None or rsvp.answer not in COMING:
        return Why.SIGNED_OFF
    due = _slot(meeting, kind).due
    told = changes.tells_of_a_move(tx, meeting, rsvp.version, due)
    return Why.MOVED if told else None


def _again(meeting: Meeting, kind: Kind, person: Person) -> Promise:
    return _promise(meeting, _slot(meeting, kind), person.id, person.chat)


def _put_off(tx: Tx, promised: Promise, name: str, until: datetime, now: datetime) -> bool:
    """Promise it again for later, if it is of use then."""
    if promised.useful_until is None or until >= promised.useful_until:
        return False
    again = replace(promised, key=f"{promised.key}:{name}", due=until)
    outbox.promise(tx, again, now)
    return True


def _through_the_gate(
    tx: Tx, meeting: Meeting, person: Person, now: datetime
) -> Reminder | Skipped:
    """To somebody who did not answer it is news, and they may have had enough of that."""
    again = _again(meeting, Kind.SILENT, person)
    match gate.decide(tx, person, Purpose.NEWS, again.key, now):
        case gate.Pass():
            return Reminder(meeting, person, None)
        case gate.Refused(why):
            return Skipped(why)
        case gate.Later(at, why):
            later = _put_off(tx, again, at.isoformat(), at, now)
            return Skipped(Why.LATER if later else why)
