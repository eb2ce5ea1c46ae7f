"""Bots are killed (-9) while a change and invitations go out to many: everybody gets each once.

A twentieth of `CRASH_PEOPLE` says to how many people; `make crash` tells 500.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot import steps
from bot.travel import AHEAD
from storage import Database, invitations, people, planning, rsvps, settings
from storage.audiences import Audience
from storage.meetings import Meeting, MeetingFacts
from storage.people import Consent, Purpose
from storage.transaction import Tx
from tests.crash.deliveries import extra_copies
from tests.crash.scene import Scene, died, share_of_people

log = logging.getLogger(__name__)

PEOPLE = share_of_people(default=100, part=20)
ZONE = ZoneInfo("Europe/Amsterdam")
KINDS = {"change": "changes", "invitation": "invitations"}
"""What goes out to everybody, and the tick that promises it."""
TOLD = "SELECT state, count(*) FROM outbox WHERE renderer = '{kind}' GROUP BY state"
GOING_ON = """
SELECT (SELECT count(*) FROM fanouts WHERE finished IS NULL AND kind IN ('change', 'invitation'))
     + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending'))
"""
PROMISED_TWICE = "SELECT chat FROM outbox GROUP BY chat, renderer HAVING count(*) > 1"


@pytest.mark.timeout(180 + PEOPLE)
@pytest.mark.parametrize("kind", KINDS)
async def test_everybody_is_told_once_when_the_bot_is_killed_on_the_way(tmp_path, kind):
    async with Scene(tmp_path, seed=0) as scene:
        await prepare(scene, kind)
        hits = []
        for step, times in kills(KINDS[kind]):
            assert await died(await scene.victim(step, times)), step
            hits.append(scene.open_work())
            assert scene.look("PRAGMA integrity_check") == [("ok",)]
        survivor = await scene.victim("never", 1)
        await scene.polled()
        await scene.until(lambda: finished(scene), 60 + PEOPLE / 4)
        assert await survivor.stop(within=10) == 0
        extra = extra_copies(scene)
        uncertain = check(scene, kind)
    log.info("%s to %d: open=%s extra=%d uncertain=%d", kind, PEOPLE, hits, extra, uncertain)
    assert sum(hits) > 0, "the run is void: no kill hit an open row"
    assert uncertain <= PEOPLE / 4


def kills(tick: str) -> list[tuple[str, int]]:
    """A page is written, then on disk; messages are claimed, then many of them sent."""
    return [
        (f"{steps.TICK_WRITTEN}: {tick}", 1),
        (f"{steps.TICK_COMMITTED}: {tick}", 1),
        (steps.CLAIMED, 1),
        (steps.CALL_ANSWERED, 75),
    ]


async def prepare(scene: Scene, kind: str) -> None:
    """Everybody comes to a meeting, which is moved; or they are invited to another one."""
    crowd = [talker.chat for talker in scene.crowd(PEOPLE)]
    database = await Database.open(f"sqlite:///{scene.database}")
    await database.run(_send, crowd, kind)
    await database.close()


def _send(tx: Tx, crowd: list[str], kind: str) -> None:
    real = datetime.now(UTC)
    now = datetime.combine(real.astimezone(ZONE).date() + timedelta(days=1), time(10), ZONE)
    settings.put(tx, AHEAD, (now - real).total_seconds())
    settings.put(tx, "filled", True)
    before = now - timedelta(minutes=31)
    moved, other = _planned(tx, "Moved", before), _planned(tx, "Another one", before)
    for chat in crowd:
        person = people.arrive(tx, chat, "en", before)
        agreed = Consent(Purpose.NEWS, True, "1", "en", "join", before)
        people.record_consent(tx, person.id, agreed)
        rsvps.claim(tx, moved.id, rsvps.Party(person.id, 1, "Noor"), before)
    if kind == "change":
        planning.edit(tx, moved.id, None, before, place="There")
    else:
        invitations.invite(tx, other, Audience(), 1, now)


def _planned(tx: Tx, title: str, now: datetime) -> Meeting:
    start = datetime.combine(now.date() + timedelta(days=20), time(14))
    times: dict[str, Any] = {"start": start, "end": start + timedelta(hours=2)}
    return planning.make(tx, MeetingFacts(title, title, place="Here", **times), None, now)


def finished(scene: Scene) -> bool:
    """Whether nobody is looked for and nothing waits any more."""
    return scene.count(GOING_ON) == 0


def check(scene: Scene, kind: str) -> int:
    """Everybody was promised it once and got it; gives for how many of them that is uncertain."""
    told = dict(scene.look(TOLD.format(kind=kind)))
    assert told.keys() <= {"sent", "uncertain"}
    assert sum(told.values()) == PEOPLE
    assert scene.look(PROMISED_TWICE) == []
    return int(told.get("uncertain", 0))
