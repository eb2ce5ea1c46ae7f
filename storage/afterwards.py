"""After a meeting: who was there is asked what they thought of it, once.

    planned (a fan-out) → two hours after the end, by day: promised, a page at a time → written

Who was there are those who were let in at the door; where nobody was, all who said yes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, exists, func, or_, select

from storage import days, fanout, feedback, meetings, outbox, people, wall_time
from storage.desk import Skipped
from storage.fanout import Fanout
from storage.meetings import Answer, Kind, Meeting, Status
from storage.outbox import Promise
from storage.people import Person
from storage.reminder_times import is_night, morning_after
from storage.tables import fanouts, rsvps
from storage.tables import meetings as meetings_table
from storage.tables import people as people_table
from storage.transaction import Tx
from storage.unindexed import unindexed

KIND: Final = "afterwards"
RENDERER: Final = "afterwards"
AHEAD: Final = timedelta(days=32)
AFTER: Final = timedelta(hours=2)
USEFUL: Final = timedelta(days=3)
"""So long after the end people still know what they thought."""
MORNING: Final = time(10)
MOST_PLANNED: Final = 50
"""So many are planned in one go, the soonest over first."""

_ASKED_ABOUT: Final = (
    select(meetings_table.c.id)
    .where(
        meetings_table.c.ends > bindparam("since"),
        meetings_table.c.starts <= bindparam("until"),
        meetings_table.c.status == Status.ON,
        meetings_table.c.kind != Kind.DAY,
        ~exists().where(fanouts.c.meeting == meetings_table.c.id, fanouts.c.kind == KIND),
    )
    .order_by(meetings_table.c.ends)
)
_WITH_DOOR: Final = (
    select(rsvps.c.meeting)
    .where(rsvps.c.meeting.in_(bindparam("meetings", expanding=True)), rsvps.c.came.is_not(None))
    .distinct()
)
_WAS_THERE: Final = or_(
    and_(rsvps.c.meeting.in_(bindparam("meetings", expanding=True)), rsvps.c.came.is_not(None)),
    and_(
        rsvps.c.meeting.in_(bindparam("without_door", expanding=True)),
        rsvps.c.answer == Answer.YES,
    ),
)
_PAGE: Final = (
    select(rsvps.c.person, people_table.c.chat)
    .join(people_table, people_table.c.id == rsvps.c.person)
    .where(rsvps.c.meeting == bindparam("meeting"), rsvps.c.person > bindparam("cursor"))
    .order_by(rsvps.c.person)
    .limit(bindparam("limit"))
)
_LET_IN: Final = _PAGE.where(unindexed(rsvps.c.came).is_not(None))
_SAID_YES: Final = _PAGE.where(unindexed(rsvps.c.answer) == Answer.YES)
_ONE: Final = select(exists().where(_WAS_THERE, rsvps.c.person == bindparam("person")))
_COUNT: Final = select(func.count(rsvps.c.person.distinct())).where(_WAS_THERE)


def _where(tx: Tx, meeting: int) -> dict[str, Any]:
    """The meeting, or the places and parts of a day; and at which of them nobody was let in."""
    found = [meeting, *(child.id for child in days.children(tx, meeting))]
    with_door = set(tx.execute(_WITH_DOOR, {"meetings": found}).scalars())
    return {"meetings": found, "without_door": [one for one in found if one not in with_door]}


def was_there(tx: Tx, meeting: int, person: int) -> bool:
    """Whether somebody was there, as far as is known; on a day, whether anywhere."""
    return bool(tx.execute(_ONE, {**_where(tx, meeting), "person": person}).scalar())


def count(tx: Tx, meeting: int) -> int:
    """How many people who were there can be written to."""
    return int(tx.execute(_COUNT, _where(tx, meeting)).scalar_one())


def page(tx: Tx, meeting: int, cursor: int, limit: int) -> Sequence[fanout.Person]:
    """The next people who were there, in the order of their numbers, each once."""
    where = _where(tx, meeting)
    wanted = {"cursor": cursor, "limit": limit}
    found = (
        tx.execute(
            _SAID_YES if one in where["without_door"] else _LET_IN, {**wanted, "meeting": one}
        )
        for one in where["meetings"]
    )
    return fanout.first_of(found, limit)


def by_day(moment: datetime, zone: str) -> datetime:
    """That moment, or ten in the morning if it is at night."""
    if not is_night(moment, zone):
        return moment
    morning = wall_time.wall(morning_after(moment, zone), zone)
    return wall_time.moment(datetime.combine(morning.date(), MORNING), zone)


def due(meeting: Meeting) -> datetime:
    """When people are asked."""
    return by_day(meeting.ends + AFTER, meeting.zone)


def plan(tx: Tx, now: datetime) -> int:
    """Plan to ask about meetings that are near or just over, if that was not done; how many."""
    wanted = {"since": now - USEFUL, "until": now + AHEAD}
    planned = 0
    for number in list(tx.execute(_ASKED_ABOUT, wanted).scalars()):
        meeting = meetings.find(tx, number) if planned < MOST_PLANNED else None
        if meeting is not None and meetings.visible(meeting, now):
            fanout.start(tx, f"{KIND}:{number}", KIND, number, {}, None, due(meeting), now)
            planned += 1
    return planned


def promise(tx: Tx, now: datetime) -> int:
    """Promise the question to a page of those who were there; how many."""
    return fanout.go_on(tx, KIND, _promise_page, now)


def _promise_page(tx: Tx, planned: Fanout, limit: int, now: datetime) -> int:
    meeting = meetings.find(tx, planned.meeting or 0)
    if meeting is None or meeting.is_cancelled:
        fanout.drop(tx, planned.id, now)
        return 0
    if not planned.has_begun and due(meeting) > now:
        fanout.alter(tx, planned.id, {}, due(meeting))
        return 0
    found = page(tx, meeting.id, planned.cursor, limit)
    outbox.promise_all(tx, [_promise(meeting, person, chat, now) for person, chat in found], now)
    return fanout.passed(tx, planned, found, limit, now)


def _promise(meeting: Meeting, person: int, chat: str, at: datetime) -> Promise:
    return Promise(
        key=f"{KIND}:{meeting.id}:{person}",
        chat=chat,
        renderer=RENDERER,
        arguments={"meeting": meeting.id, "person": person},
        due=at,
        useful_until=meeting.ends + USEFUL,
    )


def still_wanted(
    tx: Tx, promised: Mapping[str, Any], now: datetime
) -> tuple[Meeting, Person] | Skipped:
    """Whom to ask about what, or why not: gone, was not there, has answered, or asleep."""
    meeting = meetings.find(tx, promised["meeting"])
    person = people.find(tx, promised["person"])
    if meeting is None or person is None:
        return Skipped("gone")
    if not person.reachable:
        return Skipped(outbox.TAKEN_BACK)
    if meeting.is_cancelled or not was_there(tx, meeting.id, person.id):
        return Skipped("was not there")
    if feedback.find(tx, meeting.id, person.id) is not None:
        return Skipped("answered")
    if is_night(now, meeting.zone):
        morning = by_day(now, meeting.zone)
        again = _promise(meeting, person.id, person.chat, morning)
        outbox.promise(tx, _named(again, "morning"), now)
        return Skipped("put off to the morning")
    return meeting, person


def _named(promised: Promise, name: str) -> Promise:
    return Promise(
        f"{promised.key}:{name}", promised.chat, promised.renderer, promised.arguments,
        promised.due, promised.useful_until,
    )  # fmt: skip
