"""Seats and lines against a model, side by side: the same things happen to both.

`MODEL_RUNS` is how many stories are tried on each database; a number of its own for each kind of
database by default, so that the tests stay short. For a night of it: MODEL_RUNS=1000.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import BindParameter, bindparam, select

from storage import Database, Tx, erasure, people, planning, rsvps, tables, waiting
from storage.meetings import Kind, MeetingFacts
from storage.rsvps import Closed, Full, Party, Seated, Waiting
from storage.waiting import Gone
from tests.storage.seats_model import Planned, World

RUNS = {"sqlite": 60, "postgresql": 25}
STEPS = 30
ZONE = "Europe/Amsterdam"
PLACES = ("A", "B", "C")
NAMES = (*PLACES, "evening", "plain")
PEOPLE = ("noor", "ali", "bea", "cor", "dina", "eli")
# Beside both clock changes, and at any other time; noon, evening and deep in the night.
BEGINNINGS = ("2027-03-25T12:00", "2027-10-28T20:50", "2027-06-10T03:07", "2027-03-26T08:59")
NOTICES = ("offer", "moved_up", "offer_expired")

said, in_line, planned = tables.rsvps.c, tables.waiting_list.c, tables.meetings.c
THESE: BindParameter[Any] = bindparam("ids", expanding=True)
ANSWERS = select(said.meeting, said.person, said.answer, said.seats, said.version).where(
    said.meeting.in_(THESE), said.person.is_not(None)
)
LINES = (
    select(
        in_line.meeting, in_line.person, in_line.state, in_line.seats, in_line.version,
        in_line.offered, in_line.offer_until,
    )
    .where(in_line.meeting.in_(THESE))
    .order_by(in_line.id)
)  # fmt: skip
VERSIONS = select(planned.id, planned.version).where(planned.id.in_(THESE))

worlds = count(1)
a_name = st.sampled_from(("A", "B", *NAMES))
a_person = st.sampled_from(PEOPLE)
a_party = st.sampled_from((1, 1, 1, 2, 3))
numbers = st.integers(0, 9)
crowds = st.lists(st.tuples(a_person, a_party), min_size=3, max_size=6)
capacities = st.sampled_from((1, 2, 2, 3, 4, None))


def moment(wall: datetime) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC"))


class Real:
    """The same world in a database, every change and what came of it in one unit."""

    def __init__(self, db: Database, loop: asyncio.AbstractEventLoop) -> None:
        self.db = db
        self.loop = loop
        self.ids: dict[str, int] = {}
        self.people: dict[str, int] = {}

    def run(self, unit: Callable[..., Any], *args: Any, **more: Any) -> Any:
        return self.loop.run_until_complete(self.db.run(unit, *args, **more))

    def begin(self, world: World) -> None:
        self.run(self._begin, world, next(worlds))

    def _begin(self, tx: Tx, world: World, number: int) -> None:
        for name in PEOPLE:
            chat = f"telegram:{number}-{name}"
            self.people[name] = people.arrive(tx, chat, "nl", world.now).id
        start = world.meetings["A"].starts.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
        self._make(tx, world, "day", start, kind=Kind.DAY)
        for name, planned in world.meetings.items():
            kind = Kind.PLACE if planned.is_place else Kind.PART
            child = {"kind": kind, "day": self.ids["day"]} if name != "plain" else {}
            deadline = planned.deadline and planned.deadline.astimezone(ZoneInfo(ZONE))
            closes = deadline.replace(tzinfo=None) if deadline else None
            known = {"capacity": planned.capacity, "deadline": closes, **child}
            self._make(tx, world, name, start, **known)

    def _make(self, tx: Tx, world: World, name: str, start: datetime, **known: Any) -> None:
        end = start + timedelta(hours=2)
        facts = MeetingFacts(key=None, title=name, start=start, end=end, zone=ZONE, **known)
        self.ids[name] = planning.make(tx, facts, None, world.now).id

    def name_of(self, meeting: int | None) -> str | None:
        return next((name for name, id_ in self.ids.items() if id_ == meeting), None)

    def state(self, tx: Tx) -> dict[str, Any]:
        """All that is to be compared, in one statement for each kind of thing."""
        ids = [self.ids[name] for name in NAMES]
        person = {id_: name for name, id_ in self.people.items()}
        said: dict[int, set[Any]] = {id_: set() for id_ in ids}
        rows: dict[int, list[Any]] = {id_: [] for id_ in ids}
        answers: list[Any] = list(tx.execute(ANSWERS, {"ids": ids}))
        lines: list[Any] = list(tx.execute(LINES, {"ids": ids}))
        for meeting, who, *answer in answers:
            said[meeting].add((person.get(who), *answer))
        for meeting, who, *facts in lines:
            rows[meeting].append((person.get(who), *facts))
        versions: list[Any] = list(tx.execute(VERSIONS, {"ids": ids}))
        taken = rsvps.taken(tx, ids)
        found: dict[str, Any] = {
            NAMES[ids.index(id_)]: (version, taken[id_], said[id_], rows[id_])
            for id_, version in versions
        }
        return found | {"notices": self._notices(tx)}

    def _notices(self, tx: Tx) -> set[Any]:
        known = {id_: person for person, id_ in self.people.items()}
        row = tables.outbox.c
        chats = select(tables.people.c.chat).where(tables.people.c.id.in_(known))
        asked = select(row.renderer, row.arguments, row.due)
        found: list[Any] = list(
            tx.execute(asked.where(row.renderer.in_(NOTICES), row.chat.in_(chats)))
        )
        return {
            (renderer, self.name_of(about["meeting"]), known[about["person"]], due)
            for renderer, about, due in found
        }


def expected(world: World) -> dict[str, Any]:
    """What `Real.state` must be."""
    found: dict[str, Any] = {"notices": world.notices}
    for name, one in world.meetings.items():
        said = {(who, a.answer, a.seats, a.version) for who, a in one.said.items()}
        rows = [(r.person, r.state, r.seats, r.version, r.offered, r.until) for r in one.rows]
        found[name] = one.version, one.taken(), said, rows
    return found


class Seats(RuleBasedStateMachine):
    """Things happen to both worlds; after each all is compared."""

    database: tuple[Database, asyncio.AbstractEventLoop]

    @initialize(
        start=st.sampled_from(BEGINNINGS),
        days=st.sampled_from((1, 2, 2, 3, 4)),
        at=st.sampled_from((10, 19.5)),
        seats=st.tuples(*[capacities] * len(NAMES)),
        crowds=st.tuples(crowds, crowds, crowds),
    )
    def begin(
        self, start: str, days: int, at: float, seats: tuple[int | None, ...], crowds: Any
    ) -> None:
        now = datetime.fromisoformat(start)
        self.real = Real(*self.database)
        wall = self._day(now) + timedelta(days=days, hours=at)
        starts, ends = moment(wall), moment(wall + timedelta(hours=2))
        meetings = {
            name: Planned(starts, ends, capacity, is_place=name in PLACES)
            for name, capacity in zip(NAMES, seats, strict=True)
        }
        meetings["C"].deadline = moment(wall - timedelta(days=1, hours=3))
        self.world = World(moment(now), ZONE, meetings)
        self.alive = set(PEOPLE)
        self.before = dict.fromkeys(NAMES, 0)
        self.real.begin(self.world)
        for name, crowd in zip(("A", "B", "evening"), crowds, strict=True):
            self.press(name, crowd)

    @staticmethod
    def _day(wall: datetime) -> datetime:
        return wall.replace(hour=0, minute=0)

    def both(self, outcome: Any, unit: Callable[..., Any], *args: Any, **more: Any) -> None:
        """Do in the database what the model has done; nothing may differ after it."""

        def there(tx: Tx) -> tuple[Any, dict[str, Any]]:
            return unit(tx, *args, **more), self.real.state(tx)

        came, state = self.real.run(there)
        wanted = expected(self.world)
        for key, value in wanted.items():
            assert state[key] == value, key
        if outcome is not None:
            assert self.told(came) == outcome
        self.check()

    def told(self, came: Any) -> tuple[Any, ...]:
        match came:
            case Seated(seats, left):
                return ("seated", seats, self.real.name_of(left))
            case Waiting(place):
                return ("waiting", place)
            case Full(left):
                return ("full", left)
            case Closed(why) | Gone(why):
                return ("closed" if isinstance(came, Closed) else "gone", str(why))
            case None:
                return ("noted",)
            case _:
                return (came,)

    def check(self) -> None:
        """What always holds, however either side came to it."""
        for name, one in self.world.meetings.items():
            most = max(one.capacity or 0, self.before[name])
            assert one.capacity is None or one.taken() <= most
            in_line = [row.person for row in one.line()]
            assert len(in_line) == len(set(in_line))
            assert not set(in_line) & set(one.said)
            self.before[name] = one.taken()
        for person in PEOPLE:
            assert sum(self.world.meetings[place].seats(person) > 0 for place in PLACES) <= 1

    def ids(self, name: str, person: str) -> tuple[int, int]:
        return self.real.ids[name], self.real.people[person]

    # People.

    @rule(name=a_name, crowd=crowds, everywhere=st.booleans())
    def press(self, name: str, crowd: list[tuple[str, int]], everywhere: bool = False) -> None:
        """Some press for one meeting; or the first of them for all places of the day."""
        if everywhere:
            crowd = crowd[:1] * len(PLACES)
        for number, (person, seats) in enumerate(crowd):
            self._claim(PLACES[number] if everywhere else name, person, seats)

    def _claim(self, name: str, person: str, seats: int) -> None:
        if person in self.alive:
            outcome = self.world.claim(name, person, seats)
            meeting, who = self.ids(name, person)
            self.both(outcome, rsvps.claim, meeting, Party(who, seats), self.world.now)

    def one_who(self, number: int, *states: str) -> tuple[str, str] | None:
        """One of those in line in such a state; of those who have seats where none is given."""
        found = [
            (name, person)
            for name, one in self.world.meetings.items()
            for person in PEOPLE
            if ((row := one.row(person)) is not None and row.state in states)
            or (not states and one.seats(person))
        ]
        return found[number % len(found)] if found else None

    @rule(number=numbers, answer=st.sampled_from(["no", "no", "no", "maybe"]))
    def sign_off(self, number: int, answer: str) -> None:
        if found := self.one_who(number):
            self._give_up(*found, answer)

    def _give_up(self, name: str, person: str, answer: str) -> None:
        outcome = self.world.give_up(name, person, answer)
        verb = rsvps.maybe if answer == "maybe" else rsvps.withdraw
        self.both(outcome, verb, *self.ids(name, person), self.world.now)

    @rule(number=numbers, what=st.sampled_from(["take", "take", "decline", "leave", "other"]))
    def answer_an_offer(self, number: int, what: str) -> None:
        if found := self.one_who(number, "offered"):
            self._answer(*found, what, number % 3 + 1)

    @rule(number=numbers, what=st.sampled_from(["take", "decline", "leave", "other", "other"]))
    def change_in_line(self, number: int, what: str) -> None:
        if found := self.one_who(number, "waiting"):
            self._answer(*found, what, number % 3 + 1)

    def _answer(self, name: str, person: str, what: str, seats: int) -> None:
        who = self.ids(name, person)
        match what:
            case "take":
                outcome = self.world.accept(name, person)
                self.both(outcome, waiting.accept, *who, self.world.now)
            case "decline" | "leave":
                outcome = self.world.step_out(name, person, decline=what == "decline")
                verb = waiting.decline if what == "decline" else waiting.leave
                self.both(outcome, verb, *who, self.world.now)
            case _:
                self._claim(name, person, seats)

    @rule(name=a_name, person=a_person, number=numbers)
    def say_something_else(self, name: str, person: str, number: int) -> None:
        if person not in self.alive:
            return
        match number:
            case 0 | 1:
                self._give_up(name, person, "maybe" if number else "no")
            case 2 | 3:
                outcome = self.world.confirm(name, person)
                self.both(outcome, rsvps.confirm, *self.ids(name, person), self.world.now)
            case 4 | 5:
                self._answer(name, person, "decline" if number == 4 else "take", 1)
            case 6:
                self._erased(person)
            case _:
                self._without_phone(name, self.real.people[person])

    def _without_phone(self, name: str, by: int) -> None:
        meeting = self.real.ids[name]
        if self.world.meetings[name].without_phone:
            outcome = self.world.remove_without_phone(name)
            self.both(outcome, self._remove, meeting, self.world.now)
        else:
            outcome = self.world.add_without_phone(name)
            self.both(outcome, rsvps.add_without_phone, meeting, "Oma", by, self.world.now)

    @staticmethod
    def _remove(tx: Tx, meeting: int, now: datetime) -> bool:
        row = tables.rsvps.c
        one = select(row.id).where(row.meeting == meeting, row.person.is_(None)).limit(1)
        return rsvps.remove_without_phone(tx, tx.execute(one).scalar_one(), now)

    def _erased(self, person: str) -> None:
        self.alive.remove(person)
        self.world.erase(person)
        self.both(None, self._erase, self.real.people.pop(person), self.world.now)

    @staticmethod
    def _erase(tx: Tx, who: int, now: datetime) -> None:
        known = people.find(tx, who)
        assert known is not None
        erasure.erase(tx, who, known.chat, now)

    # Those who run it.

    @rule(name=a_name, days=st.sampled_from((0, 1, 1, 2, 4)), capacity=capacities, way=numbers)
    def change(self, name: str, days: int, capacity: int | None, way: int) -> None:
        """More or fewer seats, another moment, or never."""
        if self.world.meetings[name].cancelled:
            return
        meeting, now = self.real.ids[name], self.world.now
        if way < 6:
            self.world.set_capacity(name, capacity)
            self.both(None, planning.edit, meeting, None, now, capacity=capacity)
        elif days:
            wall = self._day(now.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None))
            wall += timedelta(days=days, hours=10 if way % 2 else 19.5)
            self.world.move(name, moment(wall))
            self.both(None, planning.edit, meeting, None, now, start=wall)
        else:
            self.world.cancel(name)
            self.both(None, planning.cancel, meeting, None, now)

    # Time.

    @rule(minutes=st.sampled_from((1, 7, 45, 360, 720, 720, 1440)), tick=st.booleans())
    def time_passes(self, minutes: int, tick: bool) -> None:
        self._until(self.world.now + timedelta(minutes=minutes), tick=tick)

    @rule(number=numbers, tick=st.booleans())
    def an_offer_ends(self, number: int, tick: bool) -> None:
        found = self.one_who(number, "offered")
        row = self.world.meetings[found[0]].row(found[1]) if found else None
        if row is not None and row.until is not None:
            self._until(row.until, tick=tick)

    def _until(self, moment: datetime, *, tick: bool) -> None:
        self.world.now = max(self.world.now, moment)
        if tick:
            self.world.settle(*self.due())
            self.both(None, self._tick)

    def due(self) -> list[str]:
        live = [(one.starts, name) for name, one in self.world.meetings.items() if one.line()]
        coming = [(starts, name) for starts, name in live if starts > self.world.now]
        coming = [one for one in coming if not self.world.meetings[one[1]].cancelled]
        return [name for _, name in sorted(coming, key=lambda one: (one[0], NAMES.index(one[1])))]

    def _tick(self, tx: Tx) -> None:
        for meeting in waiting.due(tx, self.world.now):
            if meeting in self.real.ids.values():
                waiting.settle(tx, meeting, self.world.now)


@contextmanager
def a_database(url: str) -> Iterator[tuple[Database, asyncio.AbstractEventLoop]]:
    loop = asyncio.new_event_loop()
    db = loop.run_until_complete(Database.open(url, migrate=False))
    try:
        yield db, loop
    finally:
        loop.run_until_complete(db.close())
        loop.close()


@pytest.mark.timeout(0 if "MODEL_RUNS" in os.environ else 300)
def test_the_database_does_as_the_model_does(url: str) -> None:
    kind = url.partition(":")[0]
    runs = int(os.environ.get("MODEL_RUNS") or RUNS[kind])
    with a_database(url) as database:
        machine = type("Machine", (Seats,), {"database": database})
        chosen = settings(max_examples=runs, stateful_step_count=STEPS, deadline=None)
        run_machine(machine, settings=chosen)
