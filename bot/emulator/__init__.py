"""A local Bot API server with people: for trying the bot out, and for its tests.

It knows nothing of the bot it serves and speaks to it over HTTP only. `World` is all its state and
does no I/O; `make_app` puts the Bot API, the people's side and the switches of tests around it.
"""

from bot.emulator.server import make_app, serving
from bot.emulator.world import World

__all__ = ["World", "make_app", "serving"]
