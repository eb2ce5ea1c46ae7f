"""Checks of moments: a day and an hour in one answer, until when, and what the clocks allow.

A moment that people agree on is wall time, without a zone of its own. One that may mean two is
asked about; one that cannot be (past, nonexistent, doubled, before the start) is a question back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue import day_in_words, hours, lengths, time_words
from bot.dialogue.answers import Check, Invalid, Unsure, not_text
from bot.dialogue.language import N_, _, clock_time, day, isolate, when
from bot.dialogue.messages import Heard, Shared

FURTHEST: Final = timedelta(days=2 * 366)
"""Further ahead than this, it is likelier that a year was mistyped."""
LONGEST: Final = timedelta(days=7)
HALF_A_DAY: Final = timedelta(hours=12)
LATE: Final = timedelta(hours=7)
"""So long after an evening's start an end may be past midnight."""
MOSTLY: Final = timedelta(hours=8)
"""Who types a longer time than this most likely means an hour of the day."""
MOST_MEANT: Final = 4

_RANGE: Final = re.compile(
    r"\b(?:tot|until|till|t/m)\b|(?<=\d)(?: ?uur)? ?- ?(?=\d{1,2}(?:[.:]\d\d| ?uur|$))"
)
_UNTIL: Final = re.compile(r"^(?:en )?(?:(?:tot|until|till|to|t/m|ends?|eindigt)\b ?)+")


def moment(
    zone: str, now: datetime, *, earliest: datetime | None = None, latest: datetime | None = None
) -> Check[datetime]:
    """A wall time in `zone` that is still to come; `earliest` and `latest` are wall times too.

    A stored one that is too early or late by now does not count any more: it is asked again.
    """
    soonest = _wall(now, zone)
    first = max(soonest, earliest) if earliest is not None else soonest

    def read(given: Heard | Shared, now: datetime, _zone: ZoneInfo) -> Read:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        found = _named(given.text, _wall(now, zone).date())
        if isinstance(found, Invalid):
            return found
        return _settled(found, zone, now, _bounds(first, latest, zone, now))

    def decode(stored: str) -> datetime:
        wall = datetime.fromisoformat(stored)
        if wall < first or (latest is not None and wall > latest) or not happens_once(wall, zone):
            raise ValueError("the moment is not possible any more")
        return wall

    def show(wall: datetime) -> str:
        return in_words(wall, zone, now)

    return Check(read, _iso, decode, show, example=N_("Tuesday 28 September, 19:30"))


def ending(start: datetime, zone: str, now: datetime) -> Check[datetime]:
    """Until when something lasts that starts at the wall time `start`: an hour, or how long.

    It is kept as a length, so that it moves along when the start is changed.
    """

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> Read:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        typed = _UNTIL.sub("", time_words.bare(given.text)) or given.text
        found = _ends(typed, start)
        if found is None:
            return Invalid(_("I do not understand that time. Type an hour, or how long it lasts."))
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
        return clock_time(_aware(wall, zone), zone) if same_day else in_words(wall, zone, now)

    return Check(read, encode, decode, show, example=N_("21:30"))


Read = datetime | Invalid | Unsure[datetime]
Bounds = Callable[[datetime], Invalid | None]


def in_words(wall: datetime, zone: str, now: datetime) -> str:
    """A wall time as the bot says it everywhere."""
    return when(_aware(wall, zone), zone, now)


def happens_once(wall: datetime, zone: str) -> bool:
    """Whether a wall time exists in `zone`, and only once."""
    first = wall.replace(tzinfo=ZoneInfo(zone), fold=0)
    return first.utcoffset() == first.replace(fold=1).utcoffset()


def clock_problem(wall: datetime, zone: str) -> str:
    """Why the clocks do not allow a wall time, as a question back; empty if they do."""
    if happens_once(wall, zone):
        return ""
    told = {"hour": f"{wall:%H:%M}", "day": day(wall.date())}
    if _wall(_aware(wall, zone).astimezone(UTC), zone) == wall:
        return _(
            "On {day} the clocks go back, so {hour} comes twice. Which other time shall it be?"
        ).format(**told)
    return _(
        "On {day} the clocks go forward, and {hour} is left out. Which other time shall it be?"
    ).format(**told)


def _iso(wall: datetime) -> str:
    return wall.isoformat(timespec="minutes")


def _aware(wall: datetime, zone: str) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(zone))


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


# A day and an hour in one text.


