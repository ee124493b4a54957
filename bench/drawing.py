"""How many pictures the warp engine draws in a second on one processor."""

import time
from collections.abc import Iterator

from bench import material
from bench.figures import Figure

ROUNDS = 5
PICTURES = 300


def measure() -> Iterator[Figure]:
    rates = [float(rate) for rate in material.pinned("bench.drawing").split()]
    yield Figure("warp draws, 512x512, one processor", "fps", rates, ">= 400")


def _rates() -> Iterator[float]:
    """Pictures a second of a face that speaks, blinks and turns, motion included."""
    import asyncio

    import numpy as np

    from visavis.engines.face.warp import Warp
    from visavis.media import AudioChunk, Phone, VideoFrame
    from visavis.streams import stream_of

    rate, seconds = 22_050, PICTURES / material.FPS
    symbols = ("m", "ɑː", "p", "uː", "f", "iː", "s", "ə")
    sounds = [Phone(symbols[n % 8], n / 10, (n + 1) / 10, n % 3) for n in range(int(seconds * 10))]
    speech = AudioChunk(np.zeros(round(seconds * rate), np.float32), rate, 0, tuple(sounds))
    warp = Warp(fps=material.FPS, threads=1)
    face = warp.prepare(material.portrait())

    async def draw() -> list[VideoFrame]:
        return [frame async for frame in warp.animate(stream_of([speech]), face, 0)]

    asyncio.run(draw())
    for _ in range(ROUNDS):
        began = time.perf_counter()
        count = len(asyncio.run(draw()))
        yield count / (time.perf_counter() - began)
    warp.close()


if __name__ == "__main__":
    print(*_rates())
