"""How the code reads: small pieces, telling names, nothing left unfinished."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ("bot", "handlers", "storage", "benchmarks")
LONGEST_FILE = 300
LONGEST_BODY = 40
LARGEST_FILES = {"storage/tables.py"}
MIGRATIONS = "storage/migrations/versions/"
EMPTY_NAMES = {"utils", "util", "helpers", "manager", "service", "services", "base", "common"}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError")
PRETENDING = re.compile(r"unittest\.mock|monkeypatch\.setattr|mark\.(?:skip|xfail)|pytest\.xfail")
SILENCED = re.compile(r"#\s*(?:type:\s*ignore|noqa|pragma)(?P<rest>.*)")
HOST = re.compile(r"\b(?:pypi|pythonhosted|npmjs|jsdelivr|unpkg|cdnjs)\.(?:org|com|net)")


def files(*folders, ending=".py"):
    found = [path for folder in folders for path in (ROOT / folder).rglob(f"*{ending}")]
    names = {path.relative_to(ROOT).as_posix() for path in found}
    return sorted(names - {"tests/test_style.py"})


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def body_lines(function):
    """The lines of a function without its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def functions(source):
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("path", files(*CODE) + files("bot", ending=".js"))
def test_a_file_is_short(path):
    lines = len(read(path).splitlines())
    assert lines <= LONGEST_FILE or path in LARGEST_FILES or MIGRATIONS in path


@pytest.mark.parametrize("path", files(*CODE, "tests"))
def test_a_function_is_short(path):
    long = {f.name: body_lines(f) for f in functions(read(path)) if body_lines(f) > LONGEST_BODY}
    assert not long or MIGRATIONS in path


def test_most_functions_are_very_short():
    sizes = sorted(body_lines(f) for path in files(*CODE) for f in functions(read(path)))
    assert sizes[len(sizes) * 9 // 10] <= 25


@pytest.mark.parametrize("path", files(*CODE, "tests"))
def test_a_name_says_what_is_inside(path):
    assert not set(Path(path).with_suffix("").parts) & EMPTY_NAMES


@pytest.mark.parametrize("path", files(*CODE, "tests"))
def test_nothing_is_unfinished(path):
    assert not UNFINISHED.search(read(path))


@pytest.mark.parametrize("path", files(*CODE))
def test_what_silences_a_checker_names_the_rule_and_the_reason(path):
    for found in SILENCED.finditer(read(path)):
        assert re.search(r"[\[:]\s*\w+.*\s[-#]+ \w", found["rest"]), found[0]


@pytest.mark.parametrize("path", files("tests"))
def test_a_test_runs_the_real_thing(path):
    assert not PRETENDING.search(read(path))


def test_every_module_says_what_it_is():
    silent = [path for path in files(*CODE) if not ast.get_docstring(ast.parse(read(path)))]
    assert not silent


@pytest.mark.parametrize("kind", [".py", ".md", ".toml", ".js", ".html", ".css", ".txt"])
def test_no_file_needs_an_outside_address(kind):
    named = {path for path in files(*CODE, "tests", "docs", "requirements", ending=kind)
             if HOST.search(read(path))}  # fmt: skip
    assert not named


def test_a_long_function_is_measured_without_its_docstring():
    source = 'def f():\n    """Docs."""\n' + "    f()\n" * 41
    assert [body_lines(f) for f in functions(source)] == [41]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (UNFINISHED, "# TODO: later"),
        (PRETENDING, "from unittest.mock import Mock"),
        (PRETENDING, "@pytest.mark.skipif(True)"),
        (HOST, ".".join(["https://pypi", "org/simple"])),
    ],
)
def test_what_is_looked_for_is_found(pattern, line):
    assert pattern.search(line)
