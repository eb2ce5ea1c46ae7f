"""Reads PNG pictures back: their size, their dots, and the codes that a phone would see."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import iter_unpack, unpack, unpack_from

import zxingcpp

CHANNELS = {0: 1, 6: 4}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in shades of grey; `dpi` is 0 where the file does not say."""

    width: int
    height: int
    dpi: int
    grey: bytes

    def codes(self) -> list[str]:
        """What the square codes in it say."""
        seen = memoryview(self.grey).cast("B", (self.height, self.width))
        return [code.text for code in zxingcpp.read_barcodes(seen)]

    def row(self, y: int) -> bytes:
        """One line of dots."""
        return self.grey[y * self.width : (y + 1) * self.width]

    def is_blank(self, left: int, top: int, right: int, bottom: int) -> bool:
        """Whether nothing is drawn in this part."""
        return all(set(self.row(y)[left:right]) <= {255} for y in range(top, bottom))


def picture(data: bytes) -> Picture:
    """A PNG in shades of grey or with colours and transparency, as ours are."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    parts = dict[bytes, bytes]()
    for kind, content in _chunks(data):
        parts[kind] = parts.get(kind, b"") + content
    width, height, depth, colours, *_rest = unpack(">IIBBBBB", parts[b"IHDR"])
    bits = depth * CHANNELS[colours]
    raw = zlib.decompress(parts[b"IDAT"])
    rows = _unfiltered(raw, -(-width * bits // 8), max(1, bits // 8))
    grey = b"".join(_grey(row, width, depth, colours) for row in rows)
    per_metre = unpack_from(">I", parts.get(b"pHYs", b"\0" * 4))[0]
    return Picture(width, height, round(per_metre * 0.0254), grey)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(data):
        size, kind = unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + size]
        assert unpack_from(">I", data, at + 8 + size)[0] == zlib.crc32(kind + content)
        yield kind, content
        at += 12 + size


def _unfiltered(raw: bytes, size: int, step: int) -> Iterator[bytes]:
    """The rows of a PNG without the differences that it keeps of them (PNG, section 9)."""
    above = bytearray(size)
    for start in range(0, len(raw), size + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + size])
        for n in range(size):
            left = row[n - step] if n >= step else 0
            corner = above[n - step] if n >= step else 0
            row[n] = (row[n] + _guess(kind, left, above[n], corner)) & 255
        yield bytes(row)
        above = row


def _guess(kind: int, left: int, up: int, corner: int) -> int:
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    ahead = left + up - corner
    return min((left, up, corner), key=lambda one: abs(ahead - one))


def _grey(row: bytes, width: int, depth: int, colours: int) -> bytes:
    if colours == 6:
        return bytes((r + g + b) // 3 for r, g, b, _alpha in iter_unpack("4B", row))
    if depth == 8:
        return row[:width]
    bits = "".join(f"{one:08b}" for one in row)[:width]
    return bytes(255 * int(bit) for bit in bits)
