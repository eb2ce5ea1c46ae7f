"""What a newcomer meets first: make, from a bare python3, and what it says when it cannot."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TARGETS = ["try", "run", "test", "check", "bench", "crash", "messages", "lock", "clean"]

# A python3 that makes an environment in no time; what it is asked for is written down.
FAKE = """#!/bin/sh
echo "$*" >>"{log}"
case "$*" in
*version_info*) exit {too_old};;
*ensurepip*) exit {no_venv};;
"-m venv "*)
    for folder; do :; done
    mkdir -p "$folder/bin"
    cp "$0" "$folder/bin/python"
    printf '#!/bin/sh\\necho uv "$*" >>"{log}"; exit {no_network}\\n' >"$folder/bin/uv"
    chmod +x "$folder/bin/uv";;
"-m pip "*) exit {no_network};;
esac
"""


class Newcomer:
    """A fresh clone in a folder of its own, and a python3 that is not the real one."""

    def __init__(self, folder):
        self.clone = folder / "clone"
        self.log = folder / "asked"
        self.tools = folder / "tools"
        self.clone.mkdir()
        self.tools.mkdir()
        shutil.copy(ROOT / "Makefile", self.clone)
        shutil.copytree(ROOT / "requirements", self.clone / "requirements")
        self.has()

    def has(self, **flaws):
        flawless = {"too_old": 0, "no_venv": 0, "no_network": 0}
        python = self.tools / "python3"
        python.write_text(FAKE.format(log=self.log, **flawless | flaws))
        python.chmod(0o755)

    def make(self, *arguments):
        self.log.write_text("")
        return subprocess.run(
            ["make", *arguments],
            cwd=self.clone,
            env={"PATH": f"{self.tools}:{os.environ['PATH']}"},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )

    @property
    def installs(self):
        return [line for line in self.log.read_text().splitlines() if "--require-hashes" in line]


@pytest.fixture
def newcomer(tmp_path):
    return Newcomer(tmp_path)


def sentences(done):
    """What was said about a failure, without make's own line."""
    return [line for line in done.stderr.splitlines() if not line.startswith("make")]


def test_bare_make_has_a_line_for_every_target(newcomer):
    done = newcomer.make()
    lines = [re.match(r"make (\w+) +\S", line) for line in done.stdout.splitlines()]
    assert [line and line[1] for line in lines] == ["help", *TARGETS]
    assert not (newcomer.clone / ".venv").exists()


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ("too_old", "needs Python 3.11 or newer"),
        ("no_venv", "sudo apt install python3-venv"),
        ("no_network", "is there a network?"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(newcomer, flaw, said):
    newcomer.has(**{flaw: 1})
    done = newcomer.make("try")
    assert done.returncode != 0
    (sentence,) = sentences(done)
    assert said in sentence


def test_no_python_at_all_is_said_in_one_sentence(newcomer):
    (sentence,) = sentences(newcomer.make("PYTHON=python3.99", "try"))
    assert sentence == "There is no python3.99 here: install Python 3.11 or newer."


def test_what_was_missing_can_be_mended(newcomer):
    for flaw in ("too_old", "no_venv", "no_network"):
        newcomer.has(**{flaw: 1})
        assert newcomer.make("try").returncode != 0
    shutil.rmtree(newcomer.clone / ".venv")
    newcomer.has()
    done = newcomer.make("try")
    assert done.returncode == 0, done.stderr
    assert newcomer.log.read_text().splitlines()[-1] == "-m bot try"


def test_a_second_run_installs_nothing(newcomer):
    newcomer.make("try")
    assert newcomer.installs
    newcomer.make("try")
    assert newcomer.log.read_text().splitlines() == ["-m bot try"]


def test_the_tests_need_more_than_a_try_and_a_try_nothing_more_then(newcomer):
    newcomer.make("test")
    assert any("requirements/work.txt" in line for line in newcomer.installs)
    newcomer.make("try")
    assert not newcomer.installs


def test_a_changed_lock_is_installed_again(newcomer):
    newcomer.make("try")
    later = time.time() + 5
    os.utime(newcomer.clone / "requirements/run.txt", (later, later))
    newcomer.make("try")
    assert any("requirements/run.txt" in line for line in newcomer.installs)


def test_a_clone_that_moved_is_set_up_again(newcomer):
    newcomer.make("try")
    newcomer.clone = newcomer.clone.rename(newcomer.clone.with_name("moved"))
    newcomer.make("try")
    assert newcomer.installs


def test_an_environment_whose_python_is_gone_is_made_anew(newcomer):
    newcomer.make("try")
    (newcomer.clone / ".venv/bin/python").unlink()
    newcomer.make("try")
    assert any(line == "-m venv --clear .venv" for line in newcomer.log.read_text().splitlines())


def test_cleaning_keeps_the_data(newcomer):
    newcomer.make("try")
    (newcomer.clone / "data").mkdir()
    newcomer.make("clean")
    assert not (newcomer.clone / ".venv").exists()
    assert (newcomer.clone / "data").exists()


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").iterdir()), ids=lambda p: p.name)
def test_a_lock_has_a_hash_for_everything_and_no_address(path):
    lock = path.read_text()
    assert "://" not in lock
    for pinned in re.split(r"\n(?=\S)", lock.strip()):
        assert re.match(r"[a-z0-9.-]+==\S+ .*\\\n    --hash=sha256:", pinned), pinned


def test_the_tests_run_what_a_server_runs():
    """The locks agree on every version that the bot itself needs."""
    kept, tested = (
        set(re.findall(r"^\S+==\S+", (ROOT / f"requirements/{name}.txt").read_text(), re.M))
        for name in ("run", "work")
    )
    assert kept <= tested
