"""A piece of work that stands for the machine: what is measured is told as so many times as long.

It is one third arrays, one third pictures and one third Python itself, on one processor, and no work of
visavis is in it. Whoever changes it makes all ratios that were ever written down worthless: VERSION tells.
"""

import time
from functools import cache
from statistics import median
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.media import Pixels

VERSION: Final = 1

ROUNDS: Final = 3
"""Of which the middle one counts: a single one may be interrupted."""


def reference() -> float:
    """Seconds that it takes, now, on this machine; some 10 to 20 ms each round."""
    _material()
    return median(_timed() for _ in range(ROUNDS))


def mixed() -> float:
    """The work itself; what it gives is the same each time, and shows that nothing was left out."""
    return _arrays() + _pictures() + _python()


def _timed() -> float:
    began = time.perf_counter()
    mixed()
    return time.perf_counter() - began


@cache
def _material() -> tuple[NDArray[np.float32], Pixels, NDArray[np.float32], NDArray[np.float32]]:
    """A matrix, a picture, and column and row that each of its pixels comes from."""
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(384, 384)).astype(np.float32)
    picture = rng.integers(0, 256, (384, 384, 3), dtype=np.uint8)
    rows, columns = np.mgrid[0:384, 0:384].astype(np.float32)
    return matrix, picture, columns + 3 * np.sin(rows / 20), rows + 3 * np.cos(columns / 20)


def _arrays() -> float:
    matrix = _material()[0]
    for _ in range(4):
        matrix = np.tanh(matrix @ matrix.T / 400)
    spectrum = np.fft.rfft(matrix, axis=1)
    return float(np.abs(spectrum[:, :64]).mean())


def _pictures() -> float:
    _, picture, columns, rows = _material()
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        for _ in range(4):
            moved = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR)
            picture = np.asarray(cv2.GaussianBlur(moved, (9, 9), 2), np.uint8)
        small = cv2.resize(picture, (96, 96), interpolation=cv2.INTER_AREA)
    finally:
        cv2.setNumThreads(threads)
    return float(small.mean())


def _python() -> float:
    seen: dict[int, int] = {}
    number, words = 1, []
    for step in range(20_000):
        number = (1_103_515_245 * number + 12_345) % 2_147_483_648
        seen[number % 509] = seen.get(number % 509, 0) + 1
        if not step % 16:
            words.append(f"{number:x}")
    return float(len("".join(sorted(words))) + max(seen.values()))
