"""One run as it was measured, and many of them as one figure with its spread.

Owns what is told of a work's runs, and when they differ too much to be believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Final

from visavis.evaluate.speed.work import Told

WIDE: Final = 0.1
"""The part of the median that the middle half of the runs may spread over; beyond, the machine is busy."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of a work.

    seconds: that it took. amount: how much was done. reference: seconds that the reference took beside it.
    cpu: seconds of processors. memory: megabytes at most. gpu: megabytes. None where nobody tells.
    also, series: what else the work has seen, see `work.Done`.
    """

    seconds: float
    amount: float
    reference: float
    cpu: float | None = None
    memory: float | None = None
    threads: int | None = None
    gpu: float | None = None
    also: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def value(self, told: Told) -> float:
        """What its work is known by: amounts a second, seconds for each, or megabytes (0: nobody tells)."""
        if told == "rate":
            return self.amount / self.seconds if self.seconds else 0.0
        if told == "time":
            return self.seconds / self.amount if self.amount else 0.0
        return self.memory or 0.0

    @property
    def ratio(self) -> float:
        """How many times the reference fits into one amount of the work: what machines are compared by."""
        return self.seconds / self.amount / self.reference if self.amount and self.reference else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Some numbers as one. low, high: the quartiles, between which the middle half lies."""

    count: int
    median: float
    least: float
    most: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """The middle half, as a part of the median."""
        return (self.high - self.low) / abs(self.median) if self.median else 0.0

    @property
    def wide(self) -> bool:
        """Whether they differ so much that a difference to others means little."""
        return self.width > WIDE


def spread(values: Sequence[float]) -> Spread:
    """Of at least one number. Quartiles as in Hyndman & Fan (1996), type 7, which stay within the numbers."""
    if not values:
        raise ValueError("nothing was measured, so nothing can be said of it")
    low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else (values[0],) * 3
    return Spread(len(values), median(values), min(values), max(values), low, high)


def known(values: Sequence[float | int | None]) -> Spread | None:
    """The same of what is known of it; None where nothing is."""
    there = [float(value) for value in values if value is not None]
    return spread(there) if there else None
