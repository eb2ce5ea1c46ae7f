"""Checks of what belongs to a meeting besides its moment: a link, a pin on the map, a time zone."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from bot.dialogue.answers import Point
from bot.dialogue.checks import Check, Invalid, Unsure, not_text
from bot.dialogue.choices import plain
from bot.dialogue.language import N_, _
from bot.dialogue.messages import Heard, Kind, Shared

LONGEST_LINK: Final = 500
NEARLY: Final = 75
"""How alike (0-100) a name must be to the one of a time zone."""

_ADDRESS: Final = re.compile(
    r"^https://(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?::\d{1,5})?(?:[/?#]\S*)?$", re.IGNORECASE
)
_BARE: Final = re.compile(r"^(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?:/\S*)?$")
_DEGREES: Final = r"(-?\d{1,3}\.\d{2,})"
_PAIR: Final = re.compile(rf"{_DEGREES}(?:\s*[,;/]\s*|\s+|&mlon=|,\+){_DEGREES}", re.ASCII)


def line(most: int) -> Check[str]:
    """Words on one line, at most so many characters."""

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> str | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        words = " ".join(given.text.split())
        if not plain(words):
            return Invalid(_("I see no words in that. Please type it again."))
        if len(words) > most:
            told = _("That is too long: {count} characters. At most {most} fit.")
            return Invalid(told.format(count=len(words), most=most))
        return words

    return Check(read, str, _text, str)


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise TypeError("what is stored is no text")
    return stored


def link() -> Check[str]:
    """The address of an online meeting: https only, completed where that was left out."""

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> str | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        typed = given.text.strip()
        whole = f"https://{typed}" if _BARE.match(typed) else typed
        if whole.casefold().startswith("http://"):
            return Invalid(_("That link is not safe: it must begin with https."))
        if not _is_address(whole):
            return Invalid(_("That is not a link. It begins with https."))
        return whole

    return Check(read, str, _text, str, example=N_("https://meet.example.org/room"))


def _is_address(typed: str) -> bool:
    if len(typed) > LONGEST_LINK or re.search(r"[\s<>\"'\\]", typed) or not typed.isprintable():
        return False
    return bool(_ADDRESS.match(typed))


def pin() -> Check[Point]:
    """A place on the map: sent as a location, or its degrees, also in a map's link."""

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> Point | Invalid:
        if isinstance(given, Shared):
            if given.kind is not Kind.LOCATION:
                return Invalid(_("I need a location. Send it with the paperclip."))
            return Point(given.value["latitude"], given.value["longitude"])
        found = _PAIR.search(given.text)
        point = Point(float(found[1]), float(found[2])) if found else Point(999, 999)
        if abs(point.latitude) > 90 or abs(point.longitude) > 180:
            return Invalid(_("I need a location. Send it with the paperclip."))
        return point

    return Check(
        read,
        lambda p: [p.latitude, p.longitude],
        lambda pair: Point(*pair),
        lambda p: f"{p.latitude:.4f}, {p.longitude:.4f}",
        example="52.0907, 5.1214",
    )


@cache
def _cities() -> dict[str, list[str]]:
    """Plain name of a city, or the whole name of a zone, to the zones of that name."""
    found: dict[str, list[str]] = {}
    for zone in sorted(available_timezones()):
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/")):
            for name in {plain(zone.rpartition("/")[2]), plain(zone)}:
                found.setdefault(name.replace("_", " "), []).append(zone)
    return found


def city(zone: str) -> str:
    """What people call a time zone: the city in its name."""
    return zone.rpartition("/")[2].replace("_", " ")


def zone() -> Check[str]:
    """A time zone, by a city in it."""

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> str | Invalid | Unsure[str]:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        said = plain(given.text).replace("_", " ")
        if known := _cities().get(said):
            return known[0] if len(known) == 1 else Unsure(tuple(known[:4]))
        if len(said) >= 3:
            close = process.extract(
                said, _cities().keys(), scorer=fuzz.ratio, score_cutoff=NEARLY, limit=3
            )
            if meant := list(dict.fromkeys(_cities()[name][0] for name, _score, _i in close)):
                return Unsure(tuple(meant))
        return Invalid(_("I do not know that city. Type a large city with the same time."))

    return Check(read, str, _known_zone, city, example=N_("London"))


def _known_zone(stored: object) -> str:
    if stored not in available_timezones():
        raise ValueError("there is no such time zone")
    return str(stored)
