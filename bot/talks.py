"""The talks of one chat in one turn: which one goes on, begins, waits aside or ends.

One talk is active in a chat. A flow that only tells something is answered and the open question is
repeated; one that asks parks the open talk, which is offered again when that ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.dialogue import keyboards, phrases
from bot.dialogue.flow import ROLES, Flow, FlowError, Respondent
from bot.dialogue.keyboards import AnswerButton, VerbButton
from bot.dialogue.language import _
from bot.dialogue.messages import Message, Rich, as_html, joined, load
from bot.dialogue.questions import Moment, Picked
from bot.dialogue.rerun import Run, take_turn
from bot.dialogue.state import (
    Back,
    Begin,
    Change,
    Edit,
    Event,
    Outcome,
    Repeat,
    Skip,
    StartOver,
    State,
    UseHeld,
)
from bot.dialogue.talk import Talk
from bot.router import Answer, Book, Edited, Lost, Route, Start, Verb
from storage import conversations, outbox, people
from storage.conversations import Conversation, Status
from storage.people import Person
from storage.transaction import Tx

HOME = "home"
MOST_IN_A_ROW = 5
"""How many flows one turn may go through with `talk.then`."""

_EVENTS: dict[str, type[Back] | type[Skip] | type[Repeat] | type[UseHeld] | type[StartOver]] = {
    "back": Back,
    "skip": Skip,
    "go": Repeat,
    "use": UseHeld,
    "over": StartOver,
}


class Talks:
    """What is said in this turn, and what its talk comes to; `settle` writes the talk row."""

    def __init__(
        self, tx: Tx, book: Book, person: Person, talk: Conversation | None, moment: Moment
    ) -> None:
        self.tx = tx
        self.book = book
        self.person = person
        self.moment = moment
        self.now = moment.now
        self.zone = moment.zone
        self.toast = ""
        self.edits: list[tuple[int, Message]] = []
        self._messages: list[Message] = []
        self._talk = talk
        self._kept: Conversation | None = None
        self._new = False
        self._asked = False
        self._in_a_row = 0
        if talk is not None and self._is_old(talk):
            conversations.end(tx, talk.id)
            self._talk = None

    def _is_old(self, talk: Conversation) -> bool:
        member = self.person.is_member
        kept = conversations.KEPT_WITH_CONSENT if member else conversations.KEPT_WITHOUT_CONSENT
        return self.now - talk.last_activity > kept

    @property
    def asked(self) -> bool:
        """Whether the last message of this turn asks the open question."""
        return self._asked and self._kept is not None

    @property
    def open(self) -> bool:
        """Whether a question is open in this chat."""
        return self._talk is not None

    def say(self, message: Message) -> None:
        """Say something outside any flow."""
        self._messages.append(message)

    def spoken(self) -> list[Message]:
        """All messages of this turn, short ones joined; an open question is the last."""
        return joined(self._messages)

    # What an update asks for.

    def take(self, route: Route) -> None:
        """Do what the update is for."""
        match route:
            case Start(flow, arguments):
                self.start(flow, arguments)
            case Verb(verb):
                self._verb(self._talk, verb, "")
            case VerbButton(verb, number, key):
                self._verb(self._named(number), verb, key, pressed=True)
            case AnswerButton(number, key, option):
                self._press(self._named(number), key, option)
            case Answer(given) if self._talk is not None:
                self._go_on(self._talk, given)
            case Edited():
                self._edited()
            case Lost(pressed=True):
                self.toast = phrases.old_button()
            case Answer() | Lost():
                self._not_understood()

    def repeat(self) -> None:
        """Show the open question again, if there is one."""
        if self._talk is not None:
            self._go_on(self._talk, Repeat())

    def start(self, flow: Flow, arguments: Mapping[str, Any]) -> None:
        """Begin a flow; the same one that is open already is taken up instead."""
        if ROLES.index(self.person.role) < ROLES.index(flow.role):
            self.say(Message(phrases.not_allowed()))
            return self.repeat()
        before = self._talk
        if before and before.flow == flow.name and before.arguments == dict(arguments):
            return self.repeat()
        if flow.answers is not None:
            conversations.end_parked(self.tx, self.person.chat, flow.name, arguments)
        state = State(secrets.randbits(40), flow.name, dict(arguments), self.now)
        outcome = self._run(flow, state, Begin())
        if outcome.state is not None:
            if before is not None:
                self._put_aside(before)
            return self._keep(outcome, new=True)
        if outcome.then is not None:
            return self._then(outcome)
        self._messages += outcome.messages
        return self.repeat()

    def _put_aside(self, talk: Conversation) -> None:
        conversations.park(self.tx, self.person.chat, talk.id)
        if talk.question is not None:
            self.edits.append((talk.question, Message("")))

    def _named(self, number: int) -> Conversation | None:
        """This chat's talk with this number, made the active one if it was parked."""
        if self._talk is not None and self._talk.id == number:
            return self._talk
        found = conversations.find(self.tx, self.person.chat, number)
        if found is None or self._is_old(found):
            return None
        if self._talk is not None:
            self._put_aside(self._talk)
        conversations.activate(self.tx, found.id)
        self._talk = replace(found, status=Status.ACTIVE)
        return self._talk

    def _press(self, talk: Conversation | None, key: str, option: str) -> None:
        if talk is None:
            self.toast = phrases.old_button()
        elif talk.waiting == key:
            self._go_on(talk, Picked(option))
        elif any(known == key for known, _value in talk.answers):
            change = keyboards.verb(phrases.change_this(), "change", talk.id, key)
            self.say(Message(phrases.already_answered(), ((change,),)))
        else:
            self.toast = phrases.old_button()

    def _verb(
        self, talk: Conversation | None, verb: str, key: str, *, pressed: bool = False
    ) -> None:
        if talk is None and pressed:
            self.toast = phrases.old_button()
        elif talk is None:
            nothing = phrases.nothing_to_stop if verb == "stop" else phrases.nothing_to_go_back_to
            self.say(Message(nothing()))
        elif verb == "stop":
            self._stop(talk)
        elif verb == "later":
            self._put_off(talk)
        elif verb == "change":
            self._go_on(talk, Change(key))
        elif verb in _EVENTS:
            self._go_on(talk, _EVENTS[verb]())
        else:
            self.toast = phrases.old_button()

    def _stop(self, talk: Conversation) -> None:
        flow = self.book.flows.get(talk.flow)
        title = _(flow.title) if flow else talk.flow
        kept = flow is not None and flow.answers is not None
        self.say(Message(phrases.stopped_but_kept(title) if kept else phrases.stopped(title)))
        self._drop(talk)

    def _put_off(self, talk: Conversation) -> None:
        flow = self.book.flows.get(talk.flow)
        if flow is None or flow.answers is None:
            self.say(Message(phrases.cannot_put_off()))
            return self.repeat()
        morning = datetime.combine(
            self.now.astimezone(self.zone).date() + timedelta(days=1), time(10), self.zone
        )
        who = Respondent(self.person.id, talk.arguments, self.now)
        flow.answers.put_off(self.tx, who, morning)
        self.say(Message(phrases.put_off()))
        return self._drop(talk)

    def _drop(self, talk: Conversation) -> None:
        if talk.question is not None:
            self.edits.append((talk.question, Message("")))
        conversations.end(self.tx, talk.id)
        self._talk = None
        self._offer_parked()

    def _edited(self) -> None:
        if self._talk is not None and self._talk.answers:
            button = keyboards.verb(phrases.change_last(), "back", self._talk.id)
            self.say(Message(phrases.edit_changes_nothing(), ((button,),)))

    def _not_understood(self) -> None:
        self.say(Message(phrases.not_understood()))
        if self._talk is not None:
            return self.repeat()
        return self.start(self.book.flows[HOME], {})

    # How a talk goes on.

    def _run(self, flow: Flow, state: State, event: Event) -> Outcome:
        store = None
        if flow.answers is not None:
            store = BoundStore(self.tx, flow, Respondent(self.person.id, state.arguments, self.now))
        before = self.tx.writes

        def wrote() -> bool:
            return self.tx.writes - (store.writes if store else 0) > before

        run = Run(flow, state, event, self.moment, store, wrote)
        return take_turn(run, lambda r: Talk(r, self.person, self.now, self.zone), self.tx)

    def _go_on(self, talk: Conversation, event: Event) -> None:
        flow = self.book.flows.get(talk.flow)
        if flow is None or ROLES.index(self.person.role) < ROLES.index(flow.role):
            self.say(Message(phrases.not_allowed() if flow else phrases.expired()))
            return self._drop(talk)
        outcome = self._run(flow, _state(talk), event)
        if outcome.edit is not None and talk.question is not None:
            self.edits.append((talk.question, self._edited_message(talk.question, outcome.edit)))
        self.toast = self.toast or outcome.toast
        if outcome.state is not None:
            return self._keep(outcome, new=False)
        conversations.end(self.tx, talk.id)
        self._talk = None
        if outcome.then is not None:
            return self._then(outcome)
        self._messages += outcome.messages
        return self._offer_parked()

    def _edited_message(self, row: int, edit: Edit) -> Message:
        """The new form of a question's message; what was said before in it stays."""
        content = outbox.content(self.tx, row) if edit.question else None
        shown = load(content).text if content else ""
        if not shown.endswith(edit.question):
            return edit.message
        before = shown.removesuffix(edit.question)
        text = edit.message.text
        if isinstance(shown, Rich):
            return replace(edit.message, text=Rich(before + as_html(text)))
        return replace(edit.message, text=before + text)

    def _keep(self, outcome: Outcome, *, new: bool) -> None:
        assert outcome.state is not None
        self._messages += outcome.messages
        self._kept = self._talk = _row(outcome.state)
        self._new = new
        self._asked = outcome.asked

    def _then(self, outcome: Outcome) -> None:
        assert outcome.then is not None
        self._in_a_row += 1
        if self._in_a_row > MOST_IN_A_ROW:
            raise FlowError(f"{outcome.then.flow} goes round in circles")
        self._messages += outcome.messages
        self.person = people.find(self.tx, self.person.id) or self.person
        self.start(self.book.flows[outcome.then.flow], outcome.then.arguments)

    def _offer_parked(self) -> None:
        outbox.release(self.tx, self.person.chat, self.now)
        parked = conversations.newest_parked(self.tx, self.person.chat)
        if parked is None or parked.flow not in self.book.flows or self._is_old(parked):
            return
        title = _(self.book.flows[parked.flow].title)
        self.say(Message(phrases.still_open(title), keyboards.still_open(parked.id)))

    def settle(self, last_row: int | None) -> None:
        """Write the talk that is open now; `last_row` is the outbox row of the last message."""
        if self._kept is None:
            return
        question = last_row if self._asked and last_row is not None else self._kept.question
        kept = replace(self._kept, question=question)
        if self._new:
            conversations.start(self.tx, self.person.chat, self.person.id, kept)
        else:
            conversations.keep(self.tx, kept)


