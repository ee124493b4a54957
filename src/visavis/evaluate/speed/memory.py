"""Whether memory grows while a long text is said: the resident size over time, and a line through it.

Pure numbers; `works.memory` looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from visavis.evaluate.speed.growth import line

SETTLED: Final = 0.2
"""Of the time, until all is loaded and the caches are full."""

POINTS: Final = 300
"""Of a series that is kept: the line takes all pairs of them."""


@dataclass(frozen=True, slots=True)
class Course:
    """Megabytes over a text. most: at any moment. growth: a minute of speech, once all is loaded."""

    most: float
    growth: float


def course(times: Sequence[float], resident: Sequence[float], speech: float) -> Course:
    """Of megabytes at times in seconds, during which so many seconds of speech were made at an even pace.

    Raises ValueError where nothing was seen.
    """
    if not resident:
        raise ValueError("nobody has seen how much memory it took")
    whole = times[-1] - times[0]
    minutes = speech / 60 / whole if whole > 0 else 0.0
    late = [
        ((time - times[0]) * minutes, size)
        for time, size in zip(times, resident, strict=True)
        if time - times[0] >= SETTLED * whole
    ]
    return Course(max(resident), line(late)[1] if minutes else 0.0)


def thinned(values: Sequence[float], most: int = POINTS) -> tuple[float, ...]:
    """At most so many of them, evenly, with the first and the last."""
    if len(values) <= most:
        return tuple(values)
    return tuple(values[round(n * (len(values) - 1) / (most - 1))] for n in range(most))
