"""Who got an announcement how often, by the emulator's ledger, against what is written down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tests.crash.announcing import LEFT, STOPPED, SUMMED_UP, Announcing, is_it
from tests.crash.crowd import GO, MEANT, Fate

ROWS = """
SELECT p.chat, r.state, r.reason, o.state, coalesce(o.once_more, FALSE) FROM recipients r
JOIN people p ON p.id = r.person LEFT JOIN outbox o ON o.id = r.outbox
"""
TWICE = """
SELECT chat FROM outbox WHERE renderer = 'announcement' GROUP BY chat HAVING count(*) > 1
"""
LOST = """
SELECT (SELECT count(*) FROM outbox WHERE state IN ('refused', 'missed'))
     + (SELECT count(*) FROM inbox WHERE state <> 'done')
"""
SUMMARIES = "SELECT count(*) FROM outbox WHERE renderer = 'announcement_summary'"
_TRIED = {("sent", ""), ("uncertain", "")}
ENDS = {
    Fate.GETS: _TRIED,
    Fate.LEAVES: {*_TRIED, ("skipped", "no consent")},
    Fate.STOPS: {*_TRIED, ("skipped", "no consent")},
    Fate.BLOCKED: {("failed", "unreachable"), ("uncertain", "")},
    Fate.WEEKLY: {("skipped", "digest")},
    Fate.ENOUGH: {("held", "enough this week")},
}


@dataclass(frozen=True)
class Received:
    """How many copies came beyond the first, and who may have got none: nobody knows of them."""

    copies: int
    doubtful: int
    missing: int


def check(scene: Announcing) -> Received:
    """Everybody who is to get it has it, nobody else has, and all of it is written down so."""
    assert scene.look(TWICE) == []
    assert scene.count(LOST) == 0
    assert scene.refused + scene.emulated.limits.refused == 0, "a limit was exceeded"
    came = arrivals(scene)
    rows = {int(chat.partition(":")[2]): _Row(*kept) for chat, *kept in scene.look(ROWS)}
    assert rows.keys() == {chat for chat, fate in scene.fates.items() if fate in MEANT}
    assert came.keys() <= rows.keys(), "somebody got it who was not meant"
    for chat, row in rows.items():
        row.check(scene.fates[chat], came[chat])
    missing = [chat for chat, row in rows.items() if row.state == "uncertain" and not came[chat]]
    reachable = [chat for chat in missing if scene.fates[chat] is not Fate.BLOCKED]
    nothing_after_the_answer(scene)
    told_once(scene)
    doubtful = sum(row.once_more for row in rows.values())
    return Received(came.total() - len(came), doubtful, len(reachable))


def arrivals(scene: Announcing) -> Counter[int]:
    """How often it came to each; but to the coordinator, who had a look at it."""
    return Counter(
        entry["chat_id"]
        for entry in scene.emulated.ledger.after(0)
        if is_it(entry["text"]) and entry["chat_id"] != scene.cora.id
    )


@dataclass(frozen=True)
class _Row:
    """How it came out for one person, and their row of the outbox."""

    state: str
    reason: str | None
    sending: str | None
    once_more: bool

    def check(self, fate: Fate, copies: int) -> None:
        """It ended as it must, and what is written down is what came."""
        ends = (self.state, (self.reason or "").partition(":")[0])
        assert ends in ENDS[fate], (fate, ends)
        assert copies <= (2 if self.once_more else 1), (fate, copies, ends)
        if self.state == "sent":
            assert (self.sending, copies > 0) == ("sent", True), "written down, but it never came"
        elif self.state != "uncertain":
            assert copies == 0 or (self.once_more and fate in GO), (fate, copies, ends)


def nothing_after_the_answer(scene: Announcing) -> None:
    """Who wants no more was told so, and got none after that."""
    gone: set[int] = set()
    for entry in scene.emulated.ledger.after(0):
        chat, text = entry["chat_id"], entry["text"]
        if is_it(text):
            assert chat not in gone, "it came to somebody who wants no more"
        elif scene.fates.get(chat) in GO and (LEFT in text or STOPPED in text):
            gone.add(chat)
    assert gone == {chat for chat, fate in scene.fates.items() if fate in GO}


def told_once(scene: Announcing) -> None:
    """The coordinator was told once how it ended."""
    assert scene.count(SUMMARIES) == 1
    said = [
        one["text"] for one in scene.emulated.ledger.after(0) if one["chat_id"] == scene.cora.id
    ]
    assert sum(SUMMED_UP in text for text in said) == 1
