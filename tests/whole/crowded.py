"""A platform at its limits: meetings with everything at its longest, and two thousand people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from storage import attendance, feedback, people, planning, rsvps, settings, tables
from storage.feedback import Worth
from storage.meetings import Kind, Meeting, MeetingFacts, Status
from storage.people import Consent, Purpose
from storage.rsvps import Party
from storage.transaction import Tx
from tests.whole.hostile import FAMILY

ZONE = "Europe/Amsterdam"
LONGEST = 4096
TITLES = {
    "plain": "Wm" * 100,
    "families": FAMILY * 28,
    "emoji": "\U0001f600" * 200,
    "rtl": "\u202e\u2067\u0645\u0631\u062d\u0628\u0627 " * 25,
    "markup": '<b>&"</i>&amp;' * 14 + "<a>&",
    "lines": "regel\n" * 33,
    "marks": "Z\u0338\u0321\u035d" * 50,
}
TEXTS = {
    "plain": "W" * LONGEST,
    "families": FAMILY * 372,
    "markup": "<b>&" * 1024,
    "lines": "a\n" * 2048,
}
NAME = FAMILY * 8 + "Wm<&"
"""Sixty characters, ninety-two UTF-16 units."""
NEEDS = ["wheelchair", "interpreter", "childcare", "diet"]
STRANGERS = 9_000_000
"""Chats from this number on belong to nobody."""
LINK = "https://meet.example.org/" + "r" * 475


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many of each there are."""

    people: int
    line: int
    places: int


