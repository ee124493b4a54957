from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate.speed.material import entry, figure, sample
from visavis.evaluate.speed import comparing
from visavis.evaluate.speed.comparing import (
    CHANCE,
    beyond,
    compare,
    confirmed,
    judged,
    mann_whitney,
    standing,
)
from visavis.evaluate.speed.history import Figure

FAST, SLOW = (1.0, 1.02, 1.01, 1.03, 0.99), (1.3, 1.31, 1.28, 1.33, 1.29)
NUMBERS = st.lists(st.integers(0, 20).map(float), min_size=1, max_size=7)


def trends(new: tuple[float, ...], old: tuple[float, ...], **apart: object) -> list[str]:
    """Of time, between two entries that differ in `apart`; the reference is the same."""
    before = replace(entry(figure(*old)), **apart)  # type: ignore[arg-type]
    now = entry(figure(*new))
    return [row.trend for row in compare(now, standing([before], now)) if row.what == "time"]


def test_chances_are_those_of_the_tables() -> None:
    """Mann & Whitney (1947), table I, doubled: U = 0 of 5 and 5, U = 2 of 4 and 5, no overlap of 3 and 3."""
    assert mann_whitney(FAST, SLOW) == pytest.approx(2 / 252)
    assert mann_whitney([1, 2, 3], [4, 5, 6]) == pytest.approx(0.1)
    assert mann_whitney([1, 2, 3, 6], [4, 5, 7, 8, 9]) == pytest.approx(2 * 4 / 126)
    assert mann_whitney([1, 1], [1, 1]) == 1.0


@pytest.mark.parametrize("ties", [False, True])
def test_many_runs_are_judged_as_few_would_be(monkeypatch: pytest.MonkeyPatch, ties: bool) -> None:
    """Beyond EXACT the normal distribution stands in; where both can be had, they agree."""
    rng = np.random.default_rng(3)
    sets = [(rng.normal(size=7), rng.normal(size=8) + 0.8) for _ in range(20)]
    told = [(a.round(1).tolist(), b.round(1).tolist()) if ties else (a.tolist(), b.tolist()) for a, b in sets]
    exactly = [mann_whitney(*both) for both in told]
    monkeypatch.setattr(comparing, "EXACT", 0)
    assert [mann_whitney(*both) for both in told] == pytest.approx(exactly, abs=0.02)
    assert mann_whitney([1.0] * 60, [1.0] * 60) == 1.0


@given(NUMBERS, NUMBERS)
def test_a_chance_does_not_depend_on_the_order_or_the_side(one: list[float], other: list[float]) -> None:
    chance = mann_whitney(one, other)
    assert 0 < chance <= 1
    assert mann_whitney(other[::-1], one[::-1]) == pytest.approx(chance)
    assert mann_whitney([-v for v in one], [-v for v in other]) == pytest.approx(chance)


def test_runs_that_are_independent_are_seldom_told_apart() -> None:
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(300):
        new, old = rng.lognormal(0, 0.1, 5).tolist(), rng.lognormal(0, 0.1, 5).tolist()
        wrong += judged("", "time", new, old).trend != "same"
    assert wrong / 300 <= CHANCE


def test_runs_that_share_a_process_are_told_apart_and_only_a_second_one_helps() -> None:
    """One source: each measurement is slower or faster by itself, and its runs differ little."""
    rng = np.random.default_rng(12)
    apart, first, both = 0, 0, 0
    for _ in range(300):
        old, new, again = ((rng.lognormal(0, 0.1) * rng.lognormal(0, 0.02, 5)).tolist() for _ in range(3))
        rows, second = [judged("", "time", new, old)], [judged("", "time", again, old)]
        apart += rows[0].trend != "same"
        first += len(beyond(rows, 20))
        both += len(confirmed(rows, second, 20))
    assert apart / 300 > 0.4
    assert both / 300 <= CHANCE < first / 300


def test_of_two_that_are_worse_the_smaller_difference_is_told() -> None:
    worst, worse = judged("a", "time", (2.0,) * 5, FAST), judged("a", "time", SLOW, FAST)
    assert confirmed([worst], [worse], 20) == (worse,)
    assert confirmed([worst], [worse], 30) == ()
    assert confirmed([worst], [replace(worse, what="memory")], 20) == ()
    assert confirmed([replace(worst, trend="same")], [worse], 20) == ()


