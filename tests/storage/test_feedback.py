"""Afterwards: asked once and by day, shown when enough answered, given back to who was there."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import (
    Database,
    Tx,
    afterwards,
    attendance,
    fanout,
    feedback,
    notes,
    outbox,
    people,
    planned,
    rsvps,
    tables,
    wall_time,
)
from storage.attendance import Visitor
from storage.desk import Skipped
from storage.feedback import Worth
from storage.meetings import Kind, Meeting, Status
from storage.reminder_times import is_night
from storage.rsvps import Party
from tests.storage.planning import NOW, crowd, plan, somebody, wall


def keys(tx: Tx) -> list[str]:
    return sorted(tx.execute(select(tables.outbox.c.key)).scalars())


async def held(db: Database, count: int = 3, **known: Any) -> tuple[Meeting, list[int]]:
    """A meeting to which so many people said yes."""
    made = await db.run(plan, **known)
    many = await db.run(crowd, count)
    for person in many:
        await db.run(rsvps.claim, made.id, Party(person, 1), NOW)
    return made, many


async def lets_in(db: Database, meeting: Meeting, *persons: int) -> None:
    for guest in await db.read(attendance.guests, meeting.id, limit=50):
        if guest.person in persons:
            await db.run(attendance.check_in, guest.id, 1, persons[0], meeting.starts)


async def until(db: Database, end: datetime) -> None:
    now: datetime | None = NOW
    while now is not None and now <= end:
        await db.run(afterwards.plan, now)
        await db.run(afterwards.promise, now)
        now = await db.read(planned.next_event, now)


async def test_who_was_let_in_is_asked_once(db: Database) -> None:
    made, (here, there, away) = await held(db)
    await lets_in(db, made, here, there)
    await db.run(attendance.walk_in, made.id, Visitor("Bo", 1), here, made.starts)
    for _ in range(2):
        await until(db, made.ends + timedelta(days=1))
    assert await db.read(keys) == [f"afterwards:{made.id}:{one}" for one in (here, there)]
    assert away not in (here, there)


async def test_where_nobody_was_let_in_all_who_said_yes_are_asked(db: Database) -> None:
    made, many = await held(db)
    await db.run(rsvps.maybe, made.id, many[0], NOW)
    await until(db, made.ends + timedelta(days=1))
    assert await db.read(keys) == [f"afterwards:{made.id}:{one}" for one in many[1:]]


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2027-03-15T14:00", "2027-03-15T16:00", "2027-03-15T17:00"),
        ("2027-03-15T17:00", "2027-03-15T18:59", "2027-03-15T19:59"),
        ("2027-03-15T17:00", "2027-03-15T19:00", "2027-03-16T09:00"),
        ("2027-03-15T22:00", "2027-03-16T03:00", "2027-03-16T09:00"),
        ("2027-03-27T19:30", "2027-03-27T21:30", "2027-03-28T08:00"),  # the clocks go forward
    ],
)
async def test_they_are_asked_two_hours_after_by_day(
    db: Database, start: str, end: str, asked: str
) -> None:
    """In UTC: an hour earlier than in Amsterdam, two in summer."""
    made, _many = await held(db, start=wall(start), end=wall(end))
    assert afterwards.due(made) == datetime.fromisoformat(f"{asked}:00+00:00")


async def test_nobody_is_asked_about_a_day_a_draft_or_what_was_cancelled(db: Database) -> None:
    made, _many = await held(db)
    await db.run(plan, "day", kind=Kind.DAY)
    await db.run(plan, "draft", status=Status.DRAFT)
    await until(db, made.starts)
    await db.run(plan, status=Status.CANCELLED)
    await until(db, made.ends + timedelta(days=1))
    assert await db.read(keys) == []


async def test_a_meeting_that_goes_on_longer_is_asked_about_later(db: Database) -> None:
    made, _many = await held(db, start=wall("2027-03-15T10:00"), end=wall("2027-03-15T12:00"))
    await until(db, made.starts)
    later = wall("2027-03-15T15:00")
    longer = await db.run(plan, start=wall("2027-03-15T10:00"), end=later)
    await until(db, longer.ends + timedelta(hours=2) - timedelta(seconds=1))
    assert await db.read(keys) == []
    await until(db, longer.ends + timedelta(hours=2))
    assert len(await db.read(keys)) == 3


async def test_it_is_looked_at_again_before_it_goes(db: Database) -> None:
    made, (noor, yusuf, bo) = await held(db)
    now = afterwards.due(made)
    asks = [{"meeting": made.id, "person": one} for one in (noor, yusuf, bo)]
    wanted = await db.run(afterwards.still_wanted, asks[0], now)
    assert not isinstance(wanted, Skipped)
    assert (wanted[0].id, wanted[1].id) == (made.id, noor)
    await db.run(feedback.answer, made.id, noor, Worth.VERY, now)
    await lets_in(db, made, noor, bo)
    await db.run(people.set_reachable, "telegram:person 2", reachable=False)
    found = [await db.run(afterwards.still_wanted, one, now) for one in asks]
    assert found == [Skipped("answered"), Skipped("was not there"), Skipped(outbox.TAKEN_BACK)]


async def test_one_that_would_come_at_night_waits_for_ten(db: Database) -> None:
    made, (noor, *_others) = await held(db)
    night = datetime.fromisoformat("2027-03-16T22:00:00+00:00")
    asked = {"meeting": made.id, "person": noor}
    for _ in range(2):
        put_off = await db.run(afterwards.still_wanted, asked, night)
        assert put_off == Skipped("put off to the morning")
    [row] = await db.read(lambda tx: tx.execute(select(tables.outbox)).all())
    assert row.due == datetime.fromisoformat("2027-03-17T09:00:00+00:00")
    assert row.useful_until == made.ends + timedelta(days=3)


# Answers.


async def answers(db: Database, meeting: Meeting, **counts: int) -> None:
    worths = [Worth(worth) for worth, count in counts.items() for _ in range(count)]
    for number, worth in enumerate(worths):
        person = await db.run(somebody, f"answers {number}")
        await db.run(feedback.answer, meeting.id, person, worth, NOW)
        await db.run(feedback.say, meeting.id, person, f"words {9 - number}", NOW)


async def test_an_answer_can_be_changed_and_keeps_its_words(db: Database) -> None:
    made, (noor, *_others) = await held(db)
    assert not await db.run(feedback.say, made.id, noor, "lovely", NOW)
    await db.run(feedback.answer, made.id, noor, Worth.NO, NOW)
    assert await db.run(feedback.say, made.id, noor, "lovely", NOW)
    await db.run(feedback.answer, made.id, noor, Worth.VERY, NOW)
    assert await db.read(feedback.find, made.id, noor) == feedback.Answer("very", "lovely")
    assert (await db.read(feedback.results, made.id)).answers == 1


async def test_nothing_is_shown_of_fewer_than_five(db: Database) -> None:
    made, _many = await held(db)
    await answers(db, made, very=4)
    found = await db.read(feedback.results, made.id)
    assert (found.answers, found.may_show, found.with_words) == (4, False, 4)
    assert set(found.counts.values()) == {None}
    assert await db.read(feedback.words, made.id) == []


async def test_small_numbers_stay_hidden_and_cannot_be_worked_out(db: Database) -> None:
    made, _many = await held(db)
    await answers(db, made, very=6, bit=2)
    found = await db.read(feedback.results, made.id)
    assert found.counts == {Worth.VERY: None, Worth.A_BIT: None, Worth.NO: 0}
    assert await db.read(feedback.words, made.id, limit=2) == ["words 2", "words 3"]
    assert len(await db.read(feedback.words, made.id, offset=5)) == 3


async def test_numbers_of_five_and_more_are_shown(db: Database) -> None:
    made, _many = await held(db)
    await answers(db, made, very=6, bit=5)
    found = await db.read(feedback.results, made.id)
    assert found.counts == {Worth.VERY: 6, Worth.A_BIT: 5, Worth.NO: 0}


# Given back.


async def test_notes_go_once_to_who_was_there_in_pages(db: Database) -> None:
    made, many = await held(db, 5)
    await lets_in(db, made, *many[:4])
    now = made.ends.replace(hour=11) + timedelta(days=1)
    given = await db.run(notes.give, made, ("Thanks", "photo-1"), many[0], now)
    assert given.due == now

    def page(tx: Tx) -> int:
        found = fanout.find(tx, given.id)
        assert found is not None
        return notes._promise_page(tx, found, 3, now)

    def killed(tx: Tx) -> None:
        page(tx)
        raise LookupError("killed in between")

    with pytest.raises(LookupError):
        await db.run(killed)
    assert [await db.run(page) for _ in range(2)] == [3, 1]
    assert await db.run(notes.promise, now) == 0
    assert await db.read(keys) == sorted(f"{given.key}:{one}" for one in many[:4])
    wanted = await db.run(notes.still_wanted, {"note": 1, "person": many[0]})
    assert not isinstance(wanted, Skipped)
    assert (wanted[0].text, wanted[0].photo) == ("Thanks", "photo-1")
    assert await db.run(notes.still_wanted, {"note": 1, "person": many[4]}) == Skipped(
        "was not there"
    )


async def test_notes_given_at_night_go_in_the_morning(db: Database) -> None:
    made, many = await held(db)
    given = await db.run(notes.give, made, ("Thanks", None), many[0], made.ends)
    assert given.due == datetime.fromisoformat("2027-03-16T08:00:00+00:00")
    assert await db.run(notes.promise, made.ends) == 0
    assert await db.run(notes.promise, given.due) == 3
    assert [note.text for note in await db.read(notes.of, made.id)] == ["Thanks"]


async def test_a_day_counts_everybody_once_who_was_anywhere(db: Database) -> None:
    day = await db.run(plan, "day", kind=Kind.DAY)
    here, there = [
        await db.run(plan, f"place {n}", kind=kind, day=day.id)
        for n, kind in enumerate((Kind.PLACE, Kind.PART))
    ]
    both, only_here, away = await db.run(crowd, 3)
    for person, meeting in ((both, here), (both, there), (only_here, here), (away, here)):
        await db.run(rsvps.claim, meeting.id, Party(person, 1), NOW)
    await lets_in(db, here, both, only_here)
    assert await db.read(afterwards.count, day.id) == 2
    found = await db.read(afterwards.page, day.id, 0, 10)
    assert [person for person, _chat in found] == [both, only_here]
    assert not await db.read(afterwards.was_there, day.id, away)
    assert await db.read(afterwards.count, there.id) == 1
    assert await db.read(attendance.came, here.id, there.id) == attendance.Came(4, 2, 0, 2)


@pytest.mark.parametrize("hour", [0, 2, 9, 12, 18, 21, 23])
def test_on_no_day_of_five_years_is_somebody_asked_at_night(hour: int) -> None:
    first = wall(f"2026-01-01T{hour:02}:30")
    for number in range(1826):
        ended = wall_time.moment(first + timedelta(days=number), "Europe/Amsterdam")
        asked = afterwards.by_day(ended + afterwards.AFTER, "Europe/Amsterdam")
        assert not is_night(asked, "Europe/Amsterdam")
        assert timedelta(hours=2) <= asked - ended <= timedelta(hours=15)
        if asked - ended > timedelta(hours=2):
            there = wall_time.wall(asked, "Europe/Amsterdam")
            assert (there.hour, there.minute) == (10, 0)
