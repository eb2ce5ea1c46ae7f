"""The asynchronous side at work: a real database, and an emulator reached over real HTTP.

The turn is the simplest there is: every text is answered by `echo`, and some words do harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.channels.telegram import Telegram
from bot.clock import Clock
from bot.dialogue.flow import Rendered, Renderer
from bot.dialogue.messages import (
    Button,
    Dropped,
    Heard,
    Incoming,
    Message,
    Pressed,
    PutOff,
    dump,
)
from bot.emulator import World, make_app, serving
from bot.pacer import Limits
from bot.receiver import Receiver
from bot.sender import Sender
from storage import Database, Tx, outbox, tables
from storage.outbox import Draft, Row

NOOR, YUSUF = 810000001, 810000002


def chat_of(person: int) -> str:
    """A person's private chat, as the bot knows it."""
    return f"telegram:{person}"


@dataclass(frozen=True)
class Applied:
    """What the turn below leaves behind."""

    rows: Sequence[Row] = ()
    toast: tuple[str, str] | None = None


class Leak(BaseException):
    """What no turn should let out."""


def reminder(_tx: Tx, arguments: Mapping[str, Any], now: datetime) -> Rendered:
    """Renders what it is told; raises or declines when told so."""
    if arguments.get("broken"):
        raise ValueError("a renderer's mistake")
    if "dropped" in arguments:
        return Dropped(arguments["dropped"])
    if "put_off" in arguments and now < datetime.fromisoformat(arguments["put_off"]):
        return PutOff(datetime.fromisoformat(arguments["put_off"]), "night")
    return Message(arguments["text"]) if "text" in arguments else None


def picture(_tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """Makes a file of so many bytes."""
    return b"x" * int(arguments["size"])


@dataclass
class Station:
    """Both sides, and what a test wants to know of them."""

    world: World
    address: str
    db: Database
    clock: Clock
    channel: Telegram
    sender: Sender
    receiver: Receiver
    turns: list[str] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self) -> None:
        """Let sender and receiver run."""
        self.tasks = [
            asyncio.create_task(self.sender.run()),
            asyncio.create_task(self.receiver.run()),
        ]

    async def end(self) -> None:
        """Stop both, as SIGTERM does."""
        if self.tasks:
            await self.receiver.stop(3)
            await self.sender.stop(3)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def heard(self, person: int = NOOR) -> list[str]:
        """The bot's texts in a person's chat."""
        return [
            str(message.get("text") or message.get("caption"))
            for message in self.world.messages(person)
            if message["from"]["is_bot"]
        ]

    def delivered(self) -> list[str]:
        """Every text that was accepted, in order, edits too."""
        return [entry["text"] for entry in self.world.ledger.after(0)]

    async def until(self, happened: Callable[[], bool], seconds: float = 8.0) -> None:
        """Wait for something that must happen."""
        async with asyncio.timeout(seconds):
            while not happened():
                await asyncio.sleep(0.01)

    async def rows(self) -> list[Any]:
        """The outbox, oldest first, with all that is noted written down."""
        await self.sender.flush()
        return await self.db.read(_rows)

    async def states(self) -> list[str]:
        """The states of the rows of the outbox, oldest first, once no call is under way."""
        async with asyncio.timeout(8):
            while "sending" in (found := [row.state for row in await self.rows()]):
                await asyncio.sleep(0.01)
        return found

    async def inbox(self) -> list[Any]:
        """The inbox, oldest first."""
        return await self.db.read(_inbox)

    async def says(self, person: int, *texts: str, offered: bool = True, **more: Any) -> list[Row]:
        """Promise replies outside a turn, and offer them unless the process is killed first."""
        drafts = [Draft(chat_of(person), dump(Message(text, **more))) for text in texts]
        return await self.gives(drafts, offered=offered)

    async def gives(self, drafts: Sequence[Draft], *, offered: bool = True) -> list[Row]:
        """Promise drafts outside a turn, and offer them."""
        now, real = self.clock.now(), self.clock.real()
        number = next(_numbers)
        rows = await self.db.run(
            outbox.reply, number, drafts, owner=self.sender.owner, real_now=real, now=now
        )
        if offered:
            self.sender.offer(rows)
        return rows

    async def promises(self, person: int, text: str, **more: Any) -> None:
        """Promise a notice that is due."""
        promised = outbox.Promise(
            key=f"reminder:{text}",
            chat=chat_of(person),
            renderer="reminder",
            **{"arguments": {"text": text}, "due": self.clock.now(), **more},
        )
        assert await self.db.run(outbox.promise, promised, self.clock.now())
        self.sender.wake()


