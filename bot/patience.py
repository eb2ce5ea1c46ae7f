"""Waiting for something that may never come, without keeping the bot from stopping."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def unless(stopping: asyncio.Event, asked: Coroutine[Any, Any, T]) -> T | None:
    """What `asked` gives or raises; None, with it cancelled, if the bot stops first."""
    asking, stop = asyncio.create_task(asked), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((asking, stop), return_when=asyncio.FIRST_COMPLETED)
    finally:
        asking.cancel()
        stop.cancel()
        await asyncio.gather(asking, stop, return_exceptions=True)
    return None if asking.cancelled() else asking.result()
