"""On which dates a meeting comes back."""

from datetime import datetime, timedelta

import pytest
from dateutil.rrule import MONTHLY, rrule, weekday
from hypothesis import given
from hypothesis import strategies as st

from storage import series
from storage.series import MOST, Rhythm
from tests.storage.planning import wall

FIRST = wall("2027-03-09T19:30")
"""The second Tuesday of March."""


@pytest.mark.parametrize(
    ("rhythm", "until", "dates"),
    [
        (Rhythm.WEEKLY, "2027-03-30T19:30", ["03-16", "03-23", "03-30"]),
        (Rhythm.WEEKLY, "2027-03-30T19:29", ["03-16", "03-23"]),
        (Rhythm.EVERY_TWO_WEEKS, "2027-04-10T00:00", ["03-23", "04-06"]),
        (Rhythm.MONTHLY, "2027-06-08T19:30", ["04-13", "05-11", "06-08"]),
        (Rhythm.MONTHLY, "2027-03-09T19:30", []),
    ],
)
def test_a_series_follows_its_first_meeting(rhythm: Rhythm, until: str, dates: list[str]) -> None:
    found = series.following(FIRST, rhythm, until=wall(until))
    assert [f"{start:%m-%d}" for start in found] == dates
    assert {start.time() for start in found} <= {FIRST.time()}


def test_what_starts_on_a_fifth_weekday_comes_back_on_the_last() -> None:
    first = wall("2027-03-30T19:30")
    found = series.following(first, Rhythm.MONTHLY, until=wall("2027-07-01T00:00"))
    assert [f"{start:%m-%d}" for start in found] == ["04-27", "05-25", "06-29"]


def test_a_series_ends_after_a_year_of_weeks() -> None:
    found = series.following(FIRST, Rhythm.WEEKLY, until=FIRST + timedelta(days=9999))
    assert len(found) == MOST
    assert found[-1] == FIRST + timedelta(weeks=MOST)


@given(st.datetimes(wall("2026-01-01"), wall("2030-12-31")).filter(lambda at: at.day <= 28))
def test_monthly_is_the_same_weekday_that_another_reader_finds(first: datetime) -> None:
    first = first.replace(microsecond=0)
    same = weekday(first.weekday(), (first.day - 1) // 7 + 1)
    expected = list(rrule(MONTHLY, dtstart=first, byweekday=same, count=13))[1:]
    assert series.following(first, Rhythm.MONTHLY, until=expected[-1]) == expected
