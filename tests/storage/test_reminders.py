"""Reminders as rows: planned ahead, promised when they are due, looked at again before they go."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from storage import (
    Database,
    Tx,
    fanout,
    gate,
    outbox,
    people,
    planned,
    planning,
    reminders,
    rsvps,
    tables,
)
from storage.desk import Skipped
from storage.meetings import Kind as MeetingKind
from storage.meetings import Meeting, Status
from storage.people import Consent, Purpose
from storage.reminder_times import Kind, all_slots
from storage.reminders import Reminder, Why
from storage.rsvps import Party, Seated
from storage.tables import outbox as outbox_table
from tests.storage.planning import NOW, crowd, plan, somebody, wall
from tests.storage.statements import Statements


def rows(tx: Tx) -> list[tuple[str, datetime, datetime]]:
    table = outbox_table.c
    found = tx.execute(select(table.key, table.due, table.useful_until))
    return sorted((row.key, row.due, row.useful_until) for row in found)


def whom(tx: Tx) -> list[tuple[str, int]]:
    """Which kind was promised to whom."""
    found = tx.execute(select(outbox_table.c.arguments).order_by(outbox_table.c.id)).scalars()
    return sorted((one["kind"], one["person"]) for one in found)


async def tick(db: Database, now: datetime, page: int = 200) -> int:
    await db.run(reminders.plan, now)
    return await db.run(reminders.promise, now, page)


async def until(db: Database, end: datetime, *, first: datetime = NOW) -> None:
    """Everything that is planned from one moment to another."""
    now: datetime | None = first
    while now is not None and now <= end:
        await tick(db, now)
        now = await db.read(planned.next_event, now)


async def signed_up(db: Database, *, days: float = 7, seats: int = 1) -> tuple[Meeting, int]:
    made = await db.run(plan, days=days)
    noor = await db.run(somebody)
    assert await db.run(rsvps.claim, made.id, Party(noor, seats), NOW) == Seated(seats)
    return made, noor


def promised(meeting: Meeting, person: int, kind: Kind) -> dict[str, Any]:
    return {"meeting": meeting.id, "start": meeting.starts.isoformat(), "kind": kind,
            "person": person}  # fmt: skip


def due(meeting: Meeting, kind: Kind) -> datetime:
    return next(s.due for s in all_slots(meeting.starts, meeting.zone) if s.kind is kind)


async def test_three_reminders_are_promised_once_each_when_due(db: Database) -> None:
    made, noor = await signed_up(db, days=8)
    await until(db, made.starts)
    await until(db, made.starts)
    start = "2027-03-09T18:30:00+00:00"
    assert made.starts.isoformat() == start
    assert await db.read(rows) == [
        (f"reminder:{made.id}:{start}:day:{noor}",
         datetime.fromisoformat("2027-03-08T09:00:00+00:00"),
         datetime.fromisoformat("2027-03-09T12:30:00+00:00")),
        (f"reminder:{made.id}:{start}:hours:{noor}",
         datetime.fromisoformat("2027-03-09T16:30:00+00:00"),
         datetime.fromisoformat("2027-03-09T18:30:00+00:00")),
        (f"reminder:{made.id}:{start}:week:{noor}",
         datetime.fromisoformat("2027-03-02T09:00:00+00:00"),
         datetime.fromisoformat("2027-03-06T18:30:00+00:00")),
    ]  # fmt: skip


async def test_what_is_far_off_is_not_planned_yet(db: Database) -> None:
    made, _noor = await signed_up(db, days=40)
    await until(db, made.starts)
    assert await db.read(rows) == []
    assert await db.read(fanout.of_meeting, reminders.KIND, made.id) == []


async def test_nothing_is_promised_before_it_is_due(db: Database) -> None:
    made, noor = await signed_up(db, days=8)
    first = due(made, Kind.WEEK)
    assert await tick(db, first - timedelta(seconds=1)) == 0
    assert await tick(db, first) == 1
    assert await db.read(whom) == [("week", noor)]


async def test_what_was_due_before_somebody_signed_up_is_not_promised(db: Database) -> None:
    made, noor = await signed_up(db, days=7)  # the first was due at ten this morning
    await until(db, made.starts)
    assert await db.read(whom) == [("day", noor), ("hours", noor)]


async def test_only_yes_and_maybe_are_reminded(db: Database) -> None:
    made = await db.run(plan, days=1)
    yes, maybe, no, silent = await db.run(crowd, 4)
    await db.run(rsvps.claim, made.id, Party(yes, 1), NOW - timedelta(days=1))
    await db.run(rsvps.maybe, made.id, maybe, NOW)
    await db.run(rsvps.withdraw, made.id, no, NOW)
    await until(db, made.starts)
    assert await db.read(whom) == [("day", yes), ("hours", yes), ("hours", maybe)]
    assert silent > no


async def test_who_is_in_line_is_not_reminded(db: Database) -> None:
    made = await db.run(plan, days=3, capacity=1)
    seated, waits = await db.run(crowd, 2)
    await db.run(rsvps.claim, made.id, Party(seated, 1), NOW)
    await db.run(rsvps.claim, made.id, Party(waits, 1), NOW)
    await until(db, due(made, Kind.DAY))
    assert await db.read(whom) == [("day", seated)]


@pytest.mark.parametrize(
    "hidden", [{"status": Status.DRAFT}, {"publishes": NOW + timedelta(days=9)}]
)
async def test_what_nobody_sees_reminds_nobody(db: Database, hidden: dict[str, Any]) -> None:
    made, _noor = await signed_up(db, days=8)
    await db.run(lambda tx: tx.execute(tables.meetings.update().values(**hidden)).rowcount)
    await until(db, made.starts)
    assert await db.read(rows) == []


async def test_places_of_a_day_remind_like_any_meeting(db: Database) -> None:
    day = await db.run(plan, "day", days=3, kind=MeetingKind.DAY)
    place = await db.run(plan, "place", days=3, kind=MeetingKind.PLACE, day=day.id)
    noor = await db.run(somebody)
    await db.run(rsvps.claim, place.id, Party(noor, 1), NOW)
    await until(db, place.starts)
    assert {key.split(":")[1] for key, *_ in await db.read(rows)} == {str(place.id)}


async def test_a_big_meeting_is_promised_in_pages(db: Database) -> None:
    made = await db.run(plan, days=2)
    for person in await db.run(crowd, 25):
        await db.run(rsvps.maybe, made.id, person, NOW)
    then = due(made, Kind.DAY)
    await db.run(reminders.plan, then)
    counts = [await db.run(reminders.promise, then, 10) for _ in range(4)]
    assert (sum(counts), max(counts)) == (25, 10)
    assert len(await db.read(rows)) == 25


async def test_a_page_that_was_rolled_back_is_promised_again_and_once(db: Database) -> None:
    made = await db.run(plan, days=2)
    for person in await db.run(crowd, 5):
        await db.run(rsvps.maybe, made.id, person, NOW)
    then = due(made, Kind.DAY)
    await db.run(reminders.plan, then)

    def killed(tx: Tx) -> None:
        assert reminders.promise(tx, then, 3) > 0
        raise LookupError("killed in between")

    with pytest.raises(LookupError):
        await db.run(killed)
    assert sum([await db.run(reminders.promise, then, 3) for _ in range(3)]) == 5
    assert len(await db.read(rows)) == 5


async def test_many_at_once_share_a_page(db: Database) -> None:
    made = [await db.run(plan, f"place {n}", days=2) for n in range(4)]
    for number, person in enumerate(await db.run(crowd, 8)):
        await db.run(rsvps.maybe, made[number % 4].id, person, NOW)
    then = due(made[0], Kind.DAY)
    await db.run(reminders.plan, then)
    counts = [await db.run(reminders.promise, then, 3) for _ in range(6)]
    assert sum(counts) == 8
    assert max(counts) <= 3


async def test_reminders_without_readers_do_not_hold_up_the_others(db: Database) -> None:
    made = [await db.run(plan, f"place {n}", days=2) for n in range(12)]
    noor = await db.run(somebody)
    await db.run(rsvps.maybe, made[-1].id, noor, NOW)
    assert await tick(db, due(made[-1], Kind.DAY)) == 1


async def test_many_meetings_are_planned_the_soonest_first_and_each_once(db: Database) -> None:
    def many(tx: Tx) -> None:
        for number in range(60):
            plan(tx, f"walk {number}", days=30 - number / 4)

    await db.run(many)
    planned_so_far = [await db.run(reminders.plan, NOW) for _ in range(3)]
    assert planned_so_far == [164, 76, 0]
    first = await db.read(fanout.of_meeting, reminders.KIND, 60)
    last = await db.read(fanout.of_meeting, reminders.KIND, 1)
    assert max(one.id for one in first) < min(one.id for one in last)


async def test_who_is_yet_to_hear_of_a_new_time_is_not_reminded_of_it_before(db: Database) -> None:
    made, noor = await signed_up(db)
    ali = await db.run(somebody, "ali")
    afternoon = due(made, Kind.DAY) + timedelta(hours=5)
    moved = await db.run(planning.edit, made.id, None, afternoon, start=wall("2027-03-08T20:00"))
    await db.run(rsvps.claim, made.id, Party(ali, 1), afternoon)
    await tick(db, afternoon)
    news = await db.run(reminders.still_wanted, promised(moved, noor, Kind.DAY), afternoon)
    assert news == Skipped(Why.MOVED)
    then = due(moved, Kind.HOURS)
    for person in (noor, ali):
        again = await db.run(reminders.still_wanted, promised(moved, person, Kind.HOURS), then)
        assert isinstance(again, Reminder)


async def test_a_move_that_was_taken_back_costs_no_reminder(db: Database) -> None:
    made, noor = await signed_up(db)
    then = due(made, Kind.DAY)
    for start in ("2027-03-08T20:00", "2027-03-08T19:30"):
        before = then - timedelta(minutes=5)
        await db.run(planning.edit, made.id, None, before, start=wall(start))
    again = await db.run(reminders.still_wanted, promised(made, noor, Kind.DAY), then)
    assert isinstance(again, Reminder)


async def test_a_new_title_after_a_move_that_was_told_costs_no_reminder(db: Database) -> None:
    made, noor = await signed_up(db)
    moved = await db.run(planning.edit, made.id, None, NOW, start=wall("2027-03-08T20:00"))
    then = due(moved, Kind.DAY)
    await db.run(planning.edit, made.id, None, then - timedelta(minutes=5), title="A long walk")
    again = await db.run(reminders.still_wanted, promised(moved, noor, Kind.DAY), then)
    assert isinstance(again, Reminder)


async def test_a_meeting_that_moved_is_reminded_of_anew(db: Database) -> None:
    made, noor = await signed_up(db, days=3)
    await until(db, due(made, Kind.DAY))
    moved = await db.run(plan, days=4)
    await until(db, moved.starts, first=due(made, Kind.DAY))
    assert await db.read(whom) == [("day", noor), ("day", noor), ("hours", noor)]
    then = due(moved, Kind.DAY)
    was = await db.run(reminders.still_wanted, promised(made, noor, Kind.DAY), then)
    assert was == Skipped(Why.MOVED)
    again = await db.run(reminders.still_wanted, promised(moved, noor, Kind.DAY), then)
    assert isinstance(again, Reminder)
    assert again.meeting == moved


async def test_a_corrected_title_does_not_remind_twice(db: Database) -> None:
    made, noor = await signed_up(db, days=3)
    then = due(made, Kind.DAY)
    await until(db, then)
    await db.run(plan, days=3, title="A walk, corrected")
    assert await tick(db, then + timedelta(minutes=1)) == 0
    reminder = await db.run(reminders.still_wanted, promised(made, noor, Kind.DAY), then)
    assert isinstance(reminder, Reminder)
    assert reminder.rsvp is not None
    assert reminder.meeting.title == "A walk, corrected"
    assert (reminder.person.id, reminder.rsvp.seats) == (noor, 1)


async def test_a_kind_that_is_off_when_it_is_due_is_not_promised(db: Database) -> None:
    made, noor = await signed_up(db, days=3)
    await db.run(plan, days=3, reminders=[Kind.HOURS])
    await until(db, due(made, Kind.DAY))
    await db.run(plan, days=3, reminders=None)
    await until(db, made.starts, first=due(made, Kind.DAY))
    assert await db.read(whom) == [("hours", noor)]


def no_more(tx: Tx, meeting: int, person: int, reason: str) -> None:
    match reason:
        case "signed off":
            rsvps.withdraw(tx, meeting, person, NOW)
        case "cancelled":
            plan(tx, days=3, status=Status.CANCELLED)
        case "not published":
            plan(tx, days=3, status=Status.DRAFT)
        case "moved":
            plan(tx, days=4)
        case "off for the meeting":
            plan(tx, days=3, reminders=["hours"])
        case "switched off":
            people.change(tx, person, reminders=False)
        case outbox.TAKEN_BACK:
            people.set_reachable(tx, "telegram:noor", reachable=False)
        case "gone":
            tx.execute(tables.people.delete())


@pytest.mark.parametrize(
    "reason",
    [
        "signed off", "cancelled", "not published", "moved", "off for the meeting", "switched off",
        outbox.TAKEN_BACK, "gone",
    ],
)  # fmt: skip
async def test_a_reminder_that_is_not_wanted_any_more_says_why(db: Database, reason: str) -> None:
    made, noor = await signed_up(db, days=3)
    asked, then = promised(made, noor, Kind.DAY), due(made, Kind.DAY)
    assert isinstance(await db.run(reminders.still_wanted, asked, then), Reminder)
    await db.run(no_more, made.id, noor, reason)
    assert await db.run(reminders.still_wanted, asked, then) == Skipped(reason)


async def test_no_reminder_comes_after_the_start(db: Database) -> None:
    made, noor = await signed_up(db, days=3)
    asked = promised(made, noor, Kind.HOURS)
    just_before = made.starts - timedelta(seconds=1)
    assert isinstance(await db.run(reminders.still_wanted, asked, just_before), Reminder)
    assert await db.run(reminders.still_wanted, asked, made.starts) == Skipped(Why.BEGUN)


async def test_one_that_would_come_at_night_waits_for_the_morning(db: Database) -> None:
    made, noor = await signed_up(db, days=6)
    night = datetime.fromisoformat("2027-03-02T22:00:00+00:00")
    asked = promised(made, noor, Kind.WEEK)
    for _ in range(2):
        assert await db.run(reminders.still_wanted, asked, night) == Skipped(Why.MORNING)
    [(key, then, useful)] = await db.read(rows)
    assert key.endswith(f":week:{noor}:morning")
    assert then.isoformat() == "2027-03-03T08:00:00+00:00"
    assert useful.isoformat() == "2027-03-04T18:30:00+00:00"
    assert isinstance(await db.run(reminders.still_wanted, asked, then), Reminder)


async def test_one_that_is_of_no_use_in_the_morning_is_left_out(db: Database) -> None:
    noor = await db.run(somebody)
    breakfast = wall("2027-03-03T09:30")
    made = await db.run(plan, start=breakfast, end=breakfast + timedelta(hours=1))
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    night = datetime.fromisoformat("2027-03-02T22:00:00+00:00")
    left = await db.run(reminders.still_wanted, promised(made, noor, Kind.DAY), night)
    assert left == Skipped(Why.TOO_LATE)
    assert await db.read(rows) == []


# To who was invited and is silent.


def invited(tx: Tx, meeting: Meeting, persons: Collection[int], at: datetime = NOW) -> None:
    """Invite people, all of whom agreed to that; their invitations went."""
    one = fanout.start(tx, f"invitation:{at}", "invitation", meeting.id, {}, None, at, at)
    fanout.drop(tx, one.id, at)
    for person in persons:
        row = {"meeting": meeting.id, "person": person, "fanout": one.id, "created": at}
        tx.execute(insert(tables.invitations), row)
        people.record_consent(tx, person, Consent(Purpose.NEWS, True, "1", "nl", "test", at))
        found = people.find(tx, person)
        assert found is not None
        decided = gate.decide(tx, found, Purpose.NEWS, f"invitation:{one.id}:{person}", at)
        assert decided == gate.Pass()


async def test_who_was_invited_and_is_silent_is_asked_once(db: Database) -> None:
    made = await db.run(plan, days=5, capacity=1)
    yes, no, waits, silent, late = await db.run(crowd, 5)
    await db.run(invited, made, [yes, no, waits, silent])
    await db.run(rsvps.claim, made.id, Party(yes, 1), NOW)
    await db.run(rsvps.withdraw, made.id, no, NOW)
    await db.run(rsvps.claim, made.id, Party(waits, 1), NOW)
    await db.run(invited, made, [late], due(made, Kind.SILENT) + timedelta(minutes=1))
    await until(db, made.starts)
    assert [one for one in await db.read(whom) if one[0] == "silent"] == [("silent", silent)]


async def test_who_goes_to_another_place_of_the_day_is_not_silent(db: Database) -> None:
    day = await db.run(plan, "day", days=5, kind=MeetingKind.DAY)
    here, there = [
        await db.run(plan, f"place {n}", days=5, kind=MeetingKind.PLACE, day=day.id)
        for n in range(2)
    ]
    goes, silent = await db.run(crowd, 2)
    await db.run(invited, here, [goes, silent])
    await db.run(rsvps.maybe, there.id, goes, NOW)
    await until(db, due(here, Kind.SILENT))
    assert await db.read(whom) == [("silent", silent)]


async def asked(db: Database, *, days: float = 5) -> tuple[dict[str, Any], datetime, Meeting, int]:
    made = await db.run(plan, days=days)
    noor = await db.run(somebody)
    await db.run(invited, made, [noor])
    return promised(made, noor, Kind.SILENT), due(made, Kind.SILENT), made, noor


async def test_who_answers_in_time_is_not_asked_again(db: Database) -> None:
    wanted, then, made, noor = await asked(db)
    reminder = await db.run(reminders.still_wanted, wanted, then)
    assert isinstance(reminder, Reminder)
    assert reminder.rsvp is None
    await db.run(rsvps.withdraw, made.id, noor, NOW)
    assert await db.run(reminders.still_wanted, wanted, then) == Skipped(Why.ANSWERED)


async def test_the_gate_may_hold_back_who_is_asked(db: Database) -> None:
    wanted, then, _made, noor = await asked(db)
    said = Consent(Purpose.NEWS, False, "1", "nl", "test", NOW)
    await db.run(people.record_consent, noor, said)
    assert await db.run(reminders.still_wanted, wanted, then) == Skipped(gate.Why.NO_CONSENT)


async def test_who_wants_a_pause_is_asked_after_it_while_that_is_of_use(db: Database) -> None:
    wanted, then, _made, noor = await asked(db)
    await db.run(gate.pause, noor, then + timedelta(hours=3))
    assert await db.run(reminders.still_wanted, wanted, then) == Skipped(Why.LATER)
    [(_key, later, _useful)] = await db.read(rows)
    assert later == then + timedelta(hours=3)
    assert isinstance(await db.run(reminders.still_wanted, wanted, later), Reminder)
    await db.run(gate.pause, noor, then + timedelta(days=20))
    assert await db.run(reminders.still_wanted, wanted, then) != Skipped(Why.LATER)
    assert len(await db.read(rows)) == 1


async def test_who_was_never_sent_the_invitation_is_not_asked(db: Database) -> None:
    wanted, then, _made, _noor = await asked(db)
    await db.run(lambda tx: tx.execute(tables.gate_decisions.delete()).rowcount)
    assert await db.run(reminders.still_wanted, wanted, then) == Skipped(Why.NOT_INVITED)


async def test_after_the_deadline_nobody_is_asked(db: Database) -> None:
    wanted, then, _made, _noor = await asked(db)
    await db.run(plan, days=5, deadline=wall("2027-03-02T12:00"))
    assert await db.run(reminders.still_wanted, wanted, then) == Skipped(Why.CLOSED)


async def test_looking_for_reminders_reads_no_whole_table(db: Database) -> None:
    made, _noor = await signed_up(db, days=3)
    await db.run(invited, made, await db.run(crowd, 2))
    heard = Statements(db)
    with heard.listening():
        await until(db, made.starts)
        wanted = promised(made, 1, Kind.SILENT)
        await db.run(reminders.still_wanted, wanted, due(made, Kind.SILENT))
    growing = {"rsvps", "outbox", "people", "invitations", "waiting_list", "meetings"}
    if db.store.__class__.__name__ == "SqliteStore":
        assert await heard.walks(growing) == []
