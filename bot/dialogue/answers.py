"""The answers that flows ask for: each is a check, as `checks` tells what that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from stdnum.exceptions import ValidationError
from stdnum.nl import postcode as dutch_postcode

from bot.dialogue import answers_rich
from bot.dialogue.checks import Check, Invalid, Unsure, as_text, is_blank, not_text, of_text, same
from bot.dialogue.language import N_, _, day
from bot.dialogue.messages import Heard, Kind, Shared, Wanted
from bot.dialogue.places import Place, find, places
from bot.dialogue.typed_time.dates import read_day

formatted = answers_rich.formatted
photo = answers_rich.photo
file = answers_rich.file


def text(*, least: int = 1, most: int = 2000) -> Check[str]:
    """Free text of `least` to `most` characters."""

    def read(typed: str) -> str | Invalid:
        if len(typed) < least or is_blank(typed):
            return Invalid(_("That is a bit short. Can you say a little more?"))
        if len(typed) > most:
            return Invalid(
                _("That is too long: {count} characters. At most {most} fit.").format(
                    count=len(typed), most=most
                )
            )
        return typed

    return Check(of_text(read), same, as_text, same)


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

    return Check(of_text(read), same, as_text, same, example=N_("Noor"), no_skips=True)


_EMAIL = re.compile(r"^[^@\s<>\"(),:;\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}$")


def email() -> Check[str]:
    """An e-mail address, in the shape that people use (not all that RFC 5321 allows)."""

    def read(typed: str) -> str | Invalid:
        bare = typed.removeprefix("mailto:").strip("<>. ")
        if len(bare) > 254 or not _EMAIL.match(bare):
            return Invalid(_("That does not look like an e-mail address."))
        return bare

    return Check(of_text(read), same, as_text, same, example=N_("noor@example.org"))


def postcode() -> Check[str]:
    """A Dutch postcode, written `1234 AB`."""

    def read(typed: str) -> str | Invalid:
        try:
            return str(dutch_postcode.validate(typed))
        except ValidationError:
            return Invalid(_("That is not a postcode. It has four digits and two letters."))

    return Check(of_text(read), same, as_text, same, example=N_("1234 AB"))


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

    return Check(of_text(read), same, int, str, example=str(least))


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
