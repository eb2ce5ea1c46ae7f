"""The rows of the waiting list: who stands in line for a meeting, and what became of it.

    waiting → offered → accepted | declined | expired
       ↑         └→ waiting        the meeting was moved: in line again, where they were
    waiting → accepted             they asked for fewer seats, and those are there
    waiting → moved_up             within a day of the start
    waiting | offered → left       they left it, signed off, or came to sit at another place
    waiting | offered → revoked    the meeting was cancelled

The order in line is that of the row numbers. Whoever lines up again gets a new row, at the end, and
a row that came to its end stays there: nobody who declined is ever offered that seat again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, text, update

from storage import outbox
from storage.meetings import Kind, Meeting
from storage.offer_times import deadline, told
from storage.outbox import Promise
from storage.seats import IN_LINE, ON_OFFER, Rsvp
from storage.tables import meetings, people, waiting_list
from storage.transaction import Tx

WAITS: Final = text("waiting_list.state = 'waiting'")
OFFER, MOVED_UP, OFFER_EXPIRED = "offer", "moved_up", "offer_expired"
"""What renders the notices."""


class State(StrEnum):
    """Of a row; see the diagram above."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    MOVED_UP = "moved_up"
    LEFT = "left"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody in line. `offer_until` is set while seats are on offer to them.

    `version` is that of the meeting they saw; `name` is what they want to be called there.
    """

    id: int
    meeting: int
    person: int
    state: str
    seats: int
    name: str | None
    version: int
    joined: datetime
    offered: datetime | None
    offer_until: datetime | None


_TABLE: Final = waiting_list.c
COLUMNS: Final = tuple(_TABLE[name] for name in Entry.__dataclass_fields__)
_MINE: Final = (_TABLE.meeting == bindparam("meeting"), _TABLE.person == bindparam("person"))
_HERE: Final = _TABLE.meeting == bindparam("meeting")
_ENTRY: Final = select(*COLUMNS).where(*_MINE, IN_LINE)
_LAST: Final = select(*COLUMNS).where(*_MINE).order_by(_TABLE.id.desc()).limit(1)
_OVERDUE: Final = (
    select(*COLUMNS)
    .where(_HERE, IN_LINE, ON_OFFER, _TABLE.offer_until <= bindparam("now"))
    .order_by(_TABLE.id)
)
_NEXT: Final = select(*COLUMNS).where(_HERE, IN_LINE, WAITS).order_by(_TABLE.id).limit(1)
_NEXT_THAT_FITS: Final = _NEXT.where(_TABLE.seats <= bindparam("free"))
_AHEAD: Final = select(func.count()).where(_HERE, IN_LINE, WAITS, _TABLE.id < bindparam("row"))
_ANYBODY: Final = select(_TABLE.id).where(_HERE, IN_LINE).limit(1)
_ELSEWHERE: Final = (
    select(*COLUMNS)
    .join(meetings, meetings.c.id == _TABLE.meeting)
    .where(
        _TABLE.person == bindparam("person"),
        IN_LINE,
        meetings.c.parent == bindparam("day"),
        meetings.c.kind == Kind.PLACE,
        meetings.c.id != bindparam("but"),
    )
    .order_by(_TABLE.id)
)
_LINE: Final = (
    select(*COLUMNS, people.c.name.label("known_as"))
    .join(people, people.c.id == _TABLE.person)
    .where(_HERE, IN_LINE)
    .order_by(_TABLE.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_LENGTH: Final = select(func.count()).where(_HERE, IN_LINE)
_ROW: Final = _TABLE.id == bindparam("row")
_END: Final = (
    update(waiting_list)
    .where(_ROW, IN_LINE)
    .values(state=bindparam("becomes"), ended=bindparam("at"))
)
_MAKE_OFFER: Final = (
    update(waiting_list)
    .where(_ROW, IN_LINE)
    .values(state=State.OFFERED, offered=bindparam("at"), offer_until=bindparam("until"))
)
_RESIZE: Final = update(waiting_list).where(_ROW).values(seats=bindparam("size"))
_CHAT: Final = select(people.c.chat).where(people.c.id == bindparam("person"))
_CHAT_HELD: Final = _CHAT.with_for_update(read=True, key_share=True)


def entry(tx: Tx, meeting: int, person: int) -> Entry | None:
    """This person's place in line, while they have one."""
    return _made(tx.execute(_ENTRY, {"meeting": meeting, "person": person}).first())


def last(tx: Tx, meeting: int, person: int) -> Entry | None:
    """The same, or how it ended the last time."""
    return _made(tx.execute(_LAST, {"meeting": meeting, "person": person}).first())


def is_empty(tx: Tx, meeting: int) -> bool:
    """Whether nobody waits and nothing is on offer."""
    return tx.execute(_ANYBODY, {"meeting": meeting}).first() is None


def overdue(tx: Tx, meeting: int, now: datetime) -> list[Entry]:
    """Those who let an offer pass."""
    return _all(tx.execute(_OVERDUE, {"meeting": meeting, "now": now}))


