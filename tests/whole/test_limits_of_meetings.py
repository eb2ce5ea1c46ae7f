"""Meetings with two thousand people and everything at its longest: nothing is refused."""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.dialogue.messages import Message, Rich
from bot.emulator import keyboards
from bot.emulator.call import caption_content, text_content
from storage import Database, invitations, notes, planning, rsvps
from storage.audiences import Audience
from tests.flows.whole import whole_world
from tests.whole.crowded import LINK, NAME, STRANGERS, TEXTS, TITLES, Crowd, Crowded
from tests.whole.walker import Walker

ANSWERS = (
    TEXTS["families"], TEXTS["markup"], TEXTS["families"][:2000], TEXTS["families"][:1000],
    TITLES["families"], NAME, "5", "20 April 2030 19:30", "Utrecht", LINK, "52.0907, 5.1214",
)  # fmt: skip
OF_MEETINGS = {"coordinator": ("meeting", "manage_meeting", "manage_more"), "none": ("meeting",)}
HOMES = ("meetings", "mymeetings", "manage", "declined", "my_calendar", "reminders")
"""Where a walk begins, besides the meetings themselves."""
OF_THEIRS = {
    "attendee", "attendee_file", "attendee_list", "attendees", "calendar", "capacity",
    "copy_meeting", "door", "edit_meeting", "find_managed", "host_link", "invite", "line",
    "manage", "manage_meeting", "manage_more", "manage_places", "meeting", "meeting_reminders",
    "meeting_report", "meetings", "my_calendar", "my_code", "mymeetings", "needs", "new_day",
    "new_host", "new_meeting", "new_place", "notes", "place_near", "places", "poster",
    "publish_meeting", "repeat_meeting", "report_file", "report_picture", "rsvp",
    "said_afterwards", "send_notes", "show_name", "someone", "someone_off", "take_off", "take_out",
    "waiting_line",
}  # fmt: skip
"""Flows that are met, at the least."""
LISTS = {
    "attendee", "find_managed", "manage", "meetings", "my_calendar", "mymeetings", "new_day",
    "new_meeting", "show_name", "take_off", "take_out",
}  # fmt: skip
"""Of these, those that take no meeting's number, or another one besides."""
UNSENT = "SELECT renderer, state, error FROM outbox WHERE state IN ('refused', 'uncertain')"
NO_EDIT = "Bad Request: message can't be edited"
"""A question for a location keeps its buttons, which are not below it, when a talk is stopped."""
SET_ASIDE = "SELECT count(*) FROM inbox WHERE state = 'set_aside'"
SENT = "SELECT count(*) FROM outbox WHERE state = 'sent' AND renderer = 'from_host'"
TO_WRITE = {"to": "1", "text": TEXTS["families"][:1500], "night": "2", "send": "1"}
RENDERED = {
    "afterwards", "change", "from_host", "invitation", "moved_up", "notes", "offer",
    "offer_expired", "reminder",
}  # fmt: skip
PEOPLE = Crowd(people=2000, line=500, places=40)
WALK_ALL = bool(os.environ.get("WALK_ALL"))
"""Whether both languages walk through every meeting; otherwise each takes half of them."""


async def filled(stage, roles):
    """A crowded platform on which these talkers take part; where walks may begin."""

    def unit(tx):
        crowded = Crowded(tx, datetime.now(UTC), PEOPLE)
        for talker, (language, role) in roles.items():
            crowded.takes_part(talker.chat, language, role)
        return crowded

    database = await Database.open(f"sqlite:///{stage.database}")
    crowded = await database.run(unit)
    await database.close()
    for number in range(PEOPLE.people + PEOPLE.line):
        stage.emulated.add_person("P", id=STRANGERS + number, started=True)
    return crowded


def ways(crowded, language, role):
    """Where somebody's walk begins."""
    every = crowded.every if WALK_ALL else crowded.every[language == "nl" :: 2]
    names = [*sorted(OF_THEIRS - LISTS), *OF_MEETINGS[role]]
    homes = [f"f:{name}" for name in (*HOMES, "new_meeting", "new_day", "find_managed")]
    shown = f"f:show_name:{crowded.soon.id}:yes"
    return [*homes, shown, *(f"f:{name}:{one.id}" for one in every for name in names)]


