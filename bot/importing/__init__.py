"""Surveys and meetings from a TOML file: all of it, or every mistake with its line and nothing.

What is imported is known by its keys, so the same file can be imported again: a text that changed
is brought up to date, a question that is gone is retired, and what people answered stays.
`bot/importing/sample.toml` shows everything that a file may hold.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from bot.importing.meeting import PlannedMeeting, planned
from bot.importing.mistakes import ImportErrors
from bot.importing.sheet import Mistakes, Planned, Sheet, meant, wall_mistake
from bot.importing.survey import PlannedSurvey, survey
from bot.importing.toml_lines import Path as TomlPath
from bot.importing.toml_lines import lines_of
from storage import people, planning, settings, surveys, wall_time
from storage.meetings import Kind, Meeting
from storage.transaction import Tx

SAMPLE: Final = Path(__file__).parent / "sample.toml"
ZONE: Final = "Europe/Amsterdam"
_AT: Final = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds; its wall times are those of `zone`."""

    surveys: tuple[PlannedSurvey, ...]
    meetings: tuple[PlannedMeeting, ...]
    zone: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was imported."""

    surveys: int
    meetings: int


def read(path: Path, *, zone: str = ZONE) -> Content:
    """What the file holds; `zone` is that of its wall times if it names none itself.

    Raises ImportErrors.
    """
    text = _text(path)
    data, lines = _parsed(text)
    mistakes = Mistakes(lines)
    top = Sheet(mistakes, data, (), "")
    top.only("survey", "meeting", "day", "zone")
    content = _content(top, _zone(top, zone))
    mistakes.found += _times(content, None)
    if mistakes.found:
        raise ImportErrors(mistakes.told())
    return content


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ImportErrors([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ImportErrors([f"line {line}: this is not UTF-8 text: save it as UTF-8"]) from None


def _parsed(text: str) -> tuple[dict[str, Any], dict[TomlPath, int]]:
    """What the text says, and on which lines."""
    try:
        return tomllib.loads(text), lines_of(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        line = found[1] if found and found[1] else text.count("\n") + 1
        problem = _AT.sub("", str(error))
        raise ImportErrors([f"line {line}: this is not TOML: {problem}"]) from None
    except RecursionError:
        raise ImportErrors(["line 1: the file is nested too deeply"]) from None


def _zone(top: Sheet, default: str) -> str:
    given = top.line("zone", 60, needed=False) or default
    if given in available_timezones():
        return given
    top.wrong("zone", f"`{given}` is not a time zone{meant(given, available_timezones())}")
    return default


def _content(top: Sheet, zone: str) -> Content:
    asked: list[PlannedSurvey] = []
    for sheet in top.tables("survey"):
        asked.append(survey(sheet, zone, [one.facts.key for one in asked]))
    return Content(tuple(asked), tuple(planned(top, zone)), zone)


# What depends on the day of the import.

SOME_DAY: Final = date(2001, 1, 1)


def _times(content: Content, today: date | None) -> list[tuple[int, str]]:
    """What is wrong with the order of times, and with those that are counted from `today`."""
    found: list[tuple[int, str]] = []
    for one in content.surveys:
        name = f"survey `{one.facts.key}`"
        found += _order(name, ("opens", one.opens), ("closes", one.closes), today)
        found += _existing(name, (one.opens, one.closes), today, content.zone)
    days = {one.key: one for one in content.meetings}
    for meeting in content.meetings:
        found += _meeting_times(meeting, days.get(meeting.day or ""), content.zone, today)
    return found


def _meeting_times(
    one: PlannedMeeting, day: PlannedMeeting | None, zone: str, today: date | None
) -> list[tuple[int, str]]:
    """What is wrong with its times; what is its day's is told of the day."""
    end = ("end", one.end)
    found = _order(one.name, ("deadline", one.deadline), end, today)
    times = {one.start, one.end, one.deadline}
    if day is None:
        times.add(one.publish)
        found += _order(one.name, ("publish", one.publish), end, today)
    if day is None or (one.start, one.end) != (day.start, day.end):
        found += _order(one.name, ("start", one.start), end, today)
    own = times - {day.start, day.end} if day is not None else times
    return found + _existing(one.name, own, today, zone)


def _order(
    name: str,
    first: tuple[str, Planned | None],
    last: tuple[str, Planned | None],
    today: date | None,
) -> list[tuple[int, str]]:
    (early, one), (late, two) = first, last
    if one is None or two is None or (today is None and type(one.day) is not type(two.day)):
        return []
    day = today or SOME_DAY
    if one.wall(day) < two.wall(day):
        return []
    return [(two.line, f"{name}: `{late}` is not after `{early}`")]


def _existing(
    name: str, times: Iterable[Planned | None], today: date | None, zone: str
) -> list[tuple[int, str]]:
    if today is None:
        return []
    checked = [(one.line, wall_mistake(one.wall(today), zone)) for one in times if one is not None]
    return [(line, f"{name}: {mistake}") for line, mistake in checked if mistake]


def load(tx: Tx, content: Content, now: datetime) -> Loaded:
    """Write what `read` gave; `days_from_now` counts from `now`.

    Raises ImportErrors where days counted from now cannot be, and where a question that people
    answered has become another kind of question.
    """
    today = now.astimezone(ZoneInfo(content.zone)).date()
    found = _times(content, today)
    asked = [(one, _facts(one, content.zone, today)) for one in content.surveys]
    for one, facts in asked:
        for key in surveys.changed_kinds(tx, facts):
            text = f"question `{key}`: it was answered as another kind; give it a new key"
            found.append((one.lines[key], text))
    if found:
        raise ImportErrors([f"line {line}: {text}" for line, text in sorted(found)])
    for _one, facts in asked:
        surveys.put(tx, facts, now)
    _put_meetings(tx, content, today, now)
    return Loaded(len(asked), len(content.meetings))


def _put_meetings(tx: Tx, content: Content, today: date, now: datetime) -> None:
    """Meetings are known by their key; what belongs to a day that is off is off with it."""
    days: dict[str, Meeting] = {}
    for one in content.meetings:
        day = days.get(one.day or "")
        if day is not None and day.is_cancelled:
            continue
        facts = replace(one.facts(content.zone, today), day=day.id if day is not None else None)
        made = planning.put(tx, facts, None, now)
        if made.kind == Kind.DAY:
            days[one.key] = made


def _facts(one: PlannedSurvey, zone: str, today: date) -> surveys.SurveyFacts:
    opens, closes = (
        wall_time.moment(at.wall(today), zone) if at is not None else None
        for at in (one.opens, one.closes)
    )
    return replace(one.facts, opens=opens, closes=closes)


def fill(tx: Tx, now: datetime, roles: Mapping[str, str], language: str) -> None:
    """Put the sample content, and these chats' roles, into a database that never had them."""
    if settings.get(tx, "filled") is not None:
        return
    load(tx, read(SAMPLE), now)
    for chat, role in roles.items():
        people.change(tx, people.arrive(tx, chat, language, now).id, role=role)
    settings.put(tx, "filled", True)
