"""The Bot API's HTTP, on aiohttp, in the shape that python-telegram-bot asks for.

What a failure means for a message is decided here, where the exception's type is still known:
only a connection that was never made proves that nothing was sent.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

KEEP_ALIVE: Final = 15.0  # seconds; a connection kept longer may be closed on the other side
CONNECT: Final = 5.0  # seconds to make a connection
ANSWER: Final = 20.0  # seconds in which a call is answered
UPLOAD: Final = 60.0  # seconds in which a call with a file is answered
LONGEST: Final = CONNECT + UPLOAD
"""Seconds after which every call is over; getUpdates alone may be given more."""

_JSON: Final = {"Content-Type": "application/json"}


class NotConnected(NetworkError):
    """No connection was made, so nothing was sent."""


class Flooded(TelegramError):
    """Nothing was done: wait `seconds` first."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class Garbled(TelegramError):
    """An answer that is no JSON; `payload` is what came instead."""

    def __init__(self, payload: bytes) -> None:
        super().__init__("the answer is no JSON")
        self.payload = payload


class AiohttpRequest(BaseRequest):
    """One session for all calls; as many at a time as `connections`."""

    def __init__(self, connections: int = 64) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds in which a call is answered, unless it is told otherwise."""
        return ANSWER

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=KEEP_ALIVE, ttl_dns_cache=300
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Buurtbot"},
                auto_decompress=True,
            )

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_: Any,
        **timeouts: Any,
    ) -> tuple[int, bytes]:
        """The status and body of the answer; raises NotConnected or another NetworkError."""
        if self._session is None:
            raise NotConnected("the session is closed")
        files = request_data is not None and request_data.contains_files
        seconds = timeouts.get("read_timeout")
        if not isinstance(seconds, int | float):
            seconds = UPLOAD if files else ANSWER
        body, headers = _body(request_data)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=_timeout(seconds),
                allow_redirects=False,
            ) as answer:
                status, payload = answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(type(error).__name__) from error
        except TimeoutError as error:
            raise TimedOut(type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(type(error).__name__) from error
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Flooded(_pause(payload))
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as an object; raises Garbled, and logs nothing, where it is none."""
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            raise Garbled(payload) from None
        if not isinstance(answer, dict):
            raise Garbled(payload)
        return answer


def _pause(payload: bytes) -> float:
    """The seconds that a 429 asks for; ten where it does not say."""
    try:
        seconds = json.loads(payload)["parameters"]["retry_after"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return 10.0
    return float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 86_400 else 10.0


_TIMEOUTS: dict[float, aiohttp.ClientTimeout] = {}


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    made = _TIMEOUTS.get(seconds)
    if made is None:
        made = aiohttp.ClientTimeout(total=CONNECT + seconds, connect=CONNECT)
        _TIMEOUTS[seconds] = made
    return made


def _body(data: RequestData | None) -> tuple[Any, Mapping[str, str] | None]:
    """The body and its headers: JSON, or a form with parts where there are files."""
    if data is None:
        return None, None
    if not data.contains_files:
        return json.dumps(data.parameters).encode(), _JSON
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, part in data.multipart_data.items():
        filename, content, kind = part
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None
