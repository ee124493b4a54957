"""Five hundred who come and go, and what is left of them in the server.

Four of five come over the WebSocket, the others over WebRTC, three at a time. Half take their leave. The
others vanish: their sockets are closed under them, some in the middle of a reply, and every tenth on the
WebSocket stays connected and neither reads nor answers, so that the server has to find out. What the server
holds is counted when the first few have been forgotten, and again when all have: its loop's tasks, its file
descriptors, threads and processes, its places, and memory with the processes that it started.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from bench.figures import Figure
from bench.live import webrtc
from bench.live.figures import conditions, milliseconds
from bench.live.house import Held, House, serving
from bench.live.material import QUESTIONS
from visavis.evaluate.client import websocket
from visavis.evaluate.client.received import Client, now
from visavis.streams import Crew

TIMES: Final = 500

WARM: Final = 30
"""Who come before anything is counted."""

AT_ONCE: Final = 3

PLACES: Final = 16
"""More than there are at once, for those who have vanished keep theirs for five seconds."""

OF_WEBRTC: Final = 5
"""Of so many one comes over WebRTC."""

OF_ASLEEP: Final = 10
"""Of so many on the WebSocket one falls asleep."""

ASLEEP: Final = 6.0
"""Seconds after which somebody asleep has been found out."""

FORGOTTEN: Final = 90.0
"""Seconds in which all who have gone are forgotten: half a minute for a session that is kept, and some."""

LOOK: Final = 0.5

MEGABYTE: Final = 2**20


def measure(times: int = TIMES) -> Iterator[Figure]:
    yield from asyncio.run(_measured(times))


async def _measured(times: int) -> list[Figure]:
    async with conditions() as found, serving(PLACES) as house:
        await _come_and_go(house, WARM)
        await _forgotten(house)
        before = await house.held()
        taken = await _come_and_go(house, times)
        waited = await _forgotten(house)
        after = await house.held()
        talking = (await house.figures())["places"]
    return [*_rows(times, before, after, talking), *_times(taken, waited), *found.rows("churn")]


def _rows(times: int, before: Held, after: Held, places: dict[str, int]) -> Iterator[Figure]:
    what = f"{times} connects and disconnects"
    kept = Counter(after.tasks) - Counter(before.tasks)
    told = f" ({', '.join(f'{count} {name}' for name, count in kept.items())})" if kept else ""
    yield Figure(f"{what}: tasks left{told}", "", [kept.total()], "0")
    yield Figure(f"{what}: file descriptors left", "", [after.descriptors - before.descriptors], "0")
    yield Figure(
        f"{what}: places left taken, and sessions kept", "", [places["talking"] + places["parked"]], "0"
    )
    yield Figure(f"{what}: threads left", "", [after.threads - before.threads], "0")
    yield Figure(f"{what}: processes left", "", [after.processes - before.processes], "0")
    grown = (after.memory - before.memory) / MEGABYTE
    yield Figure(f"{what}: memory grown, from {before.memory / MEGABYTE:.0f} MB, by", "MB", [grown], "< 50")


def _times(taken: list[float], waited: float) -> Iterator[Figure]:
    yield from milliseconds("one of them, from coming to the first picture", taken)
    yield Figure("all of them forgotten after the last had gone, in", "s", [waited], "")


async def _come_and_go(house: House, times: int) -> list[float]:
    """Seconds that each waited for a first picture."""
    turns, taken = iter(range(times)), list[float]()

    async def one_after_the_other() -> None:
        for turn in turns:
            await (_over_webrtc if turn % OF_WEBRTC == 0 else _over_websocket)(house, turn, taken)

    async with Crew() as crew:
        for task in [crew.begin(one_after_the_other()) for _ in range(AT_ONCE)]:
            await task
    return taken


async def _over_webrtc(house: House, turn: int, taken: list[float]) -> None:
    async with webrtc.connected(house.address) as client:
        await _stay(client, turn, taken)
        if turn // OF_WEBRTC % 2:
            client.vanish()
        else:
            await client.leave()


async def _over_websocket(house: House, turn: int, taken: list[float]) -> None:
    async with websocket.connected(house.address) as client:
        await _stay(client, turn, taken)
        if turn % OF_ASLEEP == 1:
            client.fall_asleep()
            await asyncio.sleep(ASLEEP)
            client.vanish()
        elif turn % 2:
            client.vanish()
        else:
            await client.leave()


async def _stay(client: Client, turn: int, taken: list[float]) -> None:
    """See a picture; some begin to talk, and some listen for a moment."""
    await client.until(lambda: client.seen)
    taken.append(now() - client.began)
    if turn % 3:
        await client.send({"type": "chat_input", "text": QUESTIONS[turn % len(QUESTIONS)][1]})
    if turn % 3 == 2:
        await client.until(lambda: client.first_sound(client.began))


async def _forgotten(house: House) -> float:
    """Wait until nobody is there any more, or for long enough; seconds."""
    began = now()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FORGOTTEN):
            places = (await house.figures())["places"]
            while places["talking"] or places["parked"]:
                await asyncio.sleep(LOOK)
                places = (await house.figures())["places"]
    return now() - began
