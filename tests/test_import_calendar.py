"""Calendar files: events become meetings, a second import updates, and every mistake is told."""

from datetime import UTC, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import vRecur

from bot.chores import import_file
from bot.config import load
from bot.importing import calendar_file
from bot.importing import events as calendar_events
from bot.importing.mistakes import ImportErrors
from bot.importing.rule import dates, rule
from storage import fanout, meetings, planning
from tests.phone import World

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
ZONE = "Europe/Amsterdam"

EVENT = """\
UID:walk@example.org
SUMMARY:Wandelen\\, samen
DTSTART;TZID=Europe/Amsterdam:20270315T193000
DTEND;TZID=Europe/Amsterdam:20270315T213000
DESCRIPTION:Neem een jas mee.\\nEn een vriend.
LOCATION:De Werf\\, Utrecht
GEO:52.1;5.1
URL:https://example.org/room
"""


def event(*lines, text=EVENT):
    return "\n".join(["BEGIN:VEVENT", *text.splitlines(), *lines, "END:VEVENT"])


def calendar(*events):
    return "\r\n".join("\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR"]).splitlines())


def read(folder, text):
    path = folder / "calendar.ics"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return calendar_file.read(path, zone=ZONE)


@pytest.fixture
def world():
    return World(())


@pytest.fixture
def put(world, tmp_path):
    def unit(*events, now=NOW):
        return world.run(calendar_events.load, read(tmp_path, calendar(*events)), now)

    return unit


def coming(world, now=NOW):
    return world.run(meetings.upcoming, now, 100)


def test_an_event_becomes_a_meeting(world, put):
    made = put(event())
    assert (made.meetings, made.cancelled, made.past, made.private, made.cut) == (1, 0, 0, 0, 0)
    (meeting,) = coming(world)
    assert (meeting.title, meeting.text) == ("Wandelen, samen", "Neem een jas mee.\nEn een vriend.")
    assert (meeting.wall_start, meeting.wall_end) == ("2027-03-15T19:30", "2027-03-15T21:30")
    assert (meeting.place, meeting.link) == ("De Werf, Utrecht", "https://example.org/room")
    assert (meeting.latitude, meeting.longitude, meeting.zone) == (52.1, 5.1, ZONE)
    assert (meeting.capacity, meeting.series, meeting.status) == (None, None, "on")


ZOOM = "https://us02web.zoom.us/j/8123?pwd=abc"


@pytest.mark.parametrize(
    ("lines", "text", "place"),
    [
        ((f"DESCRIPTION:Kom je ook?\\n\\n____\\nJoin Zoom:\\n{ZOOM}\\nPasscode: 12",),
         "Kom je ook?\n\n____\nJoin Zoom", None),
        ((f"DESCRIPTION:Kom je ook?\\n----\\n<a href={ZOOM}>Hier</a>",), "Kom je ook?", None),
        ((f"DESCRIPTION:{ZOOM}",), "", None),
        ((f"LOCATION:De Werf (online: {ZOOM})", "URL:https://example.org"), "",
         "De Werf (online"),
        ((f"LOCATION:{ZOOM}", "DESCRIPTION:Kom!"), "Kom!", None),
    ],
)  # fmt: skip
def test_the_way_in_online_is_in_no_text_that_everybody_reads(world, put, lines, text, place):
    put(event(*lines, text="UID:a\nSUMMARY:A\nDTSTART:20270315T193000\nDTEND:20270315T203000"))
    (meeting,) = coming(world)
    assert (meeting.text, meeting.place, meeting.link) == (text, place, ZOOM)


def test_a_second_import_changes_what_the_file_says_and_no_more(world, put):
    put(event())
    (before,) = coming(world)
    assert put(event()).meetings == 1
    assert coming(world) == [before]
    world.run(lambda tx: planning.edit(tx, before.id, None, NOW, capacity=9, host_name="Noor"))
    put(event(text=EVENT.replace("20270315", "20270316").replace("GEO:52.1;5.1\n", "")))
    (after,) = coming(world)
    assert (after.id, after.uid, after.version) == (before.id, before.uid, 2)
    assert (after.wall_start, after.wall_end) == ("2027-03-16T19:30", "2027-03-16T21:30")
    assert (after.capacity, after.host_name, after.latitude) == (9, "Noor", 52.1)
    (told,) = world.run(fanout.due, "change", NOW + timedelta(hours=1))
    assert told.meeting == before.id


