"""Dutch citizen numbers (BSN), which are refused wherever they are typed and kept nowhere."""

from __future__ import annotations

import re

from stdnum.nl import bsn

_EIGHT_DIGITS = re.compile(r"\d(?:[ .-]?\d){7}", re.ASCII)
_DIGITS = re.compile(r"\+?\d+(?:[ .-]\d+)*", re.ASCII)


def has_citizen_number(text: str) -> bool:
    """Whether a valid Dutch citizen number (BSN, 8 or 9 digits, elfproef) stands in `text`.

    Nine digits may be parted by spaces, points or dashes. Eight may not: `12-05-2027` is a day.
    Telephone numbers are left alone.
    """
    if not _EIGHT_DIGITS.search(text):
        return False
    return any(_holds_citizen_number(found[0]) for found in _DIGITS.finditer(text))


def _holds_citizen_number(digits: str) -> bool:
    parts = re.split(r"[ .-]", digits)
    whole = "".join(parts)
    if len(whole) == 9 or (len(parts) == 1 and len(whole) == 8):
        return bsn.is_valid(whole)
    is_phone = whole.startswith(("+", "00", "06"))
    return not is_phone and any(len(part) == 9 and bsn.is_valid(part) for part in parts)
