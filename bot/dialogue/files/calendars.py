"""Meetings as a calendar file: RFC 5545, with the methods of RFC 5546.

A calendar program replaces what it has when the UID is the same and the SEQUENCE higher, or equal
and the DTSTAMP newer. So a UID never changes, and SEQUENCE goes up with the meeting's version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue.messages import Attachment

MOST_OCTETS: Final = 75
"""RFC 5545, 3.1: a line is no longer than this, its end not counted."""
REFRESH: Final = "PT1H"
"""How often a program that follows a feed is asked to look."""
ALARMS: Final = ("-P1D", "-PT2H")
_ESCAPED: Final = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})
_LINE_ENDS: Final = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Standing(StrEnum):
    """What an entry is to whose calendar it is; the words of STATUS."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Method(StrEnum):
    """What a calendar program is to do with a file: put the entries in, or take them out."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who a calendar comes from; `address` is how to reach them, as a URI."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting in a calendar; `version` counts from 1, `position` is (latitude, longitude)."""

    uid: str
    version: int
    title: str
    starts: datetime
    ends: datetime
    zone: str
    standing: Standing
    changed: datetime
    place: str = ""
    position: tuple[float, float] | None = None
    text: str = ""
    url: str = ""


def attached(meeting: int, person: int, now: datetime, name: str = "meeting.ics") -> Attachment:
    """The file of one meeting as it stands for one person when it is sent."""
    made = {"meeting": meeting, "person": person, "now": now.isoformat()}
    return Attachment("document", name, "calendar", made)


def calendar_file(
    entries: Sequence[Entry], publisher: Publisher, method: Method, now: datetime
) -> bytes:
    """A file to open once, made at `now`."""
    head = [f"METHOD:{method}"]
    alarms = ALARMS if method is Method.PUBLISH else ()
    body = [line for one in entries for line in _event(one, publisher, now, alarms)]
    return _calendar(entries, [*head, *_zones(entries), *body])


def feed(entries: Sequence[Entry], publisher: Publisher, name: str) -> bytes:
    """A calendar to follow; the same entries give the same bytes, whenever it is made."""
    title = _text(name)
    head = [
        f"NAME:{title}",
        f"X-WR-CALNAME:{title}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    body = [line for one in entries for line in _event(one, publisher, one.changed, ALARMS)]
    return _calendar(entries, [*head, *_zones(entries), *body])


def _calendar(entries: Sequence[Entry], inside: Iterable[str]) -> bytes:
    head = ["VERSION:2.0", "PRODID:-//Buurtbot//Buurtbot//NL", "CALSCALE:GREGORIAN"]
    lines = ["BEGIN:VCALENDAR", *head, *inside, "END:VCALENDAR"]
    return b"".join(folded(line) for line in lines)


def _event(
    entry: Entry, publisher: Publisher, stamp: datetime, alarms: Sequence[str]
) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}@buurtbot"
    yield f"SEQUENCE:{max(0, entry.version - 1)}"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"LAST-MODIFIED:{_utc(entry.changed)}"
    yield _moment("DTSTART", entry.starts, entry.zone)
    yield _moment("DTEND", entry.ends, entry.zone)
    yield f"SUMMARY:{_text(entry.title, one_line=True)}"
    yield f"STATUS:{entry.standing}"
    yield f"ORGANIZER;CN={_quoted(publisher.name)}:{publisher.address}"
    if entry.place:
        yield f"LOCATION:{_text(entry.place, one_line=True)}"
    if entry.position is not None:
        yield "GEO:{:.6f};{:.6f}".format(*entry.position)
    if entry.text:
        yield f"DESCRIPTION:{_text(entry.text)}"
    if entry.url:
        yield f"URL:{entry.url}"
    if entry.standing is not Standing.CANCELLED:
        for trigger in alarms:
            yield from _alarm(entry, trigger)
    yield "END:VEVENT"


def _alarm(entry: Entry, trigger: str) -> Iterator[str]:
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"TRIGGER:{trigger}"
    yield f"DESCRIPTION:{_text(entry.title, one_line=True)}"
    yield "END:VALARM"


# Times and zones.


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _moment(name: str, moment: datetime, zone: str) -> str:
    """Wall time in its zone; the second one of a doubled hour only UTC can tell."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.fold or zone == "UTC":
        return f"{name}:{_utc(moment)}"
    return f"{name};TZID={zone}:{local:%Y%m%dT%H%M%S}"


def _zones(entries: Iterable[Entry]) -> Iterator[str]:
    """Each zone that is used, with its clock changes in the years of the entries alone."""
    years: dict[str, set[int]] = {}
    for entry in entries:
        local = [moment.astimezone(ZoneInfo(entry.zone)) for moment in (entry.starts, entry.ends)]
        years.setdefault(entry.zone, set()).update(moment.year for moment in local)
    for zone, used in sorted(years.items()):
        if zone == "UTC":
            continue
        yield "BEGIN:VTIMEZONE"
        yield f"TZID:{zone}"
        for year in range(min(used), max(used) + 1):
            yield from _clock_changes(zone, year)
        yield "END:VTIMEZONE"


@lru_cache(maxsize=256)
def _clock_changes(zone: str, year: int) -> tuple[str, ...]:
    """How the clocks stand when a year begins, and each change in it."""
    at = datetime(year, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime(year, 12, 31, 23, 59, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    lines = list(_observance(zone, at, at))
    while at < end:
        later = min(at + timedelta(days=1), end)
        if _clock(zone, later) != _clock(zone, at):
            lines += _observance(zone, at, _change(zone, at, later))
        at = later
    return tuple(lines)


def _clock(zone: str, moment: datetime) -> tuple[timedelta, bool, str]:
    local = moment.astimezone(ZoneInfo(zone))
    return local.utcoffset() or timedelta(), bool(local.dst()), local.tzname() or zone


def _change(zone: str, before: datetime, after: datetime) -> datetime:
    """The minute between the two at which the clocks changed."""
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        if _clock(zone, middle) == _clock(zone, before):
            before = middle
        else:
            after = middle
    return after


def _observance(zone: str, before: datetime, onset: datetime) -> Iterator[str]:
    """From `onset` on; its DTSTART is what the clocks showed until then (RFC 5545, 3.6.5)."""
    old, _dst, _name = _clock(zone, before)
    new, is_summer, name = _clock(zone, onset)
    kind = "DAYLIGHT" if is_summer else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{(onset + old).replace(tzinfo=None):%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(old)}"
    yield f"TZOFFSETTO:{_offset(new)}"
    yield f"TZNAME:{_text(name)}"
    yield f"END:{kind}"


def _offset(offset: timedelta) -> str:
    minutes = round(offset / timedelta(minutes=1))
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


# Lines.


def _clean(text: str, line_end: str) -> str:
    return _CONTROLS.sub("", _LINE_ENDS.sub(line_end, text))


def _text(text: str, *, one_line: bool = False) -> str:
    """A value of the type TEXT (RFC 5545, 3.3.11)."""
    if one_line:
        return " ".join(_clean(text, " ").split()).translate(_ESCAPED)
    return "\\n".join(part.translate(_ESCAPED) for part in _clean(text, "\n").split("\n"))


def _quoted(text: str) -> str:
    """The value of a parameter, which may hold no quotation mark (RFC 5545, 3.2)."""
    return '"{}"'.format(" ".join(_clean(text, " ").replace('"', "'").split()))


def folded(line: str) -> bytes:
    """A line with its end, in pieces of at most 75 octets that part no character."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > MOST_OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
