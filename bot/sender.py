"""Sends what is in the outbox: replies straight from memory, all else as it is claimed.

Whatever goes wrong, a row is in memory only while the database says that it is being sent; so a
process that dies leaves nothing behind that the next one does not find.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from bot import steps
from bot.channels import Channel
from bot.clock import Clock
from bot.courier import Courier, Maker
from bot.dialogue.flow import Renderer
from bot.ledger import Ledger
from bot.lines import Lines
from bot.logs import decision
from bot.pacer import Gate, Limits, Pacer
from bot.probe import Probe
from bot.rendering import Rendering
from bot.runway import Runway
from storage import Database, Tx, claims, delivery, halts
from storage.claims import Claim, Claimed
from storage.errors import Unavailable
from storage.outbox import Lane, Row

AT_ONCE: Final = 50  # rows in one claim
PAID_AT_ONCE: Final = 120  # the same of what is paid for
SHORTEST: Final = 0.005  # seconds between looks at the outbox
IDLE: Final = 1.0  # the same when nothing is due
SWEEP: Final = 30.0  # seconds between looks for leases that are over
LONGEST_PAUSE: Final = 30.0  # seconds between tries while the database does not work

_log = logging.getLogger(__name__)


class Sender:
    """`offer` replies right after their commit; `wake` when something else may be due."""

    def __init__(  # noqa: PLR0913 - the composition root names each
        self,
        database: Database,
        channel: Channel,
        clock: Clock,
        *,
        renderers: Iterable[Renderer],
        makers: Mapping[str, Maker],
        limits: Limits | None = None,
        began: float = float("-inf"),
    ) -> None:
        self.owner = secrets.token_hex(8)
        self._database = database
        self._clock = clock
        self._rendering = Rendering(renderers, clock)
        self._pacer = Pacer(limits or Limits(), channel.crowded, began)
        self._gate = Gate(self._pacer)
        self._ledger = Ledger(database)
        self._probe = Probe(channel, self.wake)
        self._courier = Courier(
            database=database, channel=channel, clock=clock, makers=makers,
            pacer=self._pacer, probe=self._probe, ledger=self._ledger,
        )  # fmt: skip
        self._lines = Lines(
            self._courier.deliver,
            pacer=self._pacer,
            gate=self._gate,
            probe=self._probe,
            ledger=self._ledger,
            ended=self._line_ended,
        )
        parts = (self._lines, self._gate, self._probe, self._ledger)
        free, paid = Runway(*parts), Runway(*parts, paid=True)
        self._runways = {Lane.NOTICE: free, Lane.BULK: free, Lane.PAID: paid}
        self._wake = asyncio.Event()
        self._more: list[Lane] = []
        self._starved: list[Lane] = []
        self._again: set[str] = set()
        self._answered: set[str] = set()
        self._swept = 0.0
        self._ready = False

    @property
    def last_error(self) -> str:
        """What kind of error the last message that failed met with; empty when none did."""
        return self._courier.last_error

    def on_gone(self, hook: Callable[[Tx, str], object]) -> None:
        """In the transaction that finds a chat unreachable, call this instead of taking back
        what waits for it."""
        self._courier.gone = hook

    def offer(self, rows: Sequence[Row]) -> None:
        """Send these replies; to be called on the event loop, right after their commit."""
        chats = {row.chat for row in rows}
        self._answered |= chats
        for runway in self._runways.values():
            runway.ask_again(chats)
        self._lines.add(rows)

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    async def start(self) -> None:
        """Take over what an earlier process left; before any turn, or as the first step of run."""
        if self._ready:
            return
        adopted, halted, behind = await self._database.run(
            _take_over, self.owner, self._clock.real()
        )
        now = asyncio.get_running_loop().time()
        for scope, until in halted.items():
            left = (until - self._clock.real()).total_seconds()
            self._pacer.halts.put(scope, now + left, now)
        self._lines.behind |= behind
        self._ready = True
        decision(_log, "sending begins", adopted=adopted, behind=len(behind), halts=len(halted))

    async def run(self) -> None:
        """Claim and send until `stop`; goes on by itself when the database works again."""
        pause = 0.5
        while not self._lines.stopping:
            self._wake.clear()
            try:
                await self.start()
                await self._look()
            except Unavailable as error:
                if pause == 0.5:
                    decision(_log, "outbox out of reach", level=logging.ERROR, error=error)
                await self._rest(pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
            except Exception:
                _log.exception("claiming failed")
                await self._rest(IDLE)
            else:
                pause = 0.5
                await self._rest(self._until_next())

    async def stop(self, within: float) -> None:
        """Finish what is under way, write down how it went, and give back the rest."""
        self._lines.stopping = True
        for runway in self._runways.values():
            runway.give_back()
        self.wake()
        await self._lines.drain(within / 2)
        await self._probe.stop()
        try:
            await asyncio.wait_for(self._ledger.flush(), within / 2)
        except TimeoutError:
            decision(_log, "outcomes not written", level=logging.ERROR, open=self._ledger.waiting)

    async def flush(self) -> None:
        """Return when all that came of sending by now is on disk."""
        await self._ledger.flush()

    def health(self) -> Mapping[str, object]:
        """Numbers for `/health`."""
        return {
            "channel": self._probe.state.value,
            "probes": self._probe.asked,
            "in_memory": self._lines.held + len(self._claimed_chats()),
            "waiting_for_room": self._gate.waiting,
            "chats_behind": len(self._lines.behind),
            "unwritten": self._ledger.waiting,
            "halts": len(self._pacer.halts.on(asyncio.get_running_loop().time())),
            "last_error": self.last_error,
            **self._courier.counts,
        }

    async def _look(self) -> None:
        """Claim once in each lane that is due, if those before it have no more, or it is paid."""
        self._more.clear()
        self._starved.clear()
        self._again.clear()
        self._answered.clear()
        begun = asyncio.get_running_loop().time()
        if begun - self._swept > SWEEP:
            self._swept = begun
            await self._database.run(delivery.expire, self._clock.real())
        if self._probe.broken:
            return
        due = await self._database.read(claims.lanes_due, self._clock.now(), self._clock.real())
        for lane in due:
            if (not self._more or lane is Lane.PAID) and not await self._claim(lane):
                self._more.append(lane)

    async def _claim(self, lane: Lane) -> bool:
        """Claim and send; False if there may be more in this lane, so that the next must wait."""
        count = self._room(lane)
        if count <= 0:
            return False
        runway = self._runways.get(lane)
        if runway is None:
            claimed = await self._claimed_for(lane, count)
        else:
            claimed = await self._claimed(lane, count)
            runway.add(claimed.rows, self._answered)
        self._again |= set(claimed.again)
        return claimed.looked_at < count

    async def _claimed_for(self, lane: Lane, count: int) -> Claimed:
        """Claim for room that is there, and send."""
        self._pacer.reserve(count, lane)
        used = 0
        try:
            claimed = await self._claimed(lane, count)
            used = len(claimed.rows)
        finally:
            self._pacer.give_back(count - used, lane)
        for row in claimed.rows:
            self._lines.add_claimed(row)
        return claimed

    def _room(self, lane: Lane) -> int:
        """How many rows may be claimed; rows that have no connection wait until lines end."""
        now = asyncio.get_running_loop().time()
        runway = self._runways.get(lane)
        room = self._pacer.room(now, lane) if runway is None else runway.room(lane, now)
        if self._probe.on_trial or self._pacer.halts.in_doubt:
            if self._pacer.under_way:
                self._starved.append(lane)
                return 0
            return min(room, 1)
        if self._pacer.connections_left(lane) <= room and not (runway and self._pacer.limits.on):
            self._starved.append(lane)
        return min(PAID_AT_ONCE if lane is Lane.PAID else AT_ONCE, room)

    def _claimed_chats(self) -> set[str]:
        """Whom rows are for that were claimed and have no line yet."""
        return set().union(*(runway.chats() for runway in self._runways.values()))

    async def _claimed(self, lane: Lane, count: int) -> Claimed:
        """The claim, after all that is noted: a row must not pass an older one of its chat.

        What was paid for and is sent is recorded beside it.
        """
        self._lines.newly_behind.clear()
        if lane is not Lane.PAID or self._ledger.more_than_sent:
            await self._ledger.flush()
        served = self._lines.chats() | self._claimed_chats()
        busy = self._pacer.busy(asyncio.get_running_loop().time()) | served
        if lane is Lane.NOTICE:
            self._again |= served
        now, real_now = self._clock.now(), self._clock.real()
        wanted = Claim(self.owner, lane, count, busy, now, real_now)
        claimed, behind = await self._database.run(_claim, wanted, self._rendering)
        for fault in claimed.faults:
            decision(_log, "cannot render", level=logging.ERROR, fault=fault)
        if claimed.rows:
            steps.reached(steps.CLAIMED)
        if lane is Lane.REPLY:
            self._lines.behind = behind | self._lines.newly_behind
        return claimed

    def _line_ended(self, chat: str) -> None:
        for runway in self._runways.values():
            runway.freed()
        waited_for = chat in self._lines.behind or chat in self._again
        if waited_for or (self._starved and self._has_connections()):
            self.wake()

    def _has_connections(self) -> bool:
        """Whether so many are free again that they are worth a claim."""
        enough = self._pacer.limits.connections // 4
        return not self._lines.chats() or self._pacer.connections_left(Lane.PAID) >= enough

    def _until_next(self) -> float:
        """Seconds until it is worth looking again."""
        paced = [lane for lane in self._more if lane not in self._starved]
        if not paced or self._probe.broken:
            return IDLE
        now = asyncio.get_running_loop().time()
        return min(IDLE, max(SHORTEST, min(self._worth_in(lane, now) for lane in paced)))

    def _worth_in(self, lane: Lane, now: float) -> float:
        """Seconds until a claim in this lane is worth it."""
        runway = self._runways.get(lane)
        return self._pacer.room_in(now) if runway is None else runway.room_in(lane, now)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)


def _take_over(
    tx: Tx, owner: str, real_now: datetime
) -> tuple[int, Mapping[str, datetime], set[str]]:
    return delivery.adopt(tx, owner), halts.load(tx, real_now), delivery.behind(tx)


def _claim(tx: Tx, wanted: Claim, rendering: Rendering) -> tuple[Claimed, set[str]]:
    claimed = claims.claim(tx, wanted, rendering.one, rendering.together)
    if claimed.rows:
        steps.reached(steps.RENDERED)
    return claimed, delivery.behind(tx) if wanted.lane is Lane.REPLY else set()
