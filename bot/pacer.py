"""How fast to send, so that the channel never has to say "too many".

What counts is when the channel accepts a message, which is somewhere between call and answer. So a
message is in the window of the last second from its call until a second after its answer, and a
chat's allowance grows again only after the answer. Times are seconds of a monotonic clock.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.halting import Halts
from bot.windows import SECOND, Window
from storage.outbox import Lane

MINUTE: Final = 60.5
TRIAL: Final = 0.05  # seconds between looks whether the one message of a trial is through
FORGET_ABOVE: Final = 1_000  # chats whose allowance is remembered before the full ones are dropped


@dataclass(frozen=True, slots=True)
class Limits:
    """What Telegram allows: 30 messages a second, one a second in a chat, 20 a minute in a group.

    What is paid for is counted apart: 1,000 a second, of which we leave some.
    https://core.telegram.org/bots/api#paid-broadcasts

    `connections` is how many calls may be under way at once, which holds also when the rest is off;
    an eighth of them is not for what is paid for.
    """

    per_second: int = 30
    paid_per_second: int = 950
    per_chat: float = 1.0
    burst: int = 3
    per_group: int = 20
    bulk_share: float = 0.8
    connections: int = 64
    on: bool = True


class _Chat:
    """What one chat has left."""

    __slots__ = ("at", "calls", "recent", "tokens")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens = tokens
        self.at = at
        self.calls = 0
        self.recent: deque[float] = deque()


class Pacer:
    """Counts calls and answers; says who must wait, and for how long.

    When this process `began`, an earlier one may just have used up all that is allowed. Only for a
    group, which has its allowance by the minute, that is left to the channel to say.
    """

    def __init__(
        self, limits: Limits, crowded: Callable[[str], bool], began: float = float("-inf")
    ) -> None:
        self.limits = limits
        self._began = began
        self.halts = Halts()
        self._crowded = crowded
        self._chats: dict[str, _Chat] = {}
        self._low: set[str] = set()
        self._forget_above = FORGET_ABOVE
        self._forgot = float("-inf")
        self._free = Window(limits.per_second, began)
        self._paid = Window(limits.paid_per_second, began)
        self._replied = float("-inf")

    def _window(self, lane: Lane) -> Window:
        return self._paid if lane is Lane.PAID else self._free

    def reserve(self, count: int = 1, lane: Lane = Lane.REPLY) -> None:
        """Take room for calls that are about to be made."""
        self._window(lane).under_way += count

    def give_back(self, count: int = 1, lane: Lane = Lane.REPLY) -> None:
        """The calls that room was reserved for are not made."""
        self._window(lane).under_way -= count

    def call(self, chat: str, lane: Lane, now: float) -> None:
        """A call with reserved room begins."""
        if lane is Lane.REPLY:
            self._replied = now
        if self.limits.on:
            state = self._chat(chat, now)
            state.calls += 1
            self._look_out(chat, state)

    def answer(self, chat: str, now: float, lane: Lane = Lane.REPLY) -> None:
        """The call is over, whatever came of it."""
        window = self._window(lane)
        window.under_way -= 1
        if not self.limits.on:
            return
        window.answers.append(now)
        state = self._chat(chat, now)
        state.calls -= 1
        self._refill(state, now)
        state.tokens -= 1
        if self._crowded(chat):
            state.recent.append(now)
        self._look_out(chat, state)

    def _look_out(self, chat: str, state: _Chat) -> None:
        """Only chats that are low can have to wait; the others need no second look."""
        if state.tokens - state.calls < 1 or state.recent:
            self._low.add(chat)

    def wait(self, chat: str, now: float) -> float:
        """Seconds until this chat may be written to again by its own allowance."""
        state = self._chats.get(chat)
        if state is None or not self.limits.on:
            return 0.0
        self._refill(state, now)
        missing = 1 - (state.tokens - state.calls)
        wait = max(0.0, missing / self.limits.per_chat)
        while state.recent and state.recent[0] <= now - MINUTE:
            state.recent.popleft()
        if len(state.recent) + state.calls >= self.limits.per_group:
            wait = max(wait, state.recent[0] + MINUTE - now if state.recent else SECOND)
        return wait

    def busy(self, now: float) -> set[str]:
        """The chats that cannot be written to right now."""
        if len(self._chats) > FORGET_ABOVE and now - self._forgot > SECOND:
            self._forget(now)
        waiting = {chat for chat in self._low if self.wait(chat, now) > 0}
        self._low = {chat for chat in self._low if chat in waiting or self._chats[chat].recent}
        return waiting | self.halts.on(now)

    @property
    def under_way(self) -> int:
        """How many calls are made or have room reserved."""
        return self._free.under_way + self._paid.under_way

    def connections_left(self, lane: Lane = Lane.REPLY) -> int:
        """How many more calls may be under way at once."""
        spare = self.limits.connections // 8 if lane is Lane.PAID else 0
        return max(0, self.limits.connections - spare - self.under_way)

    def room(self, now: float, lane: Lane = Lane.REPLY, ahead: float = 0.0) -> int:
        """How many calls may begin now, or until `ahead` seconds from now if no other does.

        What is so far ahead will have connections when its time comes.
        """
        will_have = ahead > 0 and self.limits.on
        left = self._window(lane).per_second if will_have else self.connections_left(lane)
        if self.halts.left_of_all(lane, now) > 0:
            return 0
        if self.halts.in_doubt:
            left = min(left, 0 if self.under_way else 1)
        if not self.limits.on:
            return left
        window = self._window(lane)
        used = window.used(now)
        if lane is Lane.REPLY:
            return max(0, min(left, window.per_second - used))
        if ahead:
            used -= window.passing(now + ahead)
        most = int(window.per_second * self._share(now, lane))
        return max(0, min(left, most - used, window.even.left(now, ahead)))

    def _share(self, now: float, lane: Lane) -> float:
        """Of the room, what a lane may have."""
        replies = lane in (Lane.NOTICE, Lane.BULK) and now - self._replied < SECOND
        return self.limits.bulk_share if replies else 1.0

    def spread(self, count: int, now: float, lane: Lane = Lane.BULK) -> None:
        """So many messages of the other lanes begin now; they are sent evenly."""
        if self.limits.on:
            self._window(lane).even.take(count, now)

    def room_in(self, now: float, count: int = 1, lane: Lane = Lane.REPLY) -> float:
        """Seconds until so many calls may begin, if no answer comes earlier.

        Connections do not count: when one is free again is not known.
        """
        halted = self.halts.left_of_all(lane, now)
        if self.halts.in_doubt:
            return max(halted, TRIAL)
        if not self.limits.on:
            return halted
        window = self._window(lane)
        even = 0.0 if lane is Lane.REPLY else window.even.left_in(now, count)
        return max(halted, window.free_in(now, count, self._share(now, lane)), even)

    def _chat(self, chat: str, now: float) -> _Chat:
        state = self._chats.get(chat)
        if state is None:
            if len(self._chats) >= self._forget_above:
                self._forget(now)
            grown = (now - self._began) * self.limits.per_chat / SECOND
            state = self._chats[chat] = _Chat(min(float(self.limits.burst), grown), now)
        return state

    def _refill(self, state: _Chat, now: float) -> None:
        grown = state.tokens + (now - state.at) * self.limits.per_chat / SECOND
        state.tokens = min(float(self.limits.burst), grown)
        state.at = now

    def _forget(self, now: float) -> None:
        for chat, state in list(self._chats.items()):
            self.wait(chat, now)
            if state.calls == 0 and not state.recent and state.tokens >= self.limits.burst:
                del self._chats[chat]
                self._low.discard(chat)
        self._forgot = now
        self._forget_above = max(FORGET_ABOVE, 2 * len(self._chats))


class Gate:
    """Lets replies through in the order in which they came, as the pacer has room."""

    def __init__(self, pacer: Pacer) -> None:
        self.pacer = pacer
        self._queue: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """How many replies wait."""
        return len(self._queue)

    async def enter(self, now: float) -> None:
        """Return once there is room, which is then reserved."""
        if not self._queue and self.pacer.room(now) > 0:
            self.pacer.reserve()
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        self.open(now)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.pacer.give_back()
            raise

    def open(self, now: float) -> None:
        """Let through who may go now, and come back when the next one may."""
        while self._queue and self.pacer.room(now) > 0:
            turn = self._queue.popleft()
            if not turn.done():
                self.pacer.reserve()
                turn.set_result(None)
        if self._queue and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.pacer.room_in(now), self._ring, loop)

    def shake(self) -> None:
        """Let all through, room or not: they are to look whether they may still go at all."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                self.pacer.reserve()
                turn.set_result(None)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        self.open(loop.time())
