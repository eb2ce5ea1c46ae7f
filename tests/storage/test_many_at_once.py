"""Rows that are many: rendered together, by templates, changed and taken away again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from storage import claims, delivery, outbox, said, tables, templates
from storage.claims import Claim
from storage.desk import Held, Skipped
from storage.errors import Unavailable
from storage.outbox import Draft, Kind, Lane, Promise, State

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
LETTER = {"text": "Saturday we plant trees", "rows": [[["Come", "f:meeting:1", ""]]]}


def promise(number, lane=Lane.BULK, renderer="letter", **more):
    arguments = {"person": number, "template": "announcement:1:nl"}
    which = f"{more.get('edits', '')}:{more.get('kind', '')}"
    return Promise(
        f"announcement:1:{number}:{which}", f"telegram:{number}", renderer,
        arguments, NOW, lane=lane, **more,
    )  # fmt: skip


async def promised(db, *promises):
    assert await db.run(outbox.promise_all, promises, NOW) == len(promises)


def alone(_tx, _name, arguments):
    return {"text": f"alone {arguments['person']}"}


class Letters:
    """A renderer of many, which notes for whom it was called; the unlucky cost it a mistake."""

    def __init__(self, unlucky=(), made=None, error=ValueError):
        self.unlucky = set(unlucky)
        self.made = made or {}
        self.error = error
        self.calls = []

    def __call__(self, tx, asked):
        people = [one["person"] for one in asked]
        self.calls.append(people)
        if self.unlucky & set(people):
            if self.error is None:
                tx.connection.exec_driver_sql("SELECT nothing FROM nowhere")
            raise self.error("a mistake")
        return [self.made.get(person, LETTER) for person in people]


async def claim(db, letters, lane=Lane.BULK, count=50):
    wanted = Claim("me", lane, count, (), NOW, NOW)
    return await db.run(claims.claim, wanted, alone, {"letter": letters})


async def rows(db):
    return await db.read(
        lambda tx: list(tx.execute(select(tables.outbox).order_by(tables.outbox.c.id)))
    )


async def states(db):
    return [row.state for row in await rows(db)]


async def sent(db, *numbers):
    for number in numbers:
        written = {"row": number, "message": f"m{number}", "at": NOW}
        await db.run(delivery.record_sent, [written])


async def change(db, row, **values):
    changed = update(tables.outbox).where(tables.outbox.c.id == row).values(**values)
    await db.run(lambda tx: tx.execute(changed).rowcount)


async def test_the_rows_of_a_claim_are_rendered_by_one_call(db):
    await promised(db, *[promise(n) for n in range(5)], promise(5, renderer="other"))
    letters = Letters()
    taken = await claim(db, letters)
    assert letters.calls == [[0, 1, 2, 3, 4]]
    texts = [row.content["text"] for row in taken.rows]
    assert texts == [LETTER["text"]] * 5 + ["alone 5"]
    assert await states(db) == ["sending"] * 6


@pytest.mark.parametrize("error", [ValueError, None], ids=["a mistake", "a failed statement"])
async def test_one_that_cannot_be_rendered_costs_the_others_nothing(db, error):
    await promised(db, *[promise(n) for n in range(4)])
    letters = Letters(unlucky={2}, error=error)
    taken = await claim(db, letters)
    assert letters.calls == [[0, 1, 2, 3], [0], [1], [2], [3]]
    assert [row.chat for row in taken.rows] == ["telegram:0", "telegram:1", "telegram:3"]
    assert await states(db) == ["sending", "sending", "refused", "sending"]
    assert len(taken.faults) == 2


async def test_what_the_failed_call_wrote_is_gone_when_each_is_rendered_alone(db):
    def counting(tx, asked):
        kept = tx.execute(select(tables.templates.c.key)).scalars().all()
        tx.execute(insert(tables.templates).values(key=f"{len(asked)}", content={}))
        if len(asked) > 1:
            raise ValueError
        return [{"text": ",".join(kept)}] if not kept else [None]

    await promised(db, promise(1), promise(2))
    taken = await claim(db, counting)
    assert [row.content["text"] for row in taken.rows] == [""]


async def test_trouble_of_the_database_is_nobodys_fault(db):
    await promised(db, promise(1), promise(2))
    with pytest.raises(Unavailable):
        await claim(db, Letters(unlucky={1}, error=Unavailable))
    assert await states(db) == ["waiting", "waiting"]


async def test_each_of_many_may_be_dropped_or_put_off(db):
    later = NOW + timedelta(minutes=10)
    made = {1: Skipped("no consent"), 2: Held(later, "paused"), 3: None, 5: Held(later, "paused")}
    await promised(db, *[promise(n) for n in range(6)])
    taken = await claim(db, Letters(made=made))
    assert [row.chat for row in taken.rows] == ["telegram:0", "telegram:4"]
    found = {row.chat[9:]: (row.state, row.error, row.due) for row in await rows(db)}
    assert found["1"] == ("cancelled", "no consent", NOW)
    assert found["2"] == found["5"] == ("waiting", "paused", later)
    assert found["3"] == ("cancelled", None, NOW)


@pytest.mark.parametrize("lane", [Lane.BULK, Lane.PAID])
async def test_what_many_get_is_not_written_down_for_each(db, lane):
    await promised(db, promise(1, lane, about="announcement:1"))
    await claim(db, Letters(), lane)
    [row] = await rows(db)
    assert row.content is None
    assert row.about == "announcement:1"


async def test_what_a_reply_answers_is_said_by_the_message_or_else_by_the_promise(db):
    made = {2: {"text": "b", "about": "question:5"}}
    both = [promise(n, Lane.NOTICE, about="announcement:1") for n in (1, 2)]
    await promised(db, *both)
    await claim(db, Letters(made=made), Lane.NOTICE)
    assert [row.about for row in await rows(db)] == ["announcement:1", "question:5"]


async def test_a_template_shows_what_a_sent_row_said(db):
    await db.run(templates.put, "announcement:1:nl", {"text": "an old one"})
    await db.run(templates.put, "announcement:1:nl", LETTER)
    await promised(db, promise(1, about="announcement:1"))
    assert await db.read(said.recent, "telegram:1", 4) == []
    await claim(db, Letters())
    await sent(db, 1)
    assert await db.read(said.recent, "telegram:1", 4) == [(1, LETTER)]
    assert await db.read(said.message_about, "telegram:1", "m1") == "announcement:1"
    await db.run(templates.drop, ["announcement:1:nl"])
    assert await db.read(said.recent, "telegram:1", 4) == []


async def test_what_waits_for_its_day_hides_nothing_that_was_said(db):
    soon = [
        Promise(f"reminder:{n}", "telegram:1", "r", {}, NOW + timedelta(days=n)) for n in range(9)
    ]
    await db.run(
        outbox.reply, 1, [Draft("telegram:1", {"text": "a"})], owner="me", real_now=NOW, now=NOW
    )
    await promised(db, *soon)
    assert await db.read(said.recent, "telegram:1", 2) == [(1, {"text": "a"})]


async def test_a_promise_can_change_a_message(db):
    await promised(db, promise(1))
    await claim(db, Letters())
    await sent(db, 1)
    await promised(db, promise(1, kind=Kind.EDIT, edits=1))
    [row] = (await claim(db, Letters(made={1: {"text": "corrected"}}))).rows
    assert (row.kind, row.target, row.content) == (Kind.EDIT, "m1", {"text": "corrected"})


async def test_naming_the_row_is_enough_to_change_its_message():
    assert promise(1, edits=7).kind is Kind.EDIT
    assert promise(1, edits=7, kind=Kind.DELETE).kind is Kind.DELETE
    for kind in (Kind.EDIT, Kind.DELETE):
        with pytest.raises(ValueError, match="names the row"):
            promise(1, kind=kind)
        with pytest.raises(ValueError, match="paid for"):
            promise(1, Lane.PAID, edits=7, kind=kind)


async def test_promised_edits_of_a_message_collapse_into_the_newest(db):
    await promised(db, promise(1, Lane.NOTICE))
    await claim(db, Letters(), Lane.NOTICE)
    await sent(db, 1)
    for number in range(3):
        one = Promise(f"p:{number}", "telegram:1", "letter", {"person": number}, NOW, edits=1)
        await promised(db, one)
    newest = Letters(made={2: {"text": "the newest"}})
    for _ in range(2):
        await claim(db, newest, Lane.NOTICE)
    taken = await claim(db, newest, Lane.NOTICE)
    assert [row.content for row in taken.rows] == [{"text": "the newest"}]
    assert await states(db) == ["sent", "cancelled", "cancelled", "sending"]


async def test_a_change_does_not_wait_for_a_talk_but_a_message_does(db):
    def talks(tx):
        values = {"state": "new", "role": "none", "language": "nl"}
        person = tx.execute(
            insert(tables.people).values(chat="telegram:1", first_seen=NOW, last_seen=NOW, **values)
        ).inserted_primary_key[0]
        tx.execute(
            insert(tables.conversations).values(
                chat="telegram:1", person=person, status="active", flow="join", arguments={},
                answers=[], last_activity=NOW,
            )
        )  # fmt: skip

    await promised(db, promise(1))
    await claim(db, Letters())
    await sent(db, 1)
    await db.run(talks)
    for kind in (Kind.EDIT, Kind.DELETE):
        await promised(db, promise(1, edits=1, kind=kind))
        assert [row.kind for row in (await claim(db, Letters())).rows] == [kind]
    await promised(db, Promise("new", "telegram:1", "letter", {"person": 1}, NOW, lane=Lane.BULK))
    assert not (await claim(db, Letters())).rows
    assert (await rows(db))[3].not_before is not None


async def test_a_deletion_takes_the_message_of_its_row(db):
    await promised(db, promise(1), promise(2))
    await claim(db, Letters())
    await sent(db, 1, 2)
    await promised(
        db,
        promise(1, edits=1, kind=Kind.DELETE, renderer=""),
        promise(2, edits=2, kind=Kind.DELETE),
    )
    taken = (await claim(db, Letters(made={2: Skipped("no")}))).rows
    assert [(row.kind, row.target, row.content) for row in taken] == [(Kind.DELETE, "m1", None)]
    await sent(db, 3)
    await db.run(templates.put, "announcement:1:nl", LETTER)
    assert await db.read(said.recent, "telegram:1", 4) == []
    assert await db.read(said.recent, "telegram:2", 4) == [(2, LETTER)]


@pytest.mark.parametrize("kind", [Kind.EDIT, Kind.DELETE])
async def test_a_change_whose_outcome_is_unknown_is_repeated_freely(db, kind):
    await promised(db, promise(1))
    await claim(db, Letters())
    await sent(db, 1)
    await promised(db, promise(1, edits=1, kind=kind))
    for _ in range(4):
        [row] = (await claim(db, Letters())).rows
        assert await db.run(delivery.doubt, [row.id]) == 0
    assert (await rows(db))[1].once_more is False


async def test_a_change_waits_for_its_message_and_ends_with_it(db):
    await promised(db, promise(1), promise(2))
    await change(db, 1, state=State.SENDING)
    await change(db, 2, state=State.UNREACHABLE)
    await promised(db, promise(1, edits=1), promise(2, edits=2))
    assert not (await claim(db, Letters())).rows
    assert (await states(db))[2:] == ["waiting", "cancelled"]


async def test_a_claim_says_in_which_chats_there_is_more(db):
    more = [Promise(f"n:{n}", "telegram:1", "r", {"person": n}, NOW) for n in range(3)]
    await promised(db, *more, promise(2, Lane.NOTICE))
    taken = await claim(db, Letters(), Lane.NOTICE)
    assert (len(taken.rows), taken.again) == (2, {"telegram:1"})
