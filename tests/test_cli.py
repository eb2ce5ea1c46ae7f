"""The command line: what it offers, and how it says no."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import config, doctor

ROOT = Path(__file__).parent.parent
TOKEN = "123456789:AAexampleexampleexampleexample12345"
COMMANDS = ["run", "try", "migrate", "import", "backup", "admin-code", "doctor"]


def buurtbot(*arguments, cwd=ROOT, **environ):
    """Run the command in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BUURTBOT_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=cwd,
        env=kept | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )


def test_help_has_a_line_for_every_command():
    shown = buurtbot("--help").stdout
    for command in COMMANDS:
        assert re.search(rf"^ +{command}\s+[A-Z]", shown, re.MULTILINE)


def test_no_command_is_a_mistake():
    assert buurtbot().returncode == 2


@pytest.mark.parametrize("command", ["run", "migrate", "admin-code", "doctor"])
def test_mistakes_in_the_settings_are_listed_with_exit_code_2(tmp_path, command):
    path = tmp_path / "config.toml"
    path.write_text('[telegram]\ntokn = "x"\n[log]\nlevel = "LOUD"')
    done = buurtbot(command, "--config", str(path))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "The settings have mistakes:",
        "  [telegram] tokn: there is no such key; did you mean token?",
        "  [log] level: is not one of DEBUG, INFO, WARNING, ERROR: choose from these",
    ]


def test_running_without_a_token_says_where_to_get_one(tmp_path):
    done = buurtbot("run", cwd=tmp_path)
    assert done.returncode == 2
    assert "[telegram] token is missing: ask @BotFather" in done.stderr


def test_a_settings_file_in_this_folder_is_found_by_itself(tmp_path):
    (tmp_path / "config.toml").write_text("[log]\nlevel = 3")
    assert "[log] level" in buurtbot("doctor", cwd=tmp_path).stderr


@pytest.fixture
async def server():
    """A Bot API server that answers what `answers` holds; gives it and the server's address."""
    answers: dict[str, Any] = {
        "status": 200,
        "body": {"ok": True, "result": {"username": "buurt_bot"}},
    }

    async def answer(request):
        assert request.path == f"/bot{TOKEN}/getMe"
        headers = {"Date": format_datetime(answers["date"])} if "date" in answers else {}
        return web.json_response(answers["body"], status=answers["status"], headers=headers)

    app = web.Application()
    app.router.add_get("/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield answers, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def examined(tmp_path, address, file=None, **environ):
    settings = config.load(
        None,
        {
            "BUURTBOT_TELEGRAM_TOKEN": TOKEN,
            "BUURTBOT_TELEGRAM_API_URL": address,
            "BUURTBOT_DATABASE_URL": f"sqlite:///{tmp_path}/buurtbot.db",
        }
        | environ,
    )
    return {finding.about: finding for finding in await doctor.examined(settings, file)}


async def test_the_doctor_finds_everything_in_order(server, tmp_path):
    _, address = server
    found = await examined(tmp_path, address)
    assert all(finding.well for finding in found.values())
    assert found["token"].told == "it is that of @buurt_bot"
    assert found["clock"].told == "right"
    assert not list(tmp_path.iterdir())


async def test_the_doctor_tells_an_unknown_token(server, tmp_path):
    answers, address = server
    answers |= {"status": 401, "body": {"ok": False, "error_code": 401}}
    found = await examined(tmp_path, address)
    assert not found["token"].well
    assert TOKEN not in found["token"].told


async def test_the_doctor_tells_a_clock_that_is_off(server, tmp_path):
    answers, address = server
    answers["date"] = datetime(2020, 1, 1, tzinfo=UTC)
    assert not (await examined(tmp_path, address))["clock"].well


async def test_the_doctor_tells_a_server_that_is_not_there(tmp_path):
    found = await examined(tmp_path, "http://127.0.0.1:9")
    assert "api_url" in found["token"].told
    assert TOKEN not in found["token"].told


async def test_the_doctor_tells_a_file_that_is_no_database(server, tmp_path):
    _, address = server
    (tmp_path / "buurtbot.db").write_text("this is a letter, not a database" * 100)
    found = await examined(tmp_path, address)
    assert not found["database"].well


async def test_the_doctor_tells_a_token_that_others_can_read(server, tmp_path):
    _, address = server
    file = tmp_path / "config.toml"
    file.touch(mode=0o644)
    assert not (await examined(tmp_path, address, file))["settings"].well
    file.chmod(0o600)
    assert (await examined(tmp_path, address, file))["settings"].well


def test_the_doctor_tells_a_disk_that_is_almost_full(tmp_path):
    settings = config.load(None, {"BUURTBOT_DATABASE_URL": f"sqlite:///{tmp_path}/new/bot.db"})
    assert doctor.disk(settings, least=0).well
    assert not doctor.disk(settings, least=10**9).well
