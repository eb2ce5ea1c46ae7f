"""What coordinators see of a survey, and what they do not."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.dialogue.files.spreadsheets import safe
from storage import surveys, tables
from tests.phone import World
from tests.surveyed import SURVEY, all_the_same, member, surveyed


@pytest.fixture
def world(tmp_path: Path) -> World:
    return surveyed(tmp_path)


@pytest.fixture
def coordinator(world):
    return member(world, "coordinator", role="coordinator")


def audit(world):
    query = select(tables.audit.c.action, tables.audit.c.subject).order_by(tables.audit.c.id)
    return [tuple(row) for row in world.run(lambda tx: tx.execute(query))]


def some(world):
    """Six who said one thing, three who stopped early, and one who said something else."""
    same = ("Housing", "Time", "yes", "Utrecht", "skip")
    for number, phone in enumerate(all_the_same(world, 6, *same)):
        phone.types(f"I can bake number {number}")
    for name in ("half1", "half2", "half3"):
        phone = member(world, name)
        for step in ("/survey", "Other", "the lift", "Time"):
            phone.types(step)
    phone = member(world, "rich")
    for step in ("/survey", "Safety", "Money", "3", "Breda", "skip", "skip"):
        phone.types(step)


def test_members_and_visitors_see_no_results(world):
    some(world)
    told = "This is for coordinators. Ask an admin if you should have it: /ask"
    assert member(world).types("/results") == [told]
    assert world.phone("visitor").sends("f:results_file:1") == [told]
    assert audit(world) == []


def test_who_answered_and_how_often(world, coordinator):
    some(world)
    first, *_more = coordinator.types("/results")
    assert first == (
        "What do you want to learn?\n"
        "7 people finished.\n3 people answered a part.\nThere are 11 members.\n"
        "Open until Wednesday 31 March, 21:00.\n\n"
        "1. What is urgent?\n10 answers\n"
        "Housing: ▇▇▇▇▇▇▇▇▇▇ 6 people\n"
        "Safety: not shown\n"
        "Groen: 0 people\n"
        "Other: not shown\n\n"
        "2. What do you need?\n10 answers\n"
        "Time: not shown\nMoney: not shown\n\n"
        "3. Can you come in the evening?\n6 answers\n"
        "Yes: ▇▇▇▇▇▇▇▇▇▇ 6 people\nNo: 0 people\n\n"
        "4. How many euros?\nFewer than 5 answers: not shown yet.\n\n"
        "5. Where?\n7 answers\n\n"
        "Numbers under 5 are hidden, and those that would give them away."
    )
    assert coordinator.last.labels == ["Get everything as a file", "Next page"]
    assert audit(world) == [("results.look", "survey:1")]


def test_the_next_page_has_the_other_questions(world, coordinator):
    some(world)
    coordinator.types("/results")
    (second,) = coordinator.presses("Next page")
    assert "6. Which day?\nNo answers yet.\n\n7. What can you do?\n6 answers" in second
    assert coordinator.last.labels == [
        "Read the answers to 7",
        "Get everything as a file",
        "Previous page",
    ]


def test_nothing_is_shown_of_fewer_than_five(world, coordinator):
    all_the_same(world, 4, "Housing", "Time", "yes", "Utrecht", "skip", "I can bake")
    (told,) = coordinator.types("/results")
    assert told.count("Fewer than 5 answers: not shown yet.") == 4
    assert coordinator.last.labels == ["Next page"]
    assert "fewer than 5" in coordinator.sends("f:results_file:1")[0]
    assert "I can bake" not in coordinator.sends("f:results:1:know:1")[0]
    assert audit(world) == [("results.look", "survey:1")]


def test_numbers_become_an_average_and_dates_and_places_are_counted(world, coordinator):
    all_the_same(world, 5, "Housing", "Money", "10", "Utrecht", "28 September 2027", "skip")
    six = member(world, "six")
    for step in ("/survey", "Housing", "Money", "70", "Utrecht", "skip", "skip"):
        six.types(step)
    (first,) = coordinator.types("/results")
    assert "4. How many euros?\n6 answers\nOn average: 20" in first
    assert "5. Where?\n6 answers\nUtrecht: ▇▇▇▇▇▇▇▇▇▇ 6 people" in first
    assert "Tuesday 28 September 2027: ▇▇▇▇▇▇▇▇▇▇ 5 people" in coordinator.presses("Next")[0]


def test_open_answers_are_read_five_a_page(world, coordinator):
    for number, phone in enumerate(
        all_the_same(world, 7, "Other", "the lift", "Time", "yes", "Utrecht", "skip")
    ):
        phone.types(f"<i>{number}</i>\n" + "😀" * 1900)
    (first,) = coordinator.sends("f:results:1:know:1")
    assert first.startswith("What can you do?\nPage 1 of 2\n\n1. \u2068<i>0</i> 😀")
    assert len(first.encode("utf-16-le")) // 2 <= 4096
    assert first.count("\n\n") == 5
    assert coordinator.last.labels == ["Next page", "Back to the numbers"]
    (second,) = coordinator.presses("Next page")
    assert "7. \u2068<i>6</i>" in second
    assert coordinator.last.labels == ["Previous page", "Back to the numbers"]
    coordinator.presses("Back to the numbers")
    (other,) = coordinator.presses("Read “other” at 1")
    assert "1. \u2068the lift\u2069" in other
    assert audit(world)[:2] == [("results.read", "survey:1:know")] * 2
    assert audit(world)[-1] == ("results.read", "survey:1:urgent.other")


def test_choices_cannot_be_read_as_texts(world, coordinator):
    some(world)
    assert "fewer than 5" in coordinator.sends("f:results:1:urgent:1")[0]
    assert "fewer than 5" in coordinator.sends("f:results:1:nothing:1")[0]


def test_a_page_that_is_not_there_is_the_last_one(world, coordinator):
    some(world)
    assert "7. What can you do?" in coordinator.sends("f:results:1::99")[0]


def test_an_answer_that_the_path_left_is_not_counted(world, coordinator):
    phones = all_the_same(world, 6, "Housing", "Time", "yes", "Utrecht", "skip", "skip")
    for phone in phones[:2]:
        for step in ("/survey", "Change 2", "Money", "5", "Keep it like this"):
            phone.types(step)
    (first,) = coordinator.types("/results")
    assert "3. Can you come in the evening?\nFewer than 5 answers" in first


def lines(coordinator):
    made = coordinator.receives().decode("utf-8")
    assert made.startswith("\ufeff")
    return list(csv.reader(io.StringIO(made[1:], newline=""), delimiter=";"))


def test_the_file_has_a_line_for_each_and_no_names(world, coordinator):
    some(world)
    coordinator.types("/results")
    coordinator.presses("Get everything as a file")
    head, *rows = lines(coordinator)
    assert head[:5] == [
        "Number", "Finished", "What is urgent?", "What is urgent? – other", "What do you need?"
    ]  # fmt: skip
    assert rows[0] == [
        "1", "yes", "Housing", "", "Time", "Yes", "", "Utrecht", "", "I can bake number 0"
    ]  # fmt: skip
    assert rows[6][:5] == ["7", "no", "Other", "the lift", "Time"]
    assert [row[0] for row in rows] == [str(number) for number in range(1, 11)]
    assert b"Noor" not in coordinator.receives()
    assert b"telegram:" not in coordinator.receives()
    assert audit(world)[-1] == ("results.export", "survey:1")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_only_text_in_the_file(start):
    assert safe(f"{start}1+1") == f"'{start}1+1"
    assert safe(f"1{start}") == f"1{start}"


def test_hostile_texts_stay_in_their_field(world, coordinator):
    evil = '=HYPERLINK("http://example.org");\r\n"x";+1'
    all_the_same(world, 5, "Other", "@SUM(1)", "Time", "yes", "Utrecht", "skip", evil)
    coordinator.types("/results")
    coordinator.presses("Get everything as a file")
    _head, *rows = lines(coordinator)
    assert [row[-1] for row in rows] == ["'" + evil] * 5
    assert {row[3] for row in rows} == {"'@SUM(1)"}
    assert {len(row) for row in rows} == {10}


def test_a_retired_question_is_still_in_the_results(tmp_path: Path, world, coordinator):
    some(world)
    later = surveyed(tmp_path, SURVEY[: SURVEY.index('[[survey.question]]\nkey = "know"')])
    asked = later.run(surveys.questions, 1)
    facts = surveys.SurveyFacts(
        "learning", {"nl": "T"}, {"nl": "I"}, {"nl": "D"}, None, None, asked
    )
    world.run(surveys.put, facts, world.now)
    coordinator.types("/results")
    assert "7. What can you do? (not asked any more)\n6 answers" in coordinator.presses("Next")[0]


def test_more_surveys_are_chosen_from(tmp_path: Path):
    world = surveyed(tmp_path, SURVEY + SURVEY.replace('"learning"', '"second"'))
    coordinator = member(world, "coordinator", role="admin")
    assert coordinator.types("/results") == ["Which survey do you want to see the results of?"]
    assert len(coordinator.last.labels) == 2


def test_without_a_survey_there_is_nothing_to_show(tmp_path: Path):
    world = surveyed(tmp_path, "")
    coordinator = member(world, "coordinator", role="coordinator")
    assert coordinator.types("/results") == ["There is no survey to show."]
    assert coordinator.sends("f:results:9") == ["There is no survey to show."]
    assert coordinator.sends("f:results_file:9") == ["There is no survey to show."]
