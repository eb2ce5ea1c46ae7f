"""A day with many places: its programme, finding a place, and moving from one to another.

Whoever moves keeps the seats they have until those at the other place are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, isolate, n_, number
from bot.dialogue.meeting_talk.gatherings import (
    LONGEST_TEXT,
    closed,
    coming,
    from_until,
    label,
    seats_left,
    title,
    where,
    yours,
)
from bot.dialogue.messages import Button, Rich, rich
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import cards, days, people, rsvps, seats
from storage.cards import Card
from storage.meetings import COMING, Answer, Kind, Meeting
from storage.rsvps import Closed, Full, Party, Seated, Waiting
from storage.seats import Rsvp, Why
from storage.transaction import Tx

PAGE: Final = 8
MOST_PLACES: Final = 1000
SHORT: Final = 80
BY_NAME, BY_MUNICIPALITY = "name", "in"
"""The ways in which places are asked for; another way is a municipality's code."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Places from the `skip`th on, the button's data for what comes after a page of them, and how
    many kilometres away each is, if that is known.
    """

    places: Sequence[Meeting]
    more: str
    skip: int = 0
    far: Mapping[int, float] | None = None


@flow("day")
def day(talk: Talk, tx: Tx, day_id: int) -> Any:
    """The programme of a day, and the ways to find a place in it."""
    card = _card(talk, tx, day_id)
    if card is None or card.meeting.kind != Kind.DAY:
        return talk.then("meeting", meeting_id=day_id)
    planned = card.meeting
    mine = days.place_of(tx, planned.id, talk.person.id)
    facts = [from_until(planned, talk.now), where(planned) if planned.place else ""]
    if planned.host_name:
        facts.append(_("Contact: {name}").format(name=isolate(planned.host_name, 60)))
    if planned.text:
        facts.append(f"\n{isolate(planned.text, LONGEST_TEXT)}\n")
    count = days.count_places(tx, planned)
    facts.append(n_("{n} place takes part.", "{n} places take part.", count).format(n=count))
    facts.append(coming(cards.coming_to_day(tx, planned.id)))
    if mine is not None:
        facts.append(_("You are signed up for {title}.").format(title=title(mine)))
    facts.append(closed(card.why))
    if not card.visible:
        facts.insert(0, _("Others do not see this yet.") + "\n")
    said = "\n".join(filter(None, facts)).rstrip()
    return talk.say(
        rich("<b>{title}</b>\n{facts}", title=title(planned), facts=said),
        *_ways(tx, card, mine),
    )


def _card(talk: Talk, tx: Tx, meeting_id: int) -> Card | None:
    person = people.find(tx, talk.person.id)
    return cards.of(tx, meeting_id, person, talk.now) if person is not None else None


def _ways(tx: Tx, card: Card, mine: Meeting | None) -> list[list[Button]]:
    """My place, the ways to find one, and the parts that one signs up for apart."""
    number_of, rows = card.meeting.id, []
    if mine is not None:
        rows.append([_see(mine)])
    if card.why not in (Why.CANCELLED, Why.OVER):
        rows += [
            [Button(_("Find a place near me"), entry("place_near", number_of))],
            [Button(_("By municipality"), entry("places", number_of, BY_MUNICIPALITY)),
             Button(_("By name"), entry("places", number_of, BY_NAME))],
            [Button(_("All places"), entry("places", number_of))],
        ]  # fmt: skip
        rows += [[_see(part)] for part in days.parts(tx, number_of)[:3]]
    if card.manages:
        rows.append([Button(_("Manage this"), entry("manage_meeting", number_of))])
    return [*rows, [Button(_("All meetings"), entry("meetings"))]]


def _see(meeting: Meeting) -> Button:
    name = _("See: {title}").format(title=label(meeting))
    return Button(name, entry("meeting", meeting.id))


@flow("places", title=N_("finding a place"))
def find(talk: Talk, tx: Tx, day_id: int, way: str = "", skip: int = 0) -> Any:
    """The places of a day: all, those in a municipality, or those that a name is like."""
    card = _card(talk, tx, day_id)
    if card is None or card.meeting.kind != Kind.DAY:
        return talk.then("meeting", meeting_id=day_id)
    if way == BY_NAME:
        return _by_name(talk, tx, day_id)
    if way == BY_MUNICIPALITY:
        way = _municipality(talk, tx, day_id)
    more = entry("places", day_id, way, skip + PAGE)
    if not way:
        found = days.places(tx, day_id, talk.now, PAGE + 1, skip)
        return _list(talk, tx, day_id, _Found(found, more, skip))
    found = days.in_municipality(tx, day_id, way)[skip:]
    if not found:
        text = _("There is no place in {place} that day.")
        return _nothing(talk, day_id, text.format(place=isolate(name_of(way))))
    return _list(talk, tx, day_id, _Found(found, more, skip))


def _by_name(talk: Talk, tx: Tx, day_id: int) -> None:
    typed = talk.ask(
        "name",
        _("What is the place called, or in which street or town is it?"),
        answers.text(most=SHORT),
    )
    found = days.search(tx, day_id, typed)
    if not found:
        return _nothing(talk, day_id, _("I find no place with those words."))
    return _list(talk, tx, day_id, _Found(found[:PAGE], more=""))


def _municipality(talk: Talk, tx: Tx, day_id: int) -> str:
    """The code of the municipality; where there are few, they can be pressed."""
    every = days.places(tx, day_id, talk.now, MOST_PLACES)
    names = sorted({name_of(one.municipality) for one in every} - {""})
    place = talk.ask(
        "municipality",
        _("In which municipality do you look for a place?"),
        answers.place(),
        suggestions=names if len(names) <= PAGE else (),
    )
    return place.code


@flow("place_near", title=N_("finding a place"))
def near(talk: Talk, tx: Tx, day_id: int, at: str = "", skip: int = 0) -> Any:
    """The places nearest to where somebody is, which is not kept but on the button for more."""
    card = _card(talk, tx, day_id)
    if card is None or card.meeting.kind != Kind.DAY:
        return talk.then("meeting", meeting_id=day_id)
    here = _point(at)
    if here is None:
        shared = talk.ask(
            "here",
            _(
                "Share your location, and I show which places are near. "
                "Press the button below, or pick a spot on the map with the paper clip."
            ),
            answers.location(),
        )
        here = round(shared.latitude, 3), round(shared.longitude, 3)
    found = days.nearest(tx, day_id, *here, talk.now)[skip:]
    if not found:
        return _nothing(talk, day_id, _("I do not know where the places are on the map."))
    far = {place.id: km for place, km in found}
    more = entry("place_near", day_id, f"{here[0]},{here[1]}", skip + PAGE)
    return _list(talk, tx, day_id, _Found([one for one, _km in found], more, skip, far))


def _point(at: str) -> tuple[float, float] | None:
    """Where a button says that somebody is; None if it says no place on earth."""
    north, _comma, east = at.partition(",")
    try:
        point = float(north), float(east)
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


def _nothing(talk: Talk, day_id: int, text: str) -> None:
    talk.say(
        text,
        [Button(_("Find a place near me"), entry("place_near", day_id))],
        [Button(_("All places"), entry("places", day_id)),
         Button(_("By name"), entry("places", day_id, BY_NAME))],
        [Button(_("Back to the whole day"), entry("meeting", day_id))],
    )  # fmt: skip


def _list(talk: Talk, tx: Tx, day_id: int, found: _Found) -> None:
    """Places, a line and a button each."""
    shown = found.places[:PAGE]
    if not shown:
        return _nothing(talk, day_id, _("There are no more places."))
    ids = [one.id for one in shown]
    taken, said = seats.taken(tx, ids), seats.answers(tx, talk.person.id, ids)
    lines, rows = [], []
    for at, one in enumerate(shown, found.skip + 1):
        facts = [isolate(one.place, SHORT) if one.place else "", _km(found.far, one)]
        facts += [seats_left(one, taken[one.id]), _mine(said.get(one.id))]
        lines.append(_line(at, one, facts))
        name = _("{number}. {title}").format(number=at, title=label(one))
        rows.append([Button(name, entry("meeting", one.id))])
    if len(found.places) > PAGE:
        rows.append([Button(_("Show more"), found.more)])
    rows.append([Button(_("Back to the whole day"), entry("meeting", day_id))])
    intro = rich("{text}", text=_("Press a place to read more and to sign up."))
    return talk.say(rich("{lines}", lines=Rich("\n\n".join([intro, *lines]))), *rows)


def _line(at: int, meeting: Meeting, facts: list[str]) -> Rich:
    name = _("{number}. {title}").format(number=at, title=isolate(meeting.title, SHORT))
    return rich("<b>{name}</b>\n{facts}", name=name, facts="\n".join(filter(None, facts)))


def _km(far: Mapping[int, float] | None, meeting: Meeting) -> str:
    if far is None:
        return ""
    km = far[meeting.id]
    return _("{km} km from you").format(km=number(round(km, 1) if km < 10 else round(km)))


def _mine(mine: Rsvp | None) -> str:
    if mine is None or mine.answer not in COMING:
        return ""
    return yours(mine.seats) if mine.answer == Answer.YES else _("You said: maybe.")


@flow("move", title=N_("moving to another place"))
def move(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """Go to this place of the day instead of the one where somebody has seats; as many seats."""
    card = _card(talk, tx, meeting_id)
    if card is None or card.why is not None or card.entry is not None or not card.welcome:
        return talk.then("meeting", meeting_id=meeting_id)
    if card.elsewhere is None or card.comes:
        return talk.then("rsvp", meeting_id=meeting_id, answer=Answer.YES)
    before = card.elsewhere
    held = seats.find(tx, before.id, talk.person.id)
    assert held is not None  # that is what makes it elsewhere
    fits = card.left is None or held.seats <= card.left
    if (card.must_wait or not fits) and not _waits(talk, card, before, held.seats):
        return talk.say(
            _("Fine. You keep your seats at {title}.").format(title=title(before)), [_see(before)]
        )
    party = Party(talk.person.id, held.seats, held.name)
    match rsvps.claim(tx, meeting_id, party, talk.now):
        case Seated(_seats, left_place):
            there = left_place or before.id
            return talk.then("signed_up", meeting_id=meeting_id, left_place=there)
        case Waiting():
            return talk.then("line", meeting_id=meeting_id, what="joined")
        case Full() | Closed():
            return talk.then("meeting", meeting_id=meeting_id)


def _waits(talk: Talk, card: Card, before: Meeting, wanted: int) -> bool:
    names = {"title": title(card.meeting), "before": title(before)}
    asked = n_(
        "There is no free seat at {title} now. You keep your seat at {before}. "
        "Do you want to stand in line as well?",
        "There are not {n} free seats at {title} now. You keep your seats at {before}. "
        "Do you want to stand in line as well?",
        wanted,
    )
    return talk.confirm(
        "line",
        asked.format(n=wanted, **names),
        yes=_("Yes, put me in line"),
        no=_("No, thank you"),
    )
