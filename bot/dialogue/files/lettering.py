"""How wide words are in the fonts of our pictures, and how they are put into lines.

Widths come from the fonts themselves; kerning is left out, so a line is at most a little shorter.
What would turn the text around, or has no picture in the fonts, is left out before.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import Final

FOLDER: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "DejaVu Sans"
FILES: Final = {False: FOLDER / "DejaVuSans.ttf", True: FOLDER / "DejaVuSans-Bold.ttf"}
"""The font for plain text and the one for bold."""
_TURNS_AROUND: Final = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_JOINERS: Final = "\u200c\u200d"
"""They shape letters of some scripts, and between symbols say nothing by themselves."""
_HANGS_ON: Final = ("Mn", "Me", "Cf")
_MAY_GO: Final = ("So", "Sk", "Mn", "Me", "Cf", "Cn", "Co")
"""Symbols and marks: text without them still says what it says."""


@dataclass(frozen=True, slots=True)
class Font:
    """The advance of each character, in parts of the font's size."""

    advances: dict[int, float]

    def has(self, character: str) -> bool:
        """Whether there is a picture of it."""
        return ord(character) in self.advances

    def width(self, text: str, size: float) -> float:
        """How wide `text` is at most, in the unit of `size`."""
        return size * sum(self.advances.get(ord(one), 0.6) for one in text)


@cache
def font(*, bold: bool) -> Font:
    """The metrics of one of our fonts, read once."""
    data = FILES[bold].read_bytes()
    tables = {
        tag: offset
        for tag, _sum, offset, _length in iter_unpack(
            ">4sIII", data[12 : 12 + 16 * unpack_from(">H", data, 4)[0]]
        )
    }
    per_em = unpack_from(">H", data, tables[b"head"] + 18)[0]
    metrics = unpack_from(">H", data, tables[b"hhea"] + 34)[0]
    widths = [unpack_from(">H", data, tables[b"hmtx"] + 4 * glyph)[0] for glyph in range(metrics)]
    glyphs = _glyphs(data, tables[b"cmap"])
    return Font({code: widths[min(n, metrics - 1)] / per_em for code, n in glyphs.items()})


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """The glyph of each character, from the font's table of segments (format 12)."""
    count = unpack_from(">H", data, cmap + 2)[0]
    for _platform, _kind, offset in iter_unpack(">HHI", data[cmap + 4 : cmap + 4 + 8 * count]):
        start = cmap + offset
        if unpack_from(">H", data, start)[0] == 12:
            groups = unpack_from(">I", data, start + 12)[0]
            segments = iter_unpack(">III", data[start + 16 : start + 16 + 12 * groups])
            return {
                code: glyph + code - first
                for first, last, glyph in segments
                for code in range(first, last + 1)
            }
    raise ValueError("the font has no table of all its characters")


def drawable(text: str, *, bold: bool = False) -> str:
    """`text` on one line, without what would turn it around or cannot be drawn anyway.

    Letters that the fonts do not have stay, as empty boxes.
    """
    letters = font(bold=bold)
    kept = ""
    for one in text:
        if one.isspace():
            kept += " "
        elif _says_something(one, kept) and (letters.has(one) or not _may_go(one)):
            kept += one
    return " ".join(kept.split())


def _says_something(one: str, before: str) -> bool:
    if one in _JOINERS:
        return bool(before) and unicodedata.category(before[-1])[0] in "LM"
    return one not in _TURNS_AROUND and unicodedata.category(one) not in ("Cc", "Cs")


def _may_go(one: str) -> bool:
    return unicodedata.category(one) in _MAY_GO


def runs_rightwards(text: str) -> bool:
    """Whether a line begins at the left: its first letter says so, as readers expect."""
    for one in text:
        match unicodedata.bidirectional(one):
            case "L":
                return True
            case "R" | "AL":
                return False
    return True


def lines(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """`text` in lines no wider than `width`; a word that is wider by itself is cut up."""
    letters = font(bold=bold)
    space = letters.width(" ", size)
    found: list[str] = []
    line, wide = "", 0.0
    for word in text.split():
        longer = wide + space * bool(line) + letters.width(word, size)
        if longer <= width:
            line, wide = f"{line} {word}" if line else word, longer
            continue
        found += [line] if line else []
        *full, line = _pieces(word, letters, size, width)
        found += full
        wide = letters.width(line, size)
    return [*found, line] if line else found


def _pieces(word: str, letters: Font, size: float, width: float) -> list[str]:
    """A word in pieces that fit; a mark stays with its letter, if there are not too many."""
    pieces, wide = [""], 0.0
    for one in word:
        hangs = unicodedata.category(one) in _HANGS_ON
        wide += letters.width(one, size)
        if pieces[-1] and wide > (width + size if hangs else width):
            pieces.append("")
            wide = letters.width(one, size)
        pieces[-1] += one
    return pieces


def fitted(
    text: str, sizes: tuple[int, ...], width: float, most: int, *, bold: bool = False
) -> tuple[int, list[str]]:
    """The largest of `sizes` at which `text` takes at most so many lines, and these lines.

    What does not fit at the smallest size either ends with three dots.
    """
    for size in sizes:
        found = lines(text, size, width, bold=bold)
        if len(found) <= most:
            return size, found
    size = sizes[-1]
    return size, _ended(lines(text, size, width, bold=bold), most, size, width, bold=bold)


def _ended(
    found: list[str], most: int, size: float, width: float, *, bold: bool
) -> list[str]:  # fmt: skip
    last = found[most - 1]
    while last and font(bold=bold).width(f"{last}…", size) > width:
        last = last[:-1]
    return [*found[: most - 1], f"{last.rstrip()}…"]
