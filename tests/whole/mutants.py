"""Updates that Telegram never sends: real ones with something in them changed, missing or absurd.

The same seed gives the same mutants.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

DEEP = 2_000
"""How deep some of them are nested; more than Python's JSON parser takes at once."""

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**53, 2**64, -(2**63), 10**30, 1e308, "", " ", "x", "0",
    "-1", "null", "\0", "\ud800", "a\udc00b", "\u202e", "x" * 5000, "💥" * 3000, [], {}, [[]],
    [None], {"": None}, {"id": {}}, {"id": "1"}, [{"id": 1}] * 50,
)  # fmt: skip
RAW = (
    "{", "[", "nul", "7", '"text"', "NaN", '{"update_id": NaN}', '{"update_id": 1e400}', "[]",
    "[" * DEEP + "]" * DEEP, '{"message":' * DEEP + "1" + "}" * DEEP, '{"a": %s}' % ("9" * 5000),
    '{"update_id": 1, "update_id": 2}', '{"message": {"text": "\\ud800"}}', "\u2028", "{no json}",
)  # fmt: skip


def mutants(count: int, seed: int, person: int, stranger: int) -> Iterator[Any]:
    """So many updates, of somebody with a phone and of somebody who is unknown.

    A `str` is to be delivered as it is, anything else as JSON.
    """
    dice = random.Random(seed)
    healthy = [*updates_of(person), *updates_of(stranger)]
    for _ in range(count):
        if dice.random() < 0.04:
            yield dice.choice(RAW)
        elif dice.random() < 0.04:
            yield dice.choice([odd for odd in ODD if not isinstance(odd, str)])
        else:
            one = mutated(dice, dice.choice(healthy))
            yield {**one, "update_id": dice.choice(ODD)} if dice.random() < 0.1 else one


def mutated(dice: random.Random, update: Any) -> Any:
    """The same with one to three things in it changed."""
    copy = json.loads(json.dumps(update))
    for _ in range(dice.choice([1, 1, 2, 3])):
        holder, key = dice.choice(list(places(copy)))
        match dice.randrange(6):
            case 0:
                del holder[key]
            case 1:
                holder[key] = nested(dice.randrange(1, 400), dice.choice(ODD))
            case 2:
                holder[key] = [holder[key]]
            case 3:
                holder[key] = str(holder[key])
            case _:
                holder[key] = dice.choice(ODD)
        if not copy:
            return copy
    return copy


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in it where something stands."""
    keys = range(len(value)) if isinstance(value, list) else list(value)
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def nested(depth: int, inside: Any) -> Any:
    """`inside`, that many lists and objects deep."""
    for level in range(depth):
        inside = [inside] if level % 2 else {"message": inside}
    return inside


def updates_of(person: int) -> list[dict[str, Any]]:
    """One of each kind of update that is asked for, and some that are not, as Telegram has them."""
    chat = {"id": person, "type": "private", "first_name": "M"}
    group = {"id": -100_200, "type": "supergroup", "title": "Buurt"}
    sender = {"id": person, "is_bot": False, "first_name": "M", "language_code": "nl"}
    head = {"message_id": 5, "from": sender, "chat": chat, "date": 1_800_000_000}
    file = {"file_id": "f1", "file_unique_id": "u1", "file_size": 9}
    asked = {**head, "text": "Kom je?", "from": {**sender, "is_bot": True}}
    contents: list[dict[str, Any]] = [
        {"text": "dag"},
        {"text": "/join", "entities": [{"type": "bot_command", "offset": 0, "length": 5}]},
        {"text": "/start survey-1"},
        {"text": "3", "reply_to_message": asked},
        {"contact": {"phone_number": "+31612345678", "first_name": "M", "user_id": person}},
        {"location": {"latitude": 52.1, "longitude": 5.1}},
        {"photo": [{**file, "width": 1, "height": 1}], "caption": "kijk", "media_group_id": "a1"},
        {"document": {**file, "file_name": "a.pdf"}},
        {"voice": {**file, "duration": 3}},
        {"sticker": {**file, "type": "regular", "width": 1, "height": 1, "emoji": "👍"}},
        {"poll": {"id": "1", "question": "?", "options": []}},
    ]
    press = {"id": "77", "from": sender, "message": asked, "chat_instance": "1"}
    member = {"user": {"id": 700000001, "is_bot": True, "first_name": "B"}, "status": "member"}
    return [
        *({"message": {**head, **content}} for content in contents),
        {"edited_message": {**head, "text": "toch niet", "edit_date": 1_800_000_009}},
        *({"callback_query": {**press, "data": data}} for data in ("f:join", "k:skip", "a:1:x:y")),
        {"my_chat_member": {**head, "old_chat_member": member, "new_chat_member": member}},
        {"message": {**head, "chat": group, "text": "/join@buurtbot_bot"}},
        {"message": {**head, "chat": group, "migrate_to_chat_id": -100_201}},
        {"channel_post": {**head, "chat": {"id": -1, "type": "channel", "title": "K"}}},
        {"inline_query": {"id": "1", "from": sender, "query": "", "offset": ""}},
    ]
