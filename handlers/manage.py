"""Running meetings in chat: which ones there are to run, and the card of one.

Hosts see their own, coordinators all. A card only tells; what it offers are flows of their own, and
each of them asks again whether this person may.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from bot.dialogue import answers
from bot.dialogue.choices import plain
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate, n_, number
from bot.dialogue.meeting_talk import gatherings
from bot.dialogue.meeting_talk.managing import back, refuse, turns, within
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import days, hosts, meetings, people
from storage.days import PlaceTotals
from storage.meetings import Kind, Meeting, Status
from storage.people import Person, Role
from storage.transaction import Tx

TEAM: Final = (Role.COORDINATOR, Role.ADMIN)
A_PAGE: Final = 8
MOST_SEARCHED: Final = 500
"""Meetings that are looked through for a piece of a title."""


@flow(
    "manage",
    command=N_("/manage"),
    about=N_("run the meetings that you look after"),
    words=N_("manage, run meetings"),
    shown_to="coordinator",
)
def manage(talk: Talk, tx: Tx, page: int = 1) -> None:
    """The meetings that this person runs, the soonest first, those that are over last."""
    who = people.find(tx, talk.person.id)
    assert who is not None
    page = min(max(page, 1), 1000)
    found = meetings.managed_by(tx, who, talk.now, A_PAGE + 1, (page - 1) * A_PAGE)
    make = [[Button(_("Make a meeting"), entry("new_meeting"))]] if who.is_coordinator else []
    if not found and page == 1:
        return talk.say(_nothing(who), *make, [Button(_("See the meetings"), entry("meetings"))])
    shown = list(enumerate(found[:A_PAGE], (page - 1) * A_PAGE + 1))
    more = page + 1 if len(found) > A_PAGE else page
    many = more > 1 or any(one.kind == Kind.DAY for one in found)
    search = [[Button(_("Search"), entry("find_managed"))]] if many else []
    return talk.say(
        _("These meetings are yours to run:\n\n{lines}").format(
            lines="\n".join(_line(talk, place, one) for place, one in shown)
        ),
        *_to_run(shown),
        turns(page, more, "manage"),
        *search,
        *make,
    )


def _nothing(who: Person) -> str:
    if who.is_coordinator:
        return _("There is no meeting to run yet.")
    return _("You run no meeting. A coordinator can make you the host of one.")


def _to_run(shown: list[tuple[int, Meeting]]) -> list[list[Button]]:
    return [
        [
            Button(
                _("{number}. {title}").format(number=place, title=gatherings.label(one, 36)),
                entry("manage_meeting", one.id),
            )
        ]
        for place, one in shown
    ]


def _line(talk: Talk, place: int, one: Meeting) -> str:
    said = _("{number}. {title}, {when}")
    if one.status == Status.DRAFT:
        said = _("{number}. {title}, {when}. A draft.")
    elif one.is_cancelled:
        said = _("{number}. {title}, {when}. Cancelled.")
    elif one.ends <= talk.now:
        said = _("{number}. {title}, {when}. It is over.")
    elif one.kind == Kind.DAY:
        said = _("{number}. {title}, {when}. A day with places.")
    return said.format(
        number=place, title=isolate(one.title, 80), when=gatherings.starts(one, talk.now)
    )


@flow("find_managed", title=N_("looking for a meeting"))
def find_managed(talk: Talk, tx: Tx) -> None:
    """The meetings and places this person runs that have what they type in their title."""
    typed = talk.ask("title", _("Type a piece of the title."), answers.text(most=60))
    who = people.find(tx, talk.person.id)
    assert who is not None
    found = _with(plain(typed), tx, meetings.managed_by(tx, who, talk.now, MOST_SEARCHED, 0))
    if not found:
        return talk.say(
            _("I see no meeting like that."),
            [Button(_("Search again"), entry("find_managed"))],
            [Button(_("All that I run"), entry("manage"))],
        )
    shown = list(enumerate(found[:A_PAGE], 1))
    return talk.say(
        n_(
            "I found {n} meeting:\n\n{lines}", "I found {n} meetings:\n\n{lines}", len(found)
        ).format(
            n=number(len(found)), lines="\n".join(_line(talk, place, one) for place, one in shown)
        ),
        *_to_run(shown),
        [Button(_("All that I run"), entry("manage"))],
    )


def _with(words: str, tx: Tx, every: list[Meeting]) -> list[Meeting]:
    """Those of these meetings, and of the places of these days, with the words in their title."""
    of_days = [days.children(tx, one.id) for one in every if one.kind == Kind.DAY]
    known = {one.id: one for one in chain(every, *of_days)}
    return [one for one in known.values() if words and words in plain(one.title)]


# A day's places.


@flow("manage_places")
def manage_places(talk: Talk, tx: Tx, day_id: int, page: int = 1) -> None:
    """The places and parts of a day with their seats, eight at a time."""
    day = hosts.managed(tx, day_id, talk.person.id)
    if day is None or day.kind != Kind.DAY:
        return refuse(talk)
    every = days.children(tx, day.id)
    last = [back(day)]
    if talk.person.role in TEAM:
        last.insert(0, Button(_("Add a place"), entry("new_place", day.id)))
    if not every:
        return talk.say(_("This day has no places yet."), last)
    totals = {one.meeting.id: one for one in days.totals(tx, day.id)}
    page, pages = within(page, len(every), A_PAGE)
    shown = list(enumerate(every, 1))[(page - 1) * A_PAGE : page * A_PAGE]
    count = sum(one.kind == Kind.PLACE for one in every)
    head = n_("{title} has {n} place:", "{title} has {n} places:", count)
    lines = [_place_line(place, one, totals.get(one.id)) for place, one in shown]
    return talk.say(
        "\n".join([head.format(title=gatherings.title(day), n=number(count)), *lines]),
        *_to_run(shown),
        turns(page, pages, "manage_places", day.id),
        last,
    )


def _place_line(place: int, one: Meeting, totals: PlaceTotals | None) -> str:
    known = {"number": place, "title": isolate(one.title, 80)}
    if one.is_cancelled:
        return _("{number}. {title}. Cancelled.").format(**known)
    if totals is None:
        return _("{number}. {title}. A draft.").format(**known)
    known["taken"] = number(totals.seats)
    if one.capacity is None:
        return _("{number}. {title}: {taken} come").format(**known)
    known |= {"capacity": number(one.capacity), "waiting": number(totals.waiting)}
    if totals.waiting:
        return _("{number}. {title}: {taken} of {capacity}, {waiting} in line").format(**known)
    return _("{number}. {title}: {taken} of {capacity}").format(**known)
