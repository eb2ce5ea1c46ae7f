"""When reminders of a meeting are sent: pure arithmetic with wall time.

    kind    due                                             useful until
    week    ten in the morning, seven calendar days before  three days before the start
    silent  ten in the morning, three calendar days before  a day before the start
    day     ten in the morning, the day before              six hours before the start
    hours   two real hours before                           the start, or the night before it

`silent` goes to people who were invited and have not answered, the others to those who come. All
in the wall time of the meeting's zone, and none at night: between nine in the evening and nine in
the morning. Where two hours before is at night, it comes at half past eight that evening.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from storage import wall_time


class Kind(StrEnum):
    """Which of the reminders, the first to be sent first."""

    WEEK = "week"
    SILENT = "silent"
    DAY = "day"
    HOURS = "hours"


MORNING: Final = time(9)
SET_HOUR: Final = time(10)
EVENING: Final = time(20, 30)
NIGHT: Final = time(21)


@dataclass(frozen=True, slots=True)
class Slot:
    """When one reminder is due, and the moment from which it is missed instead; both in UTC."""

    kind: Kind
    due: datetime
    useful_until: datetime


def slots(starts: datetime, zone: str) -> tuple[Slot, ...]:
    """The reminders of a meeting that starts at that moment, in the order they are due, to those
    who said that they come.
    """
    local = wall_time.wall(starts, zone)
    today = local.date()
    return (
        Slot(
            Kind.WEEK,
            _at(today - timedelta(days=7), SET_HOUR, zone),
            wall_time.moment(local - timedelta(days=3), zone),
        ),
        Slot(Kind.DAY, _at(today - timedelta(days=1), SET_HOUR, zone), starts - timedelta(hours=6)),
        _hours_before(starts, zone),
    )


def silent(starts: datetime, zone: str) -> Slot:
    """The one reminder to people who were invited and say nothing."""
    local = wall_time.wall(starts, zone)
    return Slot(
        Kind.SILENT,
        _at(local.date() - timedelta(days=3), SET_HOUR, zone),
        wall_time.moment(local - timedelta(days=1), zone),
    )


def all_slots(starts: datetime, zone: str) -> tuple[Slot, ...]:
    """Every reminder of a meeting, in the order of `Kind`."""
    week, day, hours = slots(starts, zone)
    return (week, silent(starts, zone), day, hours)


def _hours_before(starts: datetime, zone: str) -> Slot:
    due = starts - timedelta(hours=2)
    if is_night(due, zone):
        due = _at(_evening_of(due, zone), EVENING, zone)
    tonight = _at(wall_time.wall(due, zone).date(), NIGHT, zone)
    return Slot(Kind.HOURS, due, min(starts, tonight))


def is_night(moment: datetime, zone: str) -> bool:
    """Whether people are left alone at that moment: from nine until nine."""
    return not MORNING <= wall_time.wall(moment, zone).time() < NIGHT


def morning_after(night: datetime, zone: str) -> datetime:
    """Nine o'clock at the end of the night that this moment is in."""
    return _at(_evening_of(night, zone) + timedelta(days=1), MORNING, zone)


def by_day(moment: datetime, zone: str) -> datetime:
    """That moment, or nine o'clock where it is at night."""
    return morning_after(moment, zone) if is_night(moment, zone) else moment


def _evening_of(night: datetime, zone: str) -> date:
    """The day on which the night began that this moment is in."""
    local = wall_time.wall(night, zone)
    return local.date() if local.time() >= NIGHT else local.date() - timedelta(days=1)


def _at(day: date, hour: time, zone: str) -> datetime:
    return wall_time.moment(datetime.combine(day, hour), zone)
