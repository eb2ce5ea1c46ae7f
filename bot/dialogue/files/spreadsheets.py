"""Files for a spreadsheet: semicolons between, and nothing in them that it would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def safe(text: str) -> str:
    """`text` with a quote before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def spreadsheet(rows: Iterable[Sequence[str | int]]) -> bytes:
    """The rows as a file that spreadsheets open; texts are made safe, numbers are as they are."""
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";")
    for row in rows:
        writer.writerow([safe(value) if isinstance(value, str) else value for value in row])
    return ("\ufeff" + file.getvalue()).encode("utf-8", "replace")
