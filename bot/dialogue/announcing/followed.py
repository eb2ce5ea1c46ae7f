"""What somebody follows, in words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.language import _, listed
from bot.dialogue.membership import themes
from bot.dialogue.places import name_of


def topics(keys: Sequence[str]) -> str:
    """These topics; none is all of them."""
    return listed(label for key, label in themes().items() if key in keys) or _("everything")


def places(codes: Sequence[str], own: str | None, *, everywhere: bool) -> str:
    """These municipalities; none is one's own and, where that is not known, the whole country."""
    if everywhere or not (codes or own):
        return _("the whole country")
    return listed(name_of(code) for code in dict.fromkeys(codes or [own or ""]))
