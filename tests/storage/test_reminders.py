"""Reminders as rows: promised once, ahead of time, and looked at again before they go."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from storage import Database, Tx, people, reminders, rsvps, tables
from storage.meetings import Meeting, Status
from storage.reminder_times import Kind
from storage.rsvps import Party
from storage.tables import outbox
from tests.storage.planning import NOW, crowd, plan, somebody, wall


def rows(tx: Tx) -> list[tuple[str, datetime, datetime]]:
    found = tx.execute(select(outbox.c.key, outbox.c.due, outbox.c.useful_until))
    return sorted((row.key, row.due, row.useful_until) for row in found)


def kinds(tx: Tx) -> list[str]:
    found = tx.execute(select(outbox.c.arguments).order_by(outbox.c.due, outbox.c.id))
    return [arguments["kind"] for arguments in found.scalars()]


async def signed_up(db: Database, *, days: float = 7, seats: int = 1) -> tuple[Meeting, int]:
    made = await db.run(plan, days=days)
    noor = await db.run(somebody)
    await db.run(rsvps.claim, made.id, Party(noor, seats), NOW)
    return made, noor


def promised(meeting: Meeting, person: int, kind: Kind) -> dict[str, Any]:
    return {"meeting": meeting.id, "start": meeting.starts.isoformat(), "kind": kind,
            "person": person}  # fmt: skip


async def test_three_reminders_are_promised_once(db: Database) -> None:
    made, noor = await signed_up(db, days=8)
    assert await db.run(reminders.promise, NOW) == 0
    day_later = NOW + timedelta(days=1)
    assert await db.run(reminders.promise, day_later) == 3
    assert await db.run(reminders.promise, day_later) == 0
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


async def test_what_was_due_before_somebody_signed_up_is_not_promised(db: Database) -> None:
    await signed_up(db, days=7)  # the first was due at ten this morning
    await db.run(reminders.promise, NOW)
    assert await db.read(kinds) == ["day", "hours"]


async def test_only_yes_and_maybe_are_reminded(db: Database) -> None:
    made = await db.run(plan, days=1)
    yes, maybe, no, silent = await db.run(crowd, 4)
    await db.run(rsvps.claim, made.id, Party(yes, 1), NOW - timedelta(days=1))
    await db.run(rsvps.maybe, made.id, maybe, NOW)
    await db.run(rsvps.withdraw, made.id, no, NOW)
    await db.run(reminders.promise, NOW)
    found = [key.split(":")[-2:] for key, _due, _until in await db.read(rows)]
    assert found == [["day", str(yes)], ["hours", str(yes)], ["hours", str(maybe)]]
    assert silent > no


async def test_nothing_is_promised_to_whom_it_cannot_reach(db: Database) -> None:
    await signed_up(db, days=3)
    await db.run(people.set_reachable, "telegram:noor", reachable=False)
    assert await db.run(reminders.promise, NOW) == 0
    await db.run(people.set_reachable, "telegram:noor", reachable=True)
    assert await db.run(reminders.promise, NOW) == 2


async def test_what_is_of_no_use_any_more_is_not_promised(db: Database) -> None:
    await signed_up(db, days=8)
    await db.run(reminders.promise, NOW + timedelta(days=7))
    assert await db.read(kinds) == ["day", "hours"]


async def test_a_big_meeting_is_promised_in_pages(db: Database) -> None:
    made = await db.run(plan, days=2)
    for person in await db.run(crowd, 25):
        await db.run(rsvps.maybe, made.id, person, NOW)
    counts = [await db.run(reminders.promise, NOW, 10) for _ in range(4)]
    assert counts == [20, 20, 10, 0]


async def test_the_soonest_meeting_goes_first(db: Database) -> None:
    late, soon = await db.run(plan, "late", days=5), await db.run(plan, "soon", days=4)
    noor = await db.run(somebody)
    for meeting in (late, soon):
        await db.run(rsvps.maybe, meeting.id, noor, NOW)
    await db.run(reminders.promise, NOW, 1)
    assert {key.split(":")[1] for key, *_ in await db.read(rows)} == {str(soon.id)}


async def test_a_late_sign_up_does_not_stand_in_the_way(db: Database) -> None:
    made = await db.run(plan, days=1)
    early, late = await db.run(crowd, 2)
    await db.run(rsvps.maybe, made.id, late, made.starts - timedelta(hours=1))
    await db.run(rsvps.maybe, made.id, early, NOW)
    assert await db.run(reminders.promise, made.starts - timedelta(minutes=59), 1) == 1
    assert await db.run(reminders.promise, made.starts - timedelta(minutes=59), 1) == 0


async def test_a_meeting_that_moved_is_reminded_of_anew(db: Database) -> None:
    made, noor = await signed_up(db, days=3)
    await db.run(reminders.promise, NOW)
    moved = await db.run(plan, days=4)
    await db.run(reminders.promise, NOW)
    assert len(await db.read(rows)) == 4
    assert await db.run(reminders.still_wanted, promised(made, noor, Kind.DAY), NOW) is None
    again = await db.run(reminders.still_wanted, promised(moved, noor, Kind.DAY), NOW)
    assert again is not None
    assert again.meeting == moved


async def test_a_corrected_title_does_not_remind_twice(db: Database) -> None:
    made, noor = await signed_up(db, days=3)
    await db.run(reminders.promise, NOW)
    await db.run(plan, days=3, title="A walk, corrected")
    assert await db.run(reminders.promise, NOW) == 0
    reminder = await db.run(reminders.still_wanted, promised(made, noor, Kind.DAY), NOW)
    assert reminder is not None
    assert reminder.meeting.title == "A walk, corrected"
    assert (reminder.person.id, reminder.rsvp.seats) == (noor, 1)


def no_more(tx: Tx, meeting: int, person: int, reason: str) -> None:
    match reason:
        case "signed off":
            rsvps.withdraw(tx, meeting, person, NOW)
        case "cancelled":
            plan(tx, days=3, status=Status.CANCELLED)
        case "switched off":
            people.change(tx, person, reminders=False)
        case "blocked":
            people.set_reachable(tx, "telegram:noor", reachable=False)
        case "forgotten":
            tx.execute(tables.people.delete())


@pytest.mark.parametrize(
    "reason", ["signed off", "cancelled", "switched off", "blocked", "forgotten"]
)
async def test_a_reminder_that_is_not_wanted_any_more_is_not_sent(
    db: Database, reason: str
) -> None:
    made, noor = await signed_up(db, days=3)
    asked = promised(made, noor, Kind.DAY)
    assert await db.run(reminders.still_wanted, asked, NOW) is not None
    await db.run(no_more, made.id, noor, reason)
    assert await db.run(reminders.still_wanted, asked, NOW) is None


async def test_no_reminder_comes_after_the_start(db: Database) -> None:
    made, noor = await signed_up(db, days=3)
    asked = promised(made, noor, Kind.HOURS)
    just_before = made.starts - timedelta(seconds=1)
    assert await db.run(reminders.still_wanted, asked, just_before) is not None
    assert await db.run(reminders.still_wanted, asked, made.starts) is None


async def test_one_that_would_come_at_night_waits_for_the_morning(db: Database) -> None:
    made, noor = await signed_up(db, days=6)
    night = datetime.fromisoformat("2027-03-02T22:00:00+00:00")
    asked = promised(made, noor, Kind.WEEK)
    for _ in range(2):
        assert await db.run(reminders.still_wanted, asked, night) is None
    [(key, due, until)] = await db.read(rows)
    assert key.endswith(f":week:{noor}:morning")
    assert due.isoformat() == "2027-03-03T08:00:00+00:00"
    assert until.isoformat() == "2027-03-04T18:30:00+00:00"
    assert await db.run(reminders.still_wanted, asked, due) is not None


async def test_one_that_is_of_no_use_in_the_morning_is_left_out(db: Database) -> None:
    noor = await db.run(somebody)
    breakfast = wall("2027-03-03T09:30")
    made = await db.run(plan, start=breakfast)
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    night = datetime.fromisoformat("2027-03-02T22:00:00+00:00")
    assert await db.run(reminders.still_wanted, promised(made, noor, Kind.DAY), night) is None
    assert await db.read(rows) == []


def plans(tx: Tx) -> str:
    """How the database goes about everything that looking for new promises reads."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(tx.connection, "before_cursor_execute", note)
    reminders.promise(tx, NOW)
    event.remove(tx.connection, "before_cursor_execute", note)
    driver = tx.connection.exec_driver_sql
    if tx.postgres:
        driver("SET LOCAL enable_seqscan = off")
    how = "EXPLAIN " if tx.postgres else "EXPLAIN QUERY PLAN "
    reading = [one for one in seen if one[0].startswith("SELECT")]
    return "\n".join(str(row) for one in reading for row in driver(how + one[0], one[1]))


async def test_looking_for_new_promises_reads_no_whole_table(db: Database) -> None:
    await signed_up(db, days=3)
    found = await db.run(plans)
    assert "ix_meetings_starts" in found
    assert "uq_outbox_key" in found or "sqlite_autoindex_outbox" in found
    assert "Seq Scan" not in found
    assert "SCAN rsvps" not in found
    assert "SCAN outbox" not in found
