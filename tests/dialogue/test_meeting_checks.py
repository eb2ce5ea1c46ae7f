"""Links, pins on the map and time zones, as people send them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.answers import Point
from bot.dialogue.checks import Invalid, Unsure
from bot.dialogue.meeting_talk import meeting_checks
from bot.dialogue.messages import Heard, Kind, Origin, Shared

NOW = datetime.fromisoformat("2027-03-01T11:00:00+00:00")
UTC = ZoneInfo("UTC")
NOWHERE = Origin("", "")


def read(check, text):
    return check.read(Heard(NOWHERE, text), NOW, UTC)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://meet.example.org/room?x=1#y", "https://meet.example.org/room?x=1#y"),
        ("meet.example.org/room", "https://meet.example.org/room"),
        (" HTTPS://meet.example.org:8443/ ", "HTTPS://meet.example.org:8443/"),
    ],
)
def test_a_link_is_completed(text, address):
    assert read(meeting_checks.link(), text) == address


@pytest.mark.parametrize(
    "text",
    ["", "room", "http://example.org", "https://a b.org", "https://[::1", "ftp://example.org",
     "https://example.org/" + "x" * 500, "https://example.org/\u202e", "tg://resolve?domain=x"],
)  # fmt: skip
def test_what_is_no_safe_link_is_refused(text):
    assert isinstance(read(meeting_checks.link(), text), Invalid)


@pytest.mark.parametrize(
    "text",
    [
        "52.0907, 5.1214",
        "52.0907 5.1214",
        "https://maps.example.org/@52.0907,5.1214,15z",
        "https://maps.example.org/?mlat=52.0907&mlon=5.1214",
        "https://maps.example.org/#map=17/52.0907/5.1214",
    ],
)
def test_a_pin_is_read_from_degrees_and_from_a_map(text):
    assert read(meeting_checks.pin(), text) == Point(52.0907, 5.1214)


def test_a_pin_is_a_location_that_was_sent():
    shared = Shared(NOWHERE, Kind.LOCATION, {"latitude": 52.1, "longitude": 5.2})
    assert meeting_checks.pin().read(shared, NOW, UTC) == Point(52.1, 5.2)
    sticker = Shared(NOWHERE, Kind.STICKER)
    assert isinstance(meeting_checks.pin().read(sticker, NOW, UTC), Invalid)


@pytest.mark.parametrize("text", ["Kerkstraat 1", "99.00, 5.12", "52.09, 181.00", "52, 5", ""])
def test_what_is_no_pin_is_refused(text):
    assert isinstance(read(meeting_checks.pin(), text), Invalid)


@pytest.mark.parametrize(
    ("text", "zone"),
    [("london", "Europe/London"), ("New York", "America/New_York"),
     ("America/Kralendijk", "America/Kralendijk")],
)  # fmt: skip
def test_a_zone_is_known_by_a_city(text, zone):
    assert read(meeting_checks.zone(), text) == zone


def test_a_city_that_is_nearly_right_is_asked_about():
    found = read(meeting_checks.zone(), "Londen")
    assert isinstance(found, Unsure)
    assert "Europe/London" in found.values
    assert isinstance(read(meeting_checks.zone(), "x"), Invalid)


def test_a_zone_that_is_gone_does_not_count():
    with pytest.raises(ValueError, match="no such time zone"):
        meeting_checks.zone().decode("Europe/Atlantis")


def test_words_are_put_on_one_line():
    check = meeting_checks.line(10)
    assert read(check, " a\n b ") == "a b"
    assert isinstance(read(check, "abcdefghijk"), Invalid)
    assert isinstance(read(check, "\u200b"), Invalid)
    with pytest.raises(TypeError):
        check.decode(3)
