"""Many places at once: pasted lines, one place a line, `name; address; municipality; seats`.

Also as they come out of a spreadsheet, with tabs. Every mistake is told with its line, and one
mistake is enough for none of them to count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.dialogue import places
from bot.dialogue.checks import Check, Invalid, not_text
from bot.dialogue.choices import plain
from bot.dialogue.language import N_, _, isolate, n_
from bot.dialogue.meeting_talk.gatherings import LONGEST_PLACE, LONGEST_TITLE
from bot.dialogue.messages import Heard, Shared

MOST_PLACES: Final = 50
MOST_SEATS: Final = 100_000
MOST_TOLD: Final = 12
"""So many mistakes are told at once; a list with more is better corrected bit by bit."""


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place of the list; `municipality` is a CBS code, no `seats`: everybody fits."""

    name: str
    address: str
    municipality: str | None
    seats: int | None


def place_lines(known: Collection[str]) -> Check[list[PlaceLine]]:
    """A list of places; `known` are the names of those that there are already."""

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> list[PlaceLine] | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        return _listed(given.text, {plain(name) for name in known})

    return Check(
        read,
        lambda found: [list(astuple(one)) for one in found],
        lambda stored: [PlaceLine(*one) for one in stored],
        said,
        example=N_("Community house; Church Street 1; Utrecht; 30"),
    )


def said(found: list[PlaceLine]) -> str:
    """How many places, in words."""
    return n_("{n} place", "{n} places", len(found)).format(n=len(found))


def _listed(text: str, taken: set[str]) -> list[PlaceLine] | Invalid:
    found: list[PlaceLine] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not plain(line):
            continue
        read = _read(line)
        if isinstance(read, PlaceLine) and plain(read.name) in taken:
            read = _("there is a place with that name already.")
        if isinstance(read, str):
            wrong.append(_("Line {number}: {mistake}").format(number=number, mistake=read))
        else:
            taken.add(plain(read.name))
            found.append(read)
    if wrong:
        return Invalid(_told(wrong))
    if not found or len(found) > MOST_PLACES:
        return Invalid(_("I need 1 to {most} lines, one place on each.").format(most=MOST_PLACES))
    return found


def _told(wrong: list[str]) -> str:
    told = "\n".join(wrong[:MOST_TOLD])
    more = len(wrong) - MOST_TOLD
    if more > 0:
        rest = n_("And {n} more mistake.", "And {n} more mistakes.", more).format(n=more)
        told = f"{told}\n{rest}"
    return _("{mistakes}\n\nNothing is made yet. Send the whole list again.").format(mistakes=told)


def _read(line: str) -> PlaceLine | str:
    """The place of a line, or what is wrong with it."""
    parting = "\t" if "\t" in line else ";"
    parts = [" ".join(part.split()) for part in line.strip().rstrip(parting).split(parting)]
    if len(parts) < 2 or len(parts) > 4:
        return _("I need name; address; municipality; seats.")
    name, address, where, seats, *_none = [*parts, "", ""]
    if not plain(name) or len(name) > LONGEST_TITLE:
        return _("I see no name, or it is too long.")
    if not plain(address) or len(address) > LONGEST_PLACE:
        return _("I see no address, or it is too long.")
    code = _municipality(where)
    if not isinstance(code, _Code):
        return code
    if seats and not (seats.isascii() and seats.isdecimal() and 0 < int(seats[:9]) <= MOST_SEATS):
        return _("{typed} is no number of seats.").format(typed=isolate(seats, 20))
    return PlaceLine(name, address, code.code, int(seats) if seats else None)


@dataclass(frozen=True, slots=True)
class _Code:
    code: str | None


def _municipality(typed: str) -> _Code | str:
    if not typed:
        return _Code(None)
    found, exact = places.find(typed)
    if exact and len(found) == 1:
        return _Code(found[0].code)
    known = {"typed": isolate(typed, 40)}
    if not found:
        return _("I do not know the municipality {typed}.").format(**known)
    told = _("I do not know the municipality {typed}. Do you mean {name}?")
    return told.format(name=found[0].label, **known)
