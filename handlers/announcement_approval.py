"""A second pair of eyes before many get a message, and taking it back before anybody has it.

Who wrote it cannot agree to it. Of two who agree together one is first, and the other is told so:
it goes out once.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final

from bot.dialogue import answers
from bot.dialogue.announcing import audience_words, drafted, progress, report, summary, sureness
from bot.dialogue.announcing.letter import first_words
from bot.dialogue.announcing.preview import preview
from bot.dialogue.flow import Then, entry, flow
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.messages import Button
from bot.dialogue.talk import Talk
from storage import (
    announcements,
    audience,
    audit,
    drafts,
    meetings,
    outbox,
    sending_notices,
    sendings,
    settings,
)
from storage.announcements import Announcement, State
from storage.outbox import Promise
from storage.reminder_times import by_day, is_night
from storage.transaction import Tx

TO_UNDO: Final = timedelta(seconds=60)
AGAIN: Final = timedelta(hours=12)
"""The same words to the same people within this time are asked about."""
OF_USE: Final = timedelta(days=7)
MOST: Final = 500
"""Characters of why not."""


@flow("approve_announcement", title=N_("looking at a colleague's message"), role="coordinator")
def approve(talk: Talk, tx: Tx, announcement_id: int) -> Any:
    """See exactly what people get, and say whether it goes."""
    one = announcements.find(tx, announcement_id)
    if one is None or one.state != State.ASKED:
        return _no_longer_asked(talk, tx, one)
    if announcements.is_stranded(tx, one, talk.now):
        return talk.say(
            _(
                "That message cannot go out any more: its meeting is off or over, or it would "
                "come too late."
            ),
            [progress.look(one.id)],
        )
    if one.made_by == talk.person.id:
        return talk.say(
            _("You wrote this yourself, so a colleague has to look at it."),
            [Button(_("Take it back"), entry("undo_announcement", one.id))],
            [progress.look(one.id)],
        )
    preview(
        talk,
        one.content or {},
        one.id,
        one.purpose,
        sender=sending_notices.name(tx, one.made_by),
        platform=settings.platform(tx).name,
    )
    chosen = talk.choose(
        f"sure.{int(one.changed.timestamp() * 1000)}",  # a yes is to this text, and no later one
        _("{facts}\n\nShall I send it?").format(facts="\n".join(_facts(talk, tx, one))),
        {"yes": _("Yes, send it"), "no": _("No, not like this"), "later": _("Decide later")},
    )
    if chosen == "no":
        return talk.then("refuse_announcement", announcement_id=one.id)
    if chosen == "later":
        return talk.say(
            _("Fine. It waits for you, or for another colleague."),
            [Button(_("Look at it again"), entry("approve_announcement", one.id))],
        )
    if not _once_more(talk, tx, one):
        return talk.say(_("Fine. Nothing has changed."), [progress.look(one.id)])
    return _agree(talk, tx, one)


def _once_more(talk: Talk, tx: Tx, one: Announcement) -> bool:
    """Whether the same words shall go to the same people once more, if they did meanwhile."""
    before = announcements.same(tx, one, talk.now - AGAIN)
    if before is None:
        return True
    name = sureness.name_of(sending_notices.name(tx, before.made_by))
    at = before.begun or before.changed
    return sureness.ask_same(talk, name, at, planned=before.state == State.PLANNED)


def _agree(talk: Talk, tx: Tx, one: Announcement) -> None:
    """Plan it, unless a colleague was first."""
    zone = settings.platform(tx).zone
    soon = talk.now + TO_UNDO
    if not _chosen_at_night(one, zone):
        soon = by_day(soon, zone)
    due = None if one.is_relative else max(one.due or soon, soon)
    if not announcements.agree(tx, one.id, due, talk.person.id, talk.now):
        return _no_longer_asked(talk, tx, announcements.find(tx, one.id))
    _note(talk, tx, "announcement.approve", one)
    hears = _tell_writer(talk, tx, one, "announcement_answered", yes=True)
    planned = announcements.find(tx, one.id) or one
    said = _("Thank you. {when} {name} hears that you agree.") if hears else _("Thank you. {when}")
    return talk.say(
        said.format(
            when=report.when_planned(announcements.due_of(tx, planned), talk.now, zone),
            name=report.name(sending_notices.person(tx, one.made_by)),
        ),
        [progress.undo(one.id)],
        [progress.look(one.id)],
    )


def _chosen_at_night(one: Announcement, zone: str) -> bool:
    """Whether who wrote it wanted it to go at night: then, or at once in a night."""
    return one.purpose == announcements.SERVICE and is_night(one.due or one.changed, zone)


def _facts(talk: Talk, tx: Tx, one: Announcement) -> list[str]:
    """To whom it goes, how many they are, what it costs and when."""
    counted = audience.count(tx, audience.load(one.audience), one.purpose)
    get = n_("{n} person gets it.", "{n} people get it.", counted.get)
    due = announcements.due_of(tx, one)
    return [
        _("To: {whom}").format(
            whom=audience_words.whom(one.audience or {}, lambda number: _meeting(tx, number))
        ),
        get.format(n=audience_words.about(counted.get, exact=counted.exact)),
        *([summary.fast(counted.get)] if one.paid else []),
        report.when_planned(due, talk.now, settings.platform(tx).zone),
    ]


def _meeting(tx: Tx, number: int) -> str:
    found = meetings.find(tx, number)
    return found.title if found is not None else _("a meeting that is not there any more")


def _no_longer_asked(talk: Talk, tx: Tx, one: Announcement | None) -> None:
    """The true answer to who was late, or second."""
    if one is None or one.state == State.DROPPED:
        return talk.say(_("That message was thrown away. Nobody gets it."))
    look = [progress.look(one.id)]
    if one.state == State.DRAFT:
        return talk.say(_("That message is a draft again: it is being changed."), look)
    by = report.name(sending_notices.person(tx, one.approved_by))
    if one.approved_by == talk.person.id:
        return talk.say(_("You have agreed to it already. It goes out once."), look)
    return talk.say(_("{name} has agreed to it already. It goes out once.").format(name=by), look)


@flow("refuse_announcement", title=N_("holding back a message"), role="coordinator")
def refuse(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """Send it back to who wrote it, with a reason if there is one."""
    one = announcements.find(tx, announcement_id)
    if one is None or one.state != State.ASKED:
        return _no_longer_asked(talk, tx, one)
    name = report.name(sending_notices.person(tx, one.made_by))
    why = talk.ask(
        "why",
        _("What should be different? {name} reads it.").format(name=name),
        answers.text(most=MOST),
        optional=True,
    )
    if not announcements.undo(tx, one.id, talk.now):
        return _no_longer_asked(talk, tx, announcements.find(tx, one.id))
    _note(talk, tx, "announcement.refuse", one)
    _tell_writer(talk, tx, one, "announcement_answered", yes=False, why=why)
    return talk.say(_("Nothing goes out. {name} can change it.").format(name=name))


# Before anybody has it.


@flow("undo_announcement", role="coordinator")
def undo(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """Make it a draft again, as long as it has not begun."""
    undone = announcements.undo(tx, announcement_id, talk.now)
    one = announcements.find(tx, announcement_id)
    if one is None or one.state == State.DROPPED:
        return talk.say(_("That message was thrown away. Nobody gets it."))
    drop_it = [Button(_("Throw it away"), entry("drop_announcement", one.id))]
    change = [Button(_("Change it"), entry("compose", one.id))]
    if undone:
        _note(talk, tx, "announcement.undo", one)
        _tell_writer(talk, tx, one, "announcement_undone")
        return talk.say(_("Undone: nobody gets it. It is a draft again."), change, drop_it)
    if one.state == State.DRAFT:
        return talk.say(_("It is a draft already: nobody gets it."), change, drop_it)
    return _begun(talk, tx, one)


def _begun(talk: Talk, tx: Tx, one: Announcement) -> None:
    """Too late to undo; what can be done still."""
    going = sendings.first_of(tx, one.id)
    said = _("It has begun already, so it cannot be undone. {got}")
    got = going.sent if going is not None else 0
    text = n_("{n} person has it.", "{n} people have it.", got).format(n=number(got))
    if not got:
        text = _("Nobody has it yet.")
    stop = [progress.stop(going)] if going is not None and going.open else []
    return talk.say(said.format(got=text), stop, [progress.look(one.id)])


@flow("drop_announcement", title=N_("throwing away a message"), role="coordinator")
def drop(talk: Talk, tx: Tx, announcement_id: int) -> None:
    """Throw it away, after asking; only what has not begun."""
    one = announcements.find(tx, announcement_id)
    if one is None or one.state == State.DROPPED:
        return talk.say(_("That message was thrown away. Nobody gets it."))
    if one.state == State.BEGUN:
        return _begun(talk, tx, one)
    question = _("Shall I throw this away?\n\n{title}\n\nThen it is gone, and nobody gets it.")
    title = progress.title(first_words(one.content))
    if one.state == State.DRAFT:
        title = drafted.named(one.content, drafts.answers(tx, one.id), partial(_meeting, tx))
    sure = talk.confirm(
        "sure", question.format(title=title), yes=_("Yes, throw it away"), no=_("No, keep it")
    )
    if not sure:
        return talk.say(_("Fine. Nothing has changed."), [progress.look(one.id)])
    if not announcements.drop(tx, one.id, talk.now):
        return _begun(talk, tx, announcements.find(tx, one.id) or one)
    _note(talk, tx, "announcement.drop", one)
    _tell_writer(talk, tx, one, "announcement_undone")
    return talk.say(
        _("It is gone. Nobody gets it."), [Button(_("All messages"), entry("announcements"))]
    )


@flow("copy_announcement", role="coordinator")
def copy(talk: Talk, tx: Tx, announcement_id: int) -> Then | None:
    """A new draft that says the same to the same people."""
    one = announcements.find(tx, announcement_id)
    if one is None or one.state == State.DROPPED:
        talk.say(_("That message is not there any more."))
        return None
    made = announcements.copy(tx, one.id, talk.person.id, talk.now)
    return talk.then("compose", announcement_id=made)


def _note(talk: Talk, tx: Tx, action: str, one: Announcement) -> None:
    audit.record(tx, talk.person.id, action, f"announcement:{one.id}", talk.now)


def _tell_writer(talk: Talk, tx: Tx, one: Announcement, renderer: str, **known: Any) -> bool:
    """Tell who wrote it what somebody else did; whether they may and can be told."""
    writer = sending_notices.person(tx, one.made_by)
    if writer is None or writer.id == talk.person.id:
        return False
    if not (writer.reachable and writer.is_coordinator):
        return False
    key = f"{renderer}:{one.id}:{talk.now.isoformat()}"
    known |= {"announcement": one.id, "person": writer.id, "by": talk.person.id}
    now = talk.now
    return outbox.promise(tx, Promise(key, writer.chat, renderer, known, now, now + OF_USE), now)
