"""The meetings of an import file: by themselves, and days with their places and parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from bot.dialogue import membership, places
from bot.dialogue.language import languages
from bot.importing.sheet import Planned, Sheet, meant
from storage import wall_time
from storage.meetings import Kind, MeetingFacts, Status
from storage.reminder_times import Kind as Reminder

TITLE: Final = 100
TEXT: Final = 1500
PLACE: Final = 200
LINK: Final = 300
ACCESS: Final = 300
HOST: Final = 60
MOST_SEATS: Final = 100_000
MOST_PLACES: Final = 100
_ADDRESS: Final = re.compile(r"https?://[^\s/]+\S*")
_DAY_KEYS: Final = (
    "key", "title", "text", "start", "end", "link", "audience", "languages", "host_name",
    "reminders", "cancelled",
)  # fmt: skip
_KEYS: Final = (
    *_DAY_KEYS, "place", "municipality", "latitude", "longitude", "accessibility", "capacity",
    "deadline",
)  # fmt: skip
_INHERITED: Final = ("audience", "languages", "reminders")
"""What a place or part has from its day where it does not say, beside the times."""
_REMINDERS: Final = tuple(str(kind) for kind in Reminder)


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """A meeting whose days may still be counted from the day of the import.

    `day` is the key of the day that a place or part belongs to.
    """

    values: Mapping[str, Any]
    start: Planned | None
    end: Planned | None
    deadline: Planned | None
    publish: Planned | None
    name: str
    day: str | None = None

    @property
    def key(self) -> str:
        """By which it is known."""
        return str(self.values["key"])

    def facts(self, zone: str, today: date) -> MeetingFacts:
        """What is known of it once `today` is known."""
        assert self.start is not None
        assert self.end is not None
        deadline = self.deadline.wall(today) if self.deadline is not None else None
        publish = self.publish.wall(today) if self.publish is not None else None
        return MeetingFacts(
            **self.values,
            start=self.start.wall(today),
            end=self.end.wall(today),
            zone=zone,
            deadline=deadline,
            publishes=wall_time.moment(publish, zone) if publish is not None else None,
        )


def planned(top: Sheet, zone: str) -> list[PlannedMeeting]:
    """The meetings and days in a file, each day before its places and parts."""
    found: list[PlannedMeeting] = []
    for sheet in top.tables("meeting"):
        sheet.only(*_KEYS, "publish")
        found.append(_meeting(sheet, zone, found, Kind.MEETING))
    for sheet in top.tables("day"):
        sheet.only(*_DAY_KEYS, "publish", "place", "part")
        found += _day(sheet, zone, found)
    return found


def _day(sheet: Sheet, zone: str, before: Sequence[PlannedMeeting]) -> list[PlannedMeeting]:
    found = [_meeting(sheet, zone, before, Kind.DAY)]
    for name, kind in (("place", Kind.PLACE), ("part", Kind.PART)):
        for child in sheet.tables(name):
            child.only(*_KEYS)
            made = _meeting(child, zone, [*before, *found], kind, found[0])
            found.append(replace(made, publish=found[0].publish, day=found[0].key))
    if len(found) > MOST_PLACES + 1:
        sheet.wrong("", f"a day has at most {MOST_PLACES} places and parts")
    return found


def _meeting(
    sheet: Sheet,
    zone: str,
    before: Sequence[PlannedMeeting],
    kind: Kind,
    day: PlannedMeeting | None = None,
) -> PlannedMeeting:
    values = {
        "key": sheet.key([one.key for one in before]),
        "kind": kind,
        "title": sheet.line("title", TITLE),
        "text": sheet.text("text", TEXT, needed=False),
        "link": _link(sheet),
        "audience": _audience(sheet),
        "languages": _languages(sheet),
        "reminders": _reminders(sheet),
        "host_name": sheet.line("host_name", HOST, needed=False) or None,
        "status": Status.CANCELLED if sheet.flag("cancelled") else Status.ON,
    }
    if day is not None:
        values |= {key: day.values[key] for key in _INHERITED if key not in sheet.data}
    where = {} if kind is Kind.DAY else _seats(sheet)
    start, end = _times(sheet, zone, day)
    deadline, publish = sheet.planned("deadline", zone), sheet.planned("publish", zone)
    return PlannedMeeting({**values, **where}, start, end, deadline, publish, sheet.name)


def _times(
    sheet: Sheet, zone: str, day: PlannedMeeting | None
) -> tuple[Planned | None, Planned | None]:
    """From when until when; a place or part has those of its day where it does not say."""
    if day is None:
        for needed in ("start", "end"):
            if needed not in sheet.data:
                sheet.missing(needed)
        start = sheet.planned("start", zone)
        return start, sheet.planned("end", zone, after=start)
    start = sheet.planned("start", zone, after=day.start, bare=True)
    start = start if "start" in sheet.data else day.start
    end = sheet.planned("end", zone, after=start)
    return start, end if "end" in sheet.data else day.end


def _seats(sheet: Sheet) -> Mapping[str, Any]:
    """Where the seats are, and how many; a day has none but those of its places."""
    north, east = sheet.number("latitude", 90), sheet.number("longitude", 180)
    if ("latitude" in sheet.data) != ("longitude" in sheet.data):
        sheet.wrong("", "`latitude` and `longitude` go together")
    return {
        "place": sheet.line("place", PLACE, needed=False) or None,
        "municipality": _municipality(sheet),
        "latitude": north,
        "longitude": east,
        "accessibility": sheet.text("accessibility", ACCESS, needed=False),
        "capacity": sheet.whole("capacity", 1, MOST_SEATS),
    }


def _link(sheet: Sheet) -> str | None:
    given = sheet.line("link", LINK, needed=False)
    if given and not _ADDRESS.fullmatch(given):
        sheet.wrong(
            "link", "`link` is not a page's address: write it like https://example.org/room"
        )
    return given or None


def _municipality(sheet: Sheet) -> str | None:
    given = sheet.line("municipality", 60, needed=False)
    return _code(sheet, "municipality", given) if given else None


def _code(sheet: Sheet, key: str, name: str) -> str | None:
    """The CBS code of a municipality that is written as its name or its code."""
    if name in places.places():
        return name
    found, exact = places.find(name)
    if exact and len(found) == 1:
        return found[0].code
    choice = " or ".join(f"`{one.label}`" for one in found)
    hint = f"; did you mean {choice}?" if choice else ""
    sheet.wrong(key, f"`{name}` is not a municipality{hint}")
    return None


def _audience(sheet: Sheet) -> str:
    given = sheet.line("audience", 80, needed=False) or "all"
    kind, _, which = given.partition(":")
    if kind == "municipality" and which:
        return f"municipality:{_code(sheet, 'audience', which.strip())}"
    known = ["all", "members", *(f"part:{part}" for part in membership.parts())]
    if given not in known:
        hint = meant(given, known) or f": choose from {', '.join(known)}, municipality:NAME"
        sheet.wrong("audience", f"`{given}` is nobody we know{hint}")
    return given


def _languages(sheet: Sheet) -> list[str]:
    if "languages" not in sheet.data:
        return ["nl"]
    given = sheet.words("languages", "languages")
    for code in given:
        if code not in languages():
            hint = meant(code, languages())
            sheet.wrong("languages", f"`{code}` is not a language that we have{hint}")
    return given


def _reminders(sheet: Sheet) -> list[str] | None:
    """Which reminders are sent; None: all of them. An empty list means none."""
    if "reminders" not in sheet.data or sheet.data["reminders"] == []:
        return sheet.data.get("reminders")
    given = sheet.words("reminders", "reminders")
    for kind in given:
        if kind not in _REMINDERS:
            choice = ", ".join(_REMINDERS)
            sheet.wrong("reminders", f"`{kind}` is not a reminder: choose from {choice}")
    return given
