"""Where claimed rows stand until there is room for each: the next ones are at hand when it comes.

A second's room is lost for every message that is sent a second's part too late, and a claim takes
some milliseconds, or many on a busy machine. So the rows of the next moment are claimed before it.
They hold no room: a reply that comes meanwhile goes first. None stands here for long, and what
cannot go goes back to the outbox, where it is asked again whether it still should. So does what is
for somebody who is answered meanwhile: the answer may be that they get no more of it.

A process that is killed leaves what stands here in doubt, as it had been taken to be sent. What was
in doubt once is not repeated after a second time; so while there is such a row, few are claimed at
once, and none ahead.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from functools import partial
from typing import Final

from bot.ledger import Ledger
from bot.lines import Lines
from bot.pacer import Gate, Pacer
from bot.probe import Probe
from storage import delivery
from storage.outbox import Lane, Row

AHEAD: Final = 0.25  # seconds before there is room that rows are claimed for it
TOGETHER: Final = 4  # rows that are worth a claim while others stand here
PAID_TOGETHER: Final = 60  # the same of what is paid for, of which there is room for hundreds
LONGEST: Final = 2.0  # seconds that a row stands here
SHORTEST: Final = 0.001  # seconds between looks whether there is room
LOOK: Final = 0.25  # seconds between looks whether anything goes at all


class Runway:
    """Lets rows go to their `lines` as there is room: those that are `paid` for, or the others.

    Where the `ledger` knows of rows that were in doubt, a claim that has none of them ends that.
    """

    def __init__(
        self, lines: Lines, gate: Gate, probe: Probe, ledger: Ledger, *, paid: bool = False
    ) -> None:
        self._lines = lines
        self._gate = gate
        self._probe = probe
        self._ledger = ledger
        self._paid = paid
        self._together = PAID_TOGETHER if paid else TOGETHER
        self._crammed = False
        self._rows: deque[tuple[Row, float]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def _pacer(self) -> Pacer:
        return self._gate.pacer

    @property
    def _lane(self) -> Lane:
        return self._rows[0][0].lane

    @property
    def held(self) -> int:
        """How many rows stand here."""
        return len(self._rows)

    def room(self, lane: Lane, now: float) -> int:
        """How many more rows of this lane may be claimed."""
        trial = self._probe.on_trial or self._pacer.halts.in_doubt
        if self._is_shut() or (trial and self._rows):
            return 0
        standing = self._before(lane)
        room = self._pacer.room(now, lane, self._ahead(lane)) - standing
        if lane in self._ledger.repeats:
            return min(room, TOGETHER)
        return 0 if standing and room < self._together else room

    def room_in(self, lane: Lane, now: float) -> float:
        """Seconds until there may be room for more rows of this lane."""
        count = self._before(lane) + self._together
        room_in = self._pacer.room_in(now, count, lane) - self._ahead(lane)
        return max(room_in, self._pacer.halts.left_of_all(lane, now))

    def _ahead(self, lane: Lane) -> float:
        """Seconds before there is room that rows of this lane are claimed."""
        return 0.0 if lane in self._ledger.repeats else AHEAD

    def _before(self, lane: Lane) -> int:
        """How many rows stand here that go before a new one of this lane."""
        return sum(lane is not Lane.NOTICE or row.lane is lane for row, _ in self._rows)

    def chats(self) -> set[str]:
        """The chats that these rows are for."""
        return {row.chat for row, _ in self._rows}

    def add(self, rows: Sequence[Row], answered: Collection[str] = ()) -> None:
        """Rows of one lane that were claimed; notices go before announcements.

        Chats that were `answered` since the claim began may want nothing any more.
        """
        if rows and not any(row.once_more for row in rows):
            self._ledger.repeats.discard(rows[0].lane)
        now = asyncio.get_running_loop().time()
        standing = [*self._rows, *((row, now) for row in rows)]
        self._rows = deque(sorted(standing, key=lambda one: one[0].lane is not Lane.NOTICE))
        self.ask_again(answered)
        self.go()

    def ask_again(self, chats: Collection[str]) -> None:
        """These chats get an answer now: what stands here for them is claimed anew, or not."""
        asked = [row.id for row, _ in self._rows if row.chat in chats]
        if asked:
            self._rows = deque(one for one in self._rows if one[0].chat not in chats)
            self._ledger.note(partial(delivery.put_back, rows=asked))

    def freed(self) -> None:
        """A connection is free again."""
        if self._crammed:
            self.go()

    def go(self) -> None:
        """Send what there is room for, and come back for the rest."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._rows and self._may_go(self._rows[0][0], now):
            self._send(self._rows.popleft()[0], now)
        if self._rows and self._must_return(now):
            self.give_back()
        self._crammed = bool(self._rows) and self._pacer.connections_left(self._lane) == 0
        if self._rows:
            wait = LOOK if self._crammed else self._pacer.room_in(now, 1, self._lane)
            self._timer = loop.call_later(min(LOOK, max(SHORTEST, wait)), self.go)

    def give_back(self) -> None:
        """None of these goes now."""
        ids = [row.id for row, _ in self._rows]
        self._rows.clear()
        if ids:
            self._ledger.note(partial(delivery.put_back, rows=ids))

    def _may_go(self, row: Row, now: float) -> bool:
        shut = self._lines.stopping or self._probe.broken or self._is_shut()
        return not shut and self._pacer.room(now, row.lane) > 0

    def _is_shut(self) -> bool:
        """Whether replies go first, with which what is paid for shares no room."""
        return self._gate.waiting > 0 and not self._paid

    def _must_return(self, now: float) -> bool:
        if self._lines.stopping or self._probe.broken:
            return True
        halted = self._pacer.halts.left_of_all(self._lane, now) > 0
        oldest = self._rows[0][1] if self._paid else min(since for _, since in self._rows)
        return halted or oldest < now - LONGEST

    def _send(self, row: Row, now: float) -> None:
        """Its chat may have got something meanwhile, and have no room of its own any more."""
        pacer = self._pacer
        if pacer.halts.left(row.chat, row.lane, now) > 0 or pacer.wait(row.chat, now) > 0:
            self._ledger.note(partial(delivery.put_back, rows=[row.id]))
            return
        pacer.reserve(lane=row.lane)
        pacer.spread(1, now, row.lane)
        self._lines.add_claimed(row)
