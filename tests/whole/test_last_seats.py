"""A hundred people press at once for the ten seats of a meeting."""

from datetime import UTC, datetime

import pytest

from storage import Database, people

MEETING = """
zone = "Europe/Amsterdam"
[[meeting]]
key = "ten"
title = "Tien plaatsen"
start = { days_from_now = 5, at = 19:30:00 }
end = 21:00:00
place = "Hier"
capacity = 10
"""


async def become_members(stage, crowd):
    """Everybody is a member, so that the last thing to do for a seat is a press."""

    def joined(tx, now):
        for talker in crowd:
            person = people.arrive(tx, talker.chat, "en", now)
            people.join(tx, person.id, now, {"name": "Noor", "adult": True})

    database = await Database.open(f"sqlite:///{stage.database}")
    await database.run(joined, datetime.now(UTC))
    await database.close()


@pytest.mark.timeout(180)
async def test_a_hundred_presses_for_ten_seats_give_ten_seats(stage):
    file = stage.folder / "meeting.toml"
    file.write_text(MEETING)
    imported = await stage.run("bot", "import", "--config", str(stage.config), str(file))
    assert await imported.ends() == 0, imported.said
    crowd = stage.crowd(100)
    await become_members(stage, crowd)
    bot = await stage.bot()
    for talker in crowd:
        stage.emulated.start(talker.id, "meeting-1")
    await stage.quiet()
    for talker in crowd:
        talker.press("Yes")
    await stage.quiet()
    before = len(stage.emulated.ledger.after(0))
    for talker in crowd:
        talker.press("1")
    await stage.quiet()
    assert stage.look("SELECT sum(seats), count(*) FROM rsvps WHERE answer = 'yes'") == [(10, 10)]
    seated = [talker for talker in crowd if "See you there!" in " ".join(talker.texts())]
    refused = [talker for talker in crowd if "not possible any more" in " ".join(talker.texts())]
    assert (len(seated), len(refused)) == (10, 90)
    assert len(stage.emulated.ledger.after(before)) >= 100
    assert stage.emulated.tally.calls["answerCallbackQuery"] == 200
    assert await bot.stop() == 0
