"""Who is not to be written to for a while, because the channel said "too many".

    free → one chat halted      its message met a 429: that chat waits as long as it was told
    → all halted, in doubt      a second chat's did: all wait, but for replies, one at a time
    in doubt → replies go       a message that was begun since was accepted: the limit is not of all
    in doubt → replies wait     replies to two chats, begun since, met a 429 too: nothing goes
    in doubt → free             the halt of all is over, and one message went through
    in doubt → all halted       it met a 429

A 429 does not tell whether a chat or the whole bot has had too much, and who writes waits for an
answer. So while all are halted one reply is under way at a time, to a chat that met no 429: it asks
nothing of anybody that a probe would not, and what becomes of it tells which it was. After a halt
of all one message goes ahead of the others for the same reason. Times are seconds of a monotonic
clock.
"""

from collections.abc import Sequence

from storage.halts import ALL, REPLIES
from storage.outbox import Lane


class Halts:
    """The halts that are on, and whether the limit that was met is in doubt."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._doubted: float | None = None
        self._refused_reply: str | None = None
        """Whose reply was the first to be refused in doubt."""

    @property
    def in_doubt(self) -> bool:
        """Whether one message at a time is to go, as all were halted and none has gone since."""
        return self._doubted is not None

    def put(self, scope: str, until: float, now: float) -> None:
        """Halt a chat, `ALL` but replies, or `REPLIES` too; a longer halt is left as it is."""
        self._until[scope] = max(until, self._until.get(scope, until))
        if scope == ALL:
            self._doubted = now

    def left(self, chat: str, lane: Lane, now: float) -> float:
        """Seconds for which nothing of this lane goes to this chat."""
        if not self._until:
            return 0.0
        return max(0.0, self._until.get(chat, now) - now, self.left_of_all(lane, now))

    def left_of_all(self, lane: Lane, now: float) -> float:
        """Seconds for which nothing of this lane goes to anybody."""
        if not self._until:
            return 0.0
        return max(0.0, self._until.get(REPLIES if lane is Lane.REPLY else ALL, now) - now)

    def on(self, now: float) -> set[str]:
        """The scopes that are halted; those that are over are forgotten."""
        if self._until:
            self._until = {scope: until for scope, until in self._until.items() if until > now}
        return set(self._until)

    def refused(
        self, chat: str, lane: Lane, seconds: float, *, begun: float, now: float
    ) -> Sequence[str]:
        """A message that was begun then met a 429: what is halted for so many seconds now."""
        scopes = [chat]
        on_trial = self._doubted is not None and begun > self._doubted
        if on_trial or self.on(now) - {chat}:
            scopes.append(ALL)
        if on_trial and lane is Lane.REPLY:
            self._refused_reply = self._refused_reply or chat
            if chat != self._refused_reply:
                scopes.append(REPLIES)
        for scope in scopes:
            self.put(scope, now + seconds, now)
        return scopes

    def accepted(self, begun: float) -> None:
        """A message that was begun then went through."""
        if self._doubted is not None and begun > self._doubted:
            self._doubted = None
            self._refused_reply = None
