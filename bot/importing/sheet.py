"""One table of an import file: gives its values strictly, and notes each mistake with its line."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any, Final

from bot.dialogue.language import languages
from bot.importing.toml_lines import Path, line_at
from storage import wall_time

KEY_LENGTH: Final = 20
"""A key is part of a button's data, which has 64 bytes in all."""
_KEY_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
FURTHEST: Final = 3650
"""The most `days_from_now`, either way."""


@dataclass(slots=True)
class Mistakes:
    """What is wrong in a file, so far."""

    lines: dict[Path, int]
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: Path, text: str) -> None:
        """Note a mistake in what stands at `path`."""
        self.found.append((line_at(self.lines, path), text))

    def told(self) -> list[str]:
        """The mistakes in the order of the file."""
        return [f"line {line}: {text}" for line, text in sorted(self.found)]


@dataclass(frozen=True, slots=True)
class Planned:
    """A wall time on a day, or so many days from the day of the import."""

    day: date | int
    at: time
    line: int

    def wall(self, today: date) -> datetime:
        """The wall time, without a zone."""
        day = today + timedelta(days=self.day) if isinstance(self.day, int) else self.day
        return datetime.combine(day, self.at)


def is_key(text: str) -> bool:
    """Whether a text may be the key of something."""
    return 0 < len(text) <= KEY_LENGTH and set(text) <= _KEY_LETTERS


def meant(word: str, known: Collection[str]) -> str:
    """A question back, if `word` looks like one that is known."""
    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def wall_mistake(wall: datetime, zone: str) -> str:
    """What is wrong with a wall time in `zone`; empty if nothing is."""
    if wall_time.happens_once(wall, zone):
        return ""
    shown = f"{wall:%Y-%m-%d %H:%M}"
    if wall_time.wall(wall_time.moment(wall, zone), zone) == wall:
        return f"{shown} comes twice: the clocks go back then; choose another time"
    return f"{shown} does not exist: the clocks go forward then; choose another time"


