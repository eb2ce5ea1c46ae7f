"""`python -m bot.emulator`: the emulator as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from bot.emulator.server import make_app, serving
from bot.emulator.state import TOKEN, Caps
from bot.emulator.store import Store
from bot.emulator.world import World


def arguments(given: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="0 takes any free port")
    parser.add_argument("--state", type=Path, help="folder to keep the state in")
    parser.add_argument("--token", default=TOKEN, help="the bot's token")
    parser.add_argument("--control-url", help="address that moves the bot's clock and resets it")
    parser.add_argument("--no-limits", action="store_true", help="no flood limits")
    parser.add_argument(
        "--allow-anything", action="store_true", help="people may press what they were not shown"
    )
    parser.add_argument("--keep-messages", type=int, default=Caps().messages, metavar="N")
    parser.add_argument("--keep-ledger", type=int, default=Caps().ledger, metavar="N")
    return parser.parse_args(given)


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    caps = Caps(messages=options.keep_messages, ledger=options.keep_ledger)
    files = options.state / "files" if options.state else None
    world = World(options.token, limits=not options.no_limits, caps=caps, files=files)
    store = Store(world, options.state) if options.state else None
    if store:
        store.load()
    app = make_app(
        world,
        store=store,
        control_url=options.control_url,
        allow_anything=options.allow_anything,
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with serving(app, options.port) as address:
        print(f"emulator ready {address}", flush=True)
        await ended.wait()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where it is installed; the emulator runs without it as well."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def main() -> int:
    """Run the server; 1 if it cannot start."""
    options = arguments(sys.argv[1:])
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve(options))
    except (OSError, ValueError) as mistake:
        print(f"the emulator cannot start: {mistake}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
