"""The switches of tests and of the time bar: faults, raw updates, limits, time, reset.

Time is the emulator's own, unless the bot serves a control address: then the bot's clock moves
first and the emulator's follows it.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bot.emulator.people_routes import read_body
from bot.emulator.refusals import Denied
from bot.emulator.state import State

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_PATIENCE = aiohttp.ClientTimeout(total=20)


class Control:
    """Answers tests and the time bar."""

    def __init__(self, state: State, control_url: str | None = None) -> None:
        self.state = state
        self.control_url = control_url.rstrip("/") if control_url else None
        self._next: str | None = None

    def routes(self) -> list[web.RouteDef]:
        """All switches."""
        return [
            web.post("/control/faults", self.faults),
            web.post("/control/updates", self.updates),
            web.post("/control/limits", self.limits),
            web.get("/control/state", self.counts),
            web.get("/control/log", self.log),
            web.get("/time", self.time),
            web.post("/time", self.move),
            web.post("/reset", self.reset),
        ]

    async def faults(self, request: web.Request) -> web.Response:
        """POST /control/faults: replaces the list."""
        asked, _ = await read_body(request)
        described = asked.get("faults")
        if not isinstance(described, list) or any(not isinstance(one, dict) for one in described):
            raise Denied(400, "faults must be a list of objects")
        self.state.faults.replace(described)
        return web.json_response({"faults": len(described)})

    async def updates(self, request: web.Request) -> web.Response:
        """POST /control/updates: raw updates, as objects or as texts that nobody reads."""
        asked, _ = await read_body(request)
        given, raw = asked.get("updates", []), asked.get("raw", [])
        if not isinstance(given, list) or not isinstance(raw, list):
            raise Denied(400, "updates and raw must be lists")
        queue = self.state.updates
        ids = [queue.add_raw(one) for one in given] + [queue.add_text(str(one)) for one in raw]
        self.state.changes += 1
        return web.json_response({"update_ids": ids})

    async def limits(self, request: web.Request) -> web.Response:
        """POST /control/limits."""
        asked, _ = await read_body(request)
        if not isinstance(asked.get("on"), bool):
            raise Denied(400, "on must be true or false")
        self.state.limits.on = asked["on"]
        return web.json_response({"on": asked["on"]})

    async def counts(self, _request: web.Request) -> web.Response:
        """GET /control/state."""
        tally = self.state.tally
        answer = {
            "pending": len(self.state.updates.pending),
            "too_many_requests": tally.too_many,
            "flooded": self.state.limits.refused,
            "limits": self.state.limits.on,
            "calls": dict(tally.calls),
            "errors": dict(tally.errors),
            "last_get_updates": tally.last_get_updates,
            "ledger": self.state.ledger.seq,
            "faults": [{"kind": one.kind, "met": one.met} for one in self.state.faults.listed],
        }
        return web.json_response(answer)

    async def log(self, request: web.Request) -> web.Response:
        """GET /control/log: the calls that were refused, and why."""
        after = request.query.get("after", "0")
        seq = int(after) if after.isdigit() else 0
        return web.json_response([one for one in self.state.tally.refused if one["seq"] > seq])

    async def time(self, _request: web.Request) -> web.Response:
        """GET /time."""
        if self.control_url:
            try:
                await self._ask("move", {"seconds": 0})
            except Denied as denied:
                logger.info("the control address does not answer: %s", denied.sentence)
        return web.json_response(self._told())

    async def move(self, request: web.Request) -> web.Response:
        """POST /time."""
        asked, _ = await read_body(request)
        seconds = asked.get("seconds")
        to_next = asked == {"to": "next"}
        if not to_next and (type(seconds) not in (int, float) or set(asked) != {"seconds"}):
            raise Denied(400, 'give {"seconds": number} or {"to": "next"}')
        if self.control_url:
            if to_next:
                await self._go_ahead()
            await self._ask("move", asked)
        elif to_next:
            raise Denied(409, "no next event is known")
        else:
            try:
                self.state.clock.forward(float(asked["seconds"]))
            except ValueError as mistake:
                raise Denied(400, str(mistake)) from None
        self.state.touch("clock", **self._told())
        return web.json_response(self._told())

    async def _go_ahead(self) -> None:
        """Be at the next event before the bot is: what it sends there is from that moment."""
        await self._ask("move", {"seconds": 0})
        if isinstance(self._next, str):
            self.state.clock.follow(_moment(self._next))

    async def reset(self, _request: web.Request) -> web.Response:
        """POST /reset: the bot first, then everything here."""
        self.state.clock.offset = 0.0
        if self.control_url:
            await self._ask("reset", {})
        self.state.empty()
        return web.json_response(self._told())

    def _told(self) -> Json:
        return {"now": self.state.clock.iso(), "next": self._next, "moves": True}

    async def _ask(self, what: str, asked: Json) -> None:
        """Ask the bot's control address, and take over the time it tells."""
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as session,
                session.post(f"{self.control_url}/{what}", json=asked) as answer,
            ):
                found = json.loads(await answer.read() or b"{}")
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
            raise Denied(502, "the bot's control address does not answer") from None
        if answer.status >= 400 or not isinstance(found, dict):
            raise Denied(409, str(found.get("error", "the bot refused")) if found else "refused")
        if isinstance(found.get("now"), str):
            self.state.clock.follow(_moment(found["now"]))
        self._next = found.get("next")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Denied(502, "the bot's control address told no time") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(moment, datetime.now(UTC) + timedelta(days=20_000))
