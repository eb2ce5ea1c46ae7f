"""The command line: `buurtbot run`, `try` and what an admin does on the server.

A command is a thin call. The parts that take long to load are imported by the command that needs
them, so that a mistake in the settings is told at once. Exit codes: 0 done, 1 not done, 2 a mistake
in the settings or on the command line, 130 stopped by hand.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bot import config, logs

CONFIG: Final = Path("config.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `arguments` ask for, by default those of the process; gives the exit code."""
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except config.ConfigErrors as errors:
        print("The settings have mistakes:", *errors.mistakes, sep="\n  ", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="buurtbot", description="The chatbot of a platform of residents."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        about = (command.__doc__ or "").strip()
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(command=command)
        return added

    def add_with_config(
        name: str, command: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        added = add(name, command)
        added.add_argument(
            "--config", type=Path, metavar="FILE", help=f"the settings; {CONFIG} by default"
        )
        return added

    _add_trial(add_with_config("run", run))
    attempt = add("try", try_out)
    attempt.add_argument("--port", type=int, default=8080, help="of the page; 8080 by default")
    attempt.add_argument(
        "--folder",
        type=Path,
        default=Path("data/try"),
        help="where it is kept; data/try by default",
    )
    add_with_config("migrate", migrate)
    add_with_config("import", import_file).add_argument("file", type=Path, metavar="FILE")
    add_with_config("backup", backup).add_argument("file", type=Path, metavar="FILE")
    add_with_config("admin-code", admin_code)
    add_with_config("doctor", doctor)
    return parser


def _add_trial(running: argparse.ArgumentParser) -> None:
    """What only `try` asks of the bot that it starts."""
    running.add_argument(
        "--control",
        type=int,
        metavar="PORT",
        help="for trying: serve an address on this machine that moves the clock and resets",
    )
    running.add_argument(
        "--role",
        type=_role,
        action="append",
        default=[],
        metavar="CHAT=ROLE",
        help="for trying: what somebody is in a new database, as in telegram:1=coordinator",
    )


def _role(given: str) -> tuple[str, str]:
    chat, _, role = given.partition("=")
    if not chat or role not in ("coordinator", "admin"):
        raise argparse.ArgumentTypeError("write CHAT=coordinator or CHAT=admin")
    return chat, role


def run(chosen: argparse.Namespace) -> int:
    """Run the bot until it is stopped."""
    settings = _settings(chosen)
    config.require_token(settings)
    from bot import app
    from bot.control import Trial

    trial = None if chosen.control is None else Trial(chosen.control, dict(chosen.role))
    return app.run(settings, trial)


def try_out(chosen: argparse.Namespace) -> int:
    """Try the bot with phones on a page of your own, without any account."""
    from bot import trial

    return trial.try_out(chosen.folder, chosen.port)


def migrate(chosen: argparse.Namespace) -> int:
    """Bring the database up to date; `run` does so by itself."""
    settings = _settings(chosen)
    from bot import chores

    return chores.migrate(settings)


def import_file(chosen: argparse.Namespace) -> int:
    """Import a file: surveys and meetings (.toml) or a calendar (.ics), or tell its mistakes."""
    settings = _settings(chosen)
    from bot import chores

    return chores.import_file(settings, chosen.file)


def backup(chosen: argparse.Namespace) -> int:
    """Copy the database to a file while the bot runs, and check the copy."""
    settings = _settings(chosen)
    from bot import chores

    return chores.backup(settings, chosen.file)


def admin_code(chosen: argparse.Namespace) -> int:
    """Print a one-time code that makes the first admin: send the bot `/admin CODE`."""
    settings = _settings(chosen)
    from bot import chores

    return chores.admin_code(settings)


def doctor(chosen: argparse.Namespace) -> int:
    """Look whether everything is in order: settings, token, database, clock and disk."""
    settings = _settings(chosen)
    from bot import doctor as examination

    return examination.run(settings, _config_file(chosen))


def _settings(chosen: argparse.Namespace) -> config.Settings:
    """The settings, with the log set up by them."""
    settings = config.load(_config_file(chosen), os.environ)
    logs.set_up(settings.log.level, settings.log.format, settings.secrets)
    return settings


def _config_file(chosen: argparse.Namespace) -> Path | None:
    """The file named, or `config.toml` if there is one: the environment may say it all."""
    named: Path | None = chosen.config
    return named or (CONFIG if CONFIG.exists() else None)
