"""Text that a person formatted in their app, as our own rich text.

What apps send can be trusted in nothing: spans may overlap, reach past the end or part a character.
What comes out is always well nested, as the Bot API wants it: quotes do not stand in quotes, code
holds nothing else, at most `MOST_TAGS` are written. The words themselves are never changed.
https://core.telegram.org/bots/api#formatting-options
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise

from bot.dialogue.messages import Rich, Span, clipped, units

MOST_TAGS = 100
"""Telegram shows at most 100 formatted pieces in a message and leaves the rest plain."""

_MARKS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s",
          "spoiler": "tg-spoiler"}  # fmt: skip
_QUOTES = {"blockquote": "<blockquote>", "expandable_blockquote": "<blockquote expandable>"}
_CODE = ("code", "pre")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f<>\"\\]{1,2000}", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,40}")


@dataclass(frozen=True, slots=True)
class _Piece:
    """From one character to another, between two tags. Of lower `rank` stands outside."""

    start: int
    end: int
    rank: int
    opening: str
    closing: str


def as_rich(text: str, spans: Sequence[Span]) -> str | Rich:
    """`text` with its formatting; plain, and itself, when there is none that we keep."""
    pieces = _pieces(text, clipped(text, spans))[:MOST_TAGS] if spans else []
    if not pieces:
        return text
    written, tags = _written(text, pieces)
    if tags > MOST_TAGS:  # some had to be opened twice, so that they do not cross
        counts = range(len(pieces))
        fit = bisect_right(counts, MOST_TAGS, key=lambda count: _written(text, pieces[:count])[1])
        written, tags = _written(text, pieces[: fit - 1])
    return Rich(written)


def trimmed(text: str, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    """`text` without the white space around it; the spans move along."""
    bare = text.strip()
    if bare == text or not spans:
        return bare, tuple(spans)
    before = units(text[: len(text) - len(text.lstrip())])
    return bare, clipped(bare, [replace(span, offset=span.offset - before) for span in spans])


# From spans to pieces that do not cross where they may not.


def _pieces(text: str, spans: Sequence[Span]) -> list[_Piece]:
    """What is kept of the spans, counted in characters, in the order of the text."""
    at = _places(text)
    ranges = [(at[span.offset], at[span.offset + span.length], span) for span in spans]
    quotes = _apart([one for one in ranges if one[2].kind in _QUOTES], [])
    whole = _apart([one for one in ranges if _is_whole(one[2])], quotes)
    marks = [
        (start, end, Span(kind, 0, 0))
        for kind in _MARKS
        for start, end in _together([one[:2] for one in ranges if one[2].kind == kind])
    ]
    marks = _without(marks, [one for one in whole if one[2].kind in _CODE])
    kept = [*quotes, *whole, *_uncrossed(marks, [*quotes, *whole])]
    return sorted((_piece(*one) for one in kept), key=lambda p: (p.start, -p.end, p.rank))


_Range = tuple[int, int, Span]


def _places(text: str) -> dict[int, int]:
    """The place of each character (and of the end) by its offset in UTF-16 units."""
    found, offset = {}, 0
    for place, sign in enumerate(text):
        found[offset] = place
        offset += 2 if sign > "\uffff" else 1
    return found | {offset: len(text)}


def _is_whole(span: Span) -> bool:
    """Whether it is code, or a link that may be followed."""
    return span.kind in _CODE or (
        span.kind == "text_link" and _WEB_ADDRESS.fullmatch(span.url) is not None
    )


def _apart(ranges: list[_Range], around: list[_Range]) -> list[_Range]:
    """Each begins where the one before it ends, and is cut where one of `around` begins or ends."""
    edges = sorted({edge for start, end, _ in around for edge in (start, end)})
    found: list[_Range] = []
    for start, end, span in sorted(ranges, key=lambda one: (one[0], -one[1])):
        free = max(start, found[-1][1]) if found else start
        cuts = [free, *(edge for edge in edges if free < edge < end), end]
        found += [(a, b, span) for a, b in pairwise(cuts) if a < b]
    return found


def _together(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What lies in any of them, as ranges that do not touch."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _without(ranges: list[_Range], taken: list[_Range]) -> list[_Range]:
    """What is left of each outside of `taken`, which are in order and apart."""
    found = []
    for start, end, span in ranges:
        free = start
        for a, b, _ in taken:
            if a < end and b > free:
                found.append((free, a, span))
                free = b
        found.append((free, end, span))
    return [(a, b, span) for a, b, span in found if a < b]


def _uncrossed(ranges: list[_Range], firm: list[_Range]) -> list[_Range]:
    """The ranges, cut where they would cross the edge of one of `firm`."""
    found = []
    for start, end, span in ranges:
        begun = {a for a, b, _ in firm if start < a < end < b}
        ended = {b for a, b, _ in firm if a < start < b < end}
        cuts = [start, *sorted(begun | ended), end]
        found += [(a, b, span) for a, b in pairwise(cuts)]
    return found


def _piece(start: int, end: int, span: Span) -> _Piece:
    kind = span.kind
    if kind in _QUOTES:
        return _Piece(start, end, 0, _QUOTES[kind], "</blockquote>")
    if kind == "text_link":
        return _Piece(start, end, 1, f'<a href="{escape(span.url)}">', "</a>")
    if kind == "pre" and _LANGUAGE.fullmatch(span.language):
        named = f'<pre><code class="language-{span.language}">'
        return _Piece(start, end, 1, named, "</code></pre>")
    tag = _MARKS.get(kind, kind)
    return _Piece(start, end, 1 if kind in _CODE else 2, f"<{tag}>", f"</{tag}>")


# From pieces to tags.


def _written(text: str, pieces: list[_Piece]) -> tuple[str, int]:
    """The text with its tags, and how many were opened."""
    edges = sorted({0, len(text)} | {edge for p in pieces for edge in (p.start, p.end)})
    parts: list[str] = []
    open_now: list[_Piece] = []
    tags = waiting = 0
    for place, after in pairwise([*edges, len(text)]):
        due = [piece for piece in open_now if piece.end > place]
        while waiting < len(pieces) and pieces[waiting].start == place:
            due.append(pieces[waiting])
            waiting += 1
        due.sort(key=lambda piece: (-piece.end, piece.start, piece.rank))
        same = _alike(open_now, due)
        parts += [piece.closing for piece in reversed(open_now[same:])]
        parts += [piece.opening for piece in due[same:]]
        parts.append(escape(text[place:after], quote=False))
        tags += len(due) - same
        open_now = due
    return "".join(parts), tags


def _alike(first: list[_Piece], second: list[_Piece]) -> int:
    """How many from the front are the same."""
    for count, (one, other) in enumerate(zip(first, second, strict=False)):
        if one is not other:
            return count
    return min(len(first), len(second))
