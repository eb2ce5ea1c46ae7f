"""What comes next: so that a clock that is moved stops there."""

from datetime import timedelta

from sqlalchemy import insert

from storage import Database, afterwards, fanout, outbox, planned, reminders, rsvps, tables
from storage.outbox import Promise
from storage.reminder_times import Kind, all_slots
from storage.rsvps import Party
from tests.storage.planning import NOW, plan, somebody


async def test_nothing_is_next_where_nothing_is_planned(db: Database) -> None:
    assert await db.read(planned.next_event, NOW) is None


async def test_promises_fan_outs_and_offers_are_next(db: Database) -> None:
    made, noor = await db.run(plan, capacity=1), await db.run(somebody)
    in_line = {"meeting": made.id, "person": noor, "state": "offered", "seats": 1, "version": 1,
               "joined": NOW, "offered": NOW, "offer_until": NOW + timedelta(hours=3)}  # fmt: skip
    await db.run(lambda tx: tx.execute(insert(tables.waiting_list), [in_line]).rowcount)
    assert await db.read(planned.next_event, NOW) == NOW + timedelta(hours=3)
    soon = NOW + timedelta(hours=2)
    told = await db.run(fanout.start, "a", "change", made.id, {}, None, soon, NOW)
    assert await db.read(planned.next_event, NOW) == soon
    await db.run(fanout.drop, told.id, NOW)
    assert await db.read(planned.next_event, NOW) == NOW + timedelta(hours=3)
    sooner = NOW + timedelta(hours=1)
    await db.run(outbox.promise, Promise("b", "telegram:5", "x", {}, sooner), NOW)
    assert await db.read(planned.next_event, NOW) == sooner
    assert await db.read(planned.next_event, sooner) == NOW + timedelta(hours=3)


async def test_a_reminder_is_next_only_if_somebody_reads_it(db: Database) -> None:
    made, noor = await db.run(plan, days=8), await db.run(somebody)
    await db.run(reminders.plan, NOW)
    await db.run(afterwards.plan, NOW)
    assert await db.read(planned.next_event, NOW) is None
    slots = {slot.kind: slot.due for slot in all_slots(made.starts, made.zone)}
    invited = {"meeting": made.id, "person": noor, "created": NOW}
    await db.run(lambda tx: tx.execute(insert(tables.invitations), [invited]).rowcount)
    assert await db.read(planned.next_event, NOW) == slots[Kind.SILENT]
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    assert await db.read(planned.next_event, NOW) == slots[Kind.WEEK]
    assert await db.read(planned.next_event, made.starts) == afterwards.due(made)
