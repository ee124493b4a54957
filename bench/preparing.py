"""How long it takes from the bytes of a photo to a face that can be moved, with the networks loaded."""

import time
from collections.abc import Iterator
from contextlib import closing

from bench import material
from bench.figures import Figure

ROUNDS = 7


def measure() -> Iterator[Figure]:
    from visavis.engines.face.warp import Warp
    from visavis.portrait import take

    finder, content = material.finder(), material.photo().read_bytes()
    taken = []
    with closing(Warp(fps=material.FPS)) as warp:
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            warp.prepare(take(content, finder, material.SIZE, material.SIZE))
            taken.append(time.perf_counter() - began)
    yield Figure("portrait preparation", "s", taken[1:], "<= 0.5")
