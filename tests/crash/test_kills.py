"""The bot is killed (-9) at every step, over real talks: nothing is lost, nothing applied twice.

`CRASH_KILLS` says how many kills, half of which are made here; `make crash` makes 300.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

import pytest
from sqlalchemy import select

from bot import steps
from storage.tables import outbox
from storage.transaction import Tx
from tests.crash.deliveries import unmarked
from tests.crash.scene import QUIET_SECONDS, Scene, died, share_of_kills
from tests.crash.story import LINES, reference

log = logging.getLogger(__name__)

KILLS = share_of_kills(default=9)
TALKS_FOR = 6
"""Kills per crowd: a crowd types on through so many, then the next one begins."""


@pytest.mark.timeout(120 + 30 * KILLS)
async def test_nothing_is_lost_or_applied_twice_when_the_bot_is_killed(tmp_path):
    hits = extra = killed = 0
    for crowd in range(-(-KILLS // TALKS_FOR)):
        folder = tmp_path / str(crowd)
        folder.mkdir()
        kills = min(TALKS_FOR, KILLS - crowd * TALKS_FOR)
        async with Scene(folder, seed=crowd) as scene:
            for talker in scene.crowd(4):
                scene.types(talker, LINES)
            hit, made = await kill_often(scene, kills, first=crowd * TALKS_FOR)
            hits, killed = hits + hit, killed + made
            extra += check(scene)
    log.info("kills=%d with_open_work=%d extra_copies=%d", killed, hits, extra)
    assert killed == KILLS
    assert hits * 2 >= KILLS, "the run is void: too few kills hit an open turn or row"
    assert extra <= KILLS * 4


async def kill_often(scene: Scene, kills: int, first: int) -> tuple[int, int]:
    """Let everybody type while bots die; gives how many kills hit open work, and how many were."""
    typing = [asyncio.create_task(scene.type_on(typist)) for typist in scene.typists.values()]
    hits = made = 0
    for number in range(kills):
        step = steps.OF_A_TURN[(first + number) % len(steps.OF_A_TURN)]
        victim = await scene.victim(step, scene.random.randint(2, 6))
        if await died(victim):
            made += 1
            hits += scene.open_work() > 0
    survivor = await scene.victim("never", 1)
    await scene.polled()
    await asyncio.gather(*typing)
    await scene.quiet(QUIET_SECONDS)
    assert await survivor.stop(within=10) == 0
    return hits, made


def check(scene: Scene) -> int:
    """Every phone shows what a phone without crashes shows; gives the number of extra copies."""
    expected = reference()
    story = [unmarked(text) for text in expected.world.run(as_sent)]
    extra = 0
    for typist in scene.typists.values():
        unseen = scene.unseen(typist.talker.id)
        extra += surplus(story, typist.talker.sent(), unseen)
        assert typist.talker.labels() == expected.last.labels
    applied = scene.count("SELECT count(*) FROM inbox WHERE state = 'done'")
    assert applied == len(LINES) * len(scene.typists)
    people = len(scene.typists)
    assert scene.count("SELECT count(*) FROM people WHERE state = 'member'") == people
    assert scene.count("SELECT count(*) FROM people WHERE municipality = 'GM0356'") == people
    assert scene.count("SELECT count(*) FROM answer_sets") == people
    answers = expected.world.run(lambda tx: tx.connection.exec_driver_sql(COUNT_ANSWERS).scalar())
    assert scene.count(COUNT_ANSWERS) == answers * people
    assert scene.count("SELECT count(*) FROM outbox WHERE state IN ('refused', 'missed')") == 0
    return extra


COUNT_ANSWERS = "SELECT count(*) FROM answers"


def as_sent(tx: Tx) -> list[str]:
    """The texts of all messages in the order of their rows, as they were before any edit."""
    sends = select(outbox.c.content).where(outbox.c.kind == "send").order_by(outbox.c.id)
    return [content["text"] for content in tx.execute(sends).scalars()]


def surplus(story: list[str], said: list[str], unseen: list[str]) -> int:
    """How many copies were more than the story needs.

    Each message came, the first copies in order; none came more than once too often. A late copy of
    what nobody answers may stand behind younger messages: their outcomes were all unknown at once.
    Only what is written down as `unseen` may be missing.
    """
    wanted, found = Counter(story), Counter(said)
    assert found.keys() <= wanted.keys()
    assert all(found[text] <= 2 * times for text, times in wanted.items())
    assert wanted - found <= Counter(unseen), "a message was lost"
    assert in_order(story, said) >= len(story) - len(unseen), "messages came in another order"
    return max(0, len(said) - len(story))


def in_order(story: list[str], said: list[str]) -> int:
    """How many messages of the story came in its order: the longest common subsequence."""
    longest = [0] * (len(said) + 1)
    for text in story:
        before = longest
        longest = [0]
        for at, heard in enumerate(said):
            longest.append(before[at] + 1 if heard == text else max(before[at + 1], longest[at]))
    return longest[-1]
