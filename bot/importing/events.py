"""Meetings made of a calendar's events; a second import of the same file changes only what changed.

A meeting is known by the event's UID, and the dates of one that comes back each by its own date as
well. What the calendar knows nothing of, such as seats and a host, stays as it was set. Dates that
an event no longer has are called off; events that are no longer in the file are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from bot.importing.calendar_file import Happening
from bot.importing.mistakes import ImportErrors
from bot.importing.rule import dates
from bot.importing.sheet import wall_mistake
from storage import meetings, planning, wall_time
from storage.meetings import Meeting, MeetingFacts
from storage.transaction import Tx

MOST_DATES: Final = 52
"""The most dates of one event, counted from the day of the import: a year of weeks."""
MOST_MEETINGS: Final = 500
AHEAD: Final = timedelta(days=2 * 366)
_ALWAYS: Final = "9999"
_PREFIX: Final = "ics:"


@dataclass(frozen=True, slots=True)
class Made:
    """What an import did: dates in the file that are to come, and what was left out."""

    meetings: int
    cancelled: int
    past: int
    private: int
    cut: int
    """Events that come back more often than was taken over."""


@dataclass(frozen=True, slots=True)
class _Series:
    """An event with all its dates to come: each as the file has it, by the date it stands for."""

    master: Happening
    dates: Mapping[datetime, Happening]
    past: int
    whole_until: str
    """Before this wall time the file says all that there is; empty: it says nothing of others."""


def load(tx: Tx, found: Sequence[Happening], now: datetime) -> Made:
    """Make and change the meetings. Raises ImportErrors for times that clocks skip or repeat."""
    public = [one for one in found if not one.private]
    masters = {one.uid: one for one in public if one.instead_of is None}
    instead = [one for one in public if one.instead_of is not None]
    every = [_series(master, instead, now) for master in masters.values()]
    every += [_alone(one, now) for one in instead if one.uid not in masters]
    _check(every)
    done = [_put(tx, series, now) for series in every]
    return Made(
        meetings=sum(kept for kept, _ in done),
        cancelled=sum(cancelled for _, cancelled in done),
        past=sum(series.past for series in every),
        private=len(found) - len(public),
        cut=sum(series.whole_until not in ("", _ALWAYS) for series in every),
    )


def _series(master: Happening, instead: Sequence[Happening], now: datetime) -> _Series:
    today = wall_time.wall(now, master.zone)
    starts = {master.start} if master.rule is None else set()
    if master.rule is not None:
        starts.update(dates(master.rule, master.start, max(today, master.start) + AHEAD))
    starts = (starts | set(master.also)) - set(master.without)
    others = {one.instead_of: one for one in instead if one.uid == master.uid}
    lasts = master.end - master.start
    all_dates = {
        start: others.get(start) or replace(master, start=start, end=start + lasts)
        for start in sorted(starts)
    }
    coming = [start for start, one in all_dates.items() if _moment(one) > now]
    kept = {start: all_dates[start] for start in coming[:MOST_DATES]}
    until = coming[MOST_DATES].isoformat() if len(coming) > MOST_DATES else _ALWAYS
    return _Series(master, kept, len(all_dates) - len(coming), until)


def _alone(one: Happening, now: datetime) -> _Series:
    """A single date of a series that is not in the file."""
    assert one.instead_of is not None
    coming = _moment(one) > now
    return _Series(one, {one.instead_of: one} if coming else {}, 0 if coming else 1, "")


def _moment(one: Happening) -> datetime:
    return wall_time.moment(one.start, one.zone)


def _check(every: Sequence[_Series]) -> None:
    wrong = [
        f"line {one.line}: {one.name}: {mistake}"
        for series in every
        for one in series.dates.values()
        for mistake in dict.fromkeys(wall_mistake(at, one.zone) for at in (one.start, one.end))
        if mistake
    ]
    if sum(len(series.dates) for series in every) > MOST_MEETINGS:
        wrong.append(f"this makes more than {MOST_MEETINGS} meetings: import fewer at once")
    if wrong:
        raise ImportErrors(wrong)


def _put(tx: Tx, series: _Series, now: datetime) -> tuple[int, int]:
    """Make and change its meetings; how many there are, and how many were called off."""
    master = series.master
    name = _name(master.uid)
    kept: set[int] = set()
    cancelled = 0
    for start, one in series.dates.items():
        known = _known(tx, master, start)
        if one.cancelled or master.cancelled:
            cancelled += known is not None and _cancel(tx, known, now)
        elif known is not None:
            kept.add(_change(tx, known, one, now).id)
        else:
            kept.add(planning.make(tx, _facts(master, one, start), None, now).id)
    for known in meetings.of_series(tx, name):
        gone = known.id not in kept and known.starts > now and known.key is not None
        if gone and known.wall_start < series.whole_until:
            cancelled += _cancel(tx, known, now)
    return len(kept), cancelled


def _name(uid: str, start: datetime | None = None) -> str:
    """How a meeting is known: short and plain, whatever a UID is like."""
    date = start.isoformat(timespec="minutes") if start is not None else ""
    return _PREFIX + blake2b(f"{uid}\0{date}".encode(), digest_size=16).hexdigest()


def _known(tx: Tx, master: Happening, start: datetime) -> Meeting | None:
    """The meeting of a date; one that began to come back, or stopped, is still the same."""
    dated = meetings.with_key(tx, _name(master.uid, start))
    single = meetings.with_key(tx, _name(master.uid))
    if not master.comes_back:
        return single or dated
    same = single is not None and single.wall_start == start.isoformat(timespec="minutes")
    return dated or (single if same else None)


def _facts(master: Happening, one: Happening, start: datetime) -> MeetingFacts:
    series = _name(master.uid) if master.comes_back else None
    key = _name(master.uid, start if master.comes_back else None)
    uid = key.removeprefix(_PREFIX)
    known = {"key": key, "uid": uid, "series": series, **one.texts}
    return MeetingFacts(start=one.start, end=one.end, zone=one.zone, **known)


def _change(tx: Tx, known: Meeting, one: Happening, now: datetime) -> Meeting:
    """Bring it up to date; one that was called off by hand stays so."""
    if known.is_cancelled:
        return known
    new = {**one.texts, "start": one.start, "end": one.end, "zone": one.zone}
    return planning.edit(tx, known.id, None, now, **new)


def _cancel(tx: Tx, known: Meeting, now: datetime) -> bool:
    """Call it off; whether it was on until then."""
    planning.cancel(tx, known.id, None, now)
    return not known.is_cancelled
