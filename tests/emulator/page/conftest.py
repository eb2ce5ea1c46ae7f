"""The emulator as a process of its own, and a page of it in the system's Chromium."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio

from tests.emulator.page.phones import TOKEN, Bot, PhonePage

if TYPE_CHECKING:
    from playwright.async_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ROOT = Path(__file__).parents[3]
Opened = Callable[..., AbstractAsyncContextManager[PhonePage]]
WIDE = {"width": 1600, "height": 1000}


def _missing(what: str) -> None:
    """Leave the test out, or fail where a browser was promised."""
    if os.environ.get("BUURTBOT_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{what}, and BUURTBOT_REQUIRE_BROWSER=1 asks for it")
    pytest.skip(f"{what}: the phone page is not tested here")


def chromium() -> str:
    """Where Chromium is; the one place that decides what happens without it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        _missing("no Chromium is installed")
    try:
        import playwright  # noqa: F401 - only asked whether it is there
    except ImportError:
        _missing("the dependency group browser is not installed")
    return found or ""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of the page."""
    path = chromium()
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def address() -> AsyncIterator[str]:
    """The address of a running emulator without flood limits."""
    async with emulator() as running:
        yield running


@asynccontextmanager
async def emulator(port: int = 0, *options: str) -> AsyncIterator[str]:
    """An emulator process of its own; gives its address."""
    command = ["-m", "bot.emulator", "--port", str(port), "--token", TOKEN, "--no-limits"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        assert line.startswith("emulator ready "), line
        yield line.split()[-1]
    finally:
        process.terminate()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="session")
async def bot(address: str) -> AsyncIterator[Bot]:
    """The bot's side of a fresh emulator, by HTTP calls."""
    async with aiohttp.ClientSession(address) as http:
        fresh = Bot(http)
        await fresh.people_side("POST", "/reset")
        await fresh.people_side("POST", "/control/faults", {"faults": []})
        await fresh.take_all()
        yield fresh


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def wide(browser: Browser) -> AsyncIterator[PhonePage]:
    """A tab on a wide screen, the same for all tests: a new one each would double their time."""
    async with tab(browser, viewport=WIDE) as shown:
        yield shown


@pytest_asyncio.fixture(loop_scope="session")
async def page(wide: PhonePage, address: str, bot: Bot) -> AsyncIterator[PhonePage]:
    """The page, freshly loaded. Whatever it complains about in the console fails the test."""
    await wide.load(address)
    yield wide
    await wide.leave()
    assert wide.complaints == []


@pytest.fixture
def started() -> Callable[..., AbstractAsyncContextManager[str]]:
    """Starts a further emulator: `async with started(port, *options) as address`."""
    return emulator


@pytest.fixture
def opened(browser: Browser, address: str, bot: Bot) -> Opened:
    """Opens the page as another device would: `async with opened(viewport=...) as page`."""

    @asynccontextmanager
    async def on_device(at: str = address, **options: Any) -> AsyncIterator[PhonePage]:
        async with tab(browser, **options) as shown:
            await shown.load(at)
            yield shown
            assert shown.complaints == []

    return on_device


@asynccontextmanager
async def tab(browser: Browser, **options: Any) -> AsyncIterator[PhonePage]:
    """A tab in a context of its own, made with Playwright's options."""
    context = await browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(8_000)
    yield PhonePage(await context.new_page())
    await context.close()
