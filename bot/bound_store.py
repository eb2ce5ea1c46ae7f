"""A flow's answer store, bound to the person and the transaction of one turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.dialogue.flow import AnswerStore, Respondent
from storage.transaction import Tx


class BoundStore:
    """Counts its own writes: those are the kernel's, and may come before a question."""

    def __init__(self, tx: Tx, store: AnswerStore, who: Respondent) -> None:
        self.writes = 0
        self._store = store
        self._tx = tx
        self._who = who

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
