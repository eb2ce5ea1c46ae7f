"""What a large database costs before anybody says a word: memory, and the time to start."""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from aiohttp import web

from benchmarks.filled import fill
from benchmarks.load import TOKEN
from benchmarks.side_by_side import at_most, free_port, measure

DUE: Final = 100
FEW: Final = 1_000
MANY: Final = 1_000_000
STARTS: Final = 3


def memory() -> None:
    """Memory after turns and a claim, with 1,000,000 people and rows, against 1,000."""
    few, many = (_memory(count) for count in (FEW, MANY))
    print(f"  with {FEW:,}: {few:.1f} MiB, with {MANY:,}: {many:.1f} MiB")
    at_most("ratio", many / few, 1.1)


def _memory(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), people=count, rows=count, due=DUE)
        crowd = ("--chats", "200", "--rate", "50", "--seconds", "5")
        found = measure(["ours"], *crowd, folder=Path(folder))
    return float(found["memory"])


def start() -> None:
    """From the command to the first poll, with 100,000 people and 1,000,000 rows waiting."""
    with tempfile.TemporaryDirectory() as folder:
        path = fill(Path(folder), people=100_000, rows=MANY)
        spent = [asyncio.run(_until_polled(path)) for _start in range(STARTS)]
    print("  " + ", ".join(f"{seconds:.2f}" for seconds in spent) + " s")
    at_most("the middle one", statistics.median(spent), 3, " s")


async def _until_polled(path: Path) -> float:
    """Seconds until `buurtbot run` asks for updates for the first time."""
    polled = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        method = request.path.rpartition("/")[2]
        result: object = True
        if method == "getUpdates":
            polled.set()
            await asyncio.sleep(1)
            result = []
        elif method == "getMe":
            result = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
        return web.json_response({"ok": True, "result": result})

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    begun = time.perf_counter()
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        env=_environment(port, path), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await asyncio.wait_for(polled.wait(), 60)
        return time.perf_counter() - begun
    finally:
        bot.terminate()
        await bot.wait()
        await runner.cleanup()


def _environment(port: int, path: Path) -> dict[str, str]:
    """Ours, in which Python keeps what it compiled, as it does wherever the bot runs."""
    kept = {name: told for name, told in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "BUURTBOT_TELEGRAM_TOKEN": TOKEN,
        "BUURTBOT_TELEGRAM_API_URL": f"http://127.0.0.1:{port}",
        "BUURTBOT_DATABASE_URL": f"sqlite:///{path}",
    }
