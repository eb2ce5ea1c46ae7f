"""Sendings: begun once, paused, resumed, cancelled, tried again, corrected and withdrawn."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import Database, Tx, announcements, gate, outbox, recipients, sendings, tables
from storage.outbox import Kind
from storage.sendings import State
from tests.storage.announcing import (
    again,
    asked,
    begun,
    content,
    coordinator,
    end,
    go_out,
    promised,
    readers,
    rows,
    spread,
    written,
)
from tests.storage.planning import NOW
from tests.storage.sums import wrong_sums

LATER = NOW + timedelta(hours=1)
DAY = timedelta(days=1)


def sent_to(tx: Tx, many: int, left: int = 0) -> sendings.Sending:
    """A sending that went out to so many, while others are still promised theirs."""
    readers(tx, many + left)
    one = spread(tx, begun(tx))
    go_out(tx, promised(tx, one)[:many])
    recipients.gather(tx, one, NOW)
    return again(tx, one)


def changes(tx: Tx, one: sendings.Sending) -> list[tuple[str, str]]:
    """The kind and the key of what was promised of a correction or a withdrawal."""
    promised(tx, one)
    row = tables.outbox.c
    found = select(row.kind, row.key).where(row.key.like(f"correction:{one.id}:%"))
    return [(each.kind, each.key) for each in tx.execute(found.order_by(row.id))]


async def test_two_who_begin_it_begin_one_sending(db: Database) -> None:
    number = await db.run(written)
    assert await db.run(announcements.plan, number, NOW, await db.run(coordinator), NOW)
    one = await db.run(announcements.find, number)
    assert one is not None
    first = await db.run(sendings.begin, one, NOW)
    assert await db.run(sendings.begin, one, LATER) == first
    assert len(await db.run(sendings.of, number)) == 1


async def test_what_is_not_planned_does_not_begin(db: Database) -> None:
    one = await db.run(announcements.find, await db.run(written))
    assert one is not None
    with pytest.raises(ValueError, match="planned"):
        await db.run(sendings.begin, one, NOW)


async def test_a_pause_holds_until_it_is_resumed(db: Database) -> None:
    await db.run(readers, 4)
    one = await db.run(spread, await db.run(begun))
    assert one.state == State.SENDING
    assert await db.run(sendings.pause, one.id)
    assert not await db.run(sendings.pause, one.id)
    assert await db.run(recipients.feed, one, NOW) == 0
    assert await db.run(sendings.resume, one.id, NOW)
    assert not await db.run(sendings.resume, one.id, NOW)
    one = await db.run(spread, one)
    assert (one.state, one.why) == (State.SENDING, None)
    assert len(await db.run(promised, one)) == 4


async def test_who_came_up_during_a_pause_goes_at_once_after_it(db: Database) -> None:
    await db.run(readers, 3)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    await db.run(sendings.pause, one.id)
    answers = await db.run(lambda tx: recipients.allowed(tx, asked(tx, messages), NOW))
    assert [type(answer) for answer in answers] == [gate.Later] * 3
    put_off = (tables.outbox.update()).values(due=LATER, error=gate.Why.PAUSED)
    await db.run(lambda tx: tx.execute(put_off).rowcount)
    assert await db.run(recipients.gather, one, NOW) == 0
    await db.run(sendings.resume, one.id, NOW)
    due = await db.run(lambda tx: set(tx.execute(select(tables.outbox.c.due)).scalars()))
    assert due == {NOW}


async def test_cancelling_gives_up_all_but_what_is_on_its_way(db: Database) -> None:
    await db.run(readers, 1_203)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    assert len(messages) == recipients.WINDOW
    await db.run(go_out, messages[:2])
    await db.run(end, messages[2:3], outbox.State.SENDING)
    assert await db.run(sendings.cancel, one.id, LATER)
    assert not await db.run(sendings.cancel, one.id, LATER)
    while await db.run(recipients.give_up, one, LATER) or await db.run(
        recipients.gather, one, LATER
    ):
        assert await db.run(wrong_sums) == []
    one = await db.run(again, one)
    assert (one.open, one.sent, one.skipped, one.finished) == (1, 2, 1_200, LATER)
    assert not one.is_settled
    await db.run(go_out, messages[2:3])
    assert await db.run(recipients.gather, one, LATER) == 1
    assert (await db.run(again, one)).is_settled
    waiting = select(tables.outbox.c.id).where(tables.outbox.c.state == "waiting")
    assert await db.run(lambda tx: tx.execute(waiting).all()) == []


async def test_it_is_done_once_and_stays_so(db: Database) -> None:
    one = await db.run(sent_to, 2, 1)
    assert await db.run(sendings.finish, LATER) == []
    await db.run(go_out, await db.run(promised, one))
    await db.run(recipients.gather, one, LATER)
    (done,) = await db.run(sendings.finish, LATER)
    assert (done.state, done.finished, done.sent) == (State.DONE, LATER, 3)
    assert await db.run(sendings.finish, LATER) == []
    assert [found.id for found in await db.run(sendings.to_sum_up)] == [one.id]
    await db.run(sendings.set_columns, one.id, summed_up=LATER)
    assert await db.run(sendings.to_sum_up) == []
    assert not await db.run(sendings.cancel, one.id, LATER)


async def test_failed_ones_are_tried_again_if_they_can_be_reached(db: Database) -> None:
    numbers = await db.run(readers, 4)
    one = await db.run(spread, await db.run(begun))
    messages = await db.run(promised, one)
    await db.run(end, messages[:1], outbox.State.REFUSED, "Bad Request")
    await db.run(end, messages[1:2], outbox.State.UNREACHABLE, "blocked")
    await db.run(end, messages[2:3], outbox.State.UNCERTAIN)
    await db.run(go_out, messages[3:])
    await db.run(recipients.gather, one, NOW)
    blocked = tables.people.update().where(tables.people.c.id == numbers[1])
    await db.run(lambda tx: tx.execute(blocked.values(reachable=False)).rowcount)
    (done,) = await db.run(sendings.finish, NOW)
    assert (done.sent, done.failed, done.uncertain) == (1, 2, 1)
    assert await db.run(sendings.again, one.id, LATER) == 1
    one = await db.run(again, one)
    assert (one.state, one.open, one.failed, one.finished) == (State.SENDING, 1, 1, NOW)
    (message,) = await db.run(promised, one)
    key = select(tables.outbox.c.key).where(tables.outbox.c.id == message)
    name = f"announcement:{one.announcement}:{numbers[0]}:2"
    assert await db.run(lambda tx: tx.execute(key).scalar()) == name
    await db.run(lambda tx: tx.execute(blocked.values(reachable=True)).rowcount)
    assert await db.run(sendings.again, one.id, LATER) == 1
    assert await db.run(wrong_sums) == []


async def test_a_correction_changes_what_was_sent_and_what_is_in_flight(db: Database) -> None:
    one = await db.run(sent_to, 2, 3)
    flying, arrived, waiting = await db.run(promised, one)
    await db.run(end, [flying], outbox.State.SENDING)
    await db.run(go_out, [arrived])  # and that is not booked yet
    by = await db.run(coordinator)
    made = await db.run(sendings.correct, one.announcement, content(text="Better"), by, LATER)
    correction = await db.run(sendings.find, made or 0)
    assert correction is not None
    correction = await db.run(spread, correction)
    kinds = [kind for kind, _key in await db.run(changes, correction)]
    assert (correction.open, kinds) == (4, [Kind.EDIT] * 4)
    found = await db.run(announcements.find, one.announcement)
    assert found is not None
    assert found.content == content(text="Better")
    assert waiting not in [*await db.run(promised, correction)]


async def test_a_second_correction_stops_the_first(db: Database) -> None:
    one, by = await db.run(sent_to, 2), await db.run(coordinator)
    first = await db.run(sendings.correct, one.announcement, content(text="b"), by, NOW)
    second = await db.run(sendings.correct, one.announcement, content(text="c"), by, NOW)
    states = {run.id: run.state for run in await db.run(sendings.of, one.announcement)}
    assert (states[first or 0], states[second or 0]) == (State.CANCELLED, State.SPREADING)


def saying(nl: str, en: str) -> dict[str, Any]:
    return {**content(), "texts": {code: {"text": text, "rich": False}
                                   for code, text in (("nl", nl), ("en", en))}}  # fmt: skip


@pytest.mark.parametrize(
    ("stopped", "total"), [(None, 0), (saying("Better", "Hello"), 2), (saying("Hello", "b"), 0)]
)
async def test_a_correction_leaves_alone_who_reads_what_did_not_change(
    db: Database, stopped: Any, total: int
) -> None:
    one, by = await db.run(sent_to, 2), await db.run(coordinator)
    if stopped is not None:
        await db.run(sendings.correct, one.announcement, stopped, by, NOW)
    now = saying(stopped["texts"]["nl"]["text"] if stopped else "Hello", "Better")
    made = await db.run(sendings.correct, one.announcement, now, by, LATER)
    correction = await db.run(sendings.find, made or 0)
    assert correction is not None
    assert (await db.run(spread, correction)).total == total


async def test_withdrawing_waits_for_what_is_on_its_way_and_deletes_it_too(db: Database) -> None:
    one, by = await db.run(sent_to, 2, 2), await db.run(coordinator)
    flying, _waiting = await db.run(promised, one)
    await db.run(end, [flying], outbox.State.SENDING)
    made = await db.run(sendings.withdraw, one.announcement, by, LATER)
    assert await db.run(sendings.withdraw, one.announcement, by, LATER) is None
    run = await db.run(sendings.find, made or 0)
    assert run is not None
    assert await db.run(recipients.spread, run, LATER) == 0
    await db.run(recipients.give_up, one, LATER)
    assert await db.run(recipients.spread, run, LATER) == 0
    await db.run(go_out, [flying])
    await db.run(recipients.gather, one, LATER)
    run = await db.run(spread, run)
    kinds = [kind for kind, _key in await db.run(changes, run)]
    assert (run.open, kinds) == (3, [Kind.DELETE] * 3)
    assert await db.run(sendings.correct, one.announcement, content(), by, LATER) is None


async def test_what_is_too_old_to_be_deleted_is_changed(db: Database) -> None:
    one, by = await db.run(sent_to, 2), await db.run(coordinator)
    made = await db.run(sendings.withdraw, one.announcement, by, NOW + 2 * DAY)
    run = await db.run(sendings.find, made or 0)
    assert run is not None
    run = await db.run(spread, run)
    while await db.run(recipients.feed, run, NOW + 2 * DAY):
        pass
    assert {kind for kind, _key in await db.run(changes, run)} == {Kind.EDIT}


async def test_a_deletion_that_is_refused_is_followed_by_a_change(db: Database) -> None:
    one, by = await db.run(sent_to, 2), await db.run(coordinator)
    made = await db.run(sendings.withdraw, one.announcement, by, NOW)
    run = await db.run(sendings.find, made or 0)
    assert run is not None
    run = await db.run(spread, run)
    first, second = await db.run(promised, run)
    await db.run(end, [first], outbox.State.REFUSED, "message can't be deleted")
    await db.run(go_out, [second])
    await db.run(recipients.gather, run, NOW)
    assert await db.run(wrong_sums) == []
    found = await db.run(changes, run)
    assert [kind for kind, _key in found] == [Kind.DELETE, Kind.DELETE, Kind.EDIT]
    assert found[2][1] == f"{found[0][1]}:2"
    (third,) = await db.run(promised, run)
    await db.run(end, [third], outbox.State.REFUSED, "no")
    await db.run(recipients.gather, run, NOW)
    assert ("failed", "no") in (await db.run(rows, run)).values()
    assert (await db.run(again, run)).errors == 1
