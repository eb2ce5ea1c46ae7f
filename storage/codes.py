"""One-time codes that give a role: kept as digests, usable once and not for long."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select, update

from storage.people import Role
from storage.tables import codes
from storage.transaction import Tx


def digest(code: str) -> str:
    """What is kept of a code: it has 128 random bits, so a plain hash cannot be guessed back."""
    return sha256(code.strip().encode("utf-8", "replace")).hexdigest()


def make(tx: Tx, role: Role, made_by: int | None, now: datetime, expires: datetime) -> str:
    """A new code for `role`, usable once until `expires`; codes that expired are thrown away."""
    tx.execute(codes.delete().where(codes.c.expires < now))
    code = secrets.token_urlsafe(16)
    tx.execute(
        insert(codes).values(digest=digest(code), role=role, made_by=made_by, expires=expires)
    )
    return code


def use(tx: Tx, code: str, now: datetime) -> Role | None:
    """The role that the code gives, which it never does again; None if it gives none."""
    used = (
        update(codes)
        .where(codes.c.digest == digest(code), codes.c.used.is_(None), codes.c.expires >= now)
        .values(used=now)
    )
    if tx.execute(used).rowcount != 1:
        return None
    found = select(codes.c.role).where(codes.c.digest == digest(code))
    return Role(tx.execute(found).scalar_one())
