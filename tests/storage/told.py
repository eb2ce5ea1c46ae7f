"""Announcements that have begun, and what the gate said to people about them."""

from datetime import datetime
from typing import Any

from storage import Tx, announcements, gate, people, sendings
from storage.people import Consent, Person, Purpose
from storage.sendings import Sending
from tests.storage.planning import NOW, somebody

CONTENT = {"texts": {"en": {"text": "The garden opens.", "rich": False}}, "attachment": None,
           "buttons": [{"kind": "meeting", "label": {"en": "See it"}, "value": 7}],
           "topics": [], "municipality": None}  # fmt: skip


def planned(tx: Tx, /, by: int, now: datetime = NOW, **known: Any) -> int:
    """An announcement that is to begin now; it is news for everybody if nothing else is said."""
    number = announcements.new(tx, by, now)
    facts: dict[str, Any] = {
        "content": CONTENT, "audience": {"only": [], "but": []}, "purpose": "news", "meeting": None,
        "minutes": None, "useful_until": None, "late_until": None, "is_news": True, "paid": False,
    }  # fmt: skip
    assert announcements.write(tx, number, **{**facts, **known}, now=now)
    assert announcements.plan(tx, number, now, by, now)
    return number


def begun(tx: Tx, /, by: int, now: datetime = NOW, **known: Any) -> Sending:
    """The sending of one that has begun."""
    told = announcements.find(tx, planned(tx, by, now, **known))
    assert told is not None
    return sendings.begin(tx, told, now)


def reader(tx: Tx, /, name: str, *, weekly: bool = True, wants: bool = True) -> int:
    """Somebody who wants news, once a week."""
    person = somebody(tx, name)
    people.record_consent(tx, person, Consent("news", wants, "1", "en", "news", NOW))
    people.change(tx, person, digest=weekly)
    return person


def kept_back(tx: Tx, /, person: int, announcement: int, now: datetime = NOW) -> gate.Decision:
    """What the gate says about a news item to somebody."""
    asked = [(person, f"announcement:{announcement}:{person}")]
    return gate.decide_many(tx, Purpose.NEWS, asked, now)[0]


def change(tx: Tx, person: int, column: str, value: Any, /) -> None:
    people.change(tx, person, **{column: value})


def known(tx: Tx, person: int, /) -> Person:
    found = people.find(tx, person)
    assert found is not None
    return found
