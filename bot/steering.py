"""What a person wants of the talks of their chat: a start, an answer, a word, a button.

A button is never misread: what it stood for may be over, answered, parked or somebody else's, and
each of these is told as it is.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.dialogue import keyboards, phrases
from bot.dialogue.choices import match, plain
from bot.dialogue.exchange import Picked
from bot.dialogue.flow import Flow, Respondent, entry
from bot.dialogue.keyboards import AnswerButton, VerbButton
from bot.dialogue.language import _
from bot.dialogue.messages import Button, Heard, Message, Shared, load
from bot.dialogue.state import Back, Change, Event, Repeat, Skip, StartOver, UseHeld
from bot.router import Answer, Edited, Lost, Route, Start, Verb
from bot.talks import Talks
from storage import conversations, said
from storage.conversations import Conversation

HOME = "home"
HUMAN = "ask"
FEWER = "preferences"
"""Where somebody goes who says stop where there is nothing to stop but our own messages."""
MORNING = time(10)
"""When "ask me tomorrow" asks, in the platform's wall time."""

_EVENTS: dict[str, Event] = {
    "back": Back(),
    "skip": Skip(),
    "go": Repeat(),
    "use": UseHeld(),
    "over": StartOver(),
}


def steer(talks: Talks, wanted: Route) -> None:
    """Do what the update is for."""
    match wanted:
        case Start(flow, arguments):
            talks.start(flow, arguments)
        case Answer(given):
            _answer(talks, given)
        case Verb(verb):
            _say(talks, verb)
        case AnswerButton():
            _press_answer(talks, wanted)
        case VerbButton():
            _press_verb(talks, wanted)
        case Edited():
            _edit(talks)
        case Lost(pressed=True):
            talks.toast = phrases.old_button()
        case Lost():
            _not_understood(talks)


def _answer(talks: Talks, given: Heard | Shared) -> None:
    talk = talks.talk
    if talk is None:
        return _not_understood(talks)
    if isinstance(given, Heard) and (talk.draft or talk.tries > 2):
        verb, key = _typed_button(talk, given.text)
        if verb == HUMAN and HUMAN in talks.book.flows:
            return talks.start(talks.book.flows[HUMAN], {})
        if verb and verb != HUMAN:
            return _do(talks, talk, verb, key)
    return talks.go_on(talk, given)


def _typed_button(talk: Conversation, text: str) -> tuple[str, str]:
    """Which of the buttons is typed that stand beside the open question: (verb, key)."""
    draft = talk.draft if isinstance(talk.draft, dict) else {}
    if held := draft.get("held"):
        return match(text, keyboards.resume_options(str(held))) or "", ""
    said = plain(text)
    if draft.get("offered") and said in (
        plain(phrases.change_this()),
        plain(phrases.change_last()),
    ):
        return "change", str(draft["offered"])
    return (HUMAN, "") if talk.tries > 2 and said == plain(phrases.ask_a_human()) else ("", "")


def _say(talks: Talks, verb: str) -> None:
    """One of the words that work everywhere, said of the open talk."""
    talk = talks.talk
    if talk is not None:
        _clear_keyboard(talks, talk)
        return _do(talks, talk, verb, "")
    if talks.expired is not None:
        return talks.say(Message(_expired(talks)))
    if verb != "stop":
        return talks.say(Message(phrases.no_open_question()))
    fewer = Button(phrases.fewer_messages(), entry(FEWER))
    rows = ((fewer,),) if FEWER in talks.book.flows else ()
    return talks.say(Message(phrases.nothing_to_stop(), rows))


def _clear_keyboard(talks: Talks, talk: Conversation) -> None:
    """Take the button away that shares a contact or location; that needs a message of its own."""
    content = said.content(talks.tx, talk.question) if talk.question is not None else None
    if content and content.get("share"):
        talks.say(Message(phrases.put_aside(), clear_share=True))


