"""Pictures are drawn in another process, and nothing waits for it but who asked."""

import asyncio
import time
from pathlib import Path

import pytest

from bot import drawing
from bot.dialogue.files.pictures import Drawing

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
LINE = '<text x="9" y="{}" font-size="40">Words that take their time to be drawn, é</text>'
LINES = "".join(LINE.format(50 * n) for n in range(1, 30))
FULL = f'<svg xmlns="http://www.w3.org/2000/svg" width="1240" height="1754">{LINES}</svg>'


async def test_a_sheet_comes_back_as_a_picture_and_replies_go_on() -> None:
    slowest = 0.0

    async def beat() -> None:
        nonlocal slowest
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            slowest = max(slowest, time.perf_counter() - began)

    beating = asyncio.create_task(beat())
    began = time.perf_counter()
    file = await drawing.draw(Drawing((("a.png", FULL),)))
    took = time.perf_counter() - began
    beating.cancel()
    assert file.startswith(b"\x89PNG")
    assert slowest < took / 2


async def test_several_sheets_come_back_as_a_zip() -> None:
    file = await drawing.draw(Drawing((("a.png", SVG), ("b.png", SVG))))
    assert file.startswith(b"PK")


async def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(drawing.NotDrawn):
        await drawing.draw(Drawing((("a.png", "this is no picture"),)))


async def test_nothing_goes_on_drawing_for_who_went_away() -> None:
    many = Drawing(tuple((f"{n}.png", SVG) for n in range(200)))
    before, found = set(_children()), set[str]()
    task = asyncio.create_task(drawing.draw(many))
    while not found:
        await asyncio.sleep(0.01)
        found = set(_children()) - before
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not found & set(_children())


def _children() -> list[str]:
    tasks = Path("/proc/self/task")
    return [pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
