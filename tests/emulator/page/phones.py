"""What the tests of the page hold in their hands: the bot's side by HTTP, the page by Chromium."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Locator, Page

TOKEN = "123456:test-token-for-the-page-of-phones-only"
IN_BROWSER = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PEOPLE = ("Noor", "Yusuf", "Carla", "Ad")

Json = dict[str, Any]


class Bot:
    """A bot that does what a test says, over the Bot API."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def call(self, method: str, **parameters: Any) -> Any:
        """The result of a Bot API call, which must be accepted. Bytes are uploaded."""
        url = f"/bot{TOKEN}/{method}"
        files = {name: value for name, value in parameters.items() if isinstance(value, bytes)}
        if files:
            form = aiohttp.FormData()
            for name, value in parameters.items():
                if name in files:
                    form.add_field(name, value, filename=f"{name}.txt")
                else:
                    form.add_field(name, str(value))
            request = self._http.post(url, data=form)
        else:
            request = self._http.post(url, json=parameters)
        async with request as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def says(self, person: int, text: str, **parameters: Any) -> int:
        """Send a text; returns its message_id."""
        sent = await self.call("sendMessage", chat_id=person, text=text, **parameters)
        return int(sent["message_id"])

    async def hears(self, kind: str = "message") -> Json:
        """The next update of that kind, confirmed; waits a few seconds for it."""
        for _ in range(5):
            for update in await self.call("getUpdates", timeout=2, limit=1):
                await self.call("getUpdates", offset=update["update_id"] + 1, timeout=0)
                if kind in update:
                    found: Json = update[kind]
                    return found
        raise AssertionError(f"no {kind} came")

    async def hears_text(self, text: str) -> Json:
        """The next message with this text; those before it are confirmed too."""
        while True:
            message = await self.hears()
            if message.get("text") == text:
                return message

    async def take_all(self) -> None:
        """Confirm every update that waits."""
        for update in await self.call("getUpdates", timeout=0):
            await self.call("getUpdates", offset=update["update_id"] + 1, timeout=0)

    async def people_side(self, verb: str, path: str, content: Json | None = None) -> Any:
        """A call as the page makes them."""
        async with self._http.request(verb, path, json=content) as response:
            answer = await response.json()
        assert response.status < 400, answer
        return answer

    async def person(self, name: str) -> int:
        """The id of the person with that first name."""
        people = await self.people_side("GET", "/people")
        return next(int(one["id"]) for one in people if one["first_name"] == name)

    async def met(self, name: str) -> int:
        """The id of a person who has started the bot, with that update taken."""
        person = await self.person(name)
        await self.people_side("POST", f"/people/{person}/start", {})
        await self.hears()
        return person


class PhonePage:
    """The page as a tester sees it."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.complaints: list[str] = []
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("console", self._noted)

    def _noted(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    async def load(self, address: str) -> None:
        """Open the page and wait until it is complete."""
        await self.tab.goto(address)
        await self.ready()

    async def leave(self) -> None:
        """Put everything back for the next test."""
        await self.tab.unroute_all()
        await self.tab.evaluate("localStorage.clear()")
        await self.tab.goto("about:blank")

    async def ready(self) -> None:
        """Wait until all phones have their chat."""
        await self.tab.wait_for_selector(".phone .composer", state="attached")
        await self.tab.wait_for_function(
            "count => document.querySelectorAll('.phone .log[aria-busy=false]').length >= count",
            arg=len(PEOPLE),
        )

    def phone(self, name: str) -> Phone:
        """Somebody's phone."""
        named = self.tab.get_by_role("heading", name=name, exact=True)
        return Phone(self.tab.locator(".phone").filter(has=named))


class Phone:
    """One phone on the page."""

    def __init__(self, shown: Locator) -> None:
        self.shown = shown

    def button(self, name: str, **options: Any) -> Locator:
        """The button with that name."""
        return self.shown.get_by_role("button", name=name, **options)

    @property
    def box(self) -> Locator:
        """The text box."""
        return self.shown.get_by_role("textbox")

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.shown.get_by_role("log")

    def bubble(self, text: str) -> Locator:
        """The message that holds this text."""
        return self.shown.locator(".message").filter(has_text=text)

    async def types(self, text: str) -> None:
        """Type a text and send it."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def sees(self, text: str) -> Locator:
        """Wait until a message with this text is there."""
        await self.bubble(text).last.wait_for()
        return self.bubble(text).last

    async def answers(self, question: str, said: str) -> None:
        """Type an answer once the question is there."""
        await self.sees(question)
        await self.types(said)

    async def presses(self, label: str) -> None:
        """Press the lowest button with this label, ticked or not."""
        name = re.compile(rf"^(?:[☐☑] )?{re.escape(label)}$")
        await self.shown.get_by_role("button", name=name).last.click()

    async def chooses(self, opener: str, item: str) -> None:
        """Open a menu by its button and choose from it."""
        await self.button(opener).click()
        await self.shown.get_by_role("menuitem", name=item).click()

    async def on_message(self, text: str, item: str) -> None:
        """Choose from the menu of a message."""
        bubble = self.bubble(text).last
        await bubble.locator(".bubble").hover()
        await bubble.locator(".message-menu").click()
        await self.shown.get_by_role("menuitem", name=item).click()


async def until(condition: Any, seconds: float = 5) -> None:
    """Wait until an async condition holds."""
    for _ in range(int(seconds / 0.05)):
        if await condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not become true")
