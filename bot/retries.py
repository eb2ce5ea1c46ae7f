"""Updates that were kept: tried again one by one, in the order of their chat, each try counted.

A try is on disk before it is made, so an update that takes the process down with it is found out.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from bot import steps
from bot.channels import Channel, Moved, Unreadable, Update
from bot.clock import Clock
from bot.dialogue.messages import Incoming
from bot.insistence import Insistence, Stopping
from bot.logs import decision, described
from storage import Tx, inbox
from storage.inbox import Waiting
from storage.outbox import Row

IDLE: Final = 5.0  # seconds between looks when nothing is known to wait
SILENCE: Final = timedelta(minutes=10)  # between two apologies to one chat
MOST_APOLOGISED: Final = 10_000  # chats
PASS_ON: Final = (Stopping, asyncio.CancelledError, KeyboardInterrupt, SystemExit)

_log = logging.getLogger(__name__)


class Applied(Protocol):
    """What is left to do after a turn's commit."""

    @property
    def rows(self) -> Sequence[Row]:
        """For the sender."""
        ...

    @property
    def toast(self) -> tuple[str, str] | None:
        """The press to be answered, and the text to answer it with."""
        ...


Apply = Callable[[Tx, Incoming, int, datetime, datetime], Applied]
"""The turn: transaction, update, its row in the inbox, real time, the bot's time."""
Apologise = Callable[[Tx, str, int, datetime, datetime], Applied]
"""The same for a chat whose update was set aside."""
After = Callable[[Incoming | None, Applied], None]


class Retries:
    """The chats in which something waits, and the one worker that sees to it."""

    def __init__(  # noqa: PLR0913 - the receiver names each
        self,
        insist: Insistence,
        channel: Channel,
        clock: Clock,
        *,
        apply: Apply,
        apologise: Apologise,
        after: After,
    ) -> None:
        self.chats: set[str] = set()
        self.set_aside = 0
        self._insist = insist
        self._channel = channel
        self._clock = clock
        self._apply = apply
        self._apologise = apologise
        self._after = after
        self._apologised: dict[str, datetime] = {}
        self._wake = asyncio.Event()

    def add(self, chat: str) -> None:
        """Something waits in this chat: what comes later must wait behind it."""
        self.chats.add(chat)
        self._wake.set()

    async def load(self) -> None:
        """Find what waited when the last process ended."""
        for row in await self._insist.run(inbox.waiting):
            self.add(row.chat)

    async def run(self) -> None:
        """Try what is due, until cancelled or the bot stops."""
        while True:
            try:
                pause = await self._round()
            except Stopping:
                return
            except Exception:
                _log.exception("retrying failed")
                pause = IDLE
            if pause > 0:
                try:
                    await asyncio.wait_for(self._wake.wait(), pause)
                except TimeoutError:
                    continue

    async def _round(self) -> float:
        """Try the first of each chat that is due; seconds until the next one is."""
        self._wake.clear()
        if not self.chats:
            return IDLE
        known = set(self.chats)
        rows = await self._insist.run(inbox.waiting)
        if not self._wake.is_set():
            self.chats -= known - {row.chat for row in rows}
        now = self._clock.real()
        due = [row for row in rows if row.not_before is None or row.not_before <= now]
        for row in due:
            await self._retry(row)
        if due:
            return 0.0
        return min(
            ((row.not_before - now).total_seconds() for row in rows if row.not_before),
            default=IDLE if not self.chats else 0.1,
        )

    async def _retry(self, row: Waiting) -> None:
        tries = await self._insist.run(inbox.begin, row.row)
        if tries is None:
            return
        if tries > inbox.MOST_TRIES:
            await self.end(partial(_end, row=row.row, error="the process died of it"), row.chat)
            return
        try:
            incoming = self._channel.read(Update(row.key, json.loads(row.raw)))
        except (Unreadable, ValueError, RecursionError) as error:
            await self.end(partial(_end, row=row.row, error=type(error).__name__), row.chat)
            return
        if incoming is None or isinstance(incoming, Moved):
            await self._insist.run(inbox.finish, row.row)
            return
        await self._take(row, incoming)

    async def _take(self, row: Waiting, incoming: Incoming) -> None:
        steps.reached(steps.TURN_BEGINS)
        try:
            applied = await self._insist.run(
                _retake, self._apply, incoming, row.row, (self._clock.real(), self._clock.now())
            )
        except PASS_ON:
            raise
        except BaseException as error:  # a turn may leak what is no Exception
            told = described(error)
            decision(_log, "turn failed", level=logging.ERROR, row=row.row, error=told)
            real = self._clock.real()
            await self.end(partial(_fail, row=row.row, error=told, now=real), row.chat)
        else:
            steps.reached(steps.COMMITTED)
            decision(_log, "kept update applied", row=row.row)
            if applied is not None:
                self._after(incoming, applied)
                steps.reached(steps.OFFERED)

    async def end(self, unit: Callable[[Tx], int | None], chat: str | None) -> None:
        """Run a unit; if it returns a row that it set aside, apologise in its transaction."""
        real = self._clock.real()
        silent = chat is None or self._apologised.get(chat, real - SILENCE) > real - SILENCE
        apologise = None if silent else self._apologise
        if chat is not None and not silent:
            self._note_apology(chat, real)
        times = (real, self._clock.now())
        try:
            row, applied = await self._insist.run(_ended, unit, apologise, chat or "", times)
        except PASS_ON:
            raise
        except BaseException as error:
            decision(_log, "apology failed", level=logging.ERROR, error=described(error))
            row, applied = await self._insist.run(_ended, unit, None, "", times)
        if row is not None:
            decision(_log, "set aside", level=logging.ERROR, row=row)
            self.set_aside += 1
        if applied is not None:
            self._after(None, applied)

    def _note_apology(self, chat: str, real: datetime) -> None:
        if len(self._apologised) > MOST_APOLOGISED:
            self._apologised.clear()
        self._apologised[chat] = real


def _retake(
    tx: Tx, apply: Apply, incoming: Incoming, row: int, times: tuple[datetime, datetime]
) -> Applied | None:
    if not inbox.finish(tx, row):
        return None
    applied = apply(tx, incoming, row, *times)
    steps.reached(steps.TURN_WRITTEN)
    return applied


def _ended(
    tx: Tx,
    unit: Callable[[Tx], int | None],
    apologise: Apologise | None,
    chat: str,
    times: tuple[datetime, datetime],
) -> tuple[int | None, Applied | None]:
    row = unit(tx)
    if row is None or apologise is None:
        return row, None
    return row, apologise(tx, chat, row, *times)


def _end(tx: Tx, row: int, error: str) -> int:
    inbox.set_aside(tx, row, error)
    return row


def _fail(tx: Tx, row: int, error: str, now: datetime) -> int | None:
    return row if inbox.fail(tx, row, error, now).set_aside else None
