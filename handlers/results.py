"""Results of surveys, for coordinators: numbers and texts, never whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from bot.dialogue.files.spreadsheets import spreadsheet
from bot.dialogue.flow import entry, flow, make_file
from bot.dialogue.language import N_, _, day, isolate, n_, number, speaking, spoken
from bot.dialogue.messages import Attachment, Button, cut
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import audit, survey_results, surveys
from storage.small_cells import FEWEST, hidden
from storage.survey_results import Reach, Tally
from storage.surveys import OTHER, Kind, Question, Survey, in_language
from storage.transaction import Tx

A_PAGE: Final = 5
"""How many questions, or texts, are shown at once."""
SURVEYS: Final = 8
MOST_VALUES: Final = 10
TEXT_UNITS: Final = 700
"""How much is shown of what somebody wrote; the file has all of it."""
BAR: Final = 10


@flow(
    "results",
    command=N_("/results"),
    about=N_("see the results of a survey"),
    words=N_("results"),
    role="coordinator",
)
def results(talk: Talk, tx: Tx, survey_id: int = 0, question: str = "", page: int = 1) -> None:
    """Who answered, how often each option was chosen, and what people wrote."""
    every = [] if survey_id else surveys.newest(tx, SURVEYS)
    found = every[0] if len(every) == 1 else surveys.find(tx, survey_id)
    if found is None:
        return _choose(talk, every)
    asked = surveys.questions(tx, found.id, retired=True)
    tallies = survey_results.tallies(tx, found.id, surveys.written(asked))
    reading = _Reading(question, asked, tallies, page)
    return _texts(talk, tx, found, reading) if question else _numbers(talk, tx, found, reading)


class _Reading:
    """What is looked at: all questions, or the texts of one, and which page."""

    def __init__(
        self, key: str, asked: Sequence[Question], tallies: Mapping[str, Tally], page: int
    ) -> None:
        self.key = key
        self.asked = asked
        self.tallies = tallies
        size = self.tally(key).people if key else len(asked)
        self.pages = max(1, -(-size // A_PAGE))
        self.page = min(max(page, 1), self.pages)

    def tally(self, key: str) -> Tally:
        """What was answered to a question, perhaps nothing."""
        return self.tallies.get(key) or Tally()

    @property
    def before(self) -> int:
        """How many come before this page."""
        return (self.page - 1) * A_PAGE

    def turn(self, survey: int) -> list[Button]:
        """The buttons to the pages beside this one."""
        turns = ((-1, _("Previous page")), (1, _("Next page")))
        return [
            Button(label, entry("results", survey, self.key, self.page + step))
            for step, label in turns
            if 1 <= self.page + step <= self.pages
        ]


def _choose(talk: Talk, every: Sequence[Survey]) -> None:
    if not every:
        return talk.say(_("There is no survey to show."))
    rows = [[Button(in_language(one.title, spoken()), entry("results", one.id))] for one in every]
    return talk.say(_("Which survey do you want to see the results of?"), *rows)


# Numbers.


def _numbers(talk: Talk, tx: Tx, found: Survey, reading: _Reading) -> None:
    talk.say(_head(talk, found, survey_results.reach(tx, found.id)))
    rows: list[list[Button]] = []
    shown = reading.asked[reading.before : reading.before + A_PAGE]
    for place, question in enumerate(shown, reading.before + 1):
        talk.say(_block(question, place, reading.tally(question.key)))
        rows += _readable(found, question, place, reading)
    if any(tally.people >= FEWEST for tally in reading.tallies.values()):
        rows.append([Button(_("Get everything as a file"), entry("results_file", found.id))])
    talk.say(
        _("Numbers under {fewest} are hidden, and those that would give them away.").format(
            fewest=FEWEST
        ),
        *rows,
        reading.turn(found.id),
    )
    audit.record(tx, talk.person.id, "results.look", f"survey:{found.id}", talk.now)


def _head(talk: Talk, found: Survey, reach: Reach) -> str:
    finished = n_("{n} person finished.", "{n} people finished.", reach.finished)
    partial = n_("{n} person answered a part.", "{n} people answered a part.", reach.partial)
    members = n_("There is {n} member.", "There are {n} members.", reach.members)
    lines = [
        in_language(found.title, spoken()),
        finished.format(n=number(reach.finished)),
        partial.format(n=number(reach.partial)),
        members.format(n=number(reach.members)),
    ]
    if found.closes is not None and found.has_closed(talk.now):
        lines.append(_("Closed: {when}.").format(when=talk.when(found.closes)))
    elif found.closes is not None:
        lines.append(_("Open until {when}.").format(when=talk.when(found.closes)))
    return "\n".join(lines)


def _block(question: Question, place: int, tally: Tally) -> str:
    """One question with its numbers."""
    text = in_language(question.text, spoken())
    if question.retired:
        text = _("{question} (not asked any more)").format(question=text)
    head = _("{number}. {question}").format(number=place, question=text)
    return "\n".join([head, *_lines(question, tally.people, tally.cells)])


def _lines(question: Question, count: int, cells: Mapping[str, int]) -> list[str]:
    if count < FEWEST:
        fewer = _("Fewer than {fewest} answers: not shown yet.").format(fewest=FEWEST)
        return [fewer if count else _("No answers yet.")]
    total = n_("{n} answer", "{n} answers", count).format(n=number(count))
    if question.kind is Kind.OPEN:
        return [total]
    if question.kind is Kind.NUMBER:
        average = sum(int(value) * times for value, times in cells.items()) / count
        return [total, _("On average: {number}").format(number=number(round(average, 1)))]
    labels = _labels(question, cells)
    counts = {key: cells.get(key, 0) for key in labels}
    kept_back = hidden(counts, parts=question.kind is not Kind.SEVERAL)
    most = max((counts[key] for key in labels if key not in kept_back), default=1)
    return [
        total,
        *(
            _("{label}: not shown").format(label=label)
            if key in kept_back
            else _bar(label, counts[key], most)
            for key, label in labels.items()
            if question.options or question.kind is Kind.YESNO or key not in kept_back
        ),
    ]


def _bar(label: str, count: int, most: int) -> str:
    people = n_("{n} person", "{n} people", count).format(n=number(count))
    if not count:
        return _("{label}: {people}").format(label=label, people=people)
    bar = "▇" * -(-count * BAR // most)
    return _("{label}: {bar} {people}").format(label=label, bar=bar, people=people)


def _labels(question: Question, cells: Mapping[str, int]) -> dict[str, str]:
    """The options with their labels; where there are none, the values given most often."""
    if question.kind in (Kind.PLACE, Kind.DATE):
        often = sorted(cells, key=lambda value: (-cells[value], value))[:MOST_VALUES]
        return {value: _words(question, value) for value in often}
    offered = ["yes", "no"] if question.kind is Kind.YESNO else list(question.options)
    offered += [OTHER] if question.other else []
    return {option: _words(question, option) for option in offered}


def _words(question: Question, value: str) -> str:
    """A stored option or value as people say it; as it is, if it is not offered any more."""
    match question.kind:
        case Kind.YESNO:
            return {"yes": _("Yes"), "no": _("No")}.get(value, value)
        case Kind.PLACE:
            return name_of(value) or value
        case Kind.DATE:
            return day(date.fromisoformat(value))
        case Kind.ONE | Kind.SEVERAL if value in question.options:
            return in_language(question.options[value], spoken())
        case Kind.ONE | Kind.SEVERAL if value == OTHER:
            return _("Other")
        case _:
            return value


def _readable(
    found: Survey, question: Question, place: int, reading: _Reading
) -> list[list[Button]]:
    """The buttons to what people wrote at this question."""
    keys = {f"{question.key}.{OTHER}": _("Read “other” at {number}")}
    if question.kind is Kind.OPEN:
        keys[question.key] = _("Read the answers to {number}")
    return [
        [Button(label.format(number=place), entry("results", found.id, key, 1))]
        for key, label in keys.items()
        if reading.tally(key).people >= FEWEST
    ]


# Texts.


def _texts(talk: Talk, tx: Tx, found: Survey, reading: _Reading) -> None:
    """What people wrote, a page of it."""
    key, _dot, other = reading.key.partition(".")
    of = next((one for one in reading.asked if one.key == key), None)
    count = reading.tally(reading.key).people
    back = [Button(_("Back to the numbers"), entry("results", found.id))]
    if of is None or (of.kind is not Kind.OPEN and not other) or count < FEWEST:
        fewer = _("There are fewer than {fewest} answers. I show them from {fewest} on.")
        return talk.say(fewer.format(fewest=FEWEST), back)
    text = in_language(of.text, spoken())
    head = _("{question}\nPage {page} of {pages}").format(
        question=text, page=reading.page, pages=reading.pages
    )
    written = survey_results.texts(tx, found.id, reading.key, A_PAGE, reading.before)
    shown = [
        _("{number}. {answer}").format(number=place, answer=isolate(cut(one, TEXT_UNITS)))
        for place, one in enumerate(written, reading.before + 1)
    ]
    talk.say("\n\n".join([head, *shown]), reading.turn(found.id), back)
    subject = f"survey:{found.id}:{reading.key}"
    return audit.record(tx, talk.person.id, "results.read", subject, talk.now)


# Everything as a file.


@flow("results_file", role="coordinator")
def results_file(talk: Talk, tx: Tx, survey_id: int) -> None:
    """All answers as a file for a spreadsheet, without names."""
    found = surveys.find(tx, survey_id)
    if found is None:
        return talk.say(_("There is no survey to show."))
    if survey_results.reach(tx, survey_id).answered < FEWEST:
        fewer = _("There are fewer than {fewest} answers. I show them from {fewest} on.")
        return talk.say(fewer.format(fewest=FEWEST))
    made = {"survey": survey_id, "language": spoken()}
    talk.say(
        _(
            "Here are all answers. There are no names beside them. "
            "But people can name somebody in a text. So keep this file to yourself."
        ),
        attachment=Attachment("document", f"{found.key}.csv", "survey_answers", made),
    )
    return audit.record(tx, talk.person.id, "results.export", f"survey:{survey_id}", talk.now)


@make_file("survey_answers")
def answers_file(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """One line for each person, numbered, semicolons between; safe to open in a spreadsheet."""
    with speaking(arguments["language"]):
        asked = surveys.questions(tx, arguments["survey"], retired=True)
        columns = [(question, key) for question in asked for key in _keys(question)]
        rows: list[list[str | int]] = [
            [_("Number"), _("Finished"), *(_title(*column) for column in columns)]
        ]
        for place, (state, kept) in enumerate(survey_results.rows(tx, arguments["survey"]), 1):
            done = _("yes") if state == surveys.Progress.FINISHED else _("no")
            values = [_field(question, key, kept.get(key)) for question, key in columns]
            rows.append([place, done, *values])
        return spreadsheet(rows)


def _keys(question: Question) -> list[str]:
    return [question.key, *([f"{question.key}.{OTHER}"] if question.other else [])]


def _title(question: Question, key: str) -> str:
    text = in_language(question.text, spoken())
    if key != question.key:
        text = _("{question} – other").format(question=text)
    return text


def _field(question: Question, key: str, value: Any) -> str:
    if value is None:
        return ""
    if key != question.key or question.kind in (Kind.OPEN, Kind.NUMBER, Kind.DATE):
        return str(value)
    return " | ".join(_words(question, one) for one in surveys.chosen(value))
