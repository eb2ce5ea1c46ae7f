"""Checks: what a person sends becomes a value, `Invalid` with what is wrong, or `Unsure`.

Values are stored encoded and never parsed a second time: `dinsdag` typed on Monday must not become
another day on Wednesday.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from stdnum.exceptions import ValidationError
from stdnum.nl import bsn
from stdnum.nl import postcode as dutch_postcode

from bot.dialogue.language import N_, _, day
from bot.dialogue.messages import Heard, Kind, Shared, Wanted
from bot.dialogue.places import Place, find, places
from bot.dialogue.typed_time.dates import read_day

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong and how it should look, in the person's language."""

    text: str


@dataclass(frozen=True, slots=True)
class Unsure(Generic[T]):
    """It may be one of these; the person is asked which."""

    values: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """How one kind of answer is read, stored and shown; to some a bare "no" is a skip."""

    read: Callable[[Heard | Shared, datetime, ZoneInfo], T | Invalid | Unsure[T]]
    encode: Callable[[T], Any]
    decode: Callable[[Any], T]
    show: Callable[[T], str]
    example: str = ""
    wanted: tuple[Wanted, ...] = ()
    no_skips: bool = False


def _same(value: T) -> T:
    return value


def _as_text(stored: Any) -> str:
    if not isinstance(stored, str):
        raise TypeError("what is stored is no text")
    return stored


