"""Whether figures have become better or worse, or whether they differ no more than runs do by themselves.

    p = 2 P(U <= u)        Mann & Whitney (1947), exact, ties counted half

A difference is told where p is below 5 %, and it is 5 % at least. On the same machine both the seconds and
their ratio to the reference have to differ: the first tell of a machine that was busy, the second of a
reference that was disturbed. Between machines the ratio counts. Seconds of processors, which a busy machine
changes least, are compared on the same machine only.

The test takes runs to be independent, and they are not: those of one measurement share a process and a few
minutes. Two measurements of the same source differ by more than the runs of each do, so p tells that two
measurements differ, and not yet that their sources do. Hence `confirmed`, which asks for a second one in new
processes. Even so both stand against one measurement of then, and its luck: below what two measurements of
the same source differ by, nothing is sure.

What is known by its memory is measured once, since a run takes minutes, and its memory differs little between
runs: it is judged by a bound, not by ranks. It is its peak, and what it would have after an hour of speech,
which is the peak and sixty times the growth of a minute.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from math import comb, erfc, sqrt
from statistics import median
from typing import Final, Literal

from visavis.evaluate.speed.history import Entry, Figure
from visavis.evaluate.speed.sample import Sample

Trend = Literal["better", "worse", "same", "too few"]

What = Literal["time", "processors", "memory", "memory after an hour"]

CHANCE: Final = 0.05

LEAST: Final = 0.05
"""The part of the old median that a difference has to have."""

BOUND: Final = 0.25
"""The part of then by which single measurements of memory may differ: two of the same source had peaks of
230 MB, and grew by 0.3 and 0.7 MB a minute, which is 8 % after an hour. 1.1 MB a minute more is found."""

EXACT: Final = 20_000
"""Ways to deal out the ranks up to which all of them are counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, then and now. change: in per cent of then; more time or memory is more.

    chance: how often chance alone would make such a difference if all runs were independent, 0..1; None where
    it is judged by BOUND.
    """

    name: str
    what: What
    old: float
    new: float
    change: float
    chance: float | None
    trend: Trend


def standing(entries: Iterable[Entry], like: Entry) -> Mapping[tuple[str, str, int], tuple[Entry, Figure]]:
    """The newest figure of each case in entries that may be compared with one, those of its machine first."""
    fitting = [entry for entry in entries if comparable(entry, like)]
    found = {}
    for entry in sorted(fitting, key=lambda entry: (entry.machine == like.machine, entry.made)):
        found.update({figure.key: (entry, figure) for figure in entry.figures if figure.samples})
    return found


def comparable(one: Entry, other: Entry) -> bool:
    """Whether the same was measured: the same engines, voice and portrait, and the same reference."""
    return one.configuration == other.configuration and one.reference == other.reference


def compare(new: Entry, old: Mapping[tuple[str, str, int], tuple[Entry, Figure]]) -> tuple[Row, ...]:
    """Rows for the time of each figure that both have, and for processors and memory where they are known.

    For figures that are known by their memory: for that alone.
    """
    rows: list[Row] = []
    for figure in new.figures:
        if figure.samples and figure.key in old:
            entry, before = old[figure.key]
            rows += (
                _resident(figure, before)
                if figure.told == "memory"
                else _rows(figure, before, same_machine=entry.machine == new.machine)
            )
    return tuple(rows)


def beyond(rows: Iterable[Row], most: float) -> tuple[Row, ...]:
    """Those that are worse, and by more than so many per cent."""
    return tuple(row for row in rows if row.trend == "worse" and row.change > most)


def confirmed(rows: Iterable[Row], again: Iterable[Row], most: float) -> tuple[Row, ...]:
    """Those beyond `most` in a first measurement and in a second one; of the two, the one that sees less."""
    second = {(row.name, row.what): row for row in beyond(again, most)}
    twice = [
        (row, second[row.name, row.what]) for row in beyond(rows, most) if (row.name, row.what) in second
    ]
    return tuple(min(both, key=lambda row: row.change) for both in twice)


def _resident(new: Figure, old: Figure) -> Iterable[Row]:
    """Of what is known by its memory."""
    ways: tuple[tuple[What, float], ...] = (("memory", 0.0), ("memory after an hour", 60.0))
    for what, minutes in ways:
        now, before = (
            [value for sample in f.samples if (value := _after(sample, minutes)) is not None]
            for f in (new, old)
        )
        if now and before:
            yield _bounded(new.name, what, median(now), median(before))


def _after(sample: Sample, minutes: float) -> float | None:
    """Megabytes after so many minutes of speech more, where both memory and growth are known."""
    grown = sample.also.get("growth_mb_per_minute")
    return sample.memory + minutes * grown if sample.memory and grown is not None else None


def _bounded(name: str, what: What, now: float, before: float) -> Row:
    change = 100 * (now - before) / before if before else 0.0
    trend: Trend = "same" if abs(change) <= 100 * BOUND else "worse" if change > 0 else "better"
    return Row(name, what, before, now, change, None, trend)


def _rows(new: Figure, old: Figure, *, same_machine: bool) -> Iterable[Row]:
    ratios = [sample.ratio for sample in new.samples], [sample.ratio for sample in old.samples]
    row = judged(new.name, "time", *ratios)
    if same_machine:
        costs = [s.seconds / s.amount for s in new.samples], [s.seconds / s.amount for s in old.samples]
        seconds = judged(new.name, "time", *costs)
        row = seconds if seconds.trend in {row.trend, "too few"} else _unconfirmed(seconds, row)
    yield row
    if same_machine:
        yield from _known(
            new.name, "processors", [_cpu(s) for s in new.samples], [_cpu(s) for s in old.samples]
        )
    yield from _known(new.name, "memory", [s.memory for s in new.samples], [s.memory for s in old.samples])


def _cpu(sample: Sample) -> float | None:
    """Seconds of processors for one amount."""
    return sample.cpu / sample.amount if sample.cpu is not None and sample.amount else None


def _known(name: str, what: What, new: Sequence[float | None], old: Sequence[float | None]) -> Iterable[Row]:
    """A row where all of both are known."""
    now, before = ([value for value in values if value is not None] for values in (new, old))
    if len(now) == len(new) and len(before) == len(old):
        yield judged(name, what, now, before)


def _unconfirmed(one: Row, other: Row) -> Row:
    """Of two that do not agree, the one that sees less of a difference, as none."""
    return replace(min(one, other, key=lambda row: abs(row.change)), trend="same")


def judged(name: str, what: What, new: Sequence[float], old: Sequence[float]) -> Row:
    """Two sets of costs. "too few": not even complete separation of so few could be told from chance."""
    before, now = median(old), median(new)
    change = 100 * (now - before) / before if before else 0.0
    chance = mann_whitney(new, old)
    trend: Trend = "same"
    if 2 / comb(len(new) + len(old), len(new)) > CHANCE:
        trend = "too few"
    elif chance < CHANCE and abs(change) >= 100 * LEAST:
        trend = "worse" if change > 0 else "better"
    return Row(name, what, before, now, change, chance, trend)


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """How often two sets of the same numbers, dealt out by chance, would differ as much as these: 0..1.

    It takes all numbers to be independent.
    """
    ranks = _ranks([*one, *other])
    pairs = len(one) * len(other)
    u = sum(ranks[: len(one)]) - len(one) * (len(one) + 1) / 2
    off = abs(u - pairs / 2)
    if comb(len(ranks), len(one)) <= EXACT:
        return _exactly(tuple(sorted(ranks)), len(one), off)
    ties = sum(ranks.count(rank) ** 2 - 1 for rank in ranks)
    n = len(ranks)
    variance = pairs / 12 * (n + 1 - ties / (n * (n - 1)))
    return erfc(max(0.0, off - 0.5) / sqrt(2 * variance)) if variance else 1.0


@cache
def _exactly(ranks: tuple[float, ...], count: int, off: float) -> float:
    middle = count * (len(ranks) + 1) / 2
    ways = [abs(sum(dealt) - middle) >= off - 1e-9 for dealt in combinations(ranks, count)]
    return sum(ways) / len(ways)


def _ranks(values: Sequence[float]) -> list[float]:
    """From 1 on; equal ones share the mean of theirs."""
    order = sorted(values)
    return [order.index(value) + (order.count(value) + 1) / 2 for value in values]
