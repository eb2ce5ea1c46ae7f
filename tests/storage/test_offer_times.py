"""Until when an offer holds, and when people hear of it: wall time, nights left out."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import wall_time
from storage.offer_times import deadline, is_urgent, told
from storage.reminder_times import is_night
from tests.storage import seats_model

ZONE = "Europe/Amsterdam"


def at(text: str, zone: str = ZONE) -> datetime:
    return wall_time.moment(datetime.fromisoformat(text), zone)


def shown(moment: datetime, zone: str = ZONE) -> str:
    return wall_time.wall(moment, zone).isoformat(" ", "seconds")


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        # Long before: twelve hours of day, so the same time tomorrow.
        ("2027-06-01 12:00", "2027-06-20 19:30", "2027-06-02 12:00:00"),
        ("2027-06-01 09:00", "2027-06-20 19:30", "2027-06-01 21:00:00"),
        ("2027-06-01 20:59", "2027-06-20 19:30", "2027-06-02 20:59:00"),
        # By night it begins at nine.
        ("2027-06-01 21:00", "2027-06-20 19:30", "2027-06-02 21:00:00"),
        ("2027-06-02 03:00", "2027-06-20 19:30", "2027-06-02 21:00:00"),
        ("2027-06-02 08:59", "2027-06-20 19:30", "2027-06-02 21:00:00"),
        # Half of what is left is less: 2.5 hours this evening and 10.5 tomorrow are 13.
        ("2027-06-01 18:30", "2027-06-02 19:30", "2027-06-02 13:00:00"),
        ("2027-06-01 09:00", "2027-06-02 10:00", "2027-06-01 15:30:00"),
        ("2027-06-01 22:00", "2027-06-03 09:00", "2027-06-02 15:00:00"),
        # Exactly twice twelve hours of day are left.
        ("2027-06-01 09:00", "2027-06-03 09:00", "2027-06-01 21:00:00"),
        # A night may be an hour shorter or longer; the days are as long as ever.
        ("2027-03-27 15:00", "2027-04-20 19:30", "2027-03-28 15:00:00"),
        ("2027-10-30 15:00", "2027-11-20 19:30", "2027-10-31 15:00:00"),
    ],
)
def test_an_offer_holds_for_half_of_the_days_hours_left(now: str, starts: str, until: str) -> None:
    assert shown(deadline(at(starts), ZONE, at(now))) == until


def test_the_night_is_that_of_the_meeting() -> None:
    lisbon = "Europe/Lisbon"
    until = deadline(at("2027-06-20 19:30", lisbon), lisbon, at("2027-06-01 21:30"))
    assert shown(until, lisbon) == "2027-06-02 20:30:00"


minutes = st.integers(0, 6 * 24 * 60)
beginnings = st.sampled_from(["2026-10-24 00:00", "2027-03-26 00:00", "2028-02-27 00:00"])


@given(since=beginnings, passed=minutes, ahead=st.integers(24 * 60 + 1, 9 * 24 * 60))
def test_it_is_what_counting_half_minutes_gives(since: str, passed: int, ahead: int) -> None:
    now = at(since) + timedelta(minutes=passed)
    starts = now + timedelta(minutes=ahead)
    until = deadline(starts, ZONE, now)
    assert until == seats_model.deadline(starts, now, ZONE)
    assert now < until < starts
    assert not is_night(until - timedelta(seconds=1), ZONE)


@given(since=beginnings, passed=minutes, ahead=st.integers(1, 3 * 24 * 60))
def test_nobody_is_told_at_night_unless_they_would_miss_it(
    since: str, passed: int, ahead: int
) -> None:
    now = at(since) + timedelta(minutes=passed)
    starts = now + timedelta(minutes=ahead)
    due = told(starts, ZONE, now)
    assert due == seats_model.told(starts, now, ZONE)
    assert now <= due <= max(now, starts)


@pytest.mark.parametrize(
    ("now", "starts", "due"),
    [
        ("2027-06-01 20:59", "2027-06-02 19:30", "2027-06-01 20:59:00"),
        ("2027-06-01 21:00", "2027-06-02 19:30", "2027-06-02 09:00:00"),
        ("2027-06-01 23:30", "2027-06-02 11:01", "2027-06-02 09:00:00"),
        ("2027-06-01 23:30", "2027-06-02 11:00", "2027-06-01 23:30:00"),
        ("2027-06-01 23:30", "2027-06-02 08:00", "2027-06-01 23:30:00"),
        ("2027-06-02 08:59", "2027-06-02 19:30", "2027-06-02 09:00:00"),
        ("2027-03-27 23:30", "2027-03-28 19:30", "2027-03-28 09:00:00"),
    ],
)
def test_at_night_it_waits_for_the_morning(now: str, starts: str, due: str) -> None:
    assert shown(told(at(starts), ZONE, at(now))) == due


def test_a_day_before_is_24_real_hours() -> None:
    starts = at("2027-03-28 19:30")
    assert is_urgent(starts, starts - timedelta(hours=24))
    assert not is_urgent(starts, starts - timedelta(hours=24, seconds=1))
    # The clocks went forward that night: the same wall time the day before is 23 hours ago.
    assert is_urgent(starts, at("2027-03-27 18:31"))
