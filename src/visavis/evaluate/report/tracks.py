"""What a reading's series are: curves over a clip's time, curves over something else, or a heap of values.

Owns telling them apart by their form, so that no metric has to be known by its name. With "time" among them,
the others are curves over it; an even grid in front makes curves over that; the rest are values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from statistics import median
from typing import Final, TypeAlias

from visavis.evaluate.metrics import Reading
from visavis.evaluate.results import Meaning, Results

TIME: Final = "time"
EXPECTED: Final = "expected"

GRID: Final = 8
"""Fewer places than these are no grid."""

GAP: Final = 3.0
"""Times the usual step: where nothing was looked at, no line is drawn."""

ALIKE: Final = 3.0
"""Curves whose extents differ by no more than this factor have one scale."""

Number: TypeAlias = float | None
Scale: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves of one metric over one thing.

    over: what that is, "time" in seconds of the clip. at: the places on it; None where there is none.
    lines: by name, as many numbers as places.
    """

    metric: str
    title: str
    over: str
    at: tuple[Number, ...]
    lines: Mapping[str, tuple[Number, ...]]


@dataclass(frozen=True, slots=True)
class Heap:
    """Values without an order, such as the length of each gap. name: of the series; "" the metric's own."""

    metric: str
    title: str
    unit: str
    name: str
    values: tuple[float, ...]

    @property
    def words(self) -> str:
        """What they are; a series that is named after the unit needs no name."""
        return f"{self.title}: {self.name}" if self.name not in ("", self.unit) else self.title


def timelines(readings: Mapping[str, Reading], metrics: Mapping[str, Meaning]) -> tuple[Curves, ...]:
    """All curves over time; those that are held against what was expected come first.

    What several metrics have in common is there once.
    """
    found = [curves for curves in _curves(readings, metrics) if curves.over == TIME]
    return tuple(sorted(_once(found), key=lambda curves: EXPECTED not in curves.lines))


def grids(readings: Mapping[str, Reading], metrics: Mapping[str, Meaning]) -> tuple[Curves, ...]:
    """All curves over something else."""
    return tuple(_once(curves for curves in _curves(readings, metrics) if curves.over != TIME))


def heaps(readings: Mapping[str, Reading], metrics: Mapping[str, Meaning]) -> tuple[Heap, ...]:
    """All series that are no curves."""
    return tuple(
        Heap(name, metrics[name].title, metrics[name].unit, series, numbers)
        for name, reading in readings.items()
        if name in metrics and not _axis(reading.series)
        for series, numbers in ((key, _finite(values)) for key, values in reading.series.items())
        if numbers
    )


def spreads(results: Results, few: int) -> tuple[Heap, ...]:
    """What is worth a histogram over all scenarios: more than `few` values that differ, once each.

    What depends on how fast the machine is comes first.
    """
    figures = tuple(
        Heap(name, metric.title, metric.unit, "", tuple(_figures(results, name)))
        for name, metric in results.metrics.items()
    )
    pooled: dict[tuple[str, str], Heap] = {}
    for scenario in results.scenarios:
        for heap in heaps(scenario.readings, results.metrics):
            before = pooled.get((heap.metric, heap.name))
            values = (*(before.values if before else ()), *heap.values)
            pooled[heap.metric, heap.name] = Heap(heap.metric, heap.title, heap.unit, heap.name, values)
    found = {
        heap.values: heap
        for heap in (*reversed(pooled.values()), *reversed(figures))
        if len(heap.values) > few and len(set(heap.values)) > 1
    }
    order = list(results.metrics)
    return tuple(sorted(found.values(), key=lambda heap: _rank(heap, order, results)))


def _rank(heap: Heap, order: Sequence[str], results: Results) -> tuple[bool, int, str]:
    return not results.metrics[heap.metric].timing, order.index(heap.metric), heap.name