@pytest.mark.parametrize(
    ("start", "end", "wall"),
    [
        (":20270315T183000Z", ":20270315T203000Z", ("15T19:30", "15T21:30", ZONE)),
        (":20270315T193000", ":20270315T213000", ("15T19:30", "15T21:30", ZONE)),
        (";TZID=W. Europe Standard Time:20270315T193000", ":20270315T203000Z",
         ("15T19:30", "15T21:30", "Europe/Berlin")),
        (";TZID=Europe/Lisbon:20270315T193000", ";TZID=Europe/Amsterdam:20270315T213000",
         ("15T19:30", "15T20:30", "Europe/Lisbon")),
    ],
)  # fmt: skip
def test_times_become_wall_times(world, put, start, end, wall):
    put(event(f"DTSTART{start}", f"DTEND{end}", text="UID:a\nSUMMARY:A"))
    (meeting,) = coming(world)
    assert (meeting.wall_start[8:], meeting.wall_end[8:], meeting.zone) == wall


def test_a_duration_says_when_it_ends(world, put):
    put(event("DURATION:PT1H30M", text=EVENT.replace("DTEND", "X-END")))
    assert coming(world)[0].wall_end == "2027-03-15T21:00"


def test_an_address_as_a_place_is_the_link(world, put):
    text = EVENT.replace("De Werf\\, Utrecht", "https://example.org/meet")
    put(event(text=text))
    (meeting,) = coming(world)
    assert (meeting.place, meeting.link) == (None, "https://example.org/meet")


def test_a_cancelled_event_is_called_off_and_a_new_one_is_not_made(world, put):
    assert put(event("STATUS:CANCELLED")).meetings == 0
    assert coming(world) == []
    put(event())
    (meeting,) = coming(world)
    assert put(event("STATUS:CANCELLED")).cancelled == 1
    assert world.run(meetings.find, meeting.id).is_cancelled
    assert put(event("STATUS:CANCELLED")).cancelled == 0
    off = world.run(meetings.find, meeting.id)
    put(event(text=EVENT.replace("20270315", "20270316")))
    assert world.run(meetings.find, meeting.id) == off


def test_what_is_private_or_over_is_left_out(world, put):
    over = event(text=EVENT.replace("20270315", "20270215").replace("walk@", "over@"))
    made = put(event("CLASS:PRIVATE"), over)
    assert (made.meetings, made.private, made.past) == (0, 1, 1)
    assert coming(world) == []


def starts(world):
    return [meeting.wall_start[5:] for meeting in coming(world)]


def test_an_event_that_comes_back_is_a_series_in_wall_time(world, put):
    made = put(event("RRULE:FREQ=WEEKLY;UNTIL=20270405T220000Z",
                     "EXDATE;TZID=Europe/Amsterdam:20270322T193000",
                     "RDATE:20270401T150000Z"))  # fmt: skip
    assert made.meetings == 4
    assert starts(world) == ["03-15T19:30", "03-29T19:30", "04-01T17:00", "04-05T19:30"]
    assert len({meeting.series for meeting in coming(world)}) == 1
    assert coming(world)[1].starts.hour == 17


def test_at_most_a_year_of_weeks_is_made_from_today_on(world, put):
    long_ago = EVENT.replace("20270315", "20200106")
    made = put(event("RRULE:FREQ=WEEKLY", text=long_ago))
    assert (made.meetings, made.cut) == (52, 1)
    assert starts(world)[0] == "03-01T19:30"
    later = NOW + timedelta(days=14)
    assert put(event("RRULE:FREQ=WEEKLY", text=long_ago), now=later).cancelled == 0
    assert len(coming(world)) == 54


