"""Planning: meetings made, changed, published, called off, copied.

Each verb holds the meeting's day, or the meeting itself, before it reads; settles the line before
and after it writes; leaves an audit line; and notes what changed, so that those who come are told.
What nobody has seen yet (a draft, or published later) changes without a new version or a word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from storage import audit, changes, days, meetings, waiting, wall_time
from storage.meeting_facts import columns_of, times
from storage.meetings import OF_A_DAY, Kind, Meeting, MeetingFacts, Status
from storage.transaction import Tx

_PLAIN: Final = frozenset({
    "title", "text", "zone", "place", "municipality", "latitude", "longitude", "accessibility",
    "link", "capacity", "audience", "languages", "reminders", "host", "host_name",
})  # fmt: skip
_WALL: Final = frozenset({"start", "end", "deadline"})


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does something and when; a quiet change is told to nobody."""

    by: int | None
    now: datetime
    quiet: bool = False


def make(tx: Tx, facts: MeetingFacts, by: int | None, now: datetime) -> Meeting:
    """A new meeting; a place or part is seen with its day, not before.

    Raises ValueError for an end that is not after the start, a key that is taken and a day that
    was called off or is none.
    """
    values = {**columns_of(facts), "uid": facts.uid or uuid4().hex}
    if facts.kind in OF_A_DAY:
        values |= _seen_with(_day(tx, facts.day), facts.status)
    made = meetings.insert(tx, values, now)
    if made is None:
        raise ValueError("the key is taken")
    _record(tx, "make", made, _Act(by, now))
    return made


def _day(tx: Tx, number: int | None) -> Meeting:
    day = meetings.locked_root(tx, number) if number is not None else None
    if day is None or day.kind != Kind.DAY or day.is_cancelled:
        raise ValueError("a place or part needs a day that takes place")
    return day


def _seen_with(day: Meeting, status: str) -> Mapping[str, Any]:
    draft = day.status == Status.DRAFT
    return {"status": Status.DRAFT if draft else status, "publishes": day.publishes}


def put(tx: Tx, facts: MeetingFacts, by: int | None, now: datetime) -> Meeting:
    """Make the meeting of this key, or change it to this, telling those who come."""
    known = meetings.with_key(tx, facts.key) if facts.key is not None else None
    if known is None:
        return make(tx, facts, by, now)
    before = meetings.locked_root(tx, known.id)
    columns = meetings.differences(before, columns_of(facts))
    cancelled = columns.get("status") == Status.CANCELLED
    if cancelled:
        columns = {name: value for name, value in columns.items() if name != "status"}
    after = _change(tx, before, columns, _Act(by, now))
    return cancel(tx, after.id, by, now) if cancelled else after


def edit(
    tx: Tx, /, meeting: int, by: int | None, now: datetime, *, quiet: bool = False, **new: Any
) -> Meeting:
    """Change some things of a meeting, given by name; `start`, `end`, `deadline` are wall times.

    A new start alone takes the end along, and the deadline by whole days; a day takes its places
    and parts along. `quiet` is for a corrected typo: nobody is told, the version stays. Raises
    ValueError for an end that is not after the start and TypeError for a name that is not known.
    """
    if unknown := new.keys() - _PLAIN - _WALL:
        raise TypeError(f"a meeting has no {', '.join(sorted(unknown))}")
    before = meetings.locked_root(tx, meeting)
    columns = meetings.differences(before, _columns(before, new))
    return _change(tx, before, columns, _Act(by, now, quiet))


def _columns(before: Meeting, new: Mapping[str, Any]) -> Mapping[str, Any]:
    plain = {name: value for name, value in new.items() if name in _PLAIN}
    plain |= {name: list(plain[name]) for name in ("languages", "reminders") if plain.get(name)}
    if not new.keys() & {*_WALL, "zone"}:
        return plain
    was = datetime.fromisoformat(before.wall_start)
    zone, start = new.get("zone", before.zone), new.get("start", was)
    end = new.get("end", datetime.fromisoformat(before.wall_end) + (start - was))
    deadline = new["deadline"] if "deadline" in new else _moved_deadline(before, start - was)
    closes = {"deadline": wall_time.moment(deadline, zone) if deadline else None}
    return {**plain, **times(start, end, zone), **closes}


def _moved_deadline(before: Meeting, by: timedelta) -> datetime | None:
    """The wall time until which people sign up, moved by as many days as the date was."""
    if before.deadline is None:
        return None
    start = datetime.fromisoformat(before.wall_start)
    moved = (start + by).date() - start.date()
    return wall_time.wall(before.deadline, before.zone) + moved


def _change(tx: Tx, before: Meeting, columns: Mapping[str, Any], act: _Act) -> Meeting:
    if not columns:
        return before
    after = _changed(tx, before, columns, act)
    if before.kind == Kind.DAY:
        for child in days.children(tx, before.id):
            along = meetings.differences(child, _along(child, before, after))
            _changed(tx, child, along, act)
    _record(tx, "edit", before, act)
    return after


def _along(child: Meeting, before: Meeting, after: Meeting) -> Mapping[str, Any]:
    """What changes for a place or part when its day does: the same times, or the same shift."""
    same = (child.wall_start, child.wall_end, child.zone) == (
        before.wall_start, before.wall_end, before.zone,
    )  # fmt: skip
    seen = {"publishes": after.publishes}
    first = datetime.fromisoformat(before.wall_start).date()
    moved = datetime.fromisoformat(after.wall_start).date() - first
    if same:
        new = {
            "start": datetime.fromisoformat(after.wall_start),
            "end": datetime.fromisoformat(after.wall_end),
            "zone": after.zone,
        }
        return {**_columns(child, new), **seen}
    return {**_columns(child, {"start": datetime.fromisoformat(child.wall_start) + moved}), **seen}


