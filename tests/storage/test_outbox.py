"""The outbox on both databases: promises, claims and outcomes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from storage import claims, delivery, desk, halts, outbox, said, tables
from storage.claims import Claim
from storage.desk import PATIENCE
from storage.outbox import Draft, Kind, Lane, Promise, Repeat, State

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
CHAT = "telegram:5"


def text(said, **more):
    return {"text": said, **more}


async def reply(db, *drafts, inbox_row=1, real=NOW):
    return await db.run(outbox.reply, inbox_row, drafts, owner="me", real_now=real, now=NOW)


def promise(key, chat=CHAT, **more):
    return Promise(key, chat, "reminder", {"text": key}, **{"due": NOW, **more})


async def promised(db, *promises):
    return await db.run(outbox.promise_all, promises, NOW)


def render(_tx, _name, arguments):
    return {"text": arguments["text"]}


async def claim(db, lane=Lane.REPLY, *, count=10, busy=(), now=NOW, real=NOW):
    return await db.run(claims.claim, Claim("me", lane, count, busy, now, real), render)


async def rows(db):
    return await db.read(
        lambda tx: list(tx.execute(select(tables.outbox).order_by(tables.outbox.c.id)))
    )


async def states(db):
    return [row.state for row in await rows(db)]


async def change(db, row, **values):
    changed = update(tables.outbox).where(tables.outbox.c.id == row).values(**values)
    await db.run(lambda tx: tx.execute(changed).rowcount)


async def talk(db, question=None, last_activity=NOW):
    def put(tx):
        person = tx.execute(
            insert(tables.people).values(
                chat=CHAT, state="new", role="none", language="nl", first_seen=NOW, last_seen=NOW
            )
        ).inserted_primary_key[0]
        tx.execute(
            insert(tables.conversations).values(
                chat=CHAT, person=person, status="active", flow="join", arguments={}, answers=[],
                question=question, last_activity=last_activity,
            )
        )  # fmt: skip

    await db.run(put)


async def test_a_reply_is_being_sent_from_the_start(db):
    given = await reply(db, Draft(CHAT, text("a", about="question:1")), Draft(CHAT, text("b")))
    first, second = await rows(db)
    assert [row.id for row in given] == [first.id, second.id]
    assert [row.content["text"] for row in given] == ["a", "b"]
    assert (first.key, second.key) == ("reply:1:0", "reply:1:1")
    assert (first.state, first.tries, first.owner) == ("sending", 1, "me")
    assert first.lease == NOW + outbox.LEASE
    assert first.about == "question:1"


async def test_a_draft_that_must_never_go_twice_waits_to_be_claimed(db):
    given = await reply(
        db, Draft(CHAT, text("a"), repeat=Repeat.NEVER_TWICE), Draft(CHAT, text("b"))
    )
    assert [row.content["text"] for row in given] == ["b"]
    assert await states(db) == ["waiting", "sending"]


async def test_a_promise_is_made_once(db):
    assert await db.run(outbox.promise, promise("a"), NOW)
    assert not await db.run(outbox.promise, promise("a"), NOW)
    assert await promised(db, promise("a"), promise("b")) == 1
    assert await states(db) == ["waiting", "waiting"]


async def test_what_waits_can_be_taken_back(db):
    await promised(db, promise("a"), promise("b"), promise("c", "telegram:6"))
    assert await db.run(outbox.cancel_for_chat, CHAT) == 2
    assert await db.run(outbox.cancel_for_chat, CHAT) == 0
    assert await states(db) == ["cancelled", "cancelled", "waiting"]


async def test_what_was_taken_back_from_a_chat_comes_again_while_it_is_of_use(db):
    soon = replace(promise("a"), useful_until=NOW + timedelta(hours=1))
    await promised(db, soon, promise("b"))
    await db.run(outbox.cancel_for_chat, CHAT)
    assert await db.run(outbox.renew, CHAT, NOW + timedelta(hours=1)) == 0
    assert await db.run(outbox.renew, CHAT, NOW) == 1
    assert await states(db) == ["waiting", "cancelled"]


async def test_what_went_to_many_stays_taken_back(db):
    soon = replace(promise("a"), useful_until=NOW + timedelta(hours=1), lane=Lane.BULK)
    await promised(db, soon)
    await db.run(outbox.cancel_for_chat, CHAT)
    assert await db.run(outbox.renew, CHAT, NOW) == 0
    assert await states(db) == ["cancelled"]


async def test_a_claim_takes_the_first_due_row_of_each_chat(db):
    await promised(
        db,
        promise("second", due=NOW - timedelta(minutes=1)),
        promise("first", due=NOW - timedelta(minutes=2)),
        promise("other", "telegram:6"),
        promise("later", "telegram:7", due=NOW + timedelta(seconds=1)),
    )
    taken = await claim(db, Lane.NOTICE)
    assert [row.content["text"] for row in taken.rows] == ["first", "other"]
    assert await states(db) == ["waiting", "sending", "sending", "waiting"]
    found = (await rows(db))[1]
    assert (found.tries, found.owner, found.lease) == (1, "me", NOW + outbox.LEASE)


async def test_a_claim_leaves_busy_chats_other_lanes_and_what_is_too_much(db):
    await promised(db, *[promise(str(n), f"telegram:{n}") for n in range(6)])
    await promised(db, promise("bulk", "telegram:9", lane=Lane.BULK))
    taken = await claim(db, Lane.NOTICE, count=2, busy={"telegram:0"})
    assert [row.chat for row in taken.rows] == ["telegram:1", "telegram:2"]


async def test_a_busy_chat_with_many_rows_hides_nobody(db):
    await promised(db, *[promise(str(n), due=NOW - timedelta(hours=1)) for n in range(80)])
    await promised(db, promise("other", "telegram:6"))
    taken = await claim(db, Lane.NOTICE, count=1, busy={CHAT})
    assert [row.chat for row in taken.rows] == ["telegram:6"]


async def test_a_row_with_a_real_time_to_wait_for_waits_for_it(db):
    await promised(db, promise("a"))
    await change(db, 1, not_before=NOW + timedelta(seconds=5))
    assert not (await claim(db, Lane.NOTICE)).rows
    assert (await claim(db, Lane.NOTICE, real=NOW + timedelta(seconds=5))).rows


async def test_a_notice_is_not_thrown_into_a_talk_but_comes_after_ten_minutes(db):
    await promised(db, promise("a"))
    await talk(db)
    assert not (await claim(db, Lane.NOTICE)).rows
    assert not (await claim(db, Lane.NOTICE, now=NOW + PATIENCE - timedelta(seconds=1))).rows
    await db.run(
        lambda tx: (
            tx.execute(update(tables.conversations).values(last_activity=NOW + PATIENCE)).rowcount
        )
    )
    assert (await claim(db, Lane.NOTICE, now=NOW + PATIENCE)).rows


async def test_a_notice_comes_when_the_talk_ends(db):
    await promised(db, promise("a"), promise("b", due=NOW + timedelta(days=1)))
    await talk(db)
    await claim(db, Lane.NOTICE)
    assert await db.run(outbox.release, CHAT, NOW) == 1
    await db.run(lambda tx: tx.execute(update(tables.conversations).values(status="parked")))
    assert [row.content["text"] for row in (await claim(db, Lane.NOTICE)).rows] == ["a"]


async def test_a_talk_that_stopped_long_ago_puts_nothing_off(db):
    await promised(db, promise("a"))
    await talk(db, last_activity=NOW - PATIENCE)
    assert (await claim(db, Lane.NOTICE)).rows


async def test_what_is_no_longer_useful_is_missed(db):
    await promised(db, promise("a", useful_until=NOW))
    assert not (await claim(db, Lane.NOTICE)).rows
    assert await states(db) == ["missed"]


async def test_why_a_promise_is_dropped_is_kept_with_it(db):
    def dropping(tx, name, arguments):
        dropped = arguments["text"] == "b"
        return desk.Skipped("signed off") if dropped else render(tx, name, arguments)

    await promised(db, promise("a"), promise("b", "telegram:6"))
    taken = await db.run(claims.claim, Claim("me", Lane.NOTICE, 5, (), NOW, NOW), dropping)
    assert [row.content["text"] for row in taken.rows] == ["a"]
    assert await states(db) == ["sending", "cancelled"]
    written = await db.read(lambda tx: list(tx.execute(select(tables.outbox.c.error)).scalars()))
    assert sorted(written, key=str) == [None, "signed off"]


async def test_a_promise_that_is_held_waits_until_then_and_says_why(db):
    later = NOW + timedelta(hours=12)

    def holding(tx, name, arguments):
        return desk.Held(later, "night")

    await promised(db, promise("a"))
    assert not (await db.run(claims.claim, Claim("me", Lane.NOTICE, 5, (), NOW, NOW), holding)).rows
    kept = select(tables.outbox.c.state, tables.outbox.c.due, tables.outbox.c.error)
    assert (await db.read(lambda tx: tx.execute(kept).one())) == ("waiting", later, "night")
    assert not (await claim(db, Lane.NOTICE)).rows
    wanted = Claim("me", Lane.NOTICE, 5, (), later, NOW)
    assert len((await db.run(claims.claim, wanted, render)).rows) == 1
    assert (await db.read(lambda tx: tx.execute(kept).one())).error is None


async def test_a_renderer_that_breaks_the_transaction_costs_its_own_row_alone(db):
    def broken(tx, name, arguments):
        if arguments["text"] == "bad":
            tx.connection.exec_driver_sql("SELECT nothing FROM nowhere")
        return render(tx, name, arguments)

    await promised(db, promise("bad"), promise("good", "telegram:6"))
    wanted = Claim("me", Lane.NOTICE, 5, (), NOW, NOW)
    taken = await db.run(claims.claim, wanted, broken)
    assert [row.content["text"] for row in taken.rows] == ["good"]
    assert len(taken.faults) == 1
    assert await states(db) == ["refused", "sending"]


async def test_an_older_reply_is_missed_when_a_fresh_one_has_waited_ten_minutes(db):
    for number, words in enumerate(("old", "fresh")):
        [row] = await reply(db, Draft(CHAT, text(words)), inbox_row=number)
        await db.run(delivery.put_back, [row.id])
    late = NOW + PATIENCE + timedelta(seconds=1)
    await change(db, 2, created=late)
    assert not (await claim(db, real=late)).rows
    assert await states(db) == ["missed", "waiting"]
    assert [row.content["text"] for row in (await claim(db, real=late)).rows] == ["fresh"]


async def test_an_old_reply_that_nothing_waits_behind_is_still_sent(db):
    [row] = await reply(db, Draft(CHAT, text("old")))
    await db.run(delivery.put_back, [row.id])
    assert (await claim(db, real=NOW + timedelta(days=1))).rows


async def test_a_question_that_was_answered_meanwhile_is_not_repeated(db):
    rows_given = await reply(db, Draft(CHAT, text("one?"), asks=True))
    await db.run(delivery.doubt, [row.id for row in rows_given])
    await talk(db, question=99)
    assert not (await claim(db)).rows
    assert await states(db) == ["cancelled"]


async def test_a_question_that_is_still_open_is_repeated(db):
    [row] = await reply(db, Draft(CHAT, text("one?"), asks=True))
    await db.run(delivery.doubt, [row.id])
    await talk(db, question=row.id)
    assert (await claim(db)).rows


async def test_of_waiting_edits_only_the_newest_goes(db):
    [asked] = await reply(db, Draft(CHAT, text("?")))
    sent = {"row": asked.id, "message": "77", "at": NOW}
    await db.run(delivery.record_sent, [sent])
    edits = await reply(db, *[Draft(CHAT, text(n), edits=asked.id) for n in "ab"], inbox_row=2)
    await db.run(delivery.put_back, [row.id for row in edits])
    assert not (await claim(db)).rows
    [row] = (await claim(db)).rows
    assert (row.kind, row.target, row.content["text"]) == (Kind.EDIT, "77", "b")
    assert await states(db) == ["sent", "cancelled", "sending"]


async def test_an_edit_of_what_will_never_be_sent_is_cancelled(db):
    [asked] = await reply(db, Draft(CHAT, text("?")))
    await db.run(delivery.settle, asked.id, State.REFUSED, "too long")
    [edit] = await reply(db, Draft(CHAT, text("!"), edits=asked.id), inbox_row=2)
    await db.run(delivery.put_back, [edit.id])
    assert not (await claim(db)).rows
    assert await states(db) == ["refused", "cancelled"]


@pytest.mark.parametrize(
    ("draft", "first", "second"),
    [
        (Draft(CHAT, text("a")), "waiting", "uncertain"),
        (Draft(CHAT, text("a"), edits=1), "waiting", "waiting"),
    ],
)
async def test_a_doubtful_row_is_repeated_once_and_an_edit_freely(db, draft, first, second):
    [row] = await reply(db, draft)
    assert await db.run(delivery.doubt, [row.id]) == 0
    assert await states(db) == [first]
    await change(db, row.id, state="sending")
    assert await db.run(delivery.doubt, [row.id]) == (second == "uncertain")
    assert await states(db) == [second]


async def test_what_must_never_go_twice_is_uncertain_at_once(db):
    await promised(db, promise("a", repeat=Repeat.NEVER_TWICE))
    [row] = (await claim(db, Lane.NOTICE)).rows
    assert await db.run(delivery.doubt, [row.id]) == 1
    assert await states(db) == ["uncertain"]


async def test_a_row_that_was_not_sent_for_sure_is_as_before(db):
    [row] = await reply(db, Draft(CHAT, text("a")))
    await db.run(delivery.put_back, [row.id])
    await db.run(delivery.put_back, [row.id])
    [found] = await rows(db)
    assert (found.state, found.tries, found.once_more, found.owner) == ("waiting", 0, False, None)
    assert await db.read(delivery.behind) == {CHAT}


async def test_what_another_owner_was_sending_is_taken_over(db):
    await reply(db, Draft(CHAT, text("a")))
    assert await db.run(delivery.adopt, "me") == 0
    assert await db.run(delivery.adopt, "somebody else") == 1
    assert await states(db) == ["waiting"]


async def test_a_lease_that_is_over_is_noticed(db):
    await reply(db, Draft(CHAT, text("a")))
    await db.run(delivery.expire, NOW + outbox.LEASE)
    assert await states(db) == ["sending"]
    await db.run(delivery.expire, NOW + outbox.LEASE + timedelta(seconds=1))
    assert await states(db) == ["waiting"]


async def test_the_last_messages_are_shown_as_they_look_by_now(db):
    asked, _other = await reply(db, Draft(CHAT, text("?")), Draft(CHAT, text("other")))
    await reply(db, Draft(CHAT, text("? yes"), edits=asked.id), inbox_row=2)
    assert await db.read(said.recent, CHAT, 5) == [
        (asked.id, {"text": "? yes"}),
        (_other.id, {"text": "other"}),
    ]
    await reply(db, Draft(CHAT, None, edits=asked.id), inbox_row=3)
    assert await db.read(said.recent, CHAT, 5) == [(_other.id, {"text": "other"})]


async def test_a_reply_to_a_message_finds_what_it_was_about(db):
    [row] = await reply(db, Draft(CHAT, text("a", about="question:12")))
    await db.run(delivery.record_sent, [{"row": row.id, "message": "77", "at": NOW}])
    assert await db.read(said.message_about, CHAT, "77") == "question:12"
    assert await db.read(said.message_about, "telegram:6", "77") is None


async def test_the_next_due_promise_is_found(db):
    assert await db.read(claims.next_due, NOW) is None
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    await promised(db, promise("b", due=later, lane=Lane.BULK), promise("a", due=soon))
    await promised(db, promise("c"))
    assert await db.read(claims.next_due, NOW) == soon
    assert await db.read(claims.lanes_due, NOW, NOW) == [Lane.NOTICE]


async def test_a_chat_that_moved_takes_what_waits_with_it(db):
    await promised(db, promise("a"))
    assert await db.run(delivery.move_chat, CHAT, "telegram:-9") == 1
    assert [row.chat for row in await rows(db)] == ["telegram:-9"]


async def test_old_rows_are_forgotten_but_not_what_is_open(db):
    await promised(db, promise("a"), promise("b"))
    await db.run(delivery.settle, 1, State.CANCELLED)
    assert await db.run(delivery.forget, NOW + timedelta(days=1)) == 1
    assert await states(db) == ["waiting"]


async def test_a_halt_only_grows_and_ends(db):
    await db.run(halts.keep, CHAT, NOW + timedelta(seconds=10))
    await db.run(halts.keep, CHAT, NOW + timedelta(seconds=5))
    assert await db.run(halts.load, NOW) == {CHAT: NOW + timedelta(seconds=10)}
    assert await db.run(halts.load, NOW + timedelta(seconds=10)) == {}


async def test_the_buttons_of_a_notice_can_be_found_to_be_typed(db):
    """As those of a reply can; bulk has too many rows to write down what each says."""
    await promised(db, promise("a"), promise("b", "telegram:6", lane=Lane.BULK))
    for lane in (Lane.NOTICE, Lane.BULK):
        for row in (await claim(db, lane)).rows:
            await db.run(delivery.record_sent, [{"row": row.id, "message": "7", "at": NOW}])
    [(_, content)] = await db.read(said.recent, CHAT, 4)
    assert content == render(None, "", promise("a").arguments)
    assert await db.read(said.recent, "telegram:6", 4) == []
