"""The hour as people type it: `half acht`, `kwart over 7`, `19u30`, `7.30 pm`, `ten to eight`.

An hour is a number of minutes after the midnight at which its day begins; 1440 is the midnight at
which it ends. Half past seven may be in the morning or in the evening: then both are found, and the
one that is likelier for people who meet comes first. Nothing is left over that was not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

NOON: Final = 12 * 60
DAY: Final = 24 * 60
EARLY, LATE = 7 * 60, 21 * 60
"""Between these people meet; an hour that falls outside is the other one on the clock."""

_FILLERS: Final = re.compile(
    r"\b(?:om|at|van|vanaf|from|de|het|the|on|op|in|rond|around|about|an?|and|en)\b"
)
_UUR: Final = r"(?: ?(?:uur|u|h|oclock))?"
_DIGITAL: Final = re.compile(rf"(\d{{1,2}}) ?[:.,uh] ?(\d{{2}}){_UUR}", re.ASCII)
_SPOKEN: Final = re.compile(r"(\d{1,2}) (?:uur |oclock )?(\d{1,2})", re.ASCII)
_MILITARY: Final = re.compile(rf"([01]\d|2[0-4])([0-5]\d){_UUR}", re.ASCII)
_WHOLE: Final = re.compile(rf"(\d{{1,2}}){_UUR}", re.ASCII)
_HALF: Final = re.compile(rf"half (\d{{1,2}}){_UUR}", re.ASCII)
_BESIDE: Final = re.compile(
    r"(?:(\d{1,2})|kwart|kwartier|quarter|(half))(?: minuten| minuut| minutes| min)? "
    rf"(over|past|after|voor|to|before) (half )?(\d{{1,2}}){_UUR}",
    re.ASCII,
)
_MARK: Final = re.compile(r"_(midnight|noon|morning|afternoon|evening|night|am|pm)\b")


@dataclass(frozen=True, slots=True)
class _Clock:
    """What a clock shows: minutes on a dial of twelve hours, or of twenty-four if `sure`."""

    minutes: int
    sure: bool = False
    typed: bool = False


def read(said: str, *, half_before: bool) -> tuple[int, ...] | None:
    """The hours that `said` may mean, the likeliest first; empty if it names none.

    None if there is something in it that is no hour. `said` is plain, see `time_words.plainly`.
    `half_before`: half eight is half past seven, as in Dutch; else half past eight.
    """
    marks = _MARK.findall(said)
    left = " ".join(_FILLERS.sub(" ", _MARK.sub(" ", said)).split())
    mark = _mark(set(marks))
    if mark is None:
        return None
    if mark in ("midnight", "noon"):
        named = (NOON,) if mark == "noon" else (0, DAY)
        return named if left in ("", "12", "12 uur", "12 oclock") else None
    if not left:
        return ()
    clock = _clock(left, half_before=half_before)
    return _meant(clock, mark) if clock is not None else None


def _mark(marks: set[str]) -> str | None:
    """The part of the day; None if there are two that contradict each other."""
    if "pm" in marks and "am" not in marks:
        marks -= {"afternoon", "evening", "night"}
    if "am" in marks:
        marks -= {"morning", "night"}
    return None if len(marks) > 1 else next(iter(marks), "")


def _clock(left: str, *, half_before: bool) -> _Clock | None:
    if found := _DIGITAL.fullmatch(left) or _SPOKEN.fullmatch(left):
        return _dial(found[1], int(found[2]), typed=True)
    if found := _MILITARY.fullmatch(left):
        return _dial(found[1], int(found[2]), typed=True)
    if found := _WHOLE.fullmatch(left):
        return _dial(found[1], 0)
    if found := _HALF.fullmatch(left):
        return _dial(found[1], -30 if half_before else 30)
    if found := _BESIDE.fullmatch(left):
        beside = 30 if found[2] else int(found[1] or 15)
        away = beside if found[3] in ("over", "past", "after") else -beside
        return _dial(found[5], away - (30 if found[4] else 0))
    return None


def _dial(hour: str, away: int, *, typed: bool = False) -> _Clock | None:
    """The clock at so many minutes from an hour; `typed` in figures, as clocks show it."""
    number = int(hour)
    if number > 24 or away > 59 or (number == 24 and away > 0):
        return None
    if number > 12 or number == 0 or (typed and hour.startswith("0")):
        return _Clock(number * 60 + away, sure=True)
    return _Clock((number % 12 * 60 + away) % NOON, typed=typed)


def _meant(clock: _Clock, mark: str) -> tuple[int, ...] | None:
    dial = clock.minutes
    if clock.sure and (dial >= NOON or not mark or dial < 60):
        return (dial,)
    match mark:
        case "am" | "morning":
            return (dial,)
        case "pm":
            return (dial % NOON + NOON,)
        case "afternoon":
            return (dial if dial >= 10 * 60 else dial + NOON,)
        case "evening":
            return (dial + NOON if dial >= 60 else dial + DAY,)
        case "night":
            return (dial, dial + DAY) if dial < 6 * 60 else (dial + NOON,)
        case _:
            return _likely(clock)


def _likely(clock: _Clock) -> tuple[int, ...]:
    early, late = clock.minutes, clock.minutes + NOON
    if clock.typed and 60 <= early < EARLY:
        return (late, early)
    usual = [hour for hour in (early, late) if EARLY <= hour <= LATE]
    if len(usual) == 2 and early < 9 * 60:
        usual.reverse()
    return tuple(usual)
