"""The composition root: the only place that builds things and knows them all.

`Bot` is one bot at work on one database; `run` keeps one going until the process is told to stop.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

import handlers
from bot import BEGAN, control, feed, importing, known_settings, vitals
from bot.channels import Refused, SendError
from bot.channels.telegram import Telegram
from bot.clock import Clock
from bot.config import Settings
from bot.control import Trial
from bot.dialogue.flow import Flow
from bot.guards import Guards
from bot.logs import decision
from bot.menus import Menus
from bot.pacer import Limits
from bot.patience import unless
from bot.receiver import Receiver
from bot.router import book_of
from bot.schedule import Schedule
from bot.sender import Sender
from bot.travel import AHEAD, travel
from bot.turn import Applied, House, Times, apologise, apply
from storage import Database, Tx, outbox, people, settings
from storage.errors import StorageError, Unavailable
from storage.lock import PollerLock

STOP_SECONDS = 5.0
"""How long what is under way may take after SIGTERM; a locked database may add its time-out."""

RESET_SECONDS = 1.0
CONNECTIONS = 64

log = logging.getLogger(__name__)


class Bot:
    """Everything that one bot process is made of, started and stopped in order."""

    def __init__(
        self, options: Settings, database: Database, clock: Clock, channel: Telegram,
        flows: Sequence[Flow] = handlers.FLOWS,
    ) -> None:  # fmt: skip
        self.options = options
        self.flows = flows
        self.database = database
        self.clock = clock
        self.channel = channel
        limits = Limits(
            per_second=options.limits.messages_per_second, on=options.limits.on,
            connections=CONNECTIONS,
        )  # fmt: skip
        self.sender = Sender(
            database, channel, clock,
            renderers=handlers.RENDERERS,
            makers={maker.name: maker.run for maker in handlers.MAKERS},
            limits=limits, began=BEGAN,
        )  # fmt: skip
        self.sender.on_gone(lambda tx, chat: _gone(tx, chat, clock.now()))
        self.schedule = Schedule(database, clock, self.sender, handlers.TICKS)
        self.menus = Menus(database, channel, flows, options.platform)
        self.receiver: Receiver | None = None

    async def work(self, stopping: asyncio.Event, lock: PollerLock | None = None) -> None:
        """Receive and send until `stopping` is set; finish what is under way.

        Raises LockLost, after the same, when `lock` is not ours any more.
        """
        username = await unless(stopping, self._begin())
        if username is None:
            return
        receiver = self.receiver = self._receiver(username)
        self.schedule.start()
        tasks = [
            asyncio.create_task(receiver.run(), name="receiver"),
            asyncio.create_task(self.sender.run(), name="sender"),
            asyncio.create_task(self.menus.run(), name="menus"),
            asyncio.create_task(vitals.keep(self.database, receiver, self.sender), name="vitals"),
        ]
        if lock is not None:
            tasks.append(asyncio.create_task(lock.watch(), name="lock"))
        waiting = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self._finish(receiver, [waiting, *tasks])
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error

    async def _finish(self, receiver: Receiver, tasks: list[asyncio.Task[Any]]) -> None:
        await receiver.stop(STOP_SECONDS / 2)
        await self.schedule.stop()
        await self.sender.stop(STOP_SECONDS / 2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _receiver(self, username: str) -> Receiver:
        platform = self.options.platform
        house = House(
            book_of(self.flows), platform.timezone, platform.languages,
            platform.default_language, username, self.sender.owner,
            Guards(on=self.options.limits.on),
        )  # fmt: skip

        def turn(tx: Tx, incoming: Any, row: int, real: datetime, now: datetime) -> Applied:
            return apply(tx, house, incoming, row, Times(now, real))

        def sorry(tx: Tx, chat: str, row: int, real: datetime, now: datetime) -> Applied:
            return apologise(tx, house, chat, row, Times(now, real))

        return Receiver(
            self.database, self.channel, self.clock, self.sender, apply=turn, apologise=sorry
        )

    async def _begin(self) -> str:
        """Take over what was left and learn our own name, however long it takes; or `Refused`."""
        pause = 0.25
        while True:
            try:
                await self.sender.start()
                username = await self.channel.username()
                await self.database.run(known_settings.keep, self.options, username)
                return username
            except Refused:
                raise
            except (SendError, Unavailable) as error:
                kind = type(error).__name__
                decision(log, "cannot begin", level=logging.WARNING, kind=kind, reason=str(error))
            await asyncio.sleep(pause := min(30.0, 2 * pause))


def _gone(tx: Tx, chat: str, now: datetime) -> None:
    """A chat cannot be written to: nothing waits for it any more."""
    people.blocked(tx, chat, now)
    outbox.cancel_for_chat(tx, chat)


class Service:
    """One bot after another on one database: a new one after each reset from the control address.

    Without a trial there is only one, and its clock is real time.
    """

    def __init__(self, options: Settings, trial: Trial | None) -> None:
        self._options = options
        self._trial = trial
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._wiped = asyncio.Event()
        self._resetting = False
        self._bot: Bot | None = None

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._stopping.set()
        self._ended.set()

    async def run(self) -> int:
        """Work until `stop`; the exit code."""
        async with AsyncExitStack() as stack:
            if self._trial is not None:
                levers = control.Levers(self._times, self._move, self._reset)
                runner = await control.serve(levers, self._trial.port)
                stack.push_async_callback(runner.cleanup)
            while not self._stopping.is_set():
                self._ended.clear()
                code = await self._one()
                if code or not self._resetting:
                    return code
                await self._start_afresh()
        return 0

    async def _one(self) -> int:
        async with AsyncExitStack() as stack:
            try:
                self._bot, lock = await self._open(stack)
                await self._bot.work(self._ended, lock)
            except Refused:
                return _told("Telegram does not know this token: copy it anew from @BotFather.", 2)
            except (StorageError, feed.CannotListen) as error:
                return _told(str(error), 1)
            finally:
                self._bot = None
        return 0

    async def _open(self, stack: AsyncExitStack) -> tuple[Bot, PollerLock]:
        """The lock comes first: a database that another process works on is not migrated."""
        options = self._options
        lock = await PollerLock.take(options.database.url)
        stack.push_async_callback(lock.release)
        database = await Database.open(options.database.url)
        stack.push_async_callback(database.close)
        clock = Clock()
        if self._trial is not None:
            ahead = await database.run(settings.get, AHEAD, 0)
            clock = Clock(timedelta(seconds=ahead))
            language = options.platform.default_language
            await database.run(importing.fill, clock.now(), self._trial.roles, language)
        channel = Telegram(
            options.telegram.token, api_url=options.telegram.api_url, connections=CONNECTIONS
        )
        await channel.open()
        stack.push_async_callback(channel.close)
        if options.calendar.listen:
            makers = {maker.name: maker.run for maker in handlers.MAKERS}
            shelf = feed.Shelf(database, makers["feed"], clock.now)
            runner = await feed.serve(shelf, *options.calendar.place)
            stack.push_async_callback(runner.cleanup)
        return Bot(options, database, clock, channel), lock

    # What the control address may do.

    async def _times(self) -> tuple[datetime, datetime | None]:
        bot = self._at_work()
        return bot.clock.now(), await bot.schedule.planned()

    async def _move(self, to: datetime) -> None:
        bot = self._at_work()
        await travel(bot.database, bot.clock, bot.schedule, to)

    async def _reset(self) -> datetime:
        self._wiped.clear()
        self._resetting = True
        self._ended.set()
        await self._wiped.wait()
        return Clock().now()

    def _at_work(self) -> Bot:
        if self._bot is None:
            raise control.NotNow
        return self._bot

    async def _start_afresh(self) -> None:
        """Throw the database away; the answer to the reset leaves before the next bot polls."""
        path = Path(make_url(self._options.database.url).database or "")
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        self._resetting = False
        self._wiped.set()
        await asyncio.sleep(RESET_SECONDS)


def _told(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def run(options: Settings, trial: Trial | None = None) -> int:
    """Run the bot until SIGTERM or SIGINT; the exit code."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_run(options, trial))


async def _run(options: Settings, trial: Trial | None) -> int:
    service = Service(options, trial)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    return await service.run()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where it is installed: the extra `fast`."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
