import json

from sqlalchemy import insert, update

from storage import export, tables
from tests.storage.traces import (
    CHAT,
    NOW,
    OTHER,
    OTHERS_CHAT,
    OTHERS_WORDS,
    PERSON,
    WORDS,
    is_about_people,
    leave_traces,
)


async def test_everything_that_is_kept_of_somebody_is_in_it(db):
    await db.run(leave_traces)
    found = await db.read(export.everything, PERSON)
    empty = {name for name, part in found.items() if not part}
    assert not empty
    assert CHAT in json.dumps(found["person"])
    for name in ("answers", "questions", "conversations", "outbox", "inbox", "consents"):
        assert WORDS in json.dumps(found[name]), name


def test_every_table_that_can_hold_something_of_somebody_is_covered():
    assert export.covered() == {t for t in tables.METADATA.sorted_tables if is_about_people(t)}


async def test_what_is_somebody_elses_is_not_in_it(db):
    def live(tx):
        leave_traces(tx)
        leave_traces(tx, OTHER, OTHERS_CHAT, OTHERS_WORDS)

    await db.run(live)
    found = json.dumps(await db.read(export.everything, PERSON))
    for mark in (str(OTHER), OTHERS_CHAT, OTHERS_WORDS):
        assert mark not in found


async def test_who_answered_a_question_gets_the_answer_and_not_the_question(db):
    def answered(tx):
        leave_traces(tx)
        leave_traces(tx, OTHER, OTHERS_CHAT, OTHERS_WORDS)
        of_other = tables.questions.c.person == OTHER
        tx.execute(
            update(tables.questions)
            .where(of_other)
            .values(answered_by=PERSON, answer="Ask at the desk.")
        )

    await db.run(answered)
    found = await db.read(export.everything, PERSON)
    assert {"answer": "Ask at the desk.", "answered": NOW.isoformat()} in found[
        "questions.answered_by"
    ]
    assert OTHERS_WORDS not in json.dumps(found)


async def test_answers_and_sign_ups_say_what_they_are_about(db):
    def live(tx):
        leave_traces(tx)
        survey = tx.execute(tables.surveys.select()).first()
        asked = {
            "survey": survey.id,
            "key": f"{WORDS} {PERSON % 1000}",
            "position": 1,
            "kind": "open",
        }
        text = {"text": {"nl": "Wat is er aan de hand?"}, "options": []}
        tx.execute(insert(tables.survey_questions), asked | text)

    await db.run(live)
    found = await db.read(export.everything, PERSON)
    assert found["answers"][0]["question"] == {"nl": "Wat is er aan de hand?"}
    assert found["rsvps"][0]["title"] == f"number {PERSON % 1000}"


async def test_what_is_too_long_to_show_is_counted(db):
    await db.run(leave_traces)
    assert await db.read(export.counted, PERSON) == export.Counted(answers=1, questions=1)
    assert await db.read(export.counted, OTHER) == export.Counted(answers=0, questions=0)


async def test_of_somebody_unknown_nothing_is_kept(db):
    assert await db.read(export.everything, PERSON) == {}
