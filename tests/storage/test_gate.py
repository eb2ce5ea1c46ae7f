"""The one gate: what may go, what has to wait and until when, and why."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage import Database, Tx, gate, people, settings, tables, wall_time
from storage.gate import Decision, Later, Pass, Refused, Why
from storage.people import Consent, Person, Purpose
from tests.storage.planning import NOW, somebody, wall
from tests.storage.statements import Statements

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def at(text: str) -> datetime:
    return wall_time.moment(wall(text), "Europe/Amsterdam")


def agree(tx: Tx, /, person: int, given: bool = True, purpose: str = "news") -> None:
    people.record_consent(tx, person, Consent(purpose, given, "1", "nl", "chat", NOW))


def wants_news(tx: Tx, /, name: str = "noor") -> int:
    person = somebody(tx, name)
    agree(tx, person)
    return person


def person_of(tx: Tx, person: int) -> Person:
    found = people.find(tx, person)
    assert found is not None
    return found


def asks(tx: Tx, /, person: int, key: str, now: datetime = NOW) -> Decision:
    return gate.decide(tx, person_of(tx, person), Purpose.NEWS, key, now)


def kept(tx: Tx) -> dict[str, tuple[str, str | None]]:
    row = tables.gate_decisions.c
    found = tx.execute(select(row.key, row.outcome, row.reason))
    return {one.key: (one.outcome, one.reason) for one in found}


async def test_who_agreed_gets_it_by_day_and_it_is_kept(db: Database) -> None:
    noor = await db.run(wants_news)
    assert await db.run(asks, noor, "a") == Pass()
    assert await db.read(kept) == {"a": ("pass", None)}


async def test_who_never_agreed_or_took_it_back_is_not_asked_again(db: Database) -> None:
    noor, ali = await db.run(somebody), await db.run(wants_news, "ali")
    await db.run(agree, ali, False)
    await db.run(agree, noor, True, "survey")
    for person in (noor, ali):
        assert await db.run(asks, person, f"{person}") == Refused(Why.NO_CONSENT)
        await db.run(agree, person)
        assert await db.run(asks, person, f"{person}") == Refused(Why.NO_CONSENT)
    assert set((await db.read(kept)).values()) == {("refused", "no consent")}


async def test_who_blocked_the_bot_is_left_alone(db: Database) -> None:
    noor = await db.run(wants_news)
    await db.run(lambda tx: people.change(tx, noor, reachable=False))
    assert await db.run(asks, noor, "a") == Refused(Why.UNREACHABLE)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2027-03-10T08:59", "2027-03-10T09:00"),
        ("2027-03-10T09:00", None),
        ("2027-03-10T20:59", None),
        ("2027-03-10T21:00", "2027-03-11T09:00"),
        ("2027-03-28T01:30", "2027-03-28T09:00"),
        ("2027-10-30T22:00", "2027-10-31T09:00"),
    ],
)
async def test_nothing_goes_at_night(db: Database, now: str, then: str | None) -> None:
    noor = await db.run(wants_news)
    expected = Later(at(then), Why.NIGHT) if then else Pass()
    assert await db.run(asks, noor, "a", at(now)) == expected
    if then:
        assert await db.run(asks, noor, "a", at(then)) == Pass()
        assert await db.read(kept) == {"a": ("pass", None)}


async def test_night_is_where_the_platform_is(db: Database) -> None:
    noor = await db.run(wants_news)
    await db.run(settings.put, "platform", {"timezone": "America/Curacao"})
    assert isinstance(await db.run(asks, noor, "a"), Later)


async def test_a_pause_holds_it_back_until_it_is_over(db: Database) -> None:
    noor = await db.run(wants_news)
    await db.run(gate.pause, noor, NOW + 14 * DAY)
    assert await db.run(asks, noor, "a") == Later(NOW + 14 * DAY, Why.PAUSED)
    await db.run(gate.pause, noor, at("2027-03-10T22:00"))
    assert await db.run(asks, noor, "a") == Later(at("2027-03-11T09:00"), Why.PAUSED)
    await db.run(gate.pause, noor, None)
    assert await db.run(asks, noor, "a") == Pass()


async def test_three_a_week_over_all_purposes(db: Database) -> None:
    noor = await db.run(wants_news)
    await db.run(agree, noor, True, "survey")
    who = await db.read(person_of, noor)
    for day in range(3):
        purpose = Purpose.SURVEY if day == 1 else Purpose.NEWS
        assert await db.run(gate.decide, who, purpose, f"{day}", NOW + day * DAY) == Pass()
    held = Later(NOW + WEEK, Why.ENOUGH)
    assert await db.run(asks, noor, "4", NOW + 3 * DAY) == held
    assert await db.run(asks, noor, "4", NOW + WEEK - timedelta(seconds=1)) == held
    assert await db.run(asks, noor, "4", NOW + WEEK) == Pass()
    assert await db.run(asks, noor, "5", NOW + WEEK) == Later(NOW + DAY + WEEK, Why.ENOUGH)


async def test_what_waits_or_is_refused_does_not_count(db: Database) -> None:
    noor = await db.run(wants_news)
    for number in range(5):
        await db.run(asks, noor, f"night {number}", at("2027-03-01T23:00"))
    who = await db.read(person_of, noor)
    for number in range(5):
        await db.run(gate.decide, who, Purpose.SURVEY, f"survey {number}", NOW)
    assert [await db.run(asks, noor, f"day {number}") for number in range(3)] == [Pass()] * 3


async def test_a_second_claim_counts_once_and_passes_in_a_full_week(db: Database) -> None:
    """A crash between the claim and the call brings the same message back."""
    noor = await db.run(wants_news)
    for number in range(3):
        assert await db.run(asks, noor, f"{number}") == Pass()
    assert await db.run(asks, noor, "1", NOW + timedelta(minutes=5)) == Pass()
    assert len(await db.read(kept)) == 3


async def test_a_second_claim_still_minds_the_night_and_what_was_taken_back(db: Database) -> None:
    noor = await db.run(wants_news)
    assert await db.run(asks, noor, "a", at("2027-03-10T20:59")) == Pass()
    assert isinstance(await db.run(asks, noor, "a", at("2027-03-10T21:05")), Later)
    assert await db.read(kept) == {"a": ("pass", None)}
    await db.run(agree, noor, False)
    assert await db.run(asks, noor, "a", at("2027-03-11T09:00")) == Refused(Why.NO_CONSENT)
    assert await db.read(kept) == {"a": ("refused", "no consent")}


async def test_a_sender_can_refuse_by_itself_but_not_what_went(db: Database) -> None:
    noor = await db.run(wants_news)
    who = await db.read(person_of, noor)

    def refuse(tx: Tx, key: str) -> Refused:
        return gate.refuse(tx, who, Purpose.NEWS, key, NOW, why="answered")

    await db.run(asks, noor, "went")
    for key in ("went", "new"):
        assert await db.run(refuse, key) == Refused("answered")
    assert await db.read(kept) == {"went": ("pass", None), "new": ("refused", "answered")}
    assert await db.run(asks, noor, "new") == Refused("answered")


async def test_ten_at_once_are_three(db: Database) -> None:
    noor = await db.run(wants_news)
    found = await asyncio.gather(*(db.run(asks, noor, f"{number}") for number in range(10)))
    assert sum(decision == Pass() for decision in found) == 3
    assert {one.why for one in found if isinstance(one, Later)} == {Why.ENOUGH}


async def test_a_claim_that_was_rolled_back_counts_nothing(db: Database) -> None:
    noor = await db.run(wants_news)

    def killed(tx: Tx) -> None:
        assert asks(tx, noor, "a") == Pass()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await db.run(killed)
    assert await db.read(kept) == {}


async def test_what_stands_in_the_row_counts(db: Database) -> None:
    """Not what its sender read of somebody before."""
    noor = await db.run(wants_news)
    who = replace(await db.read(person_of, noor), reachable=False)
    assert await db.run(gate.decide, who, Purpose.NEWS, "a", NOW) == Pass()


async def test_old_decisions_are_forgotten(db: Database) -> None:
    noor = await db.run(wants_news)
    await db.run(asks, noor, "old")
    await db.run(asks, noor, "new", NOW + 2 * DAY)
    assert await db.run(gate.forget, NOW + gate.KEPT + DAY) == 1
    assert set(await db.read(kept)) == {"new"}


async def test_no_verb_walks_through_a_table(db: Database, statements: Statements) -> None:
    noor = await db.run(wants_news)
    with statements.listening():
        await db.run(asks, noor, "a")
        await db.run(asks, noor, "a")
        await db.run(gate.pause, noor, None)
        await db.run(gate.forget, NOW)
    assert await statements.walks({"gate_decisions", "people", "consents"}) == []
