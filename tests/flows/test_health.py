"""What admins read about how the bot is doing."""

from datetime import timedelta

import pytest

from handlers.health import counted
from storage import inbox, outbox, settings
from storage.health import MOST
from storage.outbox import Lane, Promise
from tests.flows.whole import gets_role


@pytest.fixture
def boss(world):
    phone = world.phone("boss")
    phone.types("/start")
    gets_role(phone, "admin")
    return phone


def test_a_quiet_bot(world, boss):
    polled = (world.now - timedelta(minutes=1)).isoformat()
    world.run(settings.put, "vitals", {"last_poll": polled, "errors": {"receiving": ""}})
    said = boss.types("/health")[0]
    assert said.startswith(
        "Last asked for messages: Monday 1 March, 11:59.\nNo errors since the start.\n\n"
        "Waiting to be sent:\n"
        "Replies: none, 0 for later\n"
        "Reminders and notices: none, 0 for later\n"
        "Announcements: none, 0 for later\n"
        "Being sent now: 0\n\n"
        "Not delivered in the last day:\n"
        "Blocked or gone: 0\n"
        "Refused by Telegram: 0\n"
        "Not sure whether it arrived: 0\n"
        "Messages of people that I could not handle: 0\n\n"
        "People: 1, of whom members: 0\n"
        "Size of the database: 0."
    )
    assert boss.presses("Look again")[0] == said


def test_a_bot_in_trouble(world, boss):
    world.run(settings.put, "vitals", {"last_poll": None, "errors": {"receiving": "Contested"}})
    promise = Promise("a", "telegram:5", "r", {}, world.now - timedelta(hours=2))
    world.run(outbox.promise, promise, world.now)
    kept = world.run(inbox.keep, "test:x", "telegram:5", "{}", "ValueError", world.now)
    world.run(inbox.set_aside, kept.row, "ValueError")
    paid = Promise("b", "telegram:6", "r", {}, world.now + timedelta(hours=2), lane=Lane.PAID)
    world.run(outbox.promise, paid, world.now)
    lines = boss.types("/health")[0].splitlines()
    assert "Paid announcements: none, 1 for later" in lines
    assert lines[:2] == [
        "I have not been able to ask for messages yet.",
        "Last error while receiving: \u2068Contested\u2069",
    ]
    assert "Reminders and notices: 1 since Monday 1 March, 10:00, 0 for later" in lines
    assert "Messages of people that I could not handle: 1" in lines


@pytest.mark.parametrize(
    "vitals", ["", [], {"last_poll": 3, "errors": "x"}, {"last_poll": "2027-03-01T11:00"}]
)
def test_strange_vitals_do_no_harm(world, boss, vitals):
    world.run(settings.put, "vitals", vitals)
    assert boss.types("/health")[0].startswith("I have not ")


def test_before_anything_was_written_down(boss):
    said = boss.types("/health")[0]
    assert said.startswith("I have not written down yet how it goes. Look again in a minute.")


def test_a_count_that_was_cut_off_says_so():
    assert counted(MOST) == "10,000"
    assert counted(MOST + 1) == "more than 10,000"


def test_it_is_for_admins(world, boss):
    gets_role(boss, "coordinator")
    (said,) = boss.types("/health")
    assert "admin" in said
    assert "Waiting" not in said
