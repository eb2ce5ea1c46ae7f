"""Where the keys of a TOML text stand."""

import tomllib
from pathlib import Path

import pytest

from bot import importing
from bot.importing.toml_lines import line_at, lines_of

HARD = '''\
# a comment with [brackets] and "quotes"
title = "a # no comment \\" [x]"   # a comment
"quoted key".part = 1
'single' = 'back\\slash'
[owner]
name = """
[not.a.table]
key = "no" \\""" still
"""
raw = \'\'\'
x = 1\'\'\'
list = [
  1, [2, 3], # one
  { a = "}", b = [
    "]" ] },
]
when = 2027-09-28 19:30:00
[[one]]
x.y.z = true
[one.inner]
deep = { p.q = 1, r = { s = "{" } }
[[one.many]]
k = 1
[[one.many]]
k = 2
[[one]]
[[one.many]]
k = 3
  [  spaced . "out"  ]
end = """"four"""" # done
'''


def missing(lines, data, path=()):
    """Every table, key and item of `data` that was not found."""
    found = [] if path in lines else [path]
    if isinstance(data, dict):
        pairs = list(data.items())
    else:
        pairs = list(enumerate(data)) if isinstance(data, list) else []
    for key, value in pairs:
        found += missing(lines, value, (*path, key))
    return found


@pytest.mark.parametrize("text", [HARD, HARD.replace("\n", "\r\n")], ids=["unix", "windows"])
def test_everything_is_found_where_it_stands(text):
    lines = lines_of(text)
    assert not missing(lines, tomllib.loads(text))
    where = {
        ("title",): 2, ("quoted key", "part"): 3, ("single",): 4, ("owner",): 5,
        ("owner", "name"): 6, ("owner", "raw"): 10, ("owner", "list"): 12,
        ("owner", "list", 1): 13, ("owner", "list", 2): 14, ("owner", "list", 2, "b"): 14,
        ("owner", "list", 2, "b", 0): 15, ("owner", "when"): 17, ("one", 0, "x", "y", "z"): 19,
        ("one", 0, "inner", "deep", "r", "s"): 21, ("one", 0, "many", 1, "k"): 25,
        ("one", 1): 26, ("one", 1, "many", 0, "k"): 28, ("spaced", "out", "end"): 30,
    }  # fmt: skip
    assert {path: lines[path] for path in where} == where


def test_the_sample_is_found_whole():
    text = Path(importing.__file__).with_name("sample.toml").read_text(encoding="utf-8")
    assert not missing(lines_of(text), tomllib.loads(text))


def test_what_has_no_line_gets_that_of_what_is_around_it():
    assert line_at({(): 1, ("a",): 4}, ("a", "b", 3)) == 4
