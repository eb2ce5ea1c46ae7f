"""Inviting many people to a meeting, for coordinators: to whom, a look at it, and how it went."""

from __future__ import annotations

from typing import Any

from bot.dialogue import answers
from bot.dialogue.announcing.audience_words import about
from bot.dialogue.flow import entry, flow
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.meeting_talk import gatherings, inviting
from bot.dialogue.meeting_talk.managing import back, refuse
from bot.dialogue.membership import parts, themes
from bot.dialogue.messages import Button
from bot.dialogue.neighbourhoods import alike, one_of, suggested
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import audit, invitations, meetings, people, rsvps, seats, settings
from storage.audiences import Audience, Counted
from storage.gate import Why as Held
from storage.invitations import Report
from storage.meetings import Kind, Meeting
from storage.seats import Why
from storage.transaction import Tx


@flow("invite", title=N_("inviting people"), role="coordinator")
def invite(talk: Talk, tx: Tx, meeting_id: int) -> None:
    """Choose whom to invite, see how many that are and what they get, and send it."""
    meeting = meetings.find(tx, meeting_id)
    if meeting is None:
        return refuse(talk)
    why = seats.closed(meeting, talk.now)
    if why not in (None, Why.DAY):
        return _not_now(talk, meeting, why)
    _so_far(talk, tx, meeting)
    audience = _audience(talk, tx, meeting)
    counted = invitations.count(tx, meeting, audience)
    if counted.people == 0:
        talk.say(_("I know nobody like that yet. Choose other people."))
        talk.again("whom")
    if counted.get == 0:
        return talk.say(
            _("{counted}\n\nSo there is nobody to invite now.").format(counted=_told(counted)),
            [Button(_("Invite others"), entry("invite", meeting.id))],
            [back(meeting)],
        )
    _preview(talk, tx, meeting)
    question = n_(
        "{counted}\n\nSo {n} person gets this invitation. Shall I send it?",
        "{counted}\n\nSo {n} people get this invitation. Shall I send it?",
        counted.get,
    ).format(counted=_told(counted), n=about(counted.get, exact=counted.exact))
    if not talk.confirm("sure", question, yes=_("Yes, send it"), no=_("No, do not")):
        return talk.say(_("Fine. I have invited nobody."), [back(meeting)])
    invitations.invite(tx, meeting, audience, talk.person.id, talk.now)
    audit.record(tx, talk.person.id, "invitations.send", f"meeting:{meeting.id}", talk.now)
    return talk.say(
        _(
            "The invitations are on their way. I send nothing at night, and nobody gets more than "
            "three messages a week. What has to wait goes later, if it is still of use then."
        ),
        [Button(_("How the invitations go"), entry("invited", meeting.id))],
        [back(meeting)],
    )


def _not_now(talk: Talk, meeting: Meeting, why: Why | None) -> None:
    if why is Why.HIDDEN:
        return talk.say(
            _("People do not see this meeting yet. Publish it first, then invite them."),
            [Button(_("Publish it"), entry("publish_meeting", meeting.id))],
            [back(meeting)],
        )
    said = gatherings.closed(why) or _("Nobody can sign up for it now.")
    return talk.say(said, [back(meeting)])


def _so_far(talk: Talk, tx: Tx, meeting: Meeting) -> None:
    sent = invitations.report(tx, meeting).invited
    if sent:
        text = n_("{n} person was invited before.", "{n} people were invited before.", sent)
        talk.say(text.format(n=number(sent)))


# To whom.


def _audience(talk: Talk, tx: Tx, meeting: Meeting) -> Audience:
    here = {}
    if meeting.municipality is not None:
        place = name_of(meeting.municipality)
        here = {"here": _("Everybody in {place}").format(place=place)}
    chosen = talk.choose(
        "whom",
        _("Whom shall I invite to {title}?").format(title=gatherings.title(meeting)),
        {
            **here,
            "municipality": _("Everybody in a municipality"),
            "neighbourhood": _("Everybody in a neighbourhood"),
            "part": _("People by who they are here"),
            "theme": _("People by what matters to them"),
            "all": _("Everybody"),
        },
    )
    match chosen:
        case "here":
            return Audience(municipality=meeting.municipality)
        case "municipality":
            return Audience(municipality=_municipality(talk))
        case "neighbourhood":
            return _neighbourhood(talk, tx)
        case "part":
            return Audience(
                part=talk.choose(
                    "part", _("Which people? Choose what they said of themselves."), parts()
                )
            )
        case "theme":
            return Audience(theme=talk.choose("theme", _("What matters to them?"), themes()))
        case _:
            return Audience()