def first(tx: Tx, meeting: int, that_fits: int | None = None) -> Entry | None:
    """Who waits and is next; or who is next of those that so many seats are enough for."""
    if that_fits is None:
        return _made(tx.execute(_NEXT, {"meeting": meeting}).first())
    return _made(tx.execute(_NEXT_THAT_FITS, {"meeting": meeting, "free": that_fits}).first())


def ahead(tx: Tx, meeting: int, row: int) -> int:
    """How many wait before this row."""
    counted: int = tx.execute(_AHEAD, {"meeting": meeting, "row": row}).scalar_one()
    return counted


def elsewhere(tx: Tx, meeting: Meeting, person: int) -> list[Entry]:
    """Where a person stands in line at other places of the same day."""
    if meeting.kind != Kind.PLACE:
        return []
    wanted = {"person": person, "day": meeting.parent, "but": meeting.id}
    return _all(tx.execute(_ELSEWHERE, wanted))


def length(tx: Tx, meeting: int) -> int:
    """How many parties stand in line, those with an offer included."""
    counted: int = tx.execute(_LENGTH, {"meeting": meeting}).scalar_one()
    return counted


def line(tx: Tx, meeting: int, limit: int, offset: int = 0) -> list[Entry]:
    """Those in line, in its order; each with the name that they are known by."""
    found = []
    wanted = {"meeting": meeting, "limit": limit, "offset": offset}
    rows: Iterable[Sequence[Any]] = tx.execute(_LINE, wanted)
    for row in rows:
        one = Entry(*row[:-1])
        found.append(one if one.name else replace(one, name=row[-1]))
    return found


def join(tx: Tx, said: Rsvp) -> Entry:
    """Put somebody who said yes at the end of the line."""
    values = {
        "meeting": said.meeting,
        "person": said.person,
        "state": State.WAITING,
        "seats": said.seats,
        "name": said.name,
        "version": said.version,
        "joined": said.changed,
    }
    tx.execute(insert(waiting_list), values)
    joined = entry(tx, said.meeting, said.person)
    assert joined is not None
    return joined


def resize(tx: Tx, waiting: Entry, seats: int) -> None:
    """Somebody in line wants another number of seats; they keep their place."""
    if seats != waiting.seats:
        tx.execute(_RESIZE, {"row": waiting.id, "size": seats})


def end(tx: Tx, waiting: Entry, state: State, now: datetime) -> bool:
    """Take somebody out of the line; False if they are gone already."""
    return tx.execute(_END, {"row": waiting.id, "becomes": state, "at": now}).rowcount == 1


def offer(tx: Tx, meeting: Meeting, waiting: Entry, now: datetime) -> bool:
    """Offer somebody their seats for a while, and promise to tell them; False if they are gone."""
    chat = chat_of(tx, waiting.person)
    if chat is None:
        return False
    until = deadline(meeting.starts, meeting.zone, now)
    tx.execute(_MAKE_OFFER, {"row": waiting.id, "at": now, "until": until})
    key = f"offer:{waiting.id}:{now.isoformat()}"
    arguments = {**_arguments(waiting), "offered": now.isoformat()}
    due = told(meeting.starts, meeting.zone, now)
    outbox.promise(tx, Promise(key, chat, OFFER, arguments, due, until), now)
    return True


def expire(tx: Tx, meeting: Meeting, passed: Entry, now: datetime) -> None:
    """End an offer that was not taken, and promise to tell them kindly, if that is of use still."""
    chat = chat_of(tx, passed.person)  # Before the row: whoever erases them goes the same way.
    end(tx, passed, State.EXPIRED, now)
    if chat is None or passed.offered is None or meeting.starts <= now:
        return
    key = f"offer_gone:{passed.id}:{passed.offered.isoformat()}"
    due = told(meeting.starts, meeting.zone, now)
    promise = Promise(key, chat, OFFER_EXPIRED, _arguments(passed), due, meeting.starts)
    outbox.promise(tx, promise, now)


def tell_moved_up(tx: Tx, meeting: Meeting, moved: Entry, left: int | None, now: datetime) -> None:
    """Promise to tell somebody that they have seats now; `left` is the place they gave up."""
    chat = chat_of(tx, moved.person)
    if chat is None:
        return
    due = told(meeting.starts, meeting.zone, now)
    arguments = {**_arguments(moved), "left": left}
    key = f"moved_up:{moved.id}"
    outbox.promise(tx, Promise(key, chat, MOVED_UP, arguments, due, meeting.starts), now)


def _arguments(waiting: Entry) -> dict[str, Any]:
    return {"meeting": waiting.meeting, "person": waiting.person, "entry": waiting.id}


def chat_of(tx: Tx, person: int) -> str | None:
    """Where to write to somebody, who cannot be erased until the transaction ends."""
    held = _CHAT_HELD if tx.postgres else _CHAT
    chat: str | None = tx.execute(held, {"person": person}).scalar()
    return chat


def _made(row: Sequence[Any] | None) -> Entry | None:
    return Entry(*row) if row is not None else None


def _all(rows: Iterable[Sequence[Any]]) -> list[Entry]:
    return [Entry(*row) for row in rows]
