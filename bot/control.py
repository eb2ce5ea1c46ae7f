"""The control address of `make try` and of tests: moves the bot's clock, and starts afresh.

It listens on the loopback interface only and knows nothing of the bot but two functions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

FURTHEST = timedelta(days=400)
"""The furthest that one move may go."""


@dataclass(frozen=True, slots=True)
class Trial:
    """That the bot runs to be tried: where it can be controlled, and who has which role at once."""

    port: int
    roles: Mapping[str, str]


class NotNow(Exception):
    """The bot is just starting or stopping."""


@dataclass(frozen=True, slots=True)
class Levers:
    """What the control address may do: tell the time, move it to a moment, start afresh."""

    times: Callable[[], Awaitable[tuple[datetime, datetime | None]]]
    """The bot's now, and the moment of the next thing that is planned."""
    move: Callable[[datetime], Awaitable[None]]
    reset: Callable[[], Awaitable[datetime]]
    """Throw everything away; the now of the new beginning."""


def make_control(levers: Levers) -> web.Application:
    """`POST /move` with `{"seconds": n}` or `{"to": "next"}`, and `POST /reset`."""

    async def told() -> web.Response:
        now, later = await levers.times()
        return web.json_response(
            {"now": now.isoformat(), "next": later.isoformat() if later else None}
        )

    async def move(request: web.Request) -> web.Response:
        wanted: Any = await request.json()
        now, later = await levers.times()
        match wanted:
            case {"to": "next"} if later is not None:
                to = later
            case {"to": "next"}:
                return web.json_response({"error": "nothing is planned"}, status=409)
            case {"seconds": int() | float() as seconds} if (
                0 <= seconds <= FURTHEST.total_seconds()
            ):
                to = now + timedelta(seconds=seconds)
            case _:
                return web.json_response({"error": "say seconds, or to: next"}, status=400)
        await levers.move(to)
        return await told()

    async def reset(_request: web.Request) -> web.Response:
        now = await levers.reset()
        return web.json_response({"now": now.isoformat(), "next": None})

    @web.middleware
    async def patient(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotNow:
            return web.json_response({"error": "the bot is just starting"}, status=503)

    control = web.Application(middlewares=[patient])
    control.add_routes([web.post("/move", move), web.post("/reset", reset)])
    return control


async def serve(levers: Levers, port: int) -> web.AppRunner:
    """Listen on 127.0.0.1; the caller cleans the runner up."""
    runner = web.AppRunner(make_control(levers), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner
