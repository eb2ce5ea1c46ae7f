"""When it goes: now, at a time, or before or after a meeting; and who still gets it later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from bot.dialogue.announcing.audience_questions import Given, put
from bot.dialogue.checks import Check, Invalid, not_text
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.messages import Heard, Shared
from bot.dialogue.paging import Paged
from bot.dialogue.questions import OneOf, Open
from bot.dialogue.talk import Talk
from bot.dialogue.typed_time import lengths, time_words
from bot.dialogue.typed_time.moment_checks import moment
from bot.dialogue.typed_time.wall_clock import aware

HOUR: Final = 60  # minutes
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
FURTHEST: Final = 26 * WEEK
LATE: Final = {"week": timedelta(days=7), "month": timedelta(days=30)}
_BEFORE: Final = r"before|in advance|earlier|ervoor|voor|eerder|vooraf|(?:van )?tevoren"
_AFTER: Final = r"after|afterwards|later|erna|daarna|na"
_OFFSET: Final = re.compile(rf"^(.+?) (?:(?P<before>{_BEFORE})|(?:{_AFTER}))\b")
_DAYS: Final = re.compile(r"(\d{1,3}) (?:(?:dag|dagen|days?)|(week|weken|weeks))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Due:
    """When it goes: at a moment, now (None), or so many minutes from the start of a meeting.

    `at` is the moment that this comes to as things are, in the morning where that is at night.
    """

    at: datetime | None
    meeting: int | None = None
    minutes: int | None = None


class Known(Protocol):
    """What is known of moments, looked up when it is needed."""

    @property
    def any_coming(self) -> bool: ...
    def coming(self) -> Mapping[str, str]: ...
    def begins(self, meeting: int, minutes: int) -> datetime | None: ...
    def morning_after(self, moment: datetime) -> datetime | None: ...


def ask_late(talk: Talk, given: Given) -> None:
    """Whether those who join later get it too; who is at one meeting is so when it is sent."""
    if given["what"] == "meeting":
        return
    options = {
        "no": _("No"),
        "week": _("Yes, for a week"),
        "month": _("Yes, for a month"),
    }
    put(talk, given, OneOf("late", _("Shall people who join later get it too?"), options), "no")


def ask_when(talk: Talk, known: Known, given: Given) -> Due:
    """When it goes; that nothing goes at night is said."""
    options = {"now": _("Now"), "at": _("At a time")}
    if given["what"] == "meeting" or known.any_coming:
        options["meeting"] = _("Before or after a meeting")
    match put(talk, given, OneOf("when", _("When shall it go?"), options), "now"):
        case "at":
            due = _at(talk, given)
        case "meeting":
            due = _relative(talk, known, given)
        case _:
            due = Due(None)
    return _by_day(talk, known, given, due)


def _at(talk: Talk, given: Given) -> Due:
    here = talk.zone.key
    question = _("When? Type the day and the time together.\nFor example: {example}").format(
        example=_("Tuesday 28 September, 19:30")
    )
    stored = put(talk, given, Open("when.at", question, moment(here, talk.now)))
    return Due(aware(datetime.fromisoformat(stored), here))


def _relative(talk: Talk, known: Known, given: Given) -> Due:
    if given["what"] == "meeting":
        meeting = int(given["about"])
    else:
        meeting = int(put(talk, given, Paged("when.of", _("Which meeting?"), known.coming())))
    question = _(
        "How long before or after its start?\nFor example: 2 days before. "
        "If the meeting is moved, this moves along."
    )
    offered = [said_offset(minutes) for minutes in (-2 * DAY, -DAY, -2 * HOUR, DAY)]
    check = offset(meeting, known, talk)
    minutes = put(talk, given, Open("when.minutes", question, check, suggestions=offered))
    return Due(known.begins(meeting, minutes), meeting, minutes)


def _by_day(talk: Talk, known: Known, given: Given, due: Due) -> Due:
    """News and surveys wait for the morning; what is about a meeting may be urgent."""
    morning = known.morning_after(due.at or talk.now)
    if morning is None:
        return due
    if given["what"] != "meeting" or due.minutes is not None:
        told = _("That is at night, when I send nothing. It goes in the morning: {when}.")
        talk.say(told.format(when=talk.when(morning)))
        return replace(due, at=morning)
    options = {
        "morning": _("In the morning, {when}").format(when=talk.when(morning)),
        "now": _("At night, it cannot wait"),
    }
    question = _("That is at night. When shall I send it?")
    waits = put(talk, given, OneOf("when.night", question, options)) == "morning"
    return Due(morning) if waits else due


def offset(meeting: int, known: Known, talk: Talk) -> Check[int]:
    """Minutes from the start of a meeting; not a moment that is past, or that the night holds back
    until the meeting has begun.
    """

    def possible(minutes: int) -> bool:
        at = known.begins(meeting, minutes)
        return at is not None and at > talk.now

    def held_too_long(minutes: int) -> bool:
        at, starts = known.begins(meeting, minutes), known.begins(meeting, 0)
        morning = known.morning_after(at) if at is not None and minutes < 0 else None
        return morning is not None and starts is not None and morning >= starts

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> int | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        minutes = read_offset(given.text)
        if minutes is None:
            return Invalid(_("I do not understand that. Type it like this: 2 days before."))
        if abs(minutes) > FURTHEST:
            return Invalid(_("That is too far from the meeting. At most half a year."))
        if not possible(minutes):
            return Invalid(_("That moment is past already. Choose a later one."))
        if held_too_long(minutes):
            told = _(
                "That is at night, when I send nothing. By the morning the meeting has begun. "
                "Choose an earlier moment."
            )
            return Invalid(told)
        return minutes

    def decode(minutes: int) -> int:
        if not possible(minutes) or held_too_long(minutes):
            raise ValueError("the moment is not possible any more")
        return minutes

    return Check(read, int, decode, said_offset, example=N_("2 days before"))


def read_offset(typed: str) -> int | None:
    """The minutes that `2 days before` is from the start, negative before it; None if unclear."""
    found = _OFFSET.match(re.sub(r"^(?:an?|the|de)\b", "1", time_words.plainly(typed)))
    if found is None:
        return None
    days = _DAYS.fullmatch(found[1])
    minutes = int(days[1]) * (WEEK if days[2] else DAY) if days else lengths.read(found[1])
    if not minutes:
        return None
    return -minutes if found["before"] else minutes


def said_offset(minutes: int) -> str:
    """So long before or after, as it can be typed too."""
    unit = next(unit for unit in (WEEK, DAY, HOUR, 1) if minutes % unit == 0)
    count = abs(minutes) // unit
    said = _before(unit, count) if minutes < 0 else _after(unit, count)
    return said.format(n=number(count))


def _before(unit: int, count: int) -> str:
    return {
        WEEK: n_("{n} week before", "{n} weeks before", count),
        DAY: n_("{n} day before", "{n} days before", count),
        HOUR: n_("{n} hour before", "{n} hours before", count),
        1: n_("{n} minute before", "{n} minutes before", count),
    }[unit]


def _after(unit: int, count: int) -> str:
    return {
        WEEK: n_("{n} week after", "{n} weeks after", count),
        DAY: n_("{n} day after", "{n} days after", count),
        HOUR: n_("{n} hour after", "{n} hours after", count),
        1: n_("{n} minute after", "{n} minutes after", count),
    }[unit]


def late_until(given: Mapping[str, Any], starts: datetime) -> datetime | None:
    """Until when those who join get it too, where it starts to go at `starts`."""
    more = LATE.get(str(given.get("late")))
    return starts + more if more is not None else None
