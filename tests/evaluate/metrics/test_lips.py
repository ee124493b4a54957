"""Lips move the right way: on sound that was moved, on lips that were frozen, and on another text."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.evaluate.material import TAKE
from visavis.evaluate.metrics._speech import (
    HZ,
    LAGS,
    correlation,
    heard_late,
    loudness,
    openness,
    pauses,
    spread,
    summit,
)
from visavis.evaluate.metrics.lips import METRICS, lag
from visavis.evaluate.spoiling.pictures import (
    MOUTH,
    held,
    of_another_text,
    out_of_step,
    spoiled,
    without_phones,
)
from visavis.evaluate.takes import Take
from visavis.media import Phone
from visavis.portrait.landmarks import INNER_LOWER

BY_NAME = {metric.name: metric for metric in METRICS}


def value(name: str, take: Take) -> float:
    reading = BY_NAME[name].measure(take)
    assert reading.value is not None, reading.note
    return reading.value


def test_a_good_rendering_is_good(rendered: Take) -> None:
    assert value("lip_correlation", rendered) > 0.6
    assert -45 < value("lip_lag", rendered) < 20
    assert value("lip_closure", rendered) >= 80
    assert value("lip_rest", rendered) >= 80
    assert value("lip_width", rendered) > 0.5


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("seconds", [-0.4, -0.2, -0.08, -0.04, 0.04, 0.08, 0.2, 0.4])
def test_the_lag_is_the_sounds_shift(rendered: Take, seconds: float, told: bool) -> None:
    """Whether the phones are told to have moved or not: they are found in the sound."""
    moved = value("lip_lag", out_of_step(rendered, seconds, told=told)) - value("lip_lag", rendered)
    assert moved == pytest.approx(-1000 * seconds, abs=10)


def test_a_larger_shift_closes_fewer_lips(rendered: Take) -> None:
    closed = [value("lip_closure", out_of_step(rendered, seconds)) for seconds in (0.0, 0.12, 0.24)]
    assert closed[0] > closed[1] + 20
    assert closed[0] > closed[2] + 20


def test_frozen_lips_do_not_speak(rendered: Take, tmp_path: Path) -> None:
    first = next(rendered.pictures())
    frozen = spoiled(rendered, tmp_path / "a.mp4", held(rendered.seen, MOUTH, first))
    assert value("lip_closure", frozen) == 0
    assert value("lip_correlation", frozen) < value("lip_correlation", rendered) - 0.25
    assert lag(frozen).value is None


def test_lips_of_another_text_do_not_follow(rendered: Take) -> None:
    """The same sentence backwards in time: as many syllables, as loud, at the same pace."""
    end = rendered.seconds
    phones = tuple(replace(p, start=end - p.end, end=end - p.start) for p in reversed(rendered.phones))
    other = of_another_text(rendered, replace(rendered, phones=phones, samples=rendered.samples[::-1].copy()))
    assert value("lip_correlation", other) < value("lip_correlation", rendered) - 0.2
    assert value("lip_closure", other) < value("lip_closure", rendered) - 20


def test_a_mouth_that_talks_in_silence_is_not_shut(rendered: Take) -> None:
    quiet = (Phone("a", 0.0, 1.2), Phone("", 1.2, rendered.seconds))
    talking = without_phones(replace(rendered, samples=np.zeros_like(rendered.samples)), quiet)
    vars(talking)["seen"] = rendered.seen
    assert value("lip_rest", talking) < 70


def test_a_mouth_that_hangs_open_all_the_time_is_never_shut(rendered: Take) -> None:
    """Its lips move as much as ever: but for the portrait's, the nearest they come would pass for shut."""
    gaping = replace(rendered)
    landmarks = rendered.seen.landmarks.copy()
    landmarks[:, INNER_LOWER, 1] += 0.15 * np.ptp(landmarks[..., 0], axis=1, keepdims=True)
    vars(gaping)["seen"] = replace(rendered.seen, landmarks=landmarks)
    assert value("lip_closure", gaping) == 0
    assert value("lip_rest", gaping) == 0


def test_what_cannot_be_told_says_why(rendered: Take) -> None:
    for metric in METRICS:
        reading = metric.measure(without_phones(rendered))
        assert reading.value is None
        assert reading.note == "nobody knows what is said when"
        assert metric.measure(replace(TAKE, phones=TAKE.phones[:1])).value is None


def test_the_series_is_as_long_as_the_pictures(rendered: Take) -> None:
    series = BY_NAME["lip_correlation"].measure(rendered).series
    assert {"time", "gap", "expected", "loudness", "width"} == set(series)
    assert {len(numbers) for numbers in series.values()} == {rendered.frames}


def test_expectations_are_of_their_sounds() -> None:
    phones = (Phone("", 0.0, 0.3), Phone("a", 0.3, 0.6), Phone("m", 0.6, 0.75), Phone("u", 0.75, 1.05))
    gap, wide = openness(phones, 1.1), spread(phones, 1.1)
    a, m, u = (round(at * HZ) for at in (0.45, 0.675, 0.9))
    assert gap[a] > 0.7 > 0.4 > gap[u] > gap[m]
    assert wide[u] < -1
    assert wide[a] > 0


def test_a_curve_lags_by_what_it_was_moved() -> None:
    at = np.arange(0, 4, 1 / HZ)
    curve = np.sin(7 * at) + np.sin(11 * at + 1)
    times = np.arange(0, 4, 0.04)
    found = [
        correlation(np.interp(times - 0.123, at, curve), np.interp(times - lag, at, curve)) for lag in LAGS
    ]
    assert summit(LAGS, np.array(found))[0] == pytest.approx(0.123, abs=0.003)


def test_what_stands_still_correlates_with_nothing() -> None:
    assert correlation(np.ones(5), np.arange(5.0)) == 0


def test_pauses_leave_their_edges_out() -> None:
    phones = (Phone("a", 0.0, 0.5), Phone("", 0.5, 1.5), Phone("a", 1.5, 1.6), Phone("a", 1.7, 2.0))
    found = list(pauses(phones, 3.0))
    assert found == [pytest.approx((0.7, 1.38)), pytest.approx((2.2, 3.0))]


def test_loudness_is_of_the_moment() -> None:
    samples = np.zeros(16_000, np.float32)
    samples[8000:] = 0.5
    loud = loudness(samples, 16_000)
    assert len(loud) == HZ
    assert loud[20] == pytest.approx(0, abs=1e-6)
    assert loud[150] == pytest.approx(0.5, abs=0.01)


def test_silence_is_heard_nowhere() -> None:
    assert heard_late((), np.zeros(16_000, np.float32), 16_000) == 0
