"""To whom: one thing that people are after another, and who of them is left out.

What is stored are the answers, as they stand in the draft; `audience_of` reads them alone. So the
list of people can be looked at while the questions are still open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.dialogue import answers
from bot.dialogue.flow import entry
from bot.dialogue.language import _, native_name
from bot.dialogue.membership import parts, themes
from bot.dialogue.messages import Button
from bot.dialogue.neighbourhoods import one_of, suggested
from bot.dialogue.paging import Paged
from bot.dialogue.places import name_of
from bot.dialogue.questions import OneOf, Open, Question, Several
from bot.dialogue.state import SKIPPED
from bot.dialogue.talk import Talk

MOST_STEPS: Final = 8

Given = dict[str, Any]
"""Answers by the keys of their questions, encoded as they are stored."""
Audience = Mapping[str, list[list[str]]]
"""Who is meant, as it is stored: `only` and `but`, each pairs of a kind and a value."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many people an audience has, in words, and how many are meant."""

    text: str
    meant: int


class Known(Protocol):
    """What is known of people and meetings, looked up when it is needed."""

    @property
    def announcement(self) -> int: ...
    @property
    def languages(self) -> Sequence[str]: ...
    def meetings(self) -> Mapping[str, str]: ...
    def neighbourhoods(self, municipality: str) -> Sequence[str]: ...
    def told(self, audience: Audience, purpose: str) -> Told: ...


def ask_audience(talk: Talk, known: Known, given: Given) -> None:
    """Ask until it is right, with a count after each step; the answers are added to `given`."""
    side = "only"
    for number in range(MOST_STEPS):
        _step(talk, known, given, number, side)
        if not number and given["to.0"] == "all" and not talk.is_wanted("more.0"):
            _everybody(talk, known, given)
            return
        told = _told(talk, known, given, f"more.{number}")
        put(talk, given, _more(number, told))
        side = given[f"more.{number}"]
        if side == "over":
            _choose_anew(talk, given)
        if side == "done":
            return


def _everybody(talk: Talk, known: Known, given: Given) -> None:
    """That is right, until somebody changes it; how many they are is told once."""
    given["more.0"] = "done"
    if talk.is_wanted(f"text.{known.languages[0]}"):
        return
    told = known.told(audience_of(given), str(given["what"]))
    if told.meant:
        talk.say(told.text, [_look(known)])


def last_step(given: Mapping[str, Any]) -> str:
    """The key of the question by which the audience was found right: changing it changes that."""
    done = (key for key in given if key.startswith("more.") and given[key] == "done")
    return next(done, "more.0")


def put(talk: Talk, given: Given, question: Question, unasked: Any = None) -> Any:
    """Ask, and note the answer as it is stored.

    With `unasked` it is asked only where somebody wants to change that.
    """
    asks = unasked is None or talk.is_wanted(question.key)
    stored = given[question.key] = talk.put(question) if asks else unasked
    return stored


def _told(talk: Talk, known: Known, given: Given, key: str) -> Told:
    """Who that is, with a way to their names; not looked up where it was found right before."""
    if talk.knows(key):
        return Told("", 1)
    told = known.told(audience_of(given), str(given["what"]))
    if told.meant:
        talk.say(_("You can see by name who gets it."), [_look(known)])
    return told


def _look(known: Known) -> Button:
    return Button(_("Look at the list"), entry("audience_list", known.announcement))


def _more(number: int, told: Told) -> OneOf:
    options = {
        "done": _("Yes, go on"),
        "only": _("Only some of them"),
        "but": _("Leave some out"),
        "over": _("Choose again"),
    }
    if not told.meant:
        options.pop("done")
    if number == MOST_STEPS - 1:
        options = {key: options[key] for key in ("done", "over") if key in options}
    asked = _("{told}\n\nIs that right?")
    if not told.meant:
        asked = _("{told}\n\nI know nobody like that. What shall I do?")
    return OneOf(f"more.{number}", asked.format(told=told.text), options)


def _choose_anew(talk: Talk, given: Given) -> None:
    """Drop these answers and no others: what was written stays."""
    ours = [key for key in given if key.startswith(("to.", "more.")) and key != "to.0"]
    talk.change("to.0", *ours)


# One step.


def _step(talk: Talk, known: Known, given: Given, number: int, side: str) -> None:
    key = f"to.{number}"
    kind = put(talk, given, OneOf(key, _which(number, side), _kinds(given, number, side)))
    match kind:
        case "municipality":
            put(talk, given, _municipality(f"{key}.of"))
        case "neighbourhood":
            _neighbourhood(talk, known, given, key)
        case "meeting":
            question = _("Which meeting?")
            put(talk, given, Paged(f"{key}.meeting", question, known.meetings()))
            put(talk, given, Several(f"{key}.of", _("Which of its people?"), groups()))
        case "all":
            return
        case _:
            question, options = _several(known, kind)
            put(talk, given, Several(f"{key}.of", question, options))


def _which(number: int, side: str) -> str:
    if side == "but":
        return _("Whom shall I leave out?")
    return _("Which part of them?") if number else _("Who shall get it?")


