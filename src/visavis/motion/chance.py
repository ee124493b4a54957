"""Chance that can be asked for any moment: noise and events as pure functions of a seed and a time.

Nothing is drawn in sequence and nothing is remembered, so the ten-millionth frame costs what the first
does and comes out the same whether or not the frames before it were made.
"""

from bisect import bisect_left, bisect_right
from functools import lru_cache
from math import floor
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_MASK: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_FIRST: Final = 0xBF58476D1CE4E5B9
_SECOND: Final = 0x94D049BB133111EB


def scrambled(*keys: int) -> int:
    """64 bits that depend on every bit of the keys (SplitMix64; Steele, Lea and Flood 2014)."""
    state = 0
    for key in keys:
        state = ((state ^ (key & _MASK)) + _GOLDEN) & _MASK
        state = ((state ^ (state >> 30)) * _FIRST) & _MASK
        state = ((state ^ (state >> 27)) * _SECOND) & _MASK
        state ^= state >> 31
    return state


def uniform(*keys: int) -> float:
    """A number in 0..1, below 1, that belongs to these keys."""
    return scrambled(*keys) / 2.0**64


class Wander:
    """Smooth noise on several channels, each a sum of octaves: no period, no jump, no kink.

    rates: Hz [channels, octaves]; an octave has no power far above its rate.
    sizes: amplitudes [channels, octaves]; a channel stays within their sum and mostly within half.
    Each octave is a cubic B-spline over hashed knots, so the noise has a continuous second derivative.
    """

    def __init__(self, seed: int, rates: NDArray[np.float64], sizes: NDArray[np.float64]) -> None:
        self._rates = rates
        self._sizes = sizes
        streams = [scrambled(seed, index) for index in range(rates.size)]
        self._streams = np.array(streams, np.uint64).reshape(rates.shape)

    def at(self, t: float) -> NDArray[np.float64]:
        """The channels at a time in seconds."""
        x = t * self._rates
        whole = np.floor(x)
        u = x - whole
        first = whole.astype(np.int64).view(np.uint64)
        knots = _knots(self._streams[..., None] + (first[..., None] + _FOUR) * np.uint64(_GOLDEN))
        v = 1 - u
        weights = (v * v * v, 3 * u * u * u - 6 * u * u + 4, 3 * v * v * v - 6 * v * v + 4, u * u * u)
        spline = sum(weight * knots[..., i] for i, weight in enumerate(weights))
        return np.asarray((spline / 6 * self._sizes).sum(axis=-1))


_FOUR: Final = np.arange(4, dtype=np.uint64)


def _knots(state: NDArray[np.uint64]) -> NDArray[np.float64]:
    """SplitMix64's finalizer on arrays; -1..1."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(_FIRST)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(_SECOND)
    return np.asarray((state ^ (state >> np.uint64(31))) / 2.0**63 - 1)


class Recurrence(NamedTuple):
    """Events that recur at irregular intervals.

    shortest, mean: seconds between one and the next; the longest is about mean + 1.5 (mean - shortest).
    """

    seed: int
    shortest: float
    mean: float

    def between(self, begin: float, end: float) -> list[float]:
        """The times t of all events with begin <= t <= end, in seconds and in order."""
        span = _EVENTS * self.mean
        found: list[float] = []
        for block in range(floor(begin / span) - 1, floor(end / span) + 2):
            times = _block(self, block)
            found.extend(times[bisect_left(times, begin) : bisect_right(times, end)])
        return found


_EVENTS: Final = 16
"""Events that are drawn together: the intervals between irregular milestones that far apart."""


@lru_cache(maxsize=256)
def _block(events: Recurrence, index: int) -> tuple[float, ...]:
    """The events from one milestone up to, and without, the next.

    The intervals are skewed as human ones are: many short, few long. One is drawn from each n-th of their
    distribution, so that what is spared for the milestones stretches none of them beyond bounds.
    """
    begin, end = _milestone(events, index), _milestone(events, index + 1)
    n = max(round((end - begin) / events.mean), 1)
    ranks = sorted(range(n), key=lambda i: scrambled(events.seed, index, 1, i))
    draws = [0.15 + ((rank + uniform(events.seed, index, 2, rank)) / n) ** 2 for rank in ranks]
    spare = (end - begin - n * events.shortest) / sum(draws)
    times = [begin]
    for draw in draws[:-1]:
        times.append(times[-1] + events.shortest + spare * draw)
    return tuple(times)


def _milestone(events: Recurrence, index: int) -> float:
    return (index + 0.5 * uniform(events.seed, index, 0)) * _EVENTS * events.mean
