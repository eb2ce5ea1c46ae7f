"""Joining: a minute of short questions, and nothing is kept before the last yes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from bot.dialogue import answers
from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, isolate, listed
from bot.dialogue.membership import PERMISSIONS, asked, named, parts, themes
from bot.dialogue.messages import Button
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import erasure, people, settings, surveys
from storage.people import Consent
from storage.transaction import Tx

OPTIONAL: Final = tuple(purpose for purpose in PERMISSIONS if purpose != "membership")
"""The permissions that a member may refuse."""

_NEXT: Final = re.compile(r"(survey|meeting)-([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody tells of themselves; `municipality` is a CBS code."""

    name: str
    municipality: str
    neighbourhood: str | None
    part: str
    initiative: str | None


@flow(
    "join",
    title=N_("joining"),
    command=N_("/join"),
    about=N_("become a member"),
    words=N_("join, become a member"),
    link="join",
)
def join(talk: Talk, tx: Tx, next: str = "") -> Then | None:
    """Become a member; `next` is where to go on afterwards, such as `survey-3`."""
    if talk.person.state == people.State.MEMBER:
        return _already(talk, next)
    talk.say(
        _(
            "Welcome! I am the chatbot of {platform}. I have a few short questions, "
            "about a minute. Only your last yes makes me keep your answers."
        ).format(platform=settings.platform(tx).name)
    )
    facts = _about_you(talk)
    chosen = talk.choose_many("themes", _("What matters to you?"), themes(), optional=True)
    adult = talk.confirm(
        "adult", _("Are you 16 or older?"), yes=_("Yes, I am"), no=_("No, I am younger")
    )
    if not adult:
        _too_young(talk, tx)
        return None
    if not talk.confirm("membership", asked("membership")):
        _rather_not(talk, tx)
        return None
    agreed = {purpose: talk.confirm(purpose, asked(purpose)) for purpose in OPTIONAL}
    email = talk.ask(
        "email",
        _("What is your e-mail address? You can skip this: I reach you here."),
        answers.email(),
        optional=True,
    )
    _show(talk, facts, chosen, agreed, email)
    people.join(tx, talk.person.id, talk.now, {**asdict(facts), "email": email, "adult": True})
    people.set_themes(tx, talk.person.id, chosen)
    _record(talk, tx, {"membership": True, **agreed})
    return _welcome(talk, tx, facts.name, next)


def _about_you(talk: Talk) -> Facts:
    """Who somebody is and where; whoever comes back can press the name they had."""
    name = talk.ask(
        "name",
        _("What do you want to be called?"),
        answers.name(),
        suggestions=[talk.person.name] if talk.person.name else [],
    )
    place = talk.ask(
        "municipality",
        _("In which municipality is your neighbourhood, {name}? For example: Utrecht.").format(
            name=isolate(name, 60)
        ),
        answers.place(),
    )
    neighbourhood = talk.ask(
        "neighbourhood",
        _("And what is your neighbourhood called?"),
        answers.text(most=80),
        optional=True,
    )
    part = talk.choose("part", _("What fits you best?"), parts())
    initiative = None
    if part == "active":
        initiative = talk.ask("initiative", _("Which initiative is that?"), answers.text(most=80))
    return Facts(name, place.code, neighbourhood, part, initiative)


def _show(
    talk: Talk, facts: Facts, chosen: list[str], agreed: Mapping[str, bool], email: str | None
) -> None:
    """The summary, in which any answer can be changed."""
    none = _("not told")
    lines = {
        "name": (_("Name"), facts.name),
        "municipality": (_("Municipality"), name_of(facts.municipality)),
        "neighbourhood": (_("Neighbourhood"), facts.neighbourhood or none),
        "part": (_("Who you are here"), parts()[facts.part]),
    }
    if facts.initiative is not None:
        lines["initiative"] = (_("Initiative"), facts.initiative)
    lines["themes"] = (_("What matters to you"), listed(themes()[key] for key in chosen) or none)
    for purpose, said in agreed.items():
        lines[purpose] = (named(purpose), _("yes") if said else _("no"))
    lines["email"] = (_("E-mail"), email or none)
    talk.summary("summary", _("This is what I will keep:"), lines)


def _record(talk: Talk, tx: Tx, said: Mapping[str, bool]) -> None:
    for purpose, given in said.items():
        version = PERMISSIONS[purpose].version
        consent = Consent(purpose, given, version, talk.person.language, "chat", talk.now)
        people.record_consent(tx, talk.person.id, consent)


def _welcome(talk: Talk, tx: Tx, name: str, next: str) -> Then | None:
    talk.say(_("Welcome, {name}! You are a member now.").format(name=isolate(name, 60)))
    if then := _go_on(talk, next):
        return then
    opened = [s for s in surveys.open_for(tx, talk.person.id, talk.now) if not s.finished]
    survey = [Button(_("Fill in the survey"), entry("survey", opened[0].id))] if opened else []
    talk.say(
        _("What do you want to do first?"),
        survey,
        [Button(_("See the meetings"), entry("meetings"))],
        [Button(_("Go to the menu"), entry("home"))],
    )
    return None


def _already(talk: Talk, next: str) -> Then | None:
    if then := _go_on(talk, next):
        return then
    talk.say(
        _("You are a member already, {name}. How nice that you are here.").format(
            name=isolate(talk.person.name or "", 60)
        ),
        [Button(_("See or change my profile"), entry("profile"))],
        [Button(_("Go to the menu"), entry("home"))],
    )
    return None


def _go_on(talk: Talk, next: str) -> Then | None:
    """Where somebody was going when they were asked to join first."""
    where = _NEXT.fullmatch(next)
    if where is None:
        return None
    return talk.then(where[1], **{f"{where[1]}_id": int(where[2])})


def _too_young(talk: Talk, tx: Tx) -> None:
    """Nothing is kept, the messages of this talk not either."""
    erasure.sweep_later(tx, talk.person.chat, talk.now)
    talk.say(
        _(
            "You can become a member when you are 16. Until then you are welcome to read along. "
            "You can also come to a meeting with somebody who is older. "
            "I have kept nothing of what you told me."
        ),
        [Button(_("See the meetings"), entry("meetings"))],
    )


def _rather_not(talk: Talk, tx: Tx) -> None:
    """Nothing is kept, the messages of this talk not either."""
    erasure.sweep_later(tx, talk.person.chat, talk.now)
    talk.say(
        _(
            "That is fine. You have not joined, and I have kept nothing of what you told me. "
            "You can still read along, come to a meeting and ask a human."
        ),
        [Button(_("See the meetings"), entry("meetings"))],
        [Button(_("Ask a human"), entry("ask"))],
    )