def test_slower_is_worse_and_faster_better() -> None:
    assert trends(SLOW, FAST) == ["worse"]
    assert trends(FAST, SLOW) == ["better"]
    assert trends(FAST, FAST) == ["same"]
    row, *_ = compare(entry(figure(*SLOW)), standing([entry(figure(*FAST))], entry()))
    assert row.change == pytest.approx(100 * (1.3 / 1.01 - 1))


def test_a_small_difference_is_none_however_sure_it_is() -> None:
    assert trends(tuple(1.03 * v for v in FAST[:1] * 5), FAST[:1] * 5) == ["same"]


def test_of_too_few_nothing_can_be_told() -> None:
    assert trends(SLOW[:3], FAST[:3]) == ["too few"]
    assert trends(SLOW[:3], FAST) == ["worse"]


def test_on_one_machine_seconds_and_ratio_have_to_agree() -> None:
    """All is slower by the same: the machine was busy, and the reference shows it."""
    old, now = entry(figure(*FAST, reference=0.5)), entry(figure(*SLOW, reference=0.65))
    assert next(row.trend for row in compare(now, standing([old], now))) == "same"


def test_between_machines_the_ratio_counts() -> None:
    other = {"machine": {"processor": "Slide rule", "processors": 1}}
    assert trends(SLOW, FAST, **other) == ["worse"]
    old = replace(entry(figure(*(2 * v for v in FAST), reference=1.0)), **other)  # type: ignore[arg-type]
    now = entry(figure(*FAST, reference=0.5))
    assert next(row.trend for row in compare(now, standing([old], now))) == "same"


def test_what_was_measured_otherwise_is_not_compared() -> None:
    assert trends(SLOW, FAST, configuration={"face": "other"}) == []
    assert trends(SLOW, FAST, reference=2) == []
    changed = replace(figure(*FAST), version=2)
    assert compare(entry(changed), standing([entry(figure(*FAST))], entry())) == ()


def test_memory_is_compared_where_it_is_known() -> None:
    now = entry(figure(*FAST))
    fat = replace(now.figures[0], samples=tuple(replace(s, memory=150.0) for s in now.figures[0].samples))
    rows = compare(entry(fat), standing([now], now))
    assert [(row.what, row.trend) for row in rows] == [
        ("time", "same"),
        ("processors", "same"),
        ("memory", "worse"),
    ]
    thin = replace(fat, samples=tuple(replace(s, memory=None) for s in fat.samples))
    assert [row.what for row in compare(entry(thin), standing([now], now))] == ["time", "processors"]
    idle = replace(thin, samples=tuple(replace(s, cpu=2 * (s.cpu or 0)) for s in thin.samples))
    _, row = compare(entry(idle), standing([now], now))
    assert (row.what, row.trend, row.change) == ("processors", "worse", 100.0)
    elsewhere = replace(now, machine={"processor": "Slide rule"})
    assert [row.what for row in compare(now, standing([elsewhere], now))] == ["time", "memory"]


def held(memory: float | None, growth: float | None) -> Figure:
    """What is known by its memory, measured once."""
    also = {} if growth is None else {"growth_mb_per_minute": growth}
    return replace(figure(), told="memory", samples=(replace(sample(memory=memory), also=also),))


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        ((200.0, 0.5), (200.0, 0.1), ["same", "same"]),
        ((200.0, 2.0), (200.0, 0.1), ["same", "worse"]),
        ((300.0, 0.1), (200.0, 0.1), ["worse", "worse"]),
        ((200.0, 0.0), (300.0, 1.0), ["better", "better"]),
        ((None, 0.0), (200.0, 1.0), []),
        ((200.0, None), (200.0, 1.0), []),
    ],
)
def test_memory_that_is_measured_once_is_held_to_a_bound(
    now: tuple[float, float], then: tuple[float, float], expected: list[str]
) -> None:
    rows = compare(entry(held(*now)), standing([entry(held(*then))], entry()))
    assert [row.trend for row in rows] == expected
    assert [row.what for row in rows] == ["memory", "memory after an hour"][: len(rows)]
    assert all(row.chance is None for row in rows)


def test_the_newest_of_the_same_machine_stands() -> None:
    days = [f"2026-01-0{day}T00:00:00+00:00" for day in (1, 2, 3)]
    first, second = (entry(figure(float(n), 9.0), made=day) for n, day in enumerate(days[:2]))
    elsewhere = replace(entry(figure(7.0), made=days[2]), machine={"processor": "Slide rule"})
    found = standing([elsewhere, second, first], entry())
    assert [then.made for then, _ in found.values()] == [days[1]]
    assert [then.made for then, _ in standing([elsewhere], entry()).values()] == [days[2]]
    assert all(one < other for one, other in pairwise(days))
