"""How soon the server is there, how soon somebody is connected, and what one session takes of a processor.

From the start of the process until /ready answers 200: engines open, the default portrait prepared. Over
WebRTC from the making of an offer to the first decoded picture: negotiation, ICE and DTLS on loopback; over
the WebSocket from the handshake to the first chunk. The processor's time is that of the server with the
processes it started; the client's own is told beside it, for its decoding takes from the same processors.
"""

import asyncio
from collections.abc import Iterator
from itertools import cycle
from typing import Final

from bench.figures import Figure
from bench.live.figures import conditions, milliseconds, own_seconds
from bench.live.house import House, serving
from bench.live.material import SENTENCES, SPEECH
from bench.live.transports import CONNECTED
from visavis.evaluate.client.reading import read_on
from visavis.evaluate.client.received import now
from visavis.streams import Crew

TIMES: Final = 5
"""That the server is started; and twice as often somebody connects."""

SECONDS: Final = 15.0
"""That a session's work is measured for."""

MOMENT: Final = 2.0
"""Seconds until what a beginning takes is over."""


def measure(times: int = TIMES) -> Iterator[Figure]:
    yield from asyncio.run(_measured(times))


async def _measured(times: int) -> list[Figure]:
    rows: list[Figure] = []
    async with conditions() as found:
        took = []
        for _ in range(times):
            async with serving() as house:
                took.append(house.took)
        rows.append(Figure("from `visavis serve` to /ready", "s", took, ""))
        async with serving() as house:
            for name in CONNECTED:
                connecting = [await _connecting(house, name) for _ in range(2 * times + 1)]
                rows += milliseconds(f"{name}, from connecting to the first picture", connecting[1:])
            rows.append(
                Figure("the server with nobody there, of a processor", "%", [await _alone(house)], "")
            )
            for name in CONNECTED:
                rows += await _working(house, name)
    return [*rows, *found.rows("start")]


async def _connecting(house: House, name: str) -> float:
    async with CONNECTED[name](house.address) as client:
        await client.until(lambda: client.seen)
        return client.seen[0].came - client.began


async def _alone(house: House) -> float:
    """Per cent of a processor."""
    began, before = now(), house.seconds()
    await asyncio.sleep(SECONDS)
    return 100 * (house.seconds() - before) / (now() - began)


async def _working(house: House, name: str) -> list[Figure]:
    """What one session takes that is at rest, and one that talks."""
    rows = []
    async with CONNECTED[name](house.address) as client, Crew() as crew:
        for doing in ("at rest", "talking"):
            if doing == "talking":
                crew.begin(read_on(client, cycle((SPEECH, *SENTENCES))))
            await asyncio.sleep(MOMENT)
            own = own_seconds()
            share = await _alone(house)
            clients = 100 * (own_seconds() - own) / SECONDS
            rows.append(Figure(f"{name}, a session {doing}, of a processor", "%", [share], ""))
            rows.append(Figure(f"{name}, its client meanwhile, of a processor", "%", [clients], ""))
        crew.dismiss()
    return rows
