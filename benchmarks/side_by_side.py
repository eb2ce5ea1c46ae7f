"""Runs a bot in one process and the other side of it in another; how a goal was met."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def measure(bot: list[str], *load: str, folder: Path | None = None) -> dict[str, Any]:
    """Run one bot against one crowd; the crowd's figures, and the bot's memory in MiB."""
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            return measure(bot, *load, folder=Path(made))
    port = free_port()
    crowd = started("load", "--port", str(port), *load, stdout=subprocess.PIPE)
    assert crowd.stdout is not None
    crowd.stdout.readline()
    module, *more = bot
    tested = started(module, str(port), str(folder), *more, stderr=subprocess.DEVNULL)
    try:
        found = dict(json.loads(crowd.stdout.readline()))
        return found | {"memory": memory_of(tested)}
    finally:
        for process in (tested, crowd):
            process.terminate()
            process.wait(15)


def started(module: str, *arguments: str, **more: Any) -> subprocess.Popen[str]:
    """One of the programs of this package, at work in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    return subprocess.Popen(command, text=True, **more)


def memory_of(process: subprocess.Popen[str]) -> float:
    """The MiB that a process has in memory now; nan where the system does not tell."""
    try:
        told = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return float("nan")
    kept = next(line for line in told.splitlines() if line.startswith("VmRSS:"))
    return int(kept.split()[1]) / 1024


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def at_least(what: str, value: float, goal: float) -> None:
    """Tell a figure that is better the higher it is, and its goal."""
    print(f"  {what:32} {value:8.2f}   (goal: >= {goal}) {met(value >= goal)}")


def at_most(what: str, value: float, goal: float, unit: str = "") -> None:
    """Tell a figure that is better the lower it is, and its goal."""
    print(f"  {what:32} {value:8.2f}{unit}   (goal: <= {goal}{unit}) {met(value <= goal)}")


def met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"