def _changed(tx: Tx, before: Meeting, columns: Mapping[str, Any], act: _Act) -> Meeting:
    """One meeting changed, with its line settled and those told who come to it."""
    if not columns:
        return before
    seen = meetings.visible(before, act.now)
    quiet = act.quiet or not seen
    if not seen or (before.is_cancelled and "status" not in columns):
        return meetings.write(tx, before, columns, act.now, quiet=True)
    waiting.settle(tx, before.id, act.now)
    after = meetings.write(tx, before, columns, act.now, quiet=quiet)
    changes.note(tx, before, after, act.by, act.now)
    if _moves(before, after, quiet=quiet):
        waiting.unoffer(tx, before.id)
    waiting.settle(tx, before.id, act.now)
    return after


def _moves(before: Meeting, after: Meeting, *, quiet: bool) -> bool:
    """Whether somebody who was offered a seat should be asked anew."""
    when = (before.starts, before.ends) != (after.starts, after.ends)
    return when or (before.place != after.place and not quiet)


def publish(
    tx: Tx, meeting: int, by: int | None, now: datetime, at: datetime | None = None
) -> Meeting:
    """Let residents see it, now or from `at` on; a day takes its places and parts along.

    What they see already stays seen. A place or part is seen with its day: on its own it only stops
    being a draft, and not even that while its day is one. Raises ValueError if it was called off.
    """
    before = meetings.locked_root(tx, meeting)
    if before.is_cancelled:
        raise ValueError("a meeting that was called off is not published")
    if meetings.visible(before, now):
        return before
    columns: Mapping[str, Any] = {"status": Status.ON, "publishes": at}
    if before.parent is not None:
        columns = _seen_with(_day(tx, before.parent), Status.ON)
    after = meetings.write(tx, before, meetings.differences(before, columns), now, quiet=True)
    for child in days.children(tx, before.id):
        if not child.is_cancelled:
            meetings.write(tx, child, meetings.differences(child, columns), now, quiet=True)
    _record(tx, "publish", before, _Act(by, now))
    return after


def cancel(tx: Tx, meeting: int, by: int | None, now: datetime, why: str = "") -> Meeting:
    """Call a meeting off, and with a day its places and parts; those concerned are told `why`.

    A day is told of once, for its places and parts too. Done before, it changes nothing.
    """
    before = meetings.locked_root(tx, meeting)
    if before.is_cancelled:
        return before
    act = _Act(by, now)
    places = [one for one in days.children(tx, before.id) if not one.is_cancelled]
    after = _called_off(tx, before, act)
    for place in places:
        _called_off(tx, place, act)
    changes.note(tx, before, after, by, now, why=why)
    _record(tx, "cancel", before, act)
    return after


def _called_off(tx: Tx, before: Meeting, act: _Act) -> Meeting:
    if not meetings.visible(before, act.now):
        return meetings.write(tx, before, {"status": Status.CANCELLED}, act.now, quiet=True)
    waiting.settle(tx, before.id, act.now)
    after = meetings.write(tx, before, {"status": Status.CANCELLED}, act.now)
    waiting.revoke(tx, before.id, act.now)
    return after


def copy(tx: Tx, meeting: int, start: datetime, by: int | None, now: datetime) -> Meeting:
    """A draft of the same at another wall time, a day with its places; nobody is signed up."""
    before = meetings.locked_root(tx, meeting)
    new = {"status": Status.DRAFT, "publishes": None, "series": None}
    made = _copied(tx, before, start, new, now)
    _record(tx, "copy", made, _Act(by, now))
    return made


def repeat(
    tx: Tx, meeting: int, starts: Sequence[datetime], by: int | None, now: datetime
) -> list[Meeting]:
    """The same at these wall times, as one series; a date that the series has is not made again.

    They are seen as the first one is, and each can be moved or called off by itself. Raises
    ValueError for a place or part, which comes back with its day, and for one called off.
    """
    first = meetings.locked_root(tx, meeting)
    if first.parent is not None or first.is_cancelled:
        raise ValueError("this meeting cannot be repeated")
    series = first.series or first.uid
    if first.series is None:
        first = meetings.write(tx, first, {"series": series}, now, quiet=True)
    known = {one.wall_start: one for one in meetings.of_series(tx, series) if not one.is_cancelled}
    for start in starts:
        wanted = start.isoformat(timespec="minutes")
        if wanted not in known:
            known[wanted] = _copied(tx, first, start, {"series": series}, now)
    _record(tx, "repeat", first, _Act(by, now))
    return [known[start.isoformat(timespec="minutes")] for start in starts]


_OF_ITSELF: Final = ("id", "key", "version", "changed")


def _copied(
    tx: Tx, before: Meeting, start: datetime, new: Mapping[str, Any], now: datetime
) -> Meeting:
    """The same at another wall time, with its places and parts if it is a day."""
    kept = {f.name: getattr(before, f.name) for f in fields(before) if f.name not in _OF_ITSELF}
    moved = _columns(before, {"start": start})
    values = {**kept, "key": None, **moved, **new, "uid": uuid4().hex}
    made = meetings.insert(tx, values, now)
    assert made is not None
    shift = start - datetime.fromisoformat(before.wall_start)
    for child in days.children(tx, before.id):
        if not child.is_cancelled:
            child_start = datetime.fromisoformat(child.wall_start) + shift
            _copied(tx, child, child_start, {**new, "parent": made.id}, now)
    return made


def _record(tx: Tx, action: str, meeting: Meeting, act: _Act) -> None:
    audit.record(tx, act.by, f"meeting.{action}", f"meeting:{meeting.id}", act.now)
