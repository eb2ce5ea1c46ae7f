"""Announcements in the database against `announcements_model.World`, whatever happens in between.

`MODEL_RUNS=500` in the environment tries so many courses of events on each kind of database.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select, update

from storage import (
    Database,
    Tx,
    announcements,
    claims,
    delivery,
    erasure,
    gate,
    outbox,
    people,
    recipients,
    sendings,
    tables,
)
from storage.claims import Claim
from storage.desk import Held, Skipped
from storage.outbox import Kind, Lane
from storage.sendings import Sending, State
from storage.spreading import GRACE
from tests.storage.announcements_model import GONE, NOTICE, Somebody, World
from tests.storage.planning import NOW
from tests.storage.sums import wrong_sums

RUNS = {"sqlite": 40, "postgresql": 8}
STEPS = 40
NAMES = tuple("abcdefghijkl")
PAGE = 3
worlds = count(1)
a_name = st.sampled_from(NAMES)
some_names = st.lists(a_name, min_size=1, max_size=4, unique=True)
outcomes = st.lists(
    st.sampled_from(["sent"] * 6 + ["refused", "blocked", "back", "lost", "came through", "hangs"]),
    min_size=1,
    max_size=6,
)


class CrashError(Exception):
    """The process is killed before the commit."""


class Real:
    """The database, and what is on its way from there to the phones."""

    def __init__(self, db: Database, loop: asyncio.AbstractEventLoop) -> None:
        self.db = db
        self.loop = loop
        self.texts: dict[int, str] = {}
        self.chats: dict[str, str] = {}
        self.flying: dict[int, tuple[str, str, Any]] = {}
        self.announcement = 0
        self.coordinator = 0

    def run(self, unit: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Run it; afterwards the sums must be right, whatever it was."""

        def whole(tx: Tx) -> tuple[Any, list[str]]:
            return unit(tx, *args, **more), wrong_sums(tx)

        came, wrong = self.loop.run_until_complete(self.db.run(whole))
        assert not wrong
        return came

    def crash(self, unit: Callable[..., Any], *args: Any) -> None:
        def killed(tx: Tx) -> None:
            unit(tx, *args)
            raise CrashError

        with pytest.raises(CrashError):
            self.loop.run_until_complete(self.db.run(killed))
        self.run(lambda tx: None)

    def begin(self, world: World) -> None:
        self.run(self._begin, world, next(worlds))

    def _begin(self, tx: Tx, world: World, number: int) -> None:
        for table in (tables.announcements, tables.outbox, tables.people):
            tx.execute(table.delete())
        self.coordinator = people.arrive(tx, f"telegram:{number}-coordinator", "nl", NOW).id
        for name, one in world.people.items():
            self.chats[name] = f"telegram:{number}-{name}"
            one.number = people.arrive(tx, self.chats[name], "nl", world.now).id
            self._wish(tx, one)
        self.announcement = announcements.new(tx, self.coordinator, world.now)
        announcements.write(
            tx, self.announcement, content={"texts": {"nl": {"text": "x", "rich": False}}},
            audience={"only": [], "but": []}, purpose="news", meeting=None, minutes=None,
            useful_until=world.useful_until, late_until=world.late_until, is_news=False,
            paid=False, now=world.now,
        )  # fmt: skip
        announcements.plan(tx, self.announcement, world.now, self.coordinator, world.now)
        (due,) = announcements.due(tx, world.now)
        self.texts[sendings.begin(tx, due, world.now).id] = world.text

    @staticmethod
    def _wish(tx: Tx, one: Somebody) -> None:
        values = {"wants_news": one.wants, "reachable": one.reachable, "joined": one.joined}
        tx.execute(update(tables.people).where(tables.people.c.id == one.number).values(**values))

    def set_wishes(self, one: Somebody) -> None:
        self.run(self._wish, one)

    def all(self) -> list[Sending]:
        found: list[Sending] = self.run(sendings.of, self.announcement)
        return found


