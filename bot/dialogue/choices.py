"""Typed alternatives to buttons: a number, the words, or nearly the words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

CLOSE = 84
"""How alike (0-100) typed words and a label must be: one slip in a short word, two in a long."""

_APART = re.compile(r"[^\w]+")
_NUMBER = re.compile(r"^\W*(\d{1,3})\W*$")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """`text` for comparing: no case, accents, punctuation, zero-width marks or extra spaces."""
    bare = unicodedata.normalize("NFKD", text[:200].casefold())
    kept = "".join(c for c in bare if unicodedata.category(c) not in ("Mn", "Cf", "Me"))
    return _APART.sub(" ", kept).strip()


def match(text: str, labels: Mapping[str, str]) -> str | None:
    """The key of the one label that `text` names, by number, words or nearly; else None."""
    words = {key: plain(label) for key, label in labels.items()}
    if number := _NUMBER.match(text):
        return _by_number(int(number[1]), words)
    said = plain(text)
    if not said:
        return None
    for key, label in words.items():
        if said == label:
            return key
    bare = [key for key, label in words.items() if said == _without_number(label)]
    if len(bare) == 1:
        return bare[0]
    starts = [key for key, label in words.items() if label.startswith(said + " ")]
    if len(starts) == 1:
        return starts[0]
    return _nearly(said, words)


def _without_number(label: str) -> str:
    """The label of `3. The garden` is also `the garden`."""
    number, _space, rest = label.partition(" ")
    return rest if number.isdigit() and rest else label


def match_inside(text: str, labels: Mapping[str, str]) -> str | None:
    """The key of the only label in which all of the typed words are, such as `19.30` of a day."""
    said = set(plain(text).split())
    found = [key for key, label in labels.items() if said <= set(plain(label).split())]
    return found[0] if said and len(found) == 1 else None


def _by_number(number: int, words: Mapping[str, str]) -> str | None:
    """The label that begins with this number; where none begins with any, the one in this place."""
    first = {key: label.partition(" ")[0] for key, label in words.items()}
    numbers = {int(word): key for key, word in first.items() if word.isdecimal()}
    if numbers:
        return numbers.get(number)
    return list(words)[number - 1] if 1 <= number <= len(words) else None


def _nearly(said: str, words: Mapping[str, str]) -> str | None:
    if len(said) < 3:
        return None
    found = process.extract(said, words, scorer=fuzz.ratio, score_cutoff=CLOSE, limit=2)
    if not found or (len(found) == 2 and found[0][1] - found[1][1] < 4):
        return None
    return str(found[0][2])


def match_shown(text: str, shown: Sequence[Mapping[str, str]]) -> str | None:
    """The key of the label that `text` names in the last messages, the newest of them first.

    A number is the one in a label (`More about 4`) where the newest message has such labels, and
    a place in that message where it has none.
    """
    if not _NUMBER.match(text):
        return match(
            text, {key: label for labels in reversed(shown) for key, label in labels.items()}
        )
    numbered = [_numbered(labels) for labels in shown]
    if not numbered or not numbered[0]:
        return match(text, shown[0]) if shown else None
    number = plain(text)
    return next((keys[number] for keys in numbered if number in keys), None)


def _numbered(labels: Mapping[str, str]) -> dict[str, str]:
    """The key of the first label with each number in it; one that begins with it goes first."""
    found: dict[str, str] = {}
    words = {key: plain(label).split() for key, label in labels.items()}
    for key, label in words.items():
        if label and label[0].isdigit():
            found.setdefault(label[0], key)
    for key, label in words.items():
        for word in label if not label or not label[0].isdigit() else ():
            if word.isdigit():
                found.setdefault(word, key)
    return found


def match_many(text: str, labels: Mapping[str, str], parting: Sequence[str]) -> list[str] | None:
    """The keys that a typed list names, in the options' order; None if any part is unclear."""
    words = "|".join(re.escape(word) for word in parting)
    found: list[str | None] = []
    for piece in re.split(r"[,;+\n]", text)[: len(labels) + 1]:
        if whole := match(piece, labels):
            found.append(whole)
        elif piece.strip():
            parts = re.split(rf"\s(?:{words})\s|(?<=\d)\s+(?=\d)", piece)
            found += [match(part, labels) for part in parts[: len(labels) + 1]]
    if not found or None in found or len(found) > len(labels):
        return None
    return [key for key in labels if key in found]
