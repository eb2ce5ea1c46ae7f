"""What waits: nothing at night, three a week of all kinds together, and out at the first moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from storage import digests, gate, invitations, people
from storage.audiences import Audience
from storage.people import Purpose
from storage.reminder_times import is_night
from storage.sendings import State
from tests.flows.gate_house import go_to
from tests.flows.meeting_house import plan
from tests.flows.running_house import coordinator
from tests.flows.sending_house import (
    agrees,
    begins,
    content,
    first,
    make_world,
    planned,
    runs,
    wants_news,
)
from tests.flows.whole import rows
from tests.phone import Phone, World

ZONE = ZoneInfo("Europe/Amsterdam")
BY_THEMSELVES = ("announcement", "invitation", "digest", "reminder")
"""Renderers of what counts for the week; of reminders here only those of an invitation come."""
A_WEEK = timedelta(days=7)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def boss(world: World) -> Phone:
    return coordinator(world, "boss")


@pytest.fixture
def noor(world: World) -> Phone:
    """Somebody who wants news and surveys, and whom nobody has written to yet."""
    phone = wants_news(world, "noor")
    agrees(phone, Purpose.SURVEY)
    return phone


def at(text: str) -> datetime:
    """A moment in March 2027, on the clock in the kitchen: `2 21:30` or `2 21:30:05`."""
    day, _space, hour = text.partition(" ")
    return datetime.fromisoformat(f"2027-03-{int(day):02} {hour}").replace(tzinfo=ZONE)


def came(phone: Phone) -> list[str]:
    """When something came by itself, on the clock in the kitchen."""
    return [moment.astimezone(ZONE).strftime("%-d %H:%M") for moment in arrivals(phone)]


def arrivals(phone: Phone) -> list[datetime]:
    """The moments at which something came by itself, the earliest first."""
    sent = [
        row["sent"]
        for row in rows(phone.world, "outbox")
        if row["chat"] == phone.chat and row["renderer"] in BY_THEMSELVES and row["state"] == "sent"
    ]
    return sorted(sent)


def sends_at(boss: Phone, moment: datetime, purpose: str = "news", **known: object) -> int:
    """Something that begins at this moment, when all before it has happened."""
    go_to(boss.world, moment - timedelta(minutes=1))
    said = content(f"It is {moment}.")
    return planned(boss, said, seconds=60, purpose=purpose, **known)


def moves(world: World, moments: Iterable[datetime]) -> None:
    for moment in moments:
        go_to(world, moment)


def test_what_night_falls_on_goes_on_at_nine_sharp(world: World, boss: Phone, noor: Phone) -> None:
    number = sends_at(boss, at("1 20:59"))
    world.now = at("1 20:59")
    begins(world, minutes=0)
    world.now = at("1 21:00")
    go_to(world, at("2 08:59:59"))
    assert came(noor) == []
    assert first(world, number).open == 1
    go_to(world, at("2 09:00"))
    go_to(world, at("2 09:01"))
    assert came(noor) == ["2 09:00"]
    assert first(world, number).sent == 1


def test_what_is_planned_for_the_night_begins_in_the_morning(
    world: World, boss: Phone, noor: Phone
) -> None:
    number = sends_at(boss, at("2 02:30"))
    go_to(world, at("2 08:59"))
    assert runs(world, number) == []
    go_to(world, at("2 09:01"))
    assert came(noor) == ["2 09:00"]


def test_what_is_of_no_use_by_the_morning_never_comes(
    world: World, boss: Phone, noor: Phone
) -> None:
    number = sends_at(boss, at("1 20:59"), useful_until=at("2 08:00"))
    world.now = at("1 20:59")
    begins(world, minutes=0)
    world.now = at("1 21:00")
    moves(world, (at("2 09:00"), at("2 09:30"), at("3 12:00")))
    assert came(noor) == []
    assert (first(world, number).skipped, first(world, number).open) == (1, 0)


def test_the_fourth_of_a_week_waits_until_the_first_is_a_week_old(
    world: World, boss: Phone, noor: Phone
) -> None:
    sends_at(boss, at("1 13:00"))
    sends_at(boss, at("2 13:00"), "survey")
    go_to(world, at("3 13:00"))
    walk = plan(world, days=20)
    world.run(invitations.invite, walk, Audience(), boss.person.id, world.now)
    go_to(world, at("3 13:01"))
    fourth = sends_at(boss, at("4 13:00"))
    go_to(world, at("8 12:59"))
    assert came(noor) == ["1 13:00", "2 13:00", "3 13:00"]
    assert (first(world, fourth).state, first(world, fourth).held) == (State.DONE, 1)
    moves(world, (at("8 13:00"), at("8 13:01")))
    assert came(noor)[3:] == ["8 13:00"]
    assert (first(world, fourth).held, first(world, fourth).sent) == (0, 1)


def test_the_overview_is_one_of_the_three(world: World, boss: Phone, noor: Phone) -> None:
    people_number = noor.person.id
    world.run(people.change, people_number, digest=True)
    sends_at(boss, at("2 13:00"), is_news=True)
    for day in (2, 3, 4):
        sends_at(boss, at(f"{day} 15:00"), "survey")
    moves(world, (at("5 10:00"), at("5 10:01"), at("9 14:59")))
    assert came(noor) == ["2 15:00", "3 15:00", "4 15:00"]
    go_to(world, at("12 10:01"))
    assert came(noor)[3:] == ["12 10:00"]
    assert "It is 2027-03-02" in noor.hears()[-1]


def test_a_pause_that_ends_at_night_lets_it_come_in_the_morning(
    world: World, boss: Phone, noor: Phone
) -> None:
    world.run(gate.pause, noor.person.id, at("3 23:00"))
    number = sends_at(boss, at("2 13:00"))
    go_to(world, at("4 08:59"))
    assert came(noor) == []
    assert first(world, number).held == 1
    moves(world, (at("4 09:00"), at("4 09:01")))
    assert came(noor) == ["4 09:00"]


def test_who_stops_it_while_it_waits_does_not_get_it(
    world: World, boss: Phone, noor: Phone
) -> None:
    world.run(gate.pause, noor.person.id, at("4 12:00"))
    number = sends_at(boss, at("2 13:00"))
    go_to(world, at("3 12:00"))
    noor.sends("f:stop_announcements:news")
    moves(world, (at("4 12:00"), at("4 12:01"), at("5 12:00")))
    assert came(noor) == []
    assert (first(world, number).skipped, first(world, number).open) == (1, 0)


class Month:
    """Four weeks in which anything happens to five people, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = make_world()
        self.boss = coordinator(self.world, "boss")
        self.readers = [wants_news(self.world, f"reader {n}") for n in range(5)]
        for phone in self.readers:
            agrees(phone, Purpose.SURVEY)
        self.paused: dict[str, tuple[datetime, datetime]] = {}
        self.stopped: dict[str, datetime] = {}
        self.arrived: dict[str, dict[int, datetime]] = defaultdict(dict)
        self.world.run(people.change, self.readers[0].person.id, digest=True)

    def goes_by(self) -> None:
        ways = (self.writes, self.writes, self.writes, self.invites, self.chooses)
        end = self.world.now + timedelta(days=28)
        while self.world.now < end:
            self.random.choice(ways)()
            self.waits(self.random.uniform(2, 36))
        for _day in range(16):
            self.waits(24)

    def waits(self, hours: float) -> None:
        """Time goes by; what came is noted, as it is forgotten after some days."""
        go_to(self.world, self.world.now + timedelta(hours=hours))
        for row in rows(self.world, "outbox"):
            if row["state"] == "sent" and row["renderer"] in BY_THEMSELVES:
                self.arrived[row["chat"]][row["id"]] = row["sent"]

    def writes(self) -> None:
        """Something for everybody, in the coming hours, also for the night."""
        seconds = self.random.choice((60, 3600, 9 * 3600))
        purpose = self.random.choice(("news", "survey"))
        until = self.world.now + timedelta(days=self.random.choice((1, 3, 14)))
        said = content(f"Said at {self.world.now}.")
        planned(self.boss, said, seconds=seconds, purpose=purpose, useful_until=until)

    def invites(self) -> None:
        days = (self.world.now.date() - at("1 12:00").date()).days + 21
        walk = plan(self.world, f"walk {self.world.now}", days=days)
        boss = self.boss.person.id
        self.world.run(invitations.invite, walk, Audience(), boss, self.world.now)

    def chooses(self) -> None:
        """Somebody pauses, or wants it weekly or singly, or stops it for good."""
        phone, now = self.random.choice(self.readers), self.world.now
        match self.random.choice(("pause", "weekly", "single", "stop")):
            case "pause":
                until = now + timedelta(hours=self.random.uniform(5, 100))
                self.world.run(gate.pause, phone.person.id, until)
                self.paused[phone.chat] = (now, until)
            case "stop" if len(self.stopped) < 2 and phone.chat not in self.stopped:
                agrees(phone, given=False)
                agrees(phone, Purpose.SURVEY, given=False)
                self.stopped[phone.chat] = now
            case how:
                self.world.run(digests.choose, phone.person, now, weekly=how == "weekly")


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_in_a_month_no_one_gets_too_much_or_at_night(seed: int) -> None:
    month = Month(seed)
    month.goes_by()
    for phone in month.readers:
        moments = sorted(month.arrived[phone.chat].values())
        assert not any(is_night(moment, ZONE.key) for moment in moments)
        apart = [late - early for early, late in zip(moments, moments[3:], strict=False)]
        assert all(span >= A_WEEK for span in apart)
        since, until = month.paused.get(phone.chat, (month.world.now, month.world.now))
        assert not any(since < moment < until for moment in moments)
        stopped = month.stopped.get(phone.chat)
        assert len(moments) >= 8 or stopped is not None
        assert stopped is None or all(moment <= stopped for moment in moments)
    for one in rows(month.world, "announcements"):
        assert [(run.state, run.open) for run in runs(month.world, one["id"])] == [(State.DONE, 0)]
