"""Questions to a human, and that a reply to a notice finds what it is about."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from storage import claims, delivery, outbox, questions, said
from storage.claims import Claim
from storage.outbox import Lane, Promise
from tests.storage.planning import NOW, crowd


async def test_one_of_many_answers_is_the_first(db):
    noor, *team = await db.run(crowd, 9)
    asked = await db.run(questions.keep, noor, "When?", NOW)
    outcomes = await asyncio.gather(
        *(db.run(questions.answer, asked, one, f"by {one}", NOW) for one in team)
    )
    assert sum(outcomes) == 1
    first = team[outcomes.index(True)]
    assert (await db.read(questions.find, asked)).answer == f"by {first}"


async def test_who_holds_a_question_keeps_others_waiting(db):
    """Two who answer at once: the second one sees the answer of the first, never none."""
    noor, *team = await db.run(crowd, 9)
    asked = await db.run(questions.keep, noor, "When?", NOW)

    def unit(tx, by):
        seen = questions.locked(tx, asked)
        assert seen is not None
        questions.answer(tx, asked, by, "Soon", NOW)
        return seen.answer

    seen = await asyncio.gather(*(db.run(unit, one) for one in team))
    assert sorted(seen, key=str) == [None] + ["Soon"] * 7


async def test_what_is_open_is_found_in_the_order_asked(db):
    noor, ali, boss = await db.run(crowd, 3)
    late = await db.run(questions.keep, noor, "late", NOW + timedelta(hours=1))
    early = await db.run(questions.keep, ali, "early", NOW)
    done = await db.run(questions.keep, noor, "done", NOW)
    await db.run(questions.answer, done, boss, "yes", NOW)
    assert [one.id for one in await db.read(questions.still_open)] == [early, late]
    assert await db.read(questions.open_of, noor) == 1
    assert await db.read(questions.find, late + 1000) is None


async def test_no_verb_walks_through_all_questions(db, statements):
    (noor,) = await db.run(crowd, 1)
    with statements.listening():
        asked = await db.run(questions.keep, noor, "When?", NOW)
        await db.run(questions.still_open)
        await db.run(questions.open_of, noor)
        await db.run(questions.locked, asked)
        await db.run(questions.answer, asked, noor, "Soon", NOW)
    walked = await statements.walks({"questions"})
    assert [one for one in walked if "answered IS NULL" not in one] == []


async def test_what_is_open_is_indexed(db):
    def plan(tx):
        if tx.postgres:
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN" if tx.postgres else "EXPLAIN QUERY PLAN"
        query = f"{explain} SELECT id FROM questions WHERE {questions.IS_OPEN} ORDER BY asked"
        return str(tx.execute(text(query)).all())

    assert "ix_questions_open" in await db.run(plan)


async def test_a_reply_to_a_promised_message_finds_what_it_was_about(db):
    await db.run(outbox.promise, Promise("a", "telegram:5", "question", {}, NOW), NOW)

    def render(_tx, _name, _arguments):
        return {"text": "When?", "about": "question:3"}

    claimed = await db.run(claims.claim, Claim("me", Lane.NOTICE, 3, (), NOW, NOW), render)
    sent = [{"row": row.id, "message": "77", "at": NOW} for row in claimed.rows]
    await db.run(delivery.record_sent, sent)
    assert await db.read(said.message_about, "telegram:5", "77") == "question:3"
    assert await db.read(said.message_about, "telegram:6", "77") is None
