import pytest

from visavis.evaluate.speed.memory import course, thinned

TIMES = [0.25 * n for n in range(101)]


def test_a_leak_is_found_behind_the_loading() -> None:
    """Twenty-five seconds, in which five minutes of speech are made, and 2 MB are lost in each of them."""
    resident = [min(200.0, 40 * t) + 10 * (t / 25) for t in TIMES]
    found = course(TIMES, resident, speech=300.0)
    assert found.growth == pytest.approx(2.0)
    assert found.most == pytest.approx(210.0)


def test_a_peak_is_no_leak() -> None:
    resident = [200.0 + (300.0 if 60 <= n < 70 else 0.0) for n in range(101)]
    found = course(TIMES, resident, speech=300.0)
    assert (found.most, found.growth) == (500.0, 0.0)


def test_of_nothing_there_is_no_course() -> None:
    with pytest.raises(ValueError, match="nobody has seen"):
        course([], [], 1.0)
    assert course([0.0], [50.0], 1.0).growth == 0.0


def test_a_series_is_thinned_with_its_ends() -> None:
    assert thinned([1.0, 2.0], 5) == (1.0, 2.0)
    found = thinned([float(n) for n in range(1000)], 11)
    assert len(found) == 11
    assert (found[0], found[5], found[-1]) == (0.0, 500.0, 999.0)
