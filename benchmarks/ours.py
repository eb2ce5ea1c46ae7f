"""Buurtbot with one talk of five questions, as durable as it always is."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from benchmarks.load import TOKEN
from bot import config
from bot.app import Bot, _loop_factory
from bot.channels.telegram import Telegram
from bot.clock import Clock
from bot.dialogue import answers
from bot.dialogue.flow import Flow, flow
from bot.dialogue.talk import Talk
from storage import Database

QUESTIONS = ("your name", "your town", "what matters", "what you do", "what you need")


def talk_flow(*, pressed: bool) -> Flow:
    """Five typed answers, or five pressed ones with their buttons and edits."""

    def run(talk: Talk, tx: Any) -> None:
        for number, question in enumerate(QUESTIONS):
            if pressed:
                talk.choose(f"q{number}", f"What is {question}?", {"a": "One", "b": "Two"})
            else:
                talk.ask(f"q{number}", f"What is {question}?", answers.text())
        talk.say("Thank you.")

    return flow("talk", title="talking", command="/talk", plain=not pressed)(run)


@flow("home", command="/start")
def home(talk: Talk, tx: Any) -> None:
    """The first word."""
    talk.say("Welcome.")


async def serve(port: int, folder: Path, *, pressed: bool) -> None:
    options = config.load(
        None,
        {
            "BUURTBOT_TELEGRAM_TOKEN": TOKEN,
            "BUURTBOT_TELEGRAM_API_URL": f"http://127.0.0.1:{port}",
            "BUURTBOT_DATABASE_URL": f"sqlite:///{folder}/bench.db",
            "BUURTBOT_LIMITS_ON": "false",
        },
    )
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    database = await Database.open(options.database.url)
    channel = Telegram(TOKEN, api_url=options.telegram.api_url)
    await channel.open()
    await Bot(options, database, Clock(), channel, [home, talk_flow(pressed=pressed)]).work(
        stopping
    )
    await channel.close()
    await database.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(int(sys.argv[1]), Path(sys.argv[2]), pressed="--press" in sys.argv))
