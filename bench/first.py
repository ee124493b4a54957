"""From a text to the first picture: in a new process, and in one that has done it before."""

import asyncio
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing, closing
from pathlib import Path

from bench import material
from bench.figures import Figure

ROUNDS = 7


def measure() -> Iterator[Figure]:
    yield Figure("text to first picture, new process", "s", list(_cold()), "<= 1.2")
    yield Figure("text to first picture, warm", "ms", asyncio.run(_warm()), "<= 60")


def _cold() -> Iterator[float]:
    with tempfile.TemporaryDirectory() as folder:
        words = material.say(material.SENTENCE, "--out", str(Path(folder) / "first.mp4"))
        for _ in range(ROUNDS):
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            yield json.loads(done.stdout)["timings"]["first_frame"]


async def _warm() -> list[float]:
    """Everything that a new text needs, with engines running and the portrait prepared."""
    from visavis.engines.face.warp import Warp
    from visavis.engines.tts.espeak import Espeak
    from visavis.language import clauses
    from visavis.soundtrack import spoken
    from visavis.stopwatch import Stopwatch

    taken = []
    with closing(Espeak()) as tts, closing(Warp(fps=material.FPS)) as warp:
        face = warp.prepare(material.portrait())
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            track = spoken(iter(clauses(material.SENTENCE, None)), tts, None, Stopwatch())
            async with aclosing(track.chunks), aclosing(warp.animate(track.chunks, face, 0)) as frames:
                await anext(frames)
                taken.append((time.perf_counter() - began) * 1000)
    return taken[1:]
