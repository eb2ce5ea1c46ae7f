"""Days and hours as people type them, in one answer."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.checks import Invalid, Unsure
from bot.dialogue.language import speaking, when
from bot.dialogue.messages import Heard, Kind, Origin, Shared
from bot.dialogue.typed_time import moment_checks, wall_clock

ZONE = "Europe/Amsterdam"
NOW = datetime.fromisoformat("2027-03-01T11:00:00+00:00")
"""Monday 1 March 2027, noon in Amsterdam."""
NOWHERE = Origin("", "")
NEXT_TUESDAY_EVENING = "2027-03-02T19:30"


def read(text, language="nl", now=NOW, **bounds):
    """What the text may mean: wall times as ISO 8601, or what is wrong with it."""
    with speaking(language):
        check = moment_checks.moment(ZONE, now, **bounds)
        return told(check.read(Heard(NOWHERE, text), now, ZoneInfo(ZONE)))


def told(found):
    match found:
        case Invalid(text):
            return text
        case Unsure(values):
            return [value.isoformat(timespec="minutes") for value in values]
        case _:
            return found.isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("28-9 19:30", "2027-09-28T19:30"),
        ("28/9/27 19.30", "2027-09-28T19:30"),
        ("28.9 19.30", "2027-09-28T19:30"),
        ("28.9.2027 19.30", "2027-09-28T19:30"),
        ("2027-09-28T19:30", "2027-09-28T19:30"),
        ("28 september 2027, 19.30 uur", "2027-09-28T19:30"),
        ("19.30 uur, dinsdag 28 september", "2027-09-28T19:30"),
        ("28 sept 19u30", "2027-09-28T19:30"),
        ("Dinsdag 28 sept. om 19.30 u.!!", "2027-09-28T19:30"),
        ("sept 28 at 7:30 p.m.", "2027-09-28T19:30"),
        ("tuesday 28th of september 7.30 pm", "2027-09-28T19:30"),
        ("28 september half acht 's avonds", "2027-09-28T19:30"),
        ("dinsdagavond 28 september halfacht", "2027-09-28T19:30"),
        ("twee maart negentien uur dertig", "2027-03-02T19:30"),
        ("morgen 19.30 uur", "2027-03-02T19:30"),
        ("morgenavond tien voor half acht", "2027-03-02T19:20"),
        ("morgenochtend 10 uur", "2027-03-02T10:00"),
        ("'s avonds kwart voor 8, morgen", "2027-03-02T19:45"),
        ("tomorrow evening at quarter to eight", "2027-03-02T19:45"),
        ("tomorrow 8 o'clock in the evening", "2027-03-02T20:00"),
        ("overmorgen 12 uur", "2027-03-03T12:00"),
        ("the day after tomorrow at noon", "2027-03-03T12:00"),
        ("vanavond om 8 uur", "2027-03-01T20:00"),
        ("tonight 8 pm", "2027-03-01T20:00"),
        ("vanmiddag 3 uur", "2027-03-01T15:00"),
        ("dinsdagavond half 8", "2027-03-02T19:30"),
        ("a.s. vrijdag 16:00", "2027-03-05T16:00"),
        ("wo 3 mrt 20:00", "2027-03-03T20:00"),
        ("volgende week dinsdag om half 8 's avonds", "2027-03-09T19:30"),
        ("tuesday next week 7pm", "2027-03-09T19:00"),
        ("over een week om 8 uur 's avonds", "2027-03-08T20:00"),
        ("zaterdag over twee weken 14 uur", "2027-03-20T14:00"),
        ("in 10 days at 3 o'clock", "2027-03-11T15:00"),
        ("de 28e om 20 uur", "2027-03-28T20:00"),
        ("morgen 24:00", "2027-03-03T00:00"),
        ("vrijdag 0.30 uur", "2027-03-05T00:30"),
        ("29 februari 2028 19.30", "2028-02-29T19:30"),
        ("morgen 1930", "2027-03-02T19:30"),
        ("1 maart 2028 om 13.00", "2028-03-01T13:00"),
    ],
)
def test_a_day_and_an_hour_are_read_together(text, wall):
    assert read(text) == wall
    assert read(text.upper(), "en") == wall


@pytest.mark.parametrize(
    ("text", "walls"),
    [
        ("morgen half acht", ["2027-03-02T19:30", "2027-03-02T07:30"]),
        ("overmorgen kwart over zeven", ["2027-03-03T19:15", "2027-03-03T07:15"]),
        ("tomorrow at half past seven", ["2027-03-02T19:30", "2027-03-02T07:30"]),
        ("morgen 9 uur", ["2027-03-02T09:00", "2027-03-02T21:00"]),
        ("morgen 6.30", ["2027-03-02T18:30", "2027-03-02T06:30"]),
        ("morgen middernacht", ["2027-03-02T00:00", "2027-03-03T00:00"]),
        ("morgen 12 uur 's nachts", ["2027-03-02T00:00", "2027-03-03T00:00"]),
        ("maandag 13.00", ["2027-03-01T13:00", "2027-03-08T13:00"]),
        ("volgende dinsdag 20.00", ["2027-03-09T20:00", "2027-03-02T20:00"]),
        ("next tuesday 20:00", ["2027-03-09T20:00", "2027-03-02T20:00"]),
        ("maandag 28 september 19.30", ["2027-09-28T19:30", "2027-09-27T19:30"]),
        ("vandaag 9:00", ["2027-03-01T21:00"]),
    ],
)
def test_what_may_mean_more_is_asked_about(text, walls):
    assert read(text) == walls
    assert read(text, "en") == walls


def test_half_eight_is_an_hour_apart_in_two_languages():
    assert read("morgen half acht 's avonds", "en") == "2027-03-02T19:30"
    assert read("tomorrow half eight in the evening", "nl") == "2027-03-02T20:30"
    assert read("2-3 half 8 pm", "nl") == "2027-03-02T19:30"
    assert read("2-3 half 8 pm", "en") == "2027-03-02T20:30"


NO_DAY = "I do not understand that day. Type the day and the time together."
ONLY_TIME = "I see a time, but no day. Type the day and the time together."
TOO_MUCH = "I do not understand all of that. Type only the day and the time."


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("gisteren", NO_DAY),
        ("", NO_DAY),
        ("<b>dag</b>", NO_DAY),
        ("half acht", ONLY_TIME),
        ("31 februari 19.30", "That day does not exist. Which day do you mean?"),
        ("morgen half acht in het buurthuis", TOO_MUCH),
        ("morgen 25:00", TOO_MUCH),
        ("morgen 19:75", TOO_MUCH),
        ("morgen half 8 's ochtends 's avonds", TOO_MUCH),
        (
            "28-3-2027 02:30",
            "On Sunday 28 March 2027 the clocks go forward, and 02:30 is left out. "
            "Which other time shall it be?",
        ),
        (
            "31-10-2027 02:30",
            "On Sunday 31 October 2027 the clocks go back, so 02:30 comes twice. "
            "Which other time shall it be?",
        ),
        (
            "28 maart 2.30 uur",
            "On Sunday 28 March 2027 the clocks go forward, and 02:30 is left out. "
            "Which other time shall it be?",
        ),
        (
            "31 oktober 2.30 uur",
            "On Sunday 31 October 2027 the clocks go back, so 02:30 comes twice. "
            "Which other time shall it be?",
        ),
        (
            "28-2-2027 19:30",
            "Sunday 28 February, 19:30 is past already. Which day and time do you mean?",
        ),
        (
            "1-4-2029 19:30",
            "Sunday 1 April 2029, 19:30 is more than two years ahead. Which year do you mean?",
        ),
        (
            "morgen",
            "And at what time on \u2068Tuesday 2 March 2027\u2069? "
            "Type the day and the time together.",
        ),
        (
            "woensdag 3 maart van half acht tot negen",
            "One time is enough here. Type only the day and that time.",
        ),
        (
            "3-3 19.30-21.30",
            "One time is enough here. Type only the day and that time.",
        ),
    ],
)
def test_what_cannot_be_is_a_clear_question_back(text, wrong):
    assert read(text, "en") == wrong


def test_a_moment_stays_between_its_bounds():
    start = datetime.fromisoformat("2027-03-09T19:30")
    assert read("9-3 19:30", latest=start) == "2027-03-09T19:30"
    with speaking("en"):
        assert read("9-3 19:31", "en", latest=start) == (
            "That is too late. It can be Tuesday 9 March, 19:30 at the latest."
        )
        assert read("9-3 19:29", "en", earliest=start) == (
            "That is too early. It can be Tuesday 9 March, 19:30 at the soonest."
        )


def test_a_kept_moment_does_not_count_once_it_is_past():
    check = moment_checks.moment(ZONE, NOW)
    kept = check.encode(datetime.fromisoformat(NEXT_TUESDAY_EVENING))
    assert check.decode(kept) == datetime.fromisoformat(NEXT_TUESDAY_EVENING)
    with pytest.raises(ValueError, match="not possible"):
        moment_checks.moment(ZONE, NOW + timedelta(days=2)).decode(kept)


def test_a_sticker_is_no_moment():
    check = moment_checks.moment(ZONE, NOW)
    found = check.read(Shared(NOWHERE, Kind.STICKER), NOW, ZoneInfo(ZONE))
    assert isinstance(found, Invalid)


DAYS = st.integers(min_value=0, max_value=5 * 365)
QUARTERS = st.integers(min_value=0, max_value=95)
LEADS = st.integers(min_value=1, max_value=700)


@settings(max_examples=400, deadline=None)
@given(DAYS, QUARTERS, LEADS, st.sampled_from(["nl", "en"]))
def test_what_is_printed_is_read_back(days, quarters, lead, language):
    wall = datetime(2026, 1, 1) + timedelta(days=days, minutes=15 * quarters)  # noqa: DTZ001 - wall time
    if not wall_clock.happens_once(wall, ZONE):
        return
    aware = wall.replace(tzinfo=ZoneInfo(ZONE))
    now = aware - timedelta(days=lead)
    with speaking(language):
        printed = when(aware, ZONE, now)
    assert read(printed, language, now) == wall.isoformat(timespec="minutes")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("lead", [3, 200, 500])
def test_every_day_of_five_years_is_read_back(language, lead):
    first = date(2026, 1, 1)
    for days in range(5 * 365 + 1):
        minutes = days * 95 % (24 * 60)
        wall = datetime.combine(first + timedelta(days=days), time(minutes // 60, minutes % 60))
        if not wall_clock.happens_once(wall, ZONE):
            continue
        aware = wall.replace(tzinfo=ZoneInfo(ZONE))
        now = aware - timedelta(days=lead)
        with speaking(language):
            printed = when(aware, ZONE, now)
        assert read(printed, language, now) == wall.isoformat(timespec="minutes"), printed


HOSTILE = ["28-9 19:30\u202e", "\u200b28-9\u200b 19:30", "２８-９ 19:30", "28-9\u00a019:30"]


@pytest.mark.parametrize("text", HOSTILE)
def test_invisible_and_wide_characters_do_no_harm(text):
    assert read(text) == "2027-09-28T19:30"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered(text):
    assert read(text) is not None
