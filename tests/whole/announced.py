"""Announcements with everything at its longest, in every state, and people who got them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from bot.dialogue.places import places
from storage import announcements, news, people, planning, sendings, settings, tables
from storage.meetings import MeetingFacts
from storage.people import Consent, Purpose, Role
from storage.transaction import Tx
from tests.whole.crowded import NAME, STRANGERS, TITLES
from tests.whole.hostile import FAMILY

LANGUAGES = ("nl", "en", "ar", "tr", "uk", "pl", "so", "fr")
BOLD = {"text": "<b>" + "&lt;" * 4096 + "</b>", "rich": True}
"""4,096 units, each of them in bold, and each written in four letters."""
CAPTION = {"text": "<i>" + FAMILY * 93 + "</i>", "rich": True}
LABEL = "Wm" * 8 + FAMILY * 3
"""Thirty-seven characters; forty-nine UTF-16 units."""
MUNICIPALITIES = 200
READERS = 30
NEIGHBOURHOOD = "Wm<&" * 15


def by_day() -> str:
    """A zone in which it is early in the afternoon, so that news may go now."""
    ahead = 13 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class Announced:
    """Fills a database; `numbers` are the announcements, one in each state that there is.

    `file` is a document that was sent to the bot.
    """

    def __init__(self, tx: Tx, now: datetime, chats: dict[str, tuple[str, str]], file: str) -> None:
        self.tx = tx
        self.now = now
        self.file = file
        self.codes = sorted(places())[:MUNICIPALITIES]
        self.people = {chat: self._arrives(chat, *how) for chat, how in chats.items()}
        self.boss = self._arrives(f"telegram:{STRANGERS}", "nl", Role.ADMIN)
        for number in range(1, READERS):
            self._arrives(f"telegram:{STRANGERS + number}", "nl", Role.NONE)
        people.change(tx, self.boss, reachable=False)
        start = now.replace(tzinfo=None, microsecond=0) + timedelta(days=9)
        facts = MeetingFacts(
            key="long", title=TITLES["families"], start=start, end=start + timedelta(hours=2)
        )
        self.meeting = planning.make(tx, facts, None, now)
        kept = settings.get(tx, "platform", {})
        settings.put(tx, "platform", {**kept, "languages": list(LANGUAGES)})
        self.numbers = self._in_every_state()

    def _arrives(self, chat: str, language: str, role: str) -> int:
        """Somebody with a long name who follows as much as there is."""
        person = people.arrive(self.tx, chat, language, self.now)
        people.join(self.tx, person.id, self.now, {"name": NAME, "municipality": self.codes[0]})
        people.change(self.tx, person.id, role=role)
        for purpose in (Purpose.NEWS, Purpose.SURVEY):
            said = Consent(purpose, True, "1", language, "test", self.now)
            people.record_consent(self.tx, person.id, said)
        news.follow(self.tx, person.id, news.PLACE, self.codes)
        return person.id

    def _in_every_state(self) -> list[int]:
        long, picture = self.content(BOLD), self.content(CAPTION)
        file = {"kind": "document", "file": self.file, "name": "n" * 200 + ".pdf"}
        draft, asked, planned, gone = (self.writes(long) for _each in range(4))
        with_file = self.writes({**picture, "attachment": file})
        announcements.ask(self.tx, asked, self.now)
        for number in (planned, gone):
            later = self.now + timedelta(days=3)
            announcements.plan(self.tx, number, later, self.boss, self.now)
        self._begins(gone)
        return [draft, asked, planned, gone, with_file]

    def content(self, text: dict[str, Any]) -> dict[str, Any]:
        label = dict.fromkeys(LANGUAGES, LABEL)
        buttons: list[dict[str, Any]] = [
            {"kind": "meeting", "label": label, "value": self.meeting.id},
            {"kind": "link", "label": label, "value": "https://example.org/" + "r" * 400},
            {"kind": "survey", "label": label, "value": 10**15 - 1},
        ]
        texts = dict.fromkeys(LANGUAGES, text)
        return {"texts": texts, "attachment": None, "buttons": buttons, "topics": [],
                "municipality": self.codes[0]}  # fmt: skip

    def audience(self) -> dict[str, list[list[str]]]:
        """Thirty filters and two hundred municipalities on either side."""
        places = [["municipality", code] for code in self.codes]
        named = [["neighbourhood", f"{code}:{NEIGHBOURHOOD}"] for code in self.codes[:10]]
        meeting = self.meeting.id
        groups = [["meeting", f"{meeting}:{one}"] for one in ("yes", "maybe", "line", "came")]
        spoken = [["language", code] for code in LANGUAGES]
        followed = [["follows", f"place:{code}"] for code in self.codes]
        everything = [*places, *named, *groups, *spoken, *followed, ["role", "host"]]
        return {"only": everything, "but": everything}

    def writes(self, content: dict[str, Any]) -> int:
        made = announcements.new(self.tx, self.boss, self.now)
        facts: dict[str, Any] = {
            "audience": self.audience(), "purpose": "news", "meeting": None, "minutes": None,
            "useful_until": None, "late_until": None, "is_news": True, "paid": False,
        }  # fmt: skip
        assert announcements.write(self.tx, made, content=content, now=self.now, **facts)
        return made

    def _begins(self, number: int) -> None:
        """It has gone to half of the people, and came to nothing for the others."""
        found = announcements.find(self.tx, number)
        assert found is not None
        run = sendings.begin(self.tx, found, self.now)
        ids = list(self.tx.execute(select(tables.people.c.id)).scalars())
        rows = [
            {"sending": run.id, "person": person, "language": LANGUAGES[person % 8], **how}
            for at, person in enumerate(ids)
            for how in [
                {"state": "failed", "reason": "refused"}
                if at % 2
                else {"state": "sent", "reason": None}
            ]
        ]
        self.tx.execute(insert(tables.recipients), rows)
        failed = len(rows) // 2
        known = {"sent": len(rows) - failed, "failed": failed, "finished": self.now}
        sendings.set_columns(self.tx, run.id, state="done", **known)