_numbers = iter(range(1_000_000, 2_000_000))


def _rows(tx: Tx) -> list[Any]:
    return list(tx.execute(select(tables.outbox).order_by(tables.outbox.c.id)))


def _inbox(tx: Tx) -> list[Any]:
    return list(tx.execute(select(tables.inbox).order_by(tables.inbox.c.id)))


@asynccontextmanager
async def station(folder: Path, *, limits: bool = False, **pace: Any) -> AsyncIterator[Station]:
    """A station that does not run yet, with two people who have started."""
    world = World(limits=limits)
    for person in (NOOR, YUSUF):
        world.person(person).started = True
    db = await Database.open(f"sqlite:///{folder}/station.db")
    try:
        async with (
            serving(make_app(world)) as address,
            at_work(world, address, db, limits, **pace) as it,
        ):
            yield it
    finally:
        await db.close()


@asynccontextmanager
async def at_work(
    world: World,
    address: str,
    db: Database,
    limits: bool = False,
    renderers: Sequence[Renderer] = (),
    **pace: Any,
) -> AsyncIterator[Station]:
    """A process of the bot on this database; another one may follow it."""
    clock = Clock(timedelta())
    async with Telegram(world.token, api_url=address) as channel:
        sender = Sender(
            db,
            channel,
            clock,
            renderers=[Renderer("reminder", reminder), *renderers],
            makers={"picture": picture},
            limits=Limits(on=limits, **pace),
        )
        turns: list[str] = []
        turn = Turn(sender.owner, turns)
        receiver = Receiver(db, channel, clock, sender, apply=turn, apologise=turn.apologise)
        it = Station(world, address, db, clock, channel, sender, receiver, turns)
        try:
            yield it
        finally:
            await it.end()


class Turn:
    """Echoes; "bug" always fails, "bug 2" twice, "leak" raises what is no Exception."""

    def __init__(self, owner: str, turns: list[str]) -> None:
        self.owner = owner
        self.turns = turns

    def __call__(
        self, tx: Tx, incoming: Incoming, row: int, real: datetime, now: datetime
    ) -> Applied:
        if isinstance(incoming, Pressed):
            return Applied(self._reply(tx, incoming, row, real, now), (incoming.query, "Goed!"))
        if not isinstance(incoming, Heard):
            return Applied()
        self.turns.append(incoming.text)
        if incoming.text.startswith("bug") and self.turns.count(incoming.text) <= int(
            incoming.text[4:] or 99
        ):
            raise ValueError("a mistake in a turn")
        if incoming.text == "leak":
            raise Leak
        return Applied(self._reply(tx, incoming, row, real, now))

    def _reply(
        self, tx: Tx, incoming: Heard | Pressed, row: int, real: datetime, now: datetime
    ) -> list[Row]:
        said = incoming.text if isinstance(incoming, Heard) else incoming.data
        buttons = ((Button("Ja", "yes"),),) if said == "ask" else ()
        draft = Draft(incoming.origin.chat, dump(Message(f"echo {said}", rows=buttons)))
        return outbox.reply(tx, row, [draft], owner=self.owner, real_now=real, now=now)

    def apologise(self, tx: Tx, chat: str, row: int, real: datetime, now: datetime) -> Applied:
        draft = Draft(chat, dump(Message("sorry")))
        return Applied(outbox.reply(tx, row, [draft], owner=self.owner, real_now=real, now=now))
