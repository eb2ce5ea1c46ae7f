"""What it says: the text in each language, what goes with it, its buttons, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from bot.dialogue import answers
from bot.dialogue.announcing.audience_questions import (
    Given,
    audience_of,
    is_for_all,
    municipalities,
    put,
)
from bot.dialogue.announcing.letter import (
    CAPTION_UNITS,
    MOST_BUTTONS,
    Content,
    length,
    loaded,
)
from bot.dialogue.announcing.text_checks import words
from bot.dialogue.language import _, language_name, native_name, number, speaking
from bot.dialogue.meeting_talk.meeting_checks import line, link
from bot.dialogue.membership import themes
from bot.dialogue.messages import cut
from bot.dialogue.paging import Paged
from bot.dialogue.questions import OneOf, Open, Several
from bot.dialogue.state import SKIPPED
from bot.dialogue.talk import Talk

LONGEST_LABEL: Final = 40
FEW: Final = 2
"""So many other languages are asked for one by one; of more one chooses first."""


class Known(Protocol):
    """What there is to write about, looked up when it is needed."""

    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def any_coming(self) -> bool: ...
    def coming(self) -> Mapping[str, str]: ...
    def surveys(self) -> Mapping[str, str]: ...
    def title(self, meeting: int) -> str: ...


def ask_text(talk: Talk, known: Known, given: Given) -> None:
    """Everything that people read, look at, listen to and press.

    Only what it cannot do without is asked; the rest is added by who wants it.
    """
    _texts(talk, known.languages, given)
    _file(talk, given)
    _fitting(talk, given)
    _buttons(talk, known, given)
    if given["what"] == "news":
        _news(talk, given)


# The text.


def _texts(talk: Talk, languages: Sequence[str], given: Given) -> None:
    base, *others = languages
    question = _(
        "What do you want to say? Bold words and links stay as you type them. A picture or a "
        "button can be added afterwards."
    )
    if others:
        question = _(
            "What do you want to say, in {language}? Bold words and links stay as you type them. "
            "A picture, a button or another language can be added afterwards."
        ).format(language=language_name(base))
    put(talk, given, Open(f"text.{base}", question, words()))
    unasked: Any = SKIPPED
    if len(others) > FEW:
        offered = {code: native_name(code) for code in others}
        asked = Several("languages", _("In which languages will you write it too?"), offered, True)
        chosen = put(talk, given, asked, SKIPPED)
        others, unasked = [] if chosen == SKIPPED else list(chosen), None
    for code in others:
        told = _(
            "And in {language}? If you skip this, people who speak {language} get the text "
            "in {base}."
        ).format(language=language_name(code), base=language_name(base))
        asked_for = Open(f"text.{code}", told, words(), optional=True)
        put(talk, given, asked_for, unasked)


def texts_of(given: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """The texts that were written, by language, as they are stored; the first one is for all."""
    base, *others = languages
    ticked = given.get("languages", others)
    chosen = [base, *(code for code in others if ticked != SKIPPED and code in ticked)]
    typed = {code: given.get(f"text.{code}", SKIPPED) for code in chosen}
    return {code: stored for code, stored in typed.items() if stored != SKIPPED}


# What goes with it.


def _file(talk: Talk, given: Given) -> None:
    question = _(
        "Shall a picture, a file or a voice message go with it? Send it now, or skip this."
    )
    put(talk, given, Open("file", question, answers.file(), optional=True), SKIPPED)


def _fitting(talk: Talk, given: Given) -> None:
    """A text under a picture is short: either it is shortened, or goes without."""
    code = _too_long(given)
    if code is None:
        return
    told = _(
        "Under a picture or a file at most {most} characters fit. Your text in {language} has "
        "{count}. What shall I do?"
    ).format(
        most=number(CAPTION_UNITS),
        language=language_name(code),
        count=number(length(loaded(given[f"text.{code}"]))),
    )
    options = {"shorten": _("I shorten the text"), "without": _("Send only the text")}
    if put(talk, given, OneOf("long", told, options)) == "shorten":
        talk.change(f"text.{code}", "long")


def _too_long(given: Mapping[str, Any]) -> str | None:
    """The first language whose text does not fit under what goes with it."""
    if given.get("file", SKIPPED) == SKIPPED:
        return None
    typed = {key[5:]: text for key, text in given.items() if key.startswith("text.")}
    long = (
        code
        for code, stored in typed.items()
        if stored != SKIPPED and length(loaded(stored)) > CAPTION_UNITS
    )
    return next(long, None)


def has_words(given: Mapping[str, Any]) -> bool:
    """Whether it came with words under it, which nobody gets."""
    stored = given.get("file", SKIPPED)
    return stored != SKIPPED and bool(answers.file().decode(stored).caption)


def attachment_of(given: Mapping[str, Any]) -> dict[str, str] | None:
    """What goes with it, as it is stored."""
    stored = given.get("file", SKIPPED)
    if stored == SKIPPED or (given.get("long") == "without" and _too_long(given) is not None):
        return None
    sent = answers.file().decode(stored)
    return {"kind": sent.kind, "file": sent.file, "name": sent.name}


# Its buttons.


def _buttons(talk: Talk, known: Known, given: Given) -> None:
    before = 0 if given["what"] == "news" else 1
    for at in range(MOST_BUTTONS - before):
        key = f"button.{at}"
        question = OneOf(key, _which_button(given, at), _button_kinds(known, at))
        match put(talk, given, question, None if at else "none"):
            case "link":
                _link(talk, known, given, key)
            case "meeting":
                put(talk, given, Paged(f"{key}.meeting", _("Which meeting?"), known.coming()))
            case "survey":
                put(talk, given, Paged(f"{key}.survey", _("Which survey?"), known.surveys()))
            case _:
                return


def _which_button(given: Given, at: int) -> str:
    if at:
        return _("Shall I put another button under it?")
    match given["what"]:
        case "survey":
            return _("There is a button to the survey under it. Another one?")
        case "meeting":
            return _("There is a button to the meeting under it. Another one?")
        case _:
            return _("Shall I put a button under it?")


def _button_kinds(known: Known, at: int) -> dict[str, str]:
    kinds = {"link": _("Link")}
    if known.any_coming:
        kinds["meeting"] = _("Meeting")
    if known.surveys():
        kinds["survey"] = _("Survey")
    return {**kinds, "none": _("No more buttons") if at else _("No button")}


def _link(talk: Talk, known: Known, given: Given, key: str) -> None:
    put(talk, given, Open(f"{key}.link", _("To which page? Type or paste its link."), link()))
    for code in texts_of(given, known.languages):
        question = _("What should the button say, in {language}? At most {most} characters.")
        told = question.format(language=language_name(code), most=LONGEST_LABEL)
        with speaking(code):
            offered = [_("Read more")]
        check = line(LONGEST_LABEL)
        put(talk, given, Open(f"{key}.label.{code}", told, check, suggestions=offered))


def buttons_of(given: Mapping[str, Any], known: Known) -> list[dict[str, Any]]:
    """The buttons, as they are stored, with a label in each language of the text."""
    codes = list(texts_of(given, known.languages))
    found: list[dict[str, Any]] = []
    for kind, key, value in _chosen(given):
        if kind == "link":
            label = {code: given.get(f"{key}.label.{code}", "") for code in codes}
            found.append({"kind": kind, "label": label, "value": value})
            continue
        label = {code: _ready_label(kind, code) for code in codes}
        if any(one["label"] == label for one in found):
            label = _named_label(kind, value, codes, known)
        found.append({"kind": kind, "label": label, "value": int(value)})
    return found


def _chosen(given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, key and value of each button; what the announcement is about comes first."""
    about = {"survey": "survey", "meeting": "about"}.get(str(given.get("what")))
    if about is not None and about in given:
        yield str(given["what"]), "", str(given[about])
    for at in range(MOST_BUTTONS - (about is not None)):
        key = f"button.{at}"
        kind = given.get(key)
        if kind in (None, "none"):
            return
        if f"{key}.{kind}" in given:
            yield str(kind), key, str(given[f"{key}.{kind}"])


