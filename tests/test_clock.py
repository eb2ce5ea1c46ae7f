"""The one source of "now"."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def stopped(offset=timedelta()):
    return Clock(offset, real=lambda: NOON)


def test_a_move_is_an_offset_that_can_be_kept():
    clock = stopped()
    assert clock.move(NOON + timedelta(days=2))
    assert clock.now() == NOON + timedelta(days=2)
    assert clock.real() == NOON
    assert stopped(clock.offset).now() == clock.now()


def test_it_never_goes_back():
    clock = stopped(timedelta(hours=1))
    assert not clock.move(NOON + timedelta(minutes=59))
    assert clock.now() == NOON + timedelta(hours=1)
    with pytest.raises(ValueError, match="negative"):
        stopped(timedelta(seconds=-1))


def test_a_move_wakes_who_listens_and_a_refused_one_does_not():
    clock, woken = stopped(), []
    clock.on_move(lambda: woken.append(clock.now()))
    clock.move(NOON + timedelta(hours=1))
    clock.move(NOON)
    assert woken == [NOON + timedelta(hours=1)]
