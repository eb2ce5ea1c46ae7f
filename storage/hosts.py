"""Hosts: who runs one meeting without being a coordinator.

A meeting has one host, and a coordinator may run any; the host of a day runs its places too. Every
flow that manages asks `managed` for the person who pressed, in the transaction it writes in.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from storage import audit, codes, meetings, people
from storage.meetings import Meeting
from storage.people import Person
from storage.tables import meetings as table
from storage.transaction import Tx


def managed(tx: Tx, meeting: int, person: int) -> Meeting | None:
    """The meeting, if this person may run it now; None also where there is no such meeting."""
    found, who = meetings.find(tx, meeting), people.find(tx, person)
    if found is None or who is None:
        return None
    return found if meetings.may_manage(tx, found, who) else None


def may_appoint(tx: Tx, meeting: Meeting, person: Person) -> bool:
    """Whether a person may say who is the host: a coordinator, or the host of its day."""
    if person.is_coordinator:
        return True
    day = meetings.find(tx, meeting.parent) if meeting.parent is not None else None
    return day is not None and day.host == person.id


def appoint(tx: Tx, code: str, person: int, now: datetime) -> tuple[Meeting, int | None] | None:
    """Make a person the host that the code is for; also who was host before, if somebody was.

    None if the code makes nobody a host (any more), also because whoever made it may not by now.
    """
    number, maker = codes.use_for_host(tx, code, now), codes.maker_of(tx, code)
    found = meetings.find(tx, number) if number is not None else None
    giver = people.find(tx, maker) if maker is not None else None
    if found is None or giver is None or not may_appoint(tx, found, giver):
        return None
    _set(tx, found.id, person)
    audit.record(tx, person, "meeting.host", f"meeting:{found.id}", now)
    return found, found.host if found.host != person else None


def dismiss(tx: Tx, meeting: int, by: int, now: datetime) -> int | None:
    """Take the host off a meeting, and the code that could make another; who it was."""
    found = meetings.find(tx, meeting)
    codes.revoke_for_host(tx, meeting)
    if found is None or found.host is None:
        return None
    _set(tx, meeting, None)
    audit.record(tx, by, "meeting.no_host", f"meeting:{meeting}", now)
    return found.host


def _set(tx: Tx, meeting: int, person: int | None) -> None:
    tx.execute(update(table).where(table.c.id == meeting).values(host=person))
