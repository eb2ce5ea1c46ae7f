"""Calendar files, read back by two parsers that are not ours, and held against the grammar."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.files.calendars import (
    Entry,
    Method,
    Publisher,
    Standing,
    attached,
    calendar_file,
    feed,
    folded,
)

NOW = datetime.fromisoformat("2027-03-01T11:00:00+00:00")
PUBLISHER = Publisher("Ons platform", "mailto:info@example.org")
WALK = Entry(
    uid="0123abcd",
    version=1,
    title="A walk",
    starts=datetime.fromisoformat("2027-09-28T17:30:00+00:00"),
    ends=datetime.fromisoformat("2027-09-28T19:30:00+00:00"),
    zone="Europe/Amsterdam",
    standing=Standing.CONFIRMED,
    changed=datetime.fromisoformat("2027-02-01T08:00:00+00:00"),
    place="Beatrixlaan 12",
    position=(52.0288, -5.08123456),
    text="Come as you are.\n\nBring boots; or not, as you like \\o/",
    url="https://t.me/buurtbot?start=meeting-12",
)
HOSTILE = [
    "x" * 200,
    "👨‍👩‍👧‍👦" * 28,
    "مرحبا \u202eabc\u202c שלום, " * 8,
    "a,b;c:d\\n\\\\e\"f'",
    "one\ntwo\r\nthree\rfour\u2028five\x0bsix",
    "BEGIN:VEVENT\r\nEND:VCALENDAR\r\nSUMMARY:evil",
    "nul\x00 bell\x07 esc\x1b del\x7f lone \ud83d end",
    "é" * 74 + "\n" + "€" * 70,
    "=HYPERLINK(1)",
    " leading and trailing ",
    "",
]
LINE = re.compile(
    rb'[A-Z-]+(;[A-Z-]+=("[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]+))*:[^\x00-\x08\x0a-\x1f\x7f]*'
)


def made(*entries, method=Method.PUBLISH, publisher=PUBLISHER):
    return calendar_file(entries, publisher, method, NOW)


def unfolded(data):
    """The logical lines, each held against RFC 5545, 3.1."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    lines = data[:-2].replace(b"\r\n ", b"").split(b"\r\n")
    assert all(LINE.fullmatch(line) for line in lines)
    return lines


def event(data) -> Any:
    """The only event, as vobject reads it; icalendar must see one too."""
    assert len(walked(data, "VEVENT")) == 1
    calendar: Any = vobject.readOne(data.decode())
    return calendar.vevent


def walked(data, kind) -> Any:
    """All parts of a kind, as icalendar reads them."""
    return icalendar.Calendar.from_ical(data).walk(kind)


def test_a_meeting_is_read_by_others_as_it_was_written():
    found = event(made(WALK))
    assert found.uid.value == "0123abcd@buurtbot"
    assert found.sequence.value == "0"
    assert found.summary.value == "A walk"
    assert found.location.value == "Beatrixlaan 12"
    assert found.description.value == WALK.text
    assert found.geo.value == "52.028800;-5.081235"
    assert found.url.value == WALK.url
    assert found.status.value == "CONFIRMED"
    assert found.organizer.value == "mailto:info@example.org"
    assert found.organizer.params["CN"] == ["Ons platform"]
    assert found.dtstart.value == WALK.starts
    assert found.dtend.value == WALK.ends
    assert found.dtstamp.value == NOW
    assert found.last_modified.value == WALK.changed


def test_every_line_ends_as_it_should_and_none_is_too_long():
    lines = unfolded(made(WALK))
    assert lines[:4] == [
        b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//Buurtbot//Buurtbot//NL",
        b"CALSCALE:GREGORIAN",
    ]  # fmt: skip
    assert b"METHOD:PUBLISH" in lines
    assert b"DTSTART;TZID=Europe/Amsterdam:20270928T193000" in lines
    assert lines.count(b"BEGIN:VALARM") == 2
    assert [line for line in lines if line.startswith(b"TRIGGER")] == [
        b"TRIGGER:-P1D", b"TRIGGER:-PT2H",
    ]  # fmt: skip
    assert lines[-1] == b"END:VCALENDAR"


def test_what_rfc_5546_asks_of_a_published_and_a_cancelled_event_is_there():
    for method in Method:
        lines = unfolded(made(WALK, method=method))
        lines = lines[lines.index(b"BEGIN:VEVENT") : lines.index(b"END:VEVENT")]
        for name in (b"UID", b"DTSTAMP", b"DTSTART", b"SUMMARY", b"SEQUENCE", b"ORGANIZER"):
            assert len([line for line in lines if re.match(name + b"[;:]", line)]) == 1


def test_a_change_has_the_same_uid_and_a_higher_sequence():
    before = event(made(WALK))
    moved = replace(WALK, version=3, starts=WALK.starts + timedelta(days=7))
    after = event(made(moved))
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) == 2 > int(before.sequence.value)


def test_a_cancelled_meeting_takes_the_entry_out():
    off = replace(WALK, version=2, standing=Standing.CANCELLED)
    data = made(off, method=Method.CANCEL)
    lines = unfolded(data)
    assert b"METHOD:CANCEL" in lines
    assert b"STATUS:CANCELLED" in lines
    assert b"BEGIN:VALARM" not in lines
    assert event(data).sequence.value == "1"


