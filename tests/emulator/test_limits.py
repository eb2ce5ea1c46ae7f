"""Telegram's flood limits: how many messages, where, and how long to wait after that."""

import pytest

from bot.emulator.limits import FloodLimits
from bot.emulator.refusals import Refused
from tests.emulator.emulated import NOOR, QUESTION


class Watch:
    """A time that a test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def limits(watch):
    return FloodLimits(now=watch)


def wait(limits, chat, **more):
    """The seconds of the 429, or 0 if the message was let in."""
    try:
        limits.admit(chat, **{"group": False, **more})
    except Refused as refused:
        return (refused.parameters or {})["retry_after"]
    return 0


def test_thirty_in_any_second_in_all(limits, watch):
    for chat in range(20):
        assert wait(limits, chat) == 0
    watch.now += 0.5
    for chat in range(20, 30):
        assert wait(limits, chat) == 0
    assert wait(limits, 99) == 1
    watch.now += 0.49
    assert wait(limits, 99) == 1
    watch.now += 0.02
    for chat in range(100, 120):
        assert wait(limits, chat) == 0
    assert wait(limits, 99) == 1


def test_one_a_second_in_a_chat_with_bursts_of_three(limits, watch):
    assert [wait(limits, 1) for _ in range(4)] == [0, 0, 0, 1]
    watch.now += 0.9
    assert wait(limits, 1) == 1
    watch.now += 0.1
    assert [wait(limits, 1) for _ in range(2)] == [0, 1]
    watch.now += 60
    assert [wait(limits, 1) for _ in range(4)] == [0, 0, 0, 1]


def test_twenty_a_minute_in_a_group(limits, watch):
    for _ in range(20):
        assert wait(limits, -5, group=True) == 0
        watch.now += 1
    assert wait(limits, -5, group=True) == 40
    watch.now += 40
    assert wait(limits, -5, group=True) == 0
    assert wait(limits, -5, group=True) == 1


def test_an_album_counts_for_each_of_its_messages(limits):
    assert wait(limits, -5, group=True, count=10) == 0
    assert wait(limits, -5, group=True, count=11) == 60
    assert wait(limits, -5, group=True, count=10) == 0


def test_paid_broadcasts_have_a_wider_window(limits):
    assert [wait(limits, chat, paid=True) for chat in range(1000)] == [0] * 1000
    assert wait(limits, 5000, paid=True) == 1
    assert wait(limits, 5000) == 0


async def test_the_server_answers_429_and_counts_it(emulated):
    await emulated.post("/control/limits", on=True)
    sent = [await emulated.says(f"{n}", reply_markup=QUESTION) for n in range(3)]
    answer = await emulated.call("sendMessage", chat_id=NOOR, text="4")
    assert answer["error_code"] == 429
    assert answer["description"] == "Too Many Requests: retry after 1"
    assert answer["parameters"] == {"retry_after": 1}
    edit = {"chat_id": NOOR, "message_id": sent[0]["message_id"], "text": "een"}
    assert (await emulated.call("editMessageText", **edit))["error_code"] == 429
    assert (await emulated.get("/control/state"))["too_many_requests"] == 2
    assert len(await emulated.get("/ledger")) == 3


async def test_an_album_of_three_is_a_burst(emulated):
    photo = (await emulated.post(f"/people/{NOOR}/photo"))["message"]["photo"][0]["file_id"]
    await emulated.post("/control/limits", on=True)
    media = [{"type": "photo", "media": photo}] * 3
    await emulated.gives("sendMediaGroup", chat_id=NOOR, media=media)
    assert (await emulated.call("sendMessage", chat_id=NOOR, text="x"))["error_code"] == 429


async def test_answers_and_typing_do_not_count(emulated):
    await emulated.post("/control/limits", on=True)
    sent = await emulated.says(reply_markup=QUESTION)
    for _ in range(5):
        await emulated.gives("sendChatAction", chat_id=NOOR, action="typing")
        _, query = emulated.world.press(NOOR, sent["message_id"], "yes")
        await emulated.gives("answerCallbackQuery", callback_query_id=query)
    await emulated.says("2")
