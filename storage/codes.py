"""One-time codes that give a role: kept as digests, usable once and not for long."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from string import ascii_lowercase
from typing import Final

from sqlalchemy import delete, insert, select, update

from storage.people import Role
from storage.tables import codes
from storage.transaction import Tx

LETTERS: Final = 28
"""131 random bits. Letters alone: a dash would part a deep link, digits may look like a BSN."""


def digest(code: str) -> str:
    """What is kept of a code: it has too many random bits for a plain hash to be guessed back."""
    return sha256(code.strip().casefold().encode("utf-8", "replace")).hexdigest()


def make(tx: Tx, role: Role, made_by: int | None, now: datetime, expires: datetime) -> str:
    """A new code for `role`, usable once until `expires`; codes that expired are thrown away."""
    tx.execute(delete(codes).where(codes.c.expires < now))
    code = "".join(secrets.choice(ascii_lowercase) for _ in range(LETTERS))
    tx.execute(
        insert(codes).values(digest=digest(code), role=role, made_by=made_by, expires=expires)
    )
    return code


def role_of(tx: Tx, code: str, now: datetime) -> Role | None:
    """The role that the code would give now; None if it gives none (any more)."""
    found = tx.execute(
        select(codes.c.role).where(
            codes.c.digest == digest(code), codes.c.used.is_(None), codes.c.expires >= now
        )
    ).scalar()
    return None if found is None else Role(found)


def use(tx: Tx, code: str, now: datetime) -> Role | None:
    """The role that the code gives, which it never does again; None if it gives none."""
    used = (
        update(codes)
        .where(codes.c.digest == digest(code), codes.c.used.is_(None), codes.c.expires >= now)
        .values(used=now)
        .returning(codes.c.role)
    )
    found = tx.execute(used).scalar()
    return None if found is None else Role(found)


def revoke(tx: Tx, made_by: int) -> int:
    """Throw away the codes of somebody that nobody used yet; how many."""
    unused = delete(codes).where(codes.c.made_by == made_by, codes.c.used.is_(None))
    return tx.execute(unused).rowcount
