"""What can be changed of a meeting: how each thing is asked, and how it is shown before it changes.

Columns have the names that planning knows them by; `start`, `end` and `deadline` are wall times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from bot.dialogue import answers
from bot.dialogue.language import (
    N_,
    _,
    isolate,
    languages,
    listed,
    native_name,
)
from bot.dialogue.meeting_talk import gatherings, meeting_checks
from bot.dialogue.membership import parts
from bot.dialogue.talk import Talk
from bot.dialogue.typed_time import moment_checks
from bot.dialogue.typed_time.wall_clock import from_until, in_words, wall

Columns = Mapping[str, Any]

DAY: Final = "day"
LONGEST_NAME: Final = 200
LONGEST_ACCESS: Final = 500
SHOWN: Final = 600
"""Characters that are shown of what is there now, and of what is new."""


class Planned(gatherings.Planned, Protocol):
    """What is known of a meeting that may be changed."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def wall_start(self) -> str: ...
    @property
    def wall_end(self) -> str: ...
    @property
    def link(self) -> str | None: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...
    @property
    def accessibility(self) -> str: ...
    @property
    def deadline(self) -> datetime | None: ...
    @property
    def audience(self) -> str: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def host_name(self) -> str | None: ...


_AS_THEY_ARE: Final = (
    "title", "text", "zone", "place", "link", "latitude", "longitude", "accessibility",
    "audience", "languages", "host_name",
)  # fmt: skip


