"""Two coordinators who press together: one effect, a true answer to both, one message to each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from storage import Database, announcements, people, recipients, sendings, tables
from storage.people import Consent, Purpose, Role
from storage.transaction import Tx
from tests.stage import Process, Stage, Talker
from tests.whole.announced import by_day

READERS = 5
NEW = "Het is toch zondag."
FROM_WORD_TO_YES = (
    "/announce", "News", "Everybody", "Samen gestuurd.", "done", "skip",
)  # fmt: skip


class Pair:
    """Two coordinators, some readers, and a running bot with its database."""

    def __init__(self, stage: Stage, database: Database) -> None:
        self.stage = stage
        self.database = database
        self.one, self.other = stage.somebody("Fatima"), stage.somebody("Omar")
        self.readers = [stage.somebody(f"P{number}") for number in range(READERS)]
        self.boss = 0

    async def do(self, unit: Callable[..., Any], *given: Any) -> Any:
        return await self.database.run(unit, *given)

    def settle(self, tx: Tx, now: datetime) -> None:
        """Who they are; somebody else, who has no phone here, wrote what is not theirs."""
        for talker in (self.one, self.other):
            person = people.arrive(tx, talker.chat, "en", now)
            people.change(tx, person.id, role=Role.COORDINATOR, name=f"C{person.id}")
        boss = people.arrive(tx, "telegram:1", "en", now)
        people.change(tx, boss.id, role=Role.COORDINATOR, reachable=False)
        self.boss = boss.id
        for reader in self.readers:
            person = people.arrive(tx, reader.chat, "nl", now)
            wants = Consent(Purpose.NEWS, True, "1", "nl", "test", now)
            people.record_consent(tx, person.id, wants)

    def writes(self, tx: Tx, text: str, now: datetime) -> int:
        """Something for everybody, about which nothing is decided yet."""
        said: dict[str, Any] = {
            "texts": {"nl": {"text": text, "rich": False}},
            "attachment": None,
            "buttons": [],
        }
        facts: dict[str, Any] = {
            "audience": {"only": [], "but": []}, "purpose": "news", "meeting": None,
            "minutes": None, "useful_until": None, "late_until": None, "is_news": False,
            "paid": False,
        }  # fmt: skip
        made = announcements.new(tx, self.boss, now)
        content = {**said, "topics": [], "municipality": None}
        assert announcements.write(tx, made, content=content, now=now, **facts)
        return made

    def held_up(self, tx: Tx, now: datetime) -> int:
        """A sending that was paused when everybody was written down."""
        made = self.writes(tx, "Opgehouden.", now)
        assert announcements.plan(tx, made, now, self.boss, now)
        found = announcements.find(tx, made)
        assert found is not None
        run = sendings.begin(tx, found, now)
        recipients.spread(tx, run, now)
        assert sendings.pause(tx, run.id)
        return run.id

    async def together(self, *presses: tuple[Talker, str]) -> None:
        """Press at the same moment, and wait for all that comes of it."""
        for talker, data in presses:
            last = talker.said()[-1]["message_id"]
            self.stage.emulated.press(talker.id, last, data, anything=True)
        await self.stage.quiet()

    async def both(self, data: str, label: str) -> list[str]:
        """Both start something, then both press this; the answers that they got."""
        for talker in (self.one, self.other):
            await self.presses(talker, data)
        return await self.both_press(label, label)

    async def both_press(self, first: str, second: str) -> list[str]:
        for talker in (self.one, self.other):
            talker.hears()
        self.one.press(first)
        self.other.press(second)
        await self.stage.quiet()
        return [" ".join(talker.hears()) for talker in (self.one, self.other)]

    async def presses(self, talker: Talker, data: str) -> None:
        last = talker.said()[-1]["message_id"]
        update_, _query = self.stage.emulated.press(talker.id, last, data, anything=True)
        await talker.is_taken(update_)

    async def goes_out(self, announcement: int) -> int:
        """Let what is planned begin now, and wait until everybody has it; its sending."""
        table = tables.announcements
        soon = update(table).where(table.c.id == announcement).values(due=datetime.now(UTC))
        await self.do(lambda tx: tx.execute(soon).rowcount)
        done = f"SELECT count(*) FROM sendings WHERE announcement = {announcement}"
        await self.stage.until(lambda: self.stage.count(f"{done} AND state = 'done'") == 1)
        assert self.stage.count(done) == 1
        of = f"SELECT id FROM sendings WHERE announcement = {announcement}"
        return self.stage.count(of)

    def got(self, text: str) -> list[int]:
        """How often each reader was sent this."""
        return [sum(text in sent for sent in reader.sent()) for reader in self.readers]

    def has(self, text: str) -> int:
        """How many readers have this on their screen now."""
        return sum(any(text in shown for shown in reader.texts()) for reader in self.readers)

    def audited(self, action: str, announcement: int) -> int:
        about = f"subject = 'announcement:{announcement}'"
        return self.stage.count(
            f"SELECT count(*) FROM audit WHERE action = 'announcement.{action}' AND {about}"
        )


@pytest.fixture(params=["sqlite", "postgresql"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    kinds = {"sqlite": f"sqlite:///{tmp_path / 'bot.db'}"}
    url = kinds.get(request.param) or request.getfixturevalue("postgres_url")
    async with Stage(tmp_path, url=url, platform={"timezone": by_day()}) as stage:
        database = await Database.open(url)
        made = Pair(stage, database)
        await made.do(made.settle, datetime.now(UTC))
        yield made
        await database.close()


@pytest.mark.timeout(120)
async def test_of_two_who_press_together_one_is_first(pair: Pair) -> None:
    bot: Process = await pair.stage.bot()
    for talker in (pair.one, pair.other):
        await talker.types("/menu")
    agreed = await both_agree(pair)
    await both_send(pair)
    await one_sends_one_undoes(pair)
    await one_resumes_one_stops(pair)
    await one_corrects_one_withdraws(pair, agreed)
    assert pair.stage.count("SELECT count(*) FROM inbox WHERE state = 'set_aside'") == 0
    assert pair.stage.emulated.tally.errors == {}
    assert "turn failed" not in bot.said
    assert await bot.stop() == 0


async def both_agree(pair: Pair) -> int:
    now = datetime.now(UTC)
    made: int = await pair.do(pair.writes, "Samen goedgekeurd.", now)
    await pair.do(announcements.ask, made, now)
    said = await pair.both(f"f:approve_announcement:{made}", "Yes, send it")
    assert sorted("Thank you." in one for one in said) == [False, True]
    assert sorted("has agreed to it already" in one for one in said) == [False, True]
    assert pair.audited("approve", made) == 1
    await pair.goes_out(made)
    assert pair.got("Samen goedgekeurd.") == [1] * READERS
    return made


async def both_send(pair: Pair) -> None:
    await pair.one.types(*FROM_WORD_TO_YES)
    made = pair.stage.count("SELECT max(id) FROM announcements")
    await pair.presses(pair.other, f"f:compose:{made}")
    said = await pair.both_press("Send to 5 people", "Send to 5 people")
    assert sorted("It goes out in a minute." in one for one in said) == [False, True]
    assert sorted("has planned it already" in one for one in said) == [False, True]
    assert pair.audited("plan", made) == 1
    await pair.goes_out(made)
    assert pair.got("Samen gestuurd.") == [1] * READERS


async def one_sends_one_undoes(pair: Pair) -> None:
    now = datetime.now(UTC)
    made: int = await pair.do(pair.writes, "Toch niet.", now)
    await pair.do(announcements.ask, made, now)
    await pair.presses(pair.one, f"f:approve_announcement:{made}")
    for talker in (pair.one, pair.other):
        talker.hears()
    pair.one.press("Yes, send it")
    await pair.together((pair.other, f"f:undo_announcement:{made}"))
    undone = any("Undone: nobody gets it." in text for text in pair.other.hears())
    assert undone
    [(state,)] = pair.stage.look(f"SELECT state FROM announcements WHERE id = {made}")
    assert state == "draft"
    assert pair.audited("undo", made) == 1
    assert pair.got("Toch niet.") == [0] * READERS


async def one_resumes_one_stops(pair: Pair) -> None:
    run: int = await pair.do(pair.held_up, datetime.now(UTC))
    await pair.presses(pair.other, f"f:cancel_sending:{run}")
    pair.other.press("Yes, stop it")
    await pair.together((pair.one, f"f:resume_sending:{run}"))
    over = f"SELECT count(*) FROM sendings WHERE id = {run} AND state = 'cancelled' AND open = 0"
    await pair.stage.until(lambda: pair.stage.count(over) == 1)
    await pair.stage.quiet()
    [(sent, skipped)] = pair.stage.look(f"SELECT sent, skipped FROM sendings WHERE id = {run}")
    assert sent + skipped == READERS
    assert sum(pair.got("Opgehouden.")) == sent
    assert max(pair.got("Opgehouden.")) <= 1


async def one_corrects_one_withdraws(pair: Pair, made: int) -> None:
    await pair.presses(pair.one, f"f:correct_announcement:{made}")
    await pair.one.types(NEW)
    await pair.presses(pair.other, f"f:withdraw_announcement:{made}")
    said = await pair.both_press("Yes, correct it", "Yes, take it back")
    assert "I take it back." in said[1]
    corrected = "It is being corrected." in said[0]
    assert corrected or "was taken back already" in said[0]
    assert (pair.audited("correct", made), pair.audited("withdraw", made)) == (int(corrected), 1)
    gone = (
        f"SELECT count(*) FROM sendings WHERE announcement = {made} AND kind = 'withdraw'"
        " AND state = 'done' AND open = 0"
    )
    await pair.stage.until(lambda: pair.stage.count(gone) == 1)
    assert (pair.has("Samen goedgekeurd."), pair.has(NEW)) == (0, 0)
    assert pair.has("Samen gestuurd.") == READERS
