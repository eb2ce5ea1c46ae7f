"""Telegram's limits, kept in virtual time whatever the wire does."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacer import MINUTE, Limits, Pacer
from bot.windows import SECOND
from storage import halts
from storage.outbox import Lane


def pacer(**changes):
    return Pacer(Limits(**changes), crowded=lambda chat: chat.startswith("-"))


def just_begun(at):
    return Pacer(Limits(), crowded=lambda _chat: False, began=at)


def send(p, chat, now, took=0.0, lane=Lane.REPLY):
    p.reserve(lane=lane)
    p.call(chat, lane, now)
    p.answer(chat, now + took, lane)


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


def test_what_an_earlier_process_may_have_sent_fills_the_first_second():
    p = just_begun(100.0)
    for lane in (Lane.REPLY, Lane.NOTICE, Lane.PAID):
        assert p.room(100.9, lane) == 0
        assert p.room_in(100.9, 1, lane) > 0
    assert p.room(100.0 + SECOND) == 30


def test_what_an_earlier_process_may_have_sent_to_a_chat_is_taken_off_its_burst():
    p = just_begun(100.0)
    now = 100.0 + 2.2 * SECOND
    send(p, "c", now)
    assert p.wait("c", now) == 0
    send(p, "c", now)
    assert p.wait("c", now) > 0.7
    assert p.wait("c", now + 1.0) == 0


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
    assert p.room(100.11, Lane.BULK, ahead=0.25) == 10


def test_rows_ahead_need_no_connection_yet():
    p = pacer(connections=64)
    assert p.room(100.0, Lane.PAID) == 56
    assert p.room(100.0, Lane.PAID, ahead=0.25) > 200


def test_rows_ahead_are_those_that_will_have_room():
    p = pacer()
    for number in range(30):
        send(p, f"c{number}", 100.0 + number / 100, lane=Lane.BULK)
    assert p.room(101.0, Lane.BULK) == p.room(101.0, Lane.BULK, ahead=0.001) == 0
    assert p.room(101.0, Lane.BULK, ahead=0.03) == 3


def test_while_all_are_halted_one_reply_goes_at_a_time():
    p = pacer()
    p.halts.put(halts.ALL, 120.0, 100.0)
    assert p.room(106.0, Lane.BULK) == p.room(106.0, Lane.NOTICE) == 0
    assert p.room(106.0) == 1
    p.reserve()
    assert p.room(106.0) == 0
    assert p.room_in(106.0) > 0
    p.give_back()
    p.halts.accepted(106.0)
    assert p.room(106.0) == 30
    assert p.room(106.0, Lane.BULK) == 0


def test_after_a_halt_of_all_one_message_goes_first():
    p = pacer()
    p.halts.put(halts.ALL, 110.0, 100.0)
    assert p.room(111.0, Lane.BULK) == p.room(111.0, Lane.PAID) == 1
    p.reserve(lane=Lane.BULK)
    assert p.room(111.0, Lane.BULK) == p.room(111.0, Lane.PAID) == 0


def test_a_halt_holds_also_where_limits_are_off():
    p = pacer(on=False)
    p.halts.put(halts.REPLIES, 110.0, 100.0)
    p.halts.put(halts.ALL, 120.0, 100.0)
    assert p.room(105.0) == p.room(115.0, Lane.BULK) == 0
    assert p.room_in(105.0) == 5.0


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


def test_what_is_paid_for_has_a_window_of_its_own():
    p = pacer(connections=10_000)
    for number in range(30):
        send(p, f"c{number}", 100.0)
    assert p.room(100.0) == p.room(100.0, Lane.BULK) == 0
    begun = p.room(100.0, Lane.PAID)
    assert begun > 100
    for number in range(begun):
        p.reserve(lane=Lane.PAID)
        p.call(f"p{number}", Lane.PAID, 100.0)
        p.answer(f"p{number}", 100.0, Lane.PAID)
    p.spread(begun, 100.0, Lane.PAID)
    assert p.room(100.0, Lane.PAID) == 0
    assert p.room(100.01 + SECOND) == 30


@given(st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_no_second_sees_more_of_what_is_paid_for_than_its_limit(seed):
    dice, p, now = random.Random(seed), pacer(paid_per_second=200, connections=10_000), 100.0
    accepted: list[float] = []
    answers: list[tuple[float, str]] = []
    while now < 104.0:
        for at, chat in [one for one in answers if one[0] <= now]:
            p.answer(chat, at, Lane.PAID)
            answers.remove((at, chat))
        room = p.room(now, Lane.PAID)
        p.spread(room, now, Lane.PAID)
        for _ in range(room):
            chat = f"c{len(accepted)}"
            p.reserve(lane=Lane.PAID)
            p.call(chat, Lane.PAID, now)
            there = now + dice.uniform(0, 0.05)
            accepted.append(there)
            answers.append((there + dice.uniform(0, 0.05), chat))
        now += 0.01
    assert most_within(accepted, 1.0) <= 200
    assert len(accepted) > 600


def test_an_eighth_of_the_connections_is_not_for_what_is_paid_for():
    p = pacer(connections=64)
    assert p.room(100.0, Lane.PAID) == 56
    p.reserve(56, Lane.PAID)
    assert p.room(100.0, Lane.PAID) == 0
    assert p.room(100.0) == 8


def test_a_chat_keeps_its_own_limit_for_what_is_paid_for():
    p = pacer()
    for _ in range(3):
        send(p, "a", 100.0, lane=Lane.PAID)
    assert p.wait("a", 100.0) > 0.9
    assert p.busy(100.0) == {"a"}
    assert p.busy(100.01 + SECOND) == set()


def test_a_halt_of_all_halts_what_is_paid_for():
    p = pacer()
    p.halts.put(halts.ALL, 110.0, 100.0)
    assert p.room(105.0, Lane.PAID) == 0
    assert p.room_in(105.0, 1, Lane.PAID) == 5.0


def test_only_chats_that_are_low_are_looked_at_again():
    p = pacer(connections=10_000, per_second=10_000)
    for number in range(900):
        send(p, f"c{number}", 100.0)
    send(p, "-1", 100.0)
    for _ in range(3):
        send(p, "low", 100.0)
    assert p.busy(100.0) == {"low"}
    assert p._low == {"low", "-1"}
