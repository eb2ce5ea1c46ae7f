"""The Bot API over HTTP: `/bot<token>/<method>`, from a request's bytes to an answer's.

A call goes through the faults on order, the checks of its parameters and the method itself, which
takes effect in one step without waiting for anything. getUpdates alone waits, see `polling`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import time
from typing import Any

from aiohttp import web
from yarl import URL

from bot.emulator.call import Call
from bot.emulator.checks import Checks
from bot.emulator.faults import Fault
from bot.emulator.files import Upload
from bot.emulator.methods import METHODS, READING
from bot.emulator.polling import ENCODE, Poller
from bot.emulator.refusals import Refused, bad
from bot.emulator.state import State

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_QUOTED = re.compile("[\"'].*[\"']", re.DOTALL)
_BEFORE = {
    "500": (500, b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'),
    "502": (502, b"<html><head><title>502 Bad Gateway</title></head><body></body></html>"),
}
_UNKNOWN_ERRORS = 1_000
NOT_FOUND = Refused(404, "Not Found")
UNAUTHORIZED = Refused(401, "Unauthorized")


class BotApi:
    """Answers the bot."""

    def __init__(self, state: State, poller: Poller) -> None:
        self.state = state
        self.poller = poller
        self.checks = Checks()
        self._token = state.token.encode()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call over HTTP."""
        try:
            method = self._method(request)
        except Refused as refused:
            return self._refusal(request.match_info["method"], None, refused)
        chat: Any = None
        try:
            params, uploads = await _parameters(request)
            chat = _chat_in(params)
            faults = self.state.faults.hitting(method, chat)
            if faults and (answer := await self._before(request, faults)) is not None:
                return answer
            text = await self._answer(method, params, uploads, faults)
        except Refused as refused:
            return self._refusal(method, chat, refused)
        if faults and (answer := _after(request, faults, text)) is not None:
            return answer
        return web.Response(body=text, content_type="application/json")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """`/file/bot<token>/<path>`: the bytes of a file that getFile named."""
        if not self._right_token(request.match_info["token"]):
            return _answered(UNAUTHORIZED)
        content = self.state.files.content(request.match_info["path"])
        if content is None:
            return _answered(NOT_FOUND)
        return web.Response(body=content, content_type="application/octet-stream")

    def call(self, method: str, params: Json, uploads: dict[str, Upload] | None = None) -> Any:
        """One call without HTTP; raises Refused. Not for getUpdates."""
        call = Call(method, self.checks.decoded(method, params), uploads or {})
        result = METHODS[method](self.state, call)
        if method not in READING:
            self.state.changes += 1
        return result

    async def _answer(
        self, method: str, params: Json, uploads: dict[str, Upload], faults: list[Fault]
    ) -> bytes:
        self.state.tally.calls[method] += 1
        if method != "getUpdates":
            result = self.call(method, params, uploads)
            return b'{"ok":true,"result":' + ENCODE(result).encode() + b"}"
        decoded = self.checks.decoded(method, params)
        for kind in decoded.get("allowed_updates", []):
            if kind not in self.checks.updates:
                raise bad(f'unknown update type "{kind[:64]}"', "Telegram has no such updates")
        return await self.poller.get_updates(decoded, [fault.kind for fault in faults])

    async def _before(self, request: web.Request, faults: list[Fault]) -> web.Response | None:
        for fault in faults:
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
            elif fault.kind in ("reset_before", "hang"):
                await asyncio.sleep(fault.seconds if fault.kind == "hang" else 0)
                return _reset(request)
            elif fault.kind in _BEFORE:
                status, body = _BEFORE[fault.kind]
                kind = "text/html" if fault.kind == "502" else "application/json"
                return web.Response(status=status, body=body, content_type=kind)
            elif fault.kind == "429":
                raise _too_many(fault)
        return None

    def _method(self, request: web.Request) -> str:
        if not self._right_token(request.match_info["token"]):
            raise UNAUTHORIZED
        method: str | None = self.checks.names.get(request.match_info["method"].lower())
        if method is None:
            raise NOT_FOUND
        return method

    def _right_token(self, token: str) -> bool:
        return hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self._token)

    def _refusal(self, method: str, chat: Any, refused: Refused) -> web.Response:
        tally = self.state.tally
        if refused.description in tally.errors or len(tally.errors) < _UNKNOWN_ERRORS:
            tally.errors[refused.description] += 1
        if refused.code == 429:
            tally.too_many += 1
        tally.seq += 1
        entry = {
            "seq": tally.seq,
            "at": time.time(),
            "method": method[:64],
            "chat_id": chat,
            "error_code": refused.code,
            "description": refused.description,
            "reason": refused.reason,
        }
        tally.refused.append(entry)
        if refused.code not in (409, 429):
            said = _QUOTED.sub('"…"', refused.description)
            logger.warning("call refused method=%s said=%s (%s)", method[:64], said, refused.reason)
        return _answered(refused)


async def _parameters(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    params: Json = dict(request.query) if request.query_string else {}
    if not request.body_exists:
        return params, {}
    if request.content_type == "application/json":
        params.update(_object(await request.read()))
        return params, {}
    if request.content_type == "multipart/form-data":
        return await _parts(request, params)
    body = (await request.read()).decode("utf-8", "replace")
    params.update(URL.build(query_string=body, encoded=True).query)
    return params, {}


def _object(body: bytes) -> Json:
    try:
        found = json.loads(body) if body else {}
    except ValueError:
        raise bad("can't parse JSON object of the request") from None
    if not isinstance(found, dict):
        raise bad("object expected as the request")
    return found


async def _parts(request: web.Request, params: Json) -> tuple[Json, dict[str, Upload]]:
    uploads = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file:
                uploads[name] = Upload(value.file.read(), value.filename, value.content_type)
        else:
            params[name] = value
    texts = " ".join(value for value in params.values() if isinstance(value, str))
    for name, upload in uploads.items():
        if f"attach://{name}" not in texts:
            params[name] = upload
    return params, uploads


def _chat_in(params: Json) -> Any:
    chat = params.get("chat_id")
    if isinstance(chat, str) and chat.removeprefix("-").isdigit():
        return int(chat)
    return chat


def _too_many(fault: Fault) -> Refused:
    return Refused(
        429,
        f"Too Many Requests: retry after {fault.retry_after}",
        parameters={"retry_after": fault.retry_after},
        reason="a fault on order",
    )


def _after(request: web.Request, faults: list[Fault], text: bytes) -> web.Response | None:
    for fault in faults:
        if fault.kind == "reset_after":
            return _reset(request)
        if fault.kind == "bad_json":
            body = text[: len(text) // 2] or b"{"
            return web.Response(body=body, content_type="application/json")
    return None


def _reset(request: web.Request) -> web.Response:
    """Drop the connection; what is returned here goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _answered(refused: Refused) -> web.Response:
    body: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)
