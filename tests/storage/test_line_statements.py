"""No verb of seats and lines walks through a table that grows."""

from datetime import timedelta

from storage import Database, rsvps, waiting
from storage.meetings import Meeting
from storage.rsvps import Party
from tests.storage.lines import a_day
from tests.storage.planning import NOW, crowd
from tests.storage.statements import Statements

GROWING = {"rsvps", "waiting_list", "meetings", "people", "outbox"}


async def everything(db: Database, here: Meeting, there: Meeting) -> None:
    noor, ali, bea, cor = await db.run(crowd, 4)
    for place, person in ((here, noor), (here, ali), (there, bea), (here, bea), (there, cor)):
        await db.run(rsvps.claim, place.id, Party(person, 1), NOW)
    await db.run(rsvps.set_needs, here.id, noor, ["diet"], None)
    await db.run(rsvps.show_name, here.id, noor, True)
    await db.run(rsvps.maybe, there.id, noor, NOW)
    await db.run(rsvps.confirm, here.id, noor, NOW)
    await db.run(rsvps.withdraw, here.id, noor, NOW)
    await db.run(waiting.accept, here.id, ali, NOW)
    await db.run(waiting.decline, there.id, cor, NOW)
    later = NOW + timedelta(days=2)
    await db.run(waiting.settle, here.id, later)
    await db.run(rsvps.claim, here.id, Party(cor, 1), later)
    await db.run(rsvps.claim, here.id, Party(noor, 1), later)
    await db.run(rsvps.claim, here.id, Party(noor, 2), later)
    await db.run(rsvps.withdraw, here.id, ali, here.starts - timedelta(hours=23))
    await db.run(rsvps.add_without_phone, there.id, "Oma", noor, NOW)
    for one in await db.read(rsvps.added_by, there.id, noor):
        await db.run(rsvps.remove_without_phone, one.rsvp_id, NOW)
    await db.run(waiting.leave, here.id, noor, NOW)
    await db.run(waiting.unoffer, here.id)
    await db.run(waiting.revoke, here.id, NOW)


async def every_look(db: Database, meeting: int, person: int) -> None:
    await db.read(rsvps.find, meeting, person)
    await db.read(rsvps.answers, person, [meeting])
    await db.read(rsvps.taken, [meeting, meeting + 1])
    await db.read(rsvps.counts, meeting)
    await db.read(rsvps.declined, person, NOW)
    await db.read(waiting.due, NOW)
    await db.read(waiting.place, meeting, person)
    await db.read(waiting.line, meeting, 10)
    await db.read(waiting.why_nobody_moved, meeting, NOW)


async def test_every_verb_looks_things_up(db: Database, statements: Statements) -> None:
    here, there, _evening = await db.run(a_day, 2, 2)
    with statements.listening():
        await everything(db, here, there)
        await every_look(db, here.id, 1)
        await db.read(rsvps.attendees, here.id, limit=10)
    assert len(statements.seen) > 30
    assert await statements.walks(GROWING) == []
