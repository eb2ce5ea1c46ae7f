"""Meetings made, changed, published, called off, copied and repeated; and who is told of it."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import Database, Tx, days, fanout, meetings, planning, rsvps, waiting, wall_time
from storage.meetings import Kind, Meeting, Status
from storage.rsvps import Party
from storage.tables import audit
from tests.storage.planning import NOW, crowd, facts, plan, somebody, wall

SOON = NOW + timedelta(hours=1)


def make(tx: Tx, /, **known: Any) -> Meeting:
    return planning.make(tx, replace(facts(**known), key=None), None, NOW)


def change(tx: Tx, /, meeting: Meeting, **new: Any) -> Meeting:
    return planning.edit(tx, meeting.id, None, NOW, **new)


def told(tx: Tx) -> list[int | None]:
    """The meetings whose people are to be told of a change."""
    return [one.meeting for one in fanout.due(tx, "change", SOON)]


def done(tx: Tx) -> Sequence[tuple[str, str | None]]:
    rows: Iterable[Sequence[Any]] = tx.execute(select(audit.c.action, audit.c.subject))
    return [(row[0], row[1]) for row in rows]


def a_day(tx: Tx, /, status: Status = Status.ON) -> tuple[Meeting, Meeting, Meeting, Meeting]:
    """A day with a place at its times, a place in the afternoon and an evening."""
    start = wall("2027-03-15T10:00")
    times = {"start": start, "end": start.replace(hour=16)}
    day = make(tx, kind=Kind.DAY, title="Day", status=status, **times)
    place = make(tx, kind=Kind.PLACE, title="A garden", day=day.id, capacity=2, **times)
    times = {"start": start.replace(hour=13), "end": start.replace(hour=15)}
    late = make(tx, kind=Kind.PLACE, title="Another", day=day.id, capacity=1, **times)
    times = {"start": start.replace(hour=19), "end": start.replace(hour=21)}
    return day, place, late, make(tx, kind=Kind.PART, title="Evening", day=day.id, **times)


async def test_a_meeting_is_made_with_a_name_for_calendars(db: Database) -> None:
    one, other = await db.run(make), await db.run(make)
    assert one.uid != other.uid
    assert (one.key, one.version, one.changed) == (None, 1, None)
    assert await db.read(meetings.find, one.id) == one
    assert await db.read(done) == [
        ("meeting.make", f"meeting:{one.id}"),
        ("meeting.make", f"meeting:{other.id}"),
    ]


async def test_two_meetings_never_share_a_key(db: Database) -> None:
    await db.run(planning.make, facts(), None, NOW)
    with pytest.raises(ValueError, match="taken"):
        await db.run(planning.make, facts(), None, NOW)


async def test_an_end_that_is_not_after_the_start_is_refused(db: Database) -> None:
    start = wall("2027-03-15T19:30")
    with pytest.raises(ValueError, match="ends after"):
        await db.run(make, start=start, end=start)
    made = await db.run(make)
    with pytest.raises(ValueError, match="ends after"):
        await db.run(change, made, end=start - timedelta(hours=1))


async def test_a_place_needs_a_day_that_takes_place(db: Database) -> None:
    with pytest.raises(ValueError, match="needs a day"):
        await db.run(make, kind=Kind.PLACE)
    no_day = await db.run(make)
    with pytest.raises(ValueError, match="needs a day"):
        await db.run(make, kind=Kind.PLACE, day=no_day.id)
    day, *_ = await db.run(a_day)
    await db.run(planning.cancel, day.id, None, NOW)
    with pytest.raises(ValueError, match="needs a day"):
        await db.run(make, kind=Kind.PLACE, day=day.id)


@pytest.mark.parametrize(
    ("new", "version"),
    [
        ({"title": "A long walk"}, 2),
        ({"start": wall("2027-03-15T19:00")}, 2),
        ({"end": wall("2027-03-15T22:00")}, 2),
        ({"zone": "Europe/Lisbon"}, 2),
        ({"place": "Elsewhere"}, 2),
        ({"text": "Bring a coat.", "capacity": 12, "link": "https://example.org/new"}, 1),
        ({"reminders": ["day"], "languages": ["nl", "en"], "accessibility": "A lift."}, 1),
        ({"deadline": wall("2027-03-14T12:00"), "audience": "members"}, 1),
        ({"title": "A walk", "start": wall("2027-03-15T19:30")}, 1),
    ],
)
async def test_what_matters_raises_the_version_and_is_told(
    db: Database, new: dict[str, Any], version: int
) -> None:
    made = await db.run(make)
    after = await db.run(change, made, **new)
    assert after.version == version
    assert await db.run(told) == ([made.id] if version > 1 else [])
    assert await db.read(meetings.find, made.id) == after
    assert after.changed == (None if after == made else NOW)


async def test_a_corrected_typo_is_told_to_nobody(db: Database) -> None:
    made = await db.run(make)
    after = await db.run(change, made, title="A wolk", quiet=True)
    assert (after.title, after.version) == ("A wolk", 1)
    assert await db.run(told) == []


@pytest.mark.parametrize(
    "unseen", [{"status": Status.DRAFT}, {"publishes": NOW + timedelta(days=1)}]
)
async def test_what_nobody_has_seen_changes_in_silence(
    db: Database, unseen: dict[str, Any]
) -> None:
    made = await db.run(make, **unseen)
    after = await db.run(change, made, title="A long walk")
    assert (after.title, after.version) == ("A long walk", 1)
    assert (await db.run(planning.cancel, made.id, None, NOW)).version == 1
    assert await db.run(told) == []


async def test_a_name_that_no_meeting_has_is_an_error(db: Database) -> None:
    made = await db.run(make)
    with pytest.raises(TypeError, match="no colour, starts"):
        await db.run(change, made, colour="red", starts=NOW)


async def test_a_new_start_takes_the_end_and_the_deadline_along(db: Database) -> None:
    made = await db.run(make, deadline=wall("2027-03-13T12:00"))
    after = await db.run(change, made, start=wall("2027-03-29T20:00"))
    assert (after.wall_start, after.wall_end) == ("2027-03-29T20:00", "2027-03-29T22:00")
    assert after.starts.isoformat() == "2027-03-29T18:00:00+00:00"
    assert after.deadline == wall_time.moment(wall("2027-03-27T12:00"), made.zone)
    later = await db.run(change, made, start=wall("2027-03-29T20:30"), deadline=None)
    assert later.deadline is None


async def test_another_zone_keeps_what_the_clock_shows(db: Database) -> None:
    made = await db.run(make, deadline=wall("2027-03-13T12:00"))
    after = await db.run(change, made, zone="Europe/Lisbon")
    assert (after.wall_start, after.starts) == (made.wall_start, made.starts + timedelta(hours=1))
    assert made.deadline is not None
    assert after.deadline == made.deadline + timedelta(hours=1)


async def test_raising_the_capacity_moves_the_line(db: Database) -> None:
    made = await db.run(make, capacity=1)
    people = await db.run(crowd, 2)
    for person in people:
        await db.run(rsvps.claim, made.id, Party(person, 1), NOW)
    await db.run(change, made, capacity=2)
    entry = await db.read(waiting.entry, made.id, people[1])
    assert entry is not None
    assert entry.state == "offered"


async def test_moving_a_meeting_makes_offers_anew(db: Database) -> None:
    made = await db.run(make, capacity=1)
    seated, first = await db.run(crowd, 2)
    await db.run(rsvps.claim, made.id, Party(seated, 1), NOW)
    await db.run(rsvps.claim, made.id, Party(first, 1), NOW)
    await db.run(rsvps.withdraw, made.id, seated, NOW)
    later = NOW + timedelta(minutes=5)
    await db.run(planning.edit, made.id, None, later, start=wall("2027-03-20T19:30"))
    entry = await db.read(waiting.entry, made.id, first)
    assert entry is not None
    assert (entry.state, entry.offered) == ("offered", later)
    await db.run(planning.edit, made.id, None, SOON, place="Elsewhere", quiet=True)
    assert await db.read(waiting.entry, made.id, first) == entry


async def test_an_offer_that_was_over_before_the_move_stays_over(db: Database) -> None:
    made = await db.run(make, capacity=1)
    seated, first, second = await db.run(crowd, 3)
    for person in (seated, first, second):
        await db.run(rsvps.claim, made.id, Party(person, 1), NOW)
    await db.run(rsvps.withdraw, made.id, seated, NOW)
    later = NOW + timedelta(days=3)
    await db.run(planning.edit, made.id, None, later, start=wall("2027-03-20T19:30"))
    assert await db.read(waiting.entry, made.id, first) is None
    entry = await db.read(waiting.entry, made.id, second)
    assert entry is not None
    assert (entry.state, entry.offered) == ("offered", later)


async def test_a_day_moves_its_places_along(db: Database) -> None:
    day, *places = await db.run(a_day)
    await db.run(change, day, start=wall("2027-03-16T11:00"), end=wall("2027-03-16T15:00"))
    after = await db.read(days.children, day.id)
    assert [(one.wall_start, one.wall_end) for one in after] == [
        ("2027-03-16T11:00", "2027-03-16T15:00"),
        ("2027-03-16T13:00", "2027-03-16T15:00"),
        ("2027-03-16T19:00", "2027-03-16T21:00"),
    ]
    assert sorted(map(int, filter(None, await db.run(told)))) == [
        day.id, *(one.id for one in places),
    ]  # fmt: skip


async def test_a_new_title_of_a_day_is_none_of_its_places(db: Database) -> None:
    day, *places = await db.run(a_day)
    await db.run(change, day, title="The day")
    assert await db.read(days.children, day.id) == places


async def test_a_day_is_published_with_its_places(db: Database) -> None:
    day, *places = await db.run(a_day, Status.DRAFT)
    assert {one.status for one in places} == {Status.DRAFT}
    alone = await db.run(planning.publish, places[0].id, None, NOW)
    assert not meetings.visible(alone, NOW)
    at = NOW + timedelta(days=2)
    await db.run(planning.publish, day.id, None, NOW, at)
    for one in [await db.read(meetings.find, day.id), *await db.read(days.children, day.id)]:
        assert one is not None
        assert [meetings.visible(one, moment) for moment in (NOW, at)] == [False, True]
    now_at_once = await db.run(planning.publish, day.id, None, NOW)
    assert (now_at_once.publishes, now_at_once.version) == (None, 1)
    assert {one.publishes for one in await db.read(days.children, day.id)} == {None}


async def test_a_place_that_was_called_off_is_not_published_with_its_day(db: Database) -> None:
    day, place, *_ = await db.run(a_day, Status.DRAFT)
    await db.run(planning.cancel, place.id, None, NOW)
    await db.run(planning.publish, day.id, None, NOW)
    status = {one.id: one.status for one in await db.read(days.children, day.id)}
    assert status.pop(place.id) == Status.CANCELLED
    assert set(status.values()) == {Status.ON}


async def test_what_is_seen_stays_seen(db: Database) -> None:
    made = await db.run(make)
    again = await db.run(planning.publish, made.id, None, NOW, SOON)
    assert again == made
    await db.run(planning.cancel, made.id, None, NOW)
    with pytest.raises(ValueError, match="called off"):
        await db.run(planning.publish, made.id, None, NOW)


async def test_a_draft_place_of_a_day_that_is_seen_is_published_by_itself(db: Database) -> None:
    day, *_ = await db.run(a_day)
    place = await db.run(make, kind=Kind.PLACE, day=day.id, status=Status.DRAFT)
    assert place.status == Status.DRAFT
    after = await db.run(planning.publish, place.id, None, NOW, SOON)
    assert meetings.visible(after, NOW)


async def test_a_day_that_is_called_off_is_told_of_once(db: Database) -> None:
    day, place, late, evening = await db.run(a_day)
    noor, sam = await db.run(crowd, 2)
    await db.run(rsvps.claim, late.id, Party(noor, 1), NOW)
    await db.run(rsvps.claim, late.id, Party(sam, 1), NOW)
    await db.run(change, place, title="A park")
    after = await db.run(planning.cancel, day.id, None, NOW, "Storm")
    assert (after.status, after.version) == ("cancelled", 2)
    gone = {one.id: one.status for one in await db.read(days.children, day.id)}
    assert gone == dict.fromkeys((place.id, late.id, evening.id), "cancelled")
    assert await db.run(told) == [day.id]
    assert await db.read(waiting.entry, late.id, sam) is None
    (notice,) = await db.run(fanout.due, "change", SOON)
    assert notice.arguments["why"] == "Storm"
    assert await db.run(planning.cancel, day.id, None, SOON) == after
    assert len(await db.read(done)) == 4 + 1 + 1


async def test_an_update_by_key_tells_those_who_come(db: Database) -> None:
    made = await db.run(planning.put, facts(capacity=3), None, NOW)
    assert await db.run(planning.put, facts(capacity=3), None, NOW) == made
    moved = await db.run(planning.put, facts(days=15, capacity=4), None, NOW)
    assert (moved.version, moved.capacity) == (2, 4)
    assert await db.run(told) == [made.id]
    off = await db.run(planning.put, facts(days=15, status=Status.CANCELLED), None, NOW)
    assert (off.status, off.version, off.capacity) == ("cancelled", 3, None)
    back = await db.run(planning.put, facts(days=15), None, NOW)
    assert (back.status, back.version) == ("on", 4)


async def test_a_copy_is_a_draft_without_those_who_come(db: Database) -> None:
    noor = await db.run(somebody)
    deadline = wall("2027-03-13T12:00")
    made = await db.run(plan, capacity=3, place="De Werf", languages=["en"], deadline=deadline)
    await db.run(rsvps.claim, made.id, Party(noor, 1), NOW)
    copied = await db.run(planning.copy, made.id, wall("2027-04-19T20:00"), None, NOW)
    assert (copied.status, copied.key, copied.version) == (Status.DRAFT, None, 1)
    assert (copied.wall_start, copied.wall_end) == ("2027-04-19T20:00", "2027-04-19T22:00")
    assert (copied.capacity, copied.place, copied.languages) == (3, "De Werf", ["en"])
    assert copied.deadline == wall_time.moment(wall("2027-04-17T12:00"), made.zone)
    assert copied.uid != made.uid
    assert await db.read(rsvps.taken, [copied.id]) == {copied.id: 0}


async def test_a_copied_day_has_its_places_but_for_cancelled_ones(db: Database) -> None:
    day, place, late, evening = await db.run(a_day)
    await db.run(planning.cancel, late.id, None, NOW)
    copied = await db.run(planning.copy, day.id, wall("2027-09-25T10:00"), None, NOW)
    both = await db.read(days.children, copied.id)
    assert [(one.title, one.wall_start) for one in both] == [
        ("A garden", "2027-09-25T10:00"),
        ("Evening", "2027-09-25T19:00"),
    ]
    assert {one.status for one in both} == {Status.DRAFT}
    assert len(await db.read(days.children, day.id)) == 3
    assert {place.id, evening.id}.isdisjoint(one.id for one in both)


async def test_a_series_keeps_what_the_clock_shows_over_a_clock_change(db: Database) -> None:
    first = await db.run(make, days=14)
    dates = [wall(f"2027-03-{day}T19:30") for day in (22, 29)]
    second, third = await db.run(planning.repeat, first.id, dates, None, NOW)
    assert (third.starts - second.starts, second.starts - first.starts) == (
        timedelta(days=7, hours=-1), timedelta(days=7),
    )  # fmt: skip
    assert (third.wall_start, third.wall_end) == ("2027-03-29T19:30", "2027-03-29T21:30")
    series = await db.read(meetings.of_series, second.series or "")
    assert [one.id for one in series] == [first.id, second.id, third.id]
    assert {one.status for one in series} == {Status.ON}


async def test_a_date_of_a_series_is_moved_or_dropped_by_itself(db: Database) -> None:
    first = await db.run(make, days=14)
    dates = [wall("2027-03-22T19:30"), wall("2027-03-29T19:30")]
    second, third = await db.run(planning.repeat, first.id, dates, None, NOW)
    again = await db.run(planning.repeat, first.id, [*dates, *dates], None, NOW)
    assert [one.id for one in again] == 2 * [second.id, third.id]
    assert len(await db.read(meetings.of_series, second.series or "")) == 3
    copied = await db.run(planning.copy, second.id, wall("2027-04-05T19:30"), None, NOW)
    assert copied.series is None
    await db.run(change, second, start=wall("2027-03-23T19:30"))
    await db.run(planning.cancel, third.id, None, NOW)
    assert await db.run(told) == [third.id, second.id]
    unmoved = await db.read(meetings.find, first.id)
    assert unmoved is not None
    assert unmoved.version == 1
    anew = await db.run(planning.repeat, first.id, dates, None, NOW)
    assert {second.id, third.id}.isdisjoint(one.id for one in anew)


async def test_a_place_or_what_is_called_off_is_not_repeated(db: Database) -> None:
    day, place, *_ = await db.run(a_day)
    with pytest.raises(ValueError, match="repeated"):
        await db.run(planning.repeat, place.id, [wall("2027-03-22T10:00")], None, NOW)
    await db.run(planning.cancel, day.id, None, NOW)
    with pytest.raises(ValueError, match="repeated"):
        await db.run(planning.repeat, day.id, [wall("2027-03-22T10:00")], None, NOW)


async def test_two_who_change_at_once_are_told_of_both(db: Database) -> None:
    made = await db.run(make)
    await asyncio.gather(
        db.run(change, made, title="One"),
        db.run(change, made, place="Two"),
        db.run(change, made, start=wall("2027-03-16T19:30")),
    )
    after = await db.read(meetings.find, made.id)
    assert after is not None
    assert (after.title, after.place, after.version) == ("One", "Two", 4)
    assert await db.run(told) == [made.id]


async def test_pressing_cancel_twice_at_once_cancels_once(db: Database) -> None:
    made = await db.run(make)
    both = await asyncio.gather(
        *(db.run(planning.cancel, made.id, None, NOW + timedelta(seconds=n)) for n in range(4))
    )
    assert {one.version for one in both} == {2}
    assert [action for action, _ in await db.read(done)].count("meeting.cancel") == 1
