"""Over a network that loses packets and is too narrow: pictures get smaller, sound and conversation stay."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Final

import numpy as np

from tests.transports.webrtc.client import Client, connected
from tests.transports.webrtc.narrow import Line, Relay, relay
from tests.transports.webrtc.scripted import House, Served, served

H264: Final = 99
"""The number that aiortc offers it by."""


@contextlib.asynccontextmanager
async def far(house: House, down: Line) -> AsyncIterator[tuple[Served, Client, Relay]]:
    async with served(house) as there, relay(down) as between:

        async def answer(sdp: str) -> str:
            return between.rewritten(await there.answer(sdp))

        async with connected(answer) as client:
            await client.until(lambda: client.numbers)
            yield there, client, between


def every(nth: int) -> Callable[[bytes], bool]:
    """Loses every so manieth packet of pictures when it is sent for the first time, as its format tells."""
    pictures = itertools.count(1)
    return lambda packet: packet[0] >> 6 == 2 and packet[1] & 0x7F == H264 and next(pictures) % nth == 0


async def test_lost_packets_are_sent_again() -> None:
    """Over the first second; so much loss leaves pictures out from then on, as it should."""
    async with far(House(), Line(loses=every(6))) as (_, client, between):
        await client.until(lambda: len(client.numbers) > 25)
        assert between.down.dropped >= 3
        client.numbers = client.numbers[:25]
        assert client.numbers == list(range(len(client.numbers)))


async def test_a_narrow_line_gets_smaller_pictures_and_all_of_the_sound() -> None:
    """What is sent is looked at, for aiortc shows no pictures before all that it missed is repaired."""
    async with far(House(size=(512, 512), busy=True), Line(rate=300_000)) as (there, client, between):
        await client.until(lambda: len(client.sound) > 50 and between.down.dropped)
        await asyncio.sleep(2.0)
        settled, dropped, passed = len(client.sound), between.down.dropped, between.down.passed
        await client.until(lambda: len(client.sound) >= settled + 75)
        assert between.down.dropped <= dropped + 5
        assert 8 * (between.down.passed - passed) / 1.5 < 300_000
        times = [at for at, _ in client.sound[settled:]]
        assert sum(np.diff(times) > 0.03) <= 4
        assert there.lobby.figures().talking == 1
