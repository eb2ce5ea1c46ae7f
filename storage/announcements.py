"""Announcements: what a coordinator writes to many, from the draft until it is begun.

    draft → asked → planned → begun       asked: waits for a second coordinator
    planned → asked                       who planned it has no role any more
    asked, planned → draft                undone, refused, or its meeting is off
    draft, asked, planned → dropped

- Every accepted answer of the talk is kept in `draft`, so that one goes on another day (`DRAFTS`).
- What is sent (`content`, `audience`) is written as a whole, and only while it is a draft.
- A planned one has a moment, `due`, or a meeting and minutes from its start: that moment is worked
  out from the meeting each time it is looked at, so that it moves along.
- Only what is planned begins; `storage.sendings` says how it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, update

from storage import meetings, settings, wall_time
from storage.announcement_rows import (
    SERVICE,
    Announcement,
    Content,
    State,
    drafts,
    find,
    find_many,
    fingerprint,
    overview,
    planned,
    same,
    signed_by,
    taking_late,
    unbegun,
)
from storage.drafts import DRAFTS, as_sent
from storage.meetings import Meeting
from storage.reminder_times import by_day, is_night
from storage.tables import announcements as table
from storage.transaction import Tx

__all__ = [
    "DRAFTS",
    "SERVICE",
    "Announcement",
    "Content",
    "State",
    "drafts",
    "find",
    "find_many",
    "fingerprint",
    "overview",
    "same",
    "signed_by",
    "taking_late",
]  # found here too: they are of announcements

TO_UNDO: Final = timedelta(seconds=60)
A_DAY: Final = 24 * 60  # minutes
LATE_FOR: Final = "late_for"
"""In the content: the seconds that late ones have, where it moves along with a meeting."""


def new(tx: Tx, by: int, now: datetime) -> int:
    """Begin a draft; its number."""
    values = {"state": State.DRAFT, "made_by": by, "draft": [], "created": now, "changed": now}
    return int(tx.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())


def write(  # noqa: PLR0913 - what is written of one announcement, by name
    tx: Tx,
    announcement: int,
    *,
    content: Content,
    audience: Mapping[str, Any],
    purpose: str,
    meeting: int | None,
    minutes: int | None,
    useful_until: datetime | None,
    late_until: datetime | None,
    is_news: bool,
    paid: bool,
    now: datetime,
    by: int | None = None,
) -> bool:
    """Write down what is to be sent to whom; False if it is no draft any more.

    `by` is who wrote it, where that may be somebody else than who began it.
    """
    if late_until is not None and meeting is not None and minutes is not None:
        content = {**content, LATE_FOR: _late_for(tx, meeting, minutes, late_until)}
    values = {
        **({"made_by": by} if by is not None else {}),
        "content": dict(content),
        "audience": dict(audience),
        "fingerprint": fingerprint(content, audience),
        "purpose": purpose,
        "meeting": meeting,
        "minutes": minutes,
        "useful_until": useful_until,
        "late_until": late_until,
        "is_news": is_news,
        "paid": paid,
    }
    return _moved(tx, announcement, (State.DRAFT,), State.DRAFT, now, **values)


def _late_for(tx: Tx, meeting: int, minutes: int, late_until: datetime) -> float:
    """The seconds that late ones have; the moment from which they count moves with the meeting."""
    found = meetings.find(tx, meeting)
    begins = moment_of(found, minutes) if found is not None else late_until
    return (late_until - begins).total_seconds()


def late_from(announcement: Announcement, begun: datetime) -> datetime | None:
    """Until when those who join get it too, where it begins then."""
    seconds = (announcement.content or {}).get(LATE_FOR)
    if announcement.late_until is None or not announcement.is_relative or seconds is None:
        return announcement.late_until
    return begun + timedelta(seconds=seconds)


def ask(tx: Tx, announcement: int, now: datetime, due: datetime | None = None) -> bool:
    """Have it wait for a second coordinator; False if it is no draft that says something.

    `due` is when it is to begin; without one that is by its meeting, or once somebody agreed.
    """
    return _moved(tx, announcement, (State.DRAFT,), State.ASKED, now, due=due)


def plan(tx: Tx, announcement: int, due: datetime | None, by: int, now: datetime) -> bool:
    """Have it begin at `due`, or by its meeting; `by` approved. False: somebody else was first."""
    values = {"due": due, "approved_by": by}
    return _moved(tx, announcement, (State.DRAFT, State.ASKED), State.PLANNED, now, **values)


def agree(tx: Tx, announcement: int, due: datetime | None, by: int, now: datetime) -> bool:
    """The same for what a colleague was asked about; False if that is over, maybe just now."""
    values = {"due": due, "approved_by": by}
    return _moved(tx, announcement, (State.ASKED,), State.PLANNED, now, **values)


def undo(tx: Tx, announcement: int, now: datetime) -> bool:
    """Make it a draft again, which is how it is refused too; False if it has begun."""
    values = {"due": None, "approved_by": None}
    return _moved(tx, announcement, (State.ASKED, State.PLANNED), State.DRAFT, now, **values)


def drop(tx: Tx, announcement: int, now: datetime) -> bool:
    """Throw it away, and what it says; False if it has begun, or was thrown away before."""
    states = (State.DRAFT, State.ASKED, State.PLANNED)
    nothing: dict[str, Any] = {"draft": [], "content": None, "audience": None, "fingerprint": None}
    return _moved(tx, announcement, states, State.DROPPED, now, **nothing)


def _moved(
    tx: Tx,
    announcement: int,
    states: Iterable[State],
    to: State,
    now: datetime,
    **values: Any,
) -> bool:
    which = [table.c.id == announcement, table.c.state.in_(list(states))]
    if to in (State.ASKED, State.PLANNED):
        which += [table.c.content.is_not(None), table.c.audience.is_not(None)]
    moved = update(table).where(*which).values(state=to, changed=now, **values)
    return tx.execute(moved).rowcount == 1


def due(tx: Tx, now: datetime) -> list[Announcement]:
    """Those that are to begin now, the longest due first, held until they have.

    At night only what somebody planned for that very moment, and not by its meeting, for those whom
    it concerns.
    """
    found = planned(tx, held=True)
    moments = {one.id: due_of(tx, one) for one in found}
    night = bool(found) and is_night(now, settings.platform(tx).zone)
    ready = [
        one
        for one in found
        if (moment := moments[one.id]) is not None
        and moment <= now
        and (not night or _may_disturb(one))
        and not is_stranded(tx, one, now)
    ]
    return sorted(ready, key=lambda one: (moments[one.id], one.id))


def _may_disturb(one: Announcement) -> bool:
    return one.purpose == SERVICE and not one.is_relative


def due_of(tx: Tx, announcement: Announcement) -> datetime | None:
    """When it is to begin; None if nobody said, or its meeting is off.

    There is a minute to undo it, also where its meeting brings that moment nearer.
    """
    if not announcement.is_relative:
        return announcement.due
    meeting = _meeting(tx, announcement)
    if meeting is None:
        return None
    moment = moment_of(meeting, announcement.minutes or 0)
    planned_now = announcement.state == State.PLANNED
    return max(moment, announcement.changed + TO_UNDO) if planned_now else moment


def _meeting(tx: Tx, announcement: Announcement) -> Meeting | None:
    """The meeting that it goes by, if that is to take place."""
    if announcement.meeting is None:
        return None
    found = meetings.find(tx, announcement.meeting)
    return found if found is not None and not found.is_cancelled else None


def before_meeting(tx: Tx, announcement: Announcement) -> datetime | None:
    """When its meeting begins, for one that is to come before that; else None."""
    if not announcement.is_relative or (announcement.minutes or 0) >= 0:
        return None
    meeting = _meeting(tx, announcement)
    return meeting.starts if meeting is not None else None


def priced(tx: Tx, announcement: Announcement) -> Announcement:
    """The same; for nothing, where paying was switched off since it was planned."""
    if not announcement.paid or settings.get(tx, "announcements", {}).get("paid_broadcast"):
        return announcement
    tx.execute(update(table).where(table.c.id == announcement.id).values(paid=False))
    return replace(announcement, paid=False)


def moment_of(meeting: Meeting, minutes: int) -> datetime:
    """So many minutes from its start; whole days and more by the clocks that people see."""
    if abs(minutes) < A_DAY:
        return meeting.starts + timedelta(minutes=minutes)
    wall = wall_time.wall(meeting.starts, meeting.zone) + timedelta(minutes=minutes)
    return wall_time.moment(wall, meeting.zone)


def stranded(tx: Tx, now: datetime) -> list[Announcement]:
    """Planned ones, and those that wait for a colleague, that can never begin: each is made a
    draft again; told to who wrote them.
    """
    found = [one for one in unbegun(tx) if is_stranded(tx, one, now)]
    return [one for one in found if undo(tx, one.id, now)]


def is_stranded(tx: Tx, one: Announcement, now: datetime) -> bool:
    """Whether its meeting is off or over, or has begun where it was to come before that, or it is
    of use to nobody any more.
    """
    if one.useful_until is not None and one.useful_until <= now:
        return True
    if not one.is_relative:
        return _was_called_off(tx, one)
    meeting = _meeting(tx, one)
    if meeting is None:
        return True
    return meeting.starts <= now and (one.minutes or 0) < 0


def _was_called_off(tx: Tx, one: Announcement) -> bool:
    """Whether the meeting of the people it is for was cancelled since this was written."""
    if one.purpose != SERVICE or one.meeting is None:
        return False
    found = meetings.find(tx, one.meeting)
    if found is None or not found.is_cancelled or found.changed is None:
        return False
    return found.changed >= one.changed


def next_due(tx: Tx, now: datetime) -> datetime | None:
    """When the next planned one begins that does not yet."""
    found = planned(tx)
    zone = settings.platform(tx).zone if found else ""
    begins = [
        moment if _may_disturb(one) else by_day(max(moment, now), zone)
        for one in found
        if (moment := due_of(tx, one)) is not None
    ]
    return min((moment for moment in begins if moment > now), default=None)


def copy(tx: Tx, announcement: int, by: int, now: datetime) -> int:
    """A new draft that says the same to the same people, as it was corrected last; its number."""
    kept = ("purpose", "content", "audience", "fingerprint", "meeting", "is_news")
    columns = [table.c.state, table.c.draft, *(table.c[name] for name in kept)]
    one = tx.execute(select(*columns).where(table.c.id == announcement)).one()
    draft = as_sent(one.draft, one.content or {}) if one.state == State.BEGUN else one.draft
    values = {name: getattr(one, name) for name in kept} | {"draft": draft, "made_by": by}
    made = insert(table).values(state=State.DRAFT, created=now, changed=now, **values)
    return int(tx.execute(made.returning(table.c.id)).scalar_one())
