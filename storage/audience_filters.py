"""What an audience is made of: one thing that people are or said, and how it is found.

Of each kind there are two forms. A condition on one row of `people` is cheap wherever people are
gone through in the order of their numbers, and never looks at more than that person's own rows. A
list of numbers is there for the kinds of which an index knows the few people who fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    GenerativeSelect,
    Select,
    TextClause,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)

from storage.meetings import COMING, Answer
from storage.people import Role
from storage.tables import answer_sets, follows, meetings, people, person_themes, rsvps
from storage.tables import waiting_list as line
from storage.unindexed import unindexed

_IN_LINE: Final = text("waiting_list.state IN ('waiting', 'offered')")  # for its partial index
_WITH_ROLE: Final = text("people.role <> 'none'")  # likewise
HOST: Final = "host"
"""Beside the roles: who has a meeting to run, or had."""
TOPIC: Final = "topic"
PLACE: Final = "place"
"""The kinds of `follows`: a theme, or the code of a municipality."""
EVERYWHERE: Final = "NL"
"""Followed as a place, it is the whole country."""


class Kind(StrEnum):
    """By what people are meant; after each kind what its value looks like."""

    MUNICIPALITY = "municipality"
    """A CBS code, such as `GM0344`."""
    NEIGHBOURHOOD = "neighbourhood"
    """`GM0344:Lombok`; case, spaces and hyphens are no difference."""
    PART = "part"
    """What somebody is here: `resident`."""
    ROLE = "role"
    """`coordinator`, admins included, or `host`: of any meeting."""
    THEME = "theme"
    """What matters to them: `green`."""
    MEETING = "meeting"
    """`12:yes`, or `maybe`, `line`, `came`, `all`; of a day also those of its places."""
    LANGUAGE = "language"
    """`nl`."""
    FOLLOWS = "follows"
    """`topic:green` or `place:GM0344`."""
    UNANSWERED = "unanswered"
    """The number of a survey that they have not finished."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing that people are, did or said."""

    kind: str
    value: str


Values = Sequence[str]


def condition(kind: str, values: Values) -> ColumnElement[bool]:
    """Whether any of these values applies to a row of `people`; an unknown kind is a KeyError."""
    return _CONDITIONS[kind](values)


def reached_by_follows(values: Values) -> ColumnElement[bool]:
    """Whether somebody is to hear of these topics and places, also where they named none.

    Who follows no topic follows all of them; who follows no place, that of their own municipality
    or, where that is not known, all of them.
    """
    topics, places = _followed(values)
    clauses: list[ColumnElement[bool]] = []
    if topics:
        clauses.append(or_(~_follows(TOPIC), _follows(TOPIC, topics)))  # most follow none
    if places:
        own = or_(people.c.municipality.is_(None), people.c.municipality.in_(places))
        theirs = _follows(PLACE, [*places, EVERYWHERE])
        clauses.append(or_(and_(own, ~_follows(PLACE)), theirs))
    return and_(*clauses)


def numbers(kind: str, values: Values) -> GenerativeSelect | None:
    """All to whom any of these values applies, and maybe some more; None where no index has them.

    A number may come more than once.
    """
    found = _NUMBERS.get(kind)
    return found(values) if found is not None else None


def _municipality(values: Values) -> ColumnElement[bool]:
    return people.c.municipality.in_(values)


def _neighbourhood(values: Values) -> ColumnElement[bool]:
    """Each municipality with the names in it; SQLite folds the case of ASCII alone."""
    named: dict[str, list[str]] = {}
    for value in values:
        code, _colon, name = value.partition(":")
        named.setdefault(code, []).append(name)
    return or_(
        *(
            and_(
                people.c.municipality == code,
                _bare(people.c.neighbourhood).in_([_bare(literal(name)) for name in names]),
            )
            for code, names in named.items()
        )
    )


def _bare(name: ColumnElement[Any]) -> ColumnElement[str]:
    return func.lower(func.replace(func.replace(name, " ", ""), "-", ""))


def _part(values: Values) -> ColumnElement[bool]:
    return people.c.part.in_(values)


def _role(values: Values) -> ColumnElement[bool]:
    clauses: list[ColumnElement[bool]] = []
    if Role.COORDINATOR in values:
        clauses.append(people.c.role.in_((Role.COORDINATOR, Role.ADMIN)))
    if HOST in values:
        clauses.append(exists().where(meetings.c.host == people.c.id))
    return or_(false(), *clauses)


def _theme(values: Values) -> ColumnElement[bool]:
    return exists().where(person_themes.c.person == people.c.id, person_themes.c.theme.in_(values))


def _language(values: Values) -> ColumnElement[bool]:
    return people.c.language.in_(values)