@pytest.mark.timeout(240)
async def test_nothing_of_crowded_meetings_is_refused(stage):
    carla, carel = stage.somebody("Carla"), stage.somebody("Carel")
    roles = {carla: ("en", "coordinator"), carel: ("nl", "coordinator")}
    roles |= {stage.somebody("Noor"): ("en", "none"), stage.somebody("Nico"): ("nl", "none")}
    crowded = await filled(stage, roles)
    bot = await stage.bot()
    for talker in roles:
        await talker.types("/menu")
    walkers = [Walker(talker, ANSWERS) for talker in roles]
    await asyncio.gather(
        *(walker.walks(*ways(crowded, *roles[walker.talker])) for walker in walkers)
    )
    await walkers[0].presses(f"f:write_to:{crowded.evening.id}")
    while (question := walkers[0].asks()) is not None:
        await carla.types(TO_WRITE[question[1]])
    await stage.until(lambda: stage.count(SENT) >= 40)
    await stage.quiet()
    assert stage.look(UNSENT) == []
    assert stage.count(SET_ASIDE) == 0
    assert stage.emulated.tally.errors.keys() <= {NO_EDIT}
    assert not bot.lines("turn failed")
    assert OF_THEIRS - {name for walker in walkers for name in walker.started} == set()
    assert await bot.stop() == 0


def accepted(message):
    """Whether the Bot API takes this message; raises Refused with what is wrong."""
    text = "caption" if message.attachment else "text"
    worded = {text: str(message.text)} | (
        {"parse_mode": "HTML"} if isinstance(message.text, Rich) else {}
    )
    (caption_content if message.attachment else text_content)(worded)
    rows = [
        [{"text": b.label, **({"url": b.url} if b.url else {"callback_data": b.data})} for b in row]
        for row in message.rows
    ]
    keyboards.checked({"inline_keyboard": rows}, True)
    return True


class Notices:
    """A small crowded platform in memory; everything that is rendered there is `written`."""

    def __init__(self):
        self.world = whole_world()
        self.written: Counter[str] = Counter()
        for name, renderer in list(self.world.renderers.items()):
            self.world.renderers[name] = replace(renderer, run=partial(self._renders, renderer))
        self.crowded = self.world.run(Crowded, self.world.now, Crowd(60, 8, 3))
        self.boss = self.joins("carla", "en", "coordinator")
        self.joins("noor", "nl", "none")

    def joins(self, name, language, role):
        def unit(tx):
            self.crowded.tx = tx
            self.crowded.takes_part(f"telegram:{name}", language, role)

        self.world.run(unit)
        return self.world.phone(name, language)

    def _renders(self, renderer, tx, arguments, now):
        made = renderer.run(tx, arguments, now)
        if isinstance(made, Message):
            assert accepted(made)
            self.written[renderer.name] += 1
        return made

    def edits(self, meeting, **new):
        self.world.run(planning.edit, meeting.id, None, self.world.now, **new)

    def passes(self, **span):
        for _ in range(4):
            self.world.tick()
        self.world.pass_time(**span)
        for _ in range(4):
            self.world.tick()


def test_every_message_nobody_asked_for_fits():
    notices = Notices()
    world, crowded, boss = notices.world, notices.crowded, notices.boss
    world.run(invitations.invite, crowded.off, Audience(), boss.person.id, world.now)
    boss.sends(f"f:write_to:{crowded.big.id}")
    for typed in ("1", TEXTS["families"][:1500], "1"):
        boss.types(typed)
    notices.passes(hours=1)
    moved = {"title": TITLES["families"], "place": TEXTS["families"], "zone": "America/Caracas"}
    for meeting in (crowded.big, crowded.soon, crowded.places[0], crowded.evening):
        start = datetime.fromisoformat(meeting.wall_start) + timedelta(hours=6)
        notices.edits(meeting, start=start, **moved)
    notices.passes(hours=1)
    given = (TEXTS["families"][:1900], None)
    world.run(notes.give, crowded.over, given, boss.person.id, world.now)
    world.run(planning.cancel, crowded.off.id, None, world.now, why=TEXTS["families"][:500])
    world.run(planning.cancel, crowded.day.id, None, world.now, why=TEXTS["markup"][:500])
    for _ in range(18):
        notices.passes(days=1)
    for capacity in (70, 70, 70, 70, 70, 70, 71, None, None):
        notices.edits(crowded.big, capacity=capacity)
        notices.passes(hours=6)
    assert RENDERED - notices.written.keys() == set()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_change_fits_under_its_file_or_has_none(language):
    notices = Notices()
    phone, evening = notices.joins("edith", language, "none"), notices.crowded.evening
    for _ in range(3):
        brought = (evening.id, "n" * 40, phone.person.id, notices.world.now)
        notices.world.run(rsvps.add_without_phone, *brought)
    kept = set()
    for more in range(60, 201, 14):
        notices.edits(evening, title=f"{more:03}" + "t" * 197, place=f"{more:03}" + "p" * more)
        before = len(phone.screen())
        notices.passes(minutes=31)
        new = [one for one in phone.screen()[before:] if re.search("used to|heette", one.text)]
        kept |= {one.message.attachment is not None for one in new}
    assert kept == {True, False}