def _named(text: str, today: date) -> list[datetime] | Invalid:
    """Every wall time that the text may mean, the likeliest first."""
    said = time_words.plainly(text)
    found = day_in_words.find(said, today)
    if found is None:
        return Invalid(_no_day(said, text))
    if not found.days:
        return Invalid(_("That day does not exist. Which day do you mean?"))
    if _RANGE.search(found.rest):
        return Invalid(_("One time is enough here: only when it starts. I ask the end after this."))
    meant = _hours(found.rest, text)
    if meant is None:
        return Invalid(_("I do not understand all of that. Type only the day and the time."))
    if not meant:
        return Invalid(
            _("And at what time on {day}? Type the day and the time together.").format(
                day=isolate(day(found.days[0]))
            )
        )
    return [_at(each, hour) for each in found.days for hour in meant]


def _no_day(said: str, text: str) -> str:
    if _hours(said, text):
        return _("I see a time, but no day. Type the day and the time together.")
    return _("I do not understand that day. Type the day and the time together.")


def _hours(said: str, text: str) -> tuple[int, ...] | None:
    return hours.read(said, half_before=time_words.said_in(text) == "nl")


def _at(each: date, minutes: int) -> datetime:
    return datetime.combine(each, time()) + timedelta(minutes=minutes)


def _bounds(first: datetime, latest: datetime | None, zone: str, now: datetime) -> Bounds:
    def wrong(wall: datetime) -> Invalid | None:
        if wall <= _wall(now, zone):
            told = _("{when} is past already. Which day and time do you mean?")
            return Invalid(told.format(when=in_words(wall, zone, now)))
        if wall < first:
            told = _("That is too early. It can be {when} at the soonest.")
            return Invalid(told.format(when=in_words(first, zone, now)))
        if latest is not None and wall > latest:
            told = _("That is too late. It can be {when} at the latest.")
            return Invalid(told.format(when=in_words(latest, zone, now)))
        if wall - _wall(now, zone) > FURTHEST:
            told = _("{when} is more than two years ahead. Which year do you mean?")
            return Invalid(told.format(when=in_words(wall, zone, now)))
        problem = clock_problem(wall, zone)
        return Invalid(problem) if problem else None

    return wrong


def _settled(found: Iterable[datetime], zone: str, now: datetime, bounds: Bounds) -> Read:
    """The likeliest if no other can be; a question where others can; else what is wrong."""
    meant = list(dict.fromkeys(found))
    wrong = {wall: bounds(wall) for wall in meant}
    left = [wall for wall in meant if wrong[wall] is None][:MOST_MEANT]
    if not left:
        return next(why for why in wrong.values() if why is not None)
    return left[0] if left == meant[:1] else Unsure(tuple(left))


# Until when.


def _ends(typed: str, start: datetime) -> list[datetime] | None:
    """Every end that may be meant; None if the text is no time and no length."""
    said = time_words.plainly(typed)
    if found := day_in_words.find(said, start.date()):
        meant = _hours(found.rest, typed)
        return [_at(each, hour) for each in found.days for hour in meant] if meant else None
    length = lengths.read(said)
    lasts = [start + timedelta(minutes=length)] if length else []
    named = _hours(said, typed)
    if not lasts and not named:
        return None
    clocks = _after(named, start, sure="_" in said) if named else []
    return _likely(start, lasts, clocks) or [*clocks, *lasts]


def _after(named: tuple[int, ...], start: datetime, *, sure: bool) -> list[datetime]:
    """The first time after the start at which a clock shows this; on a dial unless it is sure."""
    sure = sure or (len(named) == 1 and not hours.EARLY <= named[0] < hours.NOON + 60)
    dials = named if sure else tuple({n % hours.NOON + half for n in named for half in (0, 720)})
    days = [start.date() + timedelta(days=more) for more in (0, 1)]
    later = sorted(wall for each in days for n in dials if (wall := _at(each, n)) > start)
    soon = [wall for wall in later if wall - start <= HALF_A_DAY or wall.date() == start.date()]
    return soon[:1] or [_at(start.date(), named[0])]


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

    settled = _settled(found, zone, now, wrong)
    if isinstance(settled, datetime) and _surprising(settled, start):
        return Unsure((settled,))
    return settled


def _surprising(wall: datetime, start: datetime) -> bool:
    """Whether an end is far enough away to ask whether it is meant."""
    return wall.date() != start.date() and wall - start > LATE
