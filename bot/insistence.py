"""Units that are run again for as long as the database is locked, full or out of reach."""

import asyncio
import logging
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

from bot.logs import decision
from storage import Database, Tx
from storage.errors import Unavailable

FIRST_PAUSE: Final = 0.5  # seconds
LONGEST_PAUSE: Final = 30.0

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Stopping(Exception):
    """The database did not work, and the bot is stopping: nothing of this unit counts."""


class Insistence:
    """Says once that the database fails, and once that it works again."""

    def __init__(self, database: Database) -> None:
        self.failing = False
        self._database = database
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """From now on give up at the first failure, by raising Stopping."""
        self._stopping.set()

    async def run(
        self, unit: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`Database.run`, until the outcome is the unit's own."""
        pause = FIRST_PAUSE
        while True:
            try:
                value = await self._database.run(unit, *args, **kwargs)
            except Unavailable as error:
                await self._wait(pause, error)
                pause = min(LONGEST_PAUSE, 2 * pause)
            else:
                self._works()
                return value

    async def _wait(self, pause: float, error: Unavailable) -> None:
        if not self.failing:
            self.failing = True
            decision(_log, "database fails", level=logging.ERROR, reason=str(error))
        try:
            await asyncio.wait_for(self._stopping.wait(), pause)
        except TimeoutError:
            return
        raise Stopping

    def _works(self) -> None:
        if self.failing:
            self.failing = False
            decision(_log, "database works again")
