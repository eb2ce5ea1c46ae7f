"""The events of a calendar file (.ics, RFC 5545), or every mistake with its line and nothing.

Times become wall times: those in a zone of the world in that zone, those in UTC or in none in the
platform's. `bot.importing.events` makes meetings of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

from icalendar import Event

from bot.importing.calendar_lines import Lines, events, shown
from bot.importing.mistakes import ImportErrors
from bot.importing.online import parted
from bot.importing.rule import Rule, WrongRuleError, rule
from bot.importing.sheet import wall_mistake
from storage import wall_time

TITLE: Final = 200
TEXT: Final = 1500
PLACE: Final = 200
LINK: Final = 300
"""The most characters of a text; what is longer is cut, but for an address."""
LONGEST: Final = timedelta(days=31)
_ONCE: Final = (
    "UID", "SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "URL", "DTSTART", "DTEND", "DURATION",
    "RRULE", "RECURRENCE-ID", "STATUS", "CLASS",
)  # fmt: skip
_WANTED: Final = frozenset({*_ONCE, "RDATE", "EXDATE"})
_NEEDED: Final = {"UID": "UID", "SUMMARY": "title", "DTSTART": "start"}
_ADDRESS: Final = re.compile(r"https?://[^\s/]+\S*")
_UNIVERSAL: Final = frozenset({"UTC", "Etc/UTC", "GMT"})


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as the file has it; its times are wall times in `zone`.

    `texts` are columns of the meeting, as far as the file says something. `also` and `without` are
    dates beside those of `rule`; `instead_of` is the date of a series that it stands for.
    """

    uid: str
    line: int
    name: str
    start: datetime
    end: datetime
    zone: str
    texts: Mapping[str, Any]
    cancelled: bool
    private: bool
    rule: Rule | None = None
    also: Sequence[datetime] = ()
    without: Sequence[datetime] = ()
    instead_of: datetime | None = None

    @property
    def comes_back(self) -> bool:
        """Whether it is one of several dates."""
        return self.rule is not None or bool(self.also) or self.instead_of is not None


class _WrongError(ValueError):
    """Something that a property says cannot be."""


def read(path: Path, *, zone: str) -> list[Happening]:
    """The events in a file; `zone` is that of times in UTC or in none. Raises ImportErrors."""
    mistakes: list[tuple[int, str]] = []
    found: list[Happening] = []
    for lines in events(path, _WANTED):
        reader = _Reader(lines, zone)
        made = reader.read()
        mistakes += reader.mistakes
        if made is not None:
            found.append(made)
    mistakes += _twice(found)
    if mistakes:
        raise ImportErrors([f"line {line}: {text}" for line, text in sorted(mistakes)])
    return found


def _twice(found: Sequence[Happening]) -> Iterator[tuple[int, str]]:
    known: dict[tuple[str, datetime | None], int] = {}
    for one in found:
        first = known.setdefault((one.uid, one.instead_of), one.line)
        if first != one.line:
            yield one.line, f"{one.name}: it has the UID of the event on line {first}"


