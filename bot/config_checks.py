"""What one value in the settings may be: each check gives the value to use, or raises `Mistake`.

A mistake says what to write instead and never repeats the value: it may be the token.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.dialogue.language import languages as at_hand

Check = Callable[[Any], Any]

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
_TOKEN: Final = re.compile(r"[0-9]{6,}:[A-Za-z0-9_-]{30,}")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Mistake(Exception):
    """A value that cannot be used."""


def quoted(text: object) -> str:
    """A text, which in TOML stands between quotes."""
    if not isinstance(text, str):
        raise Mistake("is not a text: put it between quotes")
    return text.strip()


def sentence(longest: int) -> Check:
    """A line of at most `longest` characters."""

    def check(value: object) -> str:
        text = quoted(value)
        if len(text) > longest:
            raise Mistake(f"is too long: write at most {longest} characters")
        if not text.isprintable():
            raise Mistake("holds a line break or another control character: write one line")
        return text

    return check


def name(value: object) -> str:
    """The platform's name, as it stands at the top of a chat."""
    text: str = sentence(64)(value)
    if not text:
        raise Mistake("is empty: write the platform's name")
    return text


def token(value: object) -> str:
    """What a token may be for any Bot API server; `is_telegrams_token` tells Telegram's own."""
    text = quoted(value)
    if re.search(r"[\s/?#]", text):
        raise Mistake("is not a token: it holds a space or a slash; copy it again from @BotFather")
    return text


def is_telegrams_token(text: str) -> bool:
    """Whether `text` has the form of the tokens that @BotFather gives."""
    return _TOKEN.fullmatch(text) is not None


def server(value: object) -> str:
    """The address of a Bot API server, without a slash at its end."""
    text = quoted(value).rstrip("/")
    if not _is_web_address(text) or urlsplit(text).query:
        raise Mistake("is not a server's address: write it like https://api.telegram.org")
    return text


def page(value: object) -> str:
    """The address of a page that people can open, or nothing."""
    text = quoted(value)
    if text and not _is_web_address(text):
        raise Mistake("is not a page's address: write it like https://example.org/privacy")
    return text


def public_address(value: object) -> str:
    """The address by which others reach us, without a slash at its end, or nothing."""
    text: str = page(value).rstrip("/")
    parts = urlsplit(text)
    if text and (parts.query or parts.fragment):
        raise Mistake("is more than an address: write it like https://bot.example.org")
    if text and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise Mistake("is not safe: it must begin with https://, as it is followed by secrets")
    return text


def listening(value: object) -> str:
    """Where to listen, as a host and a port, or nothing."""
    text = quoted(value)
    host, _colon, port = text.rpartition(":")
    is_port = port.isascii() and port.isdigit() and 0 < int(port) < 65536
    if text and not (is_port and re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", host)):
        raise Mistake("is not a host and a port: write it like 127.0.0.1:8085")
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 -- reading a port that is no number raises ValueError
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)


def mail(value: object) -> str:
    """An e-mail address, or nothing."""
    text = quoted(value)
    if text and not _MAIL.fullmatch(text):
        raise Mistake("is not an e-mail address: write it like privacy@example.org")
    return text


def database(value: object) -> str:
    """The address of a database that we can use."""
    text = quoted(value)
    if text.startswith("sqlite:///") and text not in {"sqlite:///", "sqlite:///:memory:"}:
        return text
    if text.startswith("postgresql://") and urlsplit(text).path.strip("/"):
        return text
    raise Mistake(
        "is not a database's address: write sqlite:///data/buurtbot.db "
        "or postgresql://user:password@host/name"
    )


def timezone(value: object) -> ZoneInfo:
    """A zone of the IANA time zone database."""
    text = quoted(value)
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        raise Mistake(
            f"is not a time zone: {nearest(text, available_timezones(), 'Europe/Amsterdam')}"
        ) from None


def language(value: object) -> str:
    """A language that there are texts in."""
    text = quoted(value)
    known = at_hand()
    if text not in known:
        raise Mistake(f"is not a language that we have: choose from {', '.join(known)}")
    return text


def languages(value: object) -> tuple[str, ...]:
    """A list of languages, each once."""
    if not isinstance(value, list) or not value:
        raise Mistake('is not a list of languages: write it like ["nl", "en"]')
    chosen = tuple(language(item) for item in value)
    if len(set(chosen)) < len(chosen):
        raise Mistake("names a language twice: write each once")
    return chosen


def one_of(*choices: str) -> Check:
    """One of a few words."""

    def check(value: object) -> str:
        if quoted(value) not in choices:
            raise Mistake(f"is not one of {', '.join(choices)}: choose from these")
        return quoted(value)

    return check


def whole(least: int, most: int) -> Check:
    """A whole number between bounds that count too."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Mistake(f"is not a whole number: write one without quotes, {least} to {most}")
        if not least <= value <= most:
            raise Mistake(f"is out of bounds: write a number from {least} to {most}")
        return value

    return check


def switch(value: object) -> bool:
    """On or off."""
    if not isinstance(value, bool):
        raise Mistake("is not a switch: write true or false, without quotes")
    return value


def nearest(word: str, known: set[str], example: str) -> str:
    """Advice on which of the `known` words was meant."""
    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f'write it like "{example}"'
