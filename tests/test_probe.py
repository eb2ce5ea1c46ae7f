"""When the channel is asked whether it works again."""

import asyncio
from typing import Any

from bot.channels import NotSent
from bot.probe import Probe


class Down:
    """A channel that cannot be reached for so many probes; when each came."""

    def __init__(self, times):
        self.left = times
        self.asked: list[float] = []

    async def probe(self):
        self.asked.append(asyncio.get_running_loop().time())
        self.left -= 1
        if self.left >= 0:
            raise NotSent


async def test_the_first_probe_goes_nearly_at_once_and_the_second_does_not():
    channel: Any = Down(times=1)
    answered = asyncio.Event()
    probe = Probe(channel, answered.set)
    begun = asyncio.get_running_loop().time()
    probe.failed("lost")
    await answered.wait()
    first, second = channel.asked
    assert first - begun < 0.5 <= second - first
    assert probe.on_trial


async def test_after_a_trial_that_failed_the_pauses_go_on_until_a_message_went_through():
    channel: Any = Down(times=0)
    answered = asyncio.Event()
    probe = Probe(channel, answered.set)
    spent = []
    for outage in range(3):
        answered.clear()
        begun = asyncio.get_running_loop().time()
        probe.failed("lost")
        await answered.wait()
        spent.append(channel.asked[outage] - begun)
        if outage == 1:
            probe.worked()
    assert spent[0] < 0.5 <= spent[1]
    assert spent[2] < 0.5
