"""A sheet with bars: how many of what, beside how many there could be. Pure; drawn elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from bot.dialogue.files import lettering
from bot.dialogue.files.pictures import HEIGHT, MARGIN, ROOM, WIDTH

MOST: Final = 60
"""Bars on one sheet; with more they could not be read."""
TOP: Final = 260
"""Where the bars begin, below the title."""
TALLEST: Final = 64
"""How high a bar's row may be where there are few."""
NAMES: Final = 430
NUMBERS: Final = 150
LONGEST_BAR: Final = ROOM - NAMES - NUMBERS
INK, FULL, EMPTY = "#1c2733", "#2f6f8f", "#dfe7ec"
"""Dark on white, and the two parts of a bar; they differ in lightness, not in colour alone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` of at most `most`; None: there is no most."""

    name: str
    value: int
    most: int | None = None

    @property
    def length(self) -> int:
        """How much of the scale it takes."""
        return max(self.value, self.most or 0)


def bars(title: str, measured: str, shown: Sequence[Bar]) -> str:
    """An A4 sheet as SVG: `title`, what is `measured`, and the first sixty bars."""
    few = list(shown[:MOST])
    scale = max((one.length for one in few), default=0) or 1
    row = min(TALLEST, (HEIGHT - TOP - MARGIN) / max(len(few), 1))
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *_head(title, measured)]
    for place, one in enumerate(few):
        parts += _bar(one, TOP + place * row, row, LONGEST_BAR / scale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{lettering.FAMILY}">{"".join(parts)}</svg>'
    )


def _head(title: str, measured: str) -> Iterator[str]:
    yield from _text(title, (MARGIN, 130), (56, 48, 40, 32), ROOM, bold=True)
    yield from _text(measured, (MARGIN, 200), (34,), ROOM)


def _bar(one: Bar, top: float, row: float, unit: float) -> Iterator[str]:
    size, thick = int(row * 0.46), row * 0.62
    line, left = top + row * 0.62, MARGIN + NAMES
    yield from _text(one.name, (MARGIN, line), (size,), NAMES - 20)
    if one.most is not None:
        yield _block(left, top + row * 0.14, one.most * unit, thick, EMPTY)
    yield _block(left, top + row * 0.14, one.value * unit, thick, FULL)
    count = str(one.value) if one.most is None else f"{one.value} / {one.most}"
    yield from _text(count, (left + LONGEST_BAR + 20, line), (size,), NUMBERS - 20)


def _block(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
    )


def _text(
    text: str,
    at: tuple[float, float],
    sizes: tuple[int, ...],
    width: float,
    *,
    bold: bool = False,
) -> Iterator[str]:
    """One line of at most `width`; what the fonts cannot draw is left out."""
    bare = lettering.drawable(text, bold=bold)
    if not bare:
        return
    size, found = lettering.fitted(bare, sizes, width, 1, bold=bold)
    weight = ' font-weight="bold"' if bold else ""
    yield (
        f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size}" fill="{INK}"{weight}>'
        f"{escape(found[0])}</text>"
    )
