"""The survey, from the link to the thanks, with everything that can come between."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.dialogue import answers
from bot.dialogue.flow import flow
from handlers import FLOWS, MAKERS, RENDERERS, TICKS
from storage import answer_sets, people, surveys, tables
from storage.surveys import Progress
from tests.phone import World
from tests.surveyed import SURVEY, allow, member, surveyed

FIRST = (
    "What do you want to learn?\nFive minutes.\n\n"
    "You have until Wednesday 31 March, 21:00. "
    "I keep every answer at once, so you can go on later.\n\n"
    "What is urgent?\nChoose at most 2."
)
HOSTILE = [
    "<b>bold</b> &amp; [x](http://example.org) `code`",
    "\u202eright to left\u2066\u2067",
    "\u200bzero\u200dwidth\ufeff",
    "x" * 4096,
    "😀" * 2048,
    '=HYPERLINK("http://example.org")',
    "@SUM(1)\t;\r\n'\"",
]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return surveyed(tmp_path)


def kept(world, phone):
    """What the answer store holds of a person, by key: the answer, and whether it counts."""
    table = tables.answers
    query = (
        select(table.c.key, table.c.value, table.c.on_path)
        .join(tables.answer_sets)
        .where(tables.answer_sets.c.person == phone.person.id)
        .order_by(table.c.id)
    )
    return {row.key: (row.value, row.on_path) for row in world.run(lambda tx: tx.execute(query))}


def how_far(world, phone):
    return world.run(answer_sets.progress, 1, phone.person.id)


def close(world):
    closed = update(tables.surveys).values(closes=world.now)
    world.run(lambda tx: tx.execute(closed))


def test_a_whole_survey_is_asked_kept_shown_and_thanked_for(world):
    phone = member(world)
    assert phone.types("/survey") == [FIRST]
    assert phone.last.labels[:4] == ["☐ Housing", "☐ Safety", "☐ Groen", "☐ Other, namely …"]
    phone.presses("☐ Housing")
    assert phone.presses("Done") == ["What do you need?"]
    assert phone.presses("Time") == ["Can you come in the evening?"]
    assert phone.presses("Yes") == ["Where?"]
    assert phone.types("Utrecht") == ["Which day?"]
    assert phone.types("28 September 2027") == ["What can you do?"]
    (end,) = phone.types("I can bake")
    assert end == (
        "Thank you!\n\nThis is what you answered:\n\n"
        "1. What is urgent?\n→ \u2068Housing\u2069\n\n"
        "2. What do you need?\n→ \u2068Time\u2069\n\n"
        "3. Can you come in the evening?\n→ \u2068Yes\u2069\n\n"
        "4. Where?\n→ \u2068Utrecht\u2069\n\n"
        "5. Which day?\n→ \u2068Tuesday 28 September 2027\u2069\n\n"
        "6. What can you do?\n→ \u2068I can bake\u2069"
    )
    assert kept(world, phone) == {
        "urgent": (["housing"], True),
        "need": ("time", True),
        "moment": ("yes", True),
        "where": ("GM0344", True),
        "day": ("2027-09-28", True),
        "know": ("I can bake", True),
    }
    assert how_far(world, phone) is Progress.FINISHED


def test_the_other_branch_asks_another_question(world):
    phone = member(world)
    phone.types("/survey")
    phone.types("Housing")
    assert phone.types("Money") == ["How many euros?"]
    assert phone.types("a lot") == ["Type a whole number from 0 to 1000000."]
    assert phone.types("250") == ["Where?"]


def test_other_asks_what_it_is_and_may_be_skipped(world):
    phone = member(world)
    phone.types("/survey")
    assert phone.types("Other") == ["You chose “Other”. What is it?"]
    assert phone.types("the lift") == ["What do you need?"]
    assert kept(world, phone)["urgent.other"] == ("the lift", True)
    assert phone.presses("Back") == ["You chose “Other”. What is it?"]
    assert "urgent.other" not in kept(world, phone)
    assert phone.presses("Skip") == ["What do you need?"]


def test_no_more_are_taken_than_may_be_chosen(world):
    phone = member(world)
    phone.types("/survey")
    assert phone.types("1, 2, 3") == ["Choose at most 2."]


def test_skipped_questions_finish_a_survey_too(world):
    phone = member(world)
    for step in ("/survey", "Housing", "Time", "yes", "Utrecht", "skip"):
        phone.types(step)
    assert phone.types("skip")[0].endswith("6. What can you do?\n→ \u2068(skipped)\u2069")
    assert how_far(world, phone) is Progress.FINISHED


def test_a_half_finished_survey_goes_on_after_a_restart_and_an_expired_talk(world):
    phone = member(world)
    for step in ("/survey", "Housing", "Time"):
        phone.types(step)
    again = World(FLOWS, ticks=TICKS, renderers=RENDERERS, makers=MAKERS)
    again.engine, again.now, again.numbers = world.engine, world.now, world.numbers
    phone = again.phone()
    assert phone.presses("Yes") == ["Where?"]
    again.pass_time(days=8)
    assert phone.types("/survey") == [
        "We go on where you were. You can still change what you answered before.\n\nWhere?"
    ]
    assert phone.presses("Back") == ["Can you come in the evening?"]


def test_stopping_keeps_the_answers(world):
    phone = member(world)
    phone.types("/survey")
    phone.types("Housing")
    assert phone.types("stop") == ["Stopped: the survey. The answers you gave so far are kept."]
    assert kept(world, phone) == {"urgent": (["housing"], True)}
    assert how_far(world, phone) is Progress.OPEN


def test_put_off_asks_again_the_next_morning_at_ten(world):
    phone = member(world)
    phone.types("/survey")
    phone.types("Housing")
    phone.presses("Ask me tomorrow")
    world.pass_time(hours=21)
    assert "Go on with the survey" not in phone.labels
    world.pass_time(hours=1)
    assert phone.presses("Go on with the survey")[0].endswith("What do you need?")


def test_put_off_before_the_first_answer_is_no_answer_set_that_counts(world):
    phone = member(world)
    phone.types("/survey")
    phone.presses("Ask me tomorrow")
    assert how_far(world, phone) is Progress.NONE
    world.pass_time(days=1)
    assert phone.presses("Go on with the survey") == [FIRST]


def asked_again(world, phone):
    return any("Go on with the survey" in shown.labels for shown in phone.screen())


def test_who_went_on_by_themselves_is_not_asked_again(world):
    phone = member(world)
    phone.types("/survey")
    phone.presses("Ask me tomorrow")
    phone.types("/survey")
    phone.types("Housing")
    world.pass_time(days=1)
    assert not asked_again(world, phone)


def test_who_left_took_consent_back_or_slept_in_is_not_asked_again(world):
    gone, mind, late = (member(world, name) for name in ("gone", "mind", "late"))
    for phone in (gone, mind, late):
        phone.types("/survey")
        phone.presses("Ask me tomorrow")
    world.run(people.leave, gone.person.id, world.now)
    world.run(allow, mind.person.id, given=False)
    world.now = world.now.replace(hour=8)
    world.pass_time(days=1, hours=1)
    assert [asked_again(world, phone) for phone in (gone, mind, late)] == [False, False, True]
    late.types("/survey")
    late.presses("Ask me tomorrow")
    world.pass_time(days=1, hours=12)
    assert late.labels.count("Go on with the survey") == 1


def test_who_put_off_a_survey_that_closes_is_told(world):
    phone = member(world)
    phone.types("/survey")
    phone.types("Housing")
    phone.presses("Ask me tomorrow")
    close(world)
    world.pass_time(days=1)
    assert any("It has closed meanwhile" in shown.text for shown in phone.screen())


def finished(world, name="noor"):
    phone = member(world, name)
    for step in ("/survey", "Housing", "Time", "yes", "Utrecht", "skip", "I can bake"):
        phone.types(step)
    return phone


def test_an_answer_is_changed_until_it_is_right(world):
    phone = finished(world)
    (look,) = phone.presses("Change an answer")
    assert look.startswith("This is what you answered. You can change it until Wednesday 31 March")
    assert phone.presses("Change 6") == ["What can you do?"]
    assert phone.types("I can cook")[0].endswith("→ \u2068I can cook\u2069")
    assert phone.presses("Keep it like this") == ["Good. Your answers are kept."]
    assert kept(world, phone)["know"] == ("I can cook", True)


def test_a_change_that_leads_elsewhere_asks_what_is_new_and_leaves_out_what_was(world):
    phone = finished(world)
    phone.presses("Change an answer")
    phone.presses("Change 2")
    assert phone.presses("Money") == ["How many euros?"]
    assert kept(world, phone)["moment"] == ("yes", False)
    assert how_far(world, phone) is Progress.OPEN
    assert phone.presses("Back") == ["What do you need?"]
    phone.presses("Money")
    assert "3. How many euros?\n→ \u206830\u2069" in phone.types("30")[0]
    assert how_far(world, phone) is Progress.FINISHED


def test_back_while_changing_restores_what_was(world):
    phone = finished(world)
    phone.presses("Change an answer")
    phone.presses("Change 2")
    assert phone.presses("Back")[0].startswith("This is what you answered.")
    assert kept(world, phone)["need"] == ("time", True)


def test_an_earlier_question_can_be_changed_on_the_way(world):
    phone = member(world)
    for step in ("/survey", "Housing", "Time", "yes"):
        phone.types(step)
    button = next(b for s in phone.screen() for b in s.buttons if b.label == "Back").data
    talk = button.split(":")[2]
    phone.sends(f"k:change:{talk}:need")
    assert phone.types("Money") == ["How many euros?"]
    assert phone.presses("Back") == ["What do you need?"]


def test_a_survey_that_closes_on_the_way_counts_as_partial(world):
    phone = member(world)
    for step in ("/survey", "Housing", "Time"):
        phone.types(step)
    close(world)
    (told,) = phone.types("yes")
    assert told.startswith("This survey has closed: Monday 1 March, 12:00.")
    assert "What you answered before counts too" in told
    assert set(kept(world, phone)) == {"urgent", "need"}
    assert how_far(world, phone) is Progress.OPEN


def test_a_closed_survey_is_told_kindly(world):
    done, new = finished(world, "done"), member(world, "new")
    close(world)
    assert "Your answers count" in done.types("/start survey-1")[0]
    assert "Another one may come later" in new.types("/start survey-1")[0]
    assert new.types("/survey")[0].startswith("There is no survey open now.")


def test_a_survey_that_has_not_opened_or_is_not_there_is_not_asked(world):
    phone = member(world)
    assert "not open" in phone.types("/start survey-77")[0]
    later = update(tables.surveys).values(opens=world.now.replace(year=2028))
    world.run(lambda tx: tx.execute(later))
    assert "not open" in phone.types("/start survey-1")[0]


def test_without_consent_it_is_asked_for_first_and_recorded(world):
    phone = member(world)
    world.run(allow, phone.person.id, given=False)
    assert phone.types("/survey")[0].startswith("For the survey I need your permission first.")
    assert phone.presses("No") == ["That is fine. Then I do not ask you these questions."]
    phone.types("/survey")
    assert phone.presses("Yes") == [FIRST]
    consent = world.run(people.consents_of, phone.person.id)["survey"]
    assert (consent.given, consent.text_version, consent.way) == (True, "survey-1", "chat")


def test_consent_taken_back_on_the_way_is_asked_for_and_the_survey_goes_on(world):
    phone = member(world)
    phone.types("/survey")
    phone.types("Housing")
    world.run(allow, phone.person.id, given=False)
    assert phone.types("Time")[0].startswith("For the survey I need your permission first.")
    assert phone.presses("Yes")[0].endswith("What do you need?")


@flow("join", title="joining", link="join")
def join_quickly(talk, tx, next: str = ""):
    talk.ask("name", "Your name?", answers.name())
    people.join(tx, talk.person.id, talk.now, {})
    allow(tx, talk.person.id)
    first, number = next.split("-")
    return talk.then(first, **{f"{first}_id": int(number)})


def test_who_is_no_member_joins_first_and_comes_back(world):
    others = [one for one in FLOWS if one.name != "join"]
    new = World([*others, join_quickly])
    new.engine = world.engine
    phone = new.phone("visitor")
    assert phone.types("/start survey-1") == [
        "The survey is for members. Joining takes a minute. Then we go on with it.\n\nYour name?"
    ]
    assert phone.types("Ada") == [FIRST]


def test_a_survey_that_was_parked_is_not_offered_when_it_is_done(world):
    phone = member(world)
    phone.types("/survey")
    phone.types("Housing")
    phone.types("/profile")
    phone.types("/survey")
    for step in ("Time", "yes", "Utrecht", "skip"):
        phone.types(step)
    assert not any("still at: the survey" in text for text in phone.types("I can bake"))


def test_more_surveys_are_listed(tmp_path: Path):
    more = SURVEY + SURVEY.replace('"learning"', '"second"').replace("What do you want", "Wish")
    world = surveyed(tmp_path, more)
    phone = member(world)
    assert phone.types("/survey") == ["Which survey do you want to fill in?"]
    assert phone.last.labels == ["What do you want to learn?", "Wish to learn?"]
    assert phone.presses("Wish")[0].startswith("Wish to learn?\nFive minutes.")


def test_it_is_asked_in_the_language_of_the_person_where_there_is_one(world):
    phone = member(world)
    world.run(people.change, phone.person.id, language="nl")
    assert "Vijf minuten." in phone.types("/survey")[0]
    assert phone.last.labels[0] == "☐ Wonen"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_kept_as_typed_and_shown_harmless(world, text):
    phone = member(world)
    for step in ("/survey", "Other", text, "Time", "yes", "Utrecht", "skip"):
        phone.types(step)
    (end,) = phone.types(text)
    assert kept(world, phone)["know"] == (text.strip(), True)
    assert kept(world, phone)["urgent.other"] == (text.strip(), True)
    assert len(end.encode("utf-16-le")) // 2 <= 4096
    assert end.count("\u2068") == end.count("\u2069")
    assert phone.last.message is not None
    assert type(phone.last.message.text) is str


def test_a_question_added_later_is_asked_of_who_was_done(world, tmp_path: Path):
    phone = finished(world)
    added = '\n[[survey.question]]\nkey = "new"\nkind = "open"\ntext = { nl = "En nu?" }\n'
    later = surveyed(tmp_path, SURVEY + added)
    asked = later.run(surveys.questions, 1)
    facts = surveys.SurveyFacts(
        "learning", {"nl": "T"}, {"nl": "I"}, {"nl": "D"}, None, None, asked
    )
    world.run(surveys.put, facts, world.now)
    assert phone.types("/survey")[0].endswith("En nu?")
    assert "8. En nu?" not in phone.types("Niets")[0]
    assert how_far(world, phone) is Progress.FINISHED
