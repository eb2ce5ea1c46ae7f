"""A day in the middle of other words: `volgende week dinsdag half 8`, `19.30 uur op 28 sept`.

More than one day may be meant: "next Tuesday" said on a Monday, a weekday said on that weekday, a
weekday that does not fit the date beside it. Then all are found, the likeliest first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from bot.dialogue.typed_time.dates import dated, made, named, relative_days

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?=\d))?", re.ASCII)
_FIGURES = re.compile(
    r"(?<![\d.:,uh])\b(\d{1,2}) ?[-/] ?(1[0-2]|0?[1-9])(?: ?[-/] ?(\d{4}|\d{2}))?\b(?![.:]?\d)",
    re.ASCII,
)
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(20\d\d|\d{2})\b", re.ASCII)
_DOTTED_SHORT = re.compile(
    r"(?<![\d.:])\b(\d{1,2})\.(1[0-2]|0?[1-9])\.?(?= .*\d)(?! ?(?:uur|u|h|-)\b)()", re.ASCII
)
_NTH = re.compile(r"\b(?:de |the )?(\d{1,2})(?:e|ste|de|st|nd|rd|th)\b", re.ASCII)
_YEAR = r"(?: (20(?:2[5-9]|[3-9]\d)))?\b"
_AHEAD = re.compile(r"\b(?:over|in) (\d{1,2}|a|an) (dag|dagen|day|days|week|weken|weeks)\b")
_WEEK = re.compile(r"\b(volgende|next|deze|this) week\b")
_COMING = r"\b(?:(volgende|next|aanstaande|komende|eerstvolgende|coming|this coming|deze|this) )?"
_NEXT = ("volgende", "next")


@dataclass(frozen=True, slots=True)
class Found:
    """The days that may be meant, and what else was said; no days: there is no such day."""

    days: tuple[date, ...]
    rest: str


@cache
def _worded() -> tuple[re.Pattern[str], re.Pattern[str]]:
    months = _any(named("months"))
    return (
        re.compile(rf"\b(\d{{1,2}})(?:e|ste|de|st|nd|rd|th)? (?:of )?({months})\b{_YEAR}"),
        re.compile(rf"\b({months}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?![.:]\d| ?[uh]\d){_YEAR}"),
    )


@cache
def _weekdays() -> re.Pattern[str]:
    return re.compile(rf"{_COMING}\b({_any(named('days'))})\b")


def _any(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


def find(said: str, today: date) -> Found | None:
    """The day in `said`, which is plain (`time_words.plainly`); None if it names none."""
    for read in (_by_year, _by_words, _by_figures, _by_nth):
        if (found := read(said, today)) is not None:
            return _with_weekday(found, today)
    return _ahead(said, today) or _by_week(said, today) or _by_name(said, today)


def _cut(said: str, found: re.Match[str]) -> str:
    return " ".join(f"{said[: found.start()]} {said[found.end() :]}".split())


def _one(day: date | None, rest: str) -> Found:
    return Found((day,) if day is not None else (), rest)


def _by_year(said: str, today: date) -> Found | None:
    found = _ISO.search(said)
    if found is None:
        return None
    return _one(made(int(found[1]), int(found[2]), int(found[3])), _cut(said, found))


def _by_words(said: str, today: date) -> Found | None:
    european, american = _worded()
    if found := european.search(said):
        day = dated(int(found[1]), named("months")[found[2]], found[3], today)
        return _one(day, _cut(said, found))
    if found := american.search(said):
        day = dated(int(found[2]), named("months")[found[1]], found[3], today)
        return _one(day, _cut(said, found))
    return None


def _by_figures(said: str, today: date) -> Found | None:
    found = _FIGURES.search(said) or _DOTTED.search(said) or _DOTTED_SHORT.search(said)
    if found is None:
        return None
    return _one(dated(int(found[1]), int(found[2]), found[3] or None, today), _cut(said, found))


def _by_nth(said: str, today: date) -> Found | None:
    """`de 28e`: the next day that has this number."""
    found = _NTH.search(said)
    if found is None:
        return None
    ahead = (today + timedelta(days=more) for more in range(62))
    return _one(next((day for day in ahead if day.day == int(found[1])), None), _cut(said, found))


def _with_weekday(found: Found, today: date) -> Found:
    """Take the weekday out of the rest; where it is another one, both days may be meant."""
    said = _weekdays().search(found.rest)
    if said is None:
        return found
    rest, weekday = _cut(found.rest, said), named("days")[said[2]]
    if not found.days or found.days[0].weekday() == weekday:
        return Found(found.days, rest)
    day = found.days[0]
    away = (weekday - day.weekday() + 3) % 7 - 3
    beside = day + timedelta(days=away)
    return Found((day, beside) if beside >= today else (day,), rest)


def _ahead(said: str, today: date) -> Found | None:
    """`over 2 weken`, `in 3 days`; with a weekday: that day of the week it is then."""
    found = _AHEAD.search(said)
    if found is None:
        return None
    many = int(found[1]) if found[1].isdecimal() else 1
    in_weeks = found[2].startswith("we")
    day = today + timedelta(days=many * 7 if in_weeks else many)
    rest = _cut(said, found)
    weekday = _weekdays().search(rest)
    if weekday is None or not in_weeks:
        return Found((day,), rest)
    monday = day - timedelta(days=day.weekday())
    return Found((monday + timedelta(days=named("days")[weekday[2]]),), _cut(rest, weekday))


def _by_week(said: str, today: date) -> Found | None:
    """`volgende week dinsdag`, `thursday this week`."""
    week = _WEEK.search(said)
    rest = _cut(said, week) if week is not None else said
    weekday = _weekdays().search(rest)
    if week is None or weekday is None:
        return None
    monday = today - timedelta(days=today.weekday())
    later = 7 if week[1] in _NEXT else 0
    day = monday + timedelta(days=named("days")[weekday[2]] + later)
    return Found((day,), _cut(rest, weekday))


def _by_name(said: str, today: date) -> Found | None:
    """`overmorgen`, `dinsdag`, `komende dinsdag`, `volgende dinsdag`."""
    words = sorted(relative_days(), key=len, reverse=True)
    for word in words:
        if found := re.search(rf"\b{re.escape(word)}\b", said):
            day = today + timedelta(days=relative_days()[word])
            return _with_weekday(Found((day,), _cut(said, found)), today)
    weekday = _weekdays().search(said)
    if weekday is None:
        return None
    return Found(_coming(named("days")[weekday[2]], weekday[1] or "", today), _cut(said, weekday))


def _coming(weekday: int, which: str, today: date) -> tuple[date, ...]:
    away = (weekday - today.weekday()) % 7
    coming, after = today + timedelta(days=away), today + timedelta(days=away + 7)
    is_this_week = today.weekday() + away < 7
    if which in _NEXT:
        return (after,) if away == 0 else (after, coming) if is_this_week else (coming,)
    return (coming, after) if away == 0 else (coming,)
