"""The HTTP server around a world: Bot API, people's side, switches, events and page."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.emulator import page_files
from bot.emulator.bot_api import BotApi
from bot.emulator.control import Control
from bot.emulator.event_stream import EventStream
from bot.emulator.people_routes import Handler, PeopleSide
from bot.emulator.polling import Poller
from bot.emulator.receiving import LOOPBACK
from bot.emulator.refusals import Denied
from bot.emulator.state import State
from bot.emulator.store import Store
from bot.emulator.webhook import Webhook

logger = logging.getLogger(__name__)

LARGEST_REQUEST = 60_000_000


def make_app(
    world: State,
    *,
    store: Store | None = None,
    control_url: str | None = None,
    allow_anything: bool = False,
) -> web.Application:
    """The application to serve on a loopback address."""
    app = web.Application(client_max_size=LARGEST_REQUEST)
    api = BotApi(world, Poller(world))
    app.router.add_route("*", "/bot{token}/{method}", api.handle)
    app.router.add_get("/file/bot{token}/{path:.+}", api.file)
    routes = [
        *PeopleSide(world, allow_anything=allow_anything).routes(),
        *Control(world, control_url).routes(),
        web.get("/events", EventStream(world).handle),
        web.get("/", page_files.handle),
        web.get("/{name:.+}", page_files.handle),
    ]
    for route in routes:
        app.router.add_route(route.method, route.path, _guarded(route.handler))
    app.cleanup_ctx.append(_beside(Webhook(world).run))
    if store is not None:
        app.cleanup_ctx.append(_beside(store.keep_saving))
    return app


@contextlib.asynccontextmanager
async def serving(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve an application on 127.0.0.1; gives its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _guarded(handler: Handler) -> Handler:
    """Refusals as JSON; and no other site's page may talk to this server through a browser."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            _same_site(request)
            return await handler(request)
        except Denied as denied:
            return web.json_response({"error": denied.sentence}, status=denied.status)
        except web.HTTPException as failure:
            return web.json_response({"error": failure.reason}, status=failure.status)

    return handle


def _same_site(request: web.Request) -> None:
    host = urlsplit(f"//{request.headers.get('Host', '')}")
    if host.hostname not in LOOPBACK:
        raise Denied(403, "this server is for this machine only")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != host.netloc:
        raise Denied(403, "another site may not do this")


def _beside(
    work: Callable[[], Coroutine[Any, Any, None]],
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Have something run beside the server."""

    async def running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return running
