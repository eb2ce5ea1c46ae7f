"""Telegram's limits, kept in virtual time whatever the wire does."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacer import MINUTE, SECOND, Limits, Pacer
from storage import halts
from storage.outbox import Lane


def pacer(**changes):
    return Pacer(Limits(**changes), crowded=lambda chat: chat.startswith("-"))


def send(p, chat, now, took=0.0, lane=Lane.REPLY):
    p.reserve()
    p.call(chat, lane, now)
    p.answer(chat, now + took)


def most_within(moments, seconds):
    return max(sum(1 for m in moments if at <= m < at + seconds) for at in moments)


@given(st.integers(0, 10_000), st.floats(0, 0.3))
@settings(max_examples=40, deadline=None)
def test_no_second_ever_sees_more_than_the_limit(seed, jitter):
    dice, p, now = random.Random(seed), pacer(), 100.0
    accepted: list[float] = []
    answers: list[tuple[float, str]] = []
    while len(accepted) < 120:
        for at, chat in [one for one in answers if one[0] <= now]:
            p.answer(chat, at)
            answers.remove((at, chat))
        if p.room(now) > 0:
            chat = f"c{len(accepted)}"
            p.reserve()
            p.call(chat, Lane.REPLY, now)
            there = now + dice.uniform(0, jitter)
            accepted.append(there)
            answers.append((there + dice.uniform(0, jitter), chat))
        now += 0.004
    assert most_within(accepted, 1.0) <= 30


def test_a_full_second_is_used():
    p = pacer()
    for number in range(30):
        assert p.room(100.0) > 0
        send(p, f"c{number}", 100.0)
    assert p.room(100.0) == 0
    assert 0 < p.room_in(100.0) <= SECOND
    assert p.room(100.01 + SECOND) == 30


def test_a_chat_has_bursts_of_three_and_then_one_a_second():
    p = pacer()
    for _ in range(3):
        assert p.wait("a", 100.0) == 0
        send(p, "a", 100.0)
    assert 0.9 < p.wait("a", 100.0) <= SECOND
    assert p.wait("b", 100.0) == 0
    assert p.wait("a", 100.01 + SECOND) == 0
    assert "a" in p.busy(100.5)


def test_a_chats_allowance_grows_from_the_answer_not_from_the_call():
    p = pacer(burst=1)
    send(p, "a", 100.0, took=5.0)
    assert p.wait("a", 105.5) > 0.4


def test_a_group_has_twenty_a_minute():
    p = pacer()
    for number in range(20):
        assert p.wait("-1", 100.0 + 2 * number) == 0
        send(p, "-1", 100.0 + 2 * number)
    assert p.wait("-1", 140.0) > MINUTE - 41
    assert p.wait("-1", 100.0 + MINUTE) == 0


def test_bulk_leaves_a_fifth_while_replies_come():
    p = pacer()
    send(p, "a", 100.0)
    for number in range(22):
        send(p, f"b{number}", 100.0, lane=Lane.BULK)
    assert p.room(100.0, Lane.BULK) == 1
    assert p.room(100.0, Lane.REPLY) == 7


def test_bulk_is_spread_over_the_second():
    p = pacer()
    assert p.room(100.0, Lane.BULK) == 5
    p.spread(5, 100.0)
    assert p.room(100.0, Lane.BULK) == 0
    assert p.room(100.11, Lane.BULK) == 3


def test_halts_end_and_are_forgotten():
    p = pacer()
    p.halt("a", 110.0)
    p.halt("a", 105.0)
    assert p.halted("a", 106.0) == 4.0
    assert p.halted("b", 106.0) == 0
    p.halt(halts.ALL, 120.0)
    assert p.halted("b", 106.0) == 14.0
    assert p.room(106.0) == 0
    assert p.halts_on(115.0) == {halts.ALL}
    assert p.room(121.0) == 30


def test_room_that_was_reserved_is_given_back():
    p = pacer()
    p.reserve(30)
    assert p.room(100.0) == 0
    p.give_back(10)
    assert p.room(100.0) == 10


def test_connections_are_a_limit_when_the_rest_is_off():
    p = pacer(on=False, connections=4)
    p.reserve(4)
    assert p.room(100.0) == 0
    p.give_back(1)
    assert p.room(100.0) == 1


def test_chats_that_were_answered_are_forgotten_though_nothing_is_claimed():
    p = pacer()
    for number in range(5_000):
        send(p, f"c{number}", number / 10)
    assert len(p._chats) <= 1_000


def test_idle_chats_are_forgotten():
    p = pacer(per_second=100_000, connections=100_000)
    for number in range(1_500):
        send(p, f"c{number}", 100.0)
    send(p, "now", 200.0)
    p.busy(200.0)
    assert len(p._chats) == 1
