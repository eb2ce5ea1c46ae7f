"""The scene of the crash tests: people who type while bots are killed under them."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.crash.story import LINES
from tests.stage import Process, Stage, Talker, free_port

PATIENCE = 5.0
"""Seconds after which a person types on although nothing came."""


@dataclass
class Typist:
    """Somebody who types the next line of the story once the bot has said something."""

    talker: Talker
    sent: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)


class Scene(Stage):
    """`async with` it: an emulator, and typists who have not begun."""

    def __init__(self, folder: Path, typists: int, seed: int) -> None:
        super().__init__(folder, log={"level": "ERROR"})
        self.random = random.Random(seed)
        self.typists = {talker.id: Typist(talker) for talker in self.crowd(typists)}
        self.emulated.on_event(self._seen)

    def _seen(self, event: dict[str, Any]) -> None:
        typist = self.typists.get(event.get("chat", 0))
        if typist is None or event.get("kind") != "message":
            return
        if event["message"].get("from", {}).get("is_bot"):
            typist.heard.set()

    async def type_on(self, typist: Typist) -> None:
        """Type the whole story."""
        while typist.sent < len(LINES):
            typist.heard.clear()
            self.emulated.text(typist.talker.id, LINES[typist.sent])
            typist.sent += 1
            try:
                await asyncio.wait_for(typist.heard.wait(), PATIENCE)
            except TimeoutError:
                continue

    async def victim(self, step: str, times: int) -> Process:
        """A bot that kills itself at this step; `never` lives on."""
        return await self.run(
            "tests.crash.victim", str(self.config), str(free_port()), step, str(times)
        )

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
