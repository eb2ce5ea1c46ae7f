"""Planning a day with places: the day itself, and then its places, one by one or many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.dialogue.choices import match as choice
from bot.dialogue.choices import plain
from bot.dialogue.flow import Then, flow
from bot.dialogue.language import N_, _, isolate, n_
from bot.dialogue.meeting_talk import plans
from bot.dialogue.meeting_talk.gatherings import LONGEST_PLACE, LONGEST_TITLE
from bot.dialogue.meeting_talk.meeting_checks import line
from bot.dialogue.meeting_talk.place_lines import PlaceLine, place_lines, said
from bot.dialogue.meeting_talk.plan_summary import (
    Lines,
    contact_line,
    look_over,
    more_lines,
    seats_line,
    times_lines,
)
from bot.dialogue.meeting_talk.plans import Times, Where
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from bot.dialogue.typed_time.wall_clock import from_until, wall
from storage import days, meetings, planning
from storage.meetings import Kind, Meeting, MeetingFacts, Status
from storage.transaction import Tx

NOT_OF_A_DAY: Final = ("accessible", "pin")
"""What each place has for itself."""


@dataclass(frozen=True, slots=True)
class Evening:
    """What there is besides the places, signed up for apart."""

    title: str
    times: Times
    place: str
    seats: int | None


@flow("new_day", title=N_("planning a day with places"), role="coordinator")
def new_day(talk: Talk, tx: Tx) -> Then:
    """Plan a day; its places come after it."""
    title = plans.ask_title(talk, _("What is the day called?"))
    text = plans.ask_text(talk, _("What is the programme? A few sentences are enough."))
    times = plans.ask_times(
        talk, _("When is the day? Type the day and the time together.\nFor example: {example}")
    )
    contact = plans.ask_contact(talk)
    evening = _evening(talk, times)
    more = plans.ask_more(talk, times, Where(), without=NOT_OF_A_DAY)
    look_over(
        talk,
        _("This is the day:"),
        {
            "title": (_("Title"), title),
            "text": (_("Programme"), text or _("none")),
            **times_lines(talk, times, more.zone),
            "contact": contact_line(contact),
            **_evening_lines(talk, evening, more.zone),
            **more_lines(talk, more),
        },
    )
    facts = MeetingFacts(
        key=None,
        title=title,
        text=text,
        start=times.start,
        end=times.end,
        host_name=contact,
        kind=Kind.DAY,
        status=Status.DRAFT,
        **more.facts(),
    )
    day = planning.make(tx, facts, talk.person.id, talk.now)
    if evening is not None:
        planning.make(tx, _evening_facts(day, evening), talk.person.id, talk.now)
    talk.say(_("I have made a draft of the day. Now its places."))
    return talk.then("new_place", day_id=day.id)


def _evening(talk: Talk, day: Times) -> Evening | None:
    """The part of the day that is signed up for apart, if there is one."""
    question = _("Is there an evening programme as well? People sign up for it apart.")
    if not talk.confirm("evening", question):
        return None
    title = talk.ask("part_title", _("What is the evening called?"), line(LONGEST_PLACE // 2))
    question = _("From when until when? For example: 19.30-21.30")
    times = plans.ask_times(talk, question, on=day.start.date(), prefix="part_")
    if not day.start.date() <= times.start.date() <= day.end.date():
        talk.say(_("The evening is not on the day itself."))
        talk.change("part_when")
    place = talk.ask("part_place", _("At which place? Its name and address."), line(LONGEST_PLACE))
    return Evening(title, times, place, plans.ask_seats(talk, "part_seats"))


def _evening_lines(talk: Talk, evening: Evening | None, zone: str) -> Lines:
    if evening is None:
        return {"evening": (_("Evening programme"), _("none"))}
    times = evening.times
    until: Lines = {"part_until": (_("Evening: until"), "")} if times.asked_end else {}
    return {
        "part_title": (_("Evening programme"), evening.title),
        "part_when": (
            _("Evening: when"),
            from_until(times.start, times.end, zone, talk.now),
        ),
        **until,
        "part_place": (_("Evening: place"), evening.place),
        "part_seats": (_("Evening: seats"), seats_line(evening.seats)[1]),
        "evening": (_("Evening or not"), ""),
    }


def _evening_facts(day: Meeting, evening: Evening) -> MeetingFacts:
    return MeetingFacts(
        key=None,
        title=evening.title,
        start=evening.times.start,
        end=evening.times.end,
        place=evening.place,
        capacity=evening.seats,
        host_name=day.host_name,
        kind=Kind.PART,
        **_as_the_day(day),
    )


def _as_the_day(day: Meeting) -> dict[str, Any]:
    """What a place or part has from its day."""
    return {
        "day": day.id,
        "zone": day.zone,
        "deadline": wall(day.deadline, day.zone) if day.deadline is not None else None,
        "audience": day.audience,
        "languages": day.languages,
        "reminders": day.reminders,
    }


# Its places.


@flow(
    "new_place",
    title=N_("adding places to a day"),
    ending=N_("Fine. The day is kept, with the places that you added."),
    role="coordinator",
)
def new_place(talk: Talk, tx: Tx, day_id: int) -> Then | None:
    """Add a place to a day, and then the next; or many at once."""
    day = meetings.find(tx, day_id)
    if day is None or day.kind != Kind.DAY or day.is_cancelled or day.ends <= talk.now:
        talk.say(_("No places can be added to that day."))
        return None
    known = [place.title for place in days.children(tx, day.id) if place.kind == Kind.PLACE]
    ways = _ways()
    title = talk.ask("name", _next(known), line(LONGEST_TITLE), suggestions=list(ways.values()))
    match choice(title, ways):
        case "list":
            return _many(talk, tx, day, known)
        case "file":
            talk.say(_from_file())
            talk.again("name")
        case "done":
            return talk.then("meeting", meeting_id=day.id).then(
                "publish_meeting", meeting_id=day.id
            )
    if plain(title) in map(plain, known):
        talk.say(_("There is a place with that name already."))
        talk.again("name")
    planning.make(tx, _one(talk, day, title), talk.person.id, talk.now)
    talk.say(_("{title} is added.").format(title=isolate(title, LONGEST_TITLE)))
    return talk.then("new_place", day_id=day.id)


def _ways() -> dict[str, str]:
    return {
        "list": _("Add many at once"),
        "file": _("I have a file"),
        "done": _("That was all"),
    }


def _next(known: list[str]) -> str:
    if not known:
        return _("What is the name of the first place?")
    return n_(
        "There is {n} place now. What is the name of the next one?",
        "There are {n} places now. What is the name of the next one?",
        len(known),
    ).format(n=len(known))


def _from_file() -> str:
    return _(
        "You can copy the lines from your file and paste them here: press “{button}”. "
        "Whoever runs the bot can also take in a whole file, with: buurtbot import FILE"
    ).format(button=_ways()["list"])


def _one(talk: Talk, day: Meeting, title: str) -> MeetingFacts:
    """What is asked of one place: six short answers."""
    address = talk.ask("place", _("What is the address of {title}?").format(
        title=isolate(title, LONGEST_TITLE)), line(LONGEST_PLACE))  # fmt: skip
    municipality = plans.ask_municipality(talk)
    seats = plans.ask_seats(talk)
    contact = plans.ask_contact(talk)
    options = {**plans.accessibility_labels(), **_own()}
    so_far = _summed_up((title, address, municipality), seats, contact)
    ticked = talk.choose_many("marks", so_far, options, optional=True)
    accessibility = plans.said_accessible(talk, ticked)
    times = _own_times(talk, day) if "times" in ticked else None
    start, end = day.wall_start, day.wall_end
    return MeetingFacts(
        key=None,
        title=title,
        start=times.start if times else datetime.fromisoformat(start),
        end=times.end if times else datetime.fromisoformat(end),
        place=plans.in_full(address, municipality),
        municipality=municipality,
        capacity=seats,
        host_name=contact,
        accessibility=accessibility,
        kind=Kind.PLACE,
        **plans.pinned(plans.ask_pin(talk) if "pin" in ticked else None),
        **_as_the_day(day),
    )


def _own() -> dict[str, str]:
    return {"times": _("Other times than the day"), "pin": _("A pin on the map")}


def _own_times(talk: Talk, day: Meeting) -> Times:
    question = _("From when until when? For example: 19.30-21.30")
    return plans.ask_times(talk, question, on=datetime.fromisoformat(day.wall_start).date())


def _summed_up(where: tuple[str, str, str | None], seats: int | None, contact: str | None) -> str:
    title, address, municipality = where
    lines = {
        _("Name"): title,
        _("Place"): address,
        _("Municipality"): name_of(municipality) or _("none"),
        **dict([seats_line(seats), contact_line(contact)]),
    }
    told = "\n".join(
        _("{label}: {answer}").format(label=label, answer=isolate(answer, 200))
        for label, answer in lines.items()
    )
    return _("{lines}\n\nWhat else is there? Press Done to add it.").format(lines=told)


def _many(talk: Talk, tx: Tx, day: Meeting, known: list[str]) -> Then:
    """Make all places of a pasted list, or none."""
    question = _(
        "Send the places, one on each line:\nname; address; municipality; seats\n\n"
        "For example:\nCommunity house; Church Street 1; Utrecht; 30"
    )
    found = talk.ask("list", question, place_lines(known))
    told = "\n".join(f"{n}. {_in_short(one)}" for n, one in enumerate(found, 1))
    right = _("{places}:\n\n{list}\n\nShall I add them?").format(places=said(found), list=told)
    if not talk.confirm("right", right, yes=_("Add them"), no=_("Send another list")):
        talk.again("list")
    for one in found:
        planning.make(tx, _of_line(day, one), talk.person.id, talk.now)
    talk.say(n_("{n} place is added.", "{n} places are added.", len(found)).format(n=len(found)))
    return talk.then("new_place", day_id=day.id)


def _in_short(one: PlaceLine) -> str:
    known = {"name": isolate(one.name, 50), "place": name_of(one.municipality) or "–"}
    if one.seats is None:
        return _("{name}, {place}").format(**known)
    return n_("{name}, {place}, {n} seat", "{name}, {place}, {n} seats", one.seats).format(
        n=one.seats, **known
    )


def _of_line(day: Meeting, one: PlaceLine) -> MeetingFacts:
    return MeetingFacts(
        key=None,
        title=one.name,
        start=datetime.fromisoformat(day.wall_start),
        end=datetime.fromisoformat(day.wall_end),
        place=plans.in_full(one.address, one.municipality),
        municipality=one.municipality,
        capacity=one.seats,
        kind=Kind.PLACE,
        **_as_the_day(day),
    )
