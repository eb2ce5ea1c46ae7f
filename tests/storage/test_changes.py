"""Changes: merged for half an hour, told once to those concerned, in the state they are in then."""

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import (
    Database,
    Tx,
    change_notices,
    changes,
    claims,
    desk,
    fanout,
    meetings,
    outbox,
    people,
    planning,
    rsvps,
    tables,
    waiting,
    wall_time,
)
from storage.change_notices import Night, Notice, Void
from storage.claims import Claim
from storage.concerned import Standing
from storage.fanout import Fanout
from storage.meetings import Meeting, Status
from storage.outbox import Lane
from storage.rsvps import Party
from tests.storage.lines import a_day, full, queue
from tests.storage.planning import NOW, crowd, plan, somebody, wall
from tests.storage.statements import Statements

HALF_AN_HOUR = timedelta(minutes=30)
DUE = NOW + HALF_AN_HOUR
ELSEWHERE = {"place": "The hall"}


def edit(tx: Tx, /, meeting: int, now: datetime = NOW, **new: Any) -> Meeting:
    return planning.edit(tx, meeting, None, now, **(new or ELSEWHERE))


def comes(tx: Tx, meeting: int, person: int, seats: int = 1) -> int:
    assert isinstance(rsvps.claim(tx, meeting, Party(person, seats), NOW), rsvps.Seated)
    return person


def coming(tx: Tx, meeting: int, size: int) -> list[int]:
    return [comes(tx, meeting, person) for person in crowd(tx, size)]


def told(tx: Tx, meeting: int) -> list[Fanout]:
    return fanout.of_meeting(tx, changes.KIND, meeting)


def waits(tx: Tx) -> list[dict[str, Any]]:
    """What was promised and waits, by person."""
    row = tables.outbox.c
    query = select(row.arguments).where(row.renderer == changes.RENDERER, row.state == "waiting")
    found = [dict(one) for one in tx.execute(query).scalars()]
    return sorted(found, key=lambda one: int(one["person"]))


def heard(tx: Tx, person: int, now: datetime = DUE) -> Notice | Void | Night:
    """What this person would hear now."""
    (mine,) = [one for one in waits(tx) if one["person"] == person]
    return change_notices.notice(tx, mine, now)


async def hears(db: Database, person: int, now: datetime = DUE) -> Notice:
    """What this person is told now."""
    found = await db.read(heard, person, now)
    assert isinstance(found, Notice)
    return found


def deliver(tx: Tx, now: datetime = DUE) -> None:
    """Send what waits, as the sender does: rendered, marked, and sent."""

    def render(_tx: Tx, _name: str, arguments: Any) -> Any:
        found = change_notices.notice(tx, arguments, now)
        if isinstance(found, Notice):
            return {"text": "changed", "about": change_notices.about(found.meeting)}
        return desk.Skipped("dropped")

    while (claimed := claims.claim(tx, Claim("me", Lane.NOTICE, 50, (), now, now), render)).rows:
        for row in claimed.rows:
            outbox_row = tables.outbox.c.id == row.id
            tx.execute(tables.outbox.update().where(outbox_row).values(state="sent"))


# When it is told.


@pytest.mark.parametrize(
    ("starts", "now", "due"),
    [
        ("2027-03-20T19:30", "2027-03-10T12:00", "2027-03-10T12:30"),
        ("2027-03-10T12:30", "2027-03-10T12:00", "2027-03-10T12:00"),
        ("2027-03-10T12:31", "2027-03-10T12:00", "2027-03-10T12:30"),
        ("2027-03-20T19:30", "2027-03-10T20:29", "2027-03-10T20:59"),
        ("2027-03-20T19:30", "2027-03-10T20:30", "2027-03-11T09:00"),
        ("2027-03-11T12:00", "2027-03-11T02:00", "2027-03-11T09:00"),
        ("2027-03-11T10:00", "2027-03-11T02:00", "2027-03-11T08:00"),
        ("2027-03-11T03:00", "2027-03-11T02:00", "2027-03-11T02:30"),
        ("2027-03-28T11:00", "2027-03-28T00:30", "2027-03-28T09:00"),
        ("2027-03-28T10:00", "2027-03-28T00:30", "2027-03-28T08:00"),
    ],
)
async def test_a_change_is_told_after_half_an_hour_but_not_at_night_or_too_late(
    db: Database, starts: str, now: str, due: str
) -> None:
    moment = _moment(now)
    start = wall(starts)
    made = await db.run(plan, now=moment, start=start, end=start + timedelta(hours=2))
    await db.run(edit, made.id, moment)
    (one,) = await db.read(told, made.id)
    assert one.due == _moment(due)


