"""The other side of a benchmark: a local Bot API server and the people who talk to the bot.

A process of its own. Each of so many chats types the next answer as soon as it has read the last
reply; with `--rate` updates come at that pace instead. Prints one line of JSON at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

import uvloop

from bot.emulator.server import make_app, serving
from bot.emulator.state import Caps
from bot.emulator.world import World

TOKEN = "700000001:" + "b" * 35
ANSWERS = ("Noor", "Nieuwegein", "groen en stilte", "samen koken", "een buurthuis")
BEGIN = "/talk"


class Crowd:
    """People who talk, and a stopwatch."""

    def __init__(self, world: World, options: argparse.Namespace) -> None:
        self.world = world
        self.options = options
        self.people: dict[int, Any] = {}
        self.step: dict[int, int] = {}
        self.asked_at: dict[int, float] = {}
        self.replies = 0
        self.edits = 0
        self.times: list[float] = []
        self.counting = False
        self.answered = asyncio.Event()
        world.on_event(self.seen)

    def begin(self) -> None:
        for number in range(self.options.chats):
            person = self.world.add_person(f"P{number}")
            self.people[person.id] = person
            self.step[person.id] = -1
            self.world.start(person.id)
        first = max(self.people) + 1
        for number in range(self.options.readers):
            self.world.add_person(f"R{number}", id=first + number, started=True)

    def seen(self, event: dict[str, Any]) -> None:
        """React to what the bot does, outside the call that did it."""
        kind, chat = event.get("kind"), event.get("chat")
        if kind == "edited" and self.counting:
            self.edits += 1
        if kind != "message" or chat not in self.people:
            return
        if not event["message"].get("from", {}).get("is_bot"):
            return
        self.answered.set()
        asked = self.asked_at.pop(chat, None)
        if self.counting:
            self.replies += 1
            if asked is not None:
                self.times.append(time.perf_counter() - asked)
        if not self.options.rate:
            asyncio.get_running_loop().call_soon(self.go_on, chat, event["message"])

    def go_on(self, chat: int, message: dict[str, Any]) -> None:
        self.step[chat] += 1
        self.asked_at[chat] = time.perf_counter()
        keyboard = message.get("reply_markup", {}).get("inline_keyboard")
        if self.options.press and keyboard:
            self.world.press(chat, message["message_id"], keyboard[0][0]["callback_data"])
            return
        step = self.step[chat] % (len(ANSWERS) + 1)
        self.world.text(chat, BEGIN if step == 0 else ANSWERS[step - 1])

    async def pace(self, seconds: float) -> None:
        """Send updates at a steady rate, whoever has answered."""
        chats = list(self.people)
        begun = time.perf_counter()
        sent = 0
        while (gone := time.perf_counter() - begun) < seconds:
            while sent < gone * self.options.rate:
                chat = chats[sent % len(chats)]
                self.go_on(chat, {})
                sent += 1
            await asyncio.sleep(0.002)


async def run(options: argparse.Namespace) -> dict[str, Any]:
    caps = Caps(messages=options.keep, ledger=options.keep)
    world = World(TOKEN, limits=False, caps=caps)
    if options.delay:
        world.faults.replace([{"kind": "delay", "seconds": options.delay}])
    crowd = Crowd(world, options)
    async with serving(make_app(world), options.port):
        print("ready", flush=True)
        crowd.begin()
        await asyncio.wait_for(crowd.answered.wait(), 60)
        pacing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if options.rate:
            await asyncio.sleep(2)
            pacing = asyncio.create_task(crowd.pace(options.warm_up + options.seconds))
        await asyncio.sleep(options.warm_up)
        crowd.counting = True
        begun = time.perf_counter()
        await asyncio.sleep(options.seconds)
        crowd.counting = False
        took = time.perf_counter() - begun
        if options.rate:
            await pacing
    times = sorted(crowd.times)
    return {
        "replies_per_second": crowd.replies / took,
        "edits_per_second": crowd.edits / took,
        "p50_ms": 1000 * times[len(times) // 2] if times else None,
        "p99_ms": 1000 * times[int(len(times) * 0.99)] if times else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--chats", type=int, default=64)
    parser.add_argument("--readers", type=int, default=0, help="people who say nothing")
    parser.add_argument("--warm-up", type=float, default=3)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--keep", type=int, default=20)
    parser.add_argument("--press", action="store_true")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(parser.parse_args()))), flush=True)


if __name__ == "__main__":
    main()
