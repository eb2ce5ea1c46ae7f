"""How meetings are spoken of, in words that several flows share.

The link of an online meeting is said through `link_is_open` alone: for whoever said yes, from half
an hour before the start until the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.dialogue.language import N_, _, isolate, listed, n_, native_name, number, span, when
from bot.dialogue.membership import parts
from bot.dialogue.messages import Button
from bot.dialogue.places import name_of

LONGEST_TITLE: Final = 150
LONGEST_PLACE: Final = 200
LONGEST_TEXT: Final = 1200
LONGEST_LABEL: Final = 40
FEW: Final = 5
"""So many seats left are worth saying."""
LINE: Final = "line"
"""What a button answers by which somebody knows that they have to wait."""
LINK_BEFORE: Final = timedelta(minutes=30)

NEEDS: Final[Mapping[str, str]] = {
    "wheelchair": N_("I use a wheelchair, or walk with difficulty"),
    "interpreter": N_("I need an interpreter"),
    "childcare": N_("I need childcare"),
    "diet": N_("I may not eat everything"),
}
"""What people may need to be able to come; the host alone sees who does."""

_CLOSED: Final[Mapping[str, str]] = {
    "cancelled": N_("This meeting is cancelled."),
    "begun": N_("This meeting has begun."),
    "over": N_("This meeting is over."),
    "deadline": N_("It is too late to sign up now. Ask a human if you want to come."),
}


class Planned(Protocol):
    """What is said of a meeting here."""

    @property
    def title(self) -> str: ...
    @property
    def starts(self) -> datetime: ...
    @property
    def zone(self) -> str: ...
    @property
    def place(self) -> str | None: ...


class Gathering(Planned, Protocol):
    """What is said of a meeting on its card."""

    @property
    def kind(self) -> str: ...
    @property
    def ends(self) -> datetime: ...
    @property
    def link(self) -> str | None: ...
    @property
    def capacity(self) -> int | None: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def audience(self) -> str: ...
    @property
    def is_cancelled(self) -> bool: ...


class Somebody(Protocol):
    """Who may come, or not."""

    @property
    def state(self) -> str: ...


def title(meeting: Planned) -> str:
    """The title, cut where it is too long, and kept apart from the sentence around it."""
    return isolate(meeting.title, LONGEST_TITLE)


def label(meeting: Planned, most: int = LONGEST_LABEL) -> str:
    """The title as it fits on a button."""
    return isolate(" ".join(meeting.title.split()), most)


def place(meeting: Planned) -> str:
    """Where it is, or nothing."""
    return isolate(meeting.place, LONGEST_PLACE) if meeting.place else ""


def where(meeting: Gathering) -> str:
    """Where it is, whether at a place or online; a day is at the places that it has."""
    if not meeting.place and meeting.kind == "day":
        return _("At many places: you choose one.")
    if not meeting.place:
        return _("Online") if meeting.link else _("The place will follow.")
    return _("{place}, or online").format(place=place(meeting)) if meeting.link else place(meeting)


def starts(meeting: Planned, now: datetime) -> str:
    """When it starts, in words and in its own wall time."""
    return when(meeting.starts, meeting.zone, now)


def from_until(meeting: Gathering, now: datetime) -> str:
    """From when until when it is, in words and in its own wall time."""
    return span(meeting.starts, meeting.ends, meeting.zone, now)


def need_names(keys: Iterable[str]) -> list[str]:
    """What somebody needs, in words; needs of an older release are left out."""
    return [_(NEEDS[key]) for key in keys if key in NEEDS]


def closed(why: str | None, *, holds: bool = False) -> str:
    """Why nobody can sign up any more; nothing while they can. Who comes `holds` seats already."""
    if holds and why == "deadline":
        return _("It is too late to change how many come. You can still sign off.")
    return _(_CLOSED[why]) if why is not None and why in _CLOSED else ""


def seats_left(meeting: Gathering, taken: int) -> str:
    """How many seats are left, where that is worth saying."""
    if meeting.capacity is None or meeting.capacity - taken > FEW:
        return ""
    left = meeting.capacity - taken
    return n_("{n} seat left.", "{n} seats left.", left).format(n=left) if left > 0 else _("Full.")


def in_line(people: int) -> str:
    """How many people stand in line; nothing when nobody does."""
    if not people:
        return ""
    text = n_("{n} person is in line.", "{n} people are in line.", people)
    return text.format(n=number(people))


def coming(people: int) -> str:
    """How many people come; nothing when nobody does yet."""
    if not people:
        return ""
    text = n_("{n} person is coming.", "{n} people are coming.", people)
    return text.format(n=number(people))


def yours(seats: int) -> str:
    """That somebody is signed up."""
    said = n_("You are signed up.", "You are signed up for {n} seats.", seats)
    return said.format(n=seats)


def spoken_there(meeting: Gathering, own: str) -> str:
    """Which languages are spoken, where `own` is not among them."""
    if own in meeting.languages or not meeting.languages:
        return ""
    spoken = listed(native_name(code) for code in meeting.languages)
    return _("Language: {languages}").format(languages=spoken)


def link_is_open(meeting: Gathering, now: datetime) -> bool:
    """Whether those who said yes see the link now."""
    if not meeting.link or meeting.is_cancelled:
        return False
    return meeting.starts - LINK_BEFORE <= now < meeting.ends


def link_line(meeting: Gathering, now: datetime, *, comes: bool) -> str:
    """The link itself for who may see it now; otherwise when it will be here."""
    if not meeting.link or meeting.is_cancelled or meeting.ends <= now:
        return ""
    if not comes:
        return _("Whoever signs up sees the link here half an hour before the start.")
    if not link_is_open(meeting, now):
        return _("The link will be here half an hour before the start.")
    return _("This is the link: {link}").format(link=meeting.link)


def map_button(meeting: Gathering) -> list[Button]:
    """A button that shows the place on a map, where its coordinates are known."""
    if meeting.latitude is None or meeting.longitude is None:
        return []
    at = f"{meeting.latitude:.5f}", f"{meeting.longitude:.5f}"
    query = f"mlat={at[0]}&mlon={at[1]}#map=17/{at[0]}/{at[1]}"
    return [Button(_("Show on the map"), url=f"https://www.openstreetmap.org/?{query}")]


def who_may_come(audience: str) -> str:
    """For whom a meeting is; nothing when everybody is welcome."""
    kind, _colon, code = audience.partition(":")
    match kind:
        case "members":
            return _("This is for members.")
        case "part":
            return _("This is for members who told me: {part}.").format(
                part=parts().get(code, code)
            )
        case "municipality":
            return _("This is for members who live in {place}.").format(place=name_of(code) or code)
        case _:
            return ""


def audience_name(audience: str) -> str:
    """Who may come, in as few words as a list has room for."""
    kind, _colon, code = audience.partition(":")
    match kind:
        case "members":
            return _("Members")
        case "part":
            return _("Members: {part}").format(part=parts().get(code, code))
        case "municipality":
            return _("Members in {place}").format(place=name_of(code) or code)
        case _:
            return _("Everybody")


def not_for_you(audience: str, person: Somebody) -> str:
    """Why somebody who is not among the audience cannot sign up, and what they can do."""
    whom = who_may_come(audience)
    if person.state != "member":
        return _("{whom} You can become a member: it takes a minute.").format(whom=whom)
    return _(
        "{whom} Is that you? Then change your profile. Or ask a human whether you can come."
    ).format(whom=whom)
