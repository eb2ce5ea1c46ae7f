"""What a host sees of the reminders: whom they go to, and what became of each."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event, insert, update

from storage import Database, Tx, claims, people, reminder_report, reminders, rsvps, tables
from storage.claims import Claim
from storage.desk import Skipped
from storage.meetings import Meeting
from storage.outbox import Content, Lane
from storage.reminder_report import Line, Whom
from storage.reminder_times import Kind, all_slots
from storage.rsvps import Party
from tests.storage.planning import NOW, crowd, plan


async def lines(db: Database, meeting: Meeting) -> dict[Kind, Line]:
    return {line.slot.kind: line for line in await db.read(reminder_report.lines, meeting)}


async def one_of_each(db: Database) -> tuple[Meeting, list[int]]:
    """Six people who are reminded the day before, of whom five meet with something else."""
    made = await db.run(plan, days=2)
    many = await db.run(crowd, 6)
    for person in many:
        await db.run(rsvps.claim, made.id, Party(person, 1), NOW)
    return made, many


async def test_whom_the_next_ones_go_to_is_counted_by_answer(db: Database) -> None:
    made, many = await one_of_each(db)
    await db.run(rsvps.maybe, made.id, many[0], NOW)
    await db.run(rsvps.withdraw, made.id, many[1], NOW)
    await db.run(lambda tx: people.change(tx, many[2], reminders=False))
    await db.run(people.set_reachable, "telegram:person 3", reachable=False)
    asked = [{"meeting": made.id, "person": one, "created": NOW} for one in many[:1]]
    silent = (await db.run(crowd, 8))[6:]
    asked += [{"meeting": made.id, "person": one, "created": NOW} for one in silent]
    await db.run(lambda tx: tx.execute(insert(tables.invitations), asked).rowcount)
    assert await db.read(reminder_report.whom, made) == Whom(yes=2, maybe=1, silent=2)


def ends(tx: Tx, key: str, state: str) -> None:
    error = "switched off" if state == "cancelled" else None
    row = update(tables.outbox).where(tables.outbox.c.key == key)
    tx.execute(row.values(state=state, error=error))


async def test_what_became_of_each_is_counted_with_the_reason(db: Database) -> None:
    made, many = await one_of_each(db)
    slots = {slot.kind: slot for slot in all_slots(made.starts, made.zone)}
    now = slots[Kind.DAY].due
    await db.run(reminders.plan, now)
    before = await lines(db, made)
    assert (before[Kind.DAY].has_begun, before[Kind.DAY].waiting) == (False, 0)
    await db.run(reminders.promise, now)
    assert (await lines(db, made))[Kind.DAY].waiting == 6
    states = ["sent", "missed", "unreachable", "uncertain", "cancelled", "waiting"]
    for person, state in zip(many, states, strict=True):
        await db.run(ends, f"{reminders.key(made, Kind.DAY)}:{person}", state)
    day = (await lines(db, made))[Kind.DAY]
    assert (day.sent, day.missed, day.failed, day.waiting) == (1, 1, 2, 1)
    assert day.skipped == {"switched off": 1}
    assert day.has_begun


async def test_one_that_was_put_off_is_counted_once(db: Database) -> None:
    made, many = await one_of_each(db)
    night = {slot.kind: slot for slot in all_slots(made.starts, made.zone)}[Kind.DAY].due
    night += timedelta(hours=12)
    await db.run(reminders.plan, night)
    await db.run(reminders.promise, night)

    def render(tx: Tx, _renderer: str, arguments: Any) -> Content | Skipped | None:
        found = reminders.still_wanted(tx, arguments, night)
        return found if isinstance(found, Skipped) else {"text": "dag"}

    await db.run(claims.claim, Claim("me", Lane.NOTICE, 20, (), night, night), render)
    day = (await lines(db, made))[Kind.DAY]
    assert (day.waiting, day.skipped, day.sent) == (len(many), {}, 0)


async def test_another_meeting_or_another_start_is_not_counted(db: Database) -> None:
    made = [await db.run(plan, f"walk {n}", days=2) for n in range(11)]
    [person] = await db.run(crowd, 1)
    for one in (made[0], made[9], made[10]):
        await db.run(rsvps.claim, one.id, Party(person, 1), NOW)
    now = next(s.due for s in all_slots(made[0].starts, made[0].zone) if s.kind is Kind.DAY)
    await db.run(reminders.plan, now)
    await db.run(reminders.promise, now)
    assert [one.id for one in (made[0], made[9], made[10])] == [1, 10, 11]
    assert (await lines(db, made[0]))[Kind.DAY].waiting == 1
    moved = await db.run(plan, "walk 0", days=3)
    assert (await lines(db, moved))[Kind.DAY].waiting == 0


async def test_the_outbox_is_read_by_a_range_of_its_keys(db: Database) -> None:
    made, _many = await one_of_each(db)
    now = made.starts - timedelta(hours=2)
    await db.run(reminders.plan, now)
    await db.run(reminders.promise, now)
    found = await db.run(explained, made)
    if db.store.__class__.__name__ == "SqliteStore":
        assert "SEARCH outbox USING INDEX sqlite_autoindex_outbox_1 (key>? AND key<?)" in found
    else:
        assert "uq_outbox_key" in found
        assert "Seq Scan" not in found


def explained(tx: Tx, meeting: Meeting) -> str:
    """How the database goes about the statement that reads the outbox."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(tx.connection, "before_cursor_execute", note)
    reminder_report.lines(tx, meeting)
    event.remove(tx.connection, "before_cursor_execute", note)
    driver = tx.connection.exec_driver_sql
    if tx.postgres:
        driver("SET LOCAL enable_seqscan = off")
    how = "EXPLAIN " if tx.postgres else "EXPLAIN QUERY PLAN "
    [asked] = [one for one in seen if "FROM outbox" in one[0]]
    return "\n".join(str(row[-1]) for row in driver(how + asked[0], asked[1]))
