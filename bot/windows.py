"""How many calls there were within the last second, and how they are spread over it.

A call counts from its begin until a second after its answer, as the channel may have accepted the
message at any moment in between. Times are seconds of a monotonic clock.
"""

from collections import deque
from itertools import takewhile
from typing import Final

SECOND: Final = 1.002  # a second, and the coarseness of clocks


class Window:
    """The calls under way and the answers of the last second, of what is counted together.

    What an earlier process did before this one `began` is not known: it may have used up all.
    """

    def __init__(self, per_second: int, began: float) -> None:
        self.per_second = per_second
        self.under_way = 0
        self.answers = deque([began] * per_second)
        self.even = Bucket(per_second, max(1.0, per_second / 6))

    def used(self, now: float) -> int:
        """How many count now."""
        answers = self.answers
        while answers and answers[0] <= now - SECOND:
            answers.popleft()
        return self.under_way + len(answers)

    def passing(self, at: float) -> int:
        """How many of the answers will be a second old then."""
        return sum(1 for _ in takewhile(lambda answer: answer <= at - SECOND, self.answers))

    def free_in(self, now: float, count: int, share: float = 1.0) -> float:
        """Seconds until so many calls may begin within this share, if no answer comes earlier."""
        missing = self.used(now) + count - int(self.per_second * share)
        if missing <= 0:
            return 0.0
        if missing > len(self.answers):
            return SECOND
        return max(0.001, self.answers[missing - 1] + SECOND - now)


class Bucket:
    """Lets through so many a second, a few at once."""

    def __init__(self, rate: float, size: float) -> None:
        self.rate = rate
        self.size = size
        self.tokens = size
        self.at = 0.0

    def left(self, now: float, ahead: float = 0.0) -> int:
        """How many may go from now until `ahead` seconds later."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return int(self.tokens + ahead * self.rate)

    def left_in(self, now: float, count: int) -> float:
        """Seconds in which so many may go."""
        self.left(now)
        return max(0.0, (count - self.tokens) / self.rate)

    def take(self, count: int, now: float) -> None:
        """So many go now."""
        self.left(now)
        self.tokens -= count
