"""An announcement before it goes: how many people get it, what was answered, and to change that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from bot.dialogue.announcing import audience_words, report
from bot.dialogue.announcing.audience_questions import Given, last_step, put
from bot.dialogue.announcing.text_checks import shown_text
from bot.dialogue.announcing.text_questions import Known as Written
from bot.dialogue.announcing.text_questions import (
    attachment_of,
    content_of,
    has_words,
    texts_of,
)
from bot.dialogue.announcing.when_questions import Due, said_offset
from bot.dialogue.checks import Check, Invalid, not_text
from bot.dialogue.language import _, isolate, language_name, listed, n_, number
from bot.dialogue.membership import themes
from bot.dialogue.messages import Heard, Shared
from bot.dialogue.paging import Paged
from bot.dialogue.places import name_of
from bot.dialogue.questions import OneOf
from bot.dialogue.state import SKIPPED
from bot.dialogue.talk import Talk

STARS: Final = 0.1
"""What a paid message costs, in Telegram Stars: `allow_paid_broadcast` of the Bot API."""
FREE_A_SECOND: Final = 24
PAID_A_SECOND: Final = 900
CLOSE: Final = 0.03
"""So far (as a part of it) a typed count may be from the real one: people come and go meanwhile,
and a large one is told in round figures."""

Lines = dict[str, tuple[str, str]]
"""By the key of a question: what it is about, and the answer; without one it is not shown."""


class Counted(Protocol):
    """How many people an audience has."""

    @property
    def meant(self) -> int: ...
    @property
    def unwanting(self) -> int: ...
    @property
    def unreachable(self) -> int: ...
    @property
    def get(self) -> int: ...
    @property
    def exact(self) -> bool: ...


class Known(Written, Protocol):
    """What the summary needs besides, looked up when it is needed."""

    def whom(self, given: Given) -> str: ...


# How many.


def told(counted: Counted) -> str:
    """How many are meant, and what becomes of them, one number a line."""
    lines = [_("People: {n}").format(n=figure(counted.meant, counted))]
    if counted.unwanting:
        lines.append(_("Do not want it: {n}").format(n=figure(counted.unwanting, counted)))
    if counted.unreachable:
        lines.append(_("Cannot be reached: {n}").format(n=figure(counted.unreachable, counted)))
    lines.append(_("Get it: {n}").format(n=figure(counted.get, counted)))
    return "\n".join(lines)


def figure(count: int, counted: Counted) -> str:
    """A count, which is told as about so many where it was not counted one by one."""
    return audience_words.about(count, exact=counted.exact)


def how_long(seconds: float) -> str:
    """About how long something takes."""
    if seconds < 90:
        count = max(1, round(seconds))
        return n_("{n} second", "{n} seconds", count).format(n=number(count))
    if seconds < 90 * 60:
        count = round(seconds / 60)
        return n_("{n} minute", "{n} minutes", count).format(n=number(count))
    count = round(seconds / 3600)
    return n_("{n} hour", "{n} hours", count).format(n=number(count))


# Fast, for money.


def ask_paid(talk: Talk, given: Given, counted: Counted) -> None:
    """Whether to pay for speed, with the price and the time of both ways."""
    question = _(
        "How fast shall it go? Usually I send it within {usual}, for nothing. Telegram can do it "
        "within {fast}. That costs 0.1 Star a message, so {price} Stars in all, from the bot's "
        "own Stars."
    ).format(
        usual=how_long(counted.get / FREE_A_SECOND),
        fast=how_long(counted.get / PAID_A_SECOND),
        price=price(counted.get),
    )
    options = {
        "no": _("The usual way, for nothing"),
        "yes": fast(counted.get),
    }
    put(talk, given, OneOf("paid", question, options))


def fast(people: int) -> str:
    """That it goes fast, and what that costs for so many."""
    return _("Fast, for {price} Stars").format(price=price(people))


def price(people: int) -> str:
    """What so many paid messages cost, in Stars."""
    return number(round(people * STARS, 1))


# What was answered.


def lines(talk: Talk, known: Known, given: Given, due: Due) -> Lines:
    """Every part of it, to be looked over and changed by itself."""
    found: Lines = {"what": (_("What"), kinds()[given["what"]])}
    if given["what"] == "meeting":
        found["about"] = (_("Meeting"), known.title(int(given["about"])))
        found["groups"] = (_("To"), known.whom(given))
    else:
        if given["what"] == "survey":
            found["survey"] = (_("Survey"), known.surveys().get(given["survey"], ""))
        found[last_step(given)] = (_("To"), known.whom(given))
    found["when"] = (_("When"), said_when(talk, known, due))
    return found | _text_lines(known, given) | _last_lines(given)


def kinds() -> dict[str, str]:
    """What an announcement may be, {key: label}."""
    return {
        "news": _("News"),
        "survey": _("An invitation to a survey"),
        "meeting": _("Something for the people of a meeting"),
    }


def _text_lines(known: Known, given: Given) -> Lines:
    content = content_of(given, known)
    found: Lines = {}
    base_of = known.languages[0]
    for code in known.languages:
        if f"text.{code}" in given:
            label = _("Text in {language}").format(language=language_name(code))
            stored = texts_of(given, known.languages).get(code)
            none = _("none, they get it in {language}").format(language=language_name(base_of))
            found[f"text.{code}"] = (label, shown_text(stored) if stored else none)
    if "languages" in given:
        found["languages"] = (
            _("Other languages"),
            _("none") if given["languages"] in (SKIPPED, []) else "",
        )
    sent = attachment_of(given)
    named = _named(sent)
    if sent is not None and has_words(given):
        named = _("{file}, without the words under it").format(file=named)
    found["file"] = (_("Picture, file or voice"), named)
    labels = [report.label(one) for one in content["buttons"]]
    found["buttons"] = (_("Buttons"), listed(labels) if labels else _("none"))
    return found


def _named(sent: Mapping[str, str] | None) -> str:
    """What goes with it: a file by its name, what has none by what it is."""
    match sent:
        case None:
            return _("none")
        case {"kind": "photo"}:
            return _("a picture")
        case {"kind": "voice"}:
            return _("a voice message")
        case _:
            return sent["name"]


def _last_lines(given: Given) -> Lines:
    found: Lines = {}
    if given["what"] == "news":
        under = _("yes, everybody can read it there") if given["news"] == "yes" else _("no")
        found["news"] = (_("Under News"), under)
        topics = [] if given["topics"] == SKIPPED else given["topics"]
        found["topics"] = (_("About"), listed(themes()[key] for key in topics) or _("everything"))
        if "place" in given:
            place = "" if given["place"] == SKIPPED else name_of(given["place"])
            found["place"] = (_("Municipality"), place or _("the whole country"))
    if "late" in given:
        late = {"no": _("no"), "week": _("for a week"), "month": _("for a month")}
        found["late"] = (_("For people who join later"), late[given["late"]])
    if "paid" in given:
        found["paid"] = (_("Fast, for Stars"), _("yes") if given["paid"] == "yes" else _("no"))
    return found


def said_when(talk: Talk, known: Known, due: Due) -> str:
    """When it goes."""
    if due.at is None:
        return _("now")
    if due.meeting is None:
        return talk.when(due.at)
    return _("{offset}, {title}: {when}").format(
        offset=said_offset(due.minutes or 0),
        title=isolate(known.title(due.meeting), 60),
        when=talk.when(due.at),
    )


# The last question.


def last_question(counted: Counted, due: Due) -> tuple[str, str]:
    """The question, and the words of the button that sends it; none where nobody would get it."""
    known = {"n": figure(counted.get, counted), "counts": told(counted)}
    if due.at is not None:
        label = n_("Plan it for {n} person", "Plan it for {n} people", counted.get)
        if not counted.get:
            label = _("Plan it")
        return _("{counts}\n\nShall I plan it?").format(**known), label.format(**known)
    if not counted.get:
        return _("{counts}\n\nSo nobody gets it now.").format(**known), ""
    label = n_("Send to {n} person", "Send to {n} people", counted.get)
    question = _("{counts}\n\nShall I send it? People who have to wait get it later.")
    return question.format(**known), label.format(**known)


def look_over(talk: Talk, parts: Lines, given: Given, question: str, send: str) -> bool:
    """Show it all; True to send it, False to keep it as a draft. One part can be changed."""
    shown = "\n".join(
        _("{label}: {answer}").format(label=label, answer=isolate(answer, 200))
        for label, answer in parts.values()
        if answer
    )
    options = {"send": send} if send else {}
    options |= {"change": _("Change or add something"), "keep": _("Keep it for later")}
    chosen = talk.choose(".sure", f"{shown}\n\n{question}", options)
    if chosen == "change":
        labels = {key: label for key, (label, _answer) in parts.items()}
        question = _("What do you want to change or add?")
        which = talk.put(Paged(".sure.which", question, labels, columns=2))
        change(talk, given, which)
    return chosen == "send"


def change(talk: Talk, given: Given, which: str) -> None:
    """Ask one part again, with all that hangs on it; everything else stays."""
    inside = [key for key in given if key.startswith(f"{which}.")]
    if which == "buttons":
        which, inside = "button.0", [key for key in given if key.startswith("button.")]
    if which == "file" or which.startswith("text."):
        inside.append("long")
    talk.change(which, ".sure", *inside, was=given[which])


# Surely?


def typed_count(counted: Counted) -> Check[int]:
    """The number of people, typed: a hand that slips does not send to thousands."""
    slack = max(2, counted.get * CLOSE)

    def read(given: Heard | Shared, _now: datetime, _zone: ZoneInfo) -> int | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        digits = "".join(sign for sign in given.text if sign.isdecimal())
        typed = int(digits[:12]) if digits else -1
        if abs(typed - counted.get) > slack:
            told = _("That is not the number. It is: {n}")
            return Invalid(told.format(n=figure(counted.get, counted)))
        return typed

    return Check(read, int, int, str, example=str(counted.get))


def useful_until(starts: datetime, others: Mapping[str, datetime | None]) -> datetime:
    """Until when what had to wait is still sent: two weeks, or until one of these comes first."""
    known = [moment for moment in others.values() if moment is not None and moment > starts]
    return min([starts + timedelta(days=14), *known])


def asked_of(given: Mapping[str, Any]) -> str:
    """The purpose of it: `news`, `survey`, or `service` for the people of a meeting."""
    return {"meeting": "service", "survey": "survey"}.get(str(given.get("what")), "news")
