"""`make bench`: every row of the table of speeds, beside its peers, in one run.

python -m benchmarks                    all rows
python -m benchmarks replies start      some of them: the names are in `ROWS`
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
from pathlib import Path

from benchmarks import announcement, claim, fanout, reminders, standing
from benchmarks.side_by_side import at_least, at_most, measure

ROUNDS = 3


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
        print(f"  {name:32} {middle[name]:8.0f} replies/s   ({told})")
    ours = middle["ours"]
    at_least("ours / echo", ours / middle["python-telegram-bot echo"], 3.5)
    at_least("ours / aiogram", ours / middle["aiogram form"], 1.6)
    pressed = measure(["ours", "--press"], "--press")
    print(
        f"  {'ours, buttons and edits':32} {pressed['replies_per_second']:8.0f} replies/s and "
        f"{pressed['edits_per_second']:.0f} edits/s"
    )


def steady() -> None:
    """Reply time at 100 updates/s with a Bot API that takes 40 ms, limits off."""
    found = measure(["ours"], "--rate", "100", "--delay", "0.04", "--seconds", "15")
    print(f"  p50 {found['p50_ms']:.0f} ms")
    at_most("p99", found["p99_ms"], 100, " ms")


ROWS = {
    "replies": replies,
    "steady": steady,
    "claim": claim.run,
    "announcement": announcement.run,
    "fanout": fanout.run,
    "reminders": reminders.run,
    "memory": standing.memory,
    "start": standing.start,
}


def main() -> None:
    unknown = [name for name in sys.argv[1:] if name not in ROWS]
    if unknown:
        sys.exit(f"There is no {', '.join(unknown)} here: choose from {', '.join(ROWS)}.")
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in sys.argv[1:] or ROWS:
        row = ROWS[name]
        print(f"\n{name}: {(row.__doc__ or '').splitlines()[0]}", flush=True)
        row()


if __name__ == "__main__":
    Path("data").mkdir(exist_ok=True)
    main()