def _kinds(given: Given, number: int, side: str) -> dict[str, str]:
    """By what people can be chosen; what was chosen by before is widened by another."""
    kinds = {
        "municipality": _("People in a municipality"),
        "neighbourhood": _("People in a neighbourhood"),
        "part": _("People by who they are here"),
        "theme": _("People by what matters to them"),
        "meeting": _("People of a meeting"),
        "language": _("People by their language"),
        "role": _("Coordinators or hosts"),
    }
    if not number:
        return {"all": _("Everybody"), **kinds}
    also = {
        "municipality": _("Another municipality too"),
        "neighbourhood": _("Another neighbourhood too"),
        "part": _("Others by who they are too"),
        "theme": _("Others by what matters to them too"),
        "meeting": _("People of another meeting too"),
        "language": _("Another language too"),
        "role": _("Coordinators or hosts too"),
    }
    used = {kind for kind, _value in audience_of(given)[side]}
    return {kind: also[kind] if kind in used else label for kind, label in kinds.items()}


def _several(known: Known, kind: str) -> tuple[str, dict[str, str]]:
    match kind:
        case "part":
            return _("Which people? Choose what they said of themselves."), parts()
        case "theme":
            return _("What matters to them?"), themes()
        case "language":
            return _("Which languages?"), {code: native_name(code) for code in known.languages}
        case _:
            return _("Which of these?"), roles()


def roles() -> dict[str, str]:
    """Who does more than others, {key: label}."""
    return {"coordinator": _("Coordinators"), "host": _("Hosts of meetings")}


def groups() -> dict[str, str]:
    """The people of a meeting by what they answered, {key: label}."""
    return {
        "yes": _("Those who come"),
        "maybe": _("Those who may come"),
        "line": _("Those in line"),
        "came": _("Those who were there"),
    }


def _municipality(key: str) -> Open:
    return Open(key, _("Which municipality? For example: Utrecht."), answers.place())


def _neighbourhood(talk: Talk, known: Known, given: Given, key: str) -> None:
    code = put(talk, given, _municipality(f"{key}.in"))
    named = known.neighbourhoods(code)
    if not named:
        told = _("Nobody in {place} told me the name of their neighbourhood.")
        talk.say(told.format(place=name_of(code)))
        talk.change(key, f"{key}.in")
    question = _("What is the neighbourhood called?")
    put(talk, given, Open(f"{key}.of", question, one_of(named), suggestions=suggested(named)))


# What the answers come to.


def audience_of(given: Mapping[str, Any]) -> Audience:
    """Who is meant by these answers, as far as they go."""
    if given.get("what") == "meeting":
        return _of_meeting(given)
    sides: dict[str, list[list[str]]] = {"only": [], "but": []}
    side = "only"
    for number in range(MOST_STEPS):
        if f"to.{number}" not in given:
            break
        sides[side] += [one for one in _filters(given, number) if one not in sides[side]]
        side = str(given.get(f"more.{number}"))
        if side not in sides:
            break
    sides["only"] += _besides(given, sides["only"])
    return sides


def _filters(given: Mapping[str, Any], number: int) -> list[list[str]]:
    kind = str(given[f"to.{number}"])
    value = given.get(f"to.{number}.of")
    if value is None or value == SKIPPED or kind == "all":
        return []
    if kind == "neighbourhood":
        return [[kind, f"{given[f'to.{number}.in']}:{value}"]]
    if kind == "meeting":
        return [[kind, f"{given[f'to.{number}.meeting']}:{group}"] for group in value]
    return [[kind, one] for one in value] if isinstance(value, list) else [[kind, str(value)]]


def _besides(given: Mapping[str, Any], only: Sequence[Sequence[str]]) -> list[list[str]]:
    """What follows from what it is: news for who follows that, a survey for who has not done it."""
    if given.get("what") == "survey":
        return [["unanswered", str(given["survey"])]] if "survey" in given else []
    topics, place = given.get("topics"), given.get("place")
    about = [["follows", f"topic:{topic}"] for topic in topics] if isinstance(topics, list) else []
    if isinstance(place, str) and not municipalities(only):
        about.append(["follows", f"place:{place}"])
    return about


def is_for_all(given: Mapping[str, Any]) -> bool:
    """Whether it is for everybody, or for everybody in some municipality."""
    audience = audience_of(given)
    kinds = {kind for kind, _value in audience["only"]}
    return not audience["but"] and kinds <= {"municipality", "follows"}


def municipalities(only: Sequence[Sequence[str]]) -> set[str]:
    """The municipalities to whose people it goes alone; none where it goes further."""
    named = [value for kind, value in only if kind in ("municipality", "neighbourhood")]
    return {value.partition(":")[0] for value in named}


def _of_meeting(given: Mapping[str, Any]) -> Audience:
    chosen = given.get("groups")
    of = chosen if isinstance(chosen, list) and "about" in given else []
    return {"only": [["meeting", f"{given['about']}:{group}"] for group in of], "but": []}