def _moment(text: str) -> datetime:
    return wall_time.moment(wall(text), "Europe/Amsterdam")


async def test_a_cancellation_is_told_at_once_and_takes_over_what_was_open(db: Database) -> None:
    made = await db.run(plan)
    await db.run(edit, made.id)
    later = NOW + timedelta(minutes=10)
    await db.run(planning.cancel, made.id, None, later, why="The roof leaks.")
    (one,) = await db.read(told, made.id)
    assert (one.due, one.arguments["why"]) == (later, "The roof leaks.")
    assert set(one.arguments["was"]) == {"1", "2"}


async def test_a_meeting_that_is_moved_to_very_soon_is_told_at_once(db: Database) -> None:
    made = await db.run(plan)
    await db.run(edit, made.id, start=wall("2027-03-01T12:20"))
    assert [one.due for one in await db.read(told, made.id)] == [NOW]


async def test_further_changes_merge_until_it_is_told(db: Database) -> None:
    made = await db.run(plan)
    await db.run(edit, made.id)
    await db.run(edit, made.id, NOW + timedelta(minutes=29), title="Another walk")
    (one,) = await db.read(told, made.id)
    assert one.due == DUE
    await db.run(coming, made.id, 1)
    await db.run(changes.promise, DUE)
    await db.run(edit, made.id, DUE, place="The park")
    assert len(await db.read(told, made.id)) == 2


@pytest.mark.parametrize("quietly", [{"text": "More words"}, {"title": "A wolk", "quiet": True}])
async def test_what_does_not_matter_is_told_to_nobody(
    db: Database, quietly: dict[str, Any]
) -> None:
    made = await db.run(plan)
    await db.run(edit, made.id, **quietly)
    assert await db.read(told, made.id) == []


@pytest.mark.parametrize(("before", "after"), [("draft", "on"), ("draft", "cancelled")])
async def test_what_nobody_saw_is_told_to_nobody(db: Database, before: str, after: str) -> None:
    made = await db.run(plan, status=Status(before))

    def change(tx: Tx) -> None:
        now = meetings.write(tx, made, {"status": after}, NOW, quiet=False)
        assert now.version > made.version
        changes.note(tx, made, now, None, NOW)

    await db.run(change)
    assert await db.read(told, made.id) == []


# To whom.


async def test_it_goes_to_yes_maybe_and_the_line_who_saw_an_older_version(db: Database) -> None:
    made = await db.run(full, 1)
    (waiter,) = await db.run(queue, made.id, 1)
    maybe, no, other, late = await db.run(crowd, 4)
    await db.run(rsvps.maybe, made.id, maybe, NOW)
    await db.run(rsvps.withdraw, made.id, no, NOW)
    host = await db.run(somebody, "host 0")
    await db.run(lambda tx: people.change(tx, host, reminders=False))
    await db.run(edit, made.id)
    await db.run(rsvps.maybe, made.id, late, NOW)
    assert await db.run(changes.promise, DUE - timedelta(seconds=1)) == 0
    assert await db.run(changes.promise, DUE) == 3
    assert {one["person"] for one in await db.read(waits)} == {host, maybe, waiter}
    standings = {who: (await hears(db, who)).standing for who in (host, maybe, waiter)}
    assert standings == {host: Standing.YES, maybe: Standing.MAYBE, waiter: Standing.LINE}
    assert other not in standings


