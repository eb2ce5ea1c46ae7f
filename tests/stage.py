"""The stage of the tests of the whole: an emulator in this process, and bots as processes.

Everything is real but Telegram: processes, HTTP, the database on disk.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import resource
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import aiohttp
import psycopg

from bot.emulator import World as Emulated
from bot.emulator import make_app, serving
from bot.emulator.state import Caps

ROOT = Path(__file__).parents[1]
TOKEN = "700000001:" + "k" * 35
PATIENCE = 30.0
"""Seconds in which what must happen happens, on a machine that has much else to do."""
BETWEEN_LOOKS = 0.01
CALM = 0.2
"""Seconds without anything to do, after which nothing more comes by itself."""

OPEN_ROWS = (
    "SELECT (SELECT count(*) FROM outbox WHERE lane = 'reply' "
    "AND state IN ('waiting', 'sending')) + (SELECT count(*) FROM inbox WHERE state = 'waiting')"
)


class Process:
    """A process of ours, and all that it has said."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self.running = running
        self.pid = running.pid
        self._said = bytearray()
        self._reading = asyncio.create_task(self._read())

    @property
    def said(self) -> str:
        """Everything on its standard output and error until now."""
        return self._said.decode()

    def lines(self, words: str) -> list[str]:
        """The lines with these words."""
        return [line for line in self.said.splitlines() if words in line]

    async def ends(self, within: float = PATIENCE) -> int:
        """The exit code, when it has ended and everything it said is here."""
        code = await asyncio.wait_for(self.running.wait(), within)
        await self._reading
        return code

    async def stop(self, within: float = PATIENCE) -> int:
        """Ask it to stop, as a server does; gives the exit code."""
        self.running.terminate()
        return await self.ends(within)

    async def kill(self) -> None:
        """End it at once, if it still runs."""
        if self.running.returncode is None:
            self.running.kill()
        await self.ends()

    async def _read(self) -> None:
        assert self.running.stdout is not None
        while said := await self.running.stdout.read(65536):
            self._said += said


