"""Which numbers of people must stay hidden, so that nobody can be recognised in them.

A number from 1 to 4 is hidden. So are those from which it could be worked out: with the total
known, one hidden number is the total minus the others. Nothing tells which of the hidden numbers
are small.
"""

from collections.abc import Mapping
from typing import Final

FEWEST: Final = 5
"""From how many people on something is shown."""


def hidden(cells: Mapping[str, int], *, parts: bool) -> set[str]:
    """The cells to hide; `parts` says that together they make up a known total."""
    small = {key for key, count in cells.items() if 0 < count < FEWEST}
    if not (small and parts):
        return small
    others = sorted((count, key) for key, count in cells.items() if count >= FEWEST)
    for count, key in others:
        if len(small) > 1 and sum(cells[one] for one in small) >= FEWEST:
            break
        assert count
        small.add(key)
    return small