def instead_of(date, to):
    """The event on another day, in the place of a date of the series."""
    moved = EVENT.replace("20270315", to)
    return f"RECURRENCE-ID;TZID=Europe/Amsterdam:{date}T193000\n{moved}"


def test_one_date_of_a_series_is_moved_or_dropped_by_itself(world, put):
    weekly = event("RRULE:FREQ=WEEKLY;COUNT=3")
    put(weekly)
    first, second, third = coming(world)
    moved = instead_of("20270322", "20270323")
    gone = instead_of("20270329", "20270329")
    made = put(weekly, event(text=moved), event("STATUS:CANCELLED", text=gone))
    assert (made.meetings, made.cancelled) == (2, 1)
    assert starts(world) == ["03-15T19:30", "03-23T19:30"]
    assert [meeting.id for meeting in coming(world)] == [first.id, second.id]
    alone = put(event(text=moved.replace("Wandelen", "Rennen")))
    assert (alone.meetings, alone.cancelled) == (1, 0)
    assert coming(world)[1].title == "Rennen, samen"
    assert world.run(meetings.find, third.id).is_cancelled


def test_dates_that_an_event_no_longer_has_are_called_off(world, put):
    put(event("RRULE:FREQ=WEEKLY;COUNT=4"))
    made = put(event("RRULE:FREQ=WEEKLY;COUNT=2"))
    assert (made.meetings, made.cancelled) == (2, 2)
    assert starts(world) == ["03-15T19:30", "03-22T19:30"]


def test_an_event_that_begins_to_come_back_is_still_the_same(world, put):
    put(event())
    (before,) = coming(world)
    put(event("RRULE:FREQ=WEEKLY;COUNT=2"))
    first, _second = coming(world)
    assert first.id == before.id


def test_a_series_of_the_chat_is_left_alone(world, put):
    put(event())
    (meeting,) = coming(world)
    start = datetime.fromisoformat("2027-04-15T19:30")
    world.run(planning.repeat, meeting.id, [start], None, NOW)
    assert put(event()).cancelled == 0
    assert len(coming(world)) == 2
    weekly = event("RRULE:FREQ=WEEKLY;COUNT=2", text=EVENT.replace("walk@", "run@"))
    put(weekly)
    first = next(one for one in coming(world) if (one.series or "").startswith("ics:"))
    world.run(planning.repeat, first.id, [start.replace(hour=10)], None, NOW)
    assert put(weekly).cancelled == 0


