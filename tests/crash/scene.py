"""The scene of the crash tests: people who type while bots are killed under them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from tests.stage import Process, Stage, Talker

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds after which a person types on although nothing came."""
LIFE = 60.0
"""Seconds in which a bot comes to the step at which it is to die."""
QUIET_SECONDS = 60


def share_of_kills(default: int, part: int = 2) -> int:
    """How many kills a crash test makes: one of so many parts of `CRASH_KILLS`, which is for all.

    Half are for each of the two tests of talks, and a twelfth more for an announcement.
    """
    return _share("CRASH_KILLS", default, part)


def share_of_people(default: int, part: int = 1) -> int:
    """How many people a crash test has, likewise of `CRASH_PEOPLE`: a part for other fan-outs."""
    return _share("CRASH_PEOPLE", default, part)


def _share(name: str, default: int, part: int) -> int:
    given = os.environ.get(name)
    return default if given is None else max(1, int(given) // part)


@dataclass
class Typist:
    """Somebody who types the next line once the bot has said something."""

    talker: Talker
    lines: Iterator[str]
    sent: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)


class Scene(Stage):
    """`async with` it: an emulator, and typists who have not begun."""

    def __init__(self, folder: Path, seed: int, *, url: str = "sqlite:///bot.db") -> None:
        super().__init__(folder, url=url, log={"level": "ERROR"})
        self.random = random.Random(seed)
        self.typists: dict[int, Typist] = {}
        self.emulated.on_event(self._seen)

    def types(self, talker: Talker, lines: Iterable[str]) -> None:
        """This person is to type these lines; each is asked for when it is needed."""
        self.typists[talker.id] = Typist(talker, iter(lines))

    @property
    def typed(self) -> int:
        """How many lines all have typed."""
        return sum(typist.sent for typist in self.typists.values())

    def _seen(self, event: dict[str, Any]) -> None:
        typist = self.typists.get(event.get("chat", 0))
        if typist is None or event.get("kind") != "message":
            return
        if event["message"].get("from", {}).get("is_bot"):
            typist.heard.set()

    async def type_on(self, typist: Typist, thinking: float = 0.0) -> None:
        """Type to the end, up to so many seconds after each answer."""
        for line in typist.lines:
            typist.heard.clear()
            self.emulated.text(typist.talker.id, line)
            typist.sent += 1
            try:
                await asyncio.wait_for(typist.heard.wait(), PATIENCE)
            except TimeoutError:
                continue
            await asyncio.sleep(thinking * self.random.random())

    async def victim(self, step: str, times: int, *, waits: bool = False) -> Process:
        """A bot that kills itself at this step; `never` lives on. Its clock can be moved.

        One that `waits` counts steps only once it is signalled.
        """
        more = ["waits"] if waits else []
        return await self.run(
            "tests.crash.victim", str(self.config), str(self.control), step, str(times), *more
        )

    def url_of_database(self) -> str:
        """Where the bots keep everything, as this process names it."""
        return f"sqlite:///{self.database}" if self.url.startswith("sqlite") else self.url

    async def tells(self, how: dict[str, Any]) -> datetime | None:
        """Ask the bot to move its clock, and to what; None if it is dead or does not go on."""
        url = f"http://127.0.0.1:{self.control}/move"
        with suppress(aiohttp.ClientError, OSError):
            async with aiohttp.ClientSession() as http, http.post(url, json=how) as answer:
                if answer.status == 200:
                    return datetime.fromisoformat((await answer.json())["now"])
        return None

    def open_work(self) -> int:
        """Updates not confirmed, and rows that are being sent: what a kill has hit."""
        sending = self.count("SELECT count(*) FROM outbox WHERE state = 'sending'")
        return len(self.emulated.updates.pending) + sending

    def unseen(self, person: int) -> list[str]:
        """What need not have arrived, and is written down as such.

        A question whose sending was in doubt and that was answered before its repeat, and a row
        that two kills left in doubt: it is listed as uncertain.
        """
        rows = self.look(
            "SELECT content FROM outbox WHERE state IN ('cancelled', 'uncertain') AND once_more "
            f"AND kind = 'send' AND chat = 'telegram:{person}'"
        )
        return [json.loads(content)["text"] for (content,) in rows]


async def died(victim: Process) -> bool:
    """Whether the bot killed itself; one that never came to its step is stopped."""
    try:
        code = await victim.ends(within=LIFE)
    except TimeoutError:
        await victim.kill()
        code = 0
    if code != -9:
        log.info("this bot did not come to its step: %d\n%s", code, victim.said)
    return code == -9
