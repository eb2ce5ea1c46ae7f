"""Announcements and readers for tests of how they are sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from storage import Tx, announcements, delivery, outbox, people, recipients, sendings, tables
from storage.sendings import Sending
from tests.storage.planning import NOW

NOBODY_ELSE: Mapping[str, Any] = {"only": [], "but": []}
LANGUAGES = ("nl",)


def content(*languages: str, text: str = "Hello") -> dict[str, Any]:
    texts = {language: {"text": text, "rich": False} for language in languages or LANGUAGES}
    return {"texts": texts, "attachment": None, "buttons": []}


def coordinator(tx: Tx) -> int:
    return people.arrive(tx, "telegram:coordinator", "nl", NOW).id


def readers(tx: Tx, many: int, /, **known: Any) -> list[int]:
    """So many people who want news, and whatever else is known of them; their numbers."""
    count: int = len(tx.execute(select(tables.people.c.id)).all())
    row = {"state": "member", "role": "none", "language": "nl", "wants_news": True,
           "first_seen": NOW, "last_seen": NOW, **known}  # fmt: skip
    rows = [{"chat": f"telegram:reader {count + n}", **row} for n in range(many)]
    tx.execute(insert(tables.people), rows)
    chats = [one["chat"] for one in rows]
    found = select(tables.people.c.id).where(tables.people.c.chat.in_(chats))
    return sorted(tx.execute(found).scalars())


def written(tx: Tx, /, *, now: datetime = NOW, **known: Any) -> int:
    """A draft that says something."""
    number = announcements.new(tx, coordinator(tx), now)
    wanted: dict[str, Any] = {
        "content": content(), "audience": NOBODY_ELSE, "purpose": "news", "meeting": None,
        "minutes": None, "useful_until": None, "late_until": None, "is_news": False,
        "paid": False,
    }  # fmt: skip
    assert announcements.write(tx, number, now=now, **{**wanted, **known})
    return number


def begun(tx: Tx, /, *, now: datetime = NOW, **known: Any) -> Sending:
    """A sending of which nobody is written down yet."""
    number = written(tx, now=now, **known)
    assert announcements.plan(tx, number, now, coordinator(tx), now)
    found = announcements.find(tx, number)
    assert found is not None
    return sendings.begin(tx, found, now)


def spread(tx: Tx, one: Sending, now: datetime = NOW) -> Sending:
    """The same once everybody is written down."""
    while recipients.spread(tx, one, now):
        pass
    return again(tx, one)


def again(tx: Tx, one: Sending) -> Sending:
    """The same, as it is now."""
    found = sendings.find(tx, one.id)
    assert found is not None
    return found


def rows(tx: Tx, one: Sending) -> dict[int, tuple[str, str | None]]:
    """How everybody of a sending stands, and why."""
    row = tables.recipients.c
    found = select(row.person, row.state, row.reason).where(row.sending == one.id)
    found = found.order_by(row.person)
    return {each.person: (each.state, each.reason) for each in tx.execute(found)}


def promised(tx: Tx, one: Sending, now: datetime = NOW) -> list[int]:
    """Feed it as far as may be; the rows of the outbox that wait for it, in order."""
    while recipients.feed(tx, one, now):
        pass
    row = tables.recipients.c
    found = select(row.outbox).where(row.sending == one.id, row.state == "promised")
    return list(tx.execute(found.order_by(row.outbox)).scalars())


def end(tx: Tx, messages: Sequence[int], state: outbox.State, error: str | None = None) -> None:
    for message in messages:
        delivery.settle(tx, message, state, error)


def go_out(tx: Tx, messages: Sequence[int], at: datetime = NOW) -> None:
    """These rows of the outbox were sent."""
    row = tables.outbox.c
    tx.execute(update(tables.outbox).where(row.id.in_(messages)).values(state="sending"))
    delivery.record_sent(tx, [{"row": one, "message": str(one), "at": at} for one in messages])


def asked(tx: Tx, messages: Sequence[int]) -> list[Mapping[str, Any]]:
    """What a renderer is given of these rows."""
    row = tables.outbox.c
    found = select(row.arguments).where(row.id.in_(messages)).order_by(row.id)
    return list(tx.execute(found).scalars())
