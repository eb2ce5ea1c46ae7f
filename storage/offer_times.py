"""Until when somebody can take a seat that is offered to them: pure arithmetic with wall time.

Up to a day before the start the next in line is moved up at once. Longer before, a seat is offered
for twelve hours, or half of the hours that are left until the start if that is less. Hours of the
night, from nine in the evening until nine in the morning where the meeting is, do not count.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from storage import wall_time
from storage.reminder_times import MORNING, NIGHT, is_night, morning_after

AT_ONCE: Final = timedelta(hours=24)
"""So long before the start, and until then, nobody is asked whether they still want a seat."""
LONGEST: Final = timedelta(hours=12)
WITHOUT_WAITING: Final = timedelta(hours=2)
"""So soon after the morning a meeting starts for which people are woken."""


def is_urgent(starts: datetime, now: datetime) -> bool:
    """Whether a free seat goes to the next in line at once."""
    return starts - now <= AT_ONCE


def deadline(starts: datetime, zone: str, now: datetime) -> datetime:
    """Until when an offer that is made now holds; never after the start."""
    spans = list(_daytime(now, starts, zone))
    left = sum((end - begin for begin, end in spans), timedelta())
    still = min(LONGEST, left / 2)
    for begin, end in spans:
        if begin + still <= end:
            return begin + still
        still -= end - begin
    return starts


def told(starts: datetime, zone: str, now: datetime) -> datetime:
    """When a person is told that their place in line changed: at nine if it is night now.

    At once all the same if the meeting starts by eleven that morning.
    """
    if not is_night(now, zone):
        return now
    morning = morning_after(now, zone)
    return now if starts - morning <= WITHOUT_WAITING else morning


def _daytime(since: datetime, until: datetime, zone: str) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of day between two moments."""
    today = wall_time.wall(since, zone).date()
    while (morning := _at(today, MORNING, zone)) < until:
        begin = max(morning, since)
        end = min(_at(today, NIGHT, zone), until)
        if begin < end:
            yield begin, end
        today += timedelta(days=1)


def _at(day: date, hour: time, zone: str) -> datetime:
    return wall_time.moment(datetime.combine(day, hour), zone)
