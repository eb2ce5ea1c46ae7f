"""How the bot is doing, written down for `/health`, which another process may ask."""

import asyncio
import logging
from typing import Final

from bot.receiver import Receiver
from bot.sender import Sender
from storage import Database, Tx, settings
from storage.errors import StorageError

SECONDS: Final = 30.0
SOON: Final = 1.0  # seconds until the first time

_log = logging.getLogger(__name__)


async def keep(database: Database, receiver: Receiver, sender: Sender) -> None:
    """Write it down every half minute, until cancelled."""
    pause = SOON
    while True:
        await asyncio.sleep(pause)
        pause = SECONDS if receiver.polled else SOON
        try:
            await database.run(_write, receiver, sender)
        except StorageError as error:
            _log.warning("vitals not written reason=%s", type(error).__name__)


def _write(tx: Tx, receiver: Receiver, sender: Sender) -> None:
    polled = receiver.polled
    errors = {"receiving": receiver.last_error, "sending": sender.last_error}
    told = {
        "last_poll": polled.isoformat() if polled else None,
        "errors": {where: error for where, error in errors.items() if error},
    }
    settings.put(tx, "vitals", told)
