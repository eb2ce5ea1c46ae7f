"""A running emulator and both of its sides, as the tests use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.emulator import World

NOOR, YUSUF, CARLA, AD = 810000001, 810000002, 810000003, 810000004
QUESTION = {"inline_keyboard": [[{"text": "Ja", "callback_data": "yes"}]]}


@dataclass
class Emulated:
    """The bot's side as `call`, `gives` and `refuses`; the people's side as `get` and `post`."""

    world: World
    address: str
    http: aiohttp.ClientSession

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The whole answer to a call, sent as JSON."""
        url = f"{self.address}/bot{self.world.token}/{method}"
        async with self.http.post(url, json=params) as answer:
            found: dict[str, Any] = await answer.json()
        assert found["ok"] or found["error_code"] == answer.status
        return found

    async def gives(self, method: str, **params: Any) -> Any:
        """The result of a call that must be accepted."""
        answer = await self.call(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refuses(self, method: str, **params: Any) -> str:
        """The description of a call that must be refused."""
        answer = await self.call(method, **params)
        assert not answer["ok"], answer
        return str(answer["description"])

    async def says(self, text: str = "Dag", **more: Any) -> dict[str, Any]:
        """A message to Noor."""
        message: dict[str, Any] = await self.gives(
            "sendMessage", **{"chat_id": NOOR, "text": text, **more}
        )
        return message

    async def updates(self, **params: Any) -> list[dict[str, Any]]:
        """What getUpdates gives."""
        found: list[dict[str, Any]] = await self.gives("getUpdates", **params)
        return found

    async def get(self, path: str) -> Any:
        """What a path of the people's side or of the switches shows."""
        async with self.http.get(self.address + path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        """What a person or a test gets for doing something."""
        async with self.http.post(self.address + path, json=body) as answer:
            found = await answer.json()
            assert answer.status == status, found
            return found
