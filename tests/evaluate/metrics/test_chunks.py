from dataclasses import replace

import pytest

from tests.evaluate.material import TAKE
from visavis.evaluate.metrics.chunks import METRICS
from visavis.evaluate.takes import Arrival, Take

BY_NAME = {metric.name: metric for metric in METRICS}

STEADY = tuple(Arrival(0.2 + 0.2 * number, 0.25 * number, 0.25) for number in range(8))


def live(arrivals: tuple[Arrival, ...]) -> Take:
    return replace(TAKE, arrivals=arrivals)


def value(name: str, arrivals: tuple[Arrival, ...]) -> float | None:
    reading = BY_NAME[name].measure(live(arrivals))
    assert reading.value is not None or reading.note
    return reading.value


def late(by: float) -> tuple[Arrival, ...]:
    """The fourth piece, and all behind it, come so much later."""
    return (*STEADY[:3], *(replace(piece, came=piece.came + by) for piece in STEADY[3:]))


def test_what_comes_in_time_never_lets_a_player_starve() -> None:
    assert value("first_chunk", STEADY) == pytest.approx(200)
    assert value("starved", STEADY) == 0
    assert value("longest_wait", STEADY) == 0
    assert value("longest_gap", STEADY) == pytest.approx(200)
    assert BY_NAME["longest_wait"].measure(live(STEADY)).note == "the least that it had left was 50 ms"


@pytest.mark.parametrize(("by", "waits"), [(0.1, 0.0), (0.3, 150.0), (1.0, 850.0)])
def test_a_piece_that_is_late_is_waited_for(by: float, waits: float) -> None:
    assert value("longest_wait", late(by)) == pytest.approx(waits)
    assert value("starved", late(by)) == (waits > 0)
    assert value("longest_gap", late(by)) == pytest.approx(200 + 1000 * by)


def test_the_first_one_is_waited_for_by_nobody_but_the_visitor() -> None:
    slow = tuple(replace(piece, came=piece.came + 2.0) for piece in STEADY)
    assert value("first_chunk", slow) == pytest.approx(2200)
    assert value("starved", slow) == 0


def test_a_file_has_no_pieces() -> None:
    for name in BY_NAME:
        assert value(name, ()) is None
    assert value("longest_gap", STEADY[:1]) is None
    assert value("longest_wait", STEADY[:1]) == 0
