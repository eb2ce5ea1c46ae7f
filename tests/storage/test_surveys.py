"""Surveys, answer sets and results, on both databases."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage import Database, Tx, answer_sets, people, survey_results, surveys
from storage.answer_sets import ANSWERS
from storage.survey_results import Tally
from storage.surveys import Condition, Kind, Progress, Question, SurveyFacts
from storage.tables import answers, outbox
from tests.storage.planning import NOW, crowd, somebody
from tests.storage.statements import Statements

SKIPPED = {"skipped": True}
OPTIONS = {"a": {"nl": "Een"}, "b": {"nl": "Twee"}}
ASKED = [
    Question("urgent", Kind.SEVERAL, {"nl": "Wat?"}, OPTIONS, other=True),
    Question("need", Kind.ONE, {"nl": "Nodig?"}, OPTIONS),
    Question("when", Kind.OPEN, {"nl": "Tijd?"}, {}, only_if=Condition("need", ("a",))),
    Question("then", Kind.YESNO, {"nl": "En?"}, {}, only_if=Condition("then-not", ("yes",))),
    Question("know", Kind.OPEN, {"nl": "Weet?"}, {}, optional=True),
]
TITLE = {"nl": "Leren", "en": "Learning"}
FACTS = SurveyFacts("learning", TITLE, TITLE, TITLE, None, None, ASKED)


@dataclass(frozen=True)
class Who:
    person: int
    arguments: dict[str, Any]
    now: datetime = NOW


def prepare(tx: Tx) -> Who:
    return Who(somebody(tx), {"survey_id": surveys.put(tx, FACTS, NOW)})


def answer(tx: Tx, who: Who, /, **given: Any) -> None:
    for key, value in given.items():
        ANSWERS.save(tx, who, key.replace("__", "."), value)


def kept(tx: Tx, who: Who) -> dict[str, tuple[Any, bool]]:
    rows = tx.execute(select(answers).order_by(answers.c.id))
    return {row.key: (row.value, row.on_path) for row in rows}


def how_far(tx: Tx, who: Who) -> Progress:
    return answer_sets.progress(tx, who.arguments["survey_id"], who.person)


async def test_a_survey_comes_back_as_it_was_put(db: Database) -> None:
    survey = await db.run(surveys.put, FACTS, NOW)
    assert await db.run(surveys.put, FACTS, NOW) == survey
    found = await db.read(surveys.find, survey)
    assert found == surveys.Survey(survey, "learning", TITLE, TITLE, TITLE, None, None)
    assert await db.read(surveys.questions, survey) == ASKED
    assert [s.id for s in await db.read(surveys.newest, 5)] == [survey]


async def test_a_question_that_is_left_out_is_retired_and_comes_back(db: Database) -> None:
    survey = await db.run(surveys.put, FACTS, NOW)
    await db.run(surveys.put, replace(FACTS, questions=ASKED[1:]), NOW)
    assert await db.read(surveys.questions, survey) == ASKED[1:]
    every = await db.read(surveys.questions, survey, retired=True)
    assert every == [*ASKED[1:], replace(ASKED[0], retired=True)]
    await db.run(surveys.put, FACTS, NOW)
    assert await db.read(surveys.questions, survey) == ASKED


async def test_what_is_open_comes_with_how_far_somebody_is(db: Database) -> None:
    who = await db.run(prepare)
    soon = replace(FACTS, key="soon", opens=NOW - timedelta(days=1), closes=NOW + timedelta(days=1))
    await db.run(surveys.put, soon, NOW)
    await db.run(surveys.put, replace(FACTS, key="over", closes=NOW), NOW)
    await db.run(surveys.put, replace(FACTS, key="later", opens=NOW + timedelta(days=1)), NOW)
    found = await db.read(surveys.open_for, who.person, NOW)
    assert [(s.key, s.started, s.finished) for s in found] == [
        ("soon", False, False),
        ("learning", False, False),
    ]
    await db.run(answer, who, urgent=["a"])
    assert [s.started for s in await db.read(surveys.open_for, who.person, NOW)] == [False, True]
    await db.run(answer, who, need="b", know=SKIPPED)
    assert [s.finished for s in await db.read(surveys.open_for, who.person, NOW)] == [False, True]
    assert found[1].title == TITLE
    later = await db.read(surveys.open_for, who.person, NOW + timedelta(days=2))
    assert [s.key for s in later] == ["learning", "later"]


async def test_saving_twice_keeps_one_answer_the_last(db: Database) -> None:
    who = await db.run(prepare)
    await db.run(answer, who, urgent=["a"])
    await db.run(answer, who, urgent=["b"])
    assert await db.read(ANSWERS.load, who) == [("urgent", ["b"])]


async def test_the_path_is_walked_anew_after_every_write(db: Database) -> None:
    who = await db.run(prepare)
    await db.run(answer, who, urgent=["a", "other"], urgent__other="the lift", need="a", when="now")
    assert await db.read(how_far, who) is Progress.OPEN
    await db.run(answer, who, know=SKIPPED)
    assert await db.read(how_far, who) is Progress.FINISHED
    await db.run(answer, who, need="b", urgent=["a"])
    assert await db.read(kept, who) == {
        "urgent": (["a"], True),
        "urgent.other": ("the lift", False),
        "need": ("b", True),
        "when": ("now", False),
        "know": (SKIPPED, True),
    }
    await db.run(answer, who, need="a")
    assert (await db.read(kept, who))["when"] == ("now", True)
    await db.run(ANSWERS.drop, who, "know")
    assert await db.read(how_far, who) is Progress.OPEN
    await db.run(ANSWERS.drop, who, "know")


async def test_an_answer_to_a_retired_question_still_counts(db: Database) -> None:
    who = await db.run(prepare)
    await db.run(answer, who, urgent=["a"], need="b")
    await db.run(surveys.put, replace(FACTS, questions=ASKED[1:]), NOW)
    await db.run(answer, who, know="bread")
    assert (await db.read(kept, who))["urgent"] == (["a"], True)
    assert await db.read(how_far, who) is Progress.FINISHED


async def test_a_set_is_finished_when_its_last_open_question_is_retired(db: Database) -> None:
    who = await db.run(prepare)
    await db.run(answer, who, urgent=["a"], need="b")
    await db.run(surveys.put, replace(FACTS, questions=ASKED[:4]), NOW)
    await db.run(ANSWERS.finish, who, [])
    assert await db.read(how_far, who) is Progress.OPEN
    await db.run(ANSWERS.finish, who, ["urgent", "need"])
    assert await db.read(how_far, who) is Progress.FINISHED


async def test_a_flows_own_keys_are_not_kept(db: Database) -> None:
    who = await db.run(prepare)
    await db.run(ANSWERS.save, who, ".look", ".keep")
    await db.run(ANSWERS.drop, who, ".look")
    assert await db.read(ANSWERS.load, who) == []
    assert await db.read(how_far, who) is Progress.NONE


async def test_putting_off_promises_once_and_an_answer_takes_it_back(db: Database) -> None:
    who = await db.run(prepare)
    until = NOW + timedelta(hours=22)
    await db.run(ANSWERS.put_off, who, until)
    await db.run(ANSWERS.put_off, who, until)

    def promised(tx: Tx) -> list[Any]:
        return list(tx.execute(select(outbox.c.due, outbox.c.useful_until, outbox.c.arguments)))

    (row,) = await db.read(promised)
    assert row.due == until
    assert row.useful_until == until + timedelta(hours=11)
    put_off = await db.read(answer_sets.put_off_until, row.arguments["survey"], who.person)
    assert put_off == datetime.fromisoformat(row.arguments["until"]) == until
    assert await db.read(how_far, who) is Progress.NONE
    await db.run(answer, who, urgent=["a"])
    assert await db.read(answer_sets.put_off_until, row.arguments["survey"], who.person) is None


async def test_a_kind_may_change_until_somebody_answered(db: Database) -> None:
    who = await db.run(prepare)
    changed = replace(FACTS, questions=[replace(ASKED[0], kind=Kind.ONE), *ASKED[1:]])
    assert await db.read(surveys.changed_kinds, changed) == []
    await db.run(answer, who, need="b")
    assert await db.read(surveys.changed_kinds, changed) == []
    await db.run(answer, who, urgent=["a"])
    assert await db.read(surveys.changed_kinds, changed) == ["urgent"]
    assert await db.read(surveys.changed_kinds, FACTS) == []
    assert await db.read(surveys.changed_kinds, replace(changed, key="another")) == []


async def test_answers_at_once_are_all_kept(db: Database) -> None:
    who = await db.run(prepare)
    everybody = await db.run(crowd, 20)
    await asyncio.gather(*(
        db.run(answer, replace(who, person=person), urgent=["a", "b"], need="b")
        for person in everybody
    ))  # fmt: skip
    survey = who.arguments["survey_id"]
    tallies = await db.read(survey_results.tallies, survey, [])
    assert tallies["urgent"] == Tally(20, {"a": 20, "b": 20})


def answered(tx: Tx) -> int:
    """Three sets: one with all answers, one that left its path and skipped, one put off only."""
    who = prepare(tx)
    first, second, third = crowd(tx, 3)
    answer(tx, replace(who, person=first), urgent=["a"], need="b", know="=1+1")
    answer(tx, replace(who, person=second), urgent=["a", "other"], urgent__other=SKIPPED)
    answer(tx, replace(who, person=second), need="a", when="now")
    answer(tx, replace(who, person=second), need="b", urgent=["b"], know=SKIPPED)
    ANSWERS.put_off(tx, replace(who, person=third), NOW)
    people.join(tx, first, NOW, {})
    return int(who.arguments["survey_id"])


async def test_results_count_what_is_on_the_path_and_not_skipped(db: Database) -> None:
    survey = await db.run(answered)
    assert await db.read(survey_results.reach, survey) == survey_results.Reach(2, 0, 1)
    assert await db.read(survey_results.tallies, survey, ["know"]) == {
        "urgent": Tally(2, {"a": 1, "b": 1}),
        "need": Tally(2, {"b": 2}),
        "know": Tally(1),
    }
    assert await db.read(survey_results.texts, survey, "know", 5, 0) == ["=1+1"]
    assert await db.read(survey_results.texts, survey, "know", 5, 1) == []
    rows = await db.read(lambda tx: list(survey_results.rows(tx, survey)))
    assert rows == [
        ("finished", {"urgent": ["a"], "need": "b", "know": "=1+1"}),
        ("finished", {"urgent": ["b"], "need": "b"}),
    ]


async def test_what_a_turn_asks_is_answered_by_indexes(
    db: Database, statements: Statements
) -> None:
    survey = await db.run(answered)
    with statements.listening():
        who = await db.run(prepare)
        await db.run(answer, who, urgent=["a", "other"], urgent__other="x", need="a", when="now")
        await db.run(answer, who, need="b")
        await db.run(ANSWERS.drop, who, "need")
        await db.run(ANSWERS.put_off, who, NOW)
        await db.read(ANSWERS.load, who)
        await db.read(how_far, who)
        await db.read(surveys.open_for, who.person, NOW)
        await db.read(surveys.questions, survey)
        await db.read(survey_results.texts, survey, "know", 5, 0)
        await db.read(survey_results.tallies, survey, ["know"])
    growing = {"answers", "answer_sets", "survey_questions", "people", "outbox"}
    assert await statements.walks(growing) == []
