"""A day with two places of two seats, and people who type their way into them and out again.

Nobody follows a script: everybody answers what stands on their phone, or goes to one of the places.
The bot's clock stands at ten in the morning when they begin, and is moved under them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.travel import AHEAD
from storage import Database, people, planning, settings
from storage.meetings import Kind, MeetingFacts
from storage.transaction import Tx
from tests.crash.scene import Scene
from tests.stage import Talker, buttons, text_of

ZONE = ZoneInfo("Europe/Amsterdam")
DAYS_AHEAD = 4
BEGINS = time(14)
SEATS = 2
TITLES = ("The garden", "The canteen")
MEMBERS = 4
"""Of the six; the others are visitors, who are asked what they are called."""

LABELS = frozenset({
    "Yes, I am coming", "1", "2", "Yes, there is", "No, nothing", "Change or sign off", "Sign off",
    "Change how many", "I am coming after all", "Not after all", "Stand in line", "Leave the line",
    "Yes, put me in line", "Stand in line again", "Move to this place", "Yes, I take it",
    "No, thank you",
})  # fmt: skip
"""What people press in these talks; here it is typed."""
SELDOM = frozenset({"Leave the line"})
"""Else there would be no line."""
ELSEWHERE = ""
OPEN = {
    "in your own words": ("A ramp", "skip"),
    "What do you need?": ("1", "2, 3"),
    "What is your name?": ("Noor",),
}
"""Questions that no label answers."""

DUE = """
SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND due <= '{now}'
"""


class Day(Scene):
    """`prepare` it; then everybody types until it is `over`."""

    over = False
    places: tuple[int, ...] = ()

    async def prepare(self, count: int) -> None:
        """The day is planned, most people are members, and it is ten in the morning."""
        crowd = self.crowd(count)
        database = await Database.open(self.url_of_database())
        self.places = await database.run(_plan, [talker.chat for talker in crowd[:MEMBERS]])
        await database.close()
        for talker in crowd:
            self.types(talker, self.lines(talker))

    def lines(self, talker: Talker) -> Iterator[str]:
        """What somebody types, as they read what came."""
        while not self.over:
            yield self._line(talker, self.random)

    def _line(self, talker: Talker, chance: Random) -> str:
        said = talker.said()
        answer = chance.choice(_answers(said[-1]) or [ELSEWHERE]) if said else ELSEWHERE
        if answer == ELSEWHERE or chance.random() < (0.9 if answer in SELDOM else 0.1):
            return f"/start meeting-{chance.choice(self.places)}"
        return answer

    # The clock.

    async def moves(self, **how: Any) -> bool:
        """Move the clock, once all that is due was sent; False if the bot died of it, or before."""
        now = await self.tells({"seconds": 0})
        if now is None or not await self._sends_what_is_due(now):
            return False
        now = await self.tells(how)
        if now is not None:
            self.emulated.clock.follow(now)
        return now is not None

    async def goes_on_to(self, hours_before: float) -> bool:
        """Move the clock to so many hours before the day begins, if it is not so late yet."""
        now = await self.tells({"seconds": 0})
        if now is None:
            return False
        wanted = self.starts() - timedelta(hours=hours_before) - now
        return wanted < timedelta() or await self.moves(seconds=wanted.total_seconds())

    async def plays_out(self) -> None:
        """Let everything happen that is planned until the day has begun; that may be nothing."""
        while (now := await self.tells({"seconds": 0})) is not None and now < self.starts():
            left = (self.starts() - now).total_seconds()
            assert await self.moves(to="next") or await self.moves(seconds=left)

    async def _sends_what_is_due(self, now: datetime) -> bool:
        query = DUE.format(now=now.isoformat().replace("+00:00", "Z"))
        with suppress(AssertionError):
            await self.until(lambda: not self.count(query), 10)
            return True
        return False

    def starts(self) -> datetime:
        """When the day begins."""
        ((kept,),) = self.look("SELECT starts FROM meetings WHERE kind = 'day'")
        found = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
        assert isinstance(found, datetime)
        return found


def _plan(tx: Tx, members: list[str]) -> tuple[int, ...]:
    real = datetime.now(UTC)
    now = datetime.combine(real.astimezone(ZONE).date() + timedelta(days=1), time(10), ZONE)
    settings.put(tx, AHEAD, (now - real).total_seconds())
    settings.put(tx, "filled", True)
    for chat in members:
        person = people.arrive(tx, chat, "en", now)
        people.join(tx, person.id, now, {"name": "Yusuf", "adult": True})
    start = datetime.combine(now.date() + timedelta(days=DAYS_AHEAD), BEGINS)
    known: dict[str, Any] = {"start": start, "end": start + timedelta(hours=3), "place": "Here"}
    day = planning.make(tx, MeetingFacts("day", "A day", kind=Kind.DAY, **known), None, now)
    known |= {"kind": Kind.PLACE, "day": day.id, "capacity": SEATS}
    made = [planning.make(tx, MeetingFacts(title, title, **known), None, now) for title in TITLES]
    return tuple(place.id for place in made)


def _answers(message: dict[str, Any]) -> list[str]:
    """What can be typed to the last message."""
    text = text_of(message)
    for words, lines in OPEN.items():
        if words in text:
            return list(lines)
    return [button["text"] for button in buttons(message) if button["text"] in LABELS]
