"""Series: on which dates a meeting comes back. Only wall times, so a clock change moves nothing.

A date whose time does not exist, or exists twice, comes out as well: `wall_time.happens_once` tells
which, and whoever planned the series is asked.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Final

MOST: Final = 52
"""The most dates of one series: a year of weeks."""
_WEEK: Final = timedelta(days=7)


class Rhythm(StrEnum):
    """How often a meeting comes back."""

    WEEKLY = "weekly"
    EVERY_TWO_WEEKS = "every_two_weeks"
    MONTHLY = "monthly"


def following(first: datetime, rhythm: Rhythm, *, until: datetime) -> list[datetime]:
    """The starts after `first`, in wall time, up to and with `until`; at most `MOST`.

    Monthly is the same weekday of the month, such as each second Tuesday; what starts on a fifth
    one comes back on the last one.
    """
    found: list[datetime] = []
    for start in _starts(first, rhythm):
        if start > until or len(found) == MOST:
            break
        found.append(start)
    return found


def _starts(first: datetime, rhythm: Rhythm) -> Iterator[datetime]:
    if rhythm is Rhythm.MONTHLY:
        return (_months_later(first, number) for number in count(1))
    step = _WEEK if rhythm is Rhythm.WEEKLY else 2 * _WEEK
    return (first + step * number for number in count(1))


def _months_later(first: datetime, months: int) -> datetime:
    """The same weekday, and the same one of its kind, in a later month."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    begins = first.replace(year=year, month=month + 1, day=1)
    earliest = 1 + (first.weekday() - begins.weekday()) % 7
    nth = (first.day - 1) // 7
    last = monthrange(year, month + 1)[1]
    day = earliest + 7 * nth
    return begins.replace(day=day if day <= last else day - 7)
