from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate.speed.material import sample
from visavis.evaluate.speed.sample import Sample, known, spread

NUMBERS = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30)


def test_a_run_is_told_by_rate_by_time_or_by_memory() -> None:
    run = sample(seconds=2.0, reference=0.5, memory=70.0)
    assert (run.value("rate"), run.value("time"), run.value("memory")) == (5.0, 0.2, 70.0)
    assert run.ratio == pytest.approx(0.4)
    nothing = Sample(0.0, 0.0, 0.0)
    assert (nothing.value("rate"), nothing.value("time"), nothing.value("memory")) == (0.0, 0.0, 0.0)
    assert nothing.ratio == 0.0


def test_quartiles_are_those_of_type_seven() -> None:
    found = spread([1.0, 2.0, 3.0, 4.0, 10.0])
    assert (found.least, found.low, found.median, found.high, found.most) == (1.0, 2.0, 3.0, 4.0, 10.0)
    assert found.width == pytest.approx(2 / 3)
    assert found.wide


def test_one_run_has_no_spread() -> None:
    found = spread([5.0])
    assert (found.count, found.low, found.median, found.high, found.wide) == (1, 5.0, 5.0, 5.0, False)
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


@given(NUMBERS)
def test_a_spread_is_in_order_and_within_its_numbers(numbers: list[float]) -> None:
    found = spread(numbers)
    order = [found.least, found.low, found.median, found.high, found.most]
    assert all(a <= b * (1 + 1e-12) for a, b in pairwise(order))


def test_what_nobody_tells_is_left_out() -> None:
    assert known([None, None]) is None
    found = known([None, 3, 5.0])
    assert found
    assert (found.count, found.median) == (2, 4.0)