def _ready_label(kind: str, code: str) -> str:
    with speaking(code):
        return _("See the meeting") if kind == "meeting" else _("Fill in the survey")


def _named_label(kind: str, value: str, codes: Sequence[str], known: Known) -> dict[str, str]:
    """Of two meetings, or two surveys, the second is told apart by its name."""
    name = known.title(int(value)) if kind == "meeting" else known.surveys().get(value, value)
    return {code: cut(name, LONGEST_LABEL) for code in codes}


# Where it stands later, and who hears of it.


def _news(talk: Talk, given: Given) -> None:
    question = _("Shall I also put it under News? Everybody can read it there, members or not.")
    options = {"yes": _("Yes"), "no": _("No")}
    for_all = is_for_all(given)
    asked = OneOf("news", question, options, columns=2, yes_or_no=True)
    put(talk, given, asked, "yes" if for_all else "no")
    question = _(
        "What is it about? People who follow only other topics do not get it. "
        "If it is for everybody, press Done without choosing anything."
    )
    unasked = None if for_all else SKIPPED
    put(talk, given, Several("topics", question, themes(), optional=True), unasked)
    if not municipalities(audience_of(given)["only"]):
        question = _(
            "Which municipality is it about? People who follow only other municipalities do not "
            "get it. Skip this if it is about the whole country."
        )
        put(talk, given, Open("place", question, answers.place(), optional=True), unasked)


def content_of(given: Mapping[str, Any], known: Known) -> Content:
    """All of it, as it is stored with the announcement."""
    is_news = given.get("what") == "news"
    topics = given.get("topics")
    return {
        "texts": texts_of(given, known.languages),
        "attachment": attachment_of(given),
        "buttons": buttons_of(given, known),
        "topics": topics if is_news and isinstance(topics, list) else [],
        "municipality": _place_of(given) if is_news else None,
    }


def _place_of(given: Mapping[str, Any]) -> str | None:
    """What it is about, or else the only municipality that it is sent to."""
    sent_to = municipalities(audience_of(given)["only"])
    if sent_to:
        return sent_to.pop() if len(sent_to) == 1 else None
    place = given.get("place")
    return place if isinstance(place, str) else None
