"""Sending to many, for sure: the questions that come last, and what is said when it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.dialogue.announcing import progress, summary
from bot.dialogue.announcing.summary import Counted
from bot.dialogue.flow import entry
from bot.dialogue.language import _, isolate, listed
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk

MOST_NAMED = 3


class Announced(Protocol):
    """An announcement, as far as it has come."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> str: ...


def name_of(name: str | None) -> str:
    """Who it was, also where that is not known."""
    return isolate(name, 60) if name else _("A colleague")


def ask_same(talk: Talk, name: str, at: datetime, *, planned: bool) -> bool:
    """Whether the same words are to go to the same people, though they did not long before."""
    question = _("{name} sent the same to the same people on {when}. Shall it go once more?")
    if planned:
        question = _("{name} has planned the same for the same people. Shall it go twice?")
    asked = question.format(name=name, when=talk.when(at))
    return talk.confirm(".same", asked, yes=_("Yes, once more"), no=_("No, leave it"))


def ask_second(talk: Talk, counted: Counted, *, alone: bool) -> bool:
    """Whether a colleague is to look at it; who is alone, or sure, types how many get it."""
    count = summary.figure(counted.get, counted)
    if not alone:
        question = _("That is for many people: {n}. Two see more than one. What shall I do?")
        options = {"ask": _("Ask a colleague to look at it"), "number": _("I am sure myself")}
        if talk.choose(".second", question.format(n=count), options) == "ask":
            return True
    question = _("That is for many people. To be sure, type how many get it: {n}")
    talk.ask(".typed", question.format(n=count), summary.typed_count(counted))
    return False


# What is said.


def kept(talk: Talk, announcement: int) -> None:
    """That the draft is there another day."""
    talk.say(
        _("I keep it. You can go on with it another day."),
        [_go_on(announcement)],
        [Button(_("Throw it away"), entry("drop_announcement", announcement))],
    )


def left(talk: Talk, announcement: int) -> None:
    """That nothing was sent after all."""
    talk.say(_("Fine. I have sent nothing. Your draft is kept."), [_go_on(announcement)])


def waits(talk: Talk, announcement: int, names: Sequence[str]) -> None:
    """That colleagues are asked."""
    said = _("I ask {names} to look at it. I send it once one of them agrees. I tell you then.")
    if len(names) == 1:
        said = _("I ask {names} to look at it. I send it once {names} agrees. I tell you then.")
    elif len(names) > MOST_NAMED:
        said = _("I ask your colleagues to look at it. I send it once one agrees. I tell you then.")
    text = said.format(names=listed(names))
    talk.say(text, [_take_back(announcement)], [_look(announcement)])


def on_its_way(talk: Talk, announcement: int, at: datetime | None) -> None:
    """That it is planned; without a moment it goes in a minute."""
    said = _("It goes out in a minute. Until then you can undo it.")
    if at is not None:
        said = _("It goes out {when}. Until then you can undo it.").format(when=talk.when(at))
    talk.say(said, [progress.undo(announcement)], [_look(announcement)])


def as_it_is(talk: Talk, found: Announced, name: str, due: datetime | None) -> None:
    """What has become of it, for who thinks that it is a draft; `name` made it so."""
    back, look = [_take_back(found.id)], [_look(found.id)]
    match found.state:
        case "asked":
            talk.say(_("It waits for a colleague to look at it."), back, look)
        case "planned" if due is not None:
            said = _("{name} has planned it already. It goes out {when}.")
            talk.say(said.format(name=name, when=talk.when(due)), back, look)
        case "planned":
            talk.say(_("{name} has planned it already.").format(name=name), back, look)
        case _:
            talk.say(_("{name} has sent it already.").format(name=name), look, [_new()])


def thrown_away(talk: Talk) -> None:
    """That it is no more."""
    talk.say(_("That message was thrown away."), [_new()])


def _go_on(announcement: int) -> Button:
    return Button(_("Go on with it"), entry("compose", announcement))


def _look(announcement: int) -> Button:
    return Button(_("See how it goes"), entry("announcement", announcement))


def _take_back(announcement: int) -> Button:
    return Button(_("Take it back"), entry("undo_announcement", announcement))


def _new() -> Button:
    return Button(_("Write a new one"), entry("announce", 1))
