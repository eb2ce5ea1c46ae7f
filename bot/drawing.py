"""Draws pictures in a process of its own, as drawing lets nothing else of a process run.

Run as a module it is that process: a drawing comes in, the finished file goes out.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import Final

from bot.dialogue.files.pictures import Drawing, drawn, packed, unpacked

SECONDS: Final = 100.0
"""Forty posters take twenty; with the sending it stays within a row's lease."""


class NotDrawn(Exception):
    """The process that draws ended badly, or took too long."""


async def draw(drawing: Drawing) -> bytes:
    """The finished file; raises NotDrawn. Nothing goes on drawing when the caller is cancelled."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(SECONDS):
            file, _nothing = await process.communicate(packed(drawing))
    except TimeoutError:
        raise NotDrawn from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not file:
        raise NotDrawn
    return file


if __name__ == "__main__":
    os.nice(10)  # replies come first
    sys.stdout.buffer.write(drawn(unpacked(sys.stdin.buffer.read())))
