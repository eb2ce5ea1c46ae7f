"""`make bench`: every row of the table of speeds, beside its peers, in one run.

python -m benchmarks            all rows
python -m benchmarks replies    one of: replies, steady, claim
"""

from __future__ import annotations

import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import claim

ROUNDS = 3


def measure(bot: list[str], *load: str) -> dict[str, Any]:
    """Run one bot against one crowd; the crowd's figures."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        crowd = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load", "--port", str(port), *load],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert crowd.stdout is not None
        crowd.stdout.readline()
        module, *more = bot
        tested = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", str(port), folder, *more],
            stderr=subprocess.DEVNULL,
        )
        try:
            return dict(json.loads(crowd.stdout.readline()))
        finally:
            for process in (tested, crowd):
                process.terminate()
                process.wait(15)


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def replies() -> None:
    """A talk of five typed answers over polling, 64 chats, limits off."""
    bots = {
        "ours": ["ours"],
        "python-telegram-bot echo": ["ptb_echo"],
        "aiogram form": ["aiogram_form"],
    }
    found: dict[str, list[float]] = {name: [] for name in bots}
    for _round in range(ROUNDS):
        for name, bot in bots.items():
            found[name].append(measure(bot)["replies_per_second"])
    middle = {name: statistics.median(rates) for name, rates in found.items()}
    for name, rates in found.items():
        told = ", ".join(f"{rate:.0f}" for rate in rates)
        print(f"  {name:26} {middle[name]:7.0f} replies/s   ({told})")
    ours = middle["ours"]
    ratio("ours / echo", ours / middle["python-telegram-bot echo"], 3.5)
    ratio("ours / aiogram", ours / middle["aiogram form"], 1.6)
    pressed = measure(["ours", "--press"], "--press")
    print(
        f"  {'ours, buttons and edits':26} {pressed['replies_per_second']:7.0f} replies/s and "
        f"{pressed['edits_per_second']:.0f} edits/s"
    )


def steady() -> None:
    """Reply time at 100 updates/s with a Bot API that takes 40 ms, limits off."""
    found = measure(["ours"], "--rate", "100", "--delay", "0.04", "--seconds", "15")
    print(f"  p50 {found['p50_ms']:.0f} ms, p99 {found['p99_ms']:.0f} ms (goal: p99 <= 100 ms)")


def ratio(what: str, value: float, goal: float) -> None:
    print(f"  {what:26} {value:7.2f}   (goal: >= {goal}) {'met' if value >= goal else 'MISSED'}")


ROWS = {"replies": replies, "steady": steady, "claim": claim.run}


def main() -> None:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in sys.argv[1:] or ROWS:
        row = ROWS[name]
        print(f"\n{name}: {(row.__doc__ or '').splitlines()[0]}", flush=True)
        row()


if __name__ == "__main__":
    Path("data").mkdir(exist_ok=True)
    main()
