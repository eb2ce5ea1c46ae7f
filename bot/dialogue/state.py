"""What a talk is between turns, what can happen to it, and what a turn of it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.dialogue.exchange import Draft, Picked
from bot.dialogue.flow import Then
from bot.dialogue.messages import Heard, Message, Shared

SKIPPED = {"skipped": True}
"""What is stored for an optional question that was skipped."""


@dataclass(frozen=True, slots=True)
class State:
    """The talk row; `question` is the outbox row that shows the open question."""

    id: int
    flow: str
    arguments: Mapping[str, Any]
    last_activity: datetime
    answers: tuple[tuple[str, Any], ...] = ()
    waiting: str | None = None
    draft: Draft = field(default_factory=dict)
    tries: int = 0
    question: int | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """The talk starts now."""


@dataclass(frozen=True, slots=True)
class Back:
    """The person wants to answer the question before again."""


@dataclass(frozen=True, slots=True)
class Skip:
    """The person does not want to answer this one."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The open question is shown again."""


@dataclass(frozen=True, slots=True)
class Change:
    """One earlier answer is to be given again."""

    key: str


@dataclass(frozen=True, slots=True)
class UseHeld:
    """What was typed after a pause was the answer."""


@dataclass(frozen=True, slots=True)
class StartOver:
    """All answers of this talk are dropped."""


Event = Begin | Back | Skip | Repeat | Change | UseHeld | StartOver | Heard | Shared | Picked


class Store(Protocol):
    """A flow's answer store, bound to this turn's transaction and person."""

    def load(self) -> list[tuple[str, Any]]: ...
    def save(self, key: str, value: Any) -> None: ...
    def drop(self, key: str) -> None: ...
    def finish(self, keys: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Edit:
    """How the message of the question that was open changes.

    Its own words `question` become `message`; what was said before them in the same message stays.
    An empty `message` only takes the buttons away.
    """

    question: str
    message: Message


NO_BUTTONS = Edit("", Message(""))


@dataclass(slots=True)
class Outcome:
    """What a turn of a talk came to; `state` is None when the talk is over.

    `asked` says that the last of `messages` shows the open question now.
    """

    state: State | None
    messages: list[Message]
    edit: Edit | None = None
    asked: bool = False
    toast: str = ""
    then: Then | None = None
