"""The Bot API's HTTP, on aiohttp, in the shape that python-telegram-bot asks for.

`call` is the way in. It leaves reading the answers, and what each refusal means, to the library.

What a failure means for a message is decided here, where the exception's type is still known:
only a connection that was never made proves that nothing was sent.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, cast

import aiohttp
from telegram import InputFile
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

    async def call(self, url: str, fields: Mapping[str, Any], seconds: float | None = None) -> Any:
        """The result of a call that is answered in so many seconds; raises TelegramError.

        The fields go through `post` as they are. It would be given a RequestData by the library's
        own Bot, which looks at each of them first: a tenth of what a turn costs.
        """
        return await self.post(url, cast(RequestData, fields), seconds)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: Any = None,
        *_: Any,
        **timeouts: Any,
    ) -> tuple[int, bytes]:
        """The status and body of the answer; raises NotConnected or another NetworkError."""
        if self._session is None:
            raise NotConnected("the session is closed")
        fields: Mapping[str, Any] = request_data or {}
        files = any(isinstance(value, InputFile) for value in fields.values())
        seconds = timeouts.get("read_timeout") or (UPLOAD if files else ANSWER)
        body = _form(fields) if files else json.dumps(fields).encode()
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=None if files else _JSON,
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


def _form(fields: Mapping[str, Any]) -> aiohttp.FormData:
    """The fields as a form with a part for each file, and what is no text as JSON."""
    form = aiohttp.FormData()
    for name, value in fields.items():
        if isinstance(value, InputFile):
            file = value.input_file_content
            form.add_field(name, file, filename=value.filename, content_type=value.mimetype)
        else:
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    return form
