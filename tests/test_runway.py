"""Rows that were claimed ahead: who goes first when there is room, and what goes back."""

import asyncio
from typing import Any

import pytest

from bot.pacer import Gate, Limits, Pacer
from bot.runway import LONGEST, TOGETHER, Runway
from storage.halts import ALL
from storage.outbox import Kind, Lane, Row


class Lines:
    """Notes what is let through, and never ends a call."""

    def __init__(self):
        self.stopping = False
        self.sent: list[int] = []

    def add_claimed(self, row):
        self.sent.append(row.id)


class Probe:
    broken = on_trial = False


class Ledger:
    """Counts what is given back."""

    def __init__(self):
        self.back: list[int] = []
        self.repeats: set[Lane] = set()

    def note(self, note):
        self.back += note.keywords["rows"]


class Strip:
    """A runway and its surroundings, where so many messages a second are allowed."""

    def __init__(self, per_second=30, **more):
        limits = Limits(per_second=per_second, paid_per_second=per_second, **more)
        self.pacer = Pacer(limits, crowded=lambda _chat: False)
        self.gate = Gate(self.pacer)
        parts: list[Any] = [Lines(), Probe(), Ledger()]
        self.lines, probe, self.ledger = parts
        self.runway = Runway(self.lines, self.gate, probe, self.ledger)

    def stand(self, *numbers, lane=Lane.BULK, **more):
        rows = [Row(number, f"c{number}", lane, Kind.SEND, {}, **more) for number in numbers]
        self.runway.add(rows)


@pytest.fixture
async def full():
    """All room is taken by a call that does not end."""
    strip = Strip(per_second=1)
    strip.pacer.reserve()
    yield strip
    strip.runway.give_back()


async def test_rows_stand_until_there_is_room(full):
    full.stand(1)
    assert full.lines.sent == []
    full.pacer.give_back()
    full.runway.go()
    assert full.lines.sent == [1]
    assert full.runway.held == 0


async def test_notices_go_before_announcements(full):
    full.stand(1, 2)
    full.stand(3, 4, lane=Lane.NOTICE)
    full.pacer.limits, full.pacer._free.per_second = Limits(on=False), 9
    full.runway.go()
    assert full.lines.sent == [3, 4, 1, 2]


async def test_a_reply_that_waits_goes_before_what_stands(full):
    reply = asyncio.ensure_future(full.gate.enter(asyncio.get_running_loop().time()))
    await asyncio.sleep(0)
    full.stand(1)
    full.pacer.give_back()
    full.runway.go()
    assert full.lines.sent == []
    full.gate.open(asyncio.get_running_loop().time())
    await reply
    full.runway.go()
    assert full.lines.sent == []
    full.pacer.give_back()
    full.runway.go()
    assert full.lines.sent == [1]


async def test_what_stands_goes_back_when_all_are_halted(full):
    full.stand(1, 2)
    now = asyncio.get_running_loop().time()
    full.pacer.halts.put(ALL, now + 5, now)
    full.runway.go()
    assert (full.ledger.back, full.lines.sent, full.runway.held) == ([1, 2], [], 0)


async def test_a_row_for_a_chat_that_was_halted_meanwhile_goes_back_alone():
    strip = Strip()
    now = asyncio.get_running_loop().time()
    strip.pacer.halts.put("c1", now + 5, now)
    strip.stand(1, 2)
    assert (strip.ledger.back, strip.lines.sent) == ([1], [2])


async def test_nothing_stands_for_long(full):
    full.stand(1)
    full.runway._rows[0] = (full.runway._rows[0][0], full.runway._rows[0][1] - LONGEST - 0.1)
    full.runway.go()
    assert full.ledger.back == [1]


async def test_a_connection_that_is_free_again_is_used_at_once():
    strip = Strip(connections=1)
    strip.pacer.reserve()
    strip.stand(1)
    assert strip.lines.sent == []
    strip.pacer.give_back()
    strip.runway.freed()
    assert strip.lines.sent == [1]


async def test_what_stands_for_a_chat_that_is_answered_meanwhile_is_asked_again(full):
    full.stand(1, 2)
    full.runway.ask_again({"c1", "c3"})
    assert (full.ledger.back, full.runway.held) == ([1], 1)


async def test_so_is_what_was_being_claimed_then():
    strip = Strip()
    rows = [Row(number, f"c{number}", Lane.BULK, Kind.SEND, {}) for number in (1, 2)]
    strip.runway.add(rows, answered={"c1"})
    assert (strip.ledger.back, strip.lines.sent) == ([1], [2])


async def test_the_end_of_a_halt_is_not_looked_for_before_it():
    strip, now = Strip(), asyncio.get_running_loop().time()
    strip.pacer.halts.put(ALL, now + 0.2, now)
    assert strip.runway.room(Lane.BULK, now) == 0
    assert strip.runway.room_in(Lane.BULK, now) > 0.19


async def test_none_is_claimed_ahead_while_one_may_be_repeated_that_was_in_doubt():
    strip, now = Strip(per_second=4), asyncio.get_running_loop().time()
    strip.pacer.reserve(4)
    for number in range(4):
        strip.pacer.answer(f"c{number}", now - 0.9)
    assert strip.runway.room(Lane.BULK, now) > 0
    strip.ledger.repeats |= {Lane.BULK, Lane.NOTICE}
    assert strip.runway.room(Lane.BULK, now) == 0
    assert strip.runway.room_in(Lane.BULK, now) > 0.1
    strip.pacer.limits = Limits(on=False)
    strip.stand(1, once_more=True)
    assert Lane.BULK in strip.ledger.repeats
    strip.stand(2)
    assert strip.ledger.repeats == {Lane.NOTICE}


async def test_few_are_claimed_at_once_while_one_may_be_repeated():
    strip, now = Strip(per_second=120), asyncio.get_running_loop().time()
    assert strip.runway.room(Lane.BULK, now) > TOGETHER
    strip.ledger.repeats.add(Lane.BULK)
    assert strip.runway.room(Lane.BULK, now) == TOGETHER
