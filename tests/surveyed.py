"""A small survey of every kind of question, and people who answer it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot import importing
from handlers import FLOWS, MAKERS, RENDERERS, TICKS
from storage import people
from storage.people import Consent, Purpose
from storage.transaction import Tx
from tests.phone import START, Phone, World

SURVEY = """
[[survey]]
key = "learning"
title = { nl = "Wat wil je leren?", en = "What do you want to learn?" }
intro = { nl = "Vijf minuten.", en = "Five minutes." }
thanks = { nl = "Dank je wel!", en = "Thank you!" }
opens = 2027-02-01T09:00:00
closes = 2027-03-31T21:00:00

[[survey.question]]
key = "urgent"
kind = "several"
other = true
at_most = 2
text = { nl = "Wat is dringend?", en = "What is urgent?" }
options.housing = { nl = "Wonen", en = "Housing" }
options.safety = { nl = "Veiligheid", en = "Safety" }
options.green = { nl = "Groen" }

[[survey.question]]
key = "need"
kind = "one"
text = { nl = "Wat heb je nodig?", en = "What do you need?" }
options.time = { nl = "Tijd", en = "Time" }
options.money = { nl = "Geld", en = "Money" }

[[survey.question]]
key = "moment"
kind = "yesno"
only_if = { question = "need", any_of = ["time"] }
text = { nl = "Kun je 's avonds?", en = "Can you come in the evening?" }

[[survey.question]]
key = "euros"
kind = "number"
only_if = { question = "need", any_of = ["money"] }
text = { nl = "Hoeveel euro?", en = "How many euros?" }

[[survey.question]]
key = "where"
kind = "place"
text = { nl = "Waar?", en = "Where?" }

[[survey.question]]
key = "day"
kind = "date"
optional = true
text = { nl = "Welke dag?", en = "Which day?" }

[[survey.question]]
key = "know"
kind = "open"
optional = true
text = { nl = "Wat kun je?", en = "What can you do?" }
"""


def file(folder: Path, text: str = SURVEY) -> Path:
    path = folder / "content.toml"
    path.write_text(text, encoding="utf-8")
    return path


def surveyed(folder: Path, text: str = SURVEY) -> World:
    """A world with all flows and the survey, number 1."""
    world = World(FLOWS, ticks=TICKS, renderers=RENDERERS, makers=MAKERS)
    world.run(importing.load, importing.read(file(folder, text)), world.now)
    return world


def allow(tx: Tx, person: int, *, given: bool = True) -> None:
    people.record_consent(
        tx, person, Consent(Purpose.SURVEY, given, "survey-1", "en", "test", START)
    )


def join(tx: Tx, chat: str, role: str = "none") -> int:
    """A member who agreed to surveys."""
    person = people.arrive(tx, chat, "en", START).id
    people.join(tx, person, START, {"name": "Noor"})
    people.change(tx, person, role=role)
    allow(tx, person)
    return person


def member(world: World, name: str = "noor", **options: Any) -> Phone:
    world.run(join, f"telegram:{name}", **options)
    return world.phone(name)


def all_the_same(world: World, count: int, *steps: str) -> list[Phone]:
    """So many members who all type these answers."""
    phones = [member(world, f"member{number}") for number in range(count)]
    for phone in phones:
        for step in ("/survey", *steps):
            phone.types(step)
    return phones