def scales(results: Results) -> dict[tuple[str, str], Scale]:
    """The least and the most of each curve by metric and name, so that scenarios are drawn alike."""
    found: dict[tuple[str, str], Scale] = {}
    for scenario in results.scenarios:
        for curves in _curves(scenario.readings, results.metrics):
            for name, line in curves.lines.items():
                if numbers := _finite(line):
                    low, high = found.get((curves.metric, name), (numbers[0], numbers[0]))
                    found[curves.metric, name] = min(low, *numbers), max(high, *numbers)
    return found


def shared(curves: Curves, known: Mapping[tuple[str, str], Scale]) -> dict[str, Scale]:
    """The scale of each line: one for those that are of a size, from 0 where that is not far away."""
    own = {name: known[curves.metric, name] for name in curves.lines if (curves.metric, name) in known}
    size = {name: max(abs(low), abs(high)) for name, (low, high) in own.items()}
    most = max(size.values(), default=0.0)
    alike = [name for name in own if size[name] * ALIKE >= most]
    low = min((own[name][0] for name in alike), default=0.0)
    high = max((own[name][1] for name in alike), default=0.0)
    return {name: _from_zero(*((low, high) if name in alike else own[name])) for name in own}


def pieces(curves: Curves, name: str) -> Iterator[list[tuple[float, float]]]:
    """A line as runs of places and values, without those that are missing."""
    points = [(at, value) for at, value in zip(curves.at, curves.lines[name], strict=True) if at is not None]
    steps = sorted(after - before for (before, _), (after, _) in pairwise(points))
    longest = GAP * median(steps) if steps else 0.0
    run: list[tuple[float, float]] = []
    for at, value in points:
        if run and (value is None or at - run[-1][0] > longest):
            yield run
            run = []
        if value is not None:
            run.append((at, value))
    if run:
        yield run


def _curves(readings: Mapping[str, Reading], metrics: Mapping[str, Meaning]) -> Iterator[Curves]:
    for name, reading in readings.items():
        axis = _axis(reading.series)
        if not axis or name not in metrics:
            continue
        at = _plain(reading.series[axis])
        lines = {key: _fitted(values, len(at)) for key, values in reading.series.items() if key != axis}
        if at and lines:
            yield Curves(name, metrics[name].title, axis, at, lines)


def _axis(series: Mapping[str, Sequence[float]]) -> str:
    """The series that the others are drawn over; "" where there is none."""
    if TIME in series:
        return TIME
    first = next(iter(series), "")
    others = [key for key in series if key != first and len(series[key]) == len(series[first])]
    return first if len(others) == len(series) - 1 > 0 and _even(series[first]) else ""


def _even(values: Sequence[Number]) -> bool:
    """Whether they rise in equal steps."""
    numbers = _finite(values)
    if len(numbers) < max(GRID, len(values)):
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    usual = (numbers[-1] - numbers[0]) / len(steps)
    return usual > 0 and all(abs(step - usual) < 0.01 * usual for step in steps)


def _once(found: Iterable[Curves]) -> list[Curves]:
    """Without those that are the same, or of which another one has all lines."""
    kept: list[Curves] = []
    for curves in sorted(found, key=lambda curves: -len(curves.lines)):
        if not any(curves.at == other.at and curves.lines.items() <= other.lines.items() for other in kept):
            kept.append(curves)
    return kept


def _figures(results: Results, metric: str) -> Iterator[float]:
    for scenario in results.scenarios:
        reading = scenario.readings.get(metric)
        if reading is not None and reading.value is not None:
            yield reading.value


def _plain(values: Iterable[object]) -> tuple[Number, ...]:
    return tuple(
        float(value) if isinstance(value, int | float) and isfinite(value) else None for value in values
    )


def _finite(values: Iterable[object]) -> tuple[float, ...]:
    return tuple(value for value in _plain(values) if value is not None)


def _fitted(values: Sequence[float], length: int) -> tuple[Number, ...]:
    known = _plain(values)[:length]
    return known + (None,) * (length - len(known))


def _from_zero(low: float, high: float) -> Scale:
    if 0 < low < high and low < (high - low):
        low = 0.0
    return (low, high) if high > low else (low - 0.5, high + 0.5)
