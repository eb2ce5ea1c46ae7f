"""Keeps the state in one file: written whole beside it and put in place, soon after a change.

What a kill -9 can cost is the last half second (more only once writing itself takes longer).
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

from bot.emulator import snapshot
from bot.emulator.state import State

PAUSE = 0.2


class Store:
    """The state file of one world."""

    def __init__(self, state: State, folder: Path) -> None:
        self.state = state
        self.path = folder / "emulator.json"
        self._written = state.changes

    def load(self) -> None:
        """Take over the file, if there is one."""
        if self.path.exists():
            snapshot.load(self.state, json.loads(self.path.read_text(encoding="ascii")))

    def save(self) -> None:
        """Write now."""
        self._written = self.state.changes
        _replace(self.path, json.dumps(snapshot.saved(self.state)))

    async def keep_saving(self) -> None:
        """Write after every change, until cancelled; then once more."""
        try:
            while True:
                await asyncio.sleep(PAUSE)
                if self._written == self.state.changes:
                    continue
                self._written = self.state.changes
                began = time.monotonic()
                text = json.dumps(snapshot.saved(self.state))
                await asyncio.to_thread(_replace, self.path, text)
                await asyncio.sleep(3 * (time.monotonic() - began))
        finally:
            self.save()


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
