"""What is done on the server, as its commands say it."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.chores import import_file
from bot.config import load
from bot.dialogue.flow import Respondent
from storage import Database, answer_sets, people

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SURVEY = """
[[survey]]
key = "s"
title = {nl = "T"}
intro = {nl = "I"}
thanks = {nl = "D"}
[[survey.question]]
key = "a"
kind = "open"
text = {nl = "Wat?"}
"""


@pytest.fixture
def options(tmp_path):
    return load(None, {"BUURTBOT_DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})


def answered(options):
    """Somebody answers the first question of the first survey."""

    def unit(tx):
        noor = people.arrive(tx, "telegram:5", "nl", NOW)
        answer_sets.ANSWERS.save(tx, Respondent(noor.id, {"survey_id": 1}, NOW), "a", "Groen")

    async def work():
        database = await Database.open(options.database.url)
        await database.run(unit)
        await database.close()

    asyncio.run(work())


def test_what_was_imported_is_told(options, tmp_path, capsys):
    file = tmp_path / "s.toml"
    file.write_text(SURVEY)
    assert import_file(options, file) == 0
    assert capsys.readouterr().out == "Imported: surveys 1, meetings 0.\n"


def test_a_mistake_that_only_the_database_shows_is_told_with_its_line(options, tmp_path, capsys):
    file = tmp_path / "s.toml"
    file.write_text(SURVEY)
    import_file(options, file)
    answered(options)
    file.write_text(SURVEY.replace('"open"', '"number"'))
    assert import_file(options, file) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        "line 7: question `a`: it was answered as another kind; give it a new key"
    )
