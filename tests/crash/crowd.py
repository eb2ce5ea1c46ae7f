"""A crowd of whom most want the news, and what each of them is to get of an announcement.

They are meant by either of two themes, and some by both. Who blocked the bot did so while nobody
was listening: the bot finds out when it writes to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from storage import gate, people, settings
from storage.people import Consent, Purpose, Role
from storage.transaction import Tx

THEMES = ("together", "safety")
"""The first two that are offered; who has either is meant."""
ELSE = "youth"


class Fate(StrEnum):
    """What somebody does, and so whether it reaches them."""

    GETS = "gets"
    LEAVES = "leaves"
    STOPS = "stops"
    BLOCKED = "blocked"
    WEEKLY = "weekly"
    ENOUGH = "enough"
    UNWILLING = "unwilling"
    ELSEWHERE = "elsewhere"


GO = frozenset({Fate.LEAVES, Fate.STOPS})
"""Those who want no more of it while it goes out."""
MEANT = frozenset(Fate) - {Fate.UNWILLING, Fate.ELSEWHERE}
_SHARES = {
    Fate.BLOCKED: 0.03,
    Fate.LEAVES: 0.005,
    Fate.STOPS: 0.005,
    Fate.UNWILLING: 0.1,
    Fate.ELSEWHERE: 0.1,
}


def fates(chats: Iterable[int], chance: Random) -> dict[int, Fate]:
    """Who of these does what, in their order; one has a weekly overview, one had enough."""
    found = dict.fromkeys(chats, Fate.GETS)
    shuffled = list(found)
    chance.shuffle(shuffled)
    drawn = iter(shuffled)
    for fate, share in _SHARES.items():
        for _each in range(max(2, round(share * len(found)))):
            found[next(drawn)] = fate
    found[next(drawn)] = Fate.WEEKLY
    found[next(drawn)] = Fate.ENOUGH
    return found


def settle(tx: Tx, crowd: Mapping[int, Fate], coordinator: int, now: datetime) -> None:
    """Write all of them down as members, as they are before anything is sent."""
    settings.put(tx, "filled", True)
    before = now - timedelta(days=2)
    writer = people.arrive(tx, f"telegram:{coordinator}", "en", before)
    people.join(tx, writer.id, before, {"name": "Cora", "adult": True})
    people.change(tx, writer.id, role=Role.COORDINATOR)
    for number, (chat, fate) in enumerate(crowd.items()):
        _member(tx, chat, fate, number, before)


def _member(tx: Tx, chat: int, fate: Fate, number: int, now: datetime) -> None:
    person = people.arrive(tx, f"telegram:{chat}", "en", now)
    told = {"name": f"P{number}", "adult": True, "digest": fate is Fate.WEEKLY}
    people.join(tx, person.id, now, told)
    if fate is not Fate.UNWILLING:
        agreed = Consent(Purpose.NEWS, True, "1", "en", "join", now)
        people.record_consent(tx, person.id, agreed)
    theirs = THEMES if number % 7 == 0 else THEMES[number % 2 : number % 2 + 1]
    people.set_themes(tx, person.id, [ELSE] if fate is Fate.ELSEWHERE else theirs)
    if fate is Fate.ENOUGH:
        for earlier in range(gate.MOST_A_WEEK):
            gate.decide(tx, person, Purpose.NEWS, f"earlier:{earlier}", now)
