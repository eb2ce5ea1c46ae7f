"""What seats and lines are meant to do, in plain Python, slow and easy to check by reading.

A `World` has meetings by name: places of one day, whose names sort as they were made, and others.
It knows nothing of databases; times are whole minutes. Outcomes are words and numbers in a tuple.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

LIVE = ("waiting", "offered")
HALF_MINUTE = timedelta(seconds=30)
DAY = timedelta(hours=24)


@dataclass
class Said:
    """An answer; only a yes has seats."""

    answer: str
    seats: int
    version: int


@dataclass
class Row:
    """Somebody who stands or stood in line."""

    person: str
    seats: int
    version: int
    state: str = "waiting"
    offered: datetime | None = None
    until: datetime | None = None


@dataclass
class Planned:
    """A meeting; `is_place` tells whether nobody may be there and at another place as well."""

    starts: datetime
    ends: datetime
    capacity: int | None
    is_place: bool = False
    deadline: datetime | None = None
    cancelled: bool = False
    version: int = 1
    said: dict[str, Said] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    without_phone: int = 0

    def line(self) -> list[Row]:
        return [row for row in self.rows if row.state in LIVE]

    def waiting(self) -> list[Row]:
        return [row for row in self.rows if row.state == "waiting"]

    def row(self, person: str) -> Row | None:
        return next((row for row in self.line() if row.person == person), None)

    def seats(self, person: str) -> int:
        return self.said[person].seats if person in self.said else 0

    def taken(self) -> int:
        offered = sum(row.seats for row in self.rows if row.state == "offered")
        return sum(one.seats for one in self.said.values()) + offered + self.without_phone

    def free(self) -> float:
        return float("inf") if self.capacity is None else self.capacity - self.taken()


@dataclass
class World:
    """All meetings, and the notices that were promised: (kind, meeting, number of row, due)."""

    now: datetime
    zone: str
    meetings: dict[str, Planned]
    notices: set[tuple[str, str, str, datetime]] = field(default_factory=set)

    # What happens by itself.

    def settle(self, *names: str) -> None:
        queue = list(dict.fromkeys(names))
        while queue:
            for name in sorted(self._settle(queue.pop(0))):
                if name not in queue:
                    queue.append(name)

    def _settle(self, name: str) -> set[str]:
        meeting = self.meetings[name]
        for row in meeting.line():
            if row.state == "offered" and row.until is not None and row.until <= self.now:
                row.state = "expired"
                if self.now < meeting.starts:
                    self._notice("offer_expired", name, row)
        if meeting.cancelled or meeting.starts <= self.now:
            return set()
        if meeting.starts - self.now > DAY:
            self._offer(name, meeting)
            return set()
        freed = set()
        while fits := [row for row in meeting.waiting() if row.seats <= meeting.free()]:
            fits[0].state = "moved_up"
            freed |= self._seat(name, fits[0].person, fits[0].seats, fits[0].version)[1]
            self._notice("moved_up", name, fits[0])
        return freed

    def _offer(self, name: str, meeting: Planned) -> None:
        for row in meeting.waiting():
            if meeting.capacity is not None and row.seats > meeting.capacity:
                continue
            if row.seats > meeting.free():
                return
            row.state, row.offered = "offered", self.now
            row.until = deadline(meeting.starts, self.now, self.zone)
            self._notice("offer", name, row)

    def _notice(self, kind: str, name: str, row: Row) -> None:
        due = told(self.meetings[name].starts, self.now, self.zone)
        self.notices.add((kind, name, row.person, due))

    def _seat(
        self, name: str, person: str, seats: int, version: int
    ) -> tuple[str | None, set[str]]:
        """Seat somebody; which place they left for it, and where something became free."""
        left, freed = None, set()
        for other in self._other_places(name):
            if self.meetings[other].seats(person):
                del self.meetings[other].said[person]
                left = other
                freed.add(other)
            if (row := self.meetings[other].row(person)) is not None:
                row.state = "left"
                freed.add(other)
        self.meetings[name].said[person] = Said("yes", seats, version)
        return left, freed

    def _other_places(self, name: str) -> list[str]:
        if not self.meetings[name].is_place:
            return []
        return [other for other, one in self.meetings.items() if one.is_place and other != name]

    # What people do.

    def closed(self, meeting: Planned) -> str | None:
        if meeting.cancelled:
            return "cancelled"
        if meeting.starts <= self.now:
            return "over" if meeting.ends <= self.now else "begun"
        if meeting.deadline is not None and meeting.deadline <= self.now:
            return "deadline"
        return None

    def claim(self, name: str, person: str, seats: int) -> tuple[object, ...]:
        meeting = self.meetings[name]
        self.settle(name)
        row, has = meeting.row(person), meeting.seats(person)
        why = self.closed(meeting)
        if why and not (why == "deadline" and seats <= max(has, row.seats if row else 0)):
            return ("closed", why)
        if has:
            return self._change(name, person, seats)
        if row and row.state == "offered":
            if seats > row.seats:
                return ("full", row.seats)
            return self._sit(name, person, seats)
        if seats <= self._available(meeting, row):
            return self._sit(name, person, seats)
        if row is None:
            row = Row(person, seats, meeting.version)
            meeting.rows.append(row)
            meeting.said.pop(person, None)
        row.seats = seats
        return ("waiting", meeting.waiting().index(row) + 1)

    def _available(self, meeting: Planned, row: Row | None) -> float:
        """Those who wait go first, but not for long."""
        others = meeting.waiting()
        if others and others[0] is not row and meeting.starts - self.now > DAY:
            return 0
        return max(meeting.free(), 0)

    def _sit(self, name: str, person: str, seats: int) -> tuple[object, ...]:
        meeting = self.meetings[name]
        if (row := meeting.row(person)) is not None:
            row.state = "accepted"
        left, freed = self._seat(name, person, seats, meeting.version)
        self.settle(name, *sorted(freed))
        return ("seated", seats, left)

    def _change(self, name: str, person: str, seats: int) -> tuple[object, ...]:
        meeting = self.meetings[name]
        has, available = meeting.seats(person), self._available(meeting, None)
        if seats - has > available:
            return ("full", has + available)
        meeting.said[person] = Said("yes", seats, meeting.version)
        self.settle(name)
        return ("seated", seats, None)

    def give_up(self, name: str, person: str, answer: str) -> tuple[object, ...]:
        meeting = self.meetings[name]
        self.settle(name)
        why = self.closed(meeting)
        if why and not (why == "deadline" and answer == "no"):
            return ("closed", why)
        if (row := meeting.row(person)) is not None:
            row.state = "left"
        meeting.said[person] = Said(answer, 0, meeting.version)
        self.settle(name)
        return ("noted",)

    def accept(self, name: str, person: str) -> tuple[object, ...]:
        meeting = self.meetings[name]
        self.settle(name)
        why = self.closed(meeting)
        if why and why != "deadline":
            return ("closed", why)
        row = meeting.row(person)
        if row and row.state == "offered":
            return self._sit(name, person, row.seats)
        if meeting.seats(person):
            return ("seated", meeting.seats(person), None)
        ended = [row.state for row in meeting.rows if row.person == person]
        words = {
            "expired": "expired",
            "waiting": "moved",
            "declined": "declined",
            "left": "declined",
        }
        return ("gone", words.get(ended[-1], "never") if ended else "never")

    def step_out(self, name: str, person: str, *, decline: bool) -> tuple[object, ...]:
        meeting = self.meetings[name]
        self.settle(name)
        row = meeting.row(person)
        if row is None or (decline and row.state != "offered"):
            return (False,)
        row.state = "declined" if decline else "left"
        meeting.said[person] = Said("no", 0, meeting.version)
        self.settle(name)
        return (True,)

    def confirm(self, name: str, person: str) -> tuple[object, ...]:
        meeting = self.meetings[name]
        if meeting.cancelled or meeting.ends <= self.now:
            return ("closed", "cancelled" if meeting.cancelled else "over")
        if person in meeting.said:
            meeting.said[person].version = meeting.version
        if (row := meeting.row(person)) is not None:
            row.version = meeting.version
        has = meeting.seats(person)
        return ("seated", has, None) if has else ("noted",)

    def add_without_phone(self, name: str) -> tuple[object, ...]:
        meeting = self.meetings[name]
        self.settle(name)
        if why := self.closed(meeting):
            return ("closed", why)
        if self._available(meeting, None) < 1:
            return ("full", 0)
        meeting.without_phone += 1
        return ("seated", 1, None)

    def remove_without_phone(self, name: str) -> tuple[object, ...]:
        self.meetings[name].without_phone -= 1
        self.settle(name)
        return (True,)

    def erase(self, person: str) -> None:
        for meeting in self.meetings.values():
            meeting.said.pop(person, None)
            meeting.rows = [row for row in meeting.rows if row.person != person]
        self.notices = {notice for notice in self.notices if notice[2] != person}

    # What those who run it do.

    def set_capacity(self, name: str, capacity: int | None) -> None:
        meeting = self.meetings[name]
        if capacity != meeting.capacity:
            self.settle(name)
            meeting.capacity = capacity
            self.settle(name)

    def move(self, name: str, starts: datetime) -> None:
        meeting = self.meetings[name]
        if starts == meeting.starts:
            return
        self.settle(name)
        days = (self._local(starts).date() - self._local(meeting.starts).date()).days
        if meeting.deadline is not None:
            moved = self._local(meeting.deadline).replace(tzinfo=None) + timedelta(days=days)
            meeting.deadline = moved.replace(tzinfo=ZoneInfo(self.zone))
        meeting.starts, meeting.ends = starts, starts + (meeting.ends - meeting.starts)
        meeting.version += 1
        for row in meeting.line():
            row.state, row.offered, row.until = "waiting", None, None
        self.settle(name)

    def cancel(self, name: str) -> None:
        meeting = self.meetings[name]
        self.settle(name)
        meeting.cancelled = True
        meeting.version += 1
        for row in meeting.line():
            row.state = "revoked"

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))


@cache
def deadline(starts: datetime, now: datetime, zone: str) -> datetime:
    """Walk through the hours until the start: half of those by day, and no more than twelve."""
    by_day = [after for after, is_day in _steps(now, starts, zone) if is_day]
    return by_day[min(len(by_day) // 2, 12 * 120) - 1]


def _steps(now: datetime, starts: datetime, zone: str) -> Iterator[tuple[datetime, bool]]:
    """Each half minute that begins before the start: its end, and whether it is by day."""
    days = 0
    while now < starts and days < 24 * 120:
        is_day = 9 <= now.astimezone(ZoneInfo(zone)).hour < 21
        now += HALF_MINUTE
        days += is_day
        yield now, is_day


@cache
def told(starts: datetime, now: datetime, zone: str) -> datetime:
    """Now, or by night the next time that it is nine, unless it starts by eleven then."""
    morning = now
    while not 9 <= morning.astimezone(ZoneInfo(zone)).hour < 21:
        morning += HALF_MINUTE
    return now if starts - morning <= timedelta(hours=2) else morning
