"""What changed about a meeting, for those who count on it: merged for a while, then told once.

    note → (half an hour, or at once) → a page of promises at a time → read at the claim

The first change that matters starts it, those that follow before it is due are merged into it. What
is kept is how each version was; what is said is worked out when a message goes
(`storage.change_notices`). A day that is cancelled tells for its places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select

from storage import concerned, fanout, meetings, outbox
from storage.fanout import Fanout
from storage.meetings import Kind, Meeting, Status
from storage.outbox import Promise
from storage.reminder_times import is_night, morning_after
from storage.tables import meetings as meetings_table
from storage.transaction import Tx

KIND: Final = "change"
RENDERER: Final = "change"
MERGED_FOR: Final = timedelta(minutes=30)
IN_TIME: Final = timedelta(hours=2)
"""So long before the start people are told at the latest, also at night."""


FACTS: Final = ("title", "starts", "ends", "zone", "place", "status")
"""What people count on."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How a meeting was in one version; `changed` are the `FACTS` that did not stay so."""

    version: int
    title: str
    starts: datetime
    ends: datetime
    zone: str
    place: str | None
    status: str
    changed: frozenset[str] = frozenset()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off then."""
        return self.status == Status.CANCELLED


def note(  # noqa: PLR0913 - what was and what is, who did it, when and why
    tx: Tx, before: Meeting, after: Meeting, by: int | None, now: datetime, *, why: str = ""
) -> None:
    """Have those who count on a meeting told of a change, in the change's own transaction.

    A change that raised no version, or of what was or is a draft, is nobody's concern. `why` is
    what the organiser says about a cancellation.
    """
    if after.version == before.version or Status.DRAFT in (before.status, after.status):
        return
    if after.is_cancelled and after.parent is not None:
        day = meetings.find(tx, after.parent)
        if day is not None and day.is_cancelled:
            return
    due = _due(before, after, now)
    was = {str(before.version): _kept(before, after)}
    merged = False
    for one in fanout.of_meeting(tx, KIND, after.id):
        if not one.has_begun:  # as far as one can see: a page of it may be on its way right now
            both = {"was": was | one.arguments["was"], "why": why or one.arguments["why"]}
            merged |= fanout.alter(tx, one.id, both, min(due, one.due))
    if not merged:
        key = f"change:{after.id}:{before.version}"
        fanout.start(tx, key, KIND, after.id, {"was": was, "why": why}, by, due, now)
    if after.is_cancelled and after.kind == Kind.DAY:
        _take_over(tx, after, now)


def _take_over(tx: Tx, day: Meeting, now: datetime) -> None:
    """The day tells for its cancelled places and parts what they had not told yet."""
    for place in _cancelled_with(tx, day):
        for one in fanout.of_meeting(tx, KIND, place):
            if not one.has_begun:
                fanout.drop(tx, one.id, now)


_PLACES: Final = select(meetings_table.c.id).where(
    meetings_table.c.parent == bindparam("day"), meetings_table.c.status == Status.CANCELLED
)


def _cancelled_with(tx: Tx, day: Meeting) -> list[int]:
    return list(tx.execute(_PLACES, {"day": day.id}).scalars())


def _due(before: Meeting, after: Meeting, now: datetime) -> datetime:
    """Half an hour from now, at once if it is cancelled or starts sooner; not at night."""
    start = soonest(before, after, now)
    soon = start is not None and start - now <= MERGED_FOR
    wait = timedelta(0) if soon or after.is_cancelled else MERGED_FOR
    return by_day(now + wait, after.zone, start)


def soonest(before: Facts | Meeting, after: Meeting, now: datetime) -> datetime | None:
    """The first moment to come at which somebody would set out, for what was or for what is."""
    return min((one.starts for one in (before, after) if one.starts > now), default=None)


def by_day(moment: datetime, zone: str, starts: datetime | None) -> datetime:
    """That moment, or the end of the night that it is in; then two hours before `starts` at last.

    Before a start at noon or later people sleep until nine.
    """
    if not is_night(moment, zone):
        return moment
    morning = morning_after(moment, zone)
    if starts is None:
        return morning
    return max(moment, min(morning, starts - IN_TIME))


def _kept(before: Meeting, after: Meeting) -> dict[str, Any]:
    changed = [name for name in FACTS if getattr(before, name) != getattr(after, name)]
    times = {name: getattr(before, name).isoformat() for name in ("starts", "ends")}
    return {name: getattr(before, name) for name in FACTS} | times | {"changed": changed}


def _facts(version: int, kept: Mapping[str, Any]) -> Facts:
    times = {name: datetime.fromisoformat(kept[name]) for name in ("starts", "ends")}
    changed = frozenset(kept["changed"])
    return Facts(version=version, **{**kept, **times, "changed": changed})


def tells_of_a_move(tx: Tx, meeting: Meeting, known: int, since: datetime) -> bool:
    """Whether who saw the version `known` is told of a new time at that moment or later."""
    found = fanout.of_meeting(tx, KIND, meeting.id)
    then = next((was for was in reversed(versions(found)) if was.version <= known), None)
    if then is None or then.starts == meeting.starts:
        return False
    late = versions(one for one in found if one.due >= since)
    return any("starts" in was.changed for was in late)


# Page by page to all who are concerned.


def promise(tx: Tx, now: datetime) -> int:
    """Promise a page of what is due to be told; to how many people."""
    return fanout.go_on(tx, KIND, _promise_page, now)


def _promise_page(tx: Tx, one: Fanout, limit: int, now: datetime) -> int:
    found = concerned.page(tx, told_of(tx, one), one.cursor, limit)
    outbox.promise_all(tx, _promises(tx, one, found, now), now)
    return fanout.passed(tx, one, found, limit, now)


def told_of(tx: Tx, one: Fanout) -> list[int]:
    """The meetings that it tells of: a cancelled day is about its places too."""
    meeting = meetings.find(tx, one.meeting) if one.meeting is not None else None
    if meeting is None:
        return []
    if meeting.kind == Kind.DAY and meeting.is_cancelled:
        return [meeting.id, *_cancelled_with(tx, meeting)]
    return [meeting.id]


def _promises(
    tx: Tx, one: Fanout, found: Iterable[tuple[int, str]], now: datetime
) -> Iterable[Promise]:
    meeting = meetings.find(tx, one.meeting) if one.meeting is not None else None
    if meeting is None:
        return
    useful_until = max([meeting.ends, *(was.ends for was in versions([one]))])
    for person, chat in found:
        yield Promise(
            key=f"{one.key}:{person}",
            chat=chat,
            renderer=RENDERER,
            arguments={"fanout": one.id, "meeting": meeting.id, "person": person},
            due=now,
            useful_until=max(useful_until, now + IN_TIME),
        )


def versions(told: Iterable[Fanout]) -> list[Facts]:
    """How a meeting was, the oldest version first."""
    kept = {int(version): was for one in told for version, was in one.arguments["was"].items()}
    return [_facts(version, kept[version]) for version in sorted(kept)]
