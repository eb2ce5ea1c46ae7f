"""Faults on order: the line and the server at their worst."""

import time

import aiohttp
import pytest

from tests.emulator.emulated import NOOR, YUSUF


async def order(emulated, kind, **more):
    await emulated.post("/control/faults", faults=[{"kind": kind, **more}])


async def texts(emulated):
    return [message["text"] for message in emulated.world.messages(NOOR)]


async def test_a_429_on_order_tells_how_long_to_wait(emulated):
    await order(emulated, "429", methods=["sendMessage"], retry_after=7, times=1)
    answer = await emulated.call("sendMessage", chat_id=NOOR, text="a")
    assert answer["parameters"] == {"retry_after": 7}
    await emulated.says("b")
    assert await texts(emulated) == ["b"]


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("502", 502)])
async def test_the_server_fails_before_anything_happened(emulated, kind, status):
    await order(emulated, kind)
    url = f"{emulated.address}/bot{emulated.world.token}/sendMessage"
    async with emulated.http.post(url, json={"chat_id": NOOR, "text": "a"}) as answer:
        assert answer.status == status
        assert (answer.content_type == "text/html") == (status == 502)
    assert await texts(emulated) == []


@pytest.mark.parametrize(("kind", "arrived"), [("reset_before", []), ("reset_after", ["a"])])
async def test_a_reset_hides_whether_the_call_took_effect(emulated, kind, arrived):
    await order(emulated, kind, times=1)
    with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await emulated.says("a")
    assert await texts(emulated) == arrived
    await emulated.says("b")


async def test_an_answer_that_is_no_json(emulated):
    await order(emulated, "bad_json", times=1)
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        await emulated.says("a")
    assert await texts(emulated) == ["a"]


async def test_a_delay_and_a_hang(emulated):
    await order(emulated, "delay", seconds=0.3, times=1)
    began = time.monotonic()
    await emulated.says("a")
    assert time.monotonic() - began >= 0.3
    await order(emulated, "hang", seconds=0.3, times=1)
    with pytest.raises(aiohttp.ClientError):
        await emulated.says("b")
    assert await texts(emulated) == ["a"]


async def test_a_fault_meets_only_the_chats_and_methods_it_names(emulated):
    emulated.world.start(YUSUF)
    await order(emulated, "500", methods=["sendMessage"], chats=[YUSUF])
    await emulated.says("a")
    await emulated.gives("getMe")
    refused = await emulated.call("sendMessage", chat_id=str(YUSUF), text="a")
    assert refused["error_code"] == 500


async def test_a_rate_is_the_same_for_the_same_seed(emulated):
    async def met():
        await order(emulated, "429", methods=["getMe"], rate=0.3, seed=4)
        return [(await emulated.call("getMe"))["ok"] for _ in range(40)]

    first = await met()
    assert 4 < first.count(False) < 24
    assert await met() == first


async def test_an_update_that_cannot_be_parsed_comes_before_the_healthy_ones(emulated):
    await order(emulated, "malformed_update", times=1)
    await emulated.updates()
    healthy = emulated.world.text(NOOR, "Dag").update_id
    found = await emulated.updates()
    assert found[0]["message"]["date"] is None
    assert found[1]["update_id"] == healthy
    assert await emulated.updates(offset=healthy + 1) == []


async def test_updates_come_twice_and_once_more(emulated):
    await order(emulated, "duplicate_update", times=1)
    first = emulated.world.text(NOOR, "Dag").update_id
    assert [one["update_id"] for one in await emulated.updates()] == [first, first]
    second = emulated.world.text(NOOR, "Dag").update_id
    found = await emulated.updates(offset=first + 1)
    assert [one["update_id"] for one in found] == [first, second]
    assert [one["update_id"] for one in await emulated.updates(offset=first + 1)] == [second]


async def test_a_fault_that_does_not_exist_is_refused(emulated):
    await emulated.post("/control/faults", 400, faults=[{"kind": "earthquake"}])
    await emulated.post("/control/faults", 400, faults=[{"kind": "429", "sometimes": True}])
    await emulated.post("/control/faults", 400, faults="all")
