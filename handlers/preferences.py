"""What comes by itself, in one place: each choice is one press, and one press undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bot.dialogue.announcing import followed
from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, day, n_, number
from bot.dialogue.membership import PERMISSIONS
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import digests, gate, news, people, preferences
from storage.gate import Why
from storage.people import Consent, Person, Purpose
from storage.preferences import Preferences
from storage.transaction import Tx

WEEKS: Final = (1, 2, 4, 8)
_PURPOSES: Final = {"no_news": Purpose.NEWS, "no_surveys": Purpose.SURVEY}


@flow(
    "preferences",
    title=N_("choosing what I send you"),
    command=N_("/preferences"),
    about=N_("choose what I send you, and when"),
    words=N_("preferences, my preferences"),
)
def choose(talk: Talk, tx: Tx, change: str = "") -> Then | None:
    """See what comes by itself and what waits, and change one thing; `change` is a button's."""
    person = people.find(tx, talk.person.id)
    assert person is not None
    if change == "pause":
        said, undo = _pause(talk, tx), ""
    else:
        said, undo = _changed(talk, tx, person, change)
    chosen = preferences.of(tx, person.id, talk.now)
    card = _card(talk, tx, person, chosen)
    rows = [[Button(_("Undo that"), undo)]] if undo else []
    talk.say("\n\n".join(filter(None, [said, card])), *rows, *_buttons(chosen))
    return None


# One thing after another.


def _pause(talk: Talk, tx: Tx) -> str:
    offered = {
        str(weeks): n_("{n} week", "{n} weeks", weeks).format(n=number(weeks)) for weeks in WEEKS
    }
    weeks = int(talk.choose("weeks", _("For how long shall I send you nothing?"), offered))
    until = talk.now + timedelta(weeks=weeks)
    gate.pause(tx, talk.person.id, until)
    said = _("Good. Until {day} I send you no news, no invitations and no surveys.")
    on = day(until.astimezone(talk.zone).date())
    return said.format(day=on)


def _changed(talk: Talk, tx: Tx, person: Person, change: str) -> tuple[str, str]:
    """Make one change; what is said of it, and a button that undoes it.

    There is none where the screen has one anyway, with the words of what it does.
    """
    match change:
        case "no_news" | "no_surveys":
            return _withdraw(talk, tx, _PURPOSES[change])
        case "weekly":
            digests.choose(tx, person, talk.now, weekly=True)
            return _("Good. From now on the news comes once a week."), ""
        case "single":
            came = digests.choose(tx, person, talk.now, weekly=False)
            said = _("Good. From now on each message comes by itself.")
            waited = _("What was waiting for Friday is on its way.") if came else ""
            return " ".join(filter(None, [said, waited])), ""
        case "reminders":
            people.change(tx, person.id, reminders=True)
            return _("Good. I remind you of the meetings you go to."), ""
        case "no_reminders":
            people.change(tx, person.id, reminders=False)
            return _("Good. I do not remind you of meetings any more."), ""
        case "no_pause":
            preferences.end_pause(tx, person.id, talk.now)
            return _("The pause is over. What was waiting comes as soon as it may."), ""
        case _:
            return "", ""


def _to(change: str) -> str:
    return entry("preferences", change)


def _withdraw(talk: Talk, tx: Tx, purpose: Purpose) -> tuple[str, str]:
    """Undoing it is agreeing again, so that is asked with its text."""
    if people.agrees(tx, talk.person.id, purpose):
        version = PERMISSIONS[purpose].version
        spoken = talk.person.language
        withdrawn = Consent(purpose, False, version, spoken, "preferences", talk.now)
        people.record_consent(tx, talk.person.id, withdrawn)
    said = {
        Purpose.NEWS: _("Good. You get no more news and no more invitations."),
        Purpose.SURVEY: _("Good. I do not ask you to fill in surveys any more."),
    }
    return said[purpose], entry("agree", purpose) if purpose == Purpose.NEWS else ""


# How it stands.


def _card(talk: Talk, tx: Tx, person: Person, chosen: Preferences) -> str:
    lines = [_("This is what I send you without being asked:"), *_news(tx, person, chosen)]
    surveys = _("yes") if chosen.surveys else _("no")
    lines.append(_("{label}: {answer}").format(label=_("Surveys"), answer=surveys))
    reminders = _("on") if chosen.reminders else _("off")
    lines.append(_("{label}: {answer}").format(label=_("Reminders"), answer=reminders))
    if chosen.paused_until is not None:
        on = day(chosen.paused_until.astimezone(talk.zone).date())
        lines.append(_("{label}: {answer}").format(label=_("Pause until"), answer=on))
    rule = _(
        "You get at most three messages a week, and none at night: from nine in the evening to "
        "nine in the morning. About meetings that you sign up for I always write to you."
    )
    waiting = _waiting(preferences.kept_back(tx, person.id, talk.now))
    return "\n\n".join(["\n".join(lines), rule, *waiting])


def _news(tx: Tx, person: Person, chosen: Preferences) -> list[str]:
    if not chosen.news:
        return [_("News and invitations: no")]
    follows = news.followed(tx, person.id)
    everywhere = news.EVERYWHERE in follows.places
    where = followed.places(follows.places, person.municipality, everywhere=everywhere)
    how = _("News and invitations: each when it comes")
    if chosen.weekly:
        how = _("News: once a week, on Friday. Invitations: each when it comes")
    return [
        how,
        _("{label}: {answer}").format(label=_("About"), answer=followed.topics(follows.topics)),
        _("{label}: {answer}").format(label=_("From"), answer=where),
    ]


def _waiting(counts: Mapping[str, int]) -> list[str]:
    """What is kept back now, and until when, a line for each reason."""
    lines = [_held(why, n).format(n=number(n)) for why, n in sorted(counts.items())]
    return [_("Waiting for you now:\n{lines}").format(lines="\n".join(lines))] if lines else []


def _held(why: str, n: int) -> str:
    match why:
        case gate.DIGEST:
            return n_("{n} message, for Friday", "{n} messages, for Friday", n)
        case Why.PAUSED:
            return n_(
                "{n} message, until your pause is over",
                "{n} messages, until your pause is over",
                n,
            )
        case Why.NIGHT:
            return n_("{n} message, until the morning", "{n} messages, until the morning", n)
        case _:
            return n_(
                "{n} message, because you had three this week",
                "{n} messages, because you had three this week",
                n,
            )


def _buttons(chosen: Preferences) -> list[list[Button]]:
    if chosen.news:
        how = Button(_("News once a week"), _to("weekly"))
        if chosen.weekly:
            how = Button(_("Each message when it comes"), _to("single"))
        topics = Button(_("Topics and places"), entry("follow"))
        rows = [[Button(_("No more news and invitations"), _to("no_news"))], [how], [topics]]
    else:
        rows = [[Button(_("Keep me informed"), entry("follow"))]]
    surveys = Button(_("Do ask me questions"), entry("agree", Purpose.SURVEY))
    if chosen.surveys:
        surveys = Button(_("No more surveys"), _to("no_surveys"))
    reminders = Button(_("Do remind me"), _to("reminders"))
    if chosen.reminders:
        reminders = Button(_("No more reminders"), _to("no_reminders"))
    pause = Button(_("Nothing for a while"), _to("pause"))
    if chosen.paused_until is not None:
        pause = Button(_("End the pause"), _to("no_pause"))
    return [*rows, [surveys], [reminders], [pause], [Button(_("Go to the menu"), entry("home"))]]
