"""Surveys: what is asked of members, in which order and under which condition.

A question that a new version of a survey leaves out is retired: it is not asked any more, and what
was answered to it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import and_, bindparam, exists, or_, select, update

from storage.tables import answer_sets, answers, survey_questions, surveys
from storage.transaction import Insert, Prepared, Tx

Texts = Mapping[str, str]
"""The same text by language; Dutch is always there."""

OTHER: Final = "other"
"""The option "other, namely"; what it is stands under the key `<question>.other`."""


class Kind(StrEnum):
    """What a question takes as its answer."""

    OPEN = "open"
    ONE = "one"
    SEVERAL = "several"
    YESNO = "yesno"
    NUMBER = "number"
    DATE = "date"
    PLACE = "place"


class Progress(StrEnum):
    """How far somebody is with a survey; the last two are the states of an answer set."""

    NONE = "none"
    OPEN = "open"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Condition:
    """Only those are asked who answered `question` with any of these options."""

    question: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `options` is {key: label by language} in order, `at_most` 0 means all."""

    key: str
    kind: Kind
    text: Texts
    options: Mapping[str, Texts]
    other: bool = False
    optional: bool = False
    at_most: int = 0
    only_if: Condition | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey; `opens` and `closes` are moments, None where there is no limit."""

    id: int
    key: str
    title: Texts
    intro: Texts
    thanks: Texts
    opens: datetime | None
    closes: datetime | None

    def has_opened(self, now: datetime) -> bool:
        """Whether it may be answered already, or could be once."""
        return self.opens is None or self.opens <= now

    def has_closed(self, now: datetime) -> bool:
        """Whether it is too late to answer."""
        return self.closes is not None and self.closes <= now


@dataclass(frozen=True, slots=True)
class SurveyFacts:
    """What is known of a survey that is made or changed; `key` says which one it is."""

    key: str
    title: Texts
    intro: Texts
    thanks: Texts
    opens: datetime | None
    closes: datetime | None
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A survey that can be answered now, and how far somebody is with it."""

    id: int
    key: str
    title: Texts
    started: bool
    finished: bool


def in_language(texts: Texts, language: str) -> str:
    """The text in `language`, else in Dutch."""
    return texts.get(language) or texts["nl"]


def chosen(value: Any) -> tuple[str, ...]:
    """The options in a stored answer; none if it was skipped."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else ()


def applies(question: Question, given: Mapping[str, Any]) -> bool:
    """Whether the answers given so far lead to this question."""
    wanted = question.only_if
    return wanted is None or bool({*wanted.any_of} & {*chosen(given.get(wanted.question))})


def other_of(question: Question, given: Mapping[str, Any]) -> str | None:
    """The key of "namely ..." if somebody chose "other"."""
    wanted = question.other and OTHER in chosen(given.get(question.key))
    return f"{question.key}.{OTHER}" if wanted else None


def written(asked: Sequence[Question]) -> list[str]:
    """The keys of what is answered in people's own words."""
    own = [one.key for one in asked if one.kind is Kind.OPEN]
    return own + [f"{one.key}.{OTHER}" for one in asked if one.other]


def path(asked: Sequence[Question], kept: Mapping[str, Any]) -> list[str]:
    """The keys of the questions that these answers lead along, answered or not."""
    taken: dict[str, Any] = {}
    for question in asked:
        if not applies(question, taken):
            continue
        taken[question.key] = kept.get(question.key)
        if other := other_of(question, taken):
            taken[other] = kept.get(other)
    return list(taken)