def _unanswered(values: Values) -> ColumnElement[bool]:
    """For several surveys: who has one of them still to do."""
    return or_(
        *(
            ~exists().where(
                answer_sets.c.survey == int(value),
                answer_sets.c.person == people.c.id,
                answer_sets.c.finished.is_not(None),
            )
            for value in values
        )
    )


# Follows.


def _followed(values: Values) -> tuple[list[str], list[str]]:
    """The topics and the places among these."""
    parted = [value.partition(":") for value in values]
    topics = [value for kind, _colon, value in parted if kind == TOPIC]
    return topics, [value for kind, _colon, value in parted if kind == PLACE]


def _follows(kind: str, values: Values | None = None) -> ColumnElement[bool]:
    theirs = (follows.c.person == people.c.id, follows.c.kind == kind)
    return exists().where(*theirs, *([] if values is None else [follows.c.value.in_(values)]))


def _follows_any(values: Values) -> ColumnElement[bool]:
    topics, places = _followed(values)
    return or_(
        false(),
        *([_follows(TOPIC, topics)] if topics else []),
        *([_follows(PLACE, places)] if places else []),
    )


# Meetings.

_ANSWERS: Final = {"yes": [Answer.YES], "maybe": [Answer.MAYBE], "all": list(COMING)}
Said = tuple[ColumnElement[Any], "list[ColumnElement[bool] | TextClause]"]
"""Where it stands that somebody is meant: the column with their number, and what its row says."""


def _meeting(values: Values) -> ColumnElement[bool]:
    said = _said(values, unindexed(rsvps.c.meeting), unindexed(line.c.meeting))
    return or_(false(), *(exists().where(person == people.c.id, *row) for person, row in said))


def _said(
    values: Values, answered: ColumnElement[Any], lined_up: ColumnElement[Any]
) -> Iterator[Said]:
    for value in values:
        number, _colon, what = value.partition(":")
        these = _with_its_places(int(number))
        if what in _ANSWERS:
            yield rsvps.c.person, [answered.in_(these), rsvps.c.answer.in_(_ANSWERS[what])]
        if what == "came":
            yield rsvps.c.person, [answered.in_(these), rsvps.c.came.is_not(None)]
        if what in ("line", "all"):
            yield line.c.person, [lined_up.in_(these), _IN_LINE]
        if what == "all":
            brings = [rsvps.c.person.is_(None), rsvps.c.answer == Answer.YES]
            yield rsvps.c.added_by, [answered.in_(these), *brings]


def _with_its_places(meeting: int) -> Select[Any]:
    """A meeting, with its places and parts where it is a day."""
    return select(meetings.c.id).where(or_(meetings.c.id == meeting, meetings.c.parent == meeting))


# The people themselves, where an index has them.


def _in_municipalities(values: Values) -> GenerativeSelect:
    return select(people.c.id).where(people.c.municipality.in_(values))


def _in_neighbourhoods(values: Values) -> GenerativeSelect:
    """All of the municipality: names are looked at one by one."""
    return _in_municipalities(sorted({value.partition(":")[0] for value in values}))


def _with_role(values: Values) -> GenerativeSelect:
    asked = [
        select(people.c.id).where(_WITH_ROLE, people.c.role.in_((Role.COORDINATOR, Role.ADMIN)))
    ] * (Role.COORDINATOR in values)
    asked += [select(meetings.c.host).where(meetings.c.host.is_not(None))] * (HOST in values)
    return union_all(*asked) if asked else select(people.c.id).where(false())


def _with_theme(values: Values) -> GenerativeSelect:
    return select(person_themes.c.person).where(person_themes.c.theme.in_(values))


def _of_meetings(values: Values) -> GenerativeSelect:
    said = _said(values, rsvps.c.meeting, line.c.meeting)
    return union_all(*(select(person).where(person.is_not(None), *row) for person, row in said))


_CONDITIONS: Final[Mapping[str, Callable[[Values], ColumnElement[bool]]]] = {
    Kind.MUNICIPALITY: _municipality,
    Kind.NEIGHBOURHOOD: _neighbourhood,
    Kind.PART: _part,
    Kind.ROLE: _role,
    Kind.THEME: _theme,
    Kind.MEETING: _meeting,
    Kind.LANGUAGE: _language,
    Kind.FOLLOWS: _follows_any,
    Kind.UNANSWERED: _unanswered,
}
_NUMBERS: Final[Mapping[str, Callable[[Values], GenerativeSelect]]] = {
    Kind.MUNICIPALITY: _in_municipalities,
    Kind.NEIGHBOURHOOD: _in_neighbourhoods,
    Kind.ROLE: _with_role,
    Kind.THEME: _with_theme,
    Kind.MEETING: _of_meetings,
}
