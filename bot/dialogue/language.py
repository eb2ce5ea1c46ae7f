"""The language of the person of this turn: texts by gettext, dates and numbers by Babel.

The source of every sentence is English, in the code. `locales/<language>/LC_MESSAGES/bot.po` holds
the others, read on first use, so there is no compiled file that can be stale. The language lives in
a context variable that does not travel into threads: set it inside the unit, with `speaking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

SOURCE = "en"
LOCALES = Path(__file__).parents[2] / "locales"

_LANGUAGE: ContextVar[str] = ContextVar("language", default=SOURCE)


@cache
def catalogue(language: str) -> NullTranslations:
    """The texts of `language`; an unknown one has none of its own and falls back to English."""
    path = LOCALES / language / "LC_MESSAGES" / "bot.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def languages() -> tuple[str, ...]:
    """Every language there is a catalogue of, Dutch first."""
    found = {path.parents[1].name for path in LOCALES.glob("*/LC_MESSAGES/bot.po")}
    return tuple(sorted(found | {SOURCE}, key=lambda code: (code != "nl", code)))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything inside is said in `language`; what was spoken before returns afterwards."""
    token = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def spoken() -> str:
    """The language being spoken, such as `nl`."""
    return _LANGUAGE.get()


def _(text: str) -> str:
    """`text` in the language being spoken."""
    return catalogue(_LANGUAGE.get()).gettext(text)


def N_(text: str) -> str:
    """`text` itself: marks it for the catalogues, to be said with `_` later."""
    return text


def n_(one: str, many: str, n: int) -> str:
    """The form that fits `n`, with `{n}` left for the caller to fill in."""
    return catalogue(_LANGUAGE.get()).ngettext(one, many, n)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def native_name(language: str) -> str:
    """What a language calls itself, such as `Nederlands`."""
    name = _locale(language).get_language_name() or language
    return name[:1].upper() + name[1:]


def language_name(language: str) -> str:
    """What a language is called in the one being spoken, such as `Engels`."""
    return _locale(language).get_language_name(_locale(spoken()).language) or language


def when(moment: datetime, zone: str, now: datetime) -> str:
    """`moment` in words and in the wall time of `zone`; with its year if that is not obvious."""
    local = moment.astimezone(ZoneInfo(zone))
    near = abs(moment - now) < timedelta(days=300)
    pattern = _("EEEE d MMMM, HH:mm") if near else _("EEEE d MMMM y, HH:mm")
    return format_datetime(local, pattern, locale=_locale(spoken()))


def span(starts: datetime, ends: datetime, zone: str, now: datetime) -> str:
    """From when until when, in words: the day is named once if both are on it."""
    local, last = (moment.astimezone(ZoneInfo(zone)) for moment in (starts, ends))
    if local.date() != last.date():
        return _("{start} to {end}").format(
            start=when(starts, zone, now), end=when(ends, zone, now)
        )
    near = abs(starts - now) < timedelta(days=300)
    pattern = _("EEEE d MMMM, HH:mm 'to {end}'") if near else _("EEEE d MMMM y, HH:mm 'to {end}'")
    end = clock_time(ends, zone).replace("'", "''")
    return format_datetime(local, pattern.format(end=end), locale=_locale(spoken()))


def clock_time(moment: datetime, zone: str) -> str:
    """The wall time of `moment` in `zone`, such as `19.30 uur`."""
    return format_datetime(moment.astimezone(ZoneInfo(zone)), _("HH:mm"), locale=_locale(spoken()))


def day(value: date) -> str:
    """A day in words, such as `dinsdag 28 september 2027`."""
    return format_date(value, _("EEEE d MMMM y"), locale=_locale(spoken()))


def number(value: float) -> str:
    """A number with the separators of the language."""
    return format_decimal(value, locale=_locale(spoken()))


def listed(items: Iterable[str]) -> str:
    """`a, b en c`."""
    return format_list(list(items), locale=_locale(spoken()))


def either(items: Iterable[str]) -> str:
    """`a, b of c`."""
    return format_list(list(items), style="or", locale=_locale(spoken()))


_ISOLATES = dict.fromkeys((0x2066, 0x2067, 0x2068, 0x2069))


def isolate(text: str, most: int = 0) -> str:
    """What a person typed, so that its direction cannot spill into the sentence around it.

    With `most`, no longer than that many characters.
    """
    bare = text.translate(_ISOLATES)
    if most and len(bare) > most:
        bare = bare[: most - 1].rstrip() + "…"
    return f"\u2068{bare}\u2069"
