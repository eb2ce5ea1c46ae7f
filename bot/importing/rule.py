"""How an event of a calendar file comes back (RFC 5545, 3.3.10): those rules that people make.

Whole days only, each at the hour of the first. Days are tried one after another, up to a day that
the caller names: a rule that never fits costs no more than one that does.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN: Final = frozenset({
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS",
})  # fmt: skip
_REPEATS: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAY: Final = timedelta(days=1)
_A_YEAR: Final = timedelta(days=366)


class WrongRuleError(ValueError):
    """A rule that is not understood; its text says why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How an event comes back; `days` are (weekday from 0, which one of the month or 0 for all).

    `until` is the last wall time, `count` the number of dates; None: for ever.
    """

    every: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    week_starts: int = 0
    days: Sequence[tuple[int, int]] = ()
    month_days: Sequence[int] = ()
    months: Sequence[int] = ()
    positions: Sequence[int] = ()


def rule(parts: Mapping[str, Sequence[Any]], until: datetime | None) -> Rule:
    """The rule of these parts, whose end was worked out before. Raises WrongRuleError."""
    if unknown := sorted(set(parts) - _KNOWN):
        raise WrongRuleError(f"`{unknown[0]}` is not understood here")
    every = str(_first(parts, "FREQ", "")).upper()
    if every not in _REPEATS:
        raise WrongRuleError(f"`FREQ` is none of {', '.join(_REPEATS)}")
    made = Rule(
        every,
        _whole(parts, "INTERVAL", 1),
        _whole(parts, "COUNT", 0) or None,
        until,
        _weekday(str(_first(parts, "WKST", "MO"))),
        [_day(str(one)) for one in parts.get("BYDAY", ())],
        [int(one) for one in parts.get("BYMONTHDAY", ())],
        [int(one) for one in parts.get("BYMONTH", ())],
        [int(one) for one in parts.get("BYSETPOS", ())],
    )
    counts = any(which for _, which in made.days)
    if counts and (every in ("DAILY", "WEEKLY") or (every == "YEARLY" and not made.months)):
        raise WrongRuleError("`BYDAY` counts weekdays of a month only")
    if every == "YEARLY" and made.days and not made.months:
        raise WrongRuleError("a yearly `BYDAY` needs its `BYMONTH`")
    return made


def _first(parts: Mapping[str, Sequence[Any]], key: str, default: object) -> object:
    return next(iter(parts.get(key, ())), default)


def _whole(parts: Mapping[str, Sequence[Any]], key: str, default: int) -> int:
    given = _first(parts, key, default)
    if not isinstance(given, int) or (key in parts and not 1 <= given <= 10_000):
        raise WrongRuleError(f"`{key}` is not a whole number from 1 to 10000")
    return given


def _weekday(name: str) -> int:
    if name.upper() not in _WEEKDAYS:
        raise WrongRuleError("a weekday is one of " + ", ".join(_WEEKDAYS))
    return _WEEKDAYS.index(name.upper())


def _day(text: str) -> tuple[int, int]:
    which = text[:-2]
    if which and not (which.lstrip("+-").isdecimal() and 1 <= abs(int(which)) <= 5):
        raise WrongRuleError("a weekday's number is from 1 to 5, or from -1 to -5")
    return _weekday(text[-2:]), int(which or 0)


def dates(of: Rule, first: datetime, last: datetime) -> Iterator[datetime]:
    """Its wall times in their order, from `first` on and not after `last`."""
    end = min(of.until, last) if of.until is not None else last
    period = _period(of, first.date())
    number = 0
    tried = _days(_begins(of, first.date()), end.date() + _A_YEAR)  # the last period whole
    for which, days in groupby(tried, period):
        fitting = [day for day in days if which % of.interval == 0 and _fits(of, first, day)]
        for day in _chosen(of, fitting):
            start = datetime.combine(day, first.time())
            if start < first:
                continue
            number += 1
            if start > end or (of.count is not None and number > of.count):
                return
            yield start


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _begins(of: Rule, day: date) -> date:
    """The first day of the period that a day is in."""
    match of.every:
        case "WEEKLY":
            return day - timedelta(days=(day.weekday() - of.week_starts) % 7)
        case "MONTHLY":
            return day.replace(day=1)
        case "YEARLY":
            return day.replace(month=1, day=1)
        case _:
            return day


def _period(of: Rule, first: date) -> Callable[[date], int]:
    """Tells how many days, weeks, months or years after the first one a day is."""
    begins = _begins(of, first)

    def number(day: date) -> int:
        match of.every:
            case "WEEKLY":
                return (day - begins).days // 7
            case "MONTHLY":
                return (day.year - begins.year) * 12 + day.month - begins.month
            case "YEARLY":
                return day.year - begins.year
            case _:
                return (day - begins).days

    return number


def _fits(of: Rule, first: datetime, day: date) -> bool:
    """Whether a day of the right period is one of those meant."""
    if of.months and day.month not in of.months:
        return False
    in_month = monthrange(day.year, day.month)[1]
    if of.month_days and not {day.day, day.day - in_month - 1}.intersection(of.month_days):
        return False
    if of.days:
        nth, from_end = (day.day - 1) // 7 + 1, -((in_month - day.day) // 7 + 1)
        return bool({(day.weekday(), n) for n in (0, nth, from_end)}.intersection(of.days))
    if of.month_days or of.every == "DAILY":
        return True
    if of.every == "WEEKLY":
        return day.weekday() == first.weekday()
    return day.day == first.day and (
        of.every == "MONTHLY" or bool(of.months) or day.month == first.month
    )


def _chosen(of: Rule, fitting: Sequence[date]) -> Sequence[date]:
    """Those at the positions asked for, such as the last of a month."""
    if not of.positions:
        return fitting
    at = {n - 1 if n > 0 else len(fitting) + n for n in of.positions}
    return [day for n, day in enumerate(fitting) if n in at]
