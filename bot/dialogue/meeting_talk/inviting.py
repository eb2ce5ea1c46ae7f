"""How an invitation reads, for those who get it and for who looks at it before it goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from bot.dialogue.language import _, isolate, listed
from bot.dialogue.meeting_talk.gatherings import Gathering, from_until, title, where
from bot.dialogue.membership import parts, themes
from bot.dialogue.messages import Rich, rich
from bot.dialogue.places import name_of

LONGEST_TEXT: Final = 500
LONGEST_NAME: Final = 60
MOST_NAMED: Final = 3


class Described(Gathering, Protocol):
    """A meeting with its text."""

    @property
    def text(self) -> str: ...


class Meant(Protocol):
    """Whom an invitation is for."""

    @property
    def municipality(self) -> str | None: ...
    @property
    def neighbourhoods(self) -> Sequence[str]: ...
    @property
    def part(self) -> str | None: ...
    @property
    def theme(self) -> str | None: ...


def invitation(
    meeting: Described, platform: str, by: str | None, now: datetime, *, full: bool
) -> Rich:
    """The text of an invitation: who sends it, to what, when and where, and why one gets it."""
    facts = [from_until(meeting, now), where(meeting)]
    if meeting.text:
        facts.append(f"\n{isolate(meeting.text, LONGEST_TEXT)}\n")
    if full:
        facts.append(_("All seats are taken. You can stand in line."))
    return rich(
        "{heading}\n<b>{title}</b>\n{facts}\n\n{sender}",
        heading=_("{platform} invites you:").format(platform=isolate(platform, LONGEST_NAME)),
        title=title(meeting),
        facts="\n".join(facts).rstrip(),
        sender=sender(platform, by),
    )


def sender(platform: str, by: str | None) -> str:
    """Who sends it, and that people asked for it."""
    name = isolate(platform, LONGEST_NAME)
    if not by:
        return _(
            "The coordinators of {platform} send you this, because you want invitations."
        ).format(platform=name)
    return _("{name} of {platform} sends you this, because you want invitations.").format(
        name=isolate(by, LONGEST_NAME), platform=name
    )


def whom(audience: Meant) -> str:
    """Whom an invitation is for, in words."""
    if audience.neighbourhoods:
        some = listed(isolate(name, LONGEST_NAME) for name in audience.neighbourhoods[:MOST_NAMED])
        return _("everybody in {neighbourhood}, {municipality}").format(
            neighbourhood=some, municipality=name_of(audience.municipality)
        )
    if audience.municipality is not None:
        return _("everybody in {municipality}").format(municipality=name_of(audience.municipality))
    if audience.part is not None:
        said = parts().get(audience.part, audience.part)
        return _("everybody who told me: {part}").format(part=said)
    if audience.theme is not None:
        theme = themes().get(audience.theme, audience.theme)
        return _("everybody who finds this important: {theme}").format(theme=theme)
    return _("everybody")
