"""An audience in words, whatever it is put together from."""

from collections.abc import Sequence

import pytest

from bot.dialogue.announcing.audience_words import about, whom
from bot.dialogue.language import speaking

Pairs = Sequence[tuple[str, str]]


def title(meeting: int) -> str:
    return f"Dag {meeting}"


def said(only: Pairs = (), but: Pairs = ()) -> str:
    with speaking("en"):
        text = whom({"only": only, "but": but}, title)
    return "".join(c for c in text if c not in "\u2068\u2069")


def test_nothing_chosen_is_everybody() -> None:
    assert said() == "everybody"


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("municipality", "GM0344"), "everybody who lives in Utrecht"),
        (("neighbourhood", "GM0344:Lombok"), "everybody who lives in Lombok (Utrecht)"),
        (("part", "resident"), "everybody who told me: I live in the neighbourhood"),
        (("theme", "green"), "everybody who cares about Green and play"),
        (("language", "nl"), "everybody who speaks Dutch with me"),
        (("role", "host"), "everybody who is the host of a meeting"),
        (("role", "coordinator"), "everybody who is a coordinator"),
        (("meeting", "12:yes"), "everybody who comes to Dag 12"),
        (("meeting", "12:came"), "everybody who was at Dag 12"),
        (
            ("meeting", "12:all"),
            "everybody who comes or may come to Dag 12, or is in line for it",
        ),
        (("follows", "topic:green"), "everybody who follows Green and play"),
        (("follows", "place:GM0344"), "everybody who follows Utrecht"),
        (("unanswered", "1"), "everybody who has not filled in that survey yet"),
    ],
)
def test_each_kind_in_words(pair: tuple[str, str], expected: str) -> None:
    assert said([pair]) == expected


def test_of_one_kind_any_of_several_all_and_some_left_out() -> None:
    only = [("municipality", "GM0344"), ("theme", "green"), ("municipality", "GM0321")]
    but = [("meeting", "12:yes"), ("language", "en"), ("meeting", "12:maybe")]
    assert said(only, but) == (
        "everybody who lives in Utrecht or Houten and who cares about Green and play, but nobody "
        "who comes to Dag 12 or who may come to Dag 12 or who speaks English with me"
    )


def test_who_is_to_follow_a_topic_and_a_place_follows_both() -> None:
    topics = [("follows", "topic:green"), ("follows", "topic:energy")]
    assert said([*topics, ("follows", "place:GM0344")]) == (
        "everybody who follows Green and play or Energy and who follows Utrecht"
    )


def test_all_who_may_still_come_are_said_as_one() -> None:
    coming = [("meeting", f"12:{what}") for what in ("yes", "maybe", "line")]
    together = "who comes or may come to Dag 12, or is in line for it"
    assert said(coming) == f"everybody {together}"
    other = [("meeting", "12:came"), ("meeting", "7:yes")]
    assert (
        said([*coming, *other]) == f"everybody {together}, who was at Dag 12, or who comes to Dag 7"
    )


def test_a_neighbourhood_typed_in_two_ways_is_named_once() -> None:
    both = [("neighbourhood", "GM0344:De Meern"), ("neighbourhood", "GM0344:de meern")]
    assert said(both) == "everybody who lives in De Meern (Utrecht)"


def test_many_are_counted() -> None:
    codes = ["GM0344", "GM0321", "GM0363", "GM0599", "GM0518", "GM0014", "GM0307"]
    assert said([("municipality", code) for code in codes]).endswith(", or 2 more")


def test_a_count_that_is_no_count_says_so() -> None:
    with speaking("en"):
        assert about(31_472, exact=True) == "31,472"
        assert about(31_472, exact=False) == "about 31,000"
        assert about(0, exact=False) == "about 0"
