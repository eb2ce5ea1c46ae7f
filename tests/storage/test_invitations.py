"""Invitations: to those who want them and can come, once, through the gate."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from storage import (
    Database,
    Tx,
    audiences,
    fanout,
    gate,
    invitations,
    people,
    planning,
    rsvps,
    tables,
    waiting,
)
from storage.audiences import Audience, Counted
from storage.gate import Later, Refused, Why
from storage.invitations import Invitation, Report
from storage.meetings import Meeting, Status
from storage.people import Consent
from storage.rsvps import Party
from tests.storage.lines import a_day, full, queue
from tests.storage.planning import NOW, crowd, plan, somebody
from tests.storage.statements import Statements

ALL = Audience()
UTRECHT, BREDA = "GM0344", "GM0758"
DAY = timedelta(days=1)


def agree(tx: Tx, /, person: int, given: bool = True) -> None:
    people.record_consent(tx, person, Consent("news", given, "1", "nl", "chat", NOW))


def known(tx: Tx, /, name: str = "noor", **told: Any) -> int:
    """Somebody who joined, wants invitations, and told this."""
    person = somebody(tx, name)
    people.join(tx, person, NOW, {"name": name, **told})
    agree(tx, person)
    return person


def everybody(tx: Tx, /, size: int) -> list[int]:
    return [known(tx, f"person {number}") for number in range(size)]


def invite(tx: Tx, /, meeting: Meeting, audience: Audience = ALL) -> None:
    by = somebody(tx, "cora")
    invitations.invite(tx, meeting, audience, by, NOW)


def waits(tx: Tx) -> dict[int, dict[str, Any]]:
    """The invitations that wait to be sent, by person."""
    row = tables.outbox.c
    query = select(row.arguments).where(
        row.renderer == invitations.RENDERER, row.state == "waiting"
    )
    return {one["person"]: dict(one) for one in tx.execute(query.order_by(row.id)).scalars()}


async def invited(db: Database, meeting: Meeting, audience: Audience = ALL) -> set[int]:
    """Who is promised an invitation of this round."""
    before = set(await db.read(waits))
    await db.run(invite, meeting, audience)
    while await db.run(invitations.promise, NOW):
        pass
    return set(await db.read(waits)) - before


def wanted(tx: Tx, person: int, now: Any = NOW) -> Any:
    """What this person's invitation comes to when it is claimed; what is not sent is ended."""
    mine = waits(tx)[person]
    found = invitations.wanted(tx, mine, now)
    if not isinstance(found, Later):
        state = "sent" if isinstance(found, Invitation) else "cancelled"
        key = audiences.key(mine["fanout"], person)
        row = tables.outbox.c.key == key
        tx.execute(tables.outbox.update().where(row).values(state=state))
    return found


# To whom.


async def test_who_wants_none_or_cannot_be_reached_is_not_invited(db: Database) -> None:
    made = await db.run(plan)
    noor, ali, yusuf, _visitor = [*await db.run(everybody, 3), await db.run(somebody)]
    await db.run(agree, ali, False)
    await db.run(lambda tx: people.change(tx, yusuf, reachable=False))
    assert await db.read(invitations.count, made, ALL) == Counted(4, 1, 0, 0, 1)
    assert await invited(db, made) == {noor}


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (ALL, {"noor", "ali", "yusuf"}),
        (Audience(municipality=UTRECHT), {"noor", "ali"}),
        (Audience(municipality=UTRECHT, neighbourhoods=("Lombok", "lombok")), {"noor"}),
        (Audience(municipality=BREDA, neighbourhoods=("Lombok",)), set()),
        (Audience(part="active"), {"ali", "yusuf"}),
        (Audience(theme="green"), {"yusuf"}),
        (Audience(municipality=UTRECHT, part="active"), {"ali"}),
    ],
)
async def test_an_audience_is_who_it_says(
    db: Database, audience: Audience, expected: set[str]
) -> None:
    made = await db.run(plan)
    told: dict[str, dict[str, Any]] = {
        "noor": {"municipality": UTRECHT, "neighbourhood": "lombok", "part": "resident"},
        "ali": {"municipality": UTRECHT, "neighbourhood": "Centrum", "part": "active"},
        "yusuf": {"municipality": BREDA, "part": "active"},
    }
    ids = {}
    for name, facts in told.items():
        ids[name] = await db.run(partial(known, name=name, **facts))
    await db.run(people.set_themes, ids["yusuf"], ["green"])
    assert (await db.read(invitations.count, made, audience)).people == len(expected)
    assert await invited(db, made, audience) == {ids[name] for name in expected}


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("all", {"noor", "ali", "visitor"}),
        ("members", {"noor", "ali"}),
        ("part:active", {"ali"}),
        (f"municipality:{UTRECHT}", {"noor"}),
    ],
)
async def test_who_may_not_come_is_not_invited(
    db: Database, audience: str, expected: set[str]
) -> None:
    made = await db.run(lambda tx: plan(tx, audience=audience))
    facts = {"part": "active", "municipality": BREDA}
    ids = {
        "noor": await db.run(lambda tx: known(tx, "noor", municipality=UTRECHT)),
        "ali": await db.run(lambda tx: known(tx, "ali", **facts)),
        "visitor": await db.run(lambda tx: somebody(tx, "visitor")),
    }
    await db.run(agree, ids["visitor"])
    await db.run(lambda tx: people.change(tx, ids["visitor"], **facts))
    assert await invited(db, made) == {ids[name] for name in expected}


