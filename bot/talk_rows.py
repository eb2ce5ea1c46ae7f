"""What a talk's row says, and how the message of its question changes.

A row may have been written by another release: what this one cannot read is left out, and asked
again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.dialogue.messages import TEXT_UNITS, Message, Rich, as_html, units
from bot.dialogue.state import Edit, State
from storage.conversations import Conversation, Status


def state_of(talk: Conversation) -> State:
    """The row as the kernel knows it."""
    answers: Any = talk.answers
    known = answers if isinstance(answers, list) else []
    pairs = tuple((pair[0], pair[1]) for pair in known if _is_pair(pair))
    draft = talk.draft if isinstance(talk.draft, dict) else {}
    return State(
        talk.id, talk.flow, talk.arguments, talk.last_activity,
        pairs, talk.waiting, draft, talk.tries, talk.question,
    )  # fmt: skip


def _is_pair(stored: object) -> bool:
    return isinstance(stored, list) and len(stored) == 2 and isinstance(stored[0], str)


def row_of(state: State) -> Conversation:
    """The row of an active talk."""
    return Conversation(
        state.id, Status.ACTIVE, state.flow, dict(state.arguments),
        [list(pair) for pair in state.answers],
        state.waiting, dict(state.draft) or None, state.tries, state.question, state.last_activity,
    )  # fmt: skip


def edited(before: str, edit: Edit) -> Message:
    """The new form of a message with a question; what else it says, before the question, stays.

    Where that would be too long for a message, only the buttons go.
    """
    made = edit.message
    if edit.question and before.endswith(edit.question):
        kept = before.removesuffix(edit.question)
        is_rich = isinstance(before, Rich)
        made = replace(made, text=Rich(kept + as_html(made.text)) if is_rich else kept + made.text)
    return made if units(made.text) <= TEXT_UNITS else replace(made, text="")
