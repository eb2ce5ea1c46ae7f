"""`make try`: the bot, a local Bot API server and the phone page, in one command.

Two processes of ours, looked after by this one: when the bot ends, however it ends, it is started
again, as a server would. Everything is kept in one folder and is there again next time.
"""

from __future__ import annotations

import secrets
import signal
import socket
import string
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

CONFIG = """\
# Made by `buurtbot try`, for the emulator beside it; throw the folder away to start afresh.
[telegram]
token = "{token}"
api_url = "http://127.0.0.1:{port}"

[database]
url = "sqlite:///buurtbot.db"

[platform]
name = "Bewonersplatform Voorbeeld"
about = "Een landelijk platform van bewoners die samen aan hun buurt werken."
privacy_contact = "privacy@example.org"

[log]
level = "WARNING"
"""

ROLES = {"telegram:810000003": "coordinator", "telegram:810000004": "admin"}
"""The two phones of the emulator that are no residents'."""

PAUSE_SECONDS = 0.5


def try_out(folder: Path, port: int) -> int:
    """Run everything until it is stopped by hand; returns the exit code."""
    folder.mkdir(parents=True, exist_ok=True)
    if not _free(port):
        print(f"Port {port} is taken: say another one, as in make try ARGS='--port 8090'.")
        return 1
    token, control = _token(folder), _free_port()
    config = folder / "config.toml"
    config.write_text(CONFIG.format(token=token, port=port), encoding="utf-8")
    config.chmod(0o600)
    server = _start(
        "bot.emulator", "--port", str(port), "--state", str(folder / "emulator"), "--token", token,
        "--control-url", f"http://127.0.0.1:{control}", out=subprocess.PIPE,
    )  # fmt: skip
    bot_arguments = ["bot", "run", "--config", str(config), "--control", str(control)]
    for chat, role in ROLES.items():
        bot_arguments += ["--role", f"{chat}={role}"]
    bot = None
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _await_line(server, "emulator ready")
        bot = _start(*bot_arguments)
        _await_port(control)
        print(f"The phones are at http://127.0.0.1:{port}/ (stop with Ctrl+C).", flush=True)
        while server.poll() is None:
            if bot.poll() is not None:
                print("The bot ended; starting it again.", flush=True)
                time.sleep(PAUSE_SECONDS)
                bot = _start(*bot_arguments)
            time.sleep(PAUSE_SECONDS)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        _stop([process for process in (bot, server) if process is not None])


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _start(*arguments: str, out: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", *arguments], stdout=out, text=True)  # noqa: S603 - our own modules


def _await_line(process: subprocess.Popen[str], beginning: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(beginning):
            return
    raise SystemExit("The local Bot API server did not start.")


def _await_port(port: int) -> None:
    """Wait until something listens there; go on after a while, as the bot is started again."""
    for _look in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)


def _stop(processes: Sequence[subprocess.Popen[str]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()


def _token(folder: Path) -> str:
    """A token in the shape of BotFather's, the same each time for one folder."""
    kept = folder / "token"
    if not kept.exists():
        letters = string.ascii_letters + string.digits
        kept.write_text("700000001:" + "".join(secrets.choice(letters) for _ in range(35)))
        kept.chmod(0o600)
    return kept.read_text().strip()


def _free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
