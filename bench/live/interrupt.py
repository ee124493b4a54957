"""From an interruption to silence, at the client: by a message, and by a voice while the avatar speaks.

The page falls silent as soon as it is told `interrupted`, whichever way sound comes to it. A client that does
not act on that hears, over WebRTC, what is on its way, out of aiortc's receiver with its 80 ms of jitter
buffer; over the WebSocket it has to throw away what it has, at `interrupted` or at a chunk that says `cut`,
and no sound of the old reply may come after that. A voice is given the 200 ms by which it is known not to be
a noise: the time begins there.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from bench.figures import Figure
from bench.live.figures import conditions, milliseconds
from bench.live.house import serving
from bench.live.material import INTERRUPTION, SPEAKERS, SPEECH, Turn, spoken
from bench.live.transports import CONNECTED
from visavis.evaluate.client.received import Client, now
from visavis.evaluate.client.websocket import WebSocketClient

TURNS: Final = 8
"""Of each kind, over each transport."""

SUSTAINED: Final = 0.2
"""Seconds of speech by which it is known to be meant."""

BEFORE: Final = (0.8, 2.0)
"""Seconds of a reply that are heard before it is interrupted."""

AFTER: Final = 0.8
"""Seconds after `interrupted` in which sound of the old reply could come; no answer can be there by then."""

GOAL: Final = "<= 200"

Interrupts = Callable[[Client], Awaitable[float]]
"""Interrupts; from when on time is counted."""


class Fell(NamedTuple):
    """Seconds to silence, and to `interrupted`; how many pieces of the old reply came behind that."""

    silent: float
    told: float
    leftover: int


def measure(turns: int = TURNS) -> Iterator[Figure]:
    yield from asyncio.run(_measured(turns))


async def _measured(turns: int) -> list[Figure]:
    rows: list[Figure] = []
    voices = [
        Turn(samples, INTERRUPTION) async for samples in spoken([(INTERRUPTION, who) for who in SPEAKERS])
    ]
    ways: dict[str, Callable[[int], Interrupts]] = {
        "message": lambda turn: _by_message,
        "voice": lambda turn: partial(_by_voice, voices[turn % len(voices)]),
    }
    async with conditions() as found, serving() as house:
        for name, connected in CONNECTED.items():
            async with connected(house.address) as client:
                for way, interrupts in ways.items():
                    fell = [await _turn(client, interrupts(turn)) for turn in range(turns)]
                    rows += _rows(
                        f"{name}, interrupted by {way}", [one for one in fell if one is not None], turns
                    )
    return [*rows, *found.rows("interrupt")]


def _rows(what: str, fell: list[Fell], turns: int) -> Iterator[Figure]:
    yield from milliseconds(f"{what}, until the page is told, and silent", [one.told for one in fell], GOAL)
    yield from milliseconds(f"{what}, to silence where nobody acts on it", [one.silent for one in fell])
    yield Figure(f"{what}, not heeded, of {turns}", "", [turns - len(fell)], "0")
    yield Figure(
        f"{what}, sound of the old reply after that", "pieces", [sum(one.leftover for one in fell)], "0"
    )


async def _turn(client: Client, interrupt: Interrupts) -> Fell | None:
    """None: it spoke on."""
    await client.quiet()
    client.forget()
    asked = now()
    await client.send({"type": "text_input", "text": SPEECH, "language": "en"})
    await client.until(lambda: client.first_sound(asked))
    await asyncio.sleep(random.uniform(*BEFORE))
    begun = now()
    since = await interrupt(client)
    try:
        await client.until(lambda: client.messages("interrupted", begun), 4)
    except TimeoutError:
        print("it spoke on", file=sys.stderr)
        await client.silence()
        return None
    told = client.messages("interrupted", begun)[0].came
    await asyncio.sleep(told + AFTER - now())
    fell = (
        _over_websocket(client, since, told)
        if isinstance(client, WebSocketClient)
        else _over_webrtc(client, since, told)
    )
    await client.silence()
    return fell


def _over_websocket(client: WebSocketClient, since: float, told: float) -> Fell:
    cut = min([told, *(chunk.came for chunk in client.chunks if chunk.cut and chunk.came >= since)])
    late = [chunk for chunk in client.chunks if chunk.came > cut and chunk.spoken]
    return Fell(max(0.0, cut - since), told - since, len(late))


def _over_webrtc(client: Client, since: float, told: float) -> Fell:
    """What is heard is part of the time; there is nothing that could come after it."""
    last = client.last_sound(since, told + AFTER)
    return Fell(max(0.0, last - since) if last is not None else 0.0, told - since, 0)


async def _by_message(client: Client) -> float:
    sent = now()
    await client.send({"type": "interrupt"})
    return sent


async def _by_voice(turn: Turn, client: Client) -> float:
    return await client.voice.speak(turn.samples) + turn.begin + SUSTAINED
