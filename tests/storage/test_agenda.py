"""What stands in somebody's calendar."""

from datetime import timedelta

from storage import Database, agenda, meetings, rsvps
from storage.meetings import Answer, Kind, Status
from storage.rsvps import Party
from tests.storage.planning import NOW, facts, plan, somebody

LATER = NOW + timedelta(hours=1)


async def test_yes_and_maybe_stand_in_it_and_the_rest_does_not(db: Database) -> None:
    noor, sam = await db.run(somebody, "noor"), await db.run(somebody, "sam")
    yes, maybe, no, never = [
        await db.run(plan, key, days=days)
        for days, key in enumerate(("walk", "talk", "meal", "game"), 2)
    ]
    await db.run(rsvps.claim, yes.id, Party(noor, 2), NOW)
    await db.run(rsvps.maybe, maybe.id, noor, NOW)
    await db.run(rsvps.claim, no.id, Party(noor, 1), NOW)
    await db.run(rsvps.withdraw, no.id, noor, NOW)
    await db.run(rsvps.claim, never.id, Party(sam, 1), NOW)
    found = await db.read(agenda.of_person, noor, NOW)
    assert [(item.meeting.id, item.answer) for item in found] == [
        (yes.id, Answer.YES), (maybe.id, Answer.MAYBE),
    ]  # fmt: skip


async def test_cancelled_meetings_stay_and_drafts_do_not(db: Database) -> None:
    noor = await db.run(somebody)
    made = [await db.run(plan, key) for key in ("walk", "talk")]
    for meeting in made:
        await db.run(rsvps.claim, meeting.id, Party(noor, 1), NOW)
    await db.run(plan, "walk", status=Status.CANCELLED)
    await db.run(plan, "talk", status=Status.DRAFT)
    found = await db.read(agenda.of_person, noor, NOW)
    assert [item.meeting.status for item in found] == [Status.CANCELLED]


async def test_what_is_over_goes_when_it_is_asked_to(db: Database) -> None:
    noor = await db.run(somebody)
    made = await db.run(plan, days=1)
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    assert await db.read(agenda.of_person, noor, made.ends) == []
    assert len(await db.read(agenda.of_person, noor, made.ends - timedelta(seconds=1))) == 1


async def test_the_latest_ones_are_kept_when_there_are_too_many(db: Database) -> None:
    noor = await db.run(somebody)

    def crowded(tx, number=agenda.MOST + 2):
        for nth in range(number):
            made = plan(tx, f"walk {nth}", days=nth + 1)
            rsvps.maybe(tx, made.id, noor, NOW)

    await db.run(crowded)
    found = await db.read(agenda.of_person, noor, NOW)
    assert len(found) == agenda.MOST
    assert found[0].meeting.key == "walk 2"
    assert found[-1].meeting.key == f"walk {agenda.MOST + 1}"


async def test_an_item_changes_with_the_meeting_and_with_the_answer(db: Database) -> None:
    noor = await db.run(somebody)
    made = await db.run(plan)
    untouched = await db.read(agenda.item, made.id, noor)
    assert untouched is not None
    assert (untouched.answer, untouched.changed) == (None, NOW)
    await db.run(rsvps.maybe, made.id, noor, LATER)
    answered = await db.read(agenda.item, made.id, noor)
    assert answered is not None
    assert (answered.answer, answered.changed) == (Answer.MAYBE, LATER)
    await db.run(plan, title="A longer walk", now=LATER + timedelta(hours=1))
    moved = await db.read(agenda.item, made.id, noor)
    assert moved is not None
    assert moved.changed == LATER + timedelta(hours=1)
    assert moved.meeting.title == "A longer walk"
    assert moved == (await db.read(agenda.of_person, noor, NOW))[0]


async def test_a_place_names_its_day(db: Database) -> None:
    noor = await db.run(somebody)
    day = await db.run(plan, "day", title="Our day", kind=Kind.DAY)
    place = await db.run(
        meetings.put, facts("north", title="North", kind=Kind.PLACE, day=day.id), NOW
    )
    item = await db.read(agenda.item, place.id, noor)
    assert item is not None
    assert (item.day, item.meeting.title) == ("Our day", "North")
    whole = await db.read(agenda.item, day.id, noor)
    assert whole is not None
    assert whole.day is None
    assert await db.read(agenda.item, 999, noor) is None
