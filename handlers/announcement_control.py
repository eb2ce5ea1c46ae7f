"""Holding up what goes out: pause, go on, stop, and the failed ones again.

Whoever presses may be late, or press twice, or be one of two who press together: what is true is
decided by the write itself, and the answer says what has become of it. Each takes effect before the
next messages are taken up; what is on the wire at that moment still arrives.
"""

from __future__ import annotations

from bot.dialogue.announcing import progress
from bot.dialogue.flow import flow
from bot.dialogue.language import N_, _, n_, number
from bot.dialogue.talk import Talk
from storage import audit, sendings
from storage.sendings import Sending, State
from storage.transaction import Tx


@flow("pause_sending", role="coordinator")
def pause(talk: Talk, tx: Tx, sending_id: int) -> None:
    """Hold up a sending until somebody lets it go on."""
    paused = sendings.pause(tx, sending_id)
    one = sendings.find(tx, sending_id)
    if one is None:
        return _gone(talk)
    if not paused:
        return _as_it_is(talk, one)
    _note(talk, tx, "announcement.pause", one)
    return talk.say(
        _(
            "Paused. {got} Whoever has yet to get it waits until you let it go on. "
            "What was being sent at this very moment still arrives."
        ).format(got=_got(one)),
        [progress.resume(one), progress.stop(one)],
        [progress.look(one.announcement)],
    )


@flow("resume_sending", role="coordinator")
def resume(talk: Talk, tx: Tx, sending_id: int) -> None:
    """Go on with a sending where it was paused."""
    resumed = sendings.resume(tx, sending_id, talk.now)
    one = sendings.find(tx, sending_id)
    if one is None:
        return _gone(talk)
    if not resumed:
        return _as_it_is(talk, one)
    _note(talk, tx, "announcement.resume", one)
    return talk.say(
        _("It goes on. {got}").format(got=_got(one)),
        [progress.pause(one), progress.stop(one)],
        [progress.look(one.announcement)],
    )


@flow("cancel_sending", title=N_("stopping a message"), role="coordinator")
def cancel(talk: Talk, tx: Tx, sending_id: int) -> None:
    """Stop a sending for good, after asking; who has it keeps it."""
    one = sendings.find(tx, sending_id)
    if one is None:
        return _gone(talk)
    if one.state == State.CANCELLED or not _can_stop(one):
        return _as_it_is(talk, one)
    asked = n_(
        "{got} {n} person does not get it any more then. That cannot be undone. Stop it?",
        "{got} {n} people do not get it any more then. That cannot be undone. Stop it?",
        one.open,
    )
    if not one.open or one.state in (State.SPREADING, State.PAUSED):  # not all are written down
        asked = _("{got} Nobody else gets it then. That cannot be undone. Stop it?")
        if not one.sent and one.kind == "send":
            asked = _("Nobody has it yet. If I stop, nobody gets it. That cannot be undone. Stop?")
    question = asked.format(got=_got(one), n=number(one.open))
    if not talk.confirm("sure", question, yes=_("Yes, stop it"), no=_("No, leave it")):
        return talk.say(_("Fine. Nothing has changed."), [progress.look(one.announcement)])
    if not sendings.cancel(tx, one.id, talk.now):
        return _as_it_is(talk, sendings.find(tx, one.id) or one)
    _note(talk, tx, "announcement.cancel", one)
    said = _("Stopped: nobody else gets it. What was being sent at this very moment still arrives.")
    if one.finished is None:
        said = _(
            "Stopped: nobody else gets it. What was being sent at this very moment still arrives. "
            "I tell you in a moment who has it."
        )
    return talk.say(said, [progress.look(one.announcement)])


def _can_stop(one: Sending) -> bool:
    return one.is_going or one.state == State.PAUSED or one.open > 0


@flow("send_again", role="coordinator")
def again(talk: Talk, tx: Tx, sending_id: int) -> None:
    """Try the failed ones once more, as far as there is any hope."""
    one = sendings.find(tx, sending_id)
    if one is None:
        return _gone(talk)
    look = [progress.look(one.announcement)]
    if one.state != State.DONE:
        return _as_it_is(talk, one)
    tried = sendings.again(tx, one.id, talk.now)
    if not tried:
        return talk.say(
            _(
                "There is nobody I can try again. I cannot reach people who blocked the bot. "
                "Where I am not sure whether it arrived, I do not send it twice."
            ),
            look,
        )
    _note(talk, tx, "announcement.again", one)
    text = n_("I try it again for {n} person.", "I try it again for {n} people.", tried)
    return talk.say(text.format(n=number(tried)), look)


# What all of them say.


def _note(talk: Talk, tx: Tx, action: str, one: Sending) -> None:
    audit.record(tx, talk.person.id, action, f"announcement:{one.announcement}", talk.now)


def _got(one: Sending) -> str:
    """How many have it."""
    if not one.sent:
        return _("Nobody has it yet.") if one.kind == "send" else _("It is done for nobody yet.")
    text = n_("{n} person has it.", "{n} people have it.", one.sent)
    if one.kind != "send":
        text = n_("It is done for {n} person.", "It is done for {n} people.", one.sent)
    return text.format(n=number(one.sent))


def _gone(talk: Talk) -> None:
    return talk.say(_("That message is not there any more."))


def _as_it_is(talk: Talk, one: Sending) -> None:
    """The true answer to who was late, or second."""
    look = [progress.look(one.announcement)]
    match one.state:
        case State.PAUSED:
            return talk.say(
                _("It is paused already. {got}").format(got=_got(one)),
                [progress.resume(one), progress.stop(one)],
                look,
            )
        case State.CANCELLED:
            return talk.say(_("It was stopped already. {got}").format(got=_got(one)), look)
        case State.DONE:
            return talk.say(_("It has gone out already. {got}").format(got=_got(one)), look)
        case _:
            return talk.say(
                _("It is going out already. {got}").format(got=_got(one)),
                [progress.pause(one), progress.stop(one)],
                look,
            )
