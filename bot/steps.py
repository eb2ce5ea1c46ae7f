"""The named steps of receiving, turning, promising and sending: where tests stop or kill the bot.

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
TICK_WRITTEN: Final = "tick written"
TICK_COMMITTED: Final = "tick committed"
RENDERED: Final = "rendered"
CLAIMED: Final = "claimed"

OF_A_TURN: Final = (
    RECEIVED, TURN_BEGINS, TURN_WRITTEN, COMMITTED, OFFERED, CALL_BEGINS, CALL_ANSWERED, RECORDED,
    CONFIRMING,
)  # fmt: skip
OF_A_PROMISE: Final = (TICK_WRITTEN, TICK_COMMITTED, RENDERED, CLAIMED)
"""What nobody just asked for: a tick that found something to do, which is named behind a colon, and
rows that are claimed.
"""

_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None]) -> None:
    """Call `listener` with the name of each step, on the thread that passes it."""
    _listeners.append(listener)


def reached(step: str) -> None:
    """The bot is at this step."""
    for listener in _listeners:
        listener(step)
