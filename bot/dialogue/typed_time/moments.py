"""A day and an hour in one text: the wall times that it may mean, and which of them can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.dialogue.checks import Invalid, Unsure
from bot.dialogue.language import _, day, isolate
from bot.dialogue.typed_time import day_in_words, hours, time_words
from bot.dialogue.typed_time.day_in_words import Found
from bot.dialogue.typed_time.wall_clock import clock_problem, in_words
from bot.dialogue.typed_time.wall_clock import wall as wall_of

FURTHEST: Final = timedelta(days=2 * 366)
"""Further ahead than this, it is likelier that a year was mistyped."""
MOST_MEANT: Final = 4

RANGE: Final = re.compile(
    r"\b(?:tot|until|till|t/m)\b|(?<=\d)(?: ?uur)? ?- ?(?=\d{1,2}(?:[.:]\d\d| ?uur|$))"
)
"""What parts from when and until when."""

Read = datetime | Invalid | Unsure[datetime]
Bounds = Callable[[datetime], Invalid | None]


def read(text: str, today: date, on: date | None = None) -> list[datetime] | Invalid:
    """Every wall time that the text may mean, the likeliest first."""
    found = day_in(text, today, on)
    if isinstance(found, Invalid):
        return found
    if RANGE.search(found.rest):
        return Invalid(_("One time is enough here. Type only the day and that time."))
    return timed(found, text)


def day_in(text: str, today: date, on: date | None = None) -> Found | Invalid:
    """The days that the text may mean, and what else it says; `on` where it names no day."""
    said = time_words.plainly(text)
    found = day_in_words.find(said, today)
    if found is None and on is not None:
        return Found((on,), said)
    if found is None:
        return Invalid(_no_day(said, text))
    if not found.days:
        return Invalid(_("That day does not exist. Which day do you mean?"))
    return found


def timed(found: Found, text: str) -> list[datetime] | Invalid:
    """Each of the days at each hour that the rest may mean."""
    meant = hours_in(found.rest, text)
    if meant is None:
        return Invalid(_("I do not understand all of that. Type only the day and the time."))
    if not meant:
        return Invalid(
            _("And at what time on {day}? Type the day and the time together.").format(
                day=isolate(day(found.days[0]))
            )
        )
    return [at(each, hour) for each in found.days for hour in meant]


def _no_day(said: str, text: str) -> str:
    if any(hours_in(part, text) for part in RANGE.split(said)):
        return _("I see a time, but no day. Type the day and the time together.")
    return _("I do not understand that day. Type the day and the time together.")


def hours_in(said: str, text: str) -> tuple[int, ...] | None:
    """The hours in plain words, by the language of the text they come from."""
    return hours.read(said, half_before=time_words.said_in(text) == "nl")


def at(each: date, minutes: int) -> datetime:
    """So many minutes after the day began, which may be a day later."""
    return datetime.combine(each, time()) + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class NotOnClocks(Invalid):
    """A wall time that is as it should be, but the clocks leave it out or show it twice."""


def bounds(first: datetime, latest: datetime | None, zone: str, now: datetime) -> Bounds:
    """What is wrong with a wall time that has to come, be sensible and exist."""

    def wrong(wall: datetime) -> Invalid | None:
        if wall <= wall_of(now, zone):
            told = _("{when} is past already. Which day and time do you mean?")
            return Invalid(told.format(when=in_words(wall, zone, now)))
        if wall < first:
            told = _("That is too early. It can be {when} at the soonest.")
            return Invalid(told.format(when=in_words(first, zone, now)))
        if latest is not None and wall > latest:
            told = _("That is too late. It can be {when} at the latest.")
            return Invalid(told.format(when=in_words(latest, zone, now)))
        if wall - wall_of(now, zone) > FURTHEST:
            told = _("{when} is more than two years ahead. Which year do you mean?")
            return Invalid(told.format(when=in_words(wall, zone, now)))
        problem = clock_problem(wall, zone)
        return NotOnClocks(problem) if problem else None

    return wrong


def settled(found: Iterable[datetime], problem: Bounds) -> Read:
    """The likeliest if no other can be; a question where others can; else what is wrong.

    Where the clocks alone rule one out, that is told: it may well be the one that was meant.
    """
    meant = list(dict.fromkeys(found))
    wrong = {wall: problem(wall) for wall in meant}
    left = [wall for wall in meant if wrong[wall] is None][:MOST_MEANT]
    told = [why for why in wrong.values() if why is not None]
    if why := next((one for one in told if not left or isinstance(one, NotOnClocks)), None):
        return why
    return left[0] if left == meant[:1] else Unsure(tuple(left))
