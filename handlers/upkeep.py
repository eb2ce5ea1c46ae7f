"""What the bot tidies up by itself: half-finished talks, old messages, people who asked to go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.dialogue.flow import tick
from storage import blanking, conversations, delivery, erasure, fanout, gate, inbox
from storage.transaction import Tx

MESSAGES_KEPT: Final = timedelta(days=30)
"""How long the record of messages is kept; `handlers.privacy` tells people so."""
UPDATES_KEPT: Final = timedelta(days=14)
"""So long after an update its number may come again, and must be known as seen."""


@tick("expiry", seconds=300)
def expiry(tx: Tx, now: datetime) -> None:
    """Drop talks that were left half-finished for too long."""
    conversations.expire(tx, now)


@tick("tidying", seconds=60)
def tidying(tx: Tx, now: datetime) -> None:
    """Delete a page of old messages, of what told them to many, and of updates."""
    delivery.forget(tx, now - MESSAGES_KEPT)
    fanout.forget(tx, now - MESSAGES_KEPT)
    inbox.forget(tx, now - UPDATES_KEPT)


@tick("blanking", seconds=600)
def blank(tx: Tx, now: datetime) -> None:
    """Blank what people told for a meeting that is over, and old decisions of the gate."""
    blanking.blank(tx, now)
    gate.forget(tx, now)


@tick("erasure", seconds=60)
def erasures(tx: Tx, now: datetime) -> None:
    """Wipe out what is left of people who asked to be forgotten."""
    erasure.sweep(tx, now)
