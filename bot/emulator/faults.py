"""Faults on order: what a test asks the line and the server to do wrong.

before the call takes effect   429 500 502 reset_before hang, and delay
after it                       reset_after bad_json
in what getUpdates gives       malformed_update duplicate_update
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from bot.emulator.refusals import Denied

KINDS = frozenset(
    [
        "429",
        "502",
        "500",
        "reset_before",
        "reset_after",
        "delay",
        "hang",
        "malformed_update",
        "duplicate_update",
        "bad_json",
    ]
)
IN_UPDATES = frozenset({"malformed_update", "duplicate_update"})


@dataclass(slots=True)
class Fault:
    """One fault: which calls it meets, how often, and its numbers."""

    kind: str
    methods: list[str] | None = None
    chats: list[int] | None = None
    times: int | None = None
    rate: float = 1.0
    seconds: float = 1.0
    retry_after: int = 1
    seed: int = 0
    met: int = 0
    _dice: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Denied(400, f"kind must be one of {', '.join(sorted(KINDS))}")
        self._dice.seed(self.seed)

    def meets(self, method: str, chat: Any) -> bool:
        """Whether this call is hit; a hit is counted."""
        if self.kind in IN_UPDATES and method != "getUpdates":
            return False
        if self.methods is not None and method not in self.methods:
            return False
        if self.chats is not None and chat not in self.chats:
            return False
        if self.times is not None and self.met >= self.times:
            return False
        if self.rate < 1 and self._dice.random() >= self.rate:
            return False
        self.met += 1
        return True


class Faults:
    """The list that is in force."""

    def __init__(self) -> None:
        self.listed: list[Fault] = []

    def replace(self, described: list[dict[str, Any]]) -> None:
        """Put this list in force; Denied if one of them is not understood."""
        try:
            self.listed = [Fault(**one) for one in described]
        except TypeError as mistake:
            raise Denied(400, f"a fault has fields that are not known: {mistake}") from None

    def hitting(self, method: str, chat: Any) -> list[Fault]:
        """The faults that hit this call."""
        if not self.listed:
            return []
        return [fault for fault in self.listed if fault.meets(method, chat)]
