"""`GET /events`: what happens, as Server-Sent Events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from aiohttp import web

from bot.emulator.state import State

Json = dict[str, Any]

HEARTBEAT = 15.0


class EventStream:
    """Sends every event to all who listen; who missed too much is told to load all again."""

    def __init__(self, state: State, heartbeat: float = HEARTBEAT) -> None:
        self.state = state
        self.heartbeat = heartbeat

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One listener, until it goes."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        response = web.StreamResponse(headers=headers)
        news = asyncio.Event()
        stop = self.state.events.listen(lambda _event: news.set())
        last = _last_seen(request, self.state.events.last)
        try:
            await response.prepare(request)
            await response.write(b": connected\n\n")
            while True:
                last = await self._send_after(response, last)
                news.clear()
                if last == self.state.events.last:
                    await self._wait(response, news)
        except ConnectionResetError:
            return response
        finally:
            stop()

    async def _send_after(self, response: web.StreamResponse, last: int) -> int:
        missed = self.state.events.after(last)
        if missed is None:
            last = self.state.events.last
            missed = [(last, {"kind": "reset", "chat": None})]
        if missed:
            await response.write(b"".join(_written(number, event) for number, event in missed))
            last = missed[-1][0]
        return last

    async def _wait(self, response: web.StreamResponse, news: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), self.heartbeat)
            return
        await response.write(b": still here\n\n")


def _last_seen(request: web.Request, newest: int) -> int:
    text = request.headers.get("Last-Event-ID") or request.query.get("after") or ""
    return int(text) if text.isdigit() and len(text) < 19 else newest


def _written(number: int, event: Json) -> bytes:
    return f"id: {number}\nevent: change\ndata: {json.dumps(event)}\n\n".encode()