N = "event `Wandelen, samen`"
MISTAKES = [
    ("UID:walk@example.org\n", "", f"line 2: {N}: it has no UID (UID)"),
    ("SUMMARY:Wandelen\\, samen\n", "", "line 2: event: it has no title (SUMMARY)"),
    ("DTSTART;TZID=Europe/Amsterdam:20270315T193000\n", "", f"line 2: {N}: it has no start "
     "(DTSTART)"),
    ("DTEND;TZID=Europe/Amsterdam:20270315T213000\n", "", f"line 5: {N}: it has no end (DTEND "
     "or DURATION)"),
    ("DTEND;TZID=Europe/Amsterdam:20270315T213000", "DTEND:20270315T183000Z", f"line 6: {N}: it "
     "must end after it starts, within 31 days"),
    ("DTEND;TZID=Europe/Amsterdam:20270315T213000", "DURATION:P4000000D", f"line 6: {N}: it "
     "must end after it starts, within 31 days"),
    ("DTEND;TZID=Europe/Amsterdam:20270315T213000", "DURATION:-P4000000D", f"line 6: {N}: it "
     "must end after it starts, within 31 days"),
    ("DTSTART;TZID=Europe/Amsterdam:20270315T193000", "DTSTART;VALUE=DATE:20270315", f"line 5: {N}:"
     " it lasts whole days: give it a start and an end on the clock"),
    ("DTSTART;TZID=Europe/Amsterdam", "DTSTART;TZID=Mars/Base", f"line 5: {N}: `Mars/Base` is not "
     "a time zone: use one such as Europe/Amsterdam"),
    ("DTSTART;TZID=Europe/Amsterdam:20270315T193000", "DTSTART:20270328T023000", f"line 5: {N}: "
     "2027-03-28 02:30 does not exist: the clocks go forward then; choose another time"),
    ("DTEND;TZID=Europe/Amsterdam:20270315T213000", "DTEND:20271031T023000", f"line 6: {N}: "
     "2027-10-31 02:30 comes twice: the clocks go back then; choose another time"),
    (":20270315T193000", ":02000315T193000", f"line 5: {N}: `DTSTART` is in the year 200"),
    ("20270315T213000", "soon", f"line 6: {N}: `DTEND` is wrong: Expected datetime, date, or time. "
     "Got: '..."),
    ("GEO:", "DTSTART:20270315T193000\nGEO:", f"line 5: {N}: `DTSTART` is there twice"),
    ("GEO:", "RRULE:FREQ=HOURLY\nGEO:", f"line 9: {N}: `FREQ` is none of DAILY, WEEKLY, MONTHLY, "
     "YEARLY"),
    ("GEO:", "RRULE:FREQ=WEEKLY;INTERVAL=0\nGEO:", f"line 9: {N}: `INTERVAL` is not a whole number "
     "from 1 to 10000"),
    ("GEO:", "RRULE:FREQ=DAILY;BYHOUR=3\nGEO:", f"line 9: {N}: `BYHOUR` is not understood here"),
    ("GEO:", "RRULE:FREQ=WEEKLY;BYDAY=2MO\nGEO:", f"line 9: {N}: `BYDAY` counts weekdays of a "
     "month only"),
    ("GEO:", "what\nGEO:", "line 9: `what` is not a line of a calendar"),
    ("GEO:", "X-A:\x00\nGEO:", "line 9: this line holds a control character"),
    ("GEO:", "END:VALARM\nGEO:", "line 9: `END:VALARM` closes nothing here: expected END:VEVENT"),
]  # fmt: skip


def mistakes(folder, text):
    with pytest.raises(ImportErrors) as caught:
        read(folder, text)
    return list(caught.value.mistakes)


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_line(tmp_path, right, wrong, told):
    assert right in EVENT
    assert mistakes(tmp_path, calendar(event(text=EVENT.replace(right, wrong, 1)))) == [told]


