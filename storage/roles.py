"""Who may do more: roles are given by code, and taken away by an admin.

Whoever takes a role away waits for one lock, so that two admins cannot end each other's. The last
admin may still leave or be forgotten; `buurtbot admin-code` makes another.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select

from storage import audit, codes
from storage.people import Role, change, find
from storage.tables import people
from storage.transaction import Tx

LOCK: Final = "roles"


class Taken(StrEnum):
    """What came of taking a role away."""

    DONE = "done"
    NO_ROLE = "no_role"
    LAST_ADMIN = "last_admin"
    NOT_ALLOWED = "not_allowed"


def give(tx: Tx, person: int, role: Role, now: datetime) -> None:
    """Give somebody a role, which takes the place of the one they had."""
    tx.lock(LOCK)
    change(tx, person, role=role)
    audit.record(tx, person, f"role.{role}", f"person:{person}", now)


def take_away(tx: Tx, actor: int, person: int, now: datetime) -> Taken:
    """Take somebody's role away, and the codes they gave out; `actor` must be an admin still."""
    tx.lock(LOCK)
    by, of = find(tx, actor), find(tx, person)
    if by is None or by.role != Role.ADMIN:
        return Taken.NOT_ALLOWED
    if of is None or of.role == Role.NONE:
        return Taken.NO_ROLE
    if of.role == Role.ADMIN and _admins(tx) == 1:
        return Taken.LAST_ADMIN
    change(tx, person, role=Role.NONE)
    codes.revoke(tx, person)
    audit.record(tx, actor, f"role.{Role.NONE}", f"person:{person}", now)
    return Taken.DONE


def _admins(tx: Tx) -> int:
    counted = select(func.count()).where(people.c.role == Role.ADMIN, people.c.role != Role.NONE)
    return int(tx.execute(counted).scalar_one())
