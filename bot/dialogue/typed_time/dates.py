"""Days as people type them: `dinsdag`, `28 sept`, `28-9-2027`, `morgen`, `2027-09-28`.

Month and weekday names are Babel's for every language there is a catalogue of. A text here is a day
and nothing else; `day_in_words` finds a day among other words.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from babel import Locale

from bot.dialogue.choices import plain
from bot.dialogue.language import N_, catalogue, languages

_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_FIGURES = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})(?:[-/. ](\d{4}|\d{2}))?$")
_WORDS = re.compile(
    r"^(?:[^\W\d]+ )?(\d{1,2})(?:e|ste|de|st|nd|rd|th)? (?:of )?([^\W\d]+)(?: (\d{4}))?$"
)
_WORDS_US = re.compile(r"^([^\W\d]+) (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?$")

RELATIVE = {N_("today"): 0, N_("tomorrow"): 1, N_("day after tomorrow"): 2}


@cache
def named(kind: str) -> dict[str, int]:
    """Plain name to number, of months (1-12) or weekdays (0-6, Monday first), wide and short."""
    found: dict[str, int] = {}
    for code in languages():
        locale = Locale.parse(code, sep="-")
        source = locale.months if kind == "months" else locale.days
        for width in ("abbreviated", "wide"):
            for number, word in source["format"][width].items():
                found[plain(str(word))] = number
    if kind == "months":
        found.update({"mrt": 3, "sept": 9, "okt": 10})
    return found


@cache
def relative_days() -> dict[str, int]:
    """Plain words such as `morgen` to how many days from today they are, in every language."""
    return {
        plain(catalogue(code).gettext(word)): days
        for code in languages()
        for word, days in RELATIVE.items()
    }


def read_day(text: str, today: date) -> date | None:
    """The day that `text` names, today or later if its year is not said; None if it names none."""
    typed = " ".join(text.strip().casefold().replace(",", " ").split())
    if iso := _ISO.match(typed):
        return made(int(iso[1]), int(iso[2]), int(iso[3]))
    if figures := _FIGURES.match(typed):
        return dated(int(figures[1]), int(figures[2]), figures[3], today)
    said = plain(typed)
    if said in relative_days():
        return today + timedelta(days=relative_days()[said])
    if said in named("days"):
        return today + timedelta(days=(named("days")[said] - today.weekday()) % 7 or 7)
    if words := _WORDS.match(said):
        return dated(int(words[1]), named("months").get(words[2], 0), words[3], today)
    if words := _WORDS_US.match(said):
        return dated(int(words[2]), named("months").get(words[1], 0), words[3], today)
    return None


def dated(day: int, month: int, year: str | None, today: date) -> date | None:
    """The day of these figures, today or later if the year is not said; None: no such day."""
    if year is not None:
        return made(int(year) + (2000 if len(year) == 2 else 0), month, day)
    years = (made(today.year + more, month, day) for more in range(9))
    return next((found for found in years if found is not None and found >= today), None)


def made(year: int, month: int, day: int) -> date | None:
    """The day of these numbers; None if there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
