"""Posts updates to the webhook: side by side for different chats, in order within one.

An update that is not answered with 2xx is posted again, after pauses that grow from half a second
to half a minute; it leaves the queue only when it was taken.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp

from bot.emulator.state import State
from bot.emulator.updates import Pending

Json = dict[str, Any]

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
_LOOKED_AT = 1_000
_PATIENCE = aiohttp.ClientTimeout(total=30)
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


class Webhook:
    """Delivers the queue while a webhook is set."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._news = asyncio.Event()
        self._busy: set[int | None] = set()
        self._posts: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        self.state.updates.wake.append(self._news.set)
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
            try:
                while True:
                    self._begin(session)
                    await self._news.wait()
                    self._news.clear()
            finally:
                for post in self._posts:
                    post.cancel()

    def _begin(self, session: aiohttp.ClientSession) -> None:
        """Start a post for the first update of every chat that has none under way."""
        most = self.state.webhook.get("max_connections", 0)
        for one in self.state.updates.first(_LOOKED_AT) if self.state.webhook["url"] else ():
            if len(self._busy) >= most:
                return
            if one.chat not in self._busy:
                self._busy.add(one.chat)
                post = asyncio.create_task(self._deliver(session, one))
                self._posts.add(post)
                post.add_done_callback(self._posts.discard)

    async def _deliver(self, session: aiohttp.ClientSession, one: Pending) -> None:
        pause = FIRST_PAUSE
        try:
            while url := self.state.webhook["url"]:
                failed = await self._post(session, url, one)
                if not failed:
                    self.state.updates.delivered(one.update_id)
                    self.state.changes += 1
                    return
                self.state.webhook["last_error_date"] = self.state.now()
                self.state.webhook["last_error_message"] = failed
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            self._busy.discard(one.chat)
            self._news.set()

    async def _post(self, session: aiohttp.ClientSession, url: str, one: Pending) -> str:
        """Post once; returns what went wrong, in Telegram's words, or nothing."""
        headers = {"Content-Type": "application/json"}
        if self.state.webhook.get("secret_token"):
            headers[_SECRET_HEADER] = self.state.webhook["secret_token"]
        body = one.text().encode("utf-8", "surrogatepass")
        try:
            async with session.post(url, data=body, headers=headers) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            logger.info("webhook not reached: %s", type(failure).__name__)
            return "Connection failed"
        if not 200 <= answer.status < 300:
            return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        return ""
