"""Until when: an hour, or how long it lasts."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.checks import Invalid, Unsure
from bot.dialogue.language import speaking
from bot.dialogue.messages import Heard, Origin
from bot.dialogue.typed_time import lengths, moment_checks, time_words
from tests.dialogue.test_dates import NOW, ZONE, told


def until(text, start, language="nl"):
    with speaking(language):
        check = moment_checks.ending(datetime.fromisoformat(start), ZONE, NOW)
        found = told(check.read(Heard(Origin("", ""), text), NOW, ZoneInfo(ZONE)))
    if isinstance(found, list):
        return [each.removeprefix("2027-03-") for each in found]
    return found.removeprefix("2027-03-")


EVENING, MORNING, NOON = "2027-03-09T19:30", "2027-03-09T10:00", "2027-03-09T13:00"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("10", EVENING, "09T22:00"),
        ("tot 10 uur", EVENING, "09T22:00"),
        ("until half past nine", EVENING, "09T21:30"),
        ("22.00 uur", EVENING, "09T22:00"),
        ("2 uur", EVENING, "09T21:30"),
        ("anderhalf uur", EVENING, "09T21:00"),
        ("het duurt een uurtje", EVENING, "09T20:30"),
        ("an hour and a half", EVENING, "09T21:00"),
        ("2,5 uur", EVENING, "09T22:00"),
        ("90 minuten", EVENING, "09T21:00"),
        ("2 uur en een kwartier", EVENING, "09T21:45"),
        ("half uur", EVENING, "09T20:00"),
        ("drie kwartier", EVENING, "09T20:15"),
        ("01:00", EVENING, "10T01:00"),
        ("12 uur", MORNING, "09T12:00"),
        ("half 1", MORNING, "09T12:30"),
        ("5 uur 's middags", MORNING, "09T17:00"),
        ("donderdag 11 maart 17.00", MORNING, ["11T17:00"]),
        ("2 uur", NOON, ["09T15:00", "09T14:00"]),
        ("5 uur", MORNING, ["09T15:00", "09T17:00"]),
        ("morgen 9.30", "2027-03-09T21:30", ["10T09:30"]),
    ],
)
def test_an_end_is_an_hour_or_a_length(text, start, end):
    assert until(text, start) == end


def test_an_end_before_the_start_is_a_question_back():
    assert until("19:00", EVENING, "en") == (
        "It starts on Tuesday 9 March, 19:30. When does it end? "
        "Type a later time, or how long it lasts."
    )


def test_an_end_weeks_later_is_a_question_back():
    assert until("28-3 17:00", EVENING, "en") == (
        "Sunday 28 March, 17:00 is more than a week after the start. When does it end?"
    )


def test_an_end_that_the_clocks_leave_out_is_a_question_back():
    assert until("02:30", "2027-03-27T22:00", "en").startswith("On Sunday 28 March 2027 the clocks")


def test_what_is_no_end_is_said_so():
    told_so = "I do not understand that time. Type an hour, or how long it lasts."
    assert until("als we klaar zijn", EVENING, "en") == told_so


def test_an_end_moves_along_with_its_start():
    kept = moment_checks.ending(datetime.fromisoformat(EVENING), ZONE, NOW)
    moved = moment_checks.ending(datetime.fromisoformat(MORNING), ZONE, NOW)
    stored = kept.encode(datetime.fromisoformat("2027-03-09T21:30"))
    assert moved.decode(stored) == datetime.fromisoformat("2027-03-09T12:00")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("2 uur", 120),
        ("1,5 uur", 90),
        ("1.5h", 90),
        ("1 uur en 20 minuten", 80),
        ("een kwartiertje", 15),
        ("two and a half hours", 150),
        ("twee en een half uur", 150),
        ("half an hour", 30),
        ("half tien", None),
        ("22:00", None),
        ("0 uur", None),
        ("", None),
    ],
)
def test_a_length_is_read(text, minutes):
    assert lengths.read(time_words.plainly(text)) == minutes


def occasion(text, language="nl"):
    with speaking(language):
        check = moment_checks.occasion(ZONE, NOW)
        match check.read(Heard(Origin("", ""), text), NOW, ZoneInfo(ZONE)):
            case Invalid(wrong):
                return wrong
            case Unsure(values):
                return [check.show(value) for value in values]
            case found:
                return check.show(check.decode(check.encode(found)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9-3 19.30-21.30", "Tuesday 9 March, 19:30 to 21:30"),
        ("19.30 tot 21.30 uur dinsdag 9 maart", "Tuesday 9 March, 19:30 to 21:30"),
        ("zaterdag 6 maart van 10 tot 4 uur 's middags", "Saturday 6 March, 10:00 to 16:00"),
        ("9-3 19:30", "Tuesday 9 March, 19:30"),
        ("9-3 19:30 - 21:00", "Tuesday 9 March, 19:30 to 21:00"),
        (
            "dinsdag 9 maart half acht tot half tien",
            ["Tuesday 9 March, 19:30 to 21:30", "Tuesday 9 March, 07:30 to 09:30"],
        ),
        ("9-3 half acht", ["Tuesday 9 March, 19:30", "Tuesday 9 March, 07:30"]),
    ],
)
def test_an_end_may_be_typed_along_with_the_start(text, said):
    assert occasion(text, "en") == said


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("9-3 21:30-19:30", "It starts on Tuesday 9 March, 21:30. When does it end?"),
        ("9-3 19:30 tot het op is", "I do not understand that time."),
        ("19:30-21:30", "I see a time, but no day."),
        ("28-2-2027 19:30-21:30", "Sunday 28 February, 19:30 is past already."),
    ],
)
def test_what_cannot_be_from_until_is_said_so(text, wrong):
    assert occasion(text, "en").startswith(wrong)


def test_on_a_known_day_an_hour_is_enough():
    day = datetime.fromisoformat(EVENING).date()
    check = moment_checks.moment(ZONE, NOW, on=day)
    found = check.read(Heard(Origin("", ""), "20.00"), NOW, ZoneInfo(ZONE))
    assert told(found) == "2027-03-09T20:00"
