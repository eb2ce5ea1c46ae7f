"""getUpdates: what is handed out, what is confirmed, who may wait, and what is dropped."""

import asyncio
import json
import time
from typing import Any

import pytest

from bot.emulator.state import first_id
from tests.emulator.emulated import NOOR, QUESTION

TERMINATED = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


@pytest.fixture
def three(emulated):
    """The ids of three waiting updates."""
    return [emulated.world.text(NOOR, text).update_id for text in ("a", "b", "c")]


async def ids(emulated, **params):
    return [update["update_id"] for update in await emulated.updates(**params)]


async def test_updates_stay_until_a_higher_offset_confirms_them(emulated, three):
    assert await ids(emulated) == three
    assert await ids(emulated, offset=three[0]) == three
    assert await ids(emulated, offset=three[1]) == three[1:]
    assert await ids(emulated) == three[1:]
    assert await ids(emulated, offset=three[2] + 1) == []
    assert await ids(emulated) == []


async def test_a_negative_offset_forgets_all_but_the_last(emulated, three):
    assert await ids(emulated, offset=-2) == three[1:]
    assert await ids(emulated, offset=-5) == three[1:]


async def test_a_limit_hands_out_the_oldest_first(emulated, three):
    assert await ids(emulated, limit=2) == three[:2]
    assert await ids(emulated, limit=0) == three[:1]


async def test_a_long_poll_ends_at_once_when_something_happens(emulated):
    began = time.monotonic()
    poll = asyncio.create_task(emulated.updates(timeout=20))
    await asyncio.sleep(0.1)
    emulated.world.text(NOOR, "Dag")
    assert (await poll)[0]["message"]["text"] == "Dag"
    assert time.monotonic() - began < 5


async def test_a_long_poll_ends_empty_after_its_time(emulated):
    began = time.monotonic()
    assert await emulated.updates(timeout=1) == []
    assert 0.9 < time.monotonic() - began < 5


async def test_a_second_poll_ends_the_first_with_409(emulated):
    first = asyncio.create_task(emulated.call("getUpdates", timeout=20))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(emulated.updates(timeout=20))
    refused = await asyncio.wait_for(first, 5)
    assert (refused["error_code"], refused["description"]) == (409, TERMINATED)
    emulated.world.text(NOOR, "Dag")
    assert len(await second) == 1


async def test_only_the_kinds_that_were_asked_for_come_and_the_list_is_remembered(emulated):
    await emulated.updates(allowed_updates=["my_chat_member"])
    assert emulated.world.text(NOOR, "Dag").update_id is None
    emulated.world.block(NOOR)
    (update,) = await emulated.updates()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    await emulated.updates(allowed_updates=[])
    assert not emulated.world.updates.wanted("message_reaction")
    assert emulated.world.updates.wanted("message")


async def test_a_press_that_nobody_fetched_for_150_seconds_is_dropped(emulated):
    sent = await emulated.says(reply_markup=QUESTION)
    update_id, _ = emulated.world.press(NOOR, sent["message_id"], "yes")
    later = emulated.world.text(NOOR, "Hallo?").update_id
    emulated.world.clock.forward(149)
    assert await ids(emulated) == [update_id, later]
    emulated.world.clock.forward(2)
    assert await ids(emulated) == [later]


async def test_raw_updates_are_delivered_as_they_are(emulated):
    world = emulated.world
    given: list[Any] = [
        {"message": {"date": "soon"}},
        {"update_id": "x"},
        [1],
        None,
        {"update_id": 10**30},
    ]
    found = await emulated.post("/control/updates", updates=given)
    healthy = world.text(NOOR, "Dag").update_id
    answer = await emulated.updates()
    assert answer[0] == {"update_id": found["update_ids"][0], **given[0]}
    assert answer[1:5] == given[1:]
    assert answer[5]["update_id"] == healthy
    assert await ids(emulated, offset=healthy + 1) == []


async def test_raw_texts_are_spliced_in_unread(emulated):
    await emulated.post("/control/updates", raw=['{"update_id": 5, "a": 1e999}', '{"broken":'])
    url = f"{emulated.address}/bot{emulated.world.token}/getUpdates"
    async with emulated.http.get(url) as answer:
        text = await answer.text()
    assert text == '{"ok":true,"result":[{"update_id": 5, "a": 1e999},{"broken":]}'


async def test_an_update_with_an_earlier_id_is_confirmed_with_its_own(emulated, three):
    await emulated.post("/control/updates", updates=[{"update_id": three[0], "again": True}])
    assert len(await emulated.updates(offset=three[1])) == 2


async def test_lone_surrogates_travel(emulated):
    await emulated.post("/control/updates", updates=[{"message": {"text": "\ud800"}}])
    (update,) = await emulated.updates()
    assert json.dumps(update["message"]["text"]) == '"\\ud800"'


def test_two_starts_do_not_share_ids():
    now = time.time()
    assert first_id(now + 1) >= first_id(now) + 15
    assert first_id(now) < 2**31