@dataclass(slots=True)
class _Reader:
    """One event being read, and what is wrong with it so far."""

    lines: Lines
    default_zone: str
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    name: str = "event"

    def wrong(self, key: str, text: str) -> None:
        """Note a mistake in a property."""
        self.mistakes.append((self.lines.line(key), f"{self.name}: {text}"))

    def read(self) -> Happening | None:
        """The event; None if something is wrong with it."""
        parsed = self._parsed()
        if parsed is None:
            return None
        try:
            return self._happening(parsed)
        except _WrongError as wrong:
            key, text = wrong.args
            self.wrong(key, text)
        return None

    def _parsed(self) -> Mapping[str, Any] | None:
        text = "\r\n".join(["BEGIN:VEVENT", *self.lines.texts, "END:VEVENT"])
        try:
            parsed = Event.from_ical(text)
        except (ValueError, LookupError, TypeError, OverflowError):
            self.wrong("", "it cannot be read")
            return None
        title = _one_line(parsed.get("SUMMARY"))
        self.name = f"event `{shown(title)}`" if title else "event"
        for key, numbers in self.lines.numbers.items():
            if len(numbers) > 1 and key in _ONCE:
                self.wrong(key, f"`{key}` is there twice")
        for name, problem in parsed.errors:
            self.wrong(name or "", f"`{name}` is wrong: {shown(str(problem))}")
        for key, what in _NEEDED.items():
            if key not in self.lines.numbers or (
                key != "DTSTART" and not _one_line(parsed.get(key))
            ):
                self.wrong(key, f"it has no {what} ({key})")
        return None if self.mistakes else parsed

    def _happening(self, parsed: Mapping[str, Any]) -> Happening:
        start, zone = self._start(parsed)
        end = self._end(parsed, start, zone)
        instead_of = parsed.get("RECURRENCE-ID")
        return Happening(
            uid=str(parsed["UID"]),
            line=self.lines.begins,
            name=self.name,
            start=start,
            end=end,
            zone=zone,
            texts=_texts(parsed),
            cancelled=str(parsed.get("STATUS", "")).upper() == "CANCELLED",
            private=str(parsed.get("CLASS", "")).upper() in ("PRIVATE", "CONFIDENTIAL"),
            rule=self._rule(parsed, zone),
            also=self._dates(parsed, "RDATE", zone),
            without=self._dates(parsed, "EXDATE", zone),
            instead_of=self._wall("RECURRENCE-ID", instead_of, zone) if instead_of else None,
        )

    def _start(self, parsed: Mapping[str, Any]) -> tuple[datetime, str]:
        given = parsed["DTSTART"]
        zone = getattr(getattr(given.dt, "tzinfo", None), "key", None)
        known = zone in available_timezones() and zone not in _UNIVERSAL
        zone = str(zone) if known else self.default_zone
        start = self._wall("DTSTART", given, zone)
        if mistake := wall_mistake(start, zone):
            raise _WrongError("DTSTART", mistake)
        return start, zone

    def _end(self, parsed: Mapping[str, Any], start: datetime, zone: str) -> datetime:
        key = "DTEND" if "DTEND" in parsed else "DURATION"
        if key not in parsed:
            raise _WrongError("DTSTART", "it has no end (DTEND or DURATION)")
        given = parsed[key].dt
        if isinstance(given, timedelta):
            end = start + min(max(given, timedelta(0)), 2 * LONGEST)
        else:
            end = self._wall(key, parsed[key], zone)
        if mistake := wall_mistake(end, zone):
            raise _WrongError(key, mistake)
        if not start < end <= start + LONGEST:
            raise _WrongError(key, f"it must end after it starts, within {LONGEST.days} days")
        return end

    def _wall(self, key: str, given: Any, zone: str) -> datetime:
        """What the clocks in `zone` show at a moment of the file."""
        moment = given.dt
        if not isinstance(moment, datetime):
            raise _WrongError(key, "it lasts whole days: give it a start and an end on the clock")
        if moment.tzinfo is None and "TZID" in given.params:
            unknown = shown(str(given.params["TZID"]))
            raise _WrongError(
                key, f"`{unknown}` is not a time zone: use one such as Europe/Amsterdam"
            )
        if not 2000 <= moment.year < 2200:
            raise _WrongError(key, f"`{key}` is in the year {moment.year}")
        return moment if moment.tzinfo is None else wall_time.wall(moment, zone)

    def _dates(self, parsed: Mapping[str, Any], key: str, zone: str) -> list[datetime]:
        given = parsed.get(key, [])
        lists = given if isinstance(given, list) else [given]
        return [self._wall(key, date, zone) for one in lists for date in one.dts]

    def _rule(self, parsed: Mapping[str, Any], zone: str) -> Rule | None:
        parts = parsed.get("RRULE")
        if parts is None:
            return None
        try:
            return rule(parts, _until(parts, zone))
        except WrongRuleError as wrong:
            raise _WrongError("RRULE", f"{wrong}") from None


def _until(parts: Mapping[str, Any], zone: str) -> datetime | None:
    """The last moment of a rule; a date means all of that day."""
    end = next(iter(parts.get("UNTIL", ())), None)
    if end is None:
        return None
    if not isinstance(end, datetime):
        return datetime.combine(end, time(23, 59))
    return end if end.tzinfo is None else wall_time.wall(end, zone)


def _one_line(given: object) -> str:
    return " ".join(str(given or "").split())


def _texts(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a meeting that the file says something about."""
    place, room = parted(_one_line(parsed.get("LOCATION")))
    text, other_room = parted(str(parsed.get("DESCRIPTION", "")).strip())
    link = room or other_room or _one_line(parsed.get("URL"))
    if _ADDRESS.fullmatch(place):
        place, link = "", room or place
    texts: dict[str, Any] = {"title": _one_line(parsed.get("SUMMARY"))[:TITLE]}
    if text:
        texts["text"] = text[:TEXT]
    if place:
        texts["place"] = place[:PLACE]
    if len(link) <= LINK and _ADDRESS.fullmatch(link):
        texts["link"] = link
    if "GEO" in parsed:
        north, east = parsed["GEO"].latitude, parsed["GEO"].longitude
        if abs(north) <= 90 and abs(east) <= 180:
            texts |= {"latitude": float(north), "longitude": float(east)}
    return texts
