"""What happens with what people tell: read it, get it, leave, and be forgotten.

All of it works for who never joined, too. Leaving can be taken back by joining again; being
forgotten cannot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from bot.dialogue.announcing import copies
from bot.dialogue.flow import entry, flow, make_file
from bot.dialogue.language import N_, _, isolate, listed, n_, native_name
from bot.dialogue.membership import PERMISSIONS, named, parts, themes
from bot.dialogue.messages import Attachment, Button
from bot.dialogue.places import name_of
from bot.dialogue.talk import Talk
from storage import (
    announcements,
    audit,
    codes,
    erasure,
    export,
    people,
    sendings,
    settings,
    templates,
)
from storage.people import Consent, Role, State
from storage.transaction import Tx

MY_DATA: Final = "mydata"
"""The maker of the file with everything."""
SIGN_UPS_SHOWN: Final = 5


@flow(
    "privacy",
    command=N_("/privacy"),
    about=N_("what happens with what you tell me"),
    words=N_("privacy"),
)
def privacy(talk: Talk, tx: Tx) -> None:
    """Who keeps what, for how long, and what somebody can ask for."""
    platform = settings.platform(tx)
    paragraphs = [
        _(
            "Behind this bot is {platform}. Only its coordinators see what you tell me. "
            "Whoever runs a meeting sees who comes there and what they need."
        ).format(platform=platform.name),
        _(
            "What I keep: your profile, what you agreed to, your sign-ups, your answers and your "
            "questions. I do not keep your phone number."
        ),
        _(
            "How long: as long as you want. I delete the record of our messages after 30 days. "
            "A talk that you do not finish is gone after a day, or a week if you are a member."
        ),
        _(
            "What you can do: see everything with /mydata, change it with /profile, "
            "stop being a member with /leave, have everything erased with /forget."
        ),
        _(
            "The messages themselves also go through Telegram. What stays there is up to you "
            "and to Telegram."
        ),
    ]
    if platform.privacy_contact:
        question = _("Do you have a question about this? Write to {contact} or ask here: /ask")
        paragraphs.append(question.format(contact=platform.privacy_contact))
    page = [Button(_("Read the full statement"), url=platform.privacy_url)]
    talk.say(
        "\n\n".join(paragraphs),
        [Button(_("See my data"), entry("mydata"))],
        [Button(_("Erase everything"), entry("forget"))],
        page if platform.privacy_url else [],
    )


@flow(
    "mydata",
    command=N_("/mydata"),
    about=N_("get everything that I keep of you"),
    words=N_("my data"),
)
def mydata(talk: Talk, tx: Tx) -> None:
    """A summary to read at once, and a file with everything."""
    lines = [
        *_profile_lines(talk, tx),
        *_consent_lines(talk, tx),
        *_sign_up_lines(export.sign_ups(tx, talk.person.id)),
        *_counted(export.counted(tx, talk.person.id)),
    ]
    talk.say(_("This is what I keep of you:\n\n{lines}").format(lines="\n".join(lines)))
    talk.say(
        _("Everything is in this file, word for word."),
        [Button(_("Erase everything"), entry("forget"))],
        [Button(_("What happens with it"), entry("privacy"))],
        attachment=Attachment("document", _("my-data.json"), MY_DATA, {"person": talk.person.id}),
    )


def _profile_lines(talk: Talk, tx: Tx) -> list[str]:
    person = people.find(tx, talk.person.id)
    assert person is not None
    chosen = people.themes_of(tx, person.id)
    told = {
        _("Name"): person.name,
        _("Municipality"): name_of(person.municipality),
        _("Neighbourhood"): person.neighbourhood,
        _("Who you are here"): parts().get(person.part or ""),
        _("Initiative"): person.initiative,
        _("What matters to you"): listed(label for key, label in themes().items() if key in chosen),
        _("E-mail"): person.email,
        _("Language"): native_name(person.language),
        _("Reminders"): _("on") if person.reminders else _("off"),
    }
    lines = [
        _("{label}: {answer}").format(label=label, answer=isolate(value, 200))
        for label, value in told.items()
        if value
    ]
    first = _("You are a member.") if person.is_member else _("You are not a member.")
    return [first, *lines]


def _consent_lines(talk: Talk, tx: Tx) -> list[str]:
    """What was said about each purpose, and when."""
    said = people.consents_of(tx, talk.person.id)
    return [
        (_("{name}: yes, since {when}.") if given.given else _("{name}: no, since {when}.")).format(
            name=named(purpose), when=talk.when(given.at)
        )
        for purpose, given in said.items()
        if purpose in PERMISSIONS
    ]


def _sign_up_lines(rows: list[dict[str, Any]]) -> list[str]:
    said = {"yes": _("{title}: you come."), "maybe": _("{title}: you may come.")}
    lines = [
        said.get(row["answer"], _("{title}: you do not come.")).format(
            title=isolate(row["title"], 100)
        )
        for row in rows[:SIGN_UPS_SHOWN]
    ]
    more = len(rows) - SIGN_UPS_SHOWN
    if more > 0:
        lines.append(n_("And {n} more meeting.", "And {n} more meetings.", more).format(n=more))
    return lines


def _counted(counted: export.Counted) -> list[str]:
    """How much there is of what is too long to show; what there is not is left out."""
    answered, asked = counted.answers, counted.questions
    lines = []
    if answered:
        line = n_("You gave {n} answer in a survey.", "You gave {n} answers in surveys.", answered)
        lines.append(line.format(n=answered))
    if asked:
        line = n_("You asked a human {n} question.", "You asked a human {n} questions.", asked)
        lines.append(line.format(n=asked))
    return lines


@make_file(MY_DATA)
def my_data(tx: Tx, arguments: Mapping[str, Any]) -> bytes:
    """Everything that is kept of somebody, as JSON."""
    found = export.everything(tx, arguments["person"])
    return json.dumps(found, ensure_ascii=False, indent=2).encode("utf-8", "replace")


@flow(
    "leave",
    title=N_("leaving"),
    command=N_("/leave"),
    about=N_("stop being a member"),
    words=N_("leave, stop being a member"),
)
def leave(talk: Talk, tx: Tx) -> None:
    """Stop being a member; what is kept after that is up to the person."""
    erase = Button(_("Erase everything"), entry("forget"))
    if talk.person.state != State.MEMBER:
        return talk.say(_("You are not a member, so there is nothing to end."), [erase])
    sure = talk.confirm(
        "leave",
        _(
            "Do you want to stop being a member? I will not send you invitations, news and "
            "questions any more. You can come back whenever you like."
        ),
        yes=_("Yes, leave"),
        no=_("No, stay"),
    )
    if not sure:
        return talk.say(_("Good. Nothing has changed: you are still a member."))
    keep = talk.choose(
        "keep",
        _("May I keep your profile, for when you come back?"),
        {"keep": _("Keep my profile"), "drop": _("Remove my profile")},
    )
    _end_membership(talk, tx, keep=keep == "keep")
    talk.say(_("You are not a member any more. Thank you for having been here."))
    if talk.person.role != Role.NONE:
        talk.say(_("Your work as a coordinator here has ended as well."))
    stays = _(
        "Your profile stays, and so do your survey answers and the meetings you signed up for."
    )
    if keep != "keep":
        stays = _(
            "Your profile is gone. Your survey answers stay, and so do the meetings you signed "
            "up for."
        )
    return talk.say(stays, [Button(_("My meetings"), entry("mymeetings"))], [erase])


def _end_membership(talk: Talk, tx: Tx, *, keep: bool) -> None:
    """End the membership, the permissions and the role; and the profile, unless it is kept."""
    person = talk.person
    people.leave(tx, person.id, talk.now)
    for purpose, given in people.consents_of(tx, person.id).items():
        if given.given:
            version = PERMISSIONS[purpose].version if purpose in PERMISSIONS else given.text_version
            withdrawn = Consent(purpose, False, version, person.language, "leave", talk.now)
            people.record_consent(tx, person.id, withdrawn)
    if person.role != Role.NONE:
        people.change(tx, person.id, role=Role.NONE)
        codes.revoke(tx, person.id)
        audit.record(tx, person.id, "role.lay_down", f"person:{person.id}", talk.now)
    if not keep:
        people.drop_profile(tx, person.id)


@flow(
    "forget",
    title=N_("erasing everything"),
    command=N_("/forget"),
    about=N_("have everything erased"),
    words=N_("forget me, erase everything"),
)
def forget(talk: Talk, tx: Tx) -> None:
    """Be forgotten: in two taps, at once, for good."""
    sure = talk.confirm(
        "forget",
        _(
            "Shall I erase everything I know about you? That is your profile, your answers, "
            "your questions and your sign-ups. At meetings you are not expected any more."
        ),
        yes=_("Yes, erase everything"),
        no=_("No, keep it"),
    )
    if not sure or not talk.confirm(
        "sure",
        _("Are you sure? I cannot bring it back."),
        yes=_("Yes, erase it for good"),
        no=_("No, keep it all"),
    ):
        return talk.say(_("Good. I have erased nothing."))
    _unsign(tx, talk.person.id)
    erasure.erase(tx, talk.person.id, talk.person.chat, talk.now)
    return talk.say(
        _(
            "Everything you told me is erased. The record of our messages is gone within a day. "
            "The messages on your own phone you can delete yourself.\n\n"
            "This is my last message. Do you ever want to come back? Then send /start."
        )
    )


def _unsign(tx: Tx, person: int) -> None:
    """Take somebody's name from under the messages to many that they sent, also for who still gets
    one.
    """
    platform = settings.platform(tx).name
    for one in announcements.signed_by(tx, person):
        for run in sendings.of(tx, one.id):
            content = (one.content if run.kind == sendings.Kind.SEND else run.content) or {}
            # Most went out long ago: nothing is kept of them that could be sent any more.
            kept = templates.get_many(tx, [copies.key(run.id, c) for c in content.get("texts", ())])
            if not kept:
                continue
            unsigned = copies.of_sending(run.id, content, one, "", platform)
            for key in kept:
                templates.put(tx, key, unsigned[key])