_COLUMNS: Final = tuple(surveys.c[field.name] for field in fields(Survey))
_BY_ID: Final = select(*_COLUMNS).where(surveys.c.id == bindparam("id"))
_NEWEST: Final = (
    select(*_COLUMNS)
    .order_by(surveys.c.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_OPEN_FOR: Final = (
    select(surveys.c.id, surveys.c.key, surveys.c.title, answer_sets.c.state)
    .select_from(
        surveys.outerjoin(
            answer_sets,
            and_(answer_sets.c.survey == surveys.c.id, answer_sets.c.person == bindparam("person")),
        )
    )
    .where(
        or_(surveys.c.opens.is_(None), surveys.c.opens <= bindparam("now")),
        or_(surveys.c.closes.is_(None), surveys.c.closes > bindparam("now")),
    )
    .order_by(surveys.c.closes.is_(None), surveys.c.closes, surveys.c.id)
)
_QUESTIONS: Final = (
    select(survey_questions)
    .where(survey_questions.c.survey == bindparam("survey"))
    .order_by(survey_questions.c.retired, survey_questions.c.position)
)


def _made(row: Sequence[Any]) -> Survey:
    return Survey(*row)


def find(tx: Tx, survey: int) -> Survey | None:
    """The survey with this number."""
    row = tx.execute(_BY_ID, {"id": survey}).first()
    return _made(row) if row is not None else None


def newest(tx: Tx, limit: int, offset: int = 0) -> list[Survey]:
    """All surveys, open or not, the newest first."""
    found = tx.execute(_NEWEST, {"limit": limit, "offset": offset})
    return [_made(row) for row in found]


def open_for(tx: Tx, person: int, now: datetime) -> list[OpenSurvey]:
    """What somebody can answer now, the one that closes first on top."""
    found = tx.execute(_OPEN_FOR, {"person": person, "now": now})
    return [
        OpenSurvey(row.id, row.key, row.title, row.state is not None, row.state == "finished")
        for row in found
    ]


def questions(tx: Tx, survey: int, *, retired: bool = False) -> list[Question]:
    """The questions in order; with `retired` also those that are not asked any more, last."""
    found = tx.execute(_QUESTIONS, {"survey": survey})
    return [_question(row) for row in found if retired or not row.retired]


def _question(row: Any) -> Question:
    only_if = row.only_if
    return Question(
        row.key, Kind(row.kind), row.text, row.options, row.other, row.optional,
        row.at_most or 0,
        Condition(only_if["question"], tuple(only_if["any_of"])) if only_if else None,
        row.retired,
    )  # fmt: skip


# How they come here.


@Prepared
def _put(tx: Tx) -> Insert:
    added = tx.insert(surveys)
    names = ("title", "intro", "thanks", "opens", "closes")
    return added.on_conflict_do_update(
        index_elements=["key"], set_={name: added.excluded[name] for name in names}
    )


@Prepared
def _put_question(tx: Tx) -> Insert:
    added = tx.insert(survey_questions)
    given = [c.name for c in survey_questions.c if c.name not in ("id", "survey", "key")]
    return added.on_conflict_do_update(
        index_elements=["survey", "key"], set_={name: added.excluded[name] for name in given}
    )


def put(tx: Tx, facts: SurveyFacts, now: datetime) -> int:
    """Make the survey of this key, or bring it up to date; questions it lost are retired."""
    names = ("key", "title", "intro", "thanks", "opens", "closes")
    tx.execute(_put, {**{name: getattr(facts, name) for name in names}, "created": now})
    found = select(surveys.c.id).where(surveys.c.key == facts.key)
    survey: int = tx.execute(found).scalar_one()
    gone = survey_questions.c.survey == survey, survey_questions.c.retired.is_(False)
    kept = [question.key for question in facts.questions]
    left_out = update(survey_questions).where(*gone, survey_questions.c.key.not_in(kept))
    tx.execute(left_out.values(retired=True))
    rows = [_row(survey, place, one) for place, one in enumerate(facts.questions, 1)]
    tx.execute(_put_question, rows)
    return survey


def _row(survey: int, position: int, question: Question) -> dict[str, Any]:
    row = {field.name: getattr(question, field.name) for field in fields(Question)}
    only_if = question.only_if
    asked = {"question": only_if.question, "any_of": list(only_if.any_of)} if only_if else None
    return {**row, "survey": survey, "position": position, "only_if": asked}


def changed_kinds(tx: Tx, facts: SurveyFacts) -> list[str]:
    """The keys of questions that were answered as another kind than they would have now."""
    answered = exists().where(
        answers.c.key == survey_questions.c.key,
        answers.c.answer_set == answer_sets.c.id,
        answer_sets.c.survey == surveys.c.id,
    )
    found: Iterable[Any] = tx.execute(
        select(survey_questions.c.key, survey_questions.c.kind)
        .select_from(survey_questions.join(surveys, survey_questions.c.survey == surveys.c.id))
        .where(surveys.c.key == facts.key, answered)
    )
    kinds = {question.key: question.kind for question in facts.questions}
    return [row.key for row in found if kinds.get(row.key, row.kind) != row.kind]
