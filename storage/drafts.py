"""What a coordinator has answered so far while writing an announcement.

Kept with the announcement while it is a draft: it outlasts the talk, a stop and a restart. What has
left the desk of its writer does not change any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import bindparam, select, update

from storage import outbox
from storage.outbox import Promise
from storage.tables import announcements as table
from storage.tables import people
from storage.transaction import Tx

AGAIN: Final = "announcement_again"
"""The renderer of "you asked me to come back to your announcement"."""
STILL_USEFUL: Final = timedelta(hours=11)
_DRAFT: Final = "draft"

_FIND: Final = select(table.c.draft, table.c.state).where(table.c.id == bindparam("announcement"))


class Writer(Protocol):
    """Who writes, what (`announcement_id` in the arguments), and the time of this turn."""

    @property
    def person(self) -> int: ...
    @property
    def arguments(self) -> Mapping[str, Any]: ...
    @property
    def now(self) -> datetime: ...


def answers(tx: Tx, announcement: int) -> dict[str, Any]:
    """What was answered, by the keys of the questions; empty for one that was thrown away."""
    found = tx.execute(_FIND, {"announcement": announcement}).first()
    return dict(found.draft) if found is not None else {}


def as_sent(draft: Sequence[Sequence[Any]], content: Mapping[str, Any]) -> list[list[Any]]:
    """These answers, with the texts that people have now: they may have been corrected since."""
    said = {f"text.{language}": text for language, text in content.get("texts", {}).items()}
    return [[key, said.get(key, value)] for key, value in draft]


class Drafts:
    """The answer store of the talk; keys that begin with a dot are the talk's own."""

    def load(self, tx: Tx, who: Writer) -> list[tuple[str, Any]]:
        """What was answered, in order."""
        return list(answers(tx, _of(who)).items())

    def save(self, tx: Tx, who: Writer, key: str, value: Any) -> None:
        """Keep an answer, in the place of the one before it."""
        if key.startswith("."):
            return
        kept = dict(self.load(tx, who))
        kept[key] = value
        _keep(tx, who, list(kept.items()))

    def drop(self, tx: Tx, who: Writer, key: str) -> None:
        """Take an answer back."""
        kept = self.load(tx, who)
        if any(name == key for name, _value in kept):
            _keep(tx, who, [pair for pair in kept if pair[0] != key])

    def finish(self, tx: Tx, who: Writer, keys: Sequence[str]) -> None:
        """Nothing more: what was said is written down by `storage.announcements.write`."""

    def put_off(self, tx: Tx, who: Writer, until: datetime) -> None:
        """Promise to come back to it."""
        chat = tx.execute(select(people.c.chat).where(people.c.id == who.person)).scalar_one()
        moment = until.astimezone(who.now.tzinfo).isoformat()
        about = {"announcement": _of(who), "person": who.person}
        key = f"{AGAIN}:{_of(who)}:{who.person}:{moment}"
        late = until + STILL_USEFUL
        outbox.promise(tx, Promise(key, chat, AGAIN, about, until, late), who.now)


DRAFTS: Final = Drafts()


def _of(who: Writer) -> int:
    return int(who.arguments["announcement_id"])


def _keep(tx: Tx, who: Writer, pairs: Sequence[Sequence[Any]]) -> None:
    kept = {"draft": [list(pair) for pair in pairs], "changed": who.now}
    own = (table.c.id == _of(who), table.c.state == _DRAFT)
    tx.execute(update(table).where(*own).values(**kept))
