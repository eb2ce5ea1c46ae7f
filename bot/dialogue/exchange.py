"""What passes between a run and one of its questions, whatever the question's kind.

What a question takes of a person is one of four: a `Value` to keep, something `Wrong`, a `Doubt` to
be settled first ("did you mean"), or `Ticked`, the same question with other marks. Doubts and marks
are kept in the draft, which is JSON and belongs to the open question alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.dialogue.messages import Heard, Shared, Wanted

Draft = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picked:
    """A button of a question: the option's key."""

    option: str


Given = Heard | Shared | Picked


@dataclass(frozen=True, slots=True)
class Value:
    """An accepted answer, encoded for the talk row."""

    encoded: Any


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, as a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question back, with what is to be kept in the draft until it is settled."""

    text: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Ticked:
    """The marks have changed; the same message shows them."""

    draft: Draft


Taken = Value | Wrong | Doubt | Ticked
Rows = list[list[tuple[str, str]]]
"""Rows of (label, option)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When an answer was given, in real zones: what "tomorrow" means."""

    now: datetime
    zone: ZoneInfo


class Question(Protocol):
    """What a run asks of every kind of question."""

    @property
    def key(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def optional(self) -> bool: ...
    @property
    def wanted(self) -> tuple[tuple[Wanted, str], ...]: ...
    def fits(self, stored: Any) -> bool: ...
    def take(self, given: Given, draft: Draft, moment: Moment) -> Taken: ...
    def words(self, draft: Draft) -> str: ...
    def rows(self, draft: Draft) -> Rows: ...
    def shown(self, stored: Any) -> str: ...
    def obvious(self, given: Heard) -> bool: ...
    def example(self) -> str: ...