async def test_the_line_of_a_cancelled_meeting_hears_it_though_it_has_ended(db: Database) -> None:
    made = await db.run(full, 1)
    (waiter, left) = await db.run(queue, made.id, 1, 1)
    await db.run(waiting.leave, made.id, left, NOW)
    await db.run(planning.cancel, made.id, None, NOW)
    assert await db.run(changes.promise, NOW) == 2
    assert (await hears(db, waiter, NOW)).standing is Standing.LINE


async def test_2000_people_are_promised_page_by_page_though_it_is_killed(db: Database) -> None:
    made = await db.run(plan)
    await db.run(lambda tx: bulk_sign_up(tx, made, 2000))
    await db.run(edit, made.id)

    def killed(tx: Tx) -> None:
        assert changes.promise(tx, DUE) == fanout.PAGE
        raise KeyboardInterrupt

    promised = 0
    pages = 2000 // fanout.PAGE
    for page in range(pages + 1):
        if page % 15 == 0:
            with pytest.raises(KeyboardInterrupt):
                await db.run(killed if page < pages else _interrupted)
        promised += await db.run(changes.promise, DUE)
    assert promised == 2000
    waiting_now = await db.read(waits)
    assert len({one["person"] for one in waiting_now}) == len(waiting_now) == 2000
    (one,) = await db.read(told, made.id)
    assert (one.promised, one.finished) == (2000, DUE)


def _interrupted(_tx: Tx) -> None:
    raise KeyboardInterrupt


def bulk_sign_up(tx: Tx, meeting: Meeting, size: int) -> None:
    """Many people who come, put in at once."""
    new = {"state": "member", "role": "none", "language": "nl", "first_seen": NOW}
    rows = [{**new, "chat": f"telegram:{n}", "last_seen": NOW} for n in range(size)]
    tx.execute(tables.people.insert(), rows)
    ids = tx.execute(select(tables.people.c.id).order_by(tables.people.c.id)).scalars()
    said = {"meeting": meeting.id, "answer": "yes", "seats": 1, "version": meeting.version}
    times = {"created": NOW, "changed": NOW}
    tx.execute(tables.rsvps.insert(), [{**said, **times, "person": person} for person in ids])


async def test_two_workers_at_once_promise_everybody_once(db: Database) -> None:
    made = await db.run(plan)
    await db.run(lambda tx: bulk_sign_up(tx, made, 350))
    await db.run(edit, made.id)
    await asyncio.gather(*(db.run(changes.promise, DUE) for _ in range(4)))
    while await db.run(changes.promise, DUE):
        pass
    assert len(await db.read(waits)) == 350
    assert [one.promised for one in await db.read(told, made.id)] == [350]


async def test_a_change_beside_the_page_that_tells_of_the_last_one_is_told_too(
    db: Database,
) -> None:
    made = await db.run(plan)
    await db.run(coming, made.id, 1)
    await db.run(edit, made.id)

    def slowly(tx: Tx) -> None:
        changes.promise(tx, DUE)
        time.sleep(0.3)

    page = asyncio.create_task(db.run(slowly))
    await asyncio.sleep(0.1)
    await db.run(edit, made.id, DUE, title="A longer walk")
    await page
    first, second = await db.read(told, made.id)
    assert (list(first.arguments["was"]), list(second.arguments["was"])) == (["1"], ["2"])
    assert second.due == DUE + HALF_AN_HOUR


# What they hear.


async def one_hears(db: Database, change: Callable[[Tx, Meeting], Any]) -> Notice | Void | Night:
    """Somebody comes; then this happens, and half an hour passes."""
    made = await db.run(plan, place="The park")
    noor = await db.run(somebody)
    await db.run(comes, made.id, noor)
    await db.run(edit, made.id)
    await db.run(change, made)
    await db.run(changes.promise, DUE)
    return await db.read(heard, noor)


