"""Nobody can be worked out from the numbers that are shown."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from storage.small_cells import FEWEST, hidden


def test_small_numbers_are_hidden_and_nobody_is_no_small_number():
    assert hidden({"a": 4, "b": 5, "c": 1, "d": 0}, parts=False) == {"a", "c"}


def test_of_a_known_total_one_hidden_number_takes_another_with_it():
    assert hidden({"a": 3, "b": 9, "c": 6, "d": 0}, parts=True) == {"a", "c"}
    assert hidden({"a": 5, "b": 9}, parts=True) == set()
    assert hidden({"a": 3, "b": 0}, parts=True) == {"a"}


def test_hidden_numbers_that_are_small_together_take_another_with_them():
    assert hidden({"a": 1, "b": 1, "c": 7, "d": 30}, parts=True) == {"a", "b", "c"}
    assert hidden({"a": 4, "b": 3, "c": 7}, parts=True) == {"a", "b"}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 12), min_size=2))
def test_no_small_number_can_be_worked_out(cells):
    """With the total and what is shown, each small number could also have been another."""
    out = hidden(cells, parts=True)
    small = {key for key in out if cells[key] < FEWEST}
    assert {key for key, count in cells.items() if 0 < count < FEWEST} == small
    if not small or len(out) == len([count for count in cells.values() if count]):
        return  # nothing is shown but who nobody chose
    total = sum(cells[key] for key in out)
    keys = sorted(out)
    possible = [
        dict(zip(keys, counts, strict=True))
        for counts in product(range(total + 1), repeat=len(keys) - 1)
        for counts in [(*counts, total - sum(counts))]
        if counts[-1] >= 0
    ] if len(keys) < 5 else []  # fmt: skip
    shown = {key: count for key, count in cells.items() if key not in out}
    alike = [one for one in possible if hidden({**shown, **one}, parts=True) == out]
    for key in small:
        assert not alike or len({one[key] for one in alike}) > 1
