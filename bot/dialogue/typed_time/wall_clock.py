"""Wall time in a zone: what people agreed on, in words, and whether the clocks allow it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.dialogue.language import _, clock_time, day, span, when


def aware(wall: datetime, zone: str) -> datetime:
    """The moment of a wall time; of two, the first."""
    return wall.replace(tzinfo=ZoneInfo(zone))


def wall(moment: datetime, zone: str) -> datetime:
    """What the clocks in `zone` show at that moment."""
    return moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def in_words(at: datetime, zone: str, now: datetime) -> str:
    """A wall time as the bot says it everywhere."""
    return when(aware(at, zone), zone, now)


def from_until(start: datetime, end: datetime, zone: str, now: datetime) -> str:
    """From when until when, in words."""
    return span(aware(start, zone), aware(end, zone), zone, now)


def happens_once(at: datetime, zone: str) -> bool:
    """Whether a wall time exists in `zone`, and only once."""
    first = at.replace(tzinfo=ZoneInfo(zone), fold=0)
    return first.utcoffset() == first.replace(fold=1).utcoffset()


def clock_problem(at: datetime, zone: str) -> str:
    """Why the clocks do not allow a wall time, as a question back; empty if they do."""
    if happens_once(at, zone):
        return ""
    told = {"hour": clock_time(at.replace(tzinfo=UTC), "UTC"), "day": day(at.date())}
    if wall(aware(at, zone), zone) == at:
        return _(
            "On {day} the clocks go back, so {hour} comes twice. Which other time shall it be?"
        ).format(**told)
    return _(
        "On {day} the clocks go forward, and {hour} is left out. Which other time shall it be?"
    ).format(**told)
