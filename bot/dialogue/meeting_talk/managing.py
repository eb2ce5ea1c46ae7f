"""What the flows share by which a host or coordinator runs a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from bot.dialogue.flow import entry
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk

NEEDS: Final[Mapping[str, str]] = {
    "wheelchair": N_("wheelchair or hard to walk"),
    "interpreter": N_("interpreter"),
    "childcare": N_("childcare"),
    "diet": N_("cannot eat everything"),
}
"""What people need, by the keys of `gatherings.NEEDS`, as a host reads it of somebody else."""


def refuse(talk: Talk) -> None:
    """Say kindly that this is for others; the same where there is no such meeting."""
    talk.say(
        _("You cannot run this meeting. Its host and the coordinators can."),
        [Button(_("See the meetings"), entry("meetings")), Button(_("Ask a human"), entry("ask"))],
    )


class Run(Protocol):
    """A meeting, or a day with places, that somebody runs."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...


def back(meeting: Run) -> Button:
    """The way back to the card by which a meeting or a day is run."""
    label = _("Back to the day") if meeting.kind == "day" else _("Back to the meeting")
    return Button(label, entry("manage_meeting", meeting.id))


def turns(page: int, pages: int, flow: str, *arguments: int) -> list[Button]:
    """The buttons to the pages beside this one; the page is the flow's last argument."""
    steps = ((-1, _("Previous page")), (1, _("Next page")))
    return [
        Button(label, entry(flow, *arguments, page + step))
        for step, label in steps
        if 1 <= page + step <= pages
    ]


def within(page: int, count: int, size: int) -> tuple[int, int]:
    """The page nearest to the one asked for, and how many there are; always at least one."""
    pages = max(1, -(-count // size))
    return min(max(page, 1), pages), pages


def seats(count: int) -> str:
    """So many seats."""
    return n_("{n} seat", "{n} seats", count).format(n=number(count))


def buttons_in_pairs(buttons: Sequence[Button]) -> list[list[Button]]:
    """Two buttons in a row."""
    return [list(buttons[n : n + 2]) for n in range(0, len(buttons), 2)]


def need_words(keys: Iterable[str]) -> list[str]:
    """What somebody needs, in words; needs of an older release are left out."""
    return [_(NEEDS[key]) for key in keys if key in NEEDS]
