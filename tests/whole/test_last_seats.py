"""A hundred people press at once for the ten seats of a meeting, and then stand in line."""

import re
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
FIRST_FIVE = "ORDER BY w.id LIMIT 5"
OFFERED = "WHERE w.state = 'offered'"
TAKEN = """
SELECT (SELECT sum(seats) FROM rsvps WHERE answer = 'yes')
     + (SELECT sum(seats) FROM waiting_list WHERE state = 'offered')
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
    asked = [talker for talker in crowd if "Do you want to stand in line?" in talker.texts()[-1]]
    assert (len(seated), len(asked)) == (10, 90)
    assert len(stage.emulated.ledger.after(before)) >= 100
    assert stage.emulated.tally.calls["answerCallbackQuery"] == 200
    await all_stand_in_line(stage, asked)
    await five_seats_go_to_the_first_five(stage, seated)
    assert await bot.stop() == 0


async def all_stand_in_line(stage, asked):
    for talker in asked:
        talker.press("Yes, put me in line")
    await stage.quiet()
    for talker in asked:
        talker.press("1")
    await stage.quiet()
    told = [re.search(r"You are number (\d+) in line", talker.texts()[-1]) for talker in asked]
    assert sorted(int(place[1]) for place in told if place) == list(range(1, 91))


async def five_seats_go_to_the_first_five(stage, seated):
    for talker in seated[:5]:
        talker.press("Change or sign off")
    await stage.quiet()
    for talker in seated[:5]:
        talker.press("Sign off")
    await stage.quiet()
    first = f"SELECT p.chat FROM waiting_list w JOIN people p ON p.id = w.person {FIRST_FIVE}"
    chats = {row[0] for row in stage.look(first)}
    offered = f"SELECT p.chat FROM waiting_list w JOIN people p ON p.id = w.person {OFFERED}"
    assert {row[0] for row in stage.look(offered)} == chats
    promised = "SELECT count(*) FROM outbox WHERE renderer = 'offer' AND key LIKE 'offer:%'"
    assert stage.count(promised) == 5
    assert stage.count(TAKEN) == 10
