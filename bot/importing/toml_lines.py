"""On which line each key of a TOML text stands: the standard library's reader does not tell.

It reads text that `tomllib` has accepted, so it only has to find its way, not to check anything.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
"""The way to a value: `("survey", 0, "question", 2, "only_if")`; numbers count from 0."""

_KEY_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
_BLANK = re.compile(r"(?:[\s,]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|'
    r"'''.*?'''+|"
    r'"(?:[^"\\]|\\.)*"|'
    r"'[^']*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}\n#]+")


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and item of an array."""
    return _Reader(text.replace("\r\n", "\n")).read()


class _Reader:
    """Walks through the text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {(): 1}
        self.counts: dict[Path, int] = {}

    def read(self) -> dict[Path, int]:
        """All lines; the first place counts where a table is opened more than once."""
        here: Path = ()
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return self.lines
            if self._next() == "[":
                here = self._header()
            else:
                self._pair(here)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _note(self, path: Path, line: int) -> None:
        self.lines.setdefault(path, line)

    def _names(self) -> list[str]:
        """A key, which may have parts: `question.options`."""
        names: list[str] = []
        while True:
            found = _KEY_PART.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
            names.append(next(part for part in found.groups() if part is not None))
            if self._next() != ".":
                return names
            self.at += 1

    def _header(self) -> Path:
        line = self._line()
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        *before, last = self._names()
        self.at += 2 if many else 1
        path: Path = ()
        for name in before:
            path = self._newest((*path, name))
            self._note(path, line)
        path = (*path, last)
        self._note(path, line)
        if many:
            self.counts[path] = self.counts.get(path, -1) + 1
        path = self._newest(path)
        self._note(path, line)
        return path

    def _newest(self, path: Path) -> Path:
        """The last table of an array of tables, or the table itself."""
        return (*path, self.counts[path]) if path in self.counts else path

    def _pair(self, here: Path) -> None:
        line = self._line()
        path = here
        for name in self._names():
            path = (*path, name)
            self._note(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        while self._next() in (" ", "\t"):
            self.at += 1
        match self._next():
            case "[":
                self._items(path)
            case "{":
                self._table(path)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_PLAIN)

    def _items(self, path: Path) -> None:
        self.at += 1
        number = 0
        while True:
            self._skip(_BLANK)
            if self._next() == "]":
                break
            self._note((*path, number), self._line())
            self._value((*path, number))
            number += 1
        self.at += 1

    def _table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            if self._next() == "}":
                break
            self._pair(path)
        self.at += 1


def line_at(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest thing around it that has one."""
    while path not in lines:
        path = path[:-1]
    return lines[path]
