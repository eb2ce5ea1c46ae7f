"""Announcements: written by one, planned once, begun at the right moment."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import (
    Database,
    Tx,
    announcement_owners,
    announcements,
    drafts,
    planned,
    planning,
    sendings,
)
from storage.announcements import DRAFTS, State
from tests.storage.announcing import content, coordinator, written
from tests.storage.planning import NOW, plan, somebody, wall
from tests.storage.statements import Statements

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=2)
NIGHT = datetime.fromisoformat("2027-03-01T22:30:00+00:00")
MORNING = datetime.fromisoformat("2027-03-02T08:00:00+00:00")


@dataclass
class Writer:
    person: int
    announcement: int
    now: datetime = NOW
    arguments: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.arguments = {"announcement_id": self.announcement}


def state(tx: Tx, number: int) -> str:
    found = announcements.find(tx, number)
    assert found is not None
    return found.state


def planned_for(tx: Tx, due: datetime | None = NOW, /, **known: Any) -> int:
    number = written(tx, **known)
    assert announcements.plan(tx, number, due, coordinator(tx), NOW)
    return number


def numbers(found: list[announcements.Announcement]) -> list[int]:
    return [one.id for one in found]


async def test_answers_are_kept_in_their_order_and_changed_in_their_place(db: Database) -> None:
    by = await db.run(coordinator)
    who = Writer(by, await db.run(announcements.new, by, NOW))
    for key, value in (("purpose", "news"), ("text", {"text": "a"}), (".way", "x")):
        await db.run(DRAFTS.save, who, key, value)
    await db.run(DRAFTS.save, who, "purpose", "survey")
    assert await db.run(DRAFTS.load, who) == [("purpose", "survey"), ("text", {"text": "a"})]
    await db.run(DRAFTS.drop, who, "purpose")
    await db.run(DRAFTS.drop, who, "nothing")
    assert await db.run(DRAFTS.load, who) == [("text", {"text": "a"})]


async def test_what_is_no_draft_keeps_its_answers(db: Database) -> None:
    by = await db.run(coordinator)
    who = Writer(by, await db.run(written))
    await db.run(DRAFTS.save, who, "text", "a")
    assert await db.run(announcements.ask, who.announcement, NOW)
    await db.run(DRAFTS.save, who, "text", "b")
    assert await db.run(DRAFTS.load, who) == [("text", "a")]


async def test_somebody_who_puts_it_off_is_asked_again_then(db: Database) -> None:
    by = await db.run(coordinator)
    who = Writer(by, await db.run(written))
    await db.run(DRAFTS.put_off, who, LATER)
    assert await db.read(planned.next_event, NOW) == LATER
    assert drafts.AGAIN == "announcement_again"


async def test_only_what_says_something_is_planned(db: Database) -> None:
    by = await db.run(coordinator)
    empty = await db.run(announcements.new, by, NOW)
    assert not await db.run(announcements.plan, empty, NOW, by, NOW)
    assert not await db.run(announcements.ask, empty, NOW)
    number = await db.run(written)
    assert await db.run(announcements.plan, number, NOW, by, NOW)


async def test_who_approves_second_is_told_that_it_was_done(db: Database) -> None:
    number, by = await db.run(written), await db.run(coordinator)
    assert await db.run(announcements.ask, number, NOW)
    assert await db.run(announcements.plan, number, NOW, by, NOW)
    assert not await db.run(announcements.plan, number, NOW, by, NOW)
    found = await db.run(announcements.find, number)
    assert found is not None
    assert found.approved_by == by


async def test_what_was_taken_back_is_not_agreed_to(db: Database) -> None:
    number, by = await db.run(written), await db.run(coordinator)
    assert not await db.run(announcements.agree, number, NOW, by, NOW)
    assert await db.run(announcements.ask, number, NOW)
    assert await db.run(announcements.agree, number, NOW, by, NOW)
    assert not await db.run(announcements.agree, number, NOW, by, NOW)
    assert await db.run(state, number) == State.PLANNED


async def test_what_is_planned_is_not_written_any_more_until_it_is_undone(db: Database) -> None:
    number = await db.run(planned_for)
    with pytest.raises(AssertionError):
        await db.run(lambda tx: written_again(tx, number))
    assert await db.run(announcements.undo, number, NOW)
    assert not await db.run(announcements.undo, number, NOW)
    await db.run(lambda tx: written_again(tx, number))
    assert await db.run(state, number) == State.DRAFT


def written_again(tx: Tx, number: int) -> None:
    assert announcements.write(
        tx, number, content=content(text="b"), audience={}, purpose="news", meeting=None,
        minutes=None, useful_until=None, late_until=None, is_news=False, paid=False, now=NOW,
    )  # fmt: skip


async def test_what_has_begun_cannot_be_undone_or_dropped(db: Database) -> None:
    number = await db.run(planned_for)
    (one,) = await db.run(announcements.due, NOW)
    await db.run(sendings.begin, one, NOW)
    assert not await db.run(announcements.undo, number, NOW)
    assert not await db.run(announcements.drop, number, NOW)
    assert await db.run(state, number) == State.BEGUN


async def test_what_was_dropped_is_in_no_list(db: Database) -> None:
    first, second = await db.run(written), await db.run(written)
    by = await db.run(coordinator)
    assert numbers(await db.read(announcements.drafts, by, 5)) == [second, first]
    assert await db.run(announcements.drop, second, NOW)
    assert numbers(await db.read(announcements.drafts, by, 5)) == [first]
    assert numbers(await db.read(announcements.overview, 5, 0)) == [first]
    assert await db.read(announcements.overview, 5, 1) == []


async def test_it_is_due_at_its_moment_the_longest_due_first(db: Database) -> None:
    late = await db.run(planned_for, NOW + MINUTE)
    early = await db.run(planned_for, NOW)
    await db.run(planned_for, LATER)
    assert numbers(await db.run(announcements.due, NOW - MINUTE)) == []
    assert numbers(await db.run(announcements.due, NOW)) == [early]
    assert numbers(await db.run(announcements.due, NOW + MINUTE)) == [early, late]
    assert await db.read(planned.next_event, NOW + MINUTE) == LATER


async def test_news_waits_for_the_morning_and_what_concerns_a_meeting_does_not(
    db: Database,
) -> None:
    news = await db.run(planned_for, NIGHT)
    assert numbers(await db.run(announcements.due, NIGHT)) == []
    assert await db.read(planned.next_event, NIGHT) == MORNING
    told = await db.run(planned_for, NIGHT, purpose="service")
    assert numbers(await db.run(announcements.due, NIGHT)) == [told]
    assert numbers(await db.run(announcements.due, MORNING)) == [news, told]


async def test_what_a_meeting_brings_into_the_night_waits_for_the_morning(db: Database) -> None:
    meeting = await db.run(plan, days=5)
    await db.run(planning.edit, meeting.id, None, NOW, start=wall("2027-03-08T10:00"))
    told = await db.run(planned_for, None, meeting=meeting.id, minutes=-2 * 60, purpose="service")
    early = datetime.fromisoformat("2027-03-08T07:00:00+00:00")
    assert numbers(await db.run(announcements.due, early)) == []
    assert await db.read(announcements.next_due, early) == early + timedelta(hours=1)
    assert numbers(await db.run(announcements.due, early + timedelta(hours=1))) == [told]


async def test_a_relative_one_moves_along_with_its_meeting(db: Database) -> None:
    meeting = await db.run(plan, days=5)
    number = await db.run(planned_for, None, meeting=meeting.id, minutes=-2 * 24 * 60)
    one = await db.run(announcements.find, number)
    assert one is not None
    assert await db.read(announcements.due_of, one) == meeting.starts - timedelta(days=2)
    moved = wall("2027-03-29T19:30")  # The clocks went forward the day before.
    await db.run(planning.edit, meeting.id, None, NOW, start=moved)
    due = await db.read(announcements.due_of, one)
    assert due == datetime.fromisoformat("2027-03-27T18:30:00+00:00")
    assert numbers(await db.run(announcements.due, due)) == [number]


async def test_what_comes_before_a_meeting_is_of_use_until_it_begins(db: Database) -> None:
    meeting = await db.run(plan, days=5)
    before = await db.run(planned_for, None, meeting=meeting.id, minutes=-60)
    after = await db.run(planned_for, None, meeting=meeting.id, minutes=60)
    for number, until in ((before, meeting.starts), (after, None)):
        one = await db.run(announcements.find, number)
        assert one is not None
        await db.run(sendings.begin, one, meeting.starts - MINUTE)
        begun = await db.run(announcements.find, number)
        assert begun is not None
        assert begun.useful_until == until


async def test_hours_before_a_meeting_are_real_hours(db: Database) -> None:
    meeting = await db.run(plan, days=5)
    number = await db.run(planned_for, None, meeting=meeting.id, minutes=-180)
    one = await db.run(announcements.find, number)
    assert one is not None
    assert await db.read(announcements.due_of, one) == meeting.starts - timedelta(hours=3)


async def test_what_can_never_begin_is_a_draft_again(db: Database) -> None:
    held, off = await db.run(plan, days=5), await db.run(plan, "off", days=6)
    before = await db.run(planned_for, None, meeting=held.id, minutes=-60)
    after = await db.run(planned_for, None, meeting=held.id, minutes=60)
    cancelled = await db.run(planned_for, None, meeting=off.id, minutes=-60)
    late = await db.run(planned_for, LATER, useful_until=NOW)
    assert numbers(await db.run(announcements.stranded, NOW)) == [late]
    await db.run(planning.cancel, off.id, None, NOW)
    assert numbers(await db.run(announcements.stranded, NOW)) == [cancelled]
    assert numbers(await db.run(announcements.stranded, held.starts)) == [before]
    assert await db.run(state, before) == State.DRAFT
    assert await db.run(state, after) == State.PLANNED
    assert await db.run(announcements.stranded, held.starts) == []


async def test_the_same_words_for_the_same_people_are_found(db: Database) -> None:
    audience = {"only": [["part", "resident"], ["language", "nl"]], "but": []}
    turned = {"only": [["language", "nl"], ["part", "resident"]], "but": []}
    first = await db.run(planned_for, audience=audience)
    others: list[dict[str, Any]] = [{"content": content(text="x"), "audience": audience}, {}]
    for known in others:
        other = await db.run(announcements.find, await db.run(written, **known))
        assert other is not None
        assert await db.read(announcements.same, other, NOW) is None
    with_more = {**content(), "attachment": {"kind": "photo", "file": "F", "name": "f.jpg"}}
    more = await db.run(written, content=with_more, audience=turned)
    with_picture = await db.run(announcements.find, more)
    assert with_picture is not None
    assert await db.read(announcements.same, with_picture, NOW) is not None
    second = await db.run(announcements.find, await db.run(written, audience=turned))
    assert second is not None
    found = await db.read(announcements.same, second, NOW)
    assert found is not None
    assert found.id == first
    (due,) = await db.run(announcements.due, NOW)
    await db.run(sendings.begin, due, NOW)
    assert await db.read(announcements.same, second, NOW) is not None
    assert await db.read(announcements.same, second, NOW + MINUTE) is None


def planned_unless_same(tx: Tx, number: int) -> bool:
    found = announcements.find(tx, number)
    assert found is not None
    if announcements.same(tx, found, NOW) is not None:
        return False
    time.sleep(0.2)  # long enough for the other one to look too
    return announcements.plan(tx, number, NOW, coordinator(tx), NOW)


async def test_of_two_who_plan_the_same_together_one_knows_of_the_other(db: Database) -> None:
    both = [await db.run(written), await db.run(written)]
    done = await asyncio.gather(*(db.run(planned_unless_same, number) for number in both))
    assert sorted(done) == [False, True]


async def test_a_copy_is_a_draft_that_says_the_same(db: Database) -> None:
    number, other = await db.run(planned_for, is_news=True), await db.run(somebody)
    one = await db.run(announcements.find, number)
    found = await db.run(announcements.find, await db.run(announcements.copy, number, other, LATER))
    assert one is not None
    assert found is not None
    assert (found.state, found.made_by, found.due) == (State.DRAFT, other, None)
    assert (found.content, found.audience, found.is_news) == (one.content, one.audience, True)
    assert found.created == LATER


async def test_no_verb_walks_through_a_table(db: Database, statements: Statements) -> None:
    meeting = await db.run(plan)
    with statements.listening():
        number = await db.run(planned_for, None, meeting=meeting.id, minutes=-60)
        one = await db.run(announcements.find, number)
        assert one is not None
        by = await db.run(coordinator)
        await db.run(DRAFTS.save, Writer(by, number), "a", 1)
        await db.run(announcements.drafts, by, 3)
        await db.run(announcements.same, one, NOW)
        await db.run(announcement_owners.hand_over, NOW)
        await db.run(announcements.due, NOW)
        await db.run(announcements.next_due, NOW)
        await db.run(announcements.stranded, NOW)
        await db.run(announcements.taking_late, NOW)
        await db.run(announcements.undo, number, NOW)
        await db.run(announcements.copy, number, by, NOW)
    assert await statements.walks({"announcements", "outbox", "people"}) == []
