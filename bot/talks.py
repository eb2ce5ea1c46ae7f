"""The talks of one chat in one turn: how they begin, go on, wait aside and end.

One talk is active in a chat. A flow that only tells something is answered and the open question is
repeated; one that asks parks the open talk, which is offered again when that ends. What a person
wants of all this is for `bot.steering` to find out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import talk_rows
from bot.bound_store import BoundStore
from bot.dialogue import keyboards, phrases
from bot.dialogue.exchange import Moment
from bot.dialogue.flow import ROLES, Flow, FlowError, Respondent, Then, fits
from bot.dialogue.language import _
from bot.dialogue.long_texts import fitting
from bot.dialogue.messages import Message, joined, load
from bot.dialogue.rerun import take_turn
from bot.dialogue.run import Run
from bot.dialogue.state import Begin, Event, Outcome, Repeat, State
from bot.dialogue.talk import Talk
from bot.router import Book
from storage import conversations, outbox, people, said
from storage.conversations import Conversation, Status
from storage.people import Person
from storage.transaction import Tx

MOST_IN_A_ROW = 5
"""How many flows one turn may go through with `talk.then`."""

NO_BUTTONS = Message("")


class Talks:
    """What is said in this turn, and what its talk comes to; `settle` writes the talk row."""

    def __init__(
        self, tx: Tx, book: Book, person: Person, talk: Conversation | None, moment: Moment
    ) -> None:
        self.tx = tx
        self.book = book
        self.person = person
        self.moment = moment
        self.talk = talk
        self.expired: Conversation | None = None
        self.toast = ""
        self.about = ""
        self.edits: list[tuple[int, Message]] = []
        self._messages: list[Message] = []
        self._kept: Conversation | None = None
        self._new = False
        self._asked = False
        self._ended = False
        self._in_a_row = 0
        if talk is not None and self._is_old(talk):
            conversations.end(tx, talk.id)
            self.talk = None
            self.expired = talk

    def _is_old(self, talk: Conversation) -> bool:
        known = self.person.is_member or self.person.is_coordinator
        kept = conversations.KEPT_WITH_CONSENT if known else conversations.KEPT_WITHOUT_CONSENT
        return self.moment.now - talk.last_activity > kept

    # What is said.

    @property
    def asked(self) -> bool:
        """Whether the last message of this turn asks the open question."""
        return self._asked and self._kept is not None

    def say(self, message: Message) -> None:
        """Say something outside any flow."""
        self._messages.append(message)

    def spoken(self) -> list[Message]:
        """All messages of this turn, each of a length that fits; an open question is the last."""
        if len(self._messages) == 1:
            return fitting(self._messages[0])
        return [part for message in joined(self._messages) for part in fitting(message)]

    # Which talks there are.

    def find(self, number: int) -> Conversation | None:
        """This chat's talk with this number, active or parked; None once it is over."""
        if self.talk is not None and self.talk.id == number:
            return self.talk
        if self.expired is not None and self.expired.id == number:
            return None
        found = conversations.find(self.tx, self.person.chat, number)
        if found is None or not self._is_old(found):
            return found
        conversations.end(self.tx, found.id)
        self.expired = found
        return None

    def activate(self, talk: Conversation) -> Conversation:
        """Make this talk the active one; the one that was active waits aside."""
        if self.talk is not None and self.talk.id == talk.id:
            return talk
        if self.talk is not None:
            conversations.park(self.tx, self.person.chat, self.talk.id)
        conversations.activate(self.tx, talk.id)
        self.talk = replace(talk, status=Status.ACTIVE)
        return self.talk

    def _parked_twin(self, flow: Flow, arguments: Mapping[str, Any]) -> Conversation | None:
        """A parked talk of the same flow about the same thing."""
        for parked in conversations.parked(self.tx, self.person.chat):
            same = parked.flow == flow.name and parked.arguments == dict(arguments)
            if same and not self._is_old(parked):
                return parked
        return None

    def flow_of(self, talk: Conversation) -> Flow | None:
        """The talk's flow; None if this release has none that could go on with it."""
        flow = self.book.flows.get(talk.flow)
        return flow if flow is not None and fits(flow, talk.arguments) else None

    def _may(self, flow: Flow) -> bool:
        """Whether this person has the rights for a flow; asked at every turn of it."""
        return flow.role == ROLES[0] or ROLES.index(self.person.role) >= ROLES.index(flow.role)

    # How a talk begins.

    def start(self, flow: Flow, arguments: Mapping[str, Any], after: Then | None = None) -> None:
        """Begin a flow; where the same one is open or parked already, that is taken up instead.

        What only tells, on whatever flows it goes on with, is followed by `after`.
        """
        if not self._may(flow):
            self.say(Message(phrases.not_allowed(flow.role)))
            return self.repeat()
        before = self.talk
        if before and before.flow == flow.name and before.arguments == dict(arguments):
            return self.repeat()
        state = State(secrets.randbits(40), flow.name, dict(arguments), self.moment.now)
        outcome = self._run(flow, state, Begin())
        if outcome.state is not None:
            return self._begin(flow, outcome, outcome.state)
        self._messages += outcome.messages
        following = outcome.then.followed_by(after) if outcome.then is not None else after
        return self.repeat() if following is None else self._then(following)

    def _begin(self, flow: Flow, outcome: Outcome, state: State) -> None:
        twin = self._parked_twin(flow, state.arguments)
        if twin is not None and flow.answers is None:
            return self.go_on(self.activate(twin), Repeat())
        if twin is not None:
            conversations.end(self.tx, twin.id)
        if self.talk is not None:
            conversations.park(self.tx, self.person.chat, self.talk.id)
        return self._keep(outcome, state, new=True)

    def _then(self, then: Then) -> None:
        flow = self.book.flows.get(then.flow)
        if flow is None or not fits(flow, then.arguments):
            raise FlowError(f"there is no {then.flow} with {sorted(then.arguments)}")
        self._in_a_row += 1
        if self._in_a_row > MOST_IN_A_ROW:
            raise FlowError(f"{then.flow} goes round in circles")
        self.person = people.find(self.tx, self.person.id) or self.person
        return self.start(flow, then.arguments, then.after)

    # How a talk goes on.

    def repeat(self) -> None:
        """Show the open question again, if there is one."""
        if self.talk is not None:
            self.go_on(self.talk, Repeat())

    def go_on(self, talk: Conversation, event: Event) -> None:
        """One turn of the active talk."""
        flow = self.flow_of(talk)
        if flow is None:
            self.say(Message(phrases.expired()))
            return self.end(talk)
        if not self._may(flow):
            self.say(Message(phrases.not_allowed(flow.role)))
            return self.end(talk)
        outcome = self._run(flow, talk_rows.state_of(talk), event)
        self.toast = self.toast or outcome.toast
        if outcome.edit is not None and talk.question is not None:
            content = said.content(self.tx, talk.question) if outcome.edit.question else None
            before = load(content).text if content else ""
            self.edits.append((talk.question, talk_rows.edited(before, outcome.edit)))
        if outcome.state is not None:
            return self._keep(outcome, outcome.state, new=False)
        self._messages += outcome.messages
        self._over(talk)
        return self._then(outcome.then) if outcome.then is not None else None

    def _run(self, flow: Flow, state: State, event: Event) -> Outcome:
        tx, before, store = self.tx, self.tx.writes, None
        if flow.answers is not None:
            who = Respondent(self.person.id, state.arguments, self.moment.now)
            store = BoundStore(tx, flow.answers, who)

        def wrote() -> bool:
            return tx.writes - (store.writes if store else 0) > before

        run = Run(flow, state, event, self.moment, store, wrote)
        talk = Talk(run, self.person, self.moment.now, self.moment.zone)
        return take_turn(run, talk, tx)

    def _keep(self, outcome: Outcome, state: State, *, new: bool) -> None:
        self._messages += outcome.messages
        self._kept = self.talk = talk_rows.row_of(state)
        self._new = new
        self._asked = outcome.asked

    # How a talk ends.

    def end(self, talk: Conversation) -> None:
        """Drop a talk, active or parked, with the buttons of its question."""
        if talk.question is not None:
            self.edits.append((talk.question, NO_BUTTONS))
        self._over(talk)

    def _over(self, talk: Conversation) -> None:
        conversations.end(self.tx, talk.id)
        if self.talk is not None and self.talk.id == talk.id:
            self.talk = self._kept = None
            self._ended = True

    def offer_parked(self) -> None:
        """When a talk ended and none is open: what was put off may come, and a parked talk.

        One that `returns` is there again at once; another is offered.
        """
        if not self._ended or self.talk is not None:
            return
        outbox.release(self.tx, self.person.chat, self.moment.now)
        for parked in conversations.parked(self.tx, self.person.chat):
            flow = self.flow_of(parked)
            if flow is None or self._is_old(parked):
                conversations.end(self.tx, parked.id)
                continue
            if flow.returns:
                self.go_on(self.activate(parked), Repeat())
            else:
                text = phrases.still_open(_(flow.title))
                self.say(Message(text, keyboards.still_open(parked.id)))
            break

    def note(self, talk: Conversation, draft: Mapping[str, Any]) -> None:
        """Keep something in the draft of the active talk, which stays as it is otherwise."""
        noted = {**(talk.draft or {}), **draft}
        self._kept = self.talk = replace(talk, draft=noted)

    def settle(self, question: int | None) -> None:
        """Write the talk that is open now; `question` is the outbox row that asks it, if new."""
        if self._kept is None:
            return
        kept = self._kept if question is None else replace(self._kept, question=question)
        if self._new:
            conversations.start(self.tx, self.person.chat, self.person.id, kept)
        else:
            conversations.keep(self.tx, kept)
