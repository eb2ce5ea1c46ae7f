"""Whether the counts of all sendings are those of their rows, as they must be at every commit."""

from typing import Any

from sqlalchemy import func, select

from storage import Tx, tables

COUNTED = {"promised": "open", "held": "open"}
NAMES = ("open", "held", "sent", "failed", "skipped", "uncertain")


def wrong_sums(tx: Tx) -> list[str]:
    """What is wrong, in words; rows of long ago are deleted, and their counts stay."""
    row = tables.recipients.c
    counted = select(row.sending, row.state, func.count()).group_by(row.sending, row.state)
    rows: dict[int, dict[str, int]] = {}
    found: list[Any] = list(tx.execute(counted))
    for sending, state, many in found:
        sums = rows.setdefault(sending, dict.fromkeys(NAMES, 0))
        sums[COUNTED.get(state, state)] += many
        if state == "held":
            sums["held"] += many
    wrong = []
    for one in tx.execute(select(tables.sendings)):
        is_ = {name: getattr(one, name) for name in NAMES}
        should = rows.get(one.id, dict.fromkeys(NAMES, 0))
        if is_ != should:
            wrong.append(f"sending {one.id} says {is_} of {should}")
        first_open = select(func.min(row.person)).where(row.sending == one.id, row.state == "open")
        least = tx.execute(first_open).scalar()
        if least is not None and least <= one.fed_to:
            wrong.append(f"sending {one.id} was fed to {one.fed_to}, and {least} is open")
    return wrong