class Stage:
    """`async with` it: an emulator that waits for a bot. `sections` are settings of the bot."""

    def __init__(
        self,
        folder: Path,
        *,
        url: str = "sqlite:///bot.db",
        token: str = TOKEN,
        **sections: dict[str, Any],
    ) -> None:
        self.folder = folder
        self.url = url
        self.database = folder / "bot.db"
        self.config = folder / "config.toml"
        self.emulated = Emulated(TOKEN, limits=False, caps=Caps(messages=1000, ledger=100_000))
        self.address = ""
        self.control = free_port()
        self._token = token
        self._sections = sections
        self._processes: list[Process] = []
        self._looking: Any = None

    async def __aenter__(self) -> Self:
        self._serving = serving(make_app(self.emulated))
        self.address = await self._serving.__aenter__()
        self.write_settings(self.address)
        return self

    async def __aexit__(self, *exc: Any) -> None:
        for process in self._processes:
            await process.kill()
        if self._looking is not None:
            self._looking.close()
        await self._serving.__aexit__(*exc)

    def write_settings(self, address: str) -> None:
        """The bot's settings, with this address of a Bot API server."""
        telegram = {"token": self._token, "api_url": address}
        sections: dict[str, dict[str, Any]] = {
            "telegram": telegram,
            "database": {"url": self.url},
            "limits": {"on": False},
            **self._sections,
        }
        lines = [
            line
            for name, keys in sections.items()
            for line in (f"[{name}]", *(f"{key} = {json.dumps(keys[key])}" for key in keys))
        ]
        self.config.write_text("\n".join(lines))

    # The bot.

    async def run(self, module: str, *arguments: str) -> Process:
        """Begin a process of ours, without any setting from outside."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("BUURTBOT_")}
        if kept.pop("PYTHONDONTWRITEBYTECODE", ""):
            kept["PYTHONPYCACHEPREFIX"] = compiled()
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, cwd=ROOT, env=kept,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        process = Process(running)
        self._processes.append(process)
        return process

    async def begins(self, *arguments: str) -> Process:
        """A bot that may be about to receive."""
        return await self.run("bot", "run", "--config", str(self.config), *arguments)

    async def bot(self) -> Process:
        """A bot that receives."""
        process = await self.begins()
        await self.polled()
        return process

    async def trial(self, **roles: Talker) -> Process:
        """A bot that receives, with the sample content, a clock to move, and these roles."""
        given = [f"--role={talker.chat}={role}" for role, talker in roles.items()]
        process = await self.begins("--control", str(self.control), *given)
        await self.polled()
        return process

    async def polled(self) -> None:
        """Wait until the bot asks for updates, as it does from now on.

        On a busy machine it takes a process half a minute to begin.
        """
        calls = self.emulated.tally.calls
        before = calls["getUpdates"]
        await self.until(lambda: calls["getUpdates"] > before, 2 * PATIENCE)

    async def moves_on(self) -> None:
        """Move the clock of the bot to what happens next, and the emulator's with it."""
        url = f"http://127.0.0.1:{self.control}/move"
        async with aiohttp.ClientSession() as http, http.post(url, json={"to": "next"}) as answer:
            told = await answer.json()
            assert answer.status == 200, told
        self.emulated.clock.follow(datetime.fromisoformat(told["now"]))

    async def until(self, happened: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for something that must happen."""
        end = asyncio.get_running_loop().time() + seconds
        while not happened():
            if asyncio.get_running_loop().time() > end:
                said = "\n".join(process.said[-4000:] for process in self._processes)
                raise AssertionError(f"it did not happen within {seconds} seconds:\n{said}")
            await asyncio.sleep(BETWEEN_LOOKS)

    async def quiet(self, seconds: float = 2 * PATIENCE) -> None:
        """Wait until everything typed was taken and everything promised was sent."""
        clock = asyncio.get_running_loop().time
        last = clock()

        def still() -> bool:
            nonlocal last
            if self.emulated.updates.pending or self.count(OPEN_ROWS):
                last = clock()
            return clock() - last > CALM

        await self.until(still, seconds)

    # Its database.

    def look(self, query: str) -> list[Any]:
        """Rows of the bot's database as they are on disk; none where there is no such table."""
        if self._looking is None:
            self._looking = self._connected()
        try:
            return list(self._looking.execute(query).fetchall())
        except psycopg.errors.UndefinedTable:
            return []
        except sqlite3.OperationalError as error:
            if not str(error).startswith(("no such table", "unable to open")):
                raise
            return []

    def count(self, query: str) -> int:
        """One number from the bot's database; 0 where there is no such table."""
        found = self.look(query)
        return int(found[0][0]) if found else 0

    def write(self, statement: str) -> None:
        """Change the bot's database behind its back."""
        connection = sqlite3.connect(self.database, isolation_level=None)
        connection.execute(statement)
        connection.close()

    def _connected(self) -> Any:
        if self.url.startswith("postgresql"):
            return psycopg.connect(self.url, autocommit=True)
        return sqlite3.connect(self.database, isolation_level=None)

    # The people.

    def somebody(self, name: str = "Noor", **more: Any) -> Talker:
        """A person with a phone in English."""
        return Talker(self, self.emulated.add_person(name, "en", **{"started": True, **more}).id)

    def crowd(self, count: int) -> list[Talker]:
        """So many people."""
        return [self.somebody(f"P{number}") for number in range(count)]


class Talker:
    """Somebody who types and presses, and reads what comes."""

    def __init__(self, stage: Stage, person: int) -> None:
        self.stage = stage
        self.id = person
        self.chat = f"telegram:{person}"
        self._read = 0

    async def types(self, *lines: str) -> list[str]:
        """Type one after another; gives what came as an answer to the last."""
        for line in lines:
            self.hears()
            await self.is_taken(self.stage.emulated.text(self.id, line).update_id)
        return self.hears()

    async def presses(self, label: str) -> list[str]:
        """Press the newest button that begins with this label; gives what came of it."""
        self.hears()
        update, _query = self.press(label)
        await self.is_taken(update)
        return self.hears()

    def press(self, label: str) -> tuple[int | None, str]:
        """Press and do not wait; gives the ids of update and query."""
        for message in reversed(self.said()):
            for button in buttons(message):
                if button["text"].startswith(label):
                    number = message["message_id"]
                    return self.stage.emulated.press(self.id, number, button["callback_data"])
        raise AssertionError(f"no button {label!r} among {self.labels()}")

    async def is_taken(self, update: int | None) -> None:
        """Wait until this update has done all that it does."""
        inbox = f"SELECT count(*) FROM inbox WHERE key = 'telegram:{update}' AND state <> 'waiting'"
        await self.stage.until(lambda: self.stage.count(inbox) > 0)
        outbox = (
            "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') AND lane = 'reply'"
            f" AND chat = '{self.chat}'"
        )
        await self.stage.until(lambda: not self.stage.look(outbox))

    async def hears_of(self, words: str, seconds: float = PATIENCE) -> None:
        """Wait until there is a message with these words."""
        await self.stage.until(lambda: any(words in text for text in self.texts()), seconds)

    def hears(self) -> list[str]:
        """The texts that came since the last look."""
        new = [message for message in self.said() if message["message_id"] > self._read]
        self._read = max([self._read, *(message["message_id"] for message in new)])
        return [text_of(message) for message in new]

    def said(self) -> list[dict[str, Any]]:
        """What the bot said in this chat, as it stands there now."""
        found = self.stage.emulated.messages(self.id)
        return [message for message in found if message["from"]["is_bot"]]

    def texts(self) -> list[str]:
        """The same, the texts only."""
        return [text_of(message) for message in self.said()]

    def sent(self) -> list[str]:
        """The texts of all messages that were accepted for this chat, copies too, as they came."""
        return [
            entry["text"]
            for entry in self.stage.emulated.ledger.after(0)
            if entry["chat_id"] == self.id and entry["method"] == "sendMessage"
        ]

    def labels(self) -> list[str]:
        """The buttons under the last message."""
        return [button["text"] for button in buttons(self.said()[-1])]


def text_of(message: dict[str, Any]) -> str:
    """What can be read of a message."""
    return str(message.get("text") or message.get("caption") or "")


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The inline buttons under a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row]


@asynccontextmanager
async def trouble(stage: Stage, *faults: dict[str, Any]) -> AsyncIterator[None]:
    """Let the emulator do these things wrong for as long as this lasts."""
    stage.emulated.faults.replace(list(faults))
    try:
        yield
    finally:
        stage.emulated.faults.replace([])


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Somebody else writes to the database, and does not come to an end."""
    other = sqlite3.connect(stage.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def disk_full(bot: Process) -> Iterator[None]:
    """No file of the bot can grow any further; what is there already can be read."""
    _soft, hard = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (hard, hard))


@cache
def compiled() -> str:
    """A folder for compiled modules, thrown away at the end, where none may be left behind.

    Without one every process would compile all that it imports, which takes seconds.
    """
    folder = TemporaryDirectory(prefix="buurtbot-compiled-")
    atexit.register(folder.cleanup)
    return folder.name


def free_port() -> int:
    """A port that is free now."""
    import socket

    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
