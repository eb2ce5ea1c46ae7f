"""Who may import whom, read from the imports; and importing a module does nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "storage")
OURS = (*PACKAGES, "tests", "benchmarks")

# Of a module whose name begins so: what of ours it may import. The longest beginning counts.
ALLOWED = {
    "bot": ("bot", "storage"),
    "bot.app": OURS[:3],
    "bot.channels": ("bot.channels", "bot.dialogue.messages"),
    "bot.dialogue": ("bot.dialogue",),
    "bot.emulator": ("bot.emulator",),
    "handlers": ("bot.dialogue", "handlers", "storage"),
    "storage": ("storage",),
}
# Whoever imports the first must be one of the others.
ONLY = {
    "bot.app": ("bot.cli",),
    "handlers": ("bot.app", "handlers"),
    "telegram": ("bot.channels.telegram",),
}
# What the kernel and the flows do without: they do no I/O but the database's verbs.
NO_INPUT_OR_OUTPUT = ("aiohttp", "aiosqlite", "asyncio", "httpx", "socket", "sqlalchemy", "urllib")


def modules():
    """Every module of ours, by name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source, module, *, is_package=False):
    """Everything that `source` imports, wherever in the file, by full name."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parent = module.split(".")[: (1 if is_package else 0) - node.level or None]
            start = ".".join([*(parent if node.level else ()), *filter(None, [node.module])])
            found += [f"{start}.{alias.name}" for alias in node.names]
    return found


def is_within(name, *beginnings):
    """Whether a name is one of `beginnings`, or inside one of them."""
    return any(name == start or name.startswith(f"{start}.") for start in beginnings)


def mistakes(module, imported):
    """The laws that `module` breaks by importing `imported`."""
    if is_within(imported, *OURS):
        start = max((start for start in ALLOWED if is_within(module, start)), key=len)
        if not is_within(imported, *ALLOWED[start]):
            yield f"{module} may not import {imported}"
        if is_flow(module) and is_within(imported, "handlers"):
            yield f"{module} may not import another handler, {imported}"
    for guarded, friends in ONLY.items():
        if is_within(imported, guarded) and not module.startswith(friends):
            yield f"only {' and '.join(friends)} may import {guarded}, not {module}"
    if (is_flow(module) or is_within(module, "bot.dialogue")) and is_within(
        imported, *NO_INPUT_OR_OUTPUT
    ):
        yield f"{module} does no I/O of its own: {imported}"


def is_flow(module):
    return module.startswith("handlers.")


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_only_what_it_may(module):
    path = modules()[module]
    found = imports(path.read_text(), module, is_package=path.name == "__init__.py")
    assert not [wrong for imported in found for wrong in mistakes(module, imported)]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("bot.dialogue.talk", "from storage import people"),
        ("bot.dialogue.talk", "import bot.turn"),
        ("bot.dialogue.talk", "def f():\n    import asyncio"),
        ("bot.channels.telegram", "from bot.dialogue import talk"),
        ("bot.channels.telegram", "from storage import outbox"),
        ("bot.emulator.api", "from bot import clock"),
        ("bot.sender", "import telegram"),
        ("bot.sender", "from handlers import FLOWS"),
        ("bot.sender", "from bot import app"),
        ("bot.channels", "from telegram.error import BadRequest"),
        ("handlers.join", "from handlers import rsvp"),
        ("handlers.join", "from . import rsvp"),
        ("handlers.join", "from bot import turn"),
        ("handlers.join", "from telegram import Bot"),
        ("handlers.join", "from sqlalchemy import select"),
        ("storage.people", "from bot import clock"),
        ("storage.people", "from bot.dialogue.messages import Message"),
        ("bot.turn", "from tests.phone import Phone"),
    ],
)
def test_a_broken_law_is_found(module, line):
    assert [wrong for name in imports(line, module) for wrong in mistakes(module, name)]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("bot.app", "from handlers import FLOWS"),
        ("bot.cli", "from bot import app"),
        ("bot.turn", "from storage import inbox"),
        ("bot.channels.telegram_http", "from telegram.request import BaseRequest"),
        ("bot.channels.telegram", "from bot.dialogue.messages import Message"),
        ("handlers.join", "from storage import people"),
        ("handlers", "from handlers import join"),
        ("storage.sqlite", "from sqlalchemy import event"),
    ],
)
def test_what_is_allowed_is_let_through(module, line):
    assert not [wrong for name in imports(line, module) for wrong in mistakes(module, name)]


WATCH = """
import importlib, logging, os, sys, threading
root, others, *names = sys.argv[1:]
done = []
def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if isinstance(path, int):
            return
        path = os.path.abspath(os.fsdecode(path))
        if (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or (
            path.startswith(root) and ".venv" not in path and not path.endswith((".py", ".pyc"))
        ):
            done.append(f"opens {path}")
    elif event.startswith(("socket.", "subprocess.", "sqlite3.")) or event in (
        "os.mkdir", "os.remove", "os.rename", "os.system", "os.fork",
    ):
        done.append(event)
for name in others.split():
    importlib.import_module(name)
before = dict(os.environ), logging.root.handlers[:]
def refuse(*_):
    done.append("starts a thread")
    raise RuntimeError
threading._start_new_thread = refuse
sys.addaudithook(watch)
for name in names:
    try:
        importlib.import_module(name)
    finally:
        if done or before != (dict(os.environ), logging.root.handlers[:]):
            os.write(2, f"importing {name} does something: {done}".encode())
            os._exit(1)
"""
OTHERS = """
telegram sqlalchemy.dialects.sqlite sqlalchemy.dialects.postgresql psycopg aiosqlite aiohttp.web
alembic.command apscheduler.schedulers.asyncio babel.messages.extract rapidfuzz.process
"""


def imported_alone(names, others="", root=ROOT):
    return subprocess.run(
        [sys.executable, "-B", "-c", WATCH, str(root), others, *names],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    ).stderr


def test_importing_a_module_does_nothing():
    """No file but code is read, no thread, connection, process or log is started."""
    run_by_others = ("storage.migrations", "bot.__main__", "bot.emulator.__main__")
    names = [name for name in modules() if not is_within(name, *run_by_others)]
    said = imported_alone(names, OTHERS)
    assert not said, said.splitlines()[-1]


@pytest.mark.parametrize(
    "line",
    [
        "open('data.csv').read()",
        "open('new.txt', 'w')",
        "import threading; threading.Thread(target=int).start()",
        "import socket; socket.socket()",
        "import sqlite3; sqlite3.connect(':memory:')",
        "import os; os.environ['SEEN'] = '1'",
        "import logging; logging.basicConfig()",
    ],
)
def test_a_module_that_does_something_is_found(tmp_path, line):
    (tmp_path / "data.csv").touch()
    (tmp_path / "busy.py").write_text(line)
    assert "importing busy does something" in imported_alone(["busy"], root=tmp_path)
