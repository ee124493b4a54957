"""From a typed text to the first sound and the first picture of what is said to it, at the client.

Half of the turns ask what the scripted mind knows, half have a text read. The client is at rest before, and
sees the face at rest. Over the WebSocket what counts is the arrival of the first chunk by which both a
sound that is heard, decoded, and pictures of the reply have come; "played" is when a player that plays
chunks as the page does, one behind the other, gets there: what is between replies and lies in its buffer
comes first, unless it is told to throw it away. Over WebRTC it is when both came out of aiortc's receivers,
its 80 ms of jitter buffer and the decoding included. Neither includes a browser's own buffers, loudspeaker
and screen.
"""

import asyncio
import random
from collections.abc import Iterator
from itertools import cycle
from typing import Any, Final, NamedTuple

from bench.figures import Figure
from bench.live.figures import conditions, milliseconds
from bench.live.house import House, serving
from bench.live.material import QUESTIONS, SENTENCES
from bench.live.transports import CONNECTED, WEBSOCKET
from visavis.evaluate.client.received import Client, Heard, Seen, heard_at, now

TURNS: Final = 40
"""Of each kind, over each transport."""

AWHILE: Final = 0.4
"""Seconds that each reply is listened to before it is broken off."""

MOST: Final = 0.2
"""Seconds of pause before a turn at the most, so that none keeps step with the pictures."""

GOAL: Final = "<= 250"


class Began(NamedTuple):
    """Seconds from a text until the beginning of a reply had come, and was played."""

    came: float
    played: float


def measure(turns: int = TURNS) -> Iterator[Figure]:
    yield from asyncio.run(_measured(turns))


async def _measured(turns: int) -> list[Figure]:
    rows: list[Figure] = []
    async with conditions() as found, serving() as house:
        for name, connected in CONNECTED.items():
            async with connected(house.address) as client:
                await client.clocked()
                for kind, messages in (("asked", _questions()), ("to be said", _sentences())):
                    await _turn(client, next(messages))  # the first of its kind is not counted
                    began = [await _turn(client, next(messages)) for _ in range(turns)]
                    what = f"{name}, text {kind}, to first sound and picture"
                    rows += milliseconds(what, [turn.came for turn in began], GOAL)
                    if name == WEBSOCKET:
                        rows += milliseconds(f"{what}, played", [turn.played for turn in began], GOAL)
        rows += await _stages(house)
    return [*rows, *found.rows("typed")]


async def _turn(client: Client, message: dict[str, Any]) -> Began:
    await client.quiet()
    client.forget()
    await asyncio.sleep(random.uniform(0, MOST))
    sent = now()
    await client.send(message)
    sound, picture = await beginning(client, sent)
    await asyncio.sleep(AWHILE)
    await client.silence()
    return Began(max(sound.came, picture.came) - sent, max(heard_at(sound), picture.plays) - sent)


async def beginning(client: Client, since: float) -> tuple[Heard, Seen]:
    """The first sound and the first picture of a reply that begins since then."""
    await client.until(lambda: client.first_sound(since) and client.first_picture(since))
    sound, picture = client.first_sound(since), client.first_picture(since)
    assert sound is not None
    assert picture is not None
    return sound, picture


async def _stages(house: House) -> list[Figure]:
    """What the server itself says of its last hundred replies."""
    stages = (await house.figures())["stages"]
    return [
        Figure(
            f"of it, in the server, to {name}",
            "ms",
            [1000 * stages[name]["p50"], 1000 * stages[name]["p95"]],
            "",
        )
        for name in ("mind", "voice", "face", "first")
    ]


def _questions() -> Iterator[dict[str, Any]]:
    return ({"type": "chat_input", "text": text} for _, text in cycle(QUESTIONS))


def _sentences() -> Iterator[dict[str, Any]]:
    return ({"type": "text_input", "text": text, "language": "en"} for text in cycle(SENTENCES))
