"""Taps: who pressed which button of an announcement; a person counts once for each button.

Telegram tells nobody whether a message was read, so this is all that is known of its readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from storage.tables import taps
from storage.transaction import Insert, Prepared, Tx

_COUNTS: Final = (
    select(taps.c.button, func.count())
    .where(taps.c.announcement == bindparam("of"))
    .group_by(taps.c.button)
    .order_by(taps.c.button)
)


@Prepared
def _keep(tx: Tx) -> Insert:
    return tx.insert(taps).on_conflict_do_nothing(
        index_elements=["announcement", "button", "person"]
    )


def tap(tx: Tx, announcement: int, button: int, person: int) -> bool:
    """Note that somebody pressed a button, counted from 0; False if they had before."""
    kept = {"announcement": announcement, "button": button, "person": person}
    return tx.execute(_keep, kept).rowcount == 1


def counts(tx: Tx, announcement: int) -> dict[int, int]:
    """How many people pressed each button; those that nobody pressed are left out."""
    rows: Iterable[Sequence[Any]] = tx.execute(_COUNTS, {"of": announcement})
    return {row[0]: row[1] for row in rows}
