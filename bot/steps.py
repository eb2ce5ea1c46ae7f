"""The named steps of receiving, turning and sending: where tests stop or kill the bot.

In a running bot nobody listens, and passing a step costs next to nothing.
"""

from collections.abc import Callable
from typing import Final

RECEIVED: Final = "received"
TURN_BEGINS: Final = "turn begins"
TURN_WRITTEN: Final = "turn written"
COMMITTED: Final = "committed"
OFFERED: Final = "offered"
CALL_BEGINS: Final = "call begins"
CALL_ANSWERED: Final = "call answered"
RECORDED: Final = "recorded"
CONFIRMING: Final = "confirming"

EVERY: Final = (
    RECEIVED, TURN_BEGINS, TURN_WRITTEN, COMMITTED, OFFERED, CALL_BEGINS, CALL_ANSWERED, RECORDED,
    CONFIRMING,
)  # fmt: skip

_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None]) -> None:
    """Call `listener` with the name of each step, on the thread that passes it."""
    _listeners.append(listener)


def reached(step: str) -> None:
    """The bot is at this step."""
    for listener in _listeners:
        listener(step)
