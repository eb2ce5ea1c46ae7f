"""Coordinators and readers who press and type anything, for hours: what is kept stays true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from bot.dialogue.messages import Kind, units
from storage.announcements import State
from storage.sendings import Kind as Sort
from storage.sendings import State as Stage
from tests.flows.announce_house import SHORTEST, make_world, plan, put_survey, writer
from tests.flows.explorer import deletes, question
from tests.flows.sending_house import agrees, asked, content, planned, runs, wants_news
from tests.flows.whole import rows
from tests.phone import Phone
from tests.whole.hostile import TEXTS

STEPS = 180
CHECKED = 9
"""So many steps lie between two looks at all that is kept."""
TYPED = (
    "yes", "no", "1", "2", "3", "skip", "skip", "back", "done", "Utrecht", "News", "Everybody",
    "now", "Zaterdag is de tuin open.", "5", "example.org", "2 days before", "tomorrow 12:00",
    "/announce", "/announcements", "/news", "/preferences", "/help", "menu", "ask me tomorrow",
    TEXTS["markup"], TEXTS["override"], TEXTS["families"], "\0",
)  # fmt: skip
ODD: tuple[Callable[[Phone], object], ...] = (
    lambda phone: phone.shares(Kind.STICKER),
    lambda phone: phone.shares(Kind.VOICE, file="v"),
    lambda phone: phone.shares(Kind.PHOTO, file="p", caption="<b>"),
    lambda phone: phone.shares(Kind.PHOTO, file="p", album="1"),
    lambda phone: phone.shares(Kind.LOCATION, latitude=52.0, longitude=5.0),
    lambda phone: phone.edits("Something else."),
)
WORKS = ("compose", "announce", "announcement", "sending", "news", "follow", "approve", "refuse")
"""Buttons with one of these in them are pressed more than others."""


class Walk:
    """Two coordinators and four readers; each step is somebody's, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = make_world(second_person_above=2, paid_broadcast=bool(seed % 2))
        plan(self.world)
        put_survey(self.world)
        self.writers = [writer(self.world, name) for name in ("fatima", "omar")]
        self.readers = [wants_news(self.world, f"reader {n}") for n in range(4)]
        agrees(self.readers[0], given=False)
        planned(self.writers[0], content("One."), is_news=True)
        asked(self.writers[1], content("Two."))
        self.met = Counter[str]()

    def goes(self) -> None:
        for step in range(STEPS):
            self._step()
            if step % CHECKED == 0:
                self.holds()
        self.world.pass_time(hours=20)
        self.holds()

    def _step(self) -> None:
        phone = self.random.choice([*self.writers, *self.writers, *self.readers])
        chance = self.random.random()
        if phone in self.writers and chance < 0.03:
            self._sends(phone)
        elif phone in self.writers and question(phone) is None and chance < 0.5:
            phone.sends(f"f:announce:{self.random.choice((0, 1))}")
        elif chance < 0.4:
            self._presses(phone)
        elif chance < 0.8:
            self._types(phone)
        elif chance < 0.87:
            self.random.choice(ODD)(phone)
        elif chance < 0.995:
            self.world.pass_time(seconds=self.random.choice((6, 61, 3600)))
        else:
            for row in rows(self.world, "meetings"):
                deletes(self.world, row["id"])
        asks = question(phone)
        if asks is not None:
            self.met[asks.flow] += 1

    def _sends(self, phone: Phone) -> None:
        """The whole way, without a colleague."""
        phone.types("stop")
        phone.sends("f:announce:1")
        for typed in SHORTEST[1:]:
            phone.types(typed)
        for _question in range(4):
            asks = question(phone)
            if asks is not None:
                phone.types("2" if asks.key == ".second" else "1" if asks.options else "3")

    def _presses(self, phone: Phone) -> None:
        """Any button of what was said last, rather one that is about this; old ones too."""
        found = [b.data for shown in phone.screen()[-8:] for b in shown.buttons if b.data]
        asked = [data for data in found if data[0] == "a"]
        ours = asked[-8:] or [data for data in found if any(one in data for one in WORKS)]
        if found:
            assert phone.sends(self.random.choice(ours or found)) is not None

    def _types(self, phone: Phone) -> None:
        """Something, or a right answer to what is asked."""
        asks = question(phone)
        if asks is not None and asks.options and self.random.random() < 0.8:
            phone.sends(self.random.choice(asks.options)[1])
        else:
            phone.types(self.random.choice(TYPED))

    # What stays true.

    def holds(self) -> None:
        talks = Counter(
            row["chat"] for row in rows(self.world, "conversations") if row["status"] == "active"
        )
        assert set(talks.values()) <= {1}
        for one in rows(self.world, "announcements"):
            assert one["state"] in list(State)
            said = (one["content"], one["audience"])
            assert one["state"] not in ("asked", "planned", "begun") or None not in said
            self._adds_up(one["id"], begun=one["state"] == State.BEGUN)
        self._comes_once()
        for phone in (*self.writers, *self.readers):
            assert all(units(shown.text) <= 4096 * 5 for shown in phone.screen()[-5:])

    def _adds_up(self, announcement: int, *, begun: bool) -> None:
        every = runs(self.world, announcement)
        sorts = Counter(run.kind for run in every)
        assert (sorts[Sort.SEND] == 1) == begun == bool(every)
        assert sorts[Sort.WITHDRAW] <= 1
        assert all(0 <= run.held <= run.open and run.state in list(Stage) for run in every)

    def _comes_once(self) -> None:
        """Of each announcement a reader was sent one message, and only who wanted it."""
        sent = [
            row
            for row in rows(self.world, "outbox")
            if row["renderer"] == "announcement" and row["state"] == "sent"
        ]
        first = Counter((row["chat"], row["about"]) for row in sent if row["edits"] is None)
        assert set(first.values()) <= {1}


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_pressed_what_is_kept_stays_true(seed: int) -> None:
    walk = Walk(seed)
    walk.goes()
    assert walk.met["compose"] > 30
    assert sum(row["state"] == "begun" for row in rows(walk.world, "announcements")) >= 1
