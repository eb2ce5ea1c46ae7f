"""The lines of a calendar file (RFC 5545): unfolded, checked, and the events cut out of them.

Only what an event itself says goes on, and only the properties that are read: no time zones of the
file's own, no alarms, nothing nested. So whatever else a file holds is never worked out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.importing.mistakes import ImportErrors

LARGEST: Final = 1_000_000
"""The most bytes of a file."""
DEEPEST: Final = 5
MOST_EVENTS: Final = 1000
_LINE: Final = re.compile(r'([A-Za-z0-9-]+)((?:;[^:";]*(?:"[^"]*"[^:";]*)*)*):(.*)', re.DOTALL)
MOST_MISTAKES: Final = 50
_SHOWN: Final = 40


@dataclass(slots=True)
class Lines:
    """One event: the line on which it begins, and its lines with their numbers by property."""

    begins: int
    texts: list[str] = field(default_factory=list)
    numbers: dict[str, list[int]] = field(default_factory=dict)

    def add(self, number: int, name: str, text: str) -> None:
        """One more line of it."""
        self.texts.append(text)
        self.numbers.setdefault(name, []).append(number)

    def line(self, name: str) -> int:
        """The line of a property; that of the event where it has none."""
        return self.numbers.get(name, [self.begins])[0]


def events(path: Path, wanted: Collection[str]) -> list[Lines]:
    """The events in a file with their `wanted` properties. Raises ImportErrors."""
    reader = _Reader(wanted)
    for number, text in _unfolded(_text(path)):
        reader.take(number, text)
        if reader.too_much:
            break
    reader.finish()
    if reader.mistakes:
        raise ImportErrors([f"line {number}: {text}" for number, text in reader.mistakes])
    return reader.found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ImportErrors([f"{path}: cannot be read: {error.strerror}"]) from None
    if len(raw) > LARGEST:
        raise ImportErrors([f"{path}: is larger than {LARGEST // 1_000_000} MB"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ImportErrors([f"line {line}: this is not UTF-8 text: save it as UTF-8"]) from None


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number; one that begins with a space goes on with the one before."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        begun, parts = number, [line] if line.strip() else []
    if parts:
        yield begun, "".join(parts)


class _Reader:
    """Walks through the lines once, knowing what is open."""

    def __init__(self, wanted: Collection[str]) -> None:
        self.wanted = wanted
        self.open: list[str] = []
        self.found: list[Lines] = []
        self.mistakes: list[tuple[int, str]] = []
        self.too_much = False
        self.last = 1

    def take(self, number: int, text: str) -> None:
        """The next line."""
        self.last = number
        parts = _LINE.fullmatch(text)
        if parts is None:
            return self._wrong(number, f"`{shown(text)}` is not a line of a calendar")
        if any(unicodedata.category(c) == "Cc" and c != "\t" for c in text):
            return self._wrong(number, "this line holds a control character")
        name, value = parts[1].upper(), parts[3].strip().upper()
        if name == "BEGIN":
            return self._begin(number, value)
        if name == "END":
            return self._end(number, value)
        if not self.open:
            return self._wrong(number, "this stands outside of a calendar: it has BEGIN:VCALENDAR")
        if self.open == ["VCALENDAR", "VEVENT"] and name in self.wanted:
            self.found[-1].add(number, name, text)
        return None

    def _begin(self, number: int, value: str) -> None:
        if not self.open and value != "VCALENDAR":
            self._wrong(number, "a calendar begins with BEGIN:VCALENDAR")
        self.open.append(value)
        if self.open == ["VCALENDAR", "VEVENT"]:
            self.found.append(Lines(number))
        if len(self.open) > DEEPEST:
            self._stop(number, "this is nested too deeply")
        elif len(self.found) > MOST_EVENTS:
            self._stop(number, f"there are more than {MOST_EVENTS} events")

    def _end(self, number: int, value: str) -> None:
        if self.open and self.open[-1] == value:
            self.open.pop()
            return
        expected = f"END:{shown(self.open[-1])}" if self.open else "BEGIN:VCALENDAR"
        self._wrong(number, f"`END:{shown(value)}` closes nothing here: expected {expected}")

    def finish(self) -> None:
        """Nothing follows."""
        if self.open and not self.too_much:
            self._wrong(self.last, f"`BEGIN:{shown(self.open[-1])}` is never closed")
        elif not self.found and not self.mistakes:
            self._wrong(1, "there is no event in this calendar")

    def _stop(self, number: int, text: str) -> None:
        self._wrong(number, text)
        self.too_much = True

    def _wrong(self, number: int, text: str) -> None:
        self.mistakes.append((number, text))
        if len(self.mistakes) == MOST_MISTAKES:
            self._stop(number, "there are more mistakes than are told here")


def shown(text: str) -> str:
    """A text of the file in a sentence of ours, cut and without what would break the line."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}..."