def _press_answer(talks: Talks, button: AnswerButton) -> None:
    talk = talks.find(button.talk)
    if talk is None:
        talks.toast = _expired(talks) if talks.expired else phrases.old_button()
    elif talk.waiting == button.key:
        talks.go_on(talks.activate(talk), Picked(button.option))
    elif any(key == button.key for key, _value in talk.answers):
        _offer_change(talks, talk, button.key, phrases.already_answered(), phrases.change_this())
    else:
        talks.toast = phrases.gone_on()


def _press_verb(talks: Talks, button: VerbButton) -> None:
    talk = talks.find(button.talk)
    if talk is None:
        talks.toast = _expired(talks) if talks.expired else phrases.old_button()
    elif button.verb in ("back", "skip") and button.key not in ("", talk.waiting):
        talks.toast = phrases.gone_on()
    else:
        _do(talks, talk, button.verb, button.key)


def _do(talks: Talks, talk: Conversation, verb: str, key: str) -> None:
    match verb:
        case "stop":
            _stop(talks, talk)
        case "later":
            _put_off(talks, talk)
        case "change":
            talks.go_on(talks.activate(talk), Change(key))
        case _ if verb in _EVENTS:
            talks.go_on(talks.activate(talk), _EVENTS[verb])
        case _:
            talks.toast = phrases.old_button()


def _stop(talks: Talks, talk: Conversation) -> None:
    flow = talks.flow_of(talk)
    if flow is None:
        talks.say(Message(phrases.expired()))
    else:
        said = phrases.stopped if flow.answers is None else phrases.stopped_but_kept
        talks.say(Message(_(flow.ending) if flow.ending else said(_(flow.title))))
    _leave(talks, talk)


def _put_off(talks: Talks, talk: Conversation) -> None:
    flow = talks.flow_of(talk)
    if flow is None or flow.answers is None:
        talks.say(Message(phrases.cannot_put_off()))
        return talks.repeat()
    flow.answers.put_off(
        talks.tx,
        Respondent(talks.person.id, talk.arguments, talks.moment.now),
        _tomorrow(talks),
    )
    talks.say(Message(phrases.put_off()))
    return _leave(talks, talk)


def _tomorrow(talks: Talks) -> datetime:
    zone = talks.moment.zone
    day = talks.moment.now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone)


def _leave(talks: Talks, talk: Conversation) -> None:
    """End a talk; if it waited aside, the active one goes on where it was."""
    talks.end(talk)
    talks.repeat()


def _edit(talks: Talks) -> None:
    """An edited message changes nothing; the last answer can be given again."""
    talk = talks.talk
    if talk is not None and talk.answers:
        last = talk.answers[-1][0]
        text, label = phrases.edit_changes_nothing(), phrases.change_last()
        _offer_change(talks, talk, last, text, label)


def _offer_change(talks: Talks, talk: Conversation, key: str, text: str, label: str) -> None:
    """Offer a button that opens an answer again; its words can be typed too."""
    talks.say(Message(text, ((keyboards.verb(label, "change", talk.id, key),),)))
    if talks.talk is not None and talks.talk.id == talk.id:
        talks.note(talk, {"offered": key})


def _expired(talks: Talks) -> str:
    flow: Flow | None = talks.flow_of(talks.expired) if talks.expired else None
    kept = flow is not None and flow.answers is not None
    return phrases.expired_but_kept() if kept else phrases.expired()


def _not_understood(talks: Talks) -> None:
    if talks.talk is not None:
        talks.say(Message(phrases.unknown_command()))
        return talks.repeat()
    if talks.expired or _was_asked(talks):
        talks.say(Message(_expired(talks)))
    else:
        talks.say(Message(phrases.not_understood()))
    home = talks.book.flows.get(HOME)
    return talks.start(home, {}) if home is not None else None


def _was_asked(talks: Talks) -> bool:
    """Whether the newest message still shows a question, whose talk is gone by now."""
    shown = said.recent(talks.tx, talks.person.chat, 1)
    data = [button.data for _, said in shown for button in load(said).buttons]
    if not any(one.startswith(("a:", "k:stop")) for one in data):
        return False
    return not conversations.parked(talks.tx, talks.person.chat)