def _typed(
    read: Callable[[str], T | Invalid],
) -> Callable[[Heard | Shared, datetime, ZoneInfo], T | Invalid]:
    """A check of typed text: anything else gets a sentence saying what is needed."""

    def reading(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> T | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        return read(given.text.strip())

    return reading


def not_text(kind: Kind) -> str:
    """The sentence for a sticker, voice note or picture where typed text is asked."""
    match kind:
        case Kind.STICKER:
            return _("That is a sticker. I cannot read it. Please type your answer.")
        case Kind.VOICE:
            return _("That is a voice message. I cannot listen to it. Please type your answer.")
        case Kind.PHOTO:
            return _("That is a photo. Please type your answer.")
        case Kind.CONTACT | Kind.LOCATION | Kind.DOCUMENT | Kind.OTHER:
            return _("I cannot read that here. Please type your answer.")


_EIGHT_DIGITS = re.compile(r"\d(?:[ .-]?\d){7}", re.ASCII)
_DIGITS = re.compile(r"\+?\d+(?:[ .-]\d+)*", re.ASCII)


def has_citizen_number(text: str) -> bool:
    """Whether a valid Dutch citizen number (BSN, 8 or 9 digits, elfproef) stands in `text`.

    Nine digits may be parted by spaces, points or dashes. Eight may not: `12-05-2027` is a day.
    Telephone numbers are left alone.
    """
    if not _EIGHT_DIGITS.search(text):
        return False
    return any(_holds_citizen_number(found[0]) for found in _DIGITS.finditer(text))


def _holds_citizen_number(digits: str) -> bool:
    parts = re.split(r"[ .-]", digits)
    whole = "".join(parts)
    if len(whole) == 9 or (len(parts) == 1 and len(whole) == 8):
        return bsn.is_valid(whole)
    is_phone = whole.startswith(("+", "00", "06"))
    return not is_phone and any(len(part) == 9 and bsn.is_valid(part) for part in parts)


def text(*, least: int = 1, most: int = 2000) -> Check[str]:
    """Free text of `least` to `most` characters."""

    def read(typed: str) -> str | Invalid:
        if len(typed) < least or not typed.strip("\u200b\u200c\u200d\u2060\ufeff"):
            return Invalid(_("That is a bit short. Can you say a little more?"))
        if len(typed) > most:
            return Invalid(
                _("That is too long: {count} characters. At most {most} fit.").format(
                    count=len(typed), most=most
                )
            )
        return typed

    return Check(_typed(read), _same, _as_text, _same)


_LETTER = re.compile(r"[^\W\d_]")


def name() -> Check[str]:
    """What somebody wants to be called: 1 to 60 characters, with a letter, on one line."""

    def read(typed: str) -> str | Invalid:
        one_line = " ".join(typed.split())
        if one_line.startswith("/") or not _LETTER.search(one_line):
            return Invalid(_("I do not see a name in that. Type your first name, for example."))
        if len(one_line) > 60:
            return Invalid(_("That is too long for a name. Use at most 60 characters."))
        return one_line

    return Check(_typed(read), _same, _as_text, _same, example=N_("Noor"), no_skips=True)


_EMAIL = re.compile(r"^[^@\s<>\"(),:;\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}$")


def email() -> Check[str]:
    """An e-mail address, in the shape that people use (not all that RFC 5321 allows)."""

    def read(typed: str) -> str | Invalid:
        bare = typed.removeprefix("mailto:").strip("<>. ")
        if len(bare) > 254 or not _EMAIL.match(bare):
            return Invalid(_("That does not look like an e-mail address."))
        return bare

    return Check(_typed(read), _same, _as_text, _same, example=N_("noor@example.org"))


def postcode() -> Check[str]:
    """A Dutch postcode, written `1234 AB`."""

    def read(typed: str) -> str | Invalid:
        try:
            return str(dutch_postcode.validate(typed))
        except ValidationError:
            return Invalid(_("That is not a postcode. It has four digits and two letters."))

    return Check(_typed(read), _same, _as_text, _same, example=N_("1234 AB"))


_INTEGER = re.compile(r"^[+-]?\d{1,9}$")


def number(least: int, most: int) -> Check[int]:
    """A whole number from `least` to `most`."""

    def read(typed: str) -> int | Invalid:
        bare = typed.replace(" ", "").replace("\u202f", "")
        if not (bare.isascii() and _INTEGER.match(bare)) or not least <= int(bare) <= most:
            return Invalid(
                _("Type a whole number from {least} to {most}.").format(least=least, most=most)
            )
        return int(bare)

    return Check(_typed(read), _same, int, str, example=str(least))


def when(*, earliest: date | None = None, latest: date | None = None) -> Check[date]:
    """A day, typed in words or figures; from `earliest` to `latest`, both included."""

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> date | Invalid:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        found = read_day(given.text, now.astimezone(zone).date())
        if found is None:
            return Invalid(_("I do not know that day. Type it like this: 28 September 2027."))
        if earliest is not None and found < earliest:
            return Invalid(
                _("That is too early. The first day is {day}.").format(day=day(earliest))
            )
        if latest is not None and found > latest:
            return Invalid(_("That is too late. The last day is {day}.").format(day=day(latest)))
        return found

    return Check(read, date.isoformat, date.fromisoformat, day, example=N_("28 September 2027"))


def place() -> Check[Place]:
    """A municipality; nearly right or shared names are asked about."""

    def read(
        given: Heard | Shared, now: datetime, zone: ZoneInfo
    ) -> Place | Invalid | Unsure[Place]:
        if isinstance(given, Shared):
            return Invalid(not_text(given.kind))
        found, exact = find(given.text)
        if not found:
            return Invalid(_("I do not know that municipality. Type its name."))
        if exact and len(found) == 1:
            return found[0]
        return Unsure(tuple(found))

    return Check(
        read,
        lambda p: p.code,
        lambda code: places()[code],
        lambda p: p.label,
        example=N_("Utrecht"),
    )


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number that its owner shared with the channel's own button."""

    number: str


def contact() -> Check[Phone]:
    """The person's own phone number, shared by button: a typed or another's is refused."""

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> Phone | Invalid:
        if isinstance(given, Heard) or given.kind is not Kind.CONTACT:
            return Invalid(_("Use the button below to share your number."))
        if not given.value.get("own"):
            return Invalid(_("That is somebody else's number. Share your own, with the button."))
        return Phone(str(given.value["phone"]))

    return Check(read, lambda p: p.number, Phone, lambda p: p.number, wanted=(Wanted.CONTACT,))


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth, in degrees."""

    latitude: float
    longitude: float


def location() -> Check[Point]:
    """A location, shared by button or as an attachment."""

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> Point | Invalid:
        if isinstance(given, Heard) or given.kind is not Kind.LOCATION:
            return Invalid(_("Use the button below to share a location."))
        return Point(given.value["latitude"], given.value["longitude"])

    return Check(
        read,
        lambda p: [p.latitude, p.longitude],
        lambda pair: Point(*pair),
        lambda p: f"{p.latitude:.4f}, {p.longitude:.4f}",
        wanted=(Wanted.LOCATION,),
    )


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, by the channel's name for its file, with the words under it."""

    file: str
    caption: str


def photo() -> Check[Photo]:
    """A photo."""

    def read(given: Heard | Shared, now: datetime, zone: ZoneInfo) -> Photo | Invalid:
        if isinstance(given, Heard) or given.kind is not Kind.PHOTO:
            return Invalid(_("Please send a photo."))
        return Photo(str(given.value["file"]), given.caption)

    return Check(
        read, lambda p: [p.file, p.caption], lambda pair: Photo(*pair), lambda p: p.caption
    )
