"""What an announcement is meant to do to phones, in plain Python, easy to check by reading.

A `World` knows who wants news, who can be reached, and what stands on each phone. It knows nothing
of rows, pages and windows: only whom the announcement is for, and what may be said to whom now.
"""

from dataclasses import dataclass, field
from datetime import datetime

GONE = "deleted"
NOTICE = "withdrawn"


@dataclass
class Somebody:
    """A person, and their phone: each copy of the announcement as it reads there by now."""

    number: int
    wants: bool
    reachable: bool = True
    paused_until: datetime | None = None
    joined: datetime | None = None
    refused_once: bool = False
    forgotten: bool = False
    copies: list[str] = field(default_factory=list)
    doubtful: int = 0
    """How often nobody knows whether a copy came through."""


@dataclass
class World:
    """One announcement of which the words are numbered, and everybody."""

    now: datetime
    useful_until: datetime
    late_until: datetime
    people: dict[str, Somebody]
    version: int = 1
    meant: set[str] = field(default_factory=set)
    is_paused: bool = False
    is_cancelled: bool = False
    is_withdrawn: bool = False

    @property
    def text(self) -> str:
        return f"version {self.version}"

    def one(self, number: int) -> Somebody:
        return next(one for one in self.people.values() if one.number == number)

    def name(self, number: int) -> str:
        return next(name for name, one in self.people.items() if one.number == number)

    # Whom it is for.

    def fits(self, name: str) -> bool:
        one = self.people[name]
        return one.wants and one.reachable and not one.forgotten

    def write_down(self, after: int, upto: int) -> None:
        """The page of people with these numbers."""
        if not self.is_cancelled:
            self.meant |= {
                name
                for name, one in self.people.items()
                if after < one.number <= upto and self.fits(name)
            }

    def look_for_late(self, since: datetime) -> None:
        if not self.is_cancelled and not self.is_paused and since < self.late_until:
            self.meant |= {
                name
                for name, one in self.people.items()
                if one.joined is not None
                and since < one.joined <= min(self.now, self.late_until)
                and self.fits(name)
            }

    # What may be said.

    def answer(self, name: str) -> str:
        """What becomes of a message that is about to be sent to somebody: pass, later or never."""
        one = self.people[name]
        if self.is_cancelled:
            return "never"
        if self.is_paused:
            return "later"
        if not one.reachable or self.now >= self.useful_until:
            return "never"
        if one.refused_once:
            return "never"
        if not one.wants:
            one.refused_once = True
            return "never"
        if one.paused_until is not None and one.paused_until > self.now:
            return "later"
        return "pass"

    # What comes through.

    def comes_through(self, name: str, text: str) -> None:
        self.people[name].copies.append(text)

    def is_changed(self, name: str, text: str) -> None:
        copies = self.people[name].copies
        assert copies, "nothing was there to be changed"
        copies[0] = text

    def is_deleted(self, name: str) -> None:
        self.is_changed(name, GONE)

    # What always holds.

    def check(self) -> None:
        for name, one in self.people.items():
            assert len(one.copies) <= 1 + one.doubtful, f"{name} got it twice"
            assert not one.copies or name in self.meant, f"{name} was not meant"
