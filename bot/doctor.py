"""Looks whether the bot can do its work here, and says what to do where it cannot.

Changes nothing: a database that is not there yet is not made.
"""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError

from bot.config import ConfigErrors, Settings, require_token
from storage import Database, Tx
from storage.errors import StorageError

FREE_MEGABYTES: Final = 500
SECONDS_OFF: Final = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing; `told` says what to do unless it is `well`."""

    about: str
    well: bool
    told: str


def run(settings: Settings, file: Path | None) -> int:
    """Print every finding; 1 if anything needs doing."""
    findings = asyncio.run(examined(settings, file))
    for finding in findings:
        print(f"{'ok' if finding.well else 'NO':3} {finding.about}: {finding.told}")
    return 0 if all(finding.well for finding in findings) else 1


async def examined(settings: Settings, file: Path | None) -> list[Finding]:
    """Everything that was looked at, in the order in which it matters."""
    return [
        _settings(file),
        *await _server(settings),
        await _database(settings),
        disk(settings),
    ]


def _settings(file: Path | None) -> Finding:
    if file is None:
        return Finding("settings", True, "all from the environment")
    if file.stat().st_mode & 0o077:
        return Finding("settings", False, f"others can read the token: chmod 600 {file}")
    return Finding("settings", True, f"{file} has no mistakes")


async def _server(settings: Settings) -> list[Finding]:
    """What the Bot API server says about the token, and about the time."""
    try:
        require_token(settings)
    except ConfigErrors as errors:
        return [Finding("token", False, str(errors))]
    address = settings.telegram.api_url
    timeout = aiohttp.ClientTimeout(total=15)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{address}/bot{settings.telegram.token}/getMe") as response,
        ):
            answer: Any = await response.json(content_type=None)
            return [_token(response.status, answer), _clock(response.headers.get("Date", ""))]
    except (aiohttp.ClientError, TimeoutError, ValueError):
        advice = f"{address} cannot be reached or is no Bot API server: look at [telegram] api_url"
        return [Finding("token", False, f"{advice} and at the network")]


def _token(status: int, answer: Any) -> Finding:
    match answer:
        case {"ok": True, "result": {"username": str(name)}}:
            return Finding("token", True, f"it is that of @{name}")
        case _ if status in {401, 404}:
            return Finding("token", False, "the server does not know it: copy it from @BotFather")
        case _:
            return Finding("token", False, f"the server answered {status}: try again later")


def _clock(date: str) -> Finding:
    try:
        off = abs((datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds())
    except (TypeError, ValueError):
        return Finding("clock", True, "the server did not say what time it is")
    if off > SECONDS_OFF:
        return Finding("clock", False, f"{off:.0f} seconds off: let the machine set its own clock")
    return Finding("clock", True, "right")


async def _database(settings: Settings) -> Finding:
    file = _sqlite_file(settings)
    if file and not file.exists():
        return Finding("database", True, f"{file} will be made at the first start")
    try:
        database = await Database.open(settings.database.url, migrate=False)
        try:
            await database.read(_answer)
        finally:
            await database.close()
    except (StorageError, SQLAlchemyError, OSError) as error:
        name = type(error).__name__
        return Finding("database", False, f"cannot be read ({name}): look at [database] url")
    return Finding("database", True, "can be read")


def _answer(tx: Tx) -> None:
    tx.execute(select(literal(1)))


def disk(settings: Settings, least: int = FREE_MEGABYTES) -> Finding:
    """Whether `least` megabytes are free where the database grows."""
    file = _sqlite_file(settings)
    folder = file.parent if file else Path()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < least:
        return Finding("disk", False, f"{free} MB free below {folder}: make room for more")
    return Finding("disk", True, f"{free:,} MB free")


def _sqlite_file(settings: Settings) -> Path | None:
    kind, _, file = settings.database.url.partition(":///")
    return Path(file) if kind == "sqlite" else None
