"""Private calendar addresses: one a person, of which only a digest is kept.

Whoever has the address sees where somebody goes, so it is not kept here: a lost one is replaced,
and the old one stops. It stands only in the message that told it, until that is tidied away.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import bindparam, delete, select

from storage.tables import feeds
from storage.transaction import Insert, Prepared, Tx

TOKEN_BYTES: Final = 24
"""192 random bits: nobody guesses one, so a plain digest cannot be turned back."""

_PERSON_OF: Final = select(feeds.c.person).where(feeds.c.digest == bindparam("digest"))
_MADE: Final = select(feeds.c.created).where(feeds.c.person == bindparam("person"))


@Prepared
def _put(tx: Tx) -> Insert:
    added = tx.insert(feeds)
    new = {"digest": added.excluded.digest, "created": added.excluded.created}
    return added.on_conflict_do_update(index_elements=["person"], set_=new)


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def make(tx: Tx, person: int, now: datetime) -> str:
    """A new token of this person; the one before it opens nothing any more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    tx.execute(_put, {"person": person, "digest": digest(token), "created": now})
    return token


def person_of(tx: Tx, token: str) -> int | None:
    """Whose token it is; None for any other text."""
    found: int | None = tx.execute(_PERSON_OF, {"digest": digest(token)}).scalar()
    return found


def made(tx: Tx, person: int) -> datetime | None:
    """Since when somebody has the address that they have; None without one."""
    found: datetime | None = tx.execute(_MADE, {"person": person}).scalar()
    return found


def drop(tx: Tx, person: int) -> None:
    """Take the address away."""
    tx.execute(delete(feeds).where(feeds.c.person == person))
