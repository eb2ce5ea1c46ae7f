"""When reminders come: every day of five years, both clock changes in them, and never at night."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import wall_time
from storage.reminder_times import Kind, all_slots, is_night, morning_after, silent, slots

AMSTERDAM = "Europe/Amsterdam"
FIRST, LAST = datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-12-31")
HOURS = [time(0, 0), time(2, 30), time(8, 0), time(10, 59), time(11, 0), time(13, 15),
         time(19, 30), time(22, 59), time(23, 0), time(23, 59)]  # fmt: skip
ZONES = [AMSTERDAM, "Europe/Lisbon", "America/Paramaribo", "America/Curacao", "Pacific/Auckland"]


def local(moment: datetime, zone: str = AMSTERDAM) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def check(starts: datetime, zone: str) -> None:
    """What holds for the reminders of every meeting."""
    week, asked, day, hours = all_slots(starts, zone)
    begins = local(starts, zone)
    assert [week.kind, asked.kind, day.kind, hours.kind] == list(Kind)
    assert slots(starts, zone) == (week, day, hours)
    assert silent(starts, zone) == asked
    assert local(week.due, zone) == datetime.combine(begins - timedelta(days=7), time(10))
    assert local(asked.due, zone) == datetime.combine(begins - timedelta(days=3), time(10))
    assert local(day.due, zone) == datetime.combine(begins - timedelta(days=1), time(10))
    assert week.due < asked.due < day.due < hours.due < starts
    for slot in (week, asked, day, hours):
        assert not is_night(slot.due, zone)
        assert slot.due.tzinfo is UTC
        assert slot.due < slot.useful_until <= starts
    two_hours = starts - timedelta(hours=2)
    if is_night(two_hours, zone):
        assert local(hours.due, zone).time() == time(20, 30)
        assert timedelta(0) < two_hours - hours.due <= timedelta(hours=13, minutes=30)
    else:
        assert hours.due == two_hours


@pytest.mark.parametrize("hour", HOURS)
def test_no_day_of_five_years_has_a_wrong_reminder(hour: time) -> None:
    seen: set[tuple[Kind, datetime]] = set()
    for number in range((LAST - FIRST).days + 1):
        starts = wall_time.moment(datetime.combine(FIRST + timedelta(days=number), hour), AMSTERDAM)
        check(starts, AMSTERDAM)
        moments = {(slot.kind, slot.due) for slot in all_slots(starts, AMSTERDAM)}
        assert not moments & seen
        seen |= moments
    assert len(seen) == len(Kind) * 1826


@settings(max_examples=300, deadline=None)
@given(st.datetimes(FIRST, LAST), st.sampled_from(ZONES))
def test_any_start_in_any_zone_has_reminders_by_day(starts: datetime, zone: str) -> None:
    check(wall_time.moment(starts, zone), zone)


@pytest.mark.parametrize(
    ("starts", "week", "day", "hours"),
    [
        ("2027-09-28T19:30", "2027-09-21T10:00", "2027-09-27T10:00", "2027-09-28T17:30"),
        # The clocks go forward on 28 March and back on 31 October.
        ("2027-03-29T10:00", "2027-03-22T10:00", "2027-03-28T10:00", "2027-03-28T20:30"),
        ("2027-03-28T13:00", "2027-03-21T10:00", "2027-03-27T10:00", "2027-03-28T11:00"),
        ("2027-11-01T19:30", "2027-10-25T10:00", "2027-10-31T10:00", "2027-11-01T17:30"),
        ("2027-10-31T11:00", "2027-10-24T10:00", "2027-10-30T10:00", "2027-10-31T09:00"),
        # Two hours before is at night: the evening before, or the same one.
        ("2027-06-01T10:59", "2027-05-25T10:00", "2027-05-31T10:00", "2027-05-31T20:30"),
        ("2027-06-01T00:30", "2027-05-25T10:00", "2027-05-31T10:00", "2027-05-31T20:30"),
        ("2027-06-01T23:00", "2027-05-25T10:00", "2027-05-31T10:00", "2027-06-01T20:30"),
        ("2027-06-01T22:59", "2027-05-25T10:00", "2027-05-31T10:00", "2027-06-01T20:59"),
    ],
)
def test_reminders_come_at_set_hours(starts: str, week: str, day: str, hours: str) -> None:
    moment = wall_time.moment(datetime.fromisoformat(starts), AMSTERDAM)
    due = [local(slot.due).isoformat(timespec="minutes") for slot in slots(moment, AMSTERDAM)]
    assert due == [week, day, hours]


@pytest.mark.parametrize(
    ("starts", "week", "day", "hours"),
    [
        ("2027-09-28T19:30", "2027-09-25T19:30", "2027-09-28T13:30", "2027-09-28T19:30"),
        ("2027-06-01T10:00", "2027-05-29T10:00", "2027-06-01T04:00", "2027-05-31T21:00"),
        ("2027-06-01T22:30", "2027-05-29T22:30", "2027-06-01T16:30", "2027-06-01T21:00"),
    ],
)
def test_each_has_a_last_useful_moment(starts: str, week: str, day: str, hours: str) -> None:
    moment = wall_time.moment(datetime.fromisoformat(starts), AMSTERDAM)
    until = [local(s.useful_until).isoformat(timespec="minutes") for s in slots(moment, AMSTERDAM)]
    assert until == [week, day, hours]


@pytest.mark.parametrize(
    ("starts", "due", "until"),
    [
        ("2027-09-28T19:30", "2027-09-25T10:00", "2027-09-27T19:30"),
        ("2027-06-01T00:30", "2027-05-29T10:00", "2027-05-31T00:30"),
        # The clocks go forward in the night between.
        ("2027-03-29T09:30", "2027-03-26T10:00", "2027-03-28T09:30"),
        ("2027-11-01T19:30", "2027-10-29T10:00", "2027-10-31T19:30"),
    ],
)
def test_who_is_silent_is_asked_three_days_before(starts: str, due: str, until: str) -> None:
    slot = silent(wall_time.moment(datetime.fromisoformat(starts), AMSTERDAM), AMSTERDAM)
    found = [local(one).isoformat(timespec="minutes") for one in (slot.due, slot.useful_until)]
    assert found == [due, until]


@pytest.mark.parametrize(
    ("moment", "night", "morning"),
    [
        ("2027-06-01T20:59", False, ""),
        ("2027-06-01T21:00", True, "2027-06-02T09:00"),
        ("2027-06-02T00:00", True, "2027-06-02T09:00"),
        ("2027-06-02T08:59", True, "2027-06-02T09:00"),
        ("2027-06-02T09:00", False, ""),
        ("2027-03-27T23:00", True, "2027-03-28T09:00"),
        ("2027-10-31T04:00", True, "2027-10-31T09:00"),
    ],
)
def test_the_night_lasts_from_nine_to_nine(moment: str, night: bool, morning: str) -> None:
    then = wall_time.moment(datetime.fromisoformat(moment), AMSTERDAM)
    assert is_night(then, AMSTERDAM) is night
    if night:
        after = local(morning_after(then, AMSTERDAM))
        assert after.isoformat(timespec="minutes") == morning