async def test_who_answered_or_stands_in_line_is_not_invited(db: Database) -> None:
    made = await db.run(full)
    noor, ali, yusuf, fatma = await db.run(everybody, 4)
    (waiter,) = await db.run(queue, made.id, 1)
    await db.run(agree, waiter)
    await db.run(rsvps.maybe, made.id, noor, NOW)
    await db.run(rsvps.withdraw, made.id, ali, NOW)
    await db.run(rsvps.claim, made.id, Party(yusuf, 1), NOW)
    await db.run(waiting.leave, made.id, yusuf, NOW)
    assert (await db.read(invitations.count, made, ALL)).answered == 5
    assert await invited(db, made) == {fatma}


async def test_who_has_a_place_on_the_day_is_not_invited_to_another(db: Database) -> None:
    first, second, evening = await db.run(a_day, 5, 5)
    noor, ali, yusuf = await db.run(everybody, 3)
    await db.run(rsvps.claim, first.id, Party(noor, 1), NOW)
    await db.run(rsvps.withdraw, first.id, ali, NOW)
    assert (await db.read(invitations.count, second, ALL)).get == 2
    assert await invited(db, second) == {ali, yusuf}
    assert (await db.read(invitations.count, evening, ALL)).get == 3


async def test_who_only_comes_in_the_evening_is_invited_to_a_place(db: Database) -> None:
    first, _second, evening = await db.run(a_day, 5, 5)
    (noor,) = await db.run(everybody, 1)
    await db.run(rsvps.claim, evening.id, Party(noor, 1), NOW)
    assert await invited(db, first) == {noor}


async def test_nobody_is_invited_twice(db: Database) -> None:
    made = await db.run(plan)
    noor, ali = await db.run(everybody, 2)
    assert await invited(db, made) == {noor, ali}
    assert await invited(db, made) == set()
    assert await db.read(invitations.count, made, ALL) == Counted(3, 2, 0, 2, 0)


async def test_who_was_refused_can_be_invited_when_they_want_it_again(db: Database) -> None:
    made = await db.run(plan)
    (noor,) = await db.run(everybody, 1)
    assert await invited(db, made) == {noor}
    await db.run(agree, noor, False)
    assert await db.run(wanted, noor) == Refused(Why.NO_CONSENT)
    assert await invited(db, made) == set()
    await db.run(agree, noor)
    later = NOW + DAY
    await db.run(invitations.invite, made, ALL, noor, later)
    assert await db.run(invitations.promise, later) == 1
    assert isinstance(await db.run(wanted, noor, later), Invitation)


async def test_a_neighbourhood_is_known_by_all_its_spellings(db: Database) -> None:
    for number, name in enumerate(["Lombok", "Lombok", "lombok", "Centrum"]):
        told = {"municipality": UTRECHT, "neighbourhood": name}
        await db.run(partial(known, name=f"{number}", **told))
    assert await db.read(audiences.neighbourhoods, UTRECHT) == ["Lombok", "Centrum", "lombok"]
    assert await db.read(audiences.neighbourhoods, BREDA) == []