def test_a_maybe_is_tentative_and_a_cancelled_one_among_others_says_so():
    entries = [
        replace(WALK, uid=str(number), standing=standing)
        for number, standing in enumerate(Standing)
    ]
    lines = unfolded(made(*entries))
    assert [line for line in lines if line.startswith(b"STATUS")] == [
        b"STATUS:CONFIRMED", b"STATUS:TENTATIVE", b"STATUS:CANCELLED",
    ]  # fmt: skip
    assert lines.count(b"BEGIN:VALARM") == 4


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_a_file(text):
    hostile = replace(WALK, title=text, place=text, text=text)
    data = made(hostile, publisher=Publisher(text, "https://t.me/buurtbot"))
    lines = unfolded(data)
    assert lines.count(b"BEGIN:VEVENT") == 1
    assert lines.count(b"END:VCALENDAR") == 1
    found = event(data)
    on_a_line = " ".join(re.sub(r"[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]", "", text).split())
    assert found.summary.value == on_a_line
    assert walked(data, "VEVENT")[0]["SUMMARY"] == on_a_line
    if "\r" not in text and "\x00" not in text:
        assert found.description.value == text if text else not hasattr(found, "description")


@given(text=st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back(text):
    data = made(replace(WALK, title=f"x{text}", text=f"x{text}"))
    unfolded(data)
    found = walked(data, "VEVENT")[0]
    bare = re.sub(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", f"x{text}")
    bare = re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", bare)
    assert found["DESCRIPTION"] == bare


@pytest.mark.parametrize("filler", ["a", "é", "€", "😀"])
@pytest.mark.parametrize("length", [1, 17, 18, 19, 24, 36, 37, 38, 73, 74, 75, 76, 149, 150, 300])
def test_a_line_is_folded_between_characters(filler, length):
    line = filler * length
    pieces = folded(line).split(b"\r\n")
    assert pieces.pop() == b""
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    assert b"".join([pieces[0], *(piece[1:] for piece in pieces[1:])]).decode() == line
    assert all(len(piece) > 75 - 1 - len(filler.encode()) for piece in pieces[:-1])


# Zones.


def observances(data):
    """Every clock change that a file names, as (moment, offset afterwards)."""
    zone = walked(data, "VTIMEZONE")[0]
    found = []
    for part in zone.subcomponents:
        onset = part["DTSTART"].dt.replace(tzinfo=UTC) - part["TZOFFSETFROM"].td
        found.append((onset, part["TZOFFSETTO"].td))
    return sorted(found)


@pytest.mark.parametrize(
    "zone", ["Europe/Amsterdam", "America/New_York", "Africa/Casablanca", "Asia/Tokyo",
             "Australia/Lord_Howe", "Europe/Dublin", "Asia/Kolkata"],
)  # fmt: skip
@pytest.mark.parametrize("year", range(2026, 2031))
def test_a_file_tells_the_time_of_every_hour_of_its_year(zone, year):
    start = datetime(year, 6, 1, 12, tzinfo=ZoneInfo(zone))
    named = observances(made(replace(WALK, zone=zone, starts=start, ends=start)))
    moment = datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime(year, 12, 31, 23, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    position = 0
    while moment < end:
        while position + 1 < len(named) and named[position + 1][0] <= moment:
            position += 1
        assert named[position][0] <= moment
        assert moment.astimezone(ZoneInfo(zone)).utcoffset() == named[position][1]
        moment += timedelta(hours=1)


def test_the_clocks_change_at_the_minute():
    data = made(WALK)
    hours = [(f"{at:%m-%d %H:%M}", to.total_seconds() / 3600) for at, to in observances(data)]
    assert hours == [
        ("12-31 23:00", 1), ("03-28 01:00", 2), ("10-31 01:00", 1),
    ]  # fmt: skip
    assert b"DTSTART:20270328T020000" in data
    assert b"DTSTART:20271031T030000" in data
    assert len(data) < 1700


def test_a_zone_is_named_once_for_all_its_years_and_utc_never():
    later = timedelta(days=366)
    entries = [
        WALK,
        replace(WALK, uid="2", starts=WALK.starts + later, ends=WALK.ends + later),
        replace(WALK, uid="3", zone="America/New_York"),
        replace(WALK, uid="4", zone="UTC"),
    ]
    lines = unfolded(made(*entries))
    assert [line for line in lines if line.startswith(b"TZID")] == [
        b"TZID:America/New_York", b"TZID:Europe/Amsterdam",
    ]  # fmt: skip
    assert b"DTSTART:20280326T020000" in lines
    assert b"DTSTART:20270928T173000Z" in lines


@pytest.mark.parametrize("utc", ["2027-10-31T00:30:00+00:00", "2027-10-31T01:30:00+00:00"])
def test_both_passes_of_a_doubled_hour_are_told_apart(utc):
    moment = datetime.fromisoformat(utc)
    data = made(replace(WALK, starts=moment, ends=moment + timedelta(hours=3)))
    start = walked(data, "VEVENT")[0]["DTSTART"].dt
    assert start.astimezone(UTC) == moment


# Feeds.


def test_a_feed_asks_to_be_looked_at_and_has_no_method():
    lines = unfolded(feed([WALK], PUBLISHER, "Ons platform, ja"))
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert b"X-PUBLISHED-TTL:PT1H" in lines
    assert b"X-WR-CALNAME:Ons platform\\, ja" in lines
    assert not any(line.startswith(b"METHOD") for line in lines)


def test_a_feed_is_the_same_until_something_changes():
    once = feed([WALK], PUBLISHER, "x")
    assert feed([WALK], PUBLISHER, "x") == once
    later = replace(WALK, changed=WALK.changed + timedelta(minutes=1))
    assert feed([later], PUBLISHER, "x") != once
    assert event(once).dtstamp.value == WALK.changed


def test_an_empty_calendar_is_one_too():
    for data in (made(), feed([], PUBLISHER, "x")):
        unfolded(data)
        assert not walked(data, "VEVENT")


def test_the_file_of_a_meeting_is_named_by_its_maker():
    assert attached(3, 4, NOW).arguments == {
        "meeting": 3, "person": 4, "now": "2027-03-01T11:00:00+00:00",
    }  # fmt: skip
