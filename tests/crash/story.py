"""What people do while the bot is killed under them, and what it should come to.

Everything is typed, as every button can be. The same lines are played once without any crash on a
phone of the tests; what that phone shows is what the real phones must show in the end.
"""

from __future__ import annotations

from datetime import UTC, datetime

import handlers
from bot import importing
from storage import settings
from tests.phone import Phone, World

LINES = (
    "/start", "/join", "1", "Noor", "Nieuwegijn", "yes", "Vreeswijk", "back", "Vreeswijk", "1",
    "1, 3", "yes", "yes", "no", "/help", "yes", "no", "skip", "1", "1",
    "/survey", "1, 2", "back", "2", "Too few places to meet", "1", "none",
    "/meetings", "/profile", "stop",
)  # fmt: skip
"""A talk with a wrong answer, a step back, a question for help, and a talk that is left open."""


def reference(now: datetime | None = None) -> Phone:
    """A phone on which all lines were played at `now` without any crash."""
    world = World(
        handlers.FLOWS,
        ticks=handlers.TICKS,
        renderers=handlers.RENDERERS,
        makers=handlers.MAKERS,
    )
    world.now = now or datetime.now(UTC)
    world.run(importing.fill, world.now, {}, "nl")
    world.run(settings.put, "platform", {"name": "Bewonersplatform", "languages": ["nl", "en"]})
    phone = world.phone()
    for line in LINES:
        phone.types(line)
    return phone
