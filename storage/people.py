"""People: who writes to the bot, what they told of themselves, and what they agreed to.

A person is a visitor until they join, and is one again after they left. Writing to the bot makes a
person reachable; it brings no consent back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, literal, select, text, update

from storage.tables import consents, people, person_themes, rsvps, waiting_list
from storage.transaction import Insert, Prepared, Tx

BLOCKED: Final = "blocked"
"""The way in which a consent ends when somebody blocks the bot."""


class State(StrEnum):
    """How somebody belongs to the platform."""

    VISITOR = "visitor"
    MEMBER = "member"


class Role(StrEnum):
    """What somebody may do beyond their own things, from the least to the most."""

    NONE = "none"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


class Purpose(StrEnum):
    """What a consent is for; each is off until it is given."""

    MEMBERSHIP = "membership"
    NEWS = "news"
    SURVEY = "survey"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a turn sees them."""

    id: int
    chat: str
    state: str
    role: str
    language: str
    reachable: bool
    reminders: bool
    muted_until: datetime | None
    name: str | None
    municipality: str | None
    neighbourhood: str | None
    part: str | None
    initiative: str | None
    email: str | None
    adult: bool | None
    last_seen: datetime

    @property
    def is_member(self) -> bool:
        """Whether they have joined."""
        return self.state == State.MEMBER

    @property
    def is_coordinator(self) -> bool:
        """Whether they may do what coordinators do."""
        return self.role in (Role.COORDINATOR, Role.ADMIN)


MENU_DUE = text("people.menu_due")  # in these words, for its partial index

COLUMNS = tuple(people.c[name] for name in Person.__dataclass_fields__)

_BY_CHAT = select(*COLUMNS).where(people.c.chat == bindparam("chat"))
_BY_ID = select(*COLUMNS).where(people.c.id == bindparam("id"))


def made(row: Sequence[Any] | None) -> Person | None:
    """The person in a row of `COLUMNS`."""
    return Person(*row) if row is not None else None


def find(tx: Tx, person: int) -> Person | None:
    """The person with this number."""
    return made(tx.execute(_BY_ID, {"id": person}).first())


def by_chat(tx: Tx, chat: str) -> Person | None:
    """The person of this private chat."""
    return made(tx.execute(_BY_CHAT, {"chat": chat}).first())


@Prepared
def _arrive(tx: Tx) -> Insert:
    return tx.insert(people).on_conflict_do_nothing(index_elements=["chat"])


def arrive(tx: Tx, chat: str, language: str, now: datetime) -> Person:
    """The person of this chat, made a visitor if they are new."""
    tx.execute(
        _arrive,
        {
            "chat": chat,
            "state": State.VISITOR,
            "role": Role.NONE,
            "language": language,
            "first_seen": now,
            "last_seen": now,
        },
    )
    found = by_chat(tx, chat)
    assert found is not None
    return found


def change(tx: Tx, person: int, **values: Any) -> None:
    """Set columns of one person; a new role or language also asks for a new command menu."""
    if values.keys() & {"role", "language"}:
        values["menu_due"] = True
    tx.execute(update(people).where(people.c.id == person).values(**values))


def set_reachable(tx: Tx, chat: str, *, reachable: bool) -> None:
    """Note that a person blocked the bot, or let it in again."""
    tx.execute(update(people).where(people.c.chat == chat).values(reachable=reachable))


def blocked(tx: Tx, chat: str, now: datetime) -> None:
    """Note that a person blocked the bot, or cannot be written to any more.

    It ends what they agreed to be sent: when they are back, they are asked before anything comes.
    """
    set_reachable(tx, chat, reachable=False)
    person = by_chat(tx, chat)
    for said in consents_of(tx, person.id).values() if person is not None else ():
        if person is not None and said.given and said.purpose in _KEPT_APART:
            ended = replace(said, given=False, way=BLOCKED, at=now)
            record_consent(tx, person.id, ended)


def join(tx: Tx, person: int, now: datetime, facts: Mapping[str, Any]) -> None:
    """Make somebody a member with what they told; joining again renews what they told."""
    first = func.coalesce(people.c.joined, literal(now, people.c.joined.type))
    tx.execute(
        update(people)
        .where(people.c.id == person)
        .values(state=State.MEMBER, joined=first, left=None, **facts)
    )


