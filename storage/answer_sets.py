"""Answer sets: what one person answered to one survey, and how far they are.

    nothing → open → finished → open (a change led to a question that was not answered yet)

Each answer is kept at once. Which answers count follows from the answers themselves: after every
write the path is walked anew, so a set that is still open when the survey closes is a right partial
one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import bindparam, delete, select, update

from storage import outbox, surveys
from storage.outbox import Promise
from storage.surveys import Progress
from storage.tables import answer_sets, answers, people
from storage.transaction import Insert, Prepared, Tx

AGAIN: Final = "survey_again"
"""The renderer of "you asked me to come back"."""
STILL_USEFUL: Final = timedelta(hours=11)
"""Asked again at ten in the morning, somebody is not disturbed after nine in the evening."""

_SET: Final = select(answer_sets).where(
    answer_sets.c.survey == bindparam("survey"), answer_sets.c.person == bindparam("person")
)
_KEPT: Final = (
    select(answers.c.key, answers.c.value, answers.c.on_path)
    .where(answers.c.answer_set == bindparam("set"))
    .order_by(answers.c.id)
)


@Prepared
def _begin(tx: Tx) -> Insert:
    return tx.insert(answer_sets).on_conflict_do_nothing(index_elements=["survey", "person"])


@Prepared
def _keep(tx: Tx) -> Insert:
    added = tx.insert(answers)
    return added.on_conflict_do_update(
        index_elements=["answer_set", "key"],
        set_={"value": added.excluded.value, "on_path": True, "at": added.excluded.at},
    )


def progress(tx: Tx, survey: int, person: int) -> Progress:
    """How far somebody is; an answer set without answers is no beginning yet."""
    row = tx.execute(_SET, {"survey": survey, "person": person}).first()
    if row is None:
        return Progress.NONE
    begun = tx.execute(_KEPT, {"set": row.id}).first() is not None
    return Progress(row.state) if begun else Progress.NONE


def put_off_until(tx: Tx, survey: int, person: int) -> datetime | None:
    """Until when somebody put a survey off and has not answered since."""
    row = tx.execute(_SET, {"survey": survey, "person": person}).first()
    found: datetime | None = row.put_off_until if row is not None else None
    return found


class Respondent(Protocol):
    """Who answers, what (`survey_id` in the arguments), and the time of this turn."""

    @property
    def person(self) -> int: ...
    @property
    def arguments(self) -> Mapping[str, Any]: ...
    @property
    def now(self) -> datetime: ...


class Answers:
    """The answer store of the survey flow; keys that begin with a dot are the flow's own."""

    def load(self, tx: Tx, who: Respondent) -> list[tuple[str, Any]]:
        """What was answered, the first answer first."""
        found = tx.execute(_SET, _about(who)).first()
        rows = tx.execute(_KEPT, {"set": found.id}) if found is not None else ()
        return [(row.key, row.value) for row in rows]

    def save(self, tx: Tx, who: Respondent, key: str, value: Any) -> None:
        """Keep an answer, and see which answers count now."""
        if key.startswith("."):
            return
        one = _set_of(tx, who)
        values = {"answer_set": one.id, "key": key, "value": value, "on_path": True}
        tx.execute(_keep, {**values, "at": who.now})
        _settle(tx, one, who)

    def drop(self, tx: Tx, who: Respondent, key: str) -> None:
        """Take an answer back."""
        one = tx.execute(_SET, _about(who)).first()
        if one is None or key.startswith("."):
            return
        tx.execute(delete(answers).where(answers.c.answer_set == one.id, answers.c.key == key))
        _settle(tx, one, who)

    def finish(self, tx: Tx, who: Respondent, keys: Sequence[str]) -> None:
        """See which answers count: questions may have gone since the last one was kept."""
        one = tx.execute(_SET, _about(who)).first()
        if keys and one is not None:
            _settle(tx, one, who)

    def put_off(self, tx: Tx, who: Respondent, until: datetime) -> None:
        """Promise to ask again."""
        one = _set_of(tx, who)
        tx.execute(update(answer_sets).where(_is(one)).values(put_off_until=until))
        chat = tx.execute(select(people.c.chat).where(people.c.id == who.person)).scalar_one()
        moment = until.astimezone(who.now.tzinfo).isoformat()
        arguments = {**_about(who), "until": moment}
        key = f"{AGAIN}:{one.survey}:{who.person}:{moment}"
        late = until + STILL_USEFUL
        outbox.promise(tx, Promise(key, chat, AGAIN, arguments, until, late), who.now)


ANSWERS: Final = Answers()


def _about(who: Respondent) -> dict[str, int]:
    return {"survey": who.arguments["survey_id"], "person": who.person}


def _is(one: Any) -> Any:
    return answer_sets.c.id == one.id


def _set_of(tx: Tx, who: Respondent) -> Any:
    """The answer set of this person, begun if there is none."""
    tx.execute(_begin, {**_about(who), "state": Progress.OPEN, "started": who.now})
    return tx.execute(_SET, _about(who)).one()


def _settle(tx: Tx, one: Any, who: Respondent) -> None:
    """Mark which answers are on the path, and whether it was walked to its end."""
    asked = surveys.questions(tx, one.survey)
    rows = tx.execute(_KEPT, {"set": one.id}).all()
    kept = {row.key: row.value for row in rows}
    taken = surveys.path(asked, kept)
    own = {question.key for question in asked}
    for row in rows:
        on_path = row.key in taken
        if row.key.partition(".")[0] in own and row.on_path != on_path:
            mark = answers.c.answer_set == one.id, answers.c.key == row.key
            tx.execute(update(answers).where(*mark).values(on_path=on_path))
    done = all(key in kept for key in taken)
    state = Progress.FINISHED if done else Progress.OPEN
    if one.state != state or one.put_off_until is not None:
        finished = (one.finished or who.now) if done else None
        values = {"state": state, "finished": finished, "put_off_until": None}
        tx.execute(update(answer_sets).where(_is(one)).values(**values))
