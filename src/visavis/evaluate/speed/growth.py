"""How a cost grows with the size of the work, from runs of several sizes.

    cost = c * size ^ exponent          fitted to the logarithms, by least squares
    cost = once + each * size           fitted by Theil and Sen, whom single runs do not mislead

The first tells whether it grows in proportion: twice the size, twice the cost. What is done once makes it
grow by less, also where each further piece costs the same: 1.2 + 0.1 n has an exponent of 0.58 from 5 to 60.
So "less than in proportion" says nothing of the pieces; the second line tells what they cost. Pure numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log, sqrt
from statistics import fmean, median
from typing import Final, Literal

Shape = Literal["in proportion", "more than in proportion", "less than in proportion", "not known"]

STRAIGHT: Final = 0.1
"""By which an exponent may differ from 1 and be called in proportion."""

STUDENT: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t for 1, 2, ... degrees of freedom: 95 of a hundred lie within plus and minus so much."""

NORMAL: Final = 1.96

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Growth:
    """How a cost grows. error: 95 of a hundred such fits have their exponent within plus and minus this."""

    exponent: float
    error: float
    once: float
    each: float
    shape: Shape


def growth(points: Points) -> Growth | None:
    """Of (size, cost), several runs of each size; None with fewer than three sizes, or a cost of nothing."""
    if len({size for size, _ in points}) < 3 or any(size <= 0 or cost <= 0 for size, cost in points):
        return None
    exponent, error = _slope([(log(size), log(cost)) for size, cost in points])
    once, each = line(points)
    return Growth(exponent, error, once, each, _shape(exponent, error))


def line(points: Points) -> tuple[float, float]:
    """Where a line through points begins, and its slope: the median of the slopes of all pairs.

    Up to 29 of a hundred points may lie anywhere and do not move it far: Theil (1950), Sen (1968).
    """
    slopes = [(y - v) / (x - u) for (u, v), (x, y) in combinations(points, 2) if x != u]
    slope = median(slopes) if slopes else 0.0
    return median(y - slope * x for x, y in points), slope


def _slope(points: Points) -> tuple[float, float]:
    """Of the line with the least squares, and half of the interval that holds it 95 times of a hundred."""
    middle, level = fmean(x for x, _ in points), fmean(y for _, y in points)
    across = sum((x - middle) ** 2 for x, _ in points)
    slope = sum((x - middle) * (y - level) for x, y in points) / across
    free = len(points) - 2
    off = sum((y - level - slope * (x - middle)) ** 2 for x, y in points)
    student = STUDENT[free - 1] if free <= len(STUDENT) else NORMAL
    return slope, student * sqrt(off / free / across)


def _shape(exponent: float, error: float) -> Shape:
    low, high = exponent - error, exponent + error
    if low > 1 + STRAIGHT:
        return "more than in proportion"
    if high < 1 - STRAIGHT:
        return "less than in proportion"
    return "in proportion" if abs(exponent - 1) <= STRAIGHT and error <= 2 * STRAIGHT else "not known"
