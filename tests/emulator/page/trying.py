"""`make try` as a process: started, its bot killed, stopped.

It runs without Telegram's one message a second, which would make a minute of waiting.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import aiohttp

from storage import Database, Tx

ROOT = Path(__file__).parents[3]
SEEN = Path("/proc")
"""Where Linux shows the processes; elsewhere `ps` tells."""


class Trial:
    """A running `buurtbot try` and the address of its page."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.address = ""

    async def says(self, words: str) -> str:
        """The next line that holds these words."""
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode():
            if words in line:
                return line
        raise AssertionError(f"it ended without saying {words!r}")

    async def kill_bot(self) -> None:
        """Kill -9 the bot alone, and wait until it is started again."""
        os.kill(bot_of(self._process.pid), signal.SIGKILL)
        await self.says("starting it again")


@asynccontextmanager
async def trial(
    folder: Path, told: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Trial]:
    """The bot, the emulator and the page, kept in this folder; stopped afterwards.

    `told` are settings, as the environment says them.
    """
    command = ["-m", "bot", "try", "--folder", str(folder), "--port", str(free_port())]
    settings = {**os.environ, "BUURTBOT_LIMITS_ON": "false", **told}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env=settings, stdout=asyncio.subprocess.PIPE
    )
    try:
        running = Trial(process)
        line = await running.says("The phones are at ")
        running.address = next(word for word in line.split() if word.startswith("http:"))
        async with aiohttp.ClientSession(running.address, raise_for_status=True) as http:
            await http.post("/control/limits", json={"on": False})
        yield running
    finally:
        process.terminate()
        assert await process.wait() == 0


async def lived_in(folder: Path, settle: Callable[[Tx, datetime], None]) -> None:
    """Put people into the folder of a trial before it starts."""
    database = await Database.open(f"sqlite:///{folder}/buurtbot.db")
    await database.run(settle, datetime.now(UTC))
    await database.close()


async def to_the_morning(address: str) -> None:
    """Wait for the bot, and go to five past ten tomorrow, when nobody sleeps."""
    here = datetime.now(ZoneInfo("Europe/Amsterdam"))
    morning = datetime.combine(here.date() + timedelta(days=1), time(10, 5), here.tzinfo)
    async with aiohttp.ClientSession(address, raise_for_status=True) as http:
        while (await (await http.get("/control/state")).json())["last_get_updates"] is None:
            await asyncio.sleep(0.1)
        await http.post("/time", json={"seconds": (morning - here).total_seconds()})


def bot_of(trial_id: int) -> int:
    """The id of the bot's process among the children of the trial's."""
    [found] = [
        number
        for number, parent, command in (_proc() if SEEN.is_dir() else _ps())
        if parent == trial_id and " run " in command
    ]
    return found


def _proc() -> list[tuple[int, int, str]]:
    """Every process: its id, its parent's, its command line."""
    found = []
    for status in SEEN.glob("[0-9]*/stat"):
        try:
            _name, _end, rest = status.read_text().rpartition(")")
            command = (status.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        found.append((int(status.parent.name), int(rest.split()[1]), command))
    return found


def _ps() -> list[tuple[int, int, str]]:
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [(int(row[0]), int(row[1]), row[2]) for row in rows if len(row) == 3]


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
