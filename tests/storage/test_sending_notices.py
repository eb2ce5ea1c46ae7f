"""Who hears of a sending, and that its ticks look everything up by an index."""

from datetime import datetime, timedelta
from typing import Any

from handlers import announcement_progress, announcement_requests, announcement_sending
from storage import Database, Tx, announcements, outbox, people, sending_notices, sendings
from storage.outbox import Draft, Promise
from storage.people import Consent, Purpose, Role
from tests.storage.statements import Statements

NOW = datetime.fromisoformat("2027-03-01T11:00:00+00:00")
GROWING = {"recipients", "outbox", "people", "sendings", "gate_decisions", "taps", "inbox"}
SAID: dict[str, Any] = {
    "texts": {"en": {"text": "Hello", "rich": False}},
    "attachment": None,
    "buttons": [],
}


def arrives(tx: Tx, name: str, role: Role = Role.NONE) -> int:
    one = people.arrive(tx, f"telegram:{name}", "en", NOW)
    people.change(tx, one.id, role=role, name=name.title())
    people.record_consent(tx, one.id, Consent(Purpose.NEWS, True, "1", "en", "test", NOW))
    return one.id


def ends(tx: Tx, person: int) -> None:
    people.change(tx, person, role=Role.NONE)


def blocks(tx: Tx, chat: str) -> None:
    people.set_reachable(tx, chat, reachable=False)


def written(tx: Tx, by: int) -> int:
    made = announcements.new(tx, by, NOW)
    facts: dict[str, Any] = dict.fromkeys(("meeting", "minutes", "useful_until", "late_until"))
    assert announcements.write(
        tx, made, content=SAID, audience={"only": [], "but": []}, purpose="news",
        is_news=False, paid=False, now=NOW, **facts,
    )  # fmt: skip
    return made


async def test_who_wrote_it_is_told_or_else_who_is_longest_there(db: Database) -> None:
    def scene(tx: Tx) -> tuple[int, int, int]:
        arrives(tx, "reader")
        roles = (("amy", Role.ADMIN), ("bo", Role.COORDINATOR), ("cy", Role.COORDINATOR))
        amy, bo, cy = (arrives(tx, name, role) for name, role in roles)
        return amy, bo, cy

    amy, bo, cy = await db.run(scene)

    async def told(*wanted: int | None) -> int | None:
        found = await db.read(sending_notices.told, *wanted)
        return found.id if found is not None else None

    assert await told(cy, bo) == cy
    await db.run(ends, cy)
    assert await told(cy, bo) == bo
    await db.run(blocks, "telegram:bo")
    assert await told(cy, bo) == amy
    assert await told(None) == amy
    await db.run(ends, amy)
    assert await told(cy, bo) is None


async def test_only_a_reply_shows_that_somebody_is_there(db: Database) -> None:
    promise = Promise("notice", "telegram:a", "x", {}, NOW)
    await db.run(outbox.promise, promise, NOW)
    assert not await db.read(sending_notices.is_awake, "telegram:a", NOW - timedelta(minutes=1))
    draft = Draft("telegram:a", {"text": "hi"})
    await db.run(outbox.reply, 1, [draft], owner="o", real_now=NOW, now=NOW)
    assert await db.read(sending_notices.is_awake, "telegram:a", NOW)
    assert not await db.read(sending_notices.is_awake, "telegram:a", NOW + timedelta(seconds=1))
    assert not await db.read(sending_notices.is_awake, "telegram:b", NOW)


async def test_what_was_shown_last_is_known(db: Database) -> None:
    first = Promise("progress", "telegram:a", "x", {"figures": [1]}, NOW)
    await db.run(outbox.promise, first, NOW)
    row = await db.read(sending_notices.row_of, "progress")
    assert row is not None
    assert await db.read(sending_notices.chat_of, row) == "telegram:a"
    assert await db.read(sending_notices.last_shown, row) == {"figures": [1]}
    for n in (2, 3):
        edit = Promise(f"progress:{n}", "telegram:a", "x", {"figures": [n]}, NOW, edits=row)
        await db.run(outbox.promise, edit, NOW)
    assert await db.read(sending_notices.last_shown, row) == {"figures": [3]}
    assert await db.read(sending_notices.last_shown, row + 99) == {}
    assert await db.read(sending_notices.row_of, "nothing") is None


async def test_what_waits_for_a_colleague_is_found(db: Database) -> None:
    by = await db.run(arrives, "amy", Role.ADMIN)
    waits, draft = await db.run(written, by), await db.run(written, by)
    await db.run(announcements.ask, waits, NOW)
    assert [one.id for one in await db.read(sending_notices.asked)] == [waits]
    assert draft


async def all_ticks(db: Database, now: datetime) -> None:
    while await db.run(announcement_sending.go_on.run, now):
        pass
    for tick in (
        announcement_sending.look_again, announcement_sending.forget,
        announcement_progress.show, announcement_requests.promise,
    ):  # fmt: skip
        await db.run(tick.run, now)


async def test_the_ticks_look_everything_up(db: Database, statements: Statements) -> None:
    by = await db.run(arrives, "amy", Role.ADMIN)
    for name in ("ali", "bea", "cor"):
        await db.run(arrives, name)
    announcement, waits = await db.run(written, by), await db.run(written, by)
    await db.run(announcements.ask, waits, NOW)
    await db.run(announcements.plan, announcement, NOW, by, NOW)
    with statements.listening():
        await all_ticks(db, NOW)
        await all_ticks(db, NOW + timedelta(seconds=5))
        one = await db.run(sendings.first_of, announcement)
        assert one is not None
        asked = [
            {"sending": one.id, "person": by, "template": f"announcement:{one.id}:en", "attempt": 1}
        ]
        await db.run(announcement_sending.write.many, asked, NOW)
        about = {"sending": one.id, "person": by}
        await db.run(announcement_progress.write_progress.one, about, NOW)
        await db.run(announcement_progress.write_summary.one, about, NOW)
        await db.run(sendings.cancel, one.id, NOW)
        await all_ticks(db, NOW + timedelta(seconds=9))
    ended = await db.run(sendings.first_of, announcement)
    assert ended is not None
    assert (ended.total, ended.open) == (4, 0)
    assert ended.summed_up is not None
    assert await statements.walks(GROWING) == []
