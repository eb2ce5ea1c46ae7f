"""Dutch municipalities by name, old name or nickname, with typing errors forgiven.

The facts are in `municipalities.csv` beside this file: CBS code, name, province, other names.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz, process

from bot.dialogue.choices import plain

NEARLY = 72
"""How alike (0-100) a name must be to be offered as "did you mean"."""

_SUFFIX = re.compile(r"\s*\([A-Z][a-zA-Z]*\.\)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality; `code` is its stable CBS code, such as `GM0356`."""

    code: str
    name: str
    province: str
    also: tuple[str, ...]

    @property
    def label(self) -> str:
        """The name as people say it: a suffix such as `(NH.)` becomes the province."""
        bare = _SUFFIX.sub("", self.name)
        return self.name if bare == self.name else f"{bare} ({self.province})"


@cache
def places() -> dict[str, Place]:
    """Every municipality by its code."""
    with files("bot.dialogue").joinpath("municipalities.csv").open(encoding="utf-8") as source:
        return {
            row["code"]: Place(
                row["code"],
                row["name"],
                row["province"],
                tuple(filter(None, row["also_known_as"].split("|"))),
            )
            for row in csv.DictReader(source)
        }


@cache
def _names() -> dict[str, list[str]]:
    """Plain name to codes: two municipalities may share one (Bergen)."""
    found: dict[str, list[str]] = {}
    for place in places().values():
        for name in {_SUFFIX.sub("", place.name), place.name, place.label, *place.also}:
            codes = found.setdefault(plain(name), [])
            if place.code not in codes:
                codes.append(place.code)
    return found


def name_of(code: str | None) -> str:
    """The name to show for a stored code; empty when there is none."""
    place = places().get(code or "")
    return place.label if place else ""


def find(text: str) -> tuple[list[Place], bool]:
    """The municipalities that `text` may mean, best first, and whether it names them exactly."""
    said = plain(re.sub(r"^\s*(gemeente|in|uit)\s+", "", text, flags=re.IGNORECASE))
    if exact := _names().get(said):
        return _of(exact), True
    if len(said) < 3:
        return [], False
    found = process.extract(said, _names().keys(), scorer=fuzz.ratio, score_cutoff=NEARLY, limit=4)
    codes = [code for name, _, _ in found for code in _names()[name]]
    return _of(dict.fromkeys(codes))[:4], False


def _of(codes: Iterable[str]) -> list[Place]:
    return [places()[code] for code in codes]
