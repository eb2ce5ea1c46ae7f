"""The talk rows: one active talk a chat, and the parked ones.

The newest parked talk is offered again when the active one ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, text, update

from storage.direct import Direct
from storage.people import COLUMNS, Person
from storage.tables import conversations, people
from storage.transaction import Tx

KEPT_WITHOUT_CONSENT = timedelta(hours=24)
KEPT_WITH_CONSENT = timedelta(days=7)
"""How long a half-finished talk is kept, by whether the person is a member or coordinator."""

MOST_PARKED = 3
"""How many parked talks a chat keeps; starting a further one drops the oldest."""


class Status(StrEnum):
    """Where a talk is; one that ended has no row."""

    ACTIVE = "active"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A talk row; `answers` is a list of [key, value] pairs, in order."""

    id: int
    status: str
    flow: str
    arguments: dict[str, Any]
    answers: list[list[Any]]
    waiting: str | None
    draft: Any
    tries: int
    question: int | None
    last_activity: datetime


_COLUMNS = tuple(conversations.c[name] for name in Conversation.__dataclass_fields__)
_SPLIT = len(COLUMNS)

# In these words: for its partial index, and because SQLite plans a statement anew each time that a
# bound value might decide whether a partial index fits (10 µs become 90).
_IS_ACTIVE = text("conversations.status = 'active'")
_IS_PARKED = text("conversations.status = 'parked'")

_PERSON_AND_TALK = Direct(
    select(*COLUMNS, *_COLUMNS)
    .select_from(
        people.outerjoin(
            conversations,
            and_(conversations.c.chat == people.c.chat, _IS_ACTIVE),
        )
    )
    .where(people.c.chat == bindparam("chat")),
    *COLUMNS,
    *_COLUMNS,
    reads=True,
)


def who_and_where(tx: Tx, chat: str) -> tuple[Person, Conversation | None] | None:
    """The person of a private chat and their active talk, in one query; None if unknown."""
    row = _PERSON_AND_TALK.first(tx, {"chat": chat})
    if row is None:
        return None
    person = Person(*row[:_SPLIT])
    return person, Conversation(*row[_SPLIT:]) if row[_SPLIT] is not None else None


_FIND = Direct(
    select(*_COLUMNS).where(
        conversations.c.id == bindparam("talk"), conversations.c.chat == bindparam("chat")
    ),
    *_COLUMNS,
    reads=True,
)


def find(tx: Tx, chat: str, talk: int) -> Conversation | None:
    """This chat's talk with this number."""
    row = _FIND.first(tx, {"talk": talk, "chat": chat})
    return Conversation(*row) if row is not None else None


_INSERT = Direct(insert(conversations))
_UPDATE = Direct(
    update(conversations)
    .where(conversations.c.id == bindparam("talk"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "status", "answers", "waiting", "draft", "tries", "question", "last_activity"
            )
        }
    )
)  # fmt: skip
_DELETE = Direct(delete(conversations).where(conversations.c.id == bindparam("talk")))


def start(tx: Tx, chat: str, person: int, talk: Conversation) -> None:
    """Keep a talk that has just begun."""
    values = {name: getattr(talk, name) for name in Conversation.__dataclass_fields__}
    _INSERT.first(tx, {"chat": chat, "person": person, **values})


def keep(tx: Tx, talk: Conversation) -> None:
    """Write a talk's new state."""
    _UPDATE.first(
        tx,
        {
            "talk": talk.id,
            "status": talk.status,
            "answers": talk.answers,
            "waiting": talk.waiting,
            "draft": talk.draft,
            "tries": talk.tries,
            "question": talk.question,
            "last_activity": talk.last_activity,
        },
    )


def end(tx: Tx, talk: int) -> None:
    """Drop a talk."""
    _DELETE.first(tx, {"talk": talk})


_SET_STATUS = Direct(
    update(conversations)
    .where(conversations.c.id == bindparam("talk"))
    .values(status=bindparam("status"))
)
_PARKED = Direct(
    select(*_COLUMNS)
    .where(conversations.c.chat == bindparam("chat"), _IS_PARKED)
    .order_by(conversations.c.last_activity.desc(), conversations.c.id),
    *_COLUMNS,
    reads=True,
)


def park(tx: Tx, chat: str, talk: int) -> None:
    """Put the active talk aside; of the parked ones only the newest few are kept."""
    _SET_STATUS.first(tx, {"talk": talk, "status": Status.PARKED})
    for old in parked(tx, chat)[MOST_PARKED:]:
        end(tx, old.id)


def activate(tx: Tx, talk: int) -> None:
    """Make a parked talk the active one; the chat must have no other."""
    _SET_STATUS.first(tx, {"talk": talk, "status": Status.ACTIVE})


def parked(tx: Tx, chat: str) -> list[Conversation]:
    """The parked talks of a chat, the one to offer again first."""
    return [Conversation(*row) for row in _PARKED.all(tx, {"chat": chat})]


def expire(tx: Tx, now: datetime) -> int:
    """Drop the half-finished talks that were kept long enough; how many."""
    visitors = select(people.c.chat).where(people.c.state != "member", people.c.role == "none")
    old = select(conversations.c.id).where(
        conversations.c.last_activity < now - KEPT_WITHOUT_CONSENT,
        (conversations.c.last_activity < now - KEPT_WITH_CONSENT)
        | conversations.c.chat.in_(visitors),
    )
    return tx.execute(delete(conversations).where(conversations.c.id.in_(old.limit(500)))).rowcount
