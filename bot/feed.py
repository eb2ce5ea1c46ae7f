"""Serves the private calendars: GET /calendar/<token>.ics, for calendar programs that follow one.

A token is a secret: it is in no log, what is kept of it is a digest, and every address that opens
nothing is answered alike. Only a reading connection is used, so no visitor holds up a turn.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from time import monotonic
from typing import Any, Final

from aiohttp import ETag, web

from bot.dialogue.files.pictures import Drawing
from bot.logs import decision
from storage import Database, Tx
from storage.errors import Unavailable

PATH: Final = "/calendar/{token}.ics"
LONGEST_TOKEN: Final = 100
BURST: Final = 120.0
"""What one visitor may ask at once; each second gives back `A_SECOND`."""
A_SECOND: Final = 2.0
WRONG: Final = 10.0
"""What an address costs that opens nothing; a right one costs one."""
MOST_VISITORS: Final = 10_000
KEEP_SECONDS: Final = 900
SERVER: Final = {"Server": "buurtbot"}
"""Instead of the names and versions of what we are built with."""
HEADERS: Final = SERVER | {
    "Cache-Control": f"private, max-age={KEEP_SECONDS}",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}

_log = logging.getLogger(__name__)

Make = Callable[[Tx, Mapping[str, Any]], bytes | Drawing]


class CannotListen(Exception):
    """The address cannot be listened on; `str()` says what to do."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where calendars come from: `make` gives nothing for a token that opens nothing."""

    database: Database
    make: Make
    now: Callable[[], datetime]


class Visitors:
    """How much each address may still ask, for the ones that were here last."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def may_ask(self, visitor: str) -> bool:
        """Whether this visitor has anything left; one who does pays for asking."""
        left = self._now(visitor)
        if left < 1:
            return False
        self._keep(visitor, left - 1)
        return True

    def was_wrong(self, visitor: str) -> None:
        """Make a wrong address dearer than a right one."""
        self._keep(visitor, self._now(visitor) - WRONG + 1)

    def _now(self, visitor: str) -> float:
        left, at = self._left.get(visitor, (BURST, self._time()))
        return min(BURST, left + (self._time() - at) * A_SECOND)

    def _keep(self, visitor: str, left: float) -> None:
        self._left[visitor] = left, self._time()
        self._left.move_to_end(visitor)
        if len(self._left) > MOST_VISITORS:
            self._left.popitem(last=False)


def make_feed(shelf: Shelf, visitors: Visitors) -> web.Application:
    """The application that answers; GET and HEAD of one path."""

    async def answer(request: web.Request) -> web.Response:
        visitor = visitor_of(request)
        if not visitors.may_ask(visitor):
            return _refusal(429, {"Retry-After": str(round(BURST / A_SECOND))})
        calendar = await _calendar(shelf, request.match_info["token"])
        if not calendar:
            visitors.was_wrong(visitor)
            return _refusal(404)
        tag = ETag(sha256(calendar).hexdigest()[:32])
        wanted = request.if_none_match or ()
        if any(one.value in (tag.value, "*") for one in wanted):
            response = web.Response(status=304, headers=HEADERS)
        else:
            response = web.Response(
                body=calendar, headers=HEADERS, content_type="text/calendar", charset="utf-8"
            )
        response.etag = tag
        return response

    app = web.Application(middlewares=[quietly], client_max_size=1024)
    app.add_routes([web.get(PATH, answer)])
    return app


async def _calendar(shelf: Shelf, token: str) -> bytes:
    """Looked up whatever the token looks like, so that time tells nothing about it."""
    wanted = {"token": token[:LONGEST_TOKEN], "now": shelf.now().isoformat()}
    made = await shelf.database.read(shelf.make, wanted)
    assert isinstance(made, bytes)
    return made


@web.middleware
async def quietly(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Whatever goes wrong, the path stays out of what is said and written down."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _refusal(error.status)
    except Unavailable:
        return _refusal(503, {"Retry-After": "60"})
    except Exception as error:
        decision(_log, "no calendar", level=logging.ERROR, kind=type(error).__name__)
        return _refusal(500)


def _refusal(status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status, headers=SERVER | {"Cache-Control": "no-store", **(headers or {})}
    )


def visitor_of(request: web.Request) -> str:
    """Who asks; what a web server on this machine says of it counts, others' word does not."""
    peer = request.remote or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told[:64] if told and peer in ("127.0.0.1", "::1") else peer


async def serve(shelf: Shelf, host: str, port: int) -> web.AppRunner:
    """Listen there; the caller cleans the runner up. Raises CannotListen."""
    runner = web.AppRunner(
        make_feed(shelf, Visitors()), access_log=None, keepalive_timeout=15, shutdown_timeout=2
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(
            f"[calendar] listen: {host}:{port} cannot be listened on ({error.strerror or 'in use'})"
        ) from None
    decision(_log, "calendars served", host=host, port=port)
    return runner