class BoundStore:
    """A flow's answer store, for this person in this transaction; counts its own writes."""

    def __init__(self, tx: Tx, flow: Flow, who: Respondent) -> None:
        assert flow.answers is not None
        self._store = flow.answers
        self._tx = tx
        self._who = who
        self.writes = 0

    def load(self) -> list[tuple[str, Any]]:
        """The answers kept so far."""
        return self._store.load(self._tx, self._who)

    def save(self, key: str, value: Any) -> None:
        """Keep an accepted answer."""
        before = self._tx.writes
        self._store.save(self._tx, self._who, key, value)
        self.writes += self._tx.writes - before

    def drop(self, key: str) -> None:
        """Take an answer back."""
        before = self._tx.writes
        self._store.drop(self._tx, self._who, key)
        self.writes += self._tx.writes - before

    def finish(self, keys: Sequence[str]) -> None:
        """Mark which answers were on the path."""
        self._store.finish(self._tx, self._who, keys)


def _state(talk: Conversation) -> State:
    return State(
        talk.id, talk.flow, talk.arguments, talk.last_activity,
        tuple((key, value) for key, value in talk.answers),
        talk.waiting, talk.draft, talk.tries, talk.question,
    )  # fmt: skip


def _row(state: State) -> Conversation:
    return Conversation(
        state.id, Status.ACTIVE, state.flow, dict(state.arguments),
        [list(pair) for pair in state.answers],
        state.waiting, state.draft, state.tries, state.question, state.last_activity,
    )  # fmt: skip