class Sheet:
    """A table at `path`; `name` is how mistakes call it, such as "question `urgent`"."""

    def __init__(self, mistakes: Mistakes, data: Mapping[str, Any], path: Path, name: str) -> None:
        self.mistakes = mistakes
        self.data = data
        self.path = path
        self.name = name
        self.misspelt: set[str] = set()

    def wrong(self, key: str, text: str) -> None:
        """Note a mistake in the value of `key`; an empty key means the table itself."""
        subject = f"{self.name}: " if self.name else ""
        self.mistakes.add((*self.path, key) if key else self.path, subject + text)

    def only(self, *known: str) -> None:
        """Refuse every other key."""
        for key in self.data:
            if key not in known:
                self.wrong(key, f"`{key}` is not known here{meant(key, known)}")
                self.misspelt.update(get_close_matches(key, known, n=1))

    def missing(self, key: str) -> None:
        """Note that `key` is not there, unless its misspelt name was noted already."""
        if key not in self.misspelt:
            self.wrong("", f"`{key}` is missing")

    def tables(self, key: str) -> list[Sheet]:
        """The tables of a list such as `[[survey]]`, each named by its key."""
        given = self.data.get(key, [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            place = ".".join(str(part) for part in (*self.path, key) if isinstance(part, str))
            self.wrong(key, f"`{key}` is not a list of tables: write [[{place}]] above each")
            return []
        word = key.removesuffix("s")
        return [
            Sheet(
                self.mistakes, one, (*self.path, key, n), f"{word} `{one.get('key', n + 1)}`"[:60]
            )
            for n, one in enumerate(given)
        ]

    def inner(self, key: str) -> Sheet | None:
        """The table under `key`; None if there is none or it is something else."""
        given = self.data.get(key)
        if isinstance(given, dict):
            return Sheet(self.mistakes, given, (*self.path, key), f"{self.name}: {key}")
        if given is not None:
            self.wrong(key, f"`{key}` is not a table: write it like {{ name = value }}")
        return None

    def key(self, taken: Collection[str] = ()) -> str:
        """The key of this table, which is not among those `taken`."""
        given = self.line("key", KEY_LENGTH)
        if given and not is_key(given):
            self.wrong("key", f"the key `{given}` may have a-z, 0-9, _ and - only")
        if given and given in taken:
            self.wrong("key", f"the key `{given}` is used twice")
        return given

    def line(self, key: str, most: int, *, needed: bool = True) -> str:
        """A text on one line; empty if it is left out or wrong."""
        given = self.text(key, most, needed=needed)
        if "\n" in given:
            self.wrong(key, f"`{key}` must stand on one line")
        return given

    def text(self, key: str, most: int, *, needed: bool = True) -> str:
        """A text of at most `most` characters; empty if it is left out or wrong."""
        given = self.data.get(key)
        if given is None and not needed:
            return ""
        if given is None:
            self.missing(key)
        elif not isinstance(given, str):
            self.wrong(key, f"`{key}` is not a text: put it between quotes")
        elif not given.strip():
            self.wrong(key, f"`{key}` is empty")
        elif len(given) > most:
            self.wrong(key, f"`{key}` is {len(given)} characters long: at most {most} fit")
        elif any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in given):
            self.wrong(key, f"`{key}` holds a control character")
        else:
            return given.strip()
        return ""

    def texts(self, key: str, most: int, *, one_line: bool = False) -> dict[str, str]:
        """A text in several languages, Dutch among them: `{ nl = "...", en = "..." }`."""
        if isinstance(self.data.get(key), str):
            self.wrong(key, f'`{key}` needs its language: write {{ nl = "..." }}')
            return {}
        inner = self.inner(key)
        if inner is None:
            if key not in self.data:
                self.missing(key)
            return {}
        inner.only(*languages())
        if "nl" not in inner.data:
            inner.wrong("", "the Dutch text (nl) is missing")
        read = inner.line if one_line else inner.text
        return {code: read(code, most) for code in languages() if code in inner.data}

    def flag(self, key: str) -> bool:
        """true or false; false if it is left out, what was meant if it is wrong."""
        given = self.data.get(key, False)
        if not isinstance(given, bool):
            self.wrong(key, f"`{key}` is not true or false, without quotes")
        return bool(given)

    def whole(self, key: str, least: int, most: int) -> int | None:
        """A whole number; None if it is left out or wrong."""
        given = self.data.get(key)
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            self.wrong(key, f"`{key}` is not a whole number from {least} to {most}")
            return None
        return given

    def number(self, key: str, most: int) -> float | None:
        """A number from -`most` to `most`; None if it is left out or wrong."""
        given = self.data.get(key)
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int | float):
            self.wrong(key, f"`{key}` is not a number, such as 52.09")
        elif not -most <= given <= most:
            self.wrong(key, f"`{key}` is not a number from -{most} to {most}")
        else:
            return float(given)
        return None

    def words(self, key: str, what: str) -> list[str]:
        """A list of texts, not an empty one."""
        given = self.data.get(key)
        if not isinstance(given, list) or not given or not all(isinstance(w, str) for w in given):
            self.wrong(key, f'`{key}` is not a list of {what}: write it like ["..."]')
            return []
        return given

    def planned(
        self, key: str, zone: str, *, after: Planned | None = None, bare: bool = False
    ) -> Planned | None:
        """A wall time; an end, or what may be `bare`, as a time on the day of what it is after."""
        given = self.data.get(key)
        if given is None:
            return None
        line = line_at(self.mistakes.lines, (*self.path, key))
        if isinstance(given, dict):
            return self._from_now(key, line)
        if isinstance(given, time) and (bare or key == "end"):
            return Planned(after.day, given, line) if after is not None else None
        if not isinstance(given, datetime):
            self.wrong(key, f"`{key}` is not a day and time: write it like 2027-09-28T19:30:00")
        elif given.tzinfo is not None:
            self.wrong(key, f"`{key}` has a zone of its own: leave out the Z or +02:00")
        elif not 2000 <= given.year < 2200:
            self.wrong(key, f"`{key}` is in the year {given.year}")
        elif mistake := wall_mistake(given, zone):
            self.wrong(key, f"`{key}`: {mistake}")
        else:
            return Planned(given.date(), given.time(), line)
        return None

    def _from_now(self, key: str, line: int) -> Planned | None:
        inner = self.inner(key)
        assert inner is not None
        inner.only("days_from_now", "at")
        days = inner.whole("days_from_now", -FURTHEST, FURTHEST)
        at = inner.data.get("at")
        if "days_from_now" not in inner.data:
            inner.missing("days_from_now")
        if not isinstance(at, time):
            inner.wrong("at", "`at` is not a time: write it like 19:30:00")
            return None
        return Planned(days, at, line) if days is not None else None