def test_all_mistakes_are_told_at_once(tmp_path):
    wrong = EVENT.replace("20270315T213000", "soon")
    text = calendar(
        event(text=wrong), event(text=EVENT.replace("UID:", "X-UID:")), event(), event()
    )
    found = mistakes(tmp_path, text)
    assert [line.split(":")[0] for line in found] == ["line 6", "line 12", "line 32"]
    assert mistakes(tmp_path, calendar(event(), event())) == [
        f"line 12: {N}: it has the UID of the event on line 2"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: there is no event in this calendar"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "line 1: there is no event in this calendar"),
        ("BEGIN:VEVENT\nEND:VEVENT", "line 1: a calendar begins with BEGIN:VCALENDAR"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT", "line 2: `BEGIN:VEVENT` is never closed"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 70_000, "line 6: this is nested too deeply"),
        ("X:" + "x" * 1_000_000, "{path}: is larger than 1 MB"),
        (b"BEGIN:VCALENDAR\nSUMMARY:\xff", "line 2: this is not UTF-8 text: save it as UTF-8"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 1001,
         "line 2002: there are more than 1000 events"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused(tmp_path, text, told):
    assert mistakes(tmp_path, text)[0] == told.format(path=tmp_path / "calendar.ics")


def test_no_more_mistakes_are_told_than_somebody_reads(tmp_path):
    assert len(mistakes(tmp_path, "x\n" * 10_000)) == 51


def test_what_is_beside_or_in_an_event_is_not_looked_at(tmp_path):
    zone = "BEGIN:VTIMEZONE\nTZID:X\nRRULE:FREQ=SECONDLY\nEND:VTIMEZONE"
    alarm = "BEGIN:VALARM\nDTSTART:never\nUID:other\nEND:VALARM"
    todo = "BEGIN:VTODO\nUID:todo\nEND:VTODO"
    (found,) = read(tmp_path, calendar(zone, event(alarm, "DTSTAMP:never"), todo))
    assert found.uid == "walk@example.org"


def test_long_and_strange_texts_are_cut_and_folded_lines_joined(tmp_path):
    text = EVENT.replace("samen", "x" * 500 + "\n " + "\u202e<b>y</b>").replace(
        "Neem", "=1+1 " + "y" * 5000
    )
    (found,) = read(tmp_path, calendar(event(text=text)))
    assert len(found.texts["title"]) == 200
    assert len(found.texts["text"]) == 1500
    assert len(found.name) < 60


def test_a_file_that_makes_too_many_meetings_is_refused_whole(world, put):
    events = [
        event("RRULE:FREQ=DAILY", text=EVENT.replace("walk@", f"walk{n}@")) for n in range(10)
    ]
    with pytest.raises(ImportErrors, match="more than 500 meetings"):
        put(*events)
    assert coming(world) == []


def test_dates_that_the_clocks_skip_are_refused(world, put):
    text = EVENT.replace("20270315T193000", "20270321T023000").replace("20270315T21", "20270321T04")
    with pytest.raises(ImportErrors, match=r"line 2: .*2027-03-28 02:30 does not exist"):
        put(event("RRULE:FREQ=WEEKLY;COUNT=3", text=text))
    assert coming(world) == []


def test_a_rule_that_never_fits_gives_no_dates():
    never = rule(vRecur.from_ical("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"), None)
    first = datetime.fromisoformat("2027-03-15T19:30")
    assert list(dates(never, first, first + timedelta(days=731))) == []


def test_the_last_of_a_month_is_not_another_one_where_the_month_is_cut():
    fridays = rule(vRecur.from_ical("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1"), None)
    first = datetime.fromisoformat("2027-03-26T19:30")
    last = datetime.fromisoformat("2027-05-20T19:30")
    assert [at.day for at in dates(fridays, first, last)] == [26, 30]


DAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=3)
COUNTED = st.lists(st.sampled_from(["1MO", "2TU", "-1FR", "3SU"]), max_size=2, unique=True)


@st.composite
def rules(draw):
    """Rules that people make: every so many days, on weekdays, on the second Tuesday."""
    every = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={every}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 12))}")
    days = draw(COUNTED if every == "MONTHLY" else DAYS)
    if days and every != "YEARLY":
        parts.append(f"BYDAY={','.join(dict.fromkeys(days))}")
        if every == "MONTHLY" and draw(st.booleans()):
            parts.append("BYSETPOS=-1")
    elif every in ("MONTHLY", "DAILY") and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from(['1', '15,31', '-1', '-2,3']))}")
    return ";".join(parts)


@settings(max_examples=60, deadline=None)
@given(text=rules(), day=st.integers(0, 1500))
def test_rules_give_the_dates_that_another_reader_gives(text, day):
    first = datetime.fromisoformat("2026-01-01T19:30") + timedelta(days=day)
    last = first + timedelta(days=500)
    bounded = text if "COUNT" in text else f"{text};UNTIL={last:%Y%m%dT%H%M%S}"
    expected = [at for at in rrulestr(bounded, dtstart=first) if at <= last]
    assert list(dates(rule(vRecur.from_ical(text), None), first, last)) == expected


def test_the_command_reads_a_calendar(tmp_path, capsys):
    options = load(None, {"BUURTBOT_DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})
    file = tmp_path / "Meetings.ICS"
    year = datetime.now(UTC).year + 1
    text = EVENT.replace("2027", str(year))
    file.write_text(
        calendar(
            event("RRULE:FREQ=DAILY", text=text),
            event("CLASS:PRIVATE", text=text.replace("walk", "own")),
        )
    )
    assert import_file(options, file) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Imported: meetings 52, called off 0.",
        "Left out: events that are private: 1.",
        "Left out: what comes after 52 dates of one event, in events: 1.",
    ]
    file.write_text("no calendar")
    assert import_file(options, file) == 1
    assert capsys.readouterr().err == "line 1: `no calendar` is not a line of a calendar\n"
