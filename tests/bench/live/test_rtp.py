import math

import pytest

from bench.live.rtp import Times


def test_a_report_puts_a_track_on_the_senders_clock() -> None:
    times = Times(48_000)
    times.report(2**32, 1000)
    assert not times.told, "nothing has come that it could be about"
    times.packet(1000)
    times.packet(1960)
    assert math.isnan(times.sent(0.0))
    times.report(5 * 2**32, 1000 + 48_000)
    assert times.told
    assert times.sent(1.5) == pytest.approx(5.5)


@pytest.mark.parametrize(("reported", "first_sent"), [(1800, 4.94), (2**32 - 5400, 5.02)])
def test_times_that_wrap_around_go_on(reported: int, first_sent: float) -> None:
    times = Times(90_000)
    times.packet(2**32 - 3600)
    times.report(5 * 2**32, reported)
    assert times.sent(0.0) == pytest.approx(first_sent)
