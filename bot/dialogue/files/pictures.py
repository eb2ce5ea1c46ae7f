"""Pictures: the square code that a phone reads, and a poster to print.

Drawing a sheet takes a third of a second in which nothing else of the process runs, so a maker
gives a `Drawing` and the sender has it drawn elsewhere.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from bot.dialogue.files import lettering

DPI: Final = 200
WIDTH, HEIGHT = 1240, 1754
"""A4 in the unit of the drawing, a hundred and fifty to the inch."""
MARGIN: Final = 90
ROOM: Final = WIDTH - 2 * MARGIN
CODE: Final = 440
"""The side of the code on a poster: 7.5 cm, to be read from two metres."""
BODY: Final = (230, HEIGHT - 250 - CODE - 20)
"""From where until where down the sheet the words about the meeting stand."""
LEVELS: Final = (
    (96, 54, 46, 36),
    (84, 50, 42, 34),
    (72, 46, 38, 32),
    (60, 42, 36, 30),
    (50, 40, 34, 28),
    (44, 36, 30, 26),
)
"""The sizes of title, time, place and access that are tried, until everything fits."""
MOST_LINES: Final = (7, 3, 4, 3)
"""So many lines of each fit at the last level, whatever the words."""
ANY: Final = 1000
LEADING, AFTER = 1.2, 0.55
"""From line to line, and below a paragraph, in sizes."""
QUIET: Final = 4
"""The empty border that a reader needs, in modules (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Sheets to be drawn, (name, svg) each: one is a PNG, more are a ZIP with a PNG each."""

    sheets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on a poster, in words; `link` is in the code, `address` is for typing."""

    title: str
    when: str
    where: str
    access: str
    call: str
    steps: tuple[str, ...]
    link: str
    address: str
    behind: str
    platform: str


def code_png(link: str, scale: int = 12) -> bytes:
    """The code of a link as a PNG."""
    import segno

    file = BytesIO()
    segno.make_qr(link, error="m").save(file, kind="png", scale=scale, border=QUIET)
    return file.getvalue()


def code_modules(link: str) -> tuple[tuple[bool, ...], ...]:
    """The code of a link, True where it is dark, without its border."""
    import segno

    return tuple(tuple(bool(one) for one in row) for row in segno.make_qr(link, error="m").matrix)


# The poster.


def poster_svg(poster: Poster) -> str:
    """An A4 sheet; a long title gets smaller letters and more lines, up to a bound."""
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *_head(poster)]
    parts += _body(poster)
    parts += [*_code(poster), *_foot(poster)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{lettering.FAMILY}">{"".join(parts)}</svg>'
    )


def _head(poster: Poster) -> Iterator[str]:
    yield f'<rect width="{WIDTH}" height="28" fill="#0b5d4e"/>'
    yield from _paragraph(poster.platform, (40, 34), (MARGIN, 90, ROOM), 1, bold=True)[0]
    yield f'<rect x="{MARGIN}" y="172" width="{ROOM}" height="3" fill="#0b5d4e"/>'


def _body(poster: Poster) -> list[str]:
    """The largest letters with which all of it fits; at the smallest, long texts are cut."""
    for level in LEVELS[:-1]:
        drawn, end = _paragraphs(poster, level, (ANY, ANY, ANY, ANY))
        if end <= BODY[1]:
            return drawn
    return _paragraphs(poster, LEVELS[-1], MOST_LINES)[0]


def _paragraphs(
    poster: Poster, sizes: Sequence[int], most: Sequence[int]
) -> tuple[list[str], float]:
    drawn: list[str] = []
    y = float(BODY[0])
    texts = (poster.title, poster.when, poster.where, poster.access)
    for nth, text in enumerate(texts):
        place = (MARGIN, y, ROOM)
        lines, y = _paragraph(text, (sizes[nth],), place, most[nth], bold=nth < 2)
        drawn += lines
    return drawn, y


def _code(poster: Poster) -> Iterator[str]:
    top = HEIGHT - 250 - CODE
    modules = code_modules(poster.link)
    side = CODE / (len(modules) + 2 * QUIET)
    dark = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, on in enumerate(row) if on
    )
    frame = f'x="{MARGIN}" y="{top}" width="{CODE}" height="{CODE}"'
    yield f'<rect {frame} fill="#ffffff" stroke="#0b5d4e" stroke-width="3"/>'
    shift = QUIET * side
    place = f"translate({MARGIN + shift:.2f} {top + shift:.2f}) scale({side:.4f})"
    yield f'<path transform="{place}" d="{dark}" shape-rendering="crispEdges"/>'
    left, y = MARGIN + CODE + 50, top + 10.0
    room = WIDTH - MARGIN - left
    drawn, y = _paragraph(poster.call, (48, 42, 38), (left, y, room), 3, bold=True)
    yield from drawn
    for step in poster.steps:
        drawn, y = _paragraph(step, (34, 30), (left, y, room), 3)
        yield from drawn
    sizes = (34, 31, 28, 25)
    most = 1 if lettering.font(bold=True).width(poster.address, sizes[-1]) <= room else 2
    yield from _paragraph(poster.address, sizes, (left, y, room), most, bold=True)[0]


def _foot(poster: Poster) -> Iterator[str]:
    yield f'<rect x="{MARGIN}" y="{HEIGHT - 200}" width="{ROOM}" height="3" fill="#0b5d4e"/>'
    yield from _paragraph(poster.behind, (30, 27, 24), (MARGIN, HEIGHT - 180, ROOM), 4)[0]


def _paragraph(
    text: str,
    sizes: tuple[int, ...],
    place: tuple[float, float, float],
    most: int,
    *,
    bold: bool = False,
) -> tuple[list[str], float]:
    """The lines of a text from (x, y, width) down, and where what comes next may begin."""
    x, y, width = place
    bare = lettering.drawable(text, bold=bold)
    if not bare:
        return [], y
    size, found = lettering.fitted(bare, sizes, width, most, bold=bold)
    from_left = lettering.runs_rightwards(bare)
    at = x if from_left else x + width
    style = f'text-anchor="{"start" if from_left else "end"}" font-size="{size}"'
    weight = ' font-weight="bold"' if bold else ""
    drawn = []
    for line in found:
        y += size * LEADING
        drawn.append(f'<text x="{at:.1f}" y="{y:.1f}" {style}{weight}>{escape(line)}</text>')
    return drawn, y + size * AFTER


# Drawing, where it may take its time.


def drawn(drawing: Drawing) -> bytes:
    """The picture, or the ZIP of several; holds up the whole process meanwhile."""
    if len(drawing.sheets) == 1:
        return png(drawing.sheets[0][1])
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, svg in drawing.sheets:
            archive.writestr(ZipInfo(name), png(svg))
    return file.getvalue()


def png(svg: str, dpi: int = DPI) -> bytes:
    """A sheet as a PNG that says how large it is on paper."""
    import resvg_py

    made = resvg_py.svg_to_bytes(
        svg_string=svg,
        skip_system_fonts=True,
        font_files=[str(file) for file in lettering.FILES.values()],
        font_family=lettering.FAMILY,
        width=WIDTH * dpi // 150,
    )
    per_metre = round(dpi / 0.0254)
    return made[:33] + _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)) + made[33:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(drawing: Drawing) -> bytes:
    """A drawing to be handed to another process."""
    return json.dumps(asdict(drawing)).encode()


def unpacked(data: bytes) -> Drawing:
    """The drawing that `packed` wrote."""
    sheets: Iterable[Any] = json.loads(data)["sheets"]
    return Drawing(tuple((str(name), str(svg)) for name, svg in sheets))