def leave(tx: Tx, person: int, now: datetime) -> None:
    """End a membership; what the person told stays until they ask to be forgotten."""
    tx.execute(update(people).where(people.c.id == person).values(state=State.VISITOR, left=now))


def drop_profile(tx: Tx, person: int) -> None:
    """Forget what somebody told of themselves; where they signed up, their name goes along."""
    known_as = select(people.c.name).where(people.c.id == person).scalar_subquery()
    for signed_up in (rsvps, waiting_list):
        nameless = (signed_up.c.person == person, signed_up.c.name.is_(None))
        tx.execute(update(signed_up).where(*nameless).values(name=known_as))
    told = ("name", "municipality", "neighbourhood", "part", "initiative", "email", "adult")
    tx.execute(update(people).where(people.c.id == person).values(dict.fromkeys(told)))
    set_themes(tx, person, ())


def set_themes(tx: Tx, person: int, themes: Iterable[str]) -> None:
    """Replace what matters to a person."""
    tx.execute(delete(person_themes).where(person_themes.c.person == person))
    rows = [{"person": person, "theme": theme} for theme in themes]
    if rows:
        tx.execute(insert(person_themes), rows)


def themes_of(tx: Tx, person: int) -> list[str]:
    """What matters to a person, by key."""
    found = select(person_themes.c.theme).where(person_themes.c.person == person)
    return list(tx.execute(found.order_by(person_themes.c.theme)).scalars())


@dataclass(frozen=True, slots=True)
class Consent:
    """What was said about one purpose, and to which text, in which language, how and when."""

    purpose: str
    given: bool
    text_version: str
    language: str
    way: str
    at: datetime


_KEPT_APART = {Purpose.NEWS: "wants_news", Purpose.SURVEY: "wants_surveys"}
"""What somebody agrees to now stands in their row too, where many are looked at together."""


def record_consent(tx: Tx, person: int, consent: Consent) -> None:
    """Add to the record of consents; the newest one counts, none is overwritten."""
    values = {name: getattr(consent, name) for name in Consent.__dataclass_fields__}
    tx.execute(insert(consents).values(person=person, **values))
    column = _KEPT_APART.get(Purpose(consent.purpose))
    if column is not None:
        change(tx, person, **{column: consent.given})


def consents_of(tx: Tx, person: int) -> dict[str, Consent]:
    """The newest consent of each purpose that was ever asked."""
    columns = [consents.c[name] for name in Consent.__dataclass_fields__]
    found = select(*columns).where(consents.c.person == person).order_by(consents.c.id)
    rows: Iterable[Sequence[Any]] = tx.execute(found)
    return {row[0]: Consent(*row) for row in rows}


_NEWEST_CONSENT = (
    select(consents.c.given)
    .where(consents.c.person == bindparam("by"), consents.c.purpose == bindparam("to"))
    .order_by(consents.c.id.desc())
    .limit(1)
)


def agrees(tx: Tx, person: int, purpose: Purpose) -> bool:
    """Whether a person agrees to `purpose` now."""
    return bool(tx.execute(_NEWEST_CONSENT, {"by": person, "to": purpose}).scalar())


def with_role(tx: Tx, *roles: Role) -> list[Person]:
    """Everybody who has one of these roles, the longest known first."""
    found = (
        select(*COLUMNS)
        .where(people.c.role.in_(roles), people.c.role != Role.NONE)
        .order_by(people.c.id)
    )
    rows: Iterable[Sequence[Any]] = tx.execute(found)
    return [Person(*row) for row in rows]


def with_menu_due(tx: Tx, limit: int) -> list[Person]:
    """Some of those whose command menu is to be set anew."""
    rows: Iterable[Sequence[Any]] = tx.execute(
        select(*COLUMNS).where(MENU_DUE, people.c.reachable).limit(limit)
    )
    return [Person(*row) for row in rows]


def menu_set(tx: Tx, person: int, role: str, language: str) -> None:
    """Note that a person has the menu of this role and language, if those are still theirs."""
    tx.execute(
        update(people)
        .where(people.c.id == person, people.c.role == role, people.c.language == language)
        .values(menu_due=False)
    )
