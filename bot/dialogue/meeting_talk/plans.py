"""The questions by which a meeting, a day or a place is planned.

Most of what may be arranged is right as it is, so all of that is one question with marks: what is
ticked is asked, the rest stays as it was.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.answers import Point
from bot.dialogue.choices import plain
from bot.dialogue.language import N_, _, clock_time, languages, native_name
from bot.dialogue.meeting_talk.gatherings import LONGEST_PLACE, LONGEST_TEXT, LONGEST_TITLE
from bot.dialogue.meeting_talk.meeting_checks import line, link, pin, zone
from bot.dialogue.membership import parts
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from bot.dialogue.typed_time.moment_checks import ending, moment, occasion
from bot.dialogue.typed_time.wall_clock import aware, clock_problem, in_words

MOST_SEATS: Final = 100_000
USUAL: Final = (timedelta(minutes=90), timedelta(hours=2), timedelta(hours=3))
"""How long meetings mostly last: offered as the ends to choose from."""
EXAMPLE: Final = N_("Tuesday 28 September half past seven")


@dataclass(frozen=True, slots=True)
class Times:
    """From when until when, in wall time; `asked_end`: the end was a question of its own."""

    start: datetime
    end: datetime
    asked_end: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """Where it is: at a place, online, or both."""

    place: str | None = None
    municipality: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class More:
    """What is mostly right as it is; `ticked` are the keys of what is not."""

    zone: str
    ticked: tuple[str, ...] = ()
    deadline: datetime | None = None
    audience: str = "all"
    languages: tuple[str, ...] = ("nl",)
    reminders: tuple[str, ...] | None = None
    accessibility: str = ""
    pin: Point | None = None

    def facts(self) -> dict[str, Any]:
        """The same, by the names of a meeting's facts."""
        return {
            "zone": self.zone,
            "deadline": self.deadline,
            "audience": self.audience,
            "languages": self.languages,
            "reminders": self.reminders,
            "accessibility": self.accessibility,
            **pinned(self.pin),
        }


def pinned(at: Point | None) -> dict[str, Any]:
    """A place on the map, by the names of a meeting's facts."""
    return {"latitude": at.latitude, "longitude": at.longitude} if at is not None else {}


def ask_title(talk: Talk, question: str) -> str:
    """What it is called, on one line."""
    return talk.ask("title", question, line(LONGEST_TITLE))


def ask_text(talk: Talk, question: str) -> str:
    """What happens there; empty when skipped."""
    return talk.ask("text", question, answers.text(most=LONGEST_TEXT), optional=True) or ""


def ask_times(talk: Talk, question: str, *, on: date | None = None, prefix: str = "") -> Times:
    """From when until when; the end is asked unless it was typed along with the start.

    An `{example}` in the question is filled in. `on` is the day, where that is known.
    """
    here = talk.zone.key
    told = question.format(example=_(EXAMPLE))
    said = talk.ask(f"{prefix}when", told, occasion(here, talk.now, on))
    if said.end is not None:
        return Times(said.start, said.end)
    until = _("It starts on {start}. Until what time?").format(
        start=in_words(said.start, here, talk.now)
    )
    check = ending(said.start, here, talk.now)
    offered = [
        clock_time(aware(said.start + length, here), here)
        for length in USUAL
        if (said.start + length).date() == said.start.date()
    ]
    end = talk.ask(f"{prefix}until", until, check, suggestions=offered)
    return Times(said.start, end, asked_end=True)


def ask_where(talk: Talk) -> Where:
    """Where it is."""
    kinds = {"place": _("At a place"), "online": _("Online"), "both": _("Both")}
    kind = talk.choose("where", _("Where is it?"), kinds)
    place = code = address = None
    if kind != "place":
        question = _(
            "What is the link? Only people who sign up see it, from half an hour before. "
            "Skip this if there is none yet."
        )
        address = talk.ask("link", question, link(), optional=True)
    if kind != "online":
        place = talk.ask("place", _("At which place? Its name and address."), line(LONGEST_PLACE))
        code = ask_municipality(talk)
    return Where(place, code, address)


def ask_municipality(talk: Talk) -> str | None:
    """The code of the municipality; None when skipped."""
    question = _("In which municipality is that?")
    found = talk.ask("municipality", question, answers.place(), optional=True)
    return found.code if found is not None else None


def in_full(address: str, municipality: str | None) -> str:
    """The address with the name of its municipality, for people who come from elsewhere."""
    town = name_of(municipality)
    if not town or plain(town) in plain(address) or len(address) + len(town) + 2 > LONGEST_PLACE:
        return address
    return f"{address}, {town}"


def ask_seats(talk: Talk, key: str = "seats") -> int | None:
    """How many people fit; None when everybody does."""
    question = _("How many people fit in? Skip this if everybody fits.")
    return talk.ask(key, question, answers.number(1, MOST_SEATS), optional=True)


def ask_contact(talk: Talk) -> str | None:
    """Whom people see as the one to turn to; None: nobody."""
    own = [talk.person.name] if talk.person.name else []
    question = _("Who is the contact? People see this name. Skip this if there is nobody.")
    return talk.ask("contact", question, answers.name(), optional=True, suggestions=own)


