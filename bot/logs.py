"""The log: one line for each decision, and nothing that a person typed.

Two things hold for every line at every level, whoever wrote it: secrets are blotted out, and an
exception is told by its type and the places in our own code that it came through, because messages
of exceptions quote values.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

BLOT: Final = "[secret]"
OURS: Final = Path(__file__).parent.parent
_PACKAGES: Final = ("bot", "handlers", "storage", "tests", "benchmarks")
_TOKEN: Final = re.compile(r"[0-9]{6,}:[A-Za-z0-9_-]{30,}")
_LEAST: Final = {  # these write down the token, what people typed, or too much of no use
    "aiohttp": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "alembic.runtime.plugins": logging.WARNING,
    "apscheduler": logging.WARNING,
    "asyncio": logging.INFO,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "psycopg": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "telegram": logging.INFO,
}


def set_up(level: str, form: str = "text", secrets: Iterable[str] = ()) -> None:
    """Log to standard error from now on, as `text` or `json`, without any of `secrets`.

    Replaces all handlers there are, and takes what would end a thread or the process with a
    traceback on the screen.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(secrets) if form == "json" else _Text(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name, least in _LEAST.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level]))
    sys.excepthook = lambda _, error, __: _unhandled("uncaught", error)
    sys.unraisablehook = lambda hook: _unhandled("unraisable", hook.exc_value)
    threading.excepthook = lambda hook: _unhandled("thread ended", hook.exc_value)


def _unhandled(event: str, error: BaseException | None) -> None:
    logging.getLogger(__name__).critical(event, exc_info=error)


def decision(
    logger: logging.Logger, event: str, /, *, level: int = logging.INFO, **fields: object
) -> None:
    """Write down what was decided: `seat claimed outcome=waiting place=3`.

    Fields are words of ours, numbers and keys; never what a person typed.
    """
    logger.log(level, event, extra={"fields": fields})


def described(error: BaseException) -> str:
    """`error` as its type and our own frames, the deepest last, and so on for its causes."""
    told = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        told.append(" ".join([_kind(current), *_frames(current.__traceback__)]))
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden
    return " from ".join(told)


def _kind(error: BaseException) -> str:
    kind = type(error)
    inner = ""
    if isinstance(error, BaseExceptionGroup):
        inner = f"({', '.join(described(one) for one in error.exceptions)})"
    where = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{where}{kind.__qualname__}{inner}"


def _frames(trace: TracebackType | None) -> list[str]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(OURS) and path.relative_to(OURS).parts[0] in _PACKAGES:
            place = path.relative_to(OURS).as_posix()
            found.append(f"{place}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found


class _Text(logging.Formatter):
    """`2027-05-01T12:00:00.000Z INFO bot.sender sent lane=reply`"""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        words = {word for word in secrets if len(word) > 3}
        words |= {json.dumps(word, ensure_ascii=False)[1:-1] for word in words}
        longest_first = sorted(map(re.escape, words), key=len, reverse=True)
        self._secret = re.compile("|".join([*longest_first, _TOKEN.pattern]))

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        parts = self._parts(record)
        head = [parts.pop("time"), parts.pop("level"), parts.pop("logger"), parts.pop("event")]
        rest = [f"{name}={_word(value)}" for name, value in parts.items()]
        return self._clean(" ".join([*head, *rest]))

    def _parts(self, record: logging.LogRecord) -> dict[str, Any]:
        at = datetime.fromtimestamp(record.created, UTC)
        head = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
        }
        parts = head | getattr(record, "fields", {}) | head
        if record.exc_info and record.exc_info[1]:
            parts["error"] = described(record.exc_info[1])
        return parts

    def _clean(self, line: str) -> str:
        return self._secret.sub(BLOT, line).replace("\r", " ").replace("\n", " | ")


class _Json(_Text):
    """The same as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One object, whatever the record holds."""
        return self._clean(json.dumps(self._parts(record), default=_plain, ensure_ascii=False))


def _event(record: logging.LogRecord) -> str:
    """The record's message, without what exceptions say.

    Of others' messages the first line counts: asyncio puts what an exception says below it.
    """
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(_plain(v) if isinstance(v, BaseException) else v for v in arguments)
    try:
        text = str(record.msg) % arguments if arguments else str(record.msg)
    except (TypeError, ValueError):
        text = str(record.msg)
    return text if record.name.startswith(_PACKAGES) else text.partition("\n")[0]


def _plain(value: object) -> str:
    return described(value) if isinstance(value, BaseException) else str(value)


def _word(value: object) -> str:
    text = _plain(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r'[\s"=]', text) or not text else text
