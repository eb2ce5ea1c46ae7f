"""What is done on the server beside running the bot: migrate, import, back up, first admin.

Each opens the database by itself, also while the bot runs.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from bot import importing
from bot.clock import Clock
from bot.config import Settings
from bot.importing import calendar_file, events
from bot.importing.mistakes import ImportErrors
from storage import Database, codes, people
from storage.errors import StorageError


def migrate(options: Settings) -> int:
    """Bring the database up to date."""
    return _with_database(options, _nothing)


def import_file(options: Settings, path: Path) -> int:
    """Import a TOML or calendar file, or tell every mistake and import nothing."""
    calendar = path.suffix.lower() in (".ics", ".ical")
    try:
        return (_import_calendar if calendar else _import_content)(options, path)
    except (ImportErrors, OSError) as error:
        return _told(str(error), 1)


def _import_content(options: Settings, path: Path) -> int:
    now = Clock().now()
    content = importing.read(path, zone=options.platform.timezone.key)

    async def load(database: Database) -> None:
        loaded = await database.run(importing.load, content, now)
        print(f"Imported: surveys {loaded.surveys}, meetings {loaded.meetings}.")

    return _with_database(options, load)


def _import_calendar(options: Settings, path: Path) -> int:
    now = Clock().now()
    found = calendar_file.read(path, zone=options.platform.timezone.key)

    async def load(database: Database) -> None:
        made = await database.run(events.load, found, now)
        print(f"Imported: meetings {made.meetings}, called off {made.cancelled}.")
        for count, what in (
            (made.past, "dates that are over"),
            (made.private, "events that are private"),
            (
                made.cut,
                f"what comes after {events.MOST_DATES} dates of one event, in events",
            ),
        ):
            if count:
                print(f"Left out: {what}: {count}.")

    return _with_database(options, load)


def backup(options: Settings, target: Path) -> int:
    """Copy the database to `target` and check the copy."""
    return _with_database(options, lambda database: database.backup(target))


def admin_code(options: Settings) -> int:
    """Print a one-time code that makes an admin, valid for one day."""

    async def make(database: Database) -> None:
        now = Clock().now()
        until = now + timedelta(days=1)
        code = await database.run(codes.make, people.Role.ADMIN, None, now, until)
        print(f"Send the bot this message within a day: /admin {code}")

    return _with_database(options, make)


async def _nothing(_database: Database) -> None:
    """Opening the database has brought it up to date."""


def _with_database(options: Settings, work: Callable[[Database], Awaitable[None]]) -> int:
    async def opened() -> None:
        async with AsyncExitStack() as stack:
            database = await Database.open(options.database.url)
            stack.push_async_callback(database.close)
            await work(database)

    try:
        asyncio.run(opened())
    except StorageError as error:
        return _told(str(error), 1)
    return 0


def _told(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
