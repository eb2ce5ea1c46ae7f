"""Checks of moments: a day and an hour in one answer, until when, and what the clocks allow.

A moment that people agree on is wall time, without a zone of its own. One that may mean two is
asked about; one that cannot be (past, nonexistent, doubled, before the start) is a question back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.dialogue.checks import Check, Invalid, Unsure, not_text
from bot.dialogue.language import N_, _, clock_time
from bot.dialogue.messages import Heard, Shared
from bot.dialogue.typed_time import day_in_words, hours, lengths, moments, time_words
from bot.dialogue.typed_time.day_in_words import Found
from bot.dialogue.typed_time.moments import Read
from bot.dialogue.typed_time.wall_clock import (
    aware,
    clock_problem,
    from_until,
    happens_once,
    in_words,
)
from bot.dialogue.typed_time.wall_clock import wall as wall_of

LONGEST: Final = timedelta(days=7)
HALF_A_DAY: Final = timedelta(hours=12)
LATE: Final = timedelta(hours=7)
"""So long after an evening's start an end may be past midnight."""
MOSTLY: Final = timedelta(hours=8)
"""Who types a longer time than this most likely means an hour of the day."""

_UNTIL: Final = re.compile(r"^(?:en )?(?:(?:tot|until|till|to|t/m|ends?|eindigt)\b ?)+")


def moment(
    zone: str,
    now: datetime,
    *,
    earliest: datetime | None = None,
    latest: datetime | None = None,
    on: date | None = None,
) -> Check[datetime]:
    """A wall time in `zone` that is still to come; `earliest` and `latest` are wall times too.

    Where no day is said, it is `on` that day. A stored one that is too early or late by now does
    not count any more: it is asked again.
    """
    soonest = wall_of(now, zone)
    first = max(soonest, earliest) if earliest is not None else soonest

    def read(given: Heard | Shared, now: datetime, _zone: ZoneInfo) -> Read:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        found = moments.read(given.text, wall_of(now, zone).date(), on)
        if isinstance(found, Invalid):
            return found
        settled = moments.settled(found, moments.bounds(first, latest, zone, now))
        return _as_printed(settled, given.text, zone, now)

    def decode(stored: str) -> datetime:
        wall = datetime.fromisoformat(stored)
        if wall < first or (latest is not None and wall > latest) or not happens_once(wall, zone):
            raise ValueError("the moment is not possible any more")
        return wall

    def show(wall: datetime) -> str:
        return in_words(wall, zone, now)

    return Check(read, _iso, decode, show, example=N_("Tuesday 28 September, 19:30"))


def _as_printed(found: Read, typed: str, zone: str, now: datetime) -> Read:
    """Of moments that words may mean, the one that the bot would say in just these."""
    if not isinstance(found, Unsure):
        return found
    exact = [at for at in found.values if in_words(at, zone, now) == typed.strip()]
    return exact[0] if len(exact) == 1 else found


def ending(start: datetime, zone: str, now: datetime) -> Check[datetime]:
    """Until when something lasts that starts at the wall time `start`: an hour, or how long.

    It is kept as a length, so that it moves along when the start is changed.
    """

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> Read:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        typed = _UNTIL.sub("", time_words.bare(given.text)) or given.text
        found = _ends(typed, typed, start)
        if found is None:
            return Invalid(_no_end())
        return _ended(found, start, zone, now)

    def encode(wall: datetime) -> int:
        return int((wall - start).total_seconds()) // 60

    def decode(minutes: int) -> datetime:
        wall = start + timedelta(minutes=minutes)
        if minutes <= 0 or not happens_once(wall, zone):
            raise ValueError("the end is not possible any more")
        return wall

    def show(wall: datetime) -> str:
        same_day = wall.date() == start.date()
        return clock_time(aware(wall, zone), zone) if same_day else in_words(wall, zone, now)

    return Check(read, encode, decode, show, example=N_("21:30"))


@dataclass(frozen=True, slots=True)
class Occasion:
    """When something starts and, if that was said along with it, when it ends; wall times."""

    start: datetime
    end: datetime | None = None


