"""The webhook: what is posted, in which order, and what happens when nobody takes it."""

import asyncio
import contextlib

import pytest
from aiohttp import web

from bot.emulator import serving
from tests.emulator.emulated import CARLA, NOOR


class Hook:
    """A bot's webhook that answers with the status it is told."""

    def __init__(self):
        self.got = []
        self.secrets = []
        self.statuses = []
        self.hold = None

    async def handle(self, request):
        self.got.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.hold is not None and self.got[-1]["message"]["chat"]["id"] == NOOR:
            await self.hold.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def received(self, count):
        async with asyncio.timeout(5):
            while len(self.got) < count:
                await asyncio.sleep(0.01)
        return [update["update_id"] for update in self.got]


@pytest.fixture
async def hook(emulated):
    """A webhook that is set, with a secret."""
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.handle)
    async with serving(app) as address:
        url = f"{address}/hook"
        await emulated.gives("setWebhook", url=url, secret_token="s3cret")
        yield hook
        await emulated.gives("deleteWebhook")


async def test_updates_are_posted_with_the_secret(emulated, hook):
    update_id = emulated.world.text(NOOR, "Dag").update_id
    assert await hook.received(1) == [update_id]
    assert hook.secrets == ["s3cret"]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await hook.received(2)
    assert (await emulated.gives("getWebhookInfo"))["pending_update_count"] == 0


async def test_an_update_that_was_not_taken_is_posted_again(emulated, hook):
    hook.statuses = [500]
    first = emulated.world.text(NOOR, "Dag").update_id
    assert await hook.received(2) == [first, first]
    info = await emulated.gives("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")
    assert "secret_token" not in info


async def test_one_chat_is_in_order_and_does_not_hold_up_another(emulated, hook):
    hook.hold = asyncio.Event()
    emulated.world.person(CARLA).started = True
    first = emulated.world.text(NOOR, "1").update_id
    second = emulated.world.text(NOOR, "2").update_id
    other = emulated.world.text(CARLA, "3").update_id
    assert await hook.received(2) == [first, other]
    hook.hold.set()
    assert await hook.received(3) == [first, other, second]


async def test_nobody_polls_while_a_webhook_is_set(emulated, hook):
    answer = await emulated.call("getUpdates")
    assert answer["error_code"] == 409
    assert "can't use getUpdates method while webhook is active" in answer["description"]
    await emulated.gives("deleteWebhook")
    assert await emulated.updates() == []


@pytest.mark.parametrize(
    "params",
    [
        {"url": "ftp://127.0.0.1/"},
        {"url": "https://example.org/hook"},
        {"url": "http://127.0.0.1/", "secret_token": "a b"},
        {"url": "http://127.0.0.1/", "max_connections": 101},
    ],
)
async def test_a_webhook_that_is_refused(emulated, params):
    assert (await emulated.refuses("setWebhook", **params)).startswith("Bad Request: ")
