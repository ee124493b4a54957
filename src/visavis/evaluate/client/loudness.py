"""What can be told of decoded sound: how loud it is every 5 ms, and from when to when it is heard. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.media import Samples

Levels = NDArray[np.float32]
"""Loudness, one for each STEP seconds: the root of the mean square of full scale."""

STEP: Final = 0.005

AUDIBLE: Final = 10 ** (-44 / 20)
"""From here on sound is heard: speech has -20 dB, what Opus and AAC make of silence less than -70."""

SOFT: Final = 10 ** (-26 / 20)
"""Of a recording's loudest level: what is softer before and behind its speech is no part of it."""


def levels(samples: Samples, rate: int) -> Levels:
    """The loudness of every STEP of some samples [n]; the last one is of what is left."""
    step = round(STEP * rate)
    squares = np.square(samples, dtype=np.float32)
    if not len(squares):
        return squares
    starts = np.arange(0, len(squares), step)
    lengths = np.minimum(step, len(squares) - starts)
    result: Levels = np.sqrt(np.add.reduceat(squares, starts) / lengths).astype(np.float32)
    return result


def first_heard(loudness: Levels) -> float | None:
    """Seconds from the beginning to the first sound; None: there is none."""
    heard = np.flatnonzero(loudness >= AUDIBLE)
    return float(heard[0]) * STEP if len(heard) else None


def last_heard(loudness: Levels) -> float | None:
    """Seconds from the beginning to the end of the last sound; None: there is none."""
    heard = np.flatnonzero(loudness >= AUDIBLE)
    return float(heard[-1] + 1) * STEP if len(heard) else None


def voiced(samples: Samples, rate: int) -> tuple[int, int]:
    """Where speech begins and ends in a recording: its first sample, and the one behind its last."""
    loudness, step = levels(samples, rate), round(STEP * rate)
    loud = np.flatnonzero(loudness >= SOFT * loudness.max())
    return int(loud[0]) * step, min(len(samples), int(loud[-1] + 1) * step)


def ranked(values: Sequence[float], percent: float) -> float:
    """So many of a hundred values are no larger; by the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, int(np.ceil(percent * len(ordered) / 100)) - 1)]
