"""One person who left a trace in every table that can hold one, and another one beside them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    Table,
    Text,
    insert,
    select,
)

from storage import tables, types

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
PERSON = 987_654_321
CHAT = "telegram:456789123"
WORDS = "the fence behind number nine"
OTHER = 123_456_789
OTHERS_CHAT = "telegram:321987654"
OTHERS_WORDS = "more benches in the park"

EXACTLY = {
    "people": {"state": "member", "role": "none", "language": "nl"},
    "inbox": {"state": "set_aside", "key": "telegram:{number}"},
    "outbox": {"state": "sent", "lane": "reply", "kind": "send"},
    "conversations": {"status": "active"},
    "recipients": {"state": "sent", "language": "nl"},
    "audit": {"action": "results.look", "subject": "person:{person}"},
}
"""What cannot be any text."""
NO_ONES = (
    "announcements", "codes", "fanouts", "meeting_notes", "meetings", "sendings", "surveys",
)  # fmt: skip
"""Tables that refer to a person or are referred to, with no words of that person in them."""


def leave_traces(tx, person=PERSON, chat=CHAT, words=WORDS):
    """Fill every table that has a person or a chat in it, and what those rows refer to."""
    ids = {"people": person}
    for table in tables.METADATA.sorted_tables:
        if is_about_people(table) or table is tables.surveys:
            said = f"number {person % 1000}" if table.name in NO_ONES else words
            exactly = EXACTLY.get(table.name, {})
            values = {c.name: value(c, ids, chat, said) for c in table.columns}
            values |= {
                name: text.format(person=person, number=person % 1000)
                for name, text in exactly.items()
            }
            tx.execute(insert(table), values)
            ids.setdefault(table.name, values.get("id"))


def is_about_people(table: Table) -> bool:
    """Whether a row of this table hangs on a person or a chat, straight or over another table."""
    referred = {key.column.table for column in table.columns for key in column.foreign_keys}
    hangs = any(is_about_people(other) for other in referred if other is not tables.meetings)
    return table is tables.people or hangs or not {"chat", "scope"}.isdisjoint(table.columns.keys())


def value(column: Column[Any], ids, chat, words):
    person = ids["people"]
    for key in column.foreign_keys:
        return ids.get(key.column.table.name)
    if column.name in {"chat", "scope"}:
        return chat
    if column.name == "person":
        return person
    if column.name == "due":
        return NOW + timedelta(days=1)
    if column.name == "key":
        return f"{words} {person % 1000}"
    if column.name == "id":
        return person if column.table is tables.people else person % 1000
    if isinstance(column.type, Text):
        return words
    plain = {
        Boolean: True,
        Integer: 1,
        BigInteger: 1,
        Float: 1.5,
        types.UTC: NOW,
        JSON: {"said": words},
    }
    return plain[type(column.type)]


def all_rows(tx):
    """Every row of every table, as text, by table."""
    return {
        table.name: [str(dict(row)) for row in tx.execute(select(table)).mappings()]
        for table in tables.METADATA.sorted_tables
    }


def holds(rows, *marks):
    """The tables in which one of `marks` stands."""
    return {name for name, found in rows.items() if any(m in row for row in found for m in marks)}