def as_it_is(meeting: Planned) -> Columns:
    """What a meeting is now, as columns."""
    deadline = meeting.deadline
    return {
        **{name: getattr(meeting, name) for name in _AS_THEY_ARE},
        "start": datetime.fromisoformat(meeting.wall_start),
        "end": datetime.fromisoformat(meeting.wall_end),
        "deadline": wall(deadline, meeting.zone) if deadline else None,
    }


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a meeting that can be changed.

    `ask` gives the new columns, `show` says what they are. Those who come hear of what `matters`,
    and are asked whether they can come then too where it `asks_again`.
    """

    label: str
    ask: Callable[[Talk, Planned], Columns]
    show: Callable[[Talk, Columns], str]
    often: bool = False
    matters: bool = False
    may_be_quiet: bool = False
    asks_again: bool = False


# How each is asked.


def _ask_title(talk: Talk, meeting: Planned) -> Columns:
    asked = _("What is the new title?")
    return {"title": talk.ask("title", asked, meeting_checks.line(LONGEST_NAME))}


def _ask_start(talk: Talk, meeting: Planned) -> Columns:
    asked = _("When does it start? It is {when} now. The end moves along.")
    if meeting.kind == DAY:
        asked = _("When does it start? It is {when} now. The end and the places move along.")
    today = datetime.fromisoformat(meeting.wall_start).date()
    start = talk.ask(
        "start",
        asked.format(when=gatherings.starts(meeting, talk.now)),
        moment_checks.moment(meeting.zone, talk.now, on=today),
    )
    lasts = datetime.fromisoformat(meeting.wall_end) - datetime.fromisoformat(meeting.wall_start)
    return {"start": start, "end": start + lasts}


def _ask_end(talk: Talk, meeting: Planned) -> Columns:
    start = datetime.fromisoformat(meeting.wall_start)
    asked = _("When does it end? It starts {when}.")
    return {
        "end": talk.ask(
            "end",
            asked.format(when=gatherings.starts(meeting, talk.now)),
            moment_checks.ending(start, meeting.zone, talk.now),
        )
    }


def _ask_place(talk: Talk, meeting: Planned) -> Columns:
    asked = _("Where is it? Type the place and the address.")
    return {"place": _text(talk, "place", meeting.place, asked, LONGEST_NAME)}


def _ask_link(talk: Talk, meeting: Planned) -> Columns:
    if not _gives_new(talk, "link", meeting.link):
        return {"link": None}
    asked = _("What is the online link? Only those who come see it, shortly before the start.")
    return {"link": talk.ask("link", asked, meeting_checks.link())}


def _ask_text(talk: Talk, meeting: Planned) -> Columns:
    asked = _("What should people know about it? Type it in one message.")
    return {"text": _text(talk, "text", meeting.text, asked, gatherings.LONGEST_TEXT) or ""}


def _ask_deadline(talk: Talk, meeting: Planned) -> Columns:
    if not _gives_new(talk, "deadline", meeting.deadline):
        return {"deadline": None}
    start = datetime.fromisoformat(meeting.wall_start)
    check = moment_checks.moment(meeting.zone, talk.now, latest=start)
    return {"deadline": talk.ask("deadline", _("Until when can people sign up?"), check)}


def _ask_audience(talk: Talk, meeting: Planned) -> Columns:
    whom = talk.choose(
        "whom",
        _("Who may come?"),
        {
            "all": _("Everybody"),
            "members": _("Members"),
            "part": _("Members of one kind"),
            "municipality": _("Members of one municipality"),
        },
    )
    if whom == "part":
        part = talk.choose("part", _("Which members?"), parts())
        return {"audience": f"part:{part}"}
    if whom == "municipality":
        place = talk.ask("municipality", _("Which municipality?"), answers.place())
        return {"audience": f"municipality:{place.code}"}
    return {"audience": whom}


def _ask_access(talk: Talk, meeting: Planned) -> Columns:
    asked = _("How accessible is it? Think of stairs, a toilet, a hearing loop.")
    now = meeting.accessibility
    return {"accessibility": _text(talk, "access", now, asked, LONGEST_ACCESS) or ""}


def _ask_languages(talk: Talk, meeting: Planned) -> Columns:
    offered = {code: native_name(code) for code in languages()}
    chosen = talk.choose_many("languages", _("Which languages are spoken there?"), offered)
    return {"languages": chosen}


def _ask_host_name(talk: Talk, meeting: Planned) -> Columns:
    if not _gives_new(talk, "host_name", meeting.host_name):
        return {"host_name": None}
    asked = _("Whose name do people see, to turn to?")
    return {"host_name": talk.ask("host_name", asked, answers.name())}


def _ask_pin(talk: Talk, meeting: Planned) -> Columns:
    if not _gives_new(talk, "pin", meeting.latitude):
        return {"latitude": None, "longitude": None}
    pin = talk.ask("pin", _("Share the location of the place."), meeting_checks.pin())
    return {"latitude": pin.latitude, "longitude": pin.longitude}


def _text(talk: Talk, key: str, now: str | None, asked: str, most: int) -> str | None:
    if not _gives_new(talk, key, now):
        return None
    return talk.ask(key, asked, answers.text(most=most))


def _gives_new(talk: Talk, key: str, now: object) -> bool:
    """Whether there will be another one; what is there already can also be taken away."""
    if not now:
        return True
    offered = {"new": _("Give another one"), "none": _("Take it away")}
    return talk.choose(f"{key}.which", _("What do you want to do with it?"), offered) == "new"


# How each is shown.


def _nothing() -> str:
    return _("nothing")


def _show(name: str) -> Callable[[Talk, Columns], str]:
    """What was typed, or that there is nothing."""

    def show(_talk: Talk, of: Columns) -> str:
        return isolate(str(of[name]), SHOWN) if of[name] else _nothing()

    return show


def _show_times(talk: Talk, of: Columns) -> str:
    return from_until(of["start"], of["end"], of["zone"], talk.now)


def _show_deadline(talk: Talk, of: Columns) -> str:
    if of["deadline"] is None:
        return _nothing()
    return in_words(of["deadline"], of["zone"], talk.now)


def _show_audience(_talk: Talk, of: Columns) -> str:
    return gatherings.audience_name(of["audience"])


def _show_languages(_talk: Talk, of: Columns) -> str:
    return listed(native_name(code) for code in of["languages"]) or _nothing()


def _show_pin(_talk: Talk, of: Columns) -> str:
    if of["latitude"] is None:
        return _nothing()
    return f"{of['latitude']:.4f}, {of['longitude']:.4f}"


THINGS: Final[Mapping[str, Thing]] = {
    "title": Thing(
        N_("The title"), _ask_title, _show("title"), often=True, matters=True, may_be_quiet=True
    ),
    "start": Thing(
        N_("When it starts"), _ask_start, _show_times, often=True, matters=True, asks_again=True
    ),
    "end": Thing(
        N_("When it ends"), _ask_end, _show_times, often=True, matters=True, asks_again=True
    ),
    "place": Thing(
        N_("The place"),
        _ask_place,
        _show("place"),
        often=True,
        matters=True,
        may_be_quiet=True,
        asks_again=True,
    ),
    "link": Thing(N_("The online link"), _ask_link, _show("link"), often=True),
    "text": Thing(N_("The text"), _ask_text, _show("text"), often=True),
    "deadline": Thing(N_("Until when people sign up"), _ask_deadline, _show_deadline),
    "audience": Thing(N_("Who may come"), _ask_audience, _show_audience),
    "access": Thing(N_("How accessible it is"), _ask_access, _show("accessibility")),
    "languages": Thing(N_("The languages"), _ask_languages, _show_languages),
    "host_name": Thing(N_("Whom people see"), _ask_host_name, _show("host_name")),
    "pin": Thing(N_("The place on the map"), _ask_pin, _show_pin),
}
