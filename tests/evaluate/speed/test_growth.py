import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.evaluate.speed.growth import growth, line

SIZES = [1.0, 2.0, 4.0, 8.0]


def runs(exponent: float, noise: float = 0.0, each: int = 5) -> list[tuple[float, float]]:
    rng = np.random.default_rng(2)
    return [(s, 3 * s**exponent * float(np.exp(noise * rng.normal()))) for s in SIZES for _ in range(each)]


@given(st.floats(0.2, 3))
def test_the_exponent_of_a_power_is_found(exponent: float) -> None:
    found = growth(runs(exponent))
    assert found
    assert found.exponent == pytest.approx(exponent)
    assert found.error == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("exponent", "shape"),
    [(1.0, "in proportion"), (1.5, "more than in proportion"), (0.6, "less than in proportion")],
)
def test_the_shape_is_told_through_noise(exponent: float, shape: str) -> None:
    found = growth(runs(exponent, noise=0.05))
    assert found
    assert found.shape == shape
    assert abs(found.exponent - exponent) < found.error < 0.1


def test_noise_that_hides_the_shape_is_admitted() -> None:
    found = growth(runs(1.0, noise=1.0, each=2))
    assert found
    assert found.shape == "not known"


def test_the_error_holds_the_truth_nearly_always() -> None:
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(400):
        points = [(s, s * float(np.exp(0.1 * rng.normal()))) for s in SIZES for _ in range(3)]
        found = growth(points)
        assert found
        inside += abs(found.exponent - 1) <= found.error
    assert 0.92 <= inside / 400 <= 0.98


def test_too_little_is_no_growth() -> None:
    assert growth([(1.0, 1.0), (1.0, 2.0), (2.0, 2.0)]) is None
    assert growth([(1.0, 1.0), (2.0, 0.0), (3.0, 2.0)]) is None
    assert growth([]) is None


def test_what_is_done_once_is_told_from_what_is_done_each_time() -> None:
    found = growth([(size, 5 + 2 * size) for size in SIZES])
    assert found
    assert [found.once, found.each] == pytest.approx([5, 2])
    assert found.shape == "less than in proportion"


def test_what_is_done_once_hides_nothing_of_what_a_piece_costs() -> None:
    """A voice that takes 1.2 s to load, and 0.1 s for each second of speech, however many there are."""
    found = growth([(size, 1.2 + 0.1 * size) for size in (5.0, 20.0, 60.0)])
    assert found
    assert found.exponent == pytest.approx(0.58, abs=0.01)
    assert found.shape != "more than in proportion"
    assert [found.once, found.each] == pytest.approx([1.2, 0.1])


def test_a_few_wild_points_do_not_move_the_line() -> None:
    straight = [(float(x), 3.0 + 0.5 * x) for x in range(20)]
    wild = [(x, 1000.0) if x in {3.0, 9.0, 15.0} else (x, y) for x, y in straight]
    assert list(line(wild)) == pytest.approx([3.0, 0.5])
    assert line([(1.0, 7.0)]) == (7.0, 0.0)