def occasion(zone: str, now: datetime, on: date | None = None) -> Check[Occasion]:
    """When something starts, read as by `moment`, or from when until when: `za 14.00-16.00`."""
    starting = moment(zone, now, on=on)

    def read(given: Heard | Shared, now: datetime, _zone: ZoneInfo) -> Occasions:
        words = given.text if isinstance(given, Heard) else ""
        day = moments.day_in(words, wall_of(now, zone).date(), on)
        parts = moments.RANGE.split(day.rest, maxsplit=1) if isinstance(day, Found) else []
        if isinstance(day, Found) and len(parts) == 2:
            starts = moments.timed(Found(day.days, parts[0]), words)
            if isinstance(starts, Invalid):
                return starts
            return _spans(starts, (parts[1], words), zone, now)
        return _begun(starting.read(given, now, _zone))

    def encode(found: Occasion) -> list[Any]:
        return [_iso(found.start), _iso(found.end) if found.end is not None else None]

    def decode(stored: Sequence[Any]) -> Occasion:
        first, last = stored
        start = starting.decode(first)
        return Occasion(start, datetime.fromisoformat(last) if last is not None else None)

    def show(found: Occasion) -> str:
        if found.end is None:
            return in_words(found.start, zone, now)
        return from_until(found.start, found.end, zone, now)

    return Check(read, encode, decode, show, example=starting.example)


def _begun(found: Read) -> Occasions:
    match found:
        case Invalid():
            return found
        case Unsure(values):
            return Unsure(tuple(Occasion(start) for start in values))
        case _:
            return Occasion(found)


def _spans(starts: list[datetime], typed: tuple[str, str], zone: str, now: datetime) -> Occasions:
    """Each start that can be, with the first end that can be; else what is wrong."""
    settled = moments.settled(starts, moments.bounds(wall_of(now, zone), None, zone, now))
    if isinstance(settled, Invalid):
        return settled
    meant = settled.values if isinstance(settled, Unsure) else (settled,)
    until, words = typed
    wrong: list[Invalid] = []
    found: list[Occasion] = []
    for start in meant:
        ends = _ends(until, words, start)
        end = _ended(ends, start, zone, now) if ends else Invalid(_no_end())
        match end:
            case Invalid():
                wrong.append(end)
            case Unsure(values):
                found.append(Occasion(start, values[0]))
            case _:
                found.append(Occasion(start, end))
    if not found:
        return wrong[0]
    return found[0] if len(found) == 1 else Unsure(tuple(found))


Occasions = Occasion | Invalid | Unsure[Occasion]


def _iso(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")


# Until when.


def _no_end() -> str:
    return _("I do not understand that time. Type an hour, or how long it lasts.")


def _ends(typed: str, words: str, start: datetime) -> list[datetime] | None:
    """Every end that may be meant; None if the text is no time and no length.

    `words` is all that was typed along with it, which shows in which language that is.
    """
    said = time_words.plainly(typed)
    if found := day_in_words.find(said, start.date()):
        meant = moments.hours_in(found.rest, words)
        return [moments.at(each, hour) for each in found.days for hour in meant] if meant else None
    length = lengths.read(said)
    lasts = [start + timedelta(minutes=length)] if length else []
    named = moments.hours_in(said, words)
    if not lasts and not named:
        return None
    clocks = _after(named, start, sure="_" in said) if named else []
    return _likely(start, lasts, clocks) or [*clocks, *lasts]


def _after(named: tuple[int, ...], start: datetime, *, sure: bool) -> list[datetime]:
    """The first time after the start at which a clock shows this; on a dial unless it is sure."""
    sure = sure or (len(named) == 1 and not hours.EARLY <= named[0] < hours.NOON + 60)
    dials = named if sure else tuple({n % hours.NOON + half for n in named for half in (0, 720)})
    days = [start.date() + timedelta(days=more) for more in (0, 1)]
    later = sorted(wall for each in days for n in dials if (wall := moments.at(each, n)) > start)
    soon = [wall for wall in later if wall - start <= HALF_A_DAY or wall.date() == start.date()]
    return soon[:1] or [moments.at(start.date(), named[0])]


def _likely(start: datetime, lasts: list[datetime], clocks: list[datetime]) -> list[datetime]:
    """What ends the same day after the start; a clock and a length both may (`2 uur`)."""
    if any(clock > start for clock in clocks):
        lasts = [wall for wall in lasts if wall - start <= MOSTLY]
    return [w for w in (*lasts, *clocks) if w > start and w.date() == start.date()]


def _ended(found: list[datetime], start: datetime, zone: str, now: datetime) -> Read:
    def wrong(wall: datetime) -> Invalid | None:
        if wall <= start:
            told = _(
                "It starts on {start}. When does it end? Type a later time, or how long it lasts."
            )
            return Invalid(told.format(start=in_words(start, zone, now)))
        if wall - start > LONGEST:
            told = _("{when} is more than a week after the start. When does it end?")
            return Invalid(told.format(when=in_words(wall, zone, now)))
        problem = clock_problem(wall, zone)
        return Invalid(problem) if problem else None

    settled = moments.settled(found, wrong)
    if isinstance(settled, datetime) and _surprising(settled, start):
        return Unsure((settled,))
    return settled


def _surprising(wall: datetime, start: datetime) -> bool:
    """Whether an end is far enough away to ask whether it is meant."""
    return wall.date() != start.date() and wall - start > LATE
