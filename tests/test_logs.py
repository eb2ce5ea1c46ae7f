"""The log: no secret, no typed text and no exception's words get through, whoever writes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOKEN = "123456789:AAexampleexampleexampleexample12345"
TYPED = "mijn buurman is ziek"
ROOT = Path(__file__).parent.parent


def logged(code, form="text", level="DEBUG", secrets=(TOKEN, 'ge"heim')):
    """What a process logs that runs `code` after setting up the log."""
    start = f"import logging; from bot import logs; logs.set_up({level!r}, {form!r}, {secrets!r})\n"
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", start + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "SyntaxError" not in done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "secret", [TOKEN, "987654321:BBotherotherotherotherotherother1234", 'ge"heim']
)
def test_secrets_are_blotted_out_wherever_they_stand(form, secret):
    lines = logged(
        f"""
secret = {secret!r}
log = logging.getLogger("bot.x")
log.info("asking https://api.telegram.org/bot%s/getMe", secret)
log.info("plain " + secret)
logs.decision(log, "asked", address=secret, inside=[secret])
logging.getLogger("third.party").debug("%s", {{"token": secret}})
try:
    raise ValueError(secret)
except ValueError:
    log.exception("failed")
""",
        form,
    )
    assert lines.count("[secret]") == 5
    assert secret not in lines
    assert json.dumps(secret)[1:-1] not in lines


@pytest.mark.parametrize(
    "code",
    [
        "logging.getLogger('bot').exception('failed', exc_info=ValueError(typed))",
        "logging.getLogger('bot').error('failed: %s', ValueError(typed))",
        "logs.decision(logging.getLogger('bot'), 'failed', error=ValueError(typed))",
        "raise ValueError(typed)",
        "raise ExceptionGroup(typed, [ValueError(typed), KeyError(typed)])",
        """
try:
    int(typed)
except ValueError as error:
    raise KeyError(typed) from error
""",
        """
import threading
def fail():
    raise ValueError(typed)
thread = threading.Thread(target=fail, name="x")
thread.start()
thread.join()
""",
        """
import asyncio
async def fail():
    raise ValueError(typed)
async def main():
    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
asyncio.run(main())
""",
        """
class Gone:
    def __del__(self):
        raise ValueError(typed)
Gone()
""",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_told_by_its_type_and_never_by_its_words(code, form):
    lines = logged(f"typed = {TYPED!r}\n{code}", form)
    assert "ValueError" in lines
    assert TYPED not in lines
    assert "Traceback" not in lines


def test_what_a_database_is_given_is_not_logged():
    lines = logged(
        f"""
import asyncio, aiosqlite
async def main():
    async with aiosqlite.connect(":memory:") as connection:
        await connection.execute("SELECT ?", ({TYPED!r},))
    logging.getLogger("bot").info("done")
asyncio.run(main())
"""
    )
    assert "done" in lines
    assert TYPED not in lines


def test_what_the_bot_library_sends_is_not_logged():
    lines = logged(
        f"""
import asyncio, telegram
from telegram.request import BaseRequest
class Nowhere(BaseRequest):
    read_timeout = 1
    async def initialize(self): pass
    async def shutdown(self): pass
    async def do_request(self, *args, **kwargs):
        return 200, b'{{"ok": true, "result": true}}'
async def main():
    bot = telegram.Bot({TOKEN!r}, request=Nowhere(), get_updates_request=Nowhere())
    await bot.do_api_request("sendMessage", {{"chat_id": 1, "text": {TYPED!r}}})
    logging.getLogger("bot").info("done")
asyncio.run(main())
"""
    )
    assert "done" in lines
    assert TYPED not in lines
    assert TOKEN not in lines


def test_a_web_servers_requests_are_not_logged():
    lines = logged("logging.getLogger('aiohttp.access').info('GET /bot1:x HTTP/1.1')")
    assert lines == ""


def test_the_frames_of_an_exception_are_ours_and_say_where():
    lines = logged(
        """
import tomllib
from pathlib import Path
from bot import config
try:
    config.load(Path("nowhere.toml"), {})
except config.ConfigErrors:
    logging.getLogger("bot").exception("failed")
"""
    )
    assert " failed error=" in lines
    assert "bot.config.ConfigErrors bot/config.py:" in lines
    assert "load bot/config.py:" in lines
    assert "pathlib" not in lines


def test_a_decision_is_one_line_of_words():
    code = (
        "logs.decision(logging.getLogger('bot.x'), 'seat claimed', outcome='waiting', place=3, "
        "note='two words\\nand a line', level=30, time=1)"
    )
    (line,) = logged(code).splitlines()
    assert line.split(" ", 1)[1] == (
        r'WARNING bot.x seat claimed outcome=waiting place=3 note="two words\nand a line"'
    )
    (line,) = logged(code, "json").splitlines()
    told = json.loads(line)
    assert told["event"] == "seat claimed"
    assert told["place"] == 3
    assert told["time"].endswith("Z")


def test_the_level_holds_for_everybody():
    code = """
for name in ("bot", "telegram", "aiohttp"):
    logging.getLogger(name).warning("no")
    logging.getLogger(name).error("yes")
"""
    lines = logged(code, level="ERROR")
    assert lines.count("yes") == 3
    assert "no" not in lines


def test_a_broken_message_is_written_as_it_is():
    assert "half %d" in logged("logging.getLogger('bot').info('half %d', 'x')")


def test_warnings_are_lines_too():
    assert "WARNING py.warnings" in logged("import warnings; warnings.warn('old')")