class Announced(RuleBasedStateMachine):
    """Things happen to both worlds; sums are right after each, phones as they should be."""

    database: tuple[Database, asyncio.AbstractEventLoop]

    @initialize(unwilling=st.sets(a_name, max_size=4), blocked=st.sets(a_name, max_size=2))
    def begin(self, unwilling: set[str], blocked: set[str]) -> None:
        known = {
            name: Somebody(0, wants=name not in unwilling, reachable=name not in blocked)
            for name in NAMES
        }
        late = NOW + timedelta(days=4)
        self.world = World(NOW, NOW + timedelta(days=6), late, known)
        self.real = Real(*self.database)
        self.real.begin(self.world)

    @property
    def first(self) -> Sending:
        return self.real.all()[0]

    # What the ticks do.

    @rule(pages=st.integers(1, 4), crash=st.booleans())
    def spread(self, pages: int, crash: bool) -> None:
        for one in self.real.all():
            for _page in range(pages):
                self._spread(one, crash=crash)

    def _spread(self, one: Sending, *, crash: bool = False, most: int = PAGE) -> int:
        if crash:
            self.real.crash(recipients.spread, one, self.world.now, most)
        before = self.real.run(sendings.find, one.id)
        wrote: int = self.real.run(recipients.spread, one, self.world.now, most)
        after = self.real.run(sendings.find, one.id)
        if one.kind == sendings.Kind.SEND:
            self.world.write_down(before.spread_to, after.spread_to)
        return wrote

    @rule(most=st.integers(1, PAGE), crash=st.booleans())
    def feed(self, most: int, crash: bool) -> None:
        for one in self.real.all():
            if crash:
                self.real.crash(recipients.feed, one, self.world.now, most)
            self.real.run(recipients.feed, one, self.world.now, most)

    @rule(crash=st.booleans())
    def gather(self, crash: bool) -> None:
        for one in self.real.all():
            if crash:
                self.real.crash(recipients.gather, one, self.world.now, PAGE)
            self.real.run(recipients.gather, one, self.world.now, PAGE)
            self.real.run(recipients.give_up, one, self.world.now, PAGE)
        self.world.is_paused |= self.first.why == sendings.Why.ERRORS
        self.real.run(sendings.finish, self.world.now)

    @rule()
    def look_again(self) -> None:
        one = self.first
        self.real.run(recipients.look_for_late, one, self.world.now)
        self.world.look_for_late(one.looked_for_late or one.started - GRACE)
        for run in self.real.all():
            self.real.run(recipients.sweep, run, self.world.now, PAGE)

    # What the sender does.

    @rule(ends=outcomes)
    def send(self, ends: Sequence[str]) -> None:
        self._send(ends)

    def _send(self, ends: Sequence[str]) -> int:
        """Claim what is due; each row ends in one of these ways, in turn."""
        busy = {chat for _kind, chat, _row in self.real.flying.values()}
        wanted = Claim("me", Lane.BULK, 5, busy, self.world.now, self.world.now)
        claimed = self.real.run(
            claims.claim, wanted, self._nothing, {recipients.RENDERER: self._render}
        )
        for row in claimed.rows:
            self.real.flying[row.id] = (row.kind, row.chat, row)
        for number, row in enumerate(claimed.rows):
            self._ends(row, ends[number % len(ends)])
        self.world.check()
        return len(claimed.rows)

    @staticmethod
    def _nothing(_tx: Tx, _name: str, _arguments: Mapping[str, Any]) -> None:
        raise AssertionError("nobody else promises anything")

    def _render(self, tx: Tx, asked: Sequence[Mapping[str, Any]]) -> list[Any]:
        answers = recipients.allowed(tx, asked, self.world.now)
        return [self._made(tx, one, answer) for one, answer in zip(asked, answers, strict=True)]

    def _made(self, tx: Tx, asked: Mapping[str, Any], answer: Any) -> Any:
        run = sendings.find(tx, asked["sending"])
        assert run is not None
        match answer:
            case gate.Pass():
                self._may(run, asked, {"pass"})
                return {"text": self.real.texts[run.id]}
            case gate.Later(at, why):
                self._may(run, asked, {"later"})
                return Held(at, why)
            case _:
                self._may(run, asked, {"never"})
                return Skipped(answer.why)

    def _may(self, run: Sending, asked: Mapping[str, Any], came: set[str]) -> None:
        """It was decided as the model decides; what was taken back meanwhile may be dropped."""
        if run.kind == sendings.Kind.SEND and not self._stale(asked):
            assert {self.world.answer(self.world.name(asked["person"]))} == came
        if run.state == State.CANCELLED:
            assert came == {"never"}

    def _stale(self, asked: Mapping[str, Any]) -> bool:
        return asked["person"] not in [one.number for one in self.world.people.values()]

    def _ends(self, row: Any, end: str) -> None:
        kind, chat, _row = self.real.flying[row.id]
        name = next(name for name, known in self.real.chats.items() if known == chat)
        one = self.world.people[name]
        if end == "hangs":
            return
        del self.real.flying[row.id]
        if end in ("sent", "came through") and not one.reachable and kind == Kind.SEND:
            end = "blocked"
        if end == "came through" and kind == Kind.SEND:
            one.doubtful += 1
        if end in ("sent", "came through"):
            self._arrives(name, kind, row)
        match end:
            case "sent":
                sent = {"row": row.id, "message": str(row.id), "at": self.world.now}
                self.real.run(delivery.record_sent, [sent])
            case "refused":
                self.real.run(delivery.settle, row.id, outbox.State.REFUSED, "Bad Request")
            case "blocked":
                self._block(name)
                self.real.run(delivery.settle, row.id, outbox.State.UNREACHABLE, "blocked")
            case "back":
                self.real.run(delivery.put_back, [row.id])
            case _:
                self.real.run(delivery.doubt, [row.id])

    def _arrives(self, name: str, kind: str, row: Any) -> None:
        match kind:
            case Kind.SEND:
                self.world.comes_through(name, row.content["text"])
            case Kind.EDIT:
                self.world.is_changed(name, row.content["text"])
            case _:
                self.world.is_deleted(name)

    @rule(end=st.sampled_from(["sent", "sent", "refused", "back", "lost", "came through"]))
    def land(self, end: str) -> None:
        """What hung on the wire comes out."""
        for row in list(self.real.flying):
            self._ends(self.real.flying[row][2], end)

    @rule(arrived=st.booleans())
    def restart(self, arrived: bool) -> None:
        """The process is killed with rows on the wire; the next one adopts them."""
        for kind, chat, row in self.real.flying.values():
            name = next(name for name, known in self.real.chats.items() if known == chat)
            one = self.world.people[name]
            if arrived and (one.reachable or kind != Kind.SEND):
                one.doubtful += kind == Kind.SEND
                self._arrives(name, kind, row)
        self.real.flying.clear()
        self.real.run(delivery.adopt, "the next one")

    # What people do.

    @rule(names=some_names, wants=st.booleans())
    def change_mind(self, names: list[str], wants: bool) -> None:
        for one in self._alive(names):
            one.wants = wants
            self.real.set_wishes(one)

    @rule(names=some_names)
    def join(self, names: list[str]) -> None:
        self.world.now += timedelta(seconds=1)
        for one in self._alive(names):
            if one.joined is None:
                one.joined, one.wants = self.world.now, True
                self.real.set_wishes(one)

    @rule(name=a_name, blocks=st.booleans())
    def block(self, name: str, blocks: bool) -> None:
        if blocks:
            self._block(name)
        elif self._alive([name]):
            self.world.people[name].reachable = True
            self.real.run(people.set_reachable, self.real.chats[name], reachable=True)
            self.real.run(outbox.renew, self.real.chats[name], self.world.now)

    def _block(self, name: str) -> None:
        self.world.people[name].reachable = False
        self.real.run(people.set_reachable, self.real.chats[name], reachable=False)
        self.real.run(outbox.cancel_for_chat, self.real.chats[name])

    @rule(name=a_name, days=st.integers(0, 3))
    def want_a_pause(self, name: str, days: int) -> None:
        for one in self._alive([name]):
            one.paused_until = self.world.now + timedelta(days=days) if days else None
            self.real.run(gate.pause, one.number, one.paused_until)

    @rule(name=a_name)
    def be_forgotten(self, name: str) -> None:
        if name in ("a", "b", "c"):
            for one in self._alive([name]):
                self.real.run(erasure.erase, one.number, self.real.chats[name], self.world.now)
                one.forgotten, one.reachable, one.number = True, False, -one.number

    def _alive(self, names: Sequence[str]) -> list[Somebody]:
        return [one for name in names if not (one := self.world.people[name]).forgotten]

    # What coordinators do.

    @rule(resume=st.booleans())
    def pause(self, resume: bool) -> None:
        one = self.first
        if resume and self.real.run(sendings.resume, one.id, self.world.now):
            self.world.is_paused = False
        elif not resume and self.real.run(sendings.pause, one.id):
            self.world.is_paused = True

    @rule(number=st.integers(0, 9))
    def stop_for_good(self, number: int) -> None:
        if number == 0 and self.real.run(sendings.cancel, self.first.id, self.world.now):
            self.world.is_cancelled, self.world.is_paused = True, False

    @rule()
    def send_again(self) -> None:
        for one in self.real.all():
            self.real.run(sendings.again, one.id, self.world.now)

    @rule(flying=st.booleans())
    def correct(self, flying: bool) -> None:
        if flying:
            self._fly()
        content = {"texts": {"nl": {"text": "y", "rich": False}}}
        number, by = self.real.announcement, self.real.coordinator
        made = self.real.run(sendings.correct, number, content, by, self.world.now)
        if made is not None:
            self.world.version += 1
            for run in (self.first.id, made):
                self.real.texts[run] = self.world.text

    @rule(number=st.integers(0, 4))
    def withdraw(self, number: int) -> None:
        if number == 0:
            self._fly()
            number, by = self.real.announcement, self.real.coordinator
            made = self.real.run(sendings.withdraw, number, by, self.world.now)
            if made is not None:
                self.real.texts[made] = NOTICE
                self.world.is_withdrawn = self.world.is_cancelled = True
                self.world.is_paused = False

    def _fly(self) -> None:
        """Something is on the wire just now."""
        self.feed(PAGE, crash=False)
        self._send(["hangs"])

    @rule(days=st.sampled_from([0, 0, 1, 2]), minutes=st.integers(1, 20))
    def time_passes(self, days: int, minutes: int) -> None:
        self.world.now += timedelta(days=days, minutes=minutes if days == 0 else 0)

    # In the end.

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        if self.world.is_paused:
            self.pause(resume=True)
        self.land("sent")
        for _round in range(6):
            self._all_goes_well()
            self.world.now += timedelta(minutes=11)
        self._as_it_should_be()

    def _all_goes_well(self) -> None:
        for _turn in range(40):
            runs = self.real.all()
            spread = [self._spread(one, most=100) for one in runs]
            fed = [self.real.run(recipients.feed, one, self.world.now, 100) for one in runs]
            sent = self._send(["sent"])
            self.gather(crash=False)
            if not any([*spread, *fed, sent]):
                return
        raise AssertionError("it does not come to rest")

    def _as_it_should_be(self) -> None:
        """By who is written down as what, and by what stands on the phones."""
        runs = {one.id: one for one in self.real.all()}
        first = next(iter(runs.values()))
        found = self.real.run(self._rows, list(runs))
        for (sending, number), (state, _reason) in found.items():
            one = self.world.one(number)
            if state in ("open", "promised"):
                raise AssertionError(f"{self.world.name(number)} is left {state} in {sending}")
            if sending == first.id and state == "sent":
                assert one.copies, "written down as sent, and not there"
                wanted = {GONE, NOTICE} if self.world.is_withdrawn else {self.world.text}
                last = found.get((max(runs), number), ("none", None))[0]
                if last in ("sent", "none"):
                    assert one.copies[0] in wanted or one.doubtful
        rows = {self.world.name(number) for sending, number in found if sending == first.id}
        alive = {name for name in self.world.meant if not self.world.people[name].forgotten}
        assert rows == alive
        for name in alive:
            self._got_it(name, *found[first.id, self.world.people[name].number])

    def _got_it(self, name: str, state: str, reason: str | None) -> None:
        """Everybody whom it is for and who wants it got it, or there is a reason."""
        one, world = self.world.people[name], self.world
        if state == "sent":
            return
        if one.copies:
            assert one.doubtful, f"{name} has it and is {state}"
        held = one.paused_until is not None and one.paused_until > world.now
        reasons = {
            "held": held or world.now < world.useful_until,
            "failed": True,
            "uncertain": one.doubtful > 0 or reason is None,
            "skipped": world.is_cancelled or one.refused_once or world.now >= world.useful_until,
        }
        assert reasons[state], f"{name} is {state} because of {reason}"

    @staticmethod
    def _rows(tx: Tx, runs: Sequence[int]) -> dict[tuple[int, int], tuple[str, str | None]]:
        row = tables.recipients.c
        found = select(row.sending, row.person, row.state, row.reason)
        return {
            (one.sending, one.person): (one.state, one.reason)
            for one in tx.execute(found.where(row.sending.in_(runs)))
        }


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
def test_announcements_do_as_the_model_does(url: str) -> None:
    kind = url.partition(":")[0]
    runs = int(os.environ.get("MODEL_RUNS") or RUNS[kind])
    with a_database(url) as database:
        machine = type("Machine", (Announced,), {"database": database})
        chosen = settings(max_examples=runs, stateful_step_count=STEPS, deadline=None)
        run_state_machine_as_test(machine, settings=chosen)
