"""Everything that is kept about one person, as data.

Every row that hangs on the person or on their chat is in it. A table that is added later belongs in
it too, and a test over all tables says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Table, func, select

from storage.tables import (
    announcements,
    answer_sets,
    answers,
    audit,
    codes,
    consents,
    conversations,
    erasures,
    fanouts,
    feedback,
    feeds,
    follows,
    gate_decisions,
    halts,
    inbox,
    invitations,
    meeting_notes,
    meetings,
    outbox,
    people,
    person_themes,
    questions,
    recipients,
    rsvps,
    sendings,
    survey_questions,
    surveys,
    taps,
    waiting_list,
)
from storage.transaction import Tx

OF_THE_PERSON: Final = {
    consents: consents.c.person,
    person_themes: person_themes.c.person,
    rsvps: rsvps.c.person,
    waiting_list: waiting_list.c.person,
    invitations: invitations.c.person,
    gate_decisions: gate_decisions.c.person,
    feedback: feedback.c.person,
    feeds: feeds.c.person,
    follows: follows.c.person,
    taps: taps.c.person,
    answer_sets: answer_sets.c.person,
    questions: questions.c.person,
    audit: audit.c.actor,
}
"""The tables whose rows are about one person, by the column that says who."""

OF_THE_CHAT: Final = {
    conversations: conversations.c.chat,
    outbox: outbox.c.chat,
    inbox: inbox.c.chat,
    erasures: erasures.c.chat,
    halts: halts.c.scope,
}
"""The tables whose rows are about a private chat, by the column that says which."""

OF_THEIR_WORK: Final = {
    codes.c.made_by: (codes.c.role, codes.c.expires, codes.c.used),
    questions.c.answered_by: (questions.c.answer, questions.c.answered),
    meetings.c.host: (meetings.c.title, meetings.c.starts),
    rsvps.c.added_by: (rsvps.c.created,),
    fanouts.c.made_by: (fanouts.c.kind, fanouts.c.created),
    meeting_notes.c.made_by: (meeting_notes.c.text, meeting_notes.c.created),
    announcements.c.made_by: (
        announcements.c.content,
        announcements.c.draft,
        announcements.c.created,
    ),
    announcements.c.approved_by: (announcements.c.content, announcements.c.created),
    sendings.c.made_by: (sendings.c.kind, sendings.c.content, sendings.c.started),
}
"""What somebody did for others: of those rows only what is their own doing, never who asked."""

Rows = list[dict[str, Any]]


def everything(tx: Tx, person: int) -> dict[str, Any]:
    """All that is kept about a person, by table; empty when there is no such person."""
    known = _rows(tx, select(people).where(people.c.id == person))
    if not known:
        return {}
    found: dict[str, Any] = {"person": known[0]}
    for table, column in OF_THE_PERSON.items():
        found[table.name] = _rows(tx, select(table).where(column == person))
    for table, column in OF_THE_CHAT.items():
        found[table.name] = _rows(tx, select(table).where(column == known[0]["chat"]))
    found["rsvps"] = sign_ups(tx, person)
    found["recipients"] = announced(tx, person)
    found["answers"] = survey_answers(tx, person)
    for column, shown in OF_THEIR_WORK.items():
        rows = _rows(tx, select(*shown).where(column == person))
        found[f"{column.table.name}.{column.name}"] = rows
    return found


def sign_ups(tx: Tx, person: int) -> Rows:
    """What a person answered to meetings, with the title and the start, the newest first."""
    joined = rsvps.join(meetings, meetings.c.id == rsvps.c.meeting)
    asked = select(*rsvps.c, meetings.c.title, meetings.c.starts).select_from(joined)
    return _rows(tx, asked.where(rsvps.c.person == person).order_by(meetings.c.starts.desc()))


def announced(tx: Tx, person: int) -> Rows:
    """Which announcements were for a person, in which language, and whether they got them.

    Found sending by sending, as there is no index of whom each was for.
    """
    joined = recipients.join(sendings, sendings.c.id == recipients.c.sending).join(
        announcements, announcements.c.id == sendings.c.announcement
    )
    shown = (
        sendings.c.kind,
        sendings.c.started,
        *(recipients.c[name] for name in ("sending", "language", "state", "attempt", "reason")),
        func.coalesce(sendings.c.content, announcements.c.content).label("content"),
    )
    theirs = recipients.c.sending.in_(select(sendings.c.id)), recipients.c.person == person
    asked = select(*shown).select_from(joined).where(*theirs)
    return _rows(tx, asked.order_by(recipients.c.sending.desc()))


def survey_answers(tx: Tx, person: int) -> Rows:
    """What a person answered in surveys, with the questions, survey by survey in their order."""
    joined = (
        answers.join(answer_sets, answer_sets.c.id == answers.c.answer_set)
        .join(surveys, surveys.c.id == answer_sets.c.survey)
        .outerjoin(
            survey_questions,
            (survey_questions.c.survey == surveys.c.id) & (survey_questions.c.key == answers.c.key),
        )
    )
    shown = (
        surveys.c.title.label("survey"),
        survey_questions.c.text.label("question"),
        *answers.c,
    )
    asked = select(*shown).select_from(joined).where(answer_sets.c.person == person)
    return _rows(tx, asked.order_by(answer_sets.c.id, survey_questions.c.position, answers.c.id))


@dataclass(frozen=True, slots=True)
class Counted:
    """How much there is of what is too long to show in a message."""

    answers: int
    questions: int


def counted(tx: Tx, person: int) -> Counted:
    """How many answers in surveys and questions to humans there are of a person."""
    given = (
        select(func.count())
        .select_from(answers.join(answer_sets, answer_sets.c.id == answers.c.answer_set))
        .where(answer_sets.c.person == person)
    )
    asked = select(func.count()).where(questions.c.person == person)
    return Counted(tx.execute(given).scalar_one(), tx.execute(asked).scalar_one())


def covered() -> set[Table]:
    """The tables of which something is in `everything`."""
    others = {column.table for column in OF_THEIR_WORK}
    return {people, answers, recipients, *OF_THE_PERSON, *OF_THE_CHAT, *others}


def _rows(tx: Tx, query: Select[Any]) -> Rows:
    found = tx.execute(query).mappings()
    return [{str(name): _plain(value) for name, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    """A value that JSON has, moments as ISO 8601 in UTC."""
    return value.isoformat() if isinstance(value, datetime) else value
