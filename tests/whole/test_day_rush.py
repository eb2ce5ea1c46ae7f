"""A day with many places, and everybody presses at once: first for one place, then for another.

`RUSH` is how many people do so for how many places, as in RUSH=500x40; four in five find a seat.
How long each round took is logged (pytest --log-cli-level=INFO).
"""

import logging
import os
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from storage import Database, people, planning
from storage.meetings import Kind, MeetingFacts

PEOPLE, PLACES = (int(number) for number in os.environ.get("RUSH", "100x8").split("x"))
SEATS = PEOPLE * 4 // 5 // PLACES

TAKEN = """
SELECT m.id, m.capacity, (SELECT coalesce(sum(seats), 0) FROM rsvps WHERE meeting = m.id
  AND answer = 'yes') + (SELECT coalesce(sum(seats), 0) FROM waiting_list WHERE meeting = m.id
  AND state = 'offered') FROM meetings m WHERE m.kind = 'place'
"""
AT_TWO = """
SELECT person FROM rsvps JOIN meetings ON meetings.id = rsvps.meeting
WHERE answer = 'yes' AND kind = 'place' GROUP BY person, parent HAVING count(*) > 1
"""
IN_LINE = "SELECT count(*) FROM waiting_list WHERE state = 'waiting'"
SEATED = "SELECT count(*) FROM rsvps WHERE answer = 'yes' AND seats = 1"
ANSWER = re.compile(r"See you there!|You are number \d+ in line")


async def prepare(stage, crowd):
    """Everybody is a member; gives the numbers of the places of a day in a week's time."""

    def prepared(tx):
        now = datetime.now(UTC)
        for talker in crowd:
            person = people.arrive(tx, talker.chat, "en", now)
            people.join(tx, person.id, now, {"name": "Noor", "adult": True})
        start = datetime.combine(now.date(), datetime.min.time()) + timedelta(days=7, hours=13)
        known: dict[str, Any] = {"start": start, "end": start + timedelta(hours=3), "place": "Here"}
        facts = MeetingFacts(key="day", title="Day", kind=Kind.DAY, **known)
        known |= {"kind": Kind.PLACE, "day": planning.make(tx, facts, None, now).id}
        places = [
            MeetingFacts(key=f"p{number}", title=f"Place {number}", capacity=SEATS, **known)
            for number in range(PLACES)
        ]
        return [planning.make(tx, one, None, now).id for one in places]

    database = await Database.open(f"sqlite:///{stage.database}")
    places = await database.run(prepared)
    await database.close()
    return places


class Rush:
    """The crowd and the places, and how long each round took."""

    def __init__(self, stage, crowd, places):
        self.stage = stage
        self.crowd = crowd
        self.places = places
        self.presses = 0

    async def all_go_to(self, shift):
        """Everybody opens the card of a place; half of all want the same quarter of them."""
        popular = self.places[: max(1, len(self.places) // 4)]
        for number, talker in enumerate(self.crowd):
            among = popular if number % 2 else self.places
            place = among[(number // 2 + shift) % len(among)]
            self.stage.emulated.start(talker.id, f"meeting-{place}")
        await self.stage.quiet(240)

    async def all_press(self, *labels):
        """Everybody presses, at once, the first of these that they see; how many did."""
        pressed: Counter[str] = Counter()
        begin = monotonic()
        for talker in self.crowd:
            seen = talker.labels()
            label = next((one for one in labels if any(it.startswith(one) for it in seen)), None)
            if label is not None:
                talker.press(label)
                pressed[label] += 1
        await self.stage.quiet(240)
        took = monotonic() - begin
        self.presses += pressed.total()
        logging.info("%s presses in %.1f s: %s", pressed.total(), took, dict(pressed))
        self.check()
        return pressed

    def check(self):
        """What holds at every moment."""
        for place, capacity, taken in self.stage.look(TAKEN):
            assert taken <= capacity, (place, taken)
        assert self.stage.look(AT_TWO) == []


@pytest.mark.timeout(900)
async def test_places_are_never_overfull_and_nobody_is_at_two(stage):
    crowd = stage.crowd(PEOPLE)
    places = await prepare(stage, crowd)
    bot = await stage.bot()
    rush = Rush(stage, crowd, places)
    await rush.all_go_to(0)
    await rush.all_press("Yes, I am coming")
    await rush.all_press("1")
    await rush.all_press("Yes, put me in line")
    await rush.all_press("1")
    unanswered = [talker.texts()[-2:] for talker in crowd if not answered(talker)]
    assert unanswered == []
    assert stage.count(SEATED) + stage.count(IN_LINE) == PEOPLE
    before = stage.count(SEATED)
    await rush.all_go_to(1)
    pressed = await rush.all_press("Move to this place", "Stand in line", "Yes, I am coming")
    assert sum(pressed.values()) > PEOPLE // 2
    await rush.all_press("1")
    await rush.all_press("Yes, put me in line")
    await rush.all_press("1")
    assert stage.emulated.tally.calls["answerCallbackQuery"] == rush.presses
    assert stage.count(SEATED) >= before - PLACES
    assert stage.count("SELECT count(*) FROM inbox WHERE state = 'set_aside'") == 0
    assert stage.count("SELECT count(*) FROM outbox WHERE state IN ('refused', 'uncertain')") == 0
    assert await bot.stop() == 0


def answered(talker):
    """Whether one of the last messages says what became of a press."""
    return any(ANSWER.search(text) for text in talker.texts()[-2:])
