"""The stage of the crash tests: an emulator in this process, people who type, bots that are killed.

Everything is real but Telegram: bot processes, HTTP, the database on disk.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.emulator import World as Emulated
from bot.emulator import make_app, serving
from bot.emulator.state import Caps
from tests.crash.story import LINES

TOKEN = "700000001:" + "k" * 35
CONFIG = """\
[telegram]
token = "{token}"
api_url = "{url}"
[database]
url = "sqlite:///bot.db"
[limits]
on = false
[log]
level = "ERROR"
"""
PATIENCE = 5.0
"""Seconds after which a person types on although nothing came."""


@dataclass
class Typist:
    """Somebody who types the next line of the story once the bot has said something."""

    person: int
    sent: int = 0
    heard: asyncio.Event = field(default_factory=asyncio.Event)


class Scene:
    """`async with` it: an emulator, and typists who have not begun."""

    def __init__(self, folder: Path, typists: int, seed: int) -> None:
        self.folder = folder
        self.database = folder / "bot.db"
        self.random = random.Random(seed)
        self.emulated = Emulated(TOKEN, limits=False, caps=Caps(messages=1000, ledger=100_000))
        self.typists = {}
        for number in range(typists):
            person = self.emulated.add_person(f"P{number}", "en", started=True)
            self.typists[person.id] = Typist(person.id)
        self.emulated.on_event(self._seen)

    async def __aenter__(self) -> Scene:
        self._serving = serving(make_app(self.emulated))
        url = await self._serving.__aenter__()
        self.config = self.folder / "config.toml"
        self.config.write_text(CONFIG.format(token=TOKEN, url=url))
        return self

    async def __aexit__(self, *exc: Any) -> None:
        await self._serving.__aexit__(*exc)

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
            self.emulated.text(typist.person, LINES[typist.sent])
            typist.sent += 1
            try:
                await asyncio.wait_for(typist.heard.wait(), PATIENCE)
            except TimeoutError:
                continue

    async def bot(self, step: str, times: int) -> asyncio.subprocess.Process:
        """A bot that kills itself at this step; `never` lives on."""
        port = free_port()
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.crash.victim", str(self.config), str(port), step,
            str(times), cwd=Path(__file__).parents[2],
        )  # fmt: skip

    async def polled(self) -> None:
        """Wait until the bot asks for updates, as it does from now on."""
        before = self.emulated.tally.calls["getUpdates"]
        while self.emulated.tally.calls["getUpdates"] == before:
            await asyncio.sleep(0.05)

    def open_work(self) -> int:
        """Updates not confirmed, and rows that are being sent: what a kill has hit."""
        return len(self.emulated.updates.pending) + self.count(
            "SELECT count(*) FROM outbox WHERE state = 'sending'"
        )

    def count(self, query: str) -> int:
        """One number from the bot's database, as it is on disk."""
        if not self.database.exists():
            return 0
        connection = sqlite3.connect(self.database)
        try:
            return int(connection.execute(query).fetchone()[0])
        except sqlite3.OperationalError:
            return 0
        finally:
            connection.close()

    def sent_to(self, person: int) -> list[str]:
        """The texts of all messages that reached this person, copies included, as they came."""
        ledger = self.emulated.ledger.after(0)
        return [
            entry["text"]
            for entry in ledger
            if entry["chat_id"] == person and entry["method"] == "sendMessage"
        ]

    def labels_of(self, person: int) -> list[str]:
        """The buttons under the last message on this person's phone."""
        said = [m for m in self.emulated.messages(person) if m["from"].get("is_bot")]
        rows = said[-1].get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]


def free_port() -> int:
    """A port that is free now."""
    import socket

    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
