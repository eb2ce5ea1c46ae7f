"""A list in which typed words search: numbers choose, words never do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.exchange import Moment, Picked, Value, Wrong
from bot.dialogue.messages import Heard, Kind, Origin, Shared
from bot.dialogue.searching import Chosen, Search, Sought, answered, nearest

MOMENT = Moment(datetime(2027, 3, 1, tzinfo=UTC), ZoneInfo("Europe/Amsterdam"))
SHOWN = Search("who", "Who?", {"12": "8. Noor", "15": "9. Bo"}, {"more": "More names"})


def typed(text):
    taken = SHOWN.take(Heard(Origin("k", "c"), text), {}, MOMENT)
    return answered(taken.encoded) if isinstance(taken, Value) else taken


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8", Chosen("12")),
        ("9.", Chosen("15")),
        ("more names", Chosen("more")),
        ("Noor", Sought("noor")),
        ("8. Noor", Sought("8 noor")),
        ("more", Sought("more")),
        ("Çélik & Zn", Sought("celik zn")),
        ("3", Sought("3")),
        ("x" * 4096, Sought("x" * 60)),
    ],
)
def test_a_number_or_a_control_chooses_and_words_are_looked_for(text, found):
    assert typed(text) == found


@pytest.mark.parametrize("text", ["", "…", "\u200b\u202e", "💥"])
def test_what_has_no_letters_is_not_looked_for(text):
    assert isinstance(typed(text), Wrong)


def test_a_button_is_taken_also_when_it_is_not_shown_any_more():
    assert SHOWN.take(Picked("99"), {}, MOMENT) == Value(["key", "99"])
    assert isinstance(SHOWN.take(Picked("9" * 60), {}, MOMENT), Wrong)


def test_a_photo_is_told_what_to_do():
    assert isinstance(SHOWN.take(Shared(Origin("k", "c"), Kind.PHOTO), {}, MOMENT), Wrong)


def test_controls_stand_two_in_a_row_below():
    search = Search("who", "Who?", {"1": "1. Bo"}, {"a": "A", "b": "B", "c": "C"})
    assert search.rows({}) == [[("1. Bo", "1")], [("A", "a"), ("B", "b")], [("C", "c")]]
    assert (search.shown(["key", "a"]), search.shown(["key", "gone"])) == ("A", "…")
    assert search.obvious(Heard(Origin("k", "c"), "1"))
    assert not search.obvious(Heard(Origin("k", "c"), "Bo"))


NAMES = {
    1: "Piet Jansen",
    2: "Çelik, Ayşe",
    3: "Jan de Boer",
    4: "Noor",
    5: "janneke",
    6: "علي حسن",
}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("jan", [3, 5, 1]),
        ("jan boe", [3]),
        ("boer jan", [3]),
        ("celik", [2]),
        ("AYSE", [2]),
        ("jnsen", [1]),
        ("nor", [4]),
        ("حسن", [6]),
        ("qqqq", []),
        ("", []),
    ],
)
def test_names_are_found_by_their_beginnings_or_nearly(said, found):
    assert nearest(said, NAMES, 8) == found


def test_no_more_are_found_than_asked():
    assert nearest("jan", NAMES, 2) == [3, 5]
