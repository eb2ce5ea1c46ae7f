"""The numbers of a meeting and of a day, as text, file and picture."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from bot.dialogue.files import charts, pictures
from bot.dialogue.files.charts import Bar
from bot.dialogue.messages import units
from handlers import manage_report
from storage import attendance, planning, rsvps
from tests.flows.running_house import (
    a_day,
    audited,
    comes,
    coordinator,
    host_of,
    make_world,
    may_come,
    plan,
    sends,
)


@pytest.fixture
def world():
    return make_world()


def test_a_meeting_in_numbers(world):
    meeting = plan(world, "walk", capacity=4)
    hans = host_of(world, meeting)
    noor = comes(world, meeting, "noor", 3)
    comes(world, meeting, "ali", 2)
    may_come(world, meeting, "bea")
    assert sends(hans, "meeting_report", meeting.id) == [
        "A walk\nMonday 15 March, 19:30 to 21:00\n\n"
        "Seats: 4\nSeats taken: 3\nSigned up themselves: 1\nSigned up without a phone: 0\n"
        "Maybe: 1\nNo: 0\nIn line: 1"
    ]
    assert audited(world)[-1] == "meeting.report"
    row = world.run(rsvps.find, meeting.id, noor.person.id).id
    world.now += timedelta(days=14, hours=7)
    world.run(attendance.check_in, row, 2, hans.person.id, world.now)
    [said] = sends(hans, "meeting_report", meeting.id)
    assert said.endswith("Were there: 2\nOf whom without signing up: 0\nStayed away: 1")


def test_a_day_in_numbers_place_by_place(world):
    boss = coordinator(world)
    day, (east, west, off) = a_day(world, "East", "West", "Off")
    for name in ("noor", "ali"):
        comes(world, east, name, 2)
    may_come(world, west, "bea")
    world.run(planning.cancel, off.id, None, world.now)
    assert sends(boss, "meeting_report", day.id) == [
        "Day\nMonday 22 March, 10:00 to 16:00\n\n"
        "Places: 2\nSeats: 6\nSeats taken: 2\nMaybe: 1\nIn line: 1\n\n"
        "East: 2 of 3, 1 person is in line\nOff: cancelled\nWest: 0 of 3"
    ]


def test_a_day_without_places_says_so(world):
    boss = coordinator(world)
    day, _none = a_day(world)
    assert sends(boss, "meeting_report", day.id) == ["This day has no places that people see yet."]
    assert boss.last.labels == ["Back to the day"]
    sends(boss, "meeting_report", plan(world).id)
    assert boss.last.labels == ["Back to the meeting"]


def test_the_numbers_of_forty_places_come_as_a_file(world):
    boss = coordinator(world)
    day, places = a_day(world, "=East", *(f"Place {n}" for n in range(44)), municipality="GM0344")
    comes(world, places[0], "noor", 3)
    [said] = sends(boss, "meeting_report", day.id)
    assert said.endswith("5 more are in the file.")
    boss.presses("Get it as a file")
    assert audited(world)[-1] == "meeting.report_file"
    text = boss.receives().decode("utf-8-sig")
    kept = list(csv.reader(StringIO(text, newline=""), delimiter=";"))
    assert kept[0][:4] == ["Place", "Municipality", "Cancelled", "Seats"]
    assert kept[1] == ["'=East", "Utrecht", "", "3", "3", "1", "0", "0", "0", "0"]
    assert kept[-1] == ["Together", "", "", "", "3", "1", "0", "0", "0", "0"]
    assert len(kept) == 47


def test_the_picture_has_a_bar_for_each_place(world):
    boss = coordinator(world)
    day, (east, _west) = a_day(world, "Eäst <1>", "West")
    comes(world, east, "noor", 3)
    sends(boss, "report_picture", day.id)
    assert boss.receives().startswith(b"\x89PNG")
    made = {"day": day.id, "language": "en"}
    [(_name, svg)] = world.run(manage_report.day_chart.run, made).sheets
    assert "Eäst &lt;1&gt;" in svg
    assert "3 / 3" in svg


@pytest.mark.parametrize("title", ["", "x" * 200, "سوق الحي", "🎉" * 50, "<svg/>&"])
def test_a_chart_can_be_drawn_of_anything(title):
    shown = [Bar(title, n, None if n % 2 else 3) for n in range(70)]
    svg = charts.bars(title, title, shown)
    assert svg.count("<rect") == 1 + 60 + 30
    assert pictures.png(svg).startswith(b"\x89PNG")
    assert pictures.png(charts.bars(title, title, [])).startswith(b"\x89PNG")


def test_bars_share_one_scale():
    svg = charts.bars("", "", [Bar("a", 5, 10), Bar("b", 20)])
    assert f'width="{charts.LONGEST_BAR / 2:.1f}"' in svg
    assert f'width="{charts.LONGEST_BAR / 4:.1f}"' in svg
    assert f'width="{charts.LONGEST_BAR:.1f}"' in svg


def test_long_titles_break_no_report(world):
    boss = coordinator(world)
    day, _places = a_day(world, *("👨‍👩‍👧" * 60 for _n in range(44)))
    sends(boss, "meeting_report", day.id)
    assert all(units(shown.text) <= 4096 for shown in boss.screen())
