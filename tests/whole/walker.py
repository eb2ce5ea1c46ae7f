"""Somebody who presses every kind of button there is, and answers all questions at their longest.

Each flow is started a few times, from what is on the screen and from what was given to begin with.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from tests.stage import Talker, buttons

MOST = 2
"""So often each flow is started from what is on the screen."""
LONGEST_TALK = 16
LEFT_OUT = {
    "admin", "forget", "help", "home", "join", "language", "leave", "mydata", "privacy", "profile",
    "roles", "survey", "surveys", "results", "health", "cancel_meeting", "write_to",
}  # fmt: skip
"""What is no meeting's, would end one too early, or writes to everybody each time."""


class Walker:
    """`walks` until nothing new is on the screen; `typed` is what is tried as an answer, in turn,
    until one is taken.
    """

    def __init__(self, talker: Talker, typed: Iterable[str]) -> None:
        self.talker = talker
        self.typed = list(typed)
        self.started = Counter[str]()
        self.asked = Counter[tuple[str, str]]()
        self._queue = deque[str]()
        self._known = set[str]()
        self._read = 0

    async def walks(self, *begin: str) -> None:
        """Press these, and all that comes of it."""
        self._queue.extend(begin)
        while self._queue:
            data = self._queue.popleft()
            name = data.split(":")[1]
            often = self.started[name] >= MOST and data not in begin
            if often or name in LEFT_OUT or data in self._known:
                continue
            self.started[name] += 1
            self._known.add(data)
            await self.presses(data)
            await self._answers()

    def asks(self) -> tuple[str, str] | None:
        """The question that waits for an answer."""
        found = self.talker.stage.look(
            "SELECT flow, waiting FROM conversations"
            f" WHERE chat = '{self.talker.chat}' AND status = 'active'"
        )
        return tuple(found[0]) if found else None

    async def _answers(self) -> None:
        """Answer until nothing is asked any more; another option each time."""
        for _ in range(LONGEST_TALK):
            question = self.asks()
            if question is None:
                return
            self.asked[question] += 1
            if not await self._chooses(question) and not await self._says(question):
                break
        await self._types("stop")

    async def _chooses(self, question: tuple[str, str]) -> bool:
        """Press an option, and what ends a list to tick."""
        offered = [data for data in self._labels().values() if data.startswith("a:")]
        if not offered:
            return False
        await self.presses(offered[self.asked[question] % len(offered)])
        if self.asks() == question:
            done = [data for label, data in self._labels().items() if label in ("Done", "Klaar")]
            for data in done:
                await self.presses(data)
        return self.asks() != question

    async def _says(self, question: tuple[str, str]) -> bool:
        """Type one text after another until one is taken, or skip it."""
        for text in [*self.typed, "skip"]:
            await self._types(text)
            if self.asks() != question:
                return True
        return False

    async def presses(self, data: str) -> None:
        """Press a button with this data, shown or not."""
        emulated, last = self.talker.stage.emulated, self.talker.said()[-1]["message_id"]
        update, _query = emulated.press(self.talker.id, last, data, anything=True)
        await self.talker.is_taken(update)
        self._look()

    async def _types(self, text: str) -> None:
        await self.talker.is_taken(self.talker.stage.emulated.text(self.talker.id, text).update_id)
        self._look()

    def _look(self) -> None:
        """Keep the buttons that are new on the screen for later."""
        new = [one for one in self.talker.said() if one["message_id"] > self._read]
        self._read = max([self._read, *(one["message_id"] for one in new)])
        shown = [button.get("callback_data", "") for one in new for button in buttons(one)]
        self._queue.extend(data for data in shown if data.startswith("f:"))

    def _labels(self) -> dict[str, Any]:
        """The buttons under the last messages that have any, by what they say."""
        for message in reversed(self.talker.said()):
            found = {one["text"]: one.get("callback_data", "") for one in buttons(message)}
            if any(data.startswith("a:") for data in found.values()):
                return found
            if found:
                return {}
        return {}
