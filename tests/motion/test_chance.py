"""Chance that can be asked for any moment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.motion.chance import Recurrence, Wander, scrambled, uniform


def wander(seed: int) -> Wander:
    return Wander(seed, np.array([[0.3, 0.7], [0.2, 1.1]]), np.array([[1.0, 0.5], [2.0, 0.1]]))


def test_scrambling_follows_splitmix64() -> None:
    # first outputs of the published generator for the seeds 0 and 1234567
    assert scrambled(0) == 0xE220A8397B1DCDAF
    assert scrambled(1234567) == 6457827717110365317


def test_numbers_are_even_and_independent() -> None:
    draws = np.array([uniform(3, i) for i in range(4000)])
    assert np.histogram(draws, 10, (0, 1))[0].min() > 330
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.05
    assert uniform(1, 2) != uniform(2, 1)


def test_wandering_is_smooth_bounded_and_any_moment_s() -> None:
    noise = wander(5)
    t = np.arange(0, 60, 0.01)
    course = np.array([noise.at(x) for x in t])
    assert (np.abs(course) <= [1.5, 2.1]).all()
    assert course.std(axis=0).min() > 0.2
    assert np.abs(np.diff(course, 2, axis=0)).max() < 0.003
    assert (wander(5).at(31.7) == noise.at(31.7)).all()
    assert np.abs(noise.at(31.7) - wander(6).at(31.7)).min() > 1e-3


def test_wandering_works_before_zero_and_far_out() -> None:
    noise = wander(1)
    for t in (-3.3, 4e7):
        assert np.abs(noise.at(t) - noise.at(t + 1e-4)).max() < 1e-2


@pytest.mark.parametrize(("shortest", "mean"), [(1.0, 3.8), (0.4, 1.1), (9.0, 22.0)])
def test_intervals_are_as_long_as_asked_for(shortest: float, mean: float) -> None:
    times = np.array(Recurrence(9, shortest, mean).between(0, 3000 * mean))
    gaps = np.diff(times)
    assert gaps.min() >= shortest
    assert gaps.max() <= mean + 1.6 * (mean - shortest)
    assert gaps.mean() == pytest.approx(mean, rel=0.02)
    assert np.median(gaps) < mean


@given(st.floats(-100, 1e6), st.floats(0, 60), st.floats(0, 60))
def test_any_span_holds_the_same_events(begin: float, first: float, second: float) -> None:
    events = Recurrence(4, 0.4, 1.1)
    middle, end = begin + first, begin + first + second
    parts = events.between(begin, middle) + [t for t in events.between(middle, end) if t > middle]
    assert parts == events.between(begin, end)