async def test_what_was_is_told_against_what_is_by_then(db: Database) -> None:
    found = await one_hears(db, lambda tx, made: edit(tx, made.id, place="The barn"))
    assert isinstance(found, Notice)
    assert (found.was.place, found.meeting.place) == ("The park", "The barn")
    assert found.asks
    assert found.same_time


async def test_a_new_title_alone_asks_nothing(db: Database) -> None:
    def renamed(tx: Tx, made: Meeting) -> None:
        edit(tx, made.id, place="The park", title="A talk")

    found = await one_hears(db, renamed)
    assert isinstance(found, Notice)
    assert (found.was.title, found.asks) == ("A walk", False)


async def test_a_change_that_was_taken_back_is_told_to_nobody(db: Database) -> None:
    found = await one_hears(db, lambda tx, made: edit(tx, made.id, place="The park"))
    assert found == Void("as it was")


async def test_who_signed_off_meanwhile_hears_nothing(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)
    await db.run(comes, made.id, noor)
    await db.run(edit, made.id)
    await db.run(changes.promise, DUE)
    await db.run(rsvps.withdraw, made.id, noor, DUE)
    assert await db.read(heard, noor) == Void("signed off")


async def test_who_said_yes_to_the_new_version_meanwhile_hears_nothing(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)
    await db.run(comes, made.id, noor)
    await db.run(edit, made.id)
    await db.run(changes.promise, DUE)
    await db.run(rsvps.confirm, made.id, noor, DUE)
    assert await db.read(heard, noor) == Void("knows already")


async def test_each_hears_what_was_when_they_answered(db: Database) -> None:
    made = await db.run(plan, place="The park")
    early, late = await db.run(crowd, 2)
    await db.run(comes, made.id, early)
    await db.run(edit, made.id)
    await db.run(comes, made.id, late)
    await db.run(edit, made.id, place="The barn")
    assert await db.run(changes.promise, DUE) == 2
    found = [await hears(db, person) for person in (early, late)]
    assert [one.was.place for one in found] == ["The park", "The hall"]


async def test_nobody_hears_of_a_version_twice(db: Database) -> None:
    """A change while the last one is being sent: who got that later knows the newest already."""
    made = await db.run(plan, place="The park")
    noor, ali = await db.run(crowd, 2)
    await db.run(comes, made.id, noor)
    await db.run(comes, made.id, ali)
    await db.run(edit, made.id)
    await db.run(changes.promise, DUE)
    await db.run(edit, made.id, DUE, place="The barn")
    await db.run(deliver)
    await db.run(changes.promise, DUE + HALF_AN_HOUR)
    later = DUE + HALF_AN_HOUR
    assert await db.read(heard, noor, later) == Void("knows already")
    await db.run(deliver, later)
    await db.run(edit, made.id, later, place="The pub")
    await db.run(changes.promise, later + HALF_AN_HOUR)
    found = await hears(db, noor, later + HALF_AN_HOUR)
    assert found.was.place == "The barn"


async def test_who_missed_the_last_change_hears_what_they_knew(db: Database) -> None:
    made = await db.run(plan, place="The park")
    noor = await db.run(somebody)
    await db.run(comes, made.id, noor)
    await db.run(edit, made.id)
    await db.run(changes.promise, DUE)
    chat = "telegram:noor"
    await db.run(outbox.cancel_for_chat, chat)
    later = DUE + timedelta(hours=1)
    await db.run(edit, made.id, later, place="The barn")
    await db.run(changes.promise, later + HALF_AN_HOUR)
    found = await hears(db, noor, later + HALF_AN_HOUR)
    assert (found.was.place, found.meeting.place) == ("The park", "The barn")


async def test_a_message_that_comes_at_night_waits_for_the_morning(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)
    await db.run(comes, made.id, noor)
    await db.run(edit, made.id)
    await db.run(changes.promise, DUE)
    night = _moment("2027-03-02T02:00")
    assert await db.read(heard, noor, night) == Night(_moment("2027-03-02T09:00"))


