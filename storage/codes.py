"""One-time codes that give a role: kept as digests, usable once and not for long.

A code may be about one meeting: it makes its user the host of that, and gives no other role.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from string import ascii_lowercase
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, insert, select, update

from storage.people import Role
from storage.tables import codes
from storage.transaction import Tx

LETTERS: Final = 28
"""131 random bits. Letters alone: a dash would part a deep link, digits may look like a BSN."""
HOST: Final = "host"
MEETING: Final = "meeting:"


def digest(code: str) -> str:
    """What is kept of a code: it has too many random bits for a plain hash to be guessed back."""
    return sha256(code.strip().casefold().encode("utf-8", "replace")).hexdigest()


def make(tx: Tx, role: Role, made_by: int | None, now: datetime, expires: datetime) -> str:
    """A new code for `role`, usable once until `expires`; codes that expired are thrown away."""
    return _make(tx, {"role": role, "made_by": made_by, "expires": expires}, now)


def make_for_host(tx: Tx, meeting: int, made_by: int, now: datetime, expires: datetime) -> str:
    """A new code for the host of a meeting, in place of one that nobody used yet."""
    subject = _subject(meeting)
    tx.lock(f"codes:{subject}")
    revoke_for_host(tx, meeting)
    made = {"role": HOST, "subject": subject, "made_by": made_by, "expires": expires}
    return _make(tx, made, now)


def _make(tx: Tx, values: Mapping[str, Any], now: datetime) -> str:
    tx.execute(delete(codes).where(codes.c.expires < now))
    code = "".join(secrets.choice(ascii_lowercase) for _ in range(LETTERS))
    tx.execute(insert(codes).values(digest=digest(code), **values))
    return code


def _subject(meeting: int) -> str:
    return f"{MEETING}{meeting}"


def role_of(tx: Tx, code: str, now: datetime) -> Role | None:
    """The role that the code would give now; None if it gives none (any more)."""
    works = (*_works(code, now), codes.c.subject.is_(None))
    found = tx.execute(select(codes.c.role).where(*works)).scalar()
    return None if found is None else Role(found)


def use(tx: Tx, code: str, now: datetime) -> Role | None:
    """The role that the code gives, which it never does again; None if it gives none."""
    works = (*_works(code, now), codes.c.subject.is_(None))
    used = update(codes).where(*works).values(used=now).returning(codes.c.role)
    found = tx.execute(used).scalar()
    return None if found is None else Role(found)


def use_for_host(tx: Tx, code: str, now: datetime) -> int | None:
    """The meeting whose host the code makes, which it never does again; None if it makes none."""
    works = (*_works(code, now), codes.c.role == HOST)
    used = update(codes).where(*works).values(used=now).returning(codes.c.subject)
    subject: str | None = tx.execute(used).scalar()
    return int(subject.removeprefix(MEETING)) if subject else None


def maker_of(tx: Tx, code: str) -> int | None:
    """Who made this code, used or not; None if they are gone, or there is no such code."""
    made_by: int | None = tx.execute(
        select(codes.c.made_by).where(codes.c.digest == digest(code))
    ).scalar()
    return made_by


def _works(code: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return codes.c.digest == digest(code), codes.c.used.is_(None), codes.c.expires >= now


def revoke(tx: Tx, made_by: int) -> int:
    """Throw away the codes of somebody that nobody used yet; how many."""
    unused = delete(codes).where(codes.c.made_by == made_by, codes.c.used.is_(None))
    return tx.execute(unused).rowcount


def revoke_for_host(tx: Tx, meeting: int) -> None:
    """Throw away the code for a meeting's host that nobody used yet."""
    tx.execute(delete(codes).where(codes.c.subject == _subject(meeting), codes.c.used.is_(None)))
