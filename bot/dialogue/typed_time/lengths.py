"""How long something lasts, as people type it: `2 uur`, `anderhalf uur`, `90 minuten`, `1:30 h`."""

from __future__ import annotations

import re
from typing import Final

_HOURS: Final = r"(?:uurtjes?|uren|uur|u|hours?|hrs?|h)"
_MINUTES: Final = r"(?:minuten|minuut|minutes?|mins?|m)"
_LEAD: Final = re.compile(r"^(?:het |it )?(?:(?:duurt|lasts|takes|for|ongeveer|about) )+|\blang$")
_WRITTEN: Final = (
    (re.compile(r"\b(?:anderhal(?:f|ve)|1½)\b"), "1.5"),
    (re.compile(r"\b(\d{1,2}) en (?:1 )?half(?= " + _HOURS + ")"), r"\1.5"),
    (re.compile(r"\b(\d{1,2})(?: and a half)(?= " + _HOURS + ")"), r"\1.5"),
    (re.compile(r"\b(?:an?|1) (hour) and a half\b"), r"1.5 \1"),
    (re.compile(r"\b(\d{1,2}) (hours) and a half\b"), r"\1.5 \2"),
    (re.compile(r"\b(?:half an|(?:1 |an? )?half) (?=hour|uur)"), "0.5 "),
    (re.compile(r"\b(?:3 kwartier|3 quarters of an hour)\b"), "45 min"),
    (re.compile(r"\b(?:(?:1 )?kwartier(?:tje)?|(?:a )?quarter of an hour)\b"), "15 min"),
    (re.compile(r"\ban hour\b|^uurtje\b"), "1 hour"),
    (re.compile(r"(?<=\d),(?=\d)"), "."),
)
_LENGTH: Final = re.compile(
    rf"(?:(\d{{1,2}}(?:\.(?:5|25|75))?) ?{_HOURS})?"
    rf"(?:(?:^| ?(?:en|and)? ?)(\d{{1,3}}) ?{_MINUTES})?",
    re.ASCII,
)


def read(said: str) -> int | None:
    """The minutes that `said` lasts, which is plain; None if it names no length."""
    left = _LEAD.sub("", said).strip()
    for pattern, written in _WRITTEN:
        left = pattern.sub(written, left)
    found = _LENGTH.fullmatch(left.strip())
    if found is None or not left:
        return None
    minutes = round(float(found[1] or 0) * 60) + int(found[2] or 0)
    return minutes or None
