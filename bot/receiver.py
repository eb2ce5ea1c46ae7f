"""Receives updates, and confirms them once what they did is on disk.

A batch is one transaction for each update: side by side for different chats, in order within one.
The next request to the channel, which confirms the batch, is made after the last commit. What the
database cannot take now is tried until it can, and nothing is confirmed meanwhile; what a turn
cannot take is kept in the inbox (`bot.retries`).
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

from bot import steps
from bot.channels import (
    Channel,
    Contested,
    Moved,
    OutcomeUnknown,
    SendError,
    TryLater,
    Unreadable,
    Update,
)
from bot.clock import Clock
from bot.dialogue.messages import Incoming, Pressed
from bot.insistence import Insistence, Stopping
from bot.logs import decision, described
from bot.retries import PASS_ON, Apologise, Applied, Apply, Retries
from bot.sender import Sender
from storage import Database, Tx, delivery, inbox

POLL: Final = 30.0  # seconds that one request waits for updates
FIRST_PAUSE: Final = 0.5  # seconds, after a request that failed
LONGEST_PAUSE: Final = 30.0
MOST_ANSWERS: Final = 256  # presses that are answered at the same time
LONGEST_RAW: Final = 100_000  # characters of an update that are kept

_log = logging.getLogger(__name__)


class Receiver:
    """Polls one channel; `receive` takes a batch from anywhere else."""

    def __init__(  # noqa: PLR0913 - the composition root names each
        self,
        database: Database,
        channel: Channel,
        clock: Clock,
        sender: Sender,
        *,
        apply: Apply,
        apologise: Apologise,
        moved: Callable[[Tx, str, str], object] = delivery.move_chat,
    ) -> None:
        self.polled: datetime | None = None
        self.received = 0
        self.last_error = ""
        self._channel = channel
        self._clock = clock
        self._sender = sender
        self._apply = apply
        self._moved = moved
        self._insist = Insistence(database)
        self._retries = Retries(
            self._insist, channel, clock, apply=apply, apologise=apologise, after=self._after
        )
        self._careful = False
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._answers: set[asyncio.Task[None]] = set()
        self._pause = 0.0

    async def run(self) -> None:
        """Receive until `stop`."""
        retries = asyncio.create_task(self._retries.run(), name="retries")
        try:
            await self.start()
            while not self._stopping.is_set():
                await self.receive(await self._poll())
                steps.reached(steps.CONFIRMING)
            await self._insist.run(inbox.close_receiver)
        except Stopping:
            decision(_log, "stopped without the database", level=logging.WARNING)
        finally:
            retries.cancel()
            await asyncio.gather(retries, return_exceptions=True)
            self._stopped.set()

    async def start(self) -> None:
        """Find out how the last process ended, and what it left."""
        clean = await self._insist.run(inbox.open_receiver)
        self._careful = not clean
        await self._retries.load()
        decision(_log, "receiving begins", clean=clean, waiting=len(self._retries.chats))

    async def stop(self, within: float) -> None:
        """Ask for no more updates, and finish those in hand."""
        self._stopping.set()
        self._insist.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), within)
        for task in self._answers:
            task.cancel()

    async def receive(self, updates: Sequence[Update]) -> None:
        """Return when all that these updates do is on disk; they may be confirmed then."""
        chats: dict[str, list[tuple[Update, Incoming]]] = {}
        work: list[Coroutine[Any, Any, None]] = []
        for update in updates:
            try:
                incoming = self._channel.read(update)
            except Unreadable as error:
                work.append(self._unreadable(update, error))
                continue
            if isinstance(incoming, Moved):
                work.append(self._move(update, incoming))
            elif incoming is not None:
                chats.setdefault(incoming.origin.chat, []).append((update, incoming))
        self.received += len(updates)
        steps.reached(steps.RECEIVED)
        work += [self._turns(chat, given) for chat, given in chats.items()]
        # Not TaskGroup: the other turns of a batch go on when one finds the bot stopping.
        outcomes = await asyncio.gather(*work, return_exceptions=True)
        if updates:
            self._careful = False
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    def health(self) -> Mapping[str, object]:
        """Numbers for `/health`."""
        return {
            "polled": self.polled,
            "received": self.received,
            "chats_waiting": len(self._retries.chats),
            "set_aside": self._retries.set_aside,
            "database_fails": self._insist.failing,
            "last_error": self.last_error,
        }

    async def _poll(self) -> Sequence[Update]:
        """The next batch; empty when there is none, the channel fails or the bot stops."""
        asked = asyncio.ensure_future(self._channel.updates(POLL))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((asked, stop), return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                return ()
            updates = asked.result()
        except SendError as error:
            await self._failed(error)
            return ()
        except Exception:
            _log.exception("receiving failed")
            await self._failed(OutcomeUnknown("a mistake of ours"))
            return ()
        finally:
            for task in (asked, stop):
                task.cancel()
            await asyncio.gather(asked, stop, return_exceptions=True)
        if self._pause:
            self._pause = 0.0
            decision(_log, "channel answers again")
        self.polled = self._clock.now()
        return updates

    async def _failed(self, error: SendError) -> None:
        """Say so once, and wait before the next request."""
        name = type(error).__name__
        if not self._pause or name != self.last_error:
            level = logging.ERROR if isinstance(error, Contested) else logging.WARNING
            decision(_log, "cannot receive", level=level, kind=name, reason=str(error))
        self.last_error = name
        self._pause = min(LONGEST_PAUSE, 2 * self._pause or FIRST_PAUSE)
        pause = max(self._pause, error.seconds if isinstance(error, TryLater) else 0.0)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)

    async def _turns(self, chat: str, given: Sequence[tuple[Update, Incoming]]) -> None:
        for update, incoming in given:
            if self._careful or chat in self._retries.chats:
                await self._remember(chat, update)
            else:
                await self._turn(chat, update, incoming)

    async def _turn(self, chat: str, update: Update, incoming: Incoming) -> None:
        times = (self._clock.real(), self._clock.now())
        steps.reached(steps.TURN_BEGINS)
        try:
            applied = await self._insist.run(take, self._apply, incoming, times)
        except PASS_ON:
            raise
        except BaseException as error:
            told = described(error)
            decision(_log, "turn failed", level=logging.ERROR, error=told)
            await self._insist.run(
                inbox.keep, update.key, chat, as_text(update.raw), told, times[0]
            )
            self._retries.add(chat)
        else:
            steps.reached(steps.COMMITTED)
            if applied is not None:
                self._after(incoming, applied)
                steps.reached(steps.OFFERED)

    async def _remember(self, chat: str, update: Update) -> None:
        """Let the update wait behind an older one of its chat."""
        raw, real = as_text(update.raw), self._clock.real()
        await self._insist.run(inbox.remember, update.key, chat, raw, real)
        self._retries.add(chat)

    async def _unreadable(self, update: Update, error: Unreadable) -> None:
        """Set aside what cannot be read."""
        self.last_error = type(error).__name__
        note = partial(
            _note_unreadable,
            key=update.key,
            chat=error.chat,
            raw=as_text(update.raw),
            error=str(error),
            now=self._clock.real(),
        )
        await self._retries.end(note, error.chat)

    async def _move(self, update: Update, moved: Moved) -> None:
        await self._insist.run(_take_move, self._moved, moved, self._clock.real())

    def _after(self, incoming: Incoming | None, applied: Applied) -> None:
        """What follows a commit: the replies, and an end to the wait of who pressed."""
        self._sender.offer(applied.rows)
        query, text = applied.toast or ("", "")
        if isinstance(incoming, Pressed):
            query = query or incoming.query
        if query and len(self._answers) < MOST_ANSWERS:
            task = asyncio.create_task(self._answer(query, text))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, query: str, text: str) -> None:
        with suppress(SendError):
            await self._channel.answer(query, text)


def take(
    tx: Tx, apply: Apply, incoming: Incoming, times: tuple[datetime, datetime]
) -> Applied | None:
    """One update, whole or not at all; None if it was seen before."""
    origin = incoming.origin
    row = inbox.first_sight(tx, origin.key, origin.chat, times[0])
    if row is None:
        return None
    applied = apply(tx, incoming, row, *times)
    steps.reached(steps.TURN_WRITTEN)
    return applied


def as_text(raw: Any) -> str:
    """An update as it is kept; one that cannot be written down again keeps its kind alone."""
    try:
        text = raw if isinstance(raw, str) else json.dumps(raw)
    except (ValueError, TypeError, RecursionError):
        return type(raw).__name__
    return text[:LONGEST_RAW].replace("\0", "")


def _note_unreadable(  # noqa: PLR0913, PLR0917 - as inbox.keep
    tx: Tx, key: str, chat: str | None, raw: str, error: str, now: datetime
) -> int | None:
    row = inbox.remember(tx, key, chat, raw, now)
    if row is not None:
        inbox.set_aside(tx, row, error)
    return row


def _take_move(
    tx: Tx, move: Callable[[Tx, str, str], object], moved: Moved, real_now: datetime
) -> None:
    if inbox.first_sight(tx, moved.key, moved.chat, real_now) is not None:
        move(tx, moved.chat, moved.to)
