"""Whether a player on the WebSocket ever runs dry: one client that is read to, and plays what comes.

The player begins with each reply's first chunk, as soon as it is there, and holds nothing back. The margin
is what it still had to play when the next chunk of a reply came; less than nothing, and it stood still.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import cycle, pairwise
from typing import Final

from bench.figures import Figure
from bench.live.figures import conditions
from bench.live.house import serving
from bench.live.material import SENTENCES, SPEECH
from visavis.evaluate.client.loudness import ranked
from visavis.evaluate.client.reading import read_on
from visavis.evaluate.client.websocket import Chunk, connected
from visavis.streams import Crew

SECONDS: Final = 90.0


def measure(seconds: float = SECONDS) -> Iterator[Figure]:
    yield from asyncio.run(_measured(seconds))


async def _measured(seconds: float) -> list[Figure]:
    async with conditions() as found, serving() as house, connected(house.address) as client, Crew() as crew:
        crew.begin(read_on(client, cycle((SPEECH, *SENTENCES))))
        await asyncio.sleep(seconds)
        crew.dismiss()
    return [*rows("WebSocket", client.chunks), *found.rows("playback")]


def rows(name: str, chunks: Sequence[Chunk]) -> Iterator[Figure]:
    """What became of the chunks of replies, but for the first one of each, with which the player begins."""
    followed = [
        (before, chunk) for before, chunk in pairwise(chunks) if chunk.spoken and not opens(before, chunk)
    ]
    margins = [chunk.left for _, chunk in followed if chunk.left is not None]
    gaps = [chunk.came - before.came for before, chunk in followed]
    lengths = [chunk.duration for chunk in chunks if chunk.spoken]
    least = 1000 * min(margins)
    yield Figure(f"{name}, left to play when a chunk came, {len(margins)} times", "ms", _scaled(margins), "")
    yield Figure(
        f"{name}, left to play, the least but for one of a hundred", "ms", [1000 * ranked(margins, 1)], ""
    )
    yield Figure(f"{name}, left to play, the least", "ms", [least], ">= 0")
    dry = [margin for margin in margins if margin < 0]
    yield Figure(f"{name}, times that the player stood still", "", [len(dry)], "0")
    yield Figure(f"{name}, from one chunk to the next, p99", "ms", [1000 * ranked(gaps, 99)], "")
    yield Figure(f"{name}, from one chunk to the next, the longest", "ms", [1000 * max(gaps)], "")
    waits = [max(0.0, -margin) for margin in margins]
    yield Figure(f"{name}, gap between chunks as they are played", "ms", _scaled(waits), "< 50")
    yield Figure(f"{name}, length of a chunk", "ms", _scaled(lengths), "200 .. 400")


def opens(before: Chunk, chunk: Chunk) -> bool:
    """Whether a reply begins with this chunk."""
    return chunk.cut or before.final or not before.spoken


def _scaled(seconds: Sequence[float]) -> list[float]:
    return [1000 * value for value in seconds]