# What is mostly right as it is.


def more_labels() -> dict[str, str]:
    """What may be arranged besides, by its question's key."""
    return {
        "deadline": _("Sign up until"),
        "audience": _("Who may come"),
        "languages": _("Languages"),
        "reminders": _("Reminders"),
        "accessible": _("Accessibility"),
        "pin": _("A pin on the map"),
        "zone": _("Time zone"),
    }


def ask_more(talk: Talk, times: Times, where: Where, *, without: Collection[str] = ()) -> More:
    """What else is to be arranged; what is not ticked stays as it is told here."""
    usual = _(
        "The rest is like this: everybody may come and can sign up until the start. "
        "It is in Dutch. All reminders are sent.\n\nWhat shall be different?"
    )
    if talk.changes("more"):
        usual = _(
            "What shall be different from usual? What has a mark is arranged already. "
            "Take a mark away, and that is as usual again."
        )
    offered = {key: label for key, label in more_labels().items() if key not in without}
    if where.place is None:
        offered.pop("pin", None)
    ticked = talk.choose_many("more", usual, offered, optional=True)
    here = talk.zone.key
    if "zone" in ticked:
        here = talk.ask("zone", _("In which city do the clocks show that time?"), zone())
    _check_clocks(talk, times, here)
    return More(
        zone=here,
        ticked=tuple(ticked),
        deadline=_deadline(talk, times, here) if "deadline" in ticked else None,
        audience=_audience(talk, where) if "audience" in ticked else "all",
        languages=_languages(talk) if "languages" in ticked else ("nl",),
        reminders=_reminders(talk) if "reminders" in ticked else None,
        accessibility=ask_accessibility(talk) if "accessible" in ticked else "",
        pin=ask_pin(talk) if "pin" in ticked else None,
    )


def _deadline(talk: Talk, times: Times, here: str) -> datetime:
    offered = [
        in_words(times.start - timedelta(days=days), here, talk.now)
        for days in (1, 7)
        if aware(times.start - timedelta(days=days), here) > talk.now
    ]
    check = moment(here, talk.now, latest=times.start)
    question = _("Until when can people sign up? Type the day and the time.")
    return talk.ask("deadline", question, check, suggestions=offered)


def _audience(talk: Talk, where: Where) -> str:
    options = {
        "all": _("Everybody"),
        "members": _("Members"),
        "part": _("Some of the members"),
        "municipality": _("Members in one municipality"),
    }
    kind = talk.choose("audience", _("Who may come?"), options)
    if kind == "part":
        told = talk.choose("part", _("Members who told me what?"), parts())
        return f"part:{told}"
    if kind != "municipality":
        return kind
    offered = [name_of(where.municipality)] if where.municipality else []
    question = _("Members in which municipality?")
    return f"municipality:{talk.ask('of', question, answers.place(), suggestions=offered).code}"


def _languages(talk: Talk) -> tuple[str, ...]:
    named = {code: native_name(code) for code in languages()}
    return tuple(talk.choose_many("languages", _("Which languages are spoken there?"), named))


def reminder_labels() -> dict[str, str]:
    """The kinds of reminders, in words."""
    return {
        "week": _("A week before"),
        "day": _("The day before"),
        "hours": _("Two hours before"),
        "silent": _("To people who were invited and did not answer"),
    }


def _reminders(talk: Talk) -> tuple[str, ...]:
    question = _("Which reminders shall I send? Press Done if you want none.")
    return tuple(talk.choose_many("reminders", question, reminder_labels(), optional=True))


def ask_accessibility(talk: Talk, key: str = "accessible") -> str:
    """What somebody should know who is not sure that they can get in, as a line of words."""
    chosen = talk.choose_many(key, _("What is there?"), accessibility_labels(), optional=True)
    return said_accessible(talk, chosen)


def accessibility_labels() -> dict[str, str]:
    """What makes a place easier to come to."""
    return {
        "step_free": _("Wheelchairs can get in"),
        "toilet": _("Toilet for wheelchairs"),
        "hearing": _("Hearing loop"),
        "quiet": _("A quiet room"),
        "words": _("Something else"),
    }


def said_accessible(talk: Talk, chosen: Collection[str]) -> str:
    """The marks in words, with what is typed for "something else"."""
    known = accessibility_labels()
    told = [known[key] for key in chosen if key in known and key != "words"]
    if "words" in chosen:
        question = _("What should people know about getting in? Use one line.")
        told.append(talk.ask("accessible_words", question, line(LONGEST_PLACE)))
    return "; ".join(told)


def ask_pin(talk: Talk) -> Point:
    """The place on the map."""
    question = _("Send the place as a location. Press the paperclip, and then Location.")
    return talk.ask("pin", question, pin())


def _check_clocks(talk: Talk, times: Times, own: str) -> None:
    """In another zone the clocks may change at another hour: then the time is asked again."""
    if problem := clock_problem(times.start, own) or clock_problem(times.end, own):
        talk.say(problem)
        talk.change("when")
