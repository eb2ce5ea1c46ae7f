"""The profile: what a member told, changed one thing at a time; and the language."""

from __future__ import annotations

from typing import Final

from bot.dialogue import answers
from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, isolate, languages, listed, native_name, speaking
from bot.dialogue.membership import PERMISSIONS, asked, named, parts, themes
from bot.dialogue.messages import Button
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import people, settings
from storage.people import Consent, Person
from storage.transaction import Tx

ELSEWHERE: Final = ("preferences", "reminders", "language", "leave")
"""What has a flow of its own."""


@flow(
    "profile",
    title=N_("your profile"),
    command=N_("/profile"),
    about=N_("see or change what I know about you"),
    words=N_("profile, my profile"),
)
def profile(talk: Talk, tx: Tx) -> Then | None:
    """See what is known, and change one thing."""
    person = people.find(tx, talk.person.id)
    assert person is not None
    if not person.is_member:
        _visitor(talk)
        return None
    question = _("{card}\n\nWhat do you want to change?").format(card=_card(tx, person))
    what = talk.choose("what", question, _changeable(person), columns=2)
    if what in ELSEWHERE:
        return talk.then(what)
    match what:
        case "themes":
            chosen = talk.choose_many("themes", _("What matters to you?"), themes(), optional=True)
            people.set_themes(tx, person.id, chosen)
        case "permissions":
            consent = _permission(talk, tx)
            if consent is None:
                return talk.then("leave")
            people.record_consent(tx, person.id, consent)
        case _:
            people.change(tx, person.id, **_fact(talk, what))
    changed = people.find(tx, person.id)
    assert changed is not None
    talk.say(
        _("I have changed that.\n\n{card}").format(card=_card(tx, changed)),
        [Button(_("Change something else"), entry("profile"))],
        [Button(_("Go to the menu"), entry("home"))],
    )
    return None


def _visitor(talk: Talk) -> None:
    talk.say(
        _("You are not a member, so you have no profile here."),
        [Button(_("Become a member"), entry("join"))],
        [Button(_("See my data"), entry("mydata"))],
    )


def _changeable(person: Person) -> dict[str, str]:
    active = {"initiative": _("Initiative")} if person.part == "active" else {}
    return {
        "name": _("Name"),
        "municipality": _("Municipality"),
        "neighbourhood": _("Neighbourhood"),
        "part": _("Who you are here"),
        **active,
        "themes": _("What matters to you"),
        "email": _("E-mail"),
        "permissions": _("What you agreed to"),
        "preferences": _("What I get"),
        "reminders": _("Reminders"),
        "language": _("Language"),
        "leave": _("Leave"),
    }


def _card(tx: Tx, person: Person) -> str:
    """What is known of a member, a line each."""
    none = _("not told")
    chosen = people.themes_of(tx, person.id)
    consents = people.consents_of(tx, person.id)
    agreed = [named(key) for key in PERMISSIONS if key in consents and consents[key].given]
    facts = {
        _("Name"): person.name,
        _("Municipality"): name_of(person.municipality),
        _("Neighbourhood"): person.neighbourhood,
        _("Who you are here"): parts().get(person.part or ""),
        _("Initiative"): person.initiative,
        _("What matters to you"): listed(themes()[key] for key in themes() if key in chosen),
        _("E-mail"): person.email,
        _("What you agreed to"): listed(agreed),
        _("Reminders"): _("on") if person.reminders else _("off"),
    }
    if person.part != "active":
        del facts[_("Initiative")]
    return "\n".join(
        _("{label}: {answer}").format(label=label, answer=isolate(answer or none, 300))
        for label, answer in facts.items()
    )


def _fact(talk: Talk, what: str) -> dict[str, str | None]:
    """The new value of one thing, by column; what may be empty is emptied by skipping."""
    match what:
        case "name":
            return {what: talk.ask(what, _("What do you want to be called?"), answers.name())}
        case "municipality":
            question = _("In which municipality is your neighbourhood? For example: Utrecht.")
            return {what: talk.ask(what, question, answers.place()).code}
        case "part":
            part = talk.choose(what, _("What fits you best?"), parts())
            active = part == "active"
            return {what: part, "initiative": _initiative(talk) if active else None}
        case "initiative":
            return {what: _initiative(talk)}
        case "neighbourhood":
            question = _("What is your neighbourhood called? Skip to have it removed.")
            return {what: talk.ask(what, question, answers.text(most=80), optional=True)}
        case _:
            question = _("What is your e-mail address? Skip to have it removed.")
            return {"email": talk.ask("email", question, answers.email(), optional=True)}


def _initiative(talk: Talk) -> str:
    return talk.ask("initiative", _("Which initiative is that?"), answers.text(most=80))


def _permission(talk: Talk, tx: Tx) -> Consent | None:
    """What is agreed to or withdrawn now; None: the membership itself."""
    consents = people.consents_of(tx, talk.person.id)
    shown = {
        purpose: _("{name}: {state}").format(
            name=named(purpose),
            state=_("yes") if purpose in consents and consents[purpose].given else _("no"),
        )
        for purpose in PERMISSIONS
    }
    purpose = talk.choose("permission", _("Which one do you want to change?"), shown)
    if purpose == "membership":
        return None
    given = talk.confirm("agreed", asked(purpose))
    version = PERMISSIONS[purpose].version
    return Consent(purpose, given, version, talk.person.language, "chat", talk.now)


@flow(
    "language",
    title=N_("choosing a language"),
    command=N_("/language"),
    about=N_("choose another language"),
    words=N_("language, another language"),
)
def language(talk: Talk, tx: Tx, code: str = "") -> None:
    """Speak another language from now on; `code` chooses it at once."""
    offered = settings.platform(tx).languages or languages()
    chosen = code
    if chosen not in offered:
        names = {each: native_name(each) for each in offered}
        chosen = talk.choose("language", _("Which language do you want to speak?"), names)
    people.change(tx, talk.person.id, language=chosen)
    with speaking(chosen):
        talk.say(
            _("From now on I speak {language} with you.").format(language=native_name(chosen)),
            [Button(_("Go to the menu"), entry("home"))],
        )
