"""The inside of a talk while its flow runs: what it knows, and what was said so far this turn.

A run only holds things together. `rerun` runs the flow, `asking` shows questions and `answering`
takes what a person gave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.exchange import Moment
from bot.dialogue.flow import Flow, FlowError
from bot.dialogue.messages import Message
from bot.dialogue.state import Edit, Event, State, Store


class Pause(BaseException):
    """A question is open: the turn ends here."""


class Rerun(BaseException):
    """The answers were changed: the flow runs again in the same turn."""


@dataclass(slots=True)
class Run:
    """One turn of one talk.

    `visited`: the keys that were passed on this path. `preface`: what is said before all else and
    stays when the flow runs again. `said`: what the flow said since the last question it passed.
    `settled`: the open question was answered this turn, so its message needs no other edit.
    """

    flow: Flow
    state: State
    event: Event | None
    moment: Moment
    store: Store | None
    wrote: Callable[[], bool]
    answers: dict[str, Any] = field(init=False)
    waiting: str | None = field(init=False)
    draft: dict[str, Any] = field(init=False)
    tries: int = field(init=False)
    visited: list[str] = field(default_factory=list)
    preface: list[Message] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    edit: Edit | None = None
    asked: bool = False
    toast: str = ""
    beginning: bool = False
    settled: bool = False
    clear_share: bool = False
    album: str = ""

    def __post_init__(self) -> None:
        self.answers = dict(self.state.answers)
        self.waiting = self.state.waiting
        self.draft = dict(self.state.draft)
        self.tries = self.state.tries

    def say(self, message: Message) -> None:
        """Keep `message` for the end of the turn; passing a question drops it."""
        if not message.text.strip() and message.attachment is None:
            raise FlowError(f"{self.flow.name} says nothing at all")
        self.said.append(message)

    def keep(self, key: str, value: Any) -> None:
        """Keep an accepted answer, in the flow's answer store too."""
        self.answers[key] = value
        if self.store is not None:
            self.store.save(key, value)

    def forget(self, key: str) -> None:
        """Drop an answer, from the flow's answer store too."""
        if key in self.answers:
            del self.answers[key]
            if self.store is not None:
                self.store.drop(key)

    def wait_for(self, key: str | None) -> None:
        """Another question is open now, or none; drafts and tries were the other one's."""
        self.waiting = key
        self.draft = {}
        self.tries = 0

    def pass_by(self, key: str) -> Any:
        """The answer that is known. What was said before its question has been said before.

        Only what a talk says before its first question is said even if that was answered long ago,
        in an earlier talk with the same answer store.
        """
        self.visited.append(key)
        if self.beginning:
            self.preface += self.said
            self.beginning = False
        self.said.clear()
        return self.answers[key]

    def before_writes(self, what: str) -> None:
        """Raise a `FlowError` if the flow has written: it may not go back or wait after that."""
        if self.wrote():
            raise FlowError(f"{self.flow.name} wrote before it {what}")
