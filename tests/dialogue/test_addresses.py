"""How an address reads for people who come from elsewhere."""

import pytest

from bot.dialogue.meeting_talk import plans
from bot.dialogue.meeting_talk.gatherings import LONGEST_PLACE

UTRECHT = "GM0344"


@pytest.mark.parametrize(
    ("address", "municipality", "said"),
    [
        ("Church Street 1", UTRECHT, "Church Street 1, Utrecht"),
        ("Church Street 1, utrecht", UTRECHT, "Church Street 1, utrecht"),
        ("Church Street 1", None, "Church Street 1"),
        ("x" * LONGEST_PLACE, UTRECHT, "x" * LONGEST_PLACE),
    ],
)
def test_the_municipality_stands_behind_it_once(
    address: str, municipality: str | None, said: str
) -> None:
    assert plans.in_full(address, municipality) == said
