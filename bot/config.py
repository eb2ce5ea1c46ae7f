"""The settings: a TOML file, of which the environment may override single keys.

Every mistake is found before anything starts, and all of them are told at once. Each key stands
below once, with its default and its check; `config.example.toml` says the same to people.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from bot import config_checks as checks
from bot.config_checks import Mistake

PREFIX: Final = "BUURTBOT_"
TELEGRAM: Final = "https://api.telegram.org"
BOTFATHER: Final = (
    "ask @BotFather for one (send it /newbot) and copy it whole; "
    "it is a number, a colon and 35 letters, digits, dashes or underscores"
)


class ConfigErrors(Exception):
    """The settings have mistakes; `str()` lists them all, one a line."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def _key(default: Any, check: checks.Check, *, shown: bool = True) -> Any:
    return field(default=default, repr=shown, metadata={"check": check})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """How the bot reaches Telegram."""

    token: str = _key("", checks.token, shown=False)
    api_url: str = _key(TELEGRAM, checks.server)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where everything is kept."""

    url: str = _key("sqlite:///data/buurtbot.db", checks.database, shown=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Who the bot speaks for, and how."""

    name: str = _key("Bewonersplatform", checks.name)
    about: str = _key("", checks.sentence(200))
    privacy_contact: str = _key("", checks.mail)
    privacy_url: str = _key("", checks.page)
    timezone: ZoneInfo = field(
        default_factory=lambda: ZoneInfo("Europe/Amsterdam"), metadata={"check": checks.timezone}
    )
    default_language: str = _key("nl", checks.language)
    languages: tuple[str, ...] = _key(("nl", "en"), checks.languages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is written down about what the bot does."""

    level: str = _key("INFO", checks.one_of(*checks.LEVELS))
    format: str = _key("text", checks.one_of("text", "json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much the bot may do."""

    messages_per_second: int = _key(30, checks.whole(1, 1000))
    on: bool = _key(True, checks.switch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Where the private calendars are that people's own calendars can follow."""

    listen: str = _key("", checks.listening)
    address: str = _key("", checks.public_address)

    @property
    def place(self) -> tuple[str, int]:
        """The host and port to listen on."""
        host, _colon, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """How messages to many people are sent."""

    second_person_above: int = _key(250, checks.whole(1, 1_000_000_000))
    paid_broadcast: bool = _key(False, checks.switch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, checked; what is printed of them holds no secret."""

    telegram: Telegram = field(default_factory=Telegram)
    database: Database = field(default_factory=Database)
    platform: Platform = field(default_factory=Platform)
    log: Log = field(default_factory=Log)
    limits: Limits = field(default_factory=Limits)
    calendar: Calendar = field(default_factory=Calendar)
    announcements: Announcements = field(default_factory=Announcements)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not stand in any log."""
        password = urlsplit(self.database.url).password or ""
        found = dict.fromkeys((self.telegram.token, password, unquote(password)))
        return tuple(secret for secret in found if secret)


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of the file at `path` and of `environ`, or `ConfigErrors` with every mistake.

    Without a path only the environment counts. A relative SQLite file lies beside the settings'
    file, or in the current folder where there is none.
    """
    mistakes: list[str] = []
    settings = _settings(_read(path) if path else {}, environ, mistakes)
    if mistakes:
        raise ConfigErrors(mistakes)
    folder = path.parent if path else Path()
    return replace(settings, database=_placed(settings.database, folder.resolve()))


def require_token(settings: Settings) -> None:
    """Raise `ConfigErrors` unless there is a token that the chosen server could accept."""
    token, server = settings.telegram.token, settings.telegram.api_url
    if not token:
        raise ConfigErrors([f"[telegram] token is missing: {BOTFATHER}"])
    if server == TELEGRAM and not checks.is_telegrams_token(token):
        raise ConfigErrors([f"[telegram] token does not look like one: {BOTFATHER}"])


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        advice = "there is no such file; copy config.example.toml to it and fill it in"
    except OSError as error:
        advice = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        advice = "is not plain text in UTF-8: save it again as such"
    except tomllib.TOMLDecodeError as error:
        advice = f"is not TOML: {error}; texts stand between quotes, one key a line"
    raise ConfigErrors([f"{path}: {advice}"])


def _placed(database: Database, folder: Path) -> Database:
    """`database` with a relative SQLite path made absolute from `folder`."""
    scheme, _, file = database.url.partition(":///")
    return Database(url=f"sqlite:///{folder / file}") if scheme == "sqlite" else database


def _settings(
    written: Mapping[str, Any], environ: Mapping[str, str], mistakes: list[str]
) -> Settings:
    sections: dict[str, Any] = {part.name: part.default_factory for part in fields(Settings)}
    for unknown in written.keys() - sections.keys():
        mistakes.append(f"[{unknown}]: there is no such section{_meant(unknown, sections)}")
    read = {}
    for name, kind in sections.items():
        keys = written.get(name, {})
        if not isinstance(keys, dict):
            mistakes.append(f"{name}: is a section: write [{name}] and its keys below it")
            keys = {}
        read[name] = kind(**_values(name, kind, keys | _overrides(name, kind, environ), mistakes))
    settings = Settings(**read)
    platform = settings.platform
    if not mistakes and platform.default_language not in platform.languages:
        mistakes.append("[platform] default_language: is not in languages: add it there")
    calendar = settings.calendar
    if not mistakes and calendar.listen and not calendar.address:
        mistakes.append("[calendar] address is missing: write the address that people reach it by")
    return settings


def _values(
    section: str, kind: Any, keys: Mapping[str, Any], mistakes: list[str]
) -> dict[str, Any]:
    """The checked values of one section's keys; what is wrong is told and left out."""
    known = {part.name: part.metadata["check"] for part in fields(kind)}
    values = {}
    for name, value in keys.items():
        if name not in known:
            mistakes.append(f"[{section}] {name}: there is no such key{_meant(name, known)}")
            continue
        try:
            values[name] = known[name](value)
        except Mistake as mistake:
            mistakes.append(f"[{section}] {name}: {mistake}")
    return values


def _overrides(section: str, kind: Any, environ: Mapping[str, str]) -> dict[str, Any]:
    """The keys of `section` that the environment sets; an empty variable sets nothing."""
    prefix = f"{PREFIX}{section.upper()}_"
    kinds = {part.name: part.type for part in fields(kind)}
    return {
        name: _from_text(text, kinds.get(name))
        for variable, text in environ.items()
        if variable.startswith(prefix) and text.strip()
        for name in (variable.removeprefix(prefix).lower(),)
    }


def _from_text(text: str, kind: Any) -> Any:
    """The value that TOML would have given for `text` under a key of this kind."""
    if kind is int and text.strip().isdecimal():
        return int(text)
    if kind is bool and text.strip() in {"true", "false"}:
        return text.strip() == "true"
    if kind == tuple[str, ...]:
        return [item.strip() for item in text.split(",")]
    return text


def _meant(word: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"