def _municipality(talk: Talk) -> str:
    return talk.ask(
        "municipality", _("Which municipality? For example: Utrecht."), answers.place()
    ).code


def _neighbourhood(talk: Talk, tx: Tx) -> Audience:
    """All ways of writing the name of a neighbourhood are meant."""
    code = _municipality(talk)
    named = invitations.neighbourhoods(tx, code)
    if not named:
        talk.say(
            _("Nobody in {place} told me the name of their neighbourhood.").format(
                place=name_of(code)
            )
        )
        talk.again("whom")
    name = talk.ask(
        "neighbourhood",
        _("What is the neighbourhood called?"),
        one_of(named),
        suggestions=suggested(named),
    )
    return Audience(municipality=code, neighbourhoods=tuple(alike(name, named)))


# What it looks like, and how many get it.


def _preview(talk: Talk, tx: Tx, meeting: Meeting) -> None:
    who = people.find(tx, talk.person.id)
    full = meeting.kind != Kind.DAY and rsvps.left(tx, meeting, None) == 0
    name = who.name if who is not None else None
    platform = settings.platform(tx).name
    talk.say(_("This is what they get:"))
    talk.say(inviting.invitation(meeting, platform, name, talk.now, full=full))


def _told(counted: Counted) -> str:
    lines = [
        (n_("This is {n} person.", "These are {n} people.", counted.people), counted.people),
        (
            n_("{n} wants invitations.", "{n} want invitations.", counted.wanting),
            counted.wanting,
        ),
        (
            n_("{n} has answered already.", "{n} have answered already.", counted.answered),
            counted.answered,
        ),
        (
            n_("{n} was invited before.", "{n} were invited before.", counted.invited),
            counted.invited,
        ),
    ]
    shown = [text.format(n=about(n, exact=counted.exact)) for text, n in lines[:2]]
    shown += [text.format(n=about(n, exact=counted.exact)) for text, n in lines[2:] if n]
    return "\n".join(shown)


# How it went.


@flow("invited", role="coordinator")
def invited(talk: Talk, tx: Tx, meeting_id: int) -> Any:
    """How many invitations went, wait or will never go, and why."""
    meeting = meetings.find(tx, meeting_id)
    if meeting is None:
        return refuse(talk)
    report = invitations.report(tx, meeting)
    more = Button(_("Invite others"), entry("invite", meeting.id))
    if not report.invited and not report.going_on:
        return talk.say(_("Nobody was invited yet."), [more], [back(meeting)])
    again = Button(_("Look again"), entry("invited", meeting.id))
    title = gatherings.title(meeting)
    return talk.say(
        _("Invitations to {title}:\n\n{lines}").format(
            title=title, lines="\n".join(_lines(report))
        ),
        [again] if report.going_on or report.open else [],
        [more],
        [back(meeting)],
    )


def _lines(report: Report) -> list[str]:
    counts = [
        (n_("{n} was sent.", "{n} were sent.", report.sent), report.sent),
        (n_("{n} is on its way.", "{n} are on their way.", report.open), report.open),
        *((_held(why, n), n) for why, n in report.held.items()),
        *((_skipped(why, n), n) for why, n in report.skipped.items()),
        (n_("{n} did not arrive.", "{n} did not arrive.", report.failed), report.failed),
    ]
    lines = [text.format(n=number(n)) for text, n in counts if n]
    return [*lines, _("I am still at it.")] if report.going_on else lines


def _held(why: str, n: int) -> str:
    match why:
        case Held.PAUSED:
            return n_(
                "{n} waits: that person asked for a pause.",
                "{n} wait: these people asked for a pause.",
                n,
            )
        case Held.NIGHT:
            return n_("{n} waits for the morning.", "{n} wait for the morning.", n)
        case _:
            return n_(
                "{n} waits: that person has had three messages this week.",
                "{n} wait: these people have had three messages this week.",
                n,
            )


def _skipped(why: str, n: int) -> str:
    match why:
        case invitations.ANSWERED:
            return n_(
                "{n} was not needed: that person had answered.",
                "{n} were not needed: these people had answered.",
                n,
            )
        case invitations.NOT_FOR_THEM:
            return n_(
                "{n} did not go: the meeting is not for that person.",
                "{n} did not go: the meeting is not for these people.",
                n,
            )
        case Held.NO_CONSENT:
            return n_(
                "{n} did not go: that person does not want it any more.",
                "{n} did not go: these people do not want it any more.",
                n,
            )
        case Held.UNREACHABLE:
            return n_(
                "{n} did not go: I cannot reach that person.",
                "{n} did not go: I cannot reach these people.",
                n,
            )
        case _:
            return n_("{n} would have come too late.", "{n} would have come too late.", n)
