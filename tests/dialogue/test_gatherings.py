"""How meetings are spoken of: when, where, for whom, and from when on the link is there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.dialogue.language import span
from bot.dialogue.meeting_talk import gatherings

NOW = datetime.fromisoformat("2027-03-01T11:00:00+00:00")


@dataclass
class Made:
    title: str = "A walk"
    kind: str = "meeting"
    starts: datetime = NOW + timedelta(days=2)
    ends: datetime = NOW + timedelta(days=2, hours=2)
    zone: str = "Europe/Amsterdam"
    place: str | None = None
    link: str | None = "https://example.org/a"
    capacity: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    languages: list[str] = field(default_factory=list)
    audience: str = "all"
    is_cancelled: bool = False


@dataclass
class Somebody:
    state: str = "member"


@pytest.mark.parametrize(
    ("starts", "hours", "said"),
    [
        ("2027-03-03T18:30", 1.5, "Wednesday 3 March, 19:30 to 21:00"),
        ("2027-03-03T22:00", 3, "Wednesday 3 March, 23:00 to Thursday 4 March, 02:00"),
        ("2028-03-03T18:30", 1.5, "Friday 3 March 2028, 19:30 to 21:00"),
        ("2027-03-27T22:30", 1, "Saturday 27 March, 23:30 to Sunday 28 March, 00:30"),
        ("2027-03-28T00:30", 1, "Sunday 28 March, 01:30 to 03:30"),
    ],
)
def test_from_until_names_the_day_once(starts: str, hours: float, said: str) -> None:
    begins = datetime.fromisoformat(f"{starts}+00:00")
    assert span(begins, begins + timedelta(hours=hours), "Europe/Amsterdam", NOW) == said


@pytest.mark.parametrize(
    ("minutes", "is_open"), [(-31, False), (-30, True), (0, True), (119, True), (120, False)]
)
def test_the_link_is_open_from_half_an_hour_before_to_the_end(minutes: int, is_open: bool) -> None:
    made = Made()
    now = made.starts + timedelta(minutes=minutes)
    assert gatherings.link_is_open(made, now) is is_open
    assert ("example.org" in gatherings.link_line(made, now, comes=True)) is is_open
    assert "example.org" not in gatherings.link_line(made, now, comes=False)
    assert not gatherings.link_is_open(Made(is_cancelled=True), now)
    assert not gatherings.link_is_open(Made(link=None), now)


@pytest.mark.parametrize(
    ("capacity", "taken", "said"),
    [(None, 9, ""), (20, 14, ""), (20, 15, "5 seats left."), (20, 19, "1 seat left."),
     (20, 20, "Full."), (20, 23, "Full.")],
)  # fmt: skip
def test_seats_are_said_when_few_are_left(capacity: int | None, taken: int, said: str) -> None:
    assert gatherings.seats_left(Made(capacity=capacity), taken) == said


def test_a_map_needs_both_coordinates_and_zero_is_one() -> None:
    assert gatherings.map_button(Made(latitude=52.1)) == []
    (button,) = gatherings.map_button(Made(latitude=0.0, longitude=-5.123456))
    assert button.url == (
        "https://www.openstreetmap.org/?mlat=0.00000&mlon=-5.12346#map=17/0.00000/-5.12346"
    )


@pytest.mark.parametrize("audience", ["all", "", "unheard:of"])
def test_an_audience_of_all_is_not_said(audience: str) -> None:
    assert gatherings.who_may_come(audience) == ""


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert gatherings.who_may_come("municipality:GM9999").endswith("GM9999.")
    assert gatherings.who_may_come("part:king").endswith("king.")


def test_a_visitor_is_told_to_join_and_a_member_to_ask() -> None:
    assert gatherings.not_for_you("members", Somebody("visitor")).endswith("it takes a minute.")
    assert gatherings.not_for_you("part:other", Somebody()).endswith("whether you can come.")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Made(kind="day", link=None), "At many places: you choose one."),
        (Made(kind="day", link=None, place="The square"), "\u2068The square\u2069"),
        (Made(link=None), "The place will follow."),
        (Made(), "Online"),
        (Made(place="The park"), "\u2068The park\u2069, or online"),
    ],
)
def test_a_day_is_at_its_places(made: Made, said: str) -> None:
    assert gatherings.where(made) == said