async def test_what_is_over_or_cannot_be_told_is_dropped(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(somebody)
    await db.run(comes, made.id, noor)
    await db.run(edit, made.id)
    await db.run(changes.promise, DUE)
    assert await db.read(heard, noor, made.ends) == Void("over")
    await db.run(lambda tx: people.change(tx, noor, reachable=False))
    assert await db.read(heard, noor) == Void("unreachable")


# A day.


async def on_a_day(db: Database) -> tuple[int, list[Meeting], list[int]]:
    places = await db.run(a_day, 5, 5)
    day = places[0].parent
    assert day is not None
    return day, places, await db.run(crowd, 3)


async def test_a_cancelled_day_is_one_message_a_person(db: Database) -> None:
    day, (first, second, evening), (noor, ali, yusuf) = await on_a_day(db)
    for meeting, person in ((first, noor), (evening, noor), (second, ali)):
        await db.run(comes, meeting.id, person)
    await db.run(rsvps.maybe, second.id, yusuf, NOW)
    await db.run(planning.cancel, day, None, NOW, why="Storm.")
    assert await db.run(changes.promise, NOW) == 3
    found = [await hears(db, person, NOW) for person in (noor, ali, yusuf)]
    assert [sorted(one.id for one in notice.places) for notice in found] == [
        sorted((first.id, evening.id)), [second.id], [second.id],
    ]  # fmt: skip
    assert [notice.standing for notice in found] == [Standing.YES, Standing.YES, Standing.MAYBE]
    assert {notice.why for notice in found} == {"Storm."}


async def test_who_heard_of_their_place_does_not_hear_it_again_of_the_day(db: Database) -> None:
    day, (first, second, _evening), (noor, ali, _yusuf) = await on_a_day(db)
    await db.run(comes, first.id, noor)
    await db.run(comes, second.id, ali)
    await db.run(planning.cancel, first.id, None, NOW)
    await db.run(changes.promise, NOW)
    await db.run(deliver, NOW)
    later = NOW + timedelta(minutes=1)
    await db.run(planning.cancel, day, None, later)
    await db.run(changes.promise, later)
    assert await db.read(heard, noor, later) == Void("knows already")
    assert isinstance(await db.read(heard, ali, later), Notice)


async def test_an_open_change_of_a_place_goes_into_the_message_of_its_day(db: Database) -> None:
    day, (first, *_others), (noor, *_more) = await on_a_day(db)
    await db.run(comes, first.id, noor)
    await db.run(edit, first.id)
    await db.run(planning.cancel, day, None, NOW)
    assert await db.run(changes.promise, DUE) == 1
    assert [one["meeting"] for one in await db.read(waits)] == [day]


async def test_who_had_a_cancelled_place_hears_nothing_when_its_day_moves(db: Database) -> None:
    day, (first, second, _evening), (noor, ali, _yusuf) = await on_a_day(db)
    await db.run(comes, first.id, noor)
    await db.run(comes, second.id, ali)
    await db.run(planning.cancel, first.id, None, NOW)
    await db.run(changes.promise, NOW)
    await db.run(deliver, NOW)
    await db.run(edit, day, start=wall("2027-03-16T19:30"))
    await db.run(changes.promise, DUE)
    assert [one["person"] for one in await db.read(waits)] == [ali]
    moved = await db.read(meetings.find, first.id)
    assert moved is not None
    assert (moved.wall_start, moved.version) == ("2027-03-16T19:30", 2)


# By an index.


async def test_no_verb_walks_through_a_table(db: Database, statements: Statements) -> None:
    day, (first, *_others), (noor, *_more) = await on_a_day(db)
    await db.run(comes, first.id, noor)
    with statements.listening():
        await db.run(edit, first.id)
        await db.run(changes.promise, DUE)
        await db.read(heard, noor)
        await db.run(planning.cancel, day, None, NOW)
        await db.run(changes.promise, DUE)
    growing: Collection[str] = {"rsvps", "waiting_list", "people", "fanouts"}
    ours = [walk for walk in await statements.walks(growing) if "renderer" not in walk]
    assert ours == []