class Crowded:
    """Fills a database. Afterwards `big` is full with a long line, `soon` is about to begin and its
    door is open, `over` was yesterday, `day` has its places, and `draft` and `off` are just that.
    """

    def __init__(self, tx: Tx, now: datetime, crowd: Crowd) -> None:
        self.tx = tx
        self.now = now
        self.crowd = crowd
        self.people = self._arrived(crowd.people + crowd.line)
        settings.put(tx, "username", "wijkbot")
        self._made = 0
        self.big = self.meeting("big", timedelta(days=20), capacity=crowd.people)
        self.soon = self.meeting("soon", timedelta(minutes=20))
        self.over = self.meeting("over", timedelta(days=-1))
        self.off = self.meeting("off", timedelta(days=9), capacity=50)
        self.draft = self.meeting("draft", timedelta(days=8), status=Status.DRAFT)
        self.day = self.meeting("day", timedelta(days=12), kind=Kind.DAY)
        self.places = [self._place(number) for number in range(crowd.places)]
        self.evening = self.meeting(
            "evening", timedelta(days=12, hours=5), kind=Kind.PART, day=self.day.id
        )
        self.every = [self.big, self.soon, self.over, self.off, self.draft, self.day]
        self.every += [self.places[0], self.evening]
        self._sign_up()
        self._look_back()

    def _arrived(self, count: int) -> list[int]:
        """Members with names as long as they may be, the same but for a number."""
        known = {"state": "member", "role": "none", "adult": True, "joined": self.now}
        seen = {"language": "nl", "first_seen": self.now, "last_seen": self.now}
        rows = [
            {"chat": f"telegram:{STRANGERS + n}", "name": f"{NAME[:-5]}{n:05}", **known, **seen}
            for n in range(count)
        ]
        self.tx.execute(insert(tables.people), rows)
        found = select(tables.people.c.id).order_by(tables.people.c.id.desc()).limit(count)
        return sorted(self.tx.execute(found).scalars())

    def _place(self, number: int) -> Meeting:
        """A place of the day, each a kilometre further to the north."""
        known = {"kind": Kind.PLACE, "day": self.day.id, "latitude": 52 + number / 100}
        seats = self.crowd.people // self.crowd.places
        return self.meeting(f"place {number}", timedelta(days=12), capacity=seats, **known)

    def meeting(self, key: str, after: timedelta, **known: Any) -> Meeting:
        """A meeting with everything at its longest, of three hours, so long after now."""
        start = self.now.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, second=0) + after
        titles, texts = list(TITLES.values()), list(TEXTS.values())
        self._made += 1
        facts = {
            "title": titles[self._made % len(titles)],
            "text": texts[self._made % len(texts)],
            "start": start.replace(microsecond=0),
            "end": start.replace(microsecond=0) + timedelta(hours=3),
            "place": texts[(self._made + 1) % len(texts)],
            "accessibility": texts[(self._made + 2) % len(texts)],
            "municipality": "0344",
            "link": LINK,
            "host_name": texts[(self._made + 3) % len(texts)],
            "languages": ("nl", "en"),
            "latitude": 52.0907,
            "longitude": 5.1214,
            **known,
        }
        if after > timedelta(days=1):
            facts["deadline"] = facts["start"] - timedelta(hours=1)
        return planning.make(self.tx, MeetingFacts(key=key, **facts), None, self.now)

    def _sign_up(self) -> None:
        everybody = self.people[: self.crowd.people]
        for meeting in (self.big, self.soon):
            self._come(meeting, everybody)
        for number, place in enumerate(self.places):
            self._come(place, everybody[number :: len(self.places)])
        for meeting in (self.off, self.evening):
            self._come(meeting, everybody[:40])
        waiting = {"meeting": self.big.id, "state": "waiting", "seats": 5, "joined": self.now}
        rows = [{"person": one, "version": 1, **waiting} for one in self.people[len(everybody) :]]
        self.tx.execute(insert(tables.waiting_list), rows)

    def _come(self, meeting: Meeting, who: Sequence[int]) -> None:
        """All of these people come; the first thirty need everything and show their names."""
        said = {"meeting": meeting.id, "answer": "yes", "seats": 1, "version": 1}
        said |= {"created": self.now, "changed": self.now}
        open_about = {"needs": NEEDS, "needs_text": FAMILY * 42, "shows_name": True}
        silent = {"needs": None, "needs_text": None, "shows_name": False}
        rows = [
            {"person": one, **said, **(open_about if number < 30 else silent)}
            for number, one in enumerate(who)
        ]
        self.tx.execute(insert(tables.rsvps), rows)

    def _look_back(self) -> None:
        """Forty parties of five came yesterday, and all said what they thought."""
        before = self.now - timedelta(days=3)
        words = list(TEXTS.values())
        for number, person in enumerate(self.people[:40]):
            rsvps.claim(self.tx, self.over.id, Party(person, 5), before)
            feedback.answer(self.tx, self.over.id, person, Worth.VERY, self.now)
            said = words[number % len(words)][:1000]
            feedback.say(self.tx, self.over.id, person, said, self.now)
        for guest in attendance.guests(self.tx, self.over.id, limit=40):
            attendance.check_in(self.tx, guest.id, 5, self.people[0], self.now)

    def takes_part(self, chat: str, language: str, role: str = "none") -> None:
        """Somebody with a phone comes to nearly everything, brings somebody, and runs `over`."""
        person = people.arrive(self.tx, chat, language, self.now)
        people.change(self.tx, person.id, role=role, name=NAME, state="member")
        self._come(self.soon, [person.id])
        self._come(self.evening, [person.id])
        self._come(self.places[-1], [person.id])
        rsvps.claim(self.tx, self.big.id, Party(person.id, 5), self.now)
        rsvps.add_without_phone(self.tx, self.soon.id, NAME, person.id, self.now)
        self._come(self.over, [person.id])
        came = {"came": self.now, "came_seats": 1}
        mine = update(tables.rsvps).where(tables.rsvps.c.person == person.id)
        self.tx.execute(mine.where(tables.rsvps.c.meeting == self.over.id).values(came))
        people.record_consent(
            self.tx, person.id, Consent(Purpose.NEWS, True, "1", "nl", "join", self.now)
        )
