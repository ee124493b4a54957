from dataclasses import replace

import pytest

from tests.evaluate.material import TAKE
from visavis.evaluate.metrics.stages import METRICS
from visavis.evaluate.takes import Take

BY_NAME = {metric.name: metric for metric in METRICS}


def value(name: str, take: Take) -> float | None:
    reading = BY_NAME[name].measure(take)
    assert (reading.value is None) == bool(reading.note)
    return reading.value


def test_shares_are_of_what_was_made() -> None:
    assert value("real_time_factor", TAKE) == pytest.approx(0.5)
    assert value("first_picture", TAKE) == pytest.approx(400)
    assert value("prepare", TAKE) == pytest.approx(300)
    assert value("text_share", TAKE) == pytest.approx(0.01)
    assert value("render_share", TAKE) == pytest.approx(0.1)
    twice = replace(TAKE, whole=2.0, filmed=2.0)
    for name in ("real_time_factor", "text_share", "speech_share", "render_share", "encode_share"):
        assert value(name, twice) == pytest.approx((value(name, TAKE) or 0) / 2)


def test_of_an_end_only_the_shares_are_told() -> None:
    end = replace(TAKE, whole=100.0, filmed=1.0, begins=99.0, first=None)
    assert value("real_time_factor", end) is None
    assert value("first_picture", end) is None
    assert value("speech_share", end) == pytest.approx(0.0002)
    assert value("encode_share", end) == pytest.approx(0.2)


def test_a_server_tells_nothing_of_its_stages() -> None:
    remote = replace(TAKE, stages={})
    for name in ("text_share", "speech_share", "render_share", "encode_share", "prepare"):
        assert value(name, remote) is None
    assert value("real_time_factor", replace(TAKE, took=0.0)) is None


def test_the_pace_leaves_pauses_out() -> None:
    assert value("speaking_rate", TAKE) == pytest.approx(2 / 0.4)
    assert value("speaking_rate", replace(TAKE, phones=())) is None
