import pytest

from visavis.evaluate.report.words import change, count, figure, mark, milliseconds, seconds, seconds_of, way


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0.0, "0"),
        (25.0, "25"),
        (3.998, "4.00"),
        (0.0123, "0.012"),
        (9.9951, "10.0"),
        (99.96, "100"),
        (12345.6, "12\u202f346"),
        (-26.14, "\u221226.1"),
        (0.00012, "1.2e\u22124"),
    ],
)
def test_figures_have_as_many_digits_as_mean_something(value: float | None, shown: str) -> None:
    assert figure(value) == shown


def test_units_and_signs() -> None:
    assert figure(3.5, "ms") == "3.50\u00a0ms"
    assert [change(value) for value in (2.0, 0.0, -2.0)] == ["+2", "0", "\u22122"]
    assert mark(0.5, "s") == "0.5\u00a0s"
    assert way("near", 0.0, "ms") == "nearer to 0\u00a0ms is better"
    assert [count(n, "letter") for n in (1, 2000)] == ["1 letter", "2\u202f000 letters"]


def test_short_times_are_milliseconds() -> None:
    assert [milliseconds(spent) for spent in (0.0123, 2.5)] == ["12.3\u00a0ms", "2.50\u00a0s"]
    assert [seconds_of(0.5, most) for most in (1.0, 5.0)] == ["500\u00a0ms", "0.5\u00a0s"]


@pytest.mark.parametrize(("value", "shown"), [(4.466, "4.47\u00a0s"), (185.2, "3:05"), (3725.0, "1:02:05")])
def test_moments(value: float, shown: str) -> None:
    assert seconds(value) == shown
