"""A voice message to send where nobody speaks: seconds of silence that every player can play.

Ogg pages (RFC 3533) with Opus packets (RFC 7845), as the Bot API wants voice messages.
"""

from __future__ import annotations

import struct

LONGEST = 60
"""The most seconds that are made; what a message says of its length may be more."""

_RATE = 48_000
_A_SECOND = 50
_SILENT = b"\xf8\xff\xfe"  # an Opus packet: 20 milliseconds of one channel in which nothing sounds
_SERIAL = 7
_BEGINS, _ENDS = 2, 4


def silence(seconds: int) -> bytes:
    """An Ogg Opus file of 1 to `LONGEST` seconds."""
    seconds = max(1, min(seconds, LONGEST))
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, _RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, _BEGINS), _page([tags], 1, 0)]
    for second in range(1, seconds + 1):
        last = _ENDS if second == seconds else 0
        pages.append(_page([_SILENT] * _A_SECOND, second + 1, second * _RATE, last))
    return b"".join(pages)


def _page(packets: list[bytes], number: int, played: int, kind: int = 0) -> bytes:
    """One page; `played` is how many samples are done at its end."""
    front = b"OggS" + struct.pack("<BBqII", 0, kind, played, _SERIAL, number)
    sizes = bytes([len(packets), *map(len, packets)])
    content = b"".join(packets)
    check = struct.pack("<I", _checksum(front + bytes(4) + sizes + content))
    return front + check + sizes + content


def _checksum(content: bytes) -> int:
    """Ogg's own: CRC-32 from the highest bit, beginning with zero and inverted nowhere."""
    value = 0
    for byte in content:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


def _remainder(value: int) -> int:
    value <<= 24
    for _ in range(8):
        value = value << 1 ^ (0x104C11DB7 if value & 0x80000000 else 0)
    return value


_TABLE = tuple(_remainder(byte) for byte in range(256))