# Page by page.


async def test_2000_people_are_invited_once_though_it_is_killed(db: Database) -> None:
    made = await db.run(plan)
    await db.run(bulk, 2000)
    await db.run(invite, made)

    def killed(tx: Tx) -> None:
        assert invitations.promise(tx, NOW) > 0
        raise KeyboardInterrupt

    total = 0
    for page in range(2000 // fanout.PAGE):
        if page % 15 == 0:
            with pytest.raises(KeyboardInterrupt):
                await db.run(killed)
        total += await db.run(invitations.promise, NOW)
    await db.run(invitations.promise, NOW)
    assert total == len(await db.read(waits)) == 2000
    (one,) = await db.read(fanout.of_meeting, invitations.KIND, made.id)
    assert (one.promised, one.finished) == (2000, NOW)
    assert await db.read(invitations.report, made) == Report(open=2000)


def bulk(tx: Tx, /, size: int) -> None:
    """Many people who want invitations, put in at once."""
    new = {"state": "member", "role": "none", "language": "nl", "first_seen": NOW}
    rows = [
        {**new, "wants_news": True, "chat": f"telegram:{n}", "last_seen": NOW} for n in range(size)
    ]
    tx.execute(tables.people.insert(), rows)


async def test_few_among_many_are_looked_for_a_bounded_stretch_at_a_time(db: Database) -> None:
    made = await db.run(plan)
    await db.run(bulk, 2)
    numbers = await db.read(lambda tx: tx.execute(select(tables.people.c.id)).scalars().all())
    far = max(numbers) + 2 * audiences.LOOKED_AT
    await db.run(far_away, far)
    await db.run(invite, made)
    before = [await cursor_after_a_tick(db, made) for _page in range(2)]
    assert before == [(audiences.LOOKED_AT, 2), (2 * audiences.LOOKED_AT, 2)]
    assert set(await db.read(waits)) == set(numbers)
    while await db.run(invitations.promise, NOW):
        pass
    (one,) = await db.read(fanout.of_meeting, invitations.KIND, made.id)
    assert (one.promised, one.finished) == (3, NOW)
    assert set(await db.read(waits)) == {*numbers, far}


def far_away(tx: Tx, number: int) -> None:
    known = {"id": number, "chat": "telegram:far", "wants_news": True, "state": "member"}
    seen = {"role": "none", "language": "nl", "first_seen": NOW, "last_seen": NOW}
    tx.execute(tables.people.insert(), [{**known, **seen}])


async def cursor_after_a_tick(db: Database, meeting: Meeting) -> tuple[int, int]:
    """How far it came, and how many were promised by then."""
    assert await db.run(invitations.promise, NOW) > 0
    (one,) = await db.read(fanout.of_meeting, invitations.KIND, meeting.id)
    return one.cursor, one.promised


async def test_two_coordinators_and_two_workers_at_once_invite_everybody_once(
    db: Database,
) -> None:
    made = await db.run(plan)
    await db.run(bulk, 250)
    cora, carl = await db.run(crowd, 2)
    for by in (cora, carl):
        await db.run(invitations.invite, made, ALL, by, NOW)
    for _round in range(5):
        await asyncio.gather(*(db.run(invitations.promise, NOW) for _ in range(4)))
    assert len(await db.read(waits)) == 250
    written = select(tables.outbox.c.key)
    assert len(await db.read(lambda tx: tx.execute(written).all())) == 250


async def test_nobody_is_looked_for_when_the_meeting_is_cancelled(db: Database) -> None:
    made = await db.run(plan)
    await db.run(everybody, 2)
    await db.run(invite, made)
    await db.run(planning.cancel, made.id, None, NOW)
    assert await db.run(invitations.promise, NOW) == 0
    assert not (await db.read(invitations.report, made)).going_on


# When one is claimed.


async def test_what_it_says_is_who_sent_it_to_whom(db: Database) -> None:
    made = await db.run(plan)
    noor = await db.run(lambda tx: known(tx, municipality=UTRECHT))
    audience = Audience(municipality=UTRECHT)
    assert await invited(db, made, audience) == {noor}
    found = await db.run(wanted, noor)
    cora = await db.run(somebody, "cora")
    assert (found.meeting.id, found.person.id, found.by.id) == (made.id, noor, cora)
    assert found.audience == audience
    why = await db.read(invitations.why, made.id, noor)
    assert why is not None
    assert why[0] == audience
    assert await db.read(invitations.why, made.id, cora) is None


async def test_stale_invitations_are_refused_with_a_reason(db: Database) -> None:
    made = await db.run(plan)
    noor, ali, yusuf, fatma = await db.run(everybody, 4)
    await invited(db, made)
    await db.run(rsvps.withdraw, made.id, noor, NOW)
    assert await db.run(wanted, noor) == Refused(invitations.ANSWERED)
    await db.run(lambda tx: planning.edit(tx, made.id, None, NOW, audience="part:official"))
    assert await db.run(wanted, ali) == Refused(invitations.NOT_FOR_THEM)
    await db.run(lambda tx: planning.edit(tx, made.id, None, NOW, audience="all"))
    assert isinstance(await db.run(wanted, yusuf), Invitation)
    await db.run(planning.cancel, made.id, None, NOW)
    assert await db.run(wanted, fatma) == Refused(invitations.CLOSED)
    report = await db.read(invitations.report, made)
    assert report == Report(sent=1, skipped={"answered already": 1, "not for them": 1, "closed": 1})
    assert report.invited == 4


async def test_a_report_counts_everybody_once(db: Database) -> None:
    made = await db.run(plan)
    sent, paused, refused, opened, failed = await db.run(everybody, 5)
    await db.run(gate.pause, paused, NOW + 3 * DAY)
    await invited(db, made)
    await db.run(agree, refused, False)
    assert isinstance(await db.run(wanted, sent), Invitation)
    assert await db.run(wanted, paused) == Later(NOW + 3 * DAY, Why.PAUSED)
    assert await db.run(wanted, refused) == Refused(Why.NO_CONSENT)
    assert isinstance(await db.run(wanted, failed), Invitation)
    gone = tables.outbox.c.chat == "telegram:person 4"
    unreachable = tables.outbox.update().where(gone).values(state="unreachable")
    await db.run(lambda tx: tx.execute(unreachable).rowcount)
    report = await db.read(invitations.report, made)
    expected = Report(sent=1, open=1, failed=1, held={"paused": 1}, skipped={"no consent": 1})
    assert report == expected
    assert report.invited == 5
    assert await db.read(invitations.of, made.id) == [sent, failed]
    assert await db.read(invitations.has, made.id, sent)
    assert not await db.read(invitations.has, made.id, opened)


async def test_a_report_outlives_the_record_of_messages(db: Database) -> None:
    made = await db.run(plan)
    sent, refused = await db.run(everybody, 2)
    await invited(db, made)
    await db.run(agree, refused, False)
    for person in (sent, refused):
        await db.run(wanted, person)
    await db.run(lambda tx: tx.execute(tables.outbox.delete()).rowcount)
    assert await db.read(invitations.report, made) == Report(sent=1, skipped={"no consent": 1})


async def test_a_draft_can_invite_nobody(db: Database) -> None:
    made = await db.run(lambda tx: plan(tx, status=Status.DRAFT))
    await db.run(everybody, 1)
    assert await invited(db, made) == set()


async def test_no_verb_walks_through_a_table(db: Database, statements: Statements) -> None:
    made = await db.run(plan)
    (noor,) = await db.run(everybody, 1)
    audience = Audience(municipality=UTRECHT)
    with statements.listening():
        await invited(db, made)
        await db.run(wanted, noor)
        await db.read(invitations.count, made, audience)
        await db.read(invitations.report, made)
        await db.read(invitations.why, made.id, noor)
        await db.read(invitations.has, made.id, noor)
    growing = {"rsvps", "waiting_list", "people", "fanouts", "invitations", "gate_decisions"}
    ours = [walk for walk in await statements.walks(growing) if "outbox.arguments" not in walk]
    assert ours == []
