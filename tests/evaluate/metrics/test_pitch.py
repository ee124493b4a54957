from dataclasses import replace

import numpy as np
import pytest

from tests.evaluate.material import TAKE
from tests.evaluate.metrics.speech import ENGLISH, MANDARIN, other_sound, said
from visavis.evaluate.metrics import pitch
from visavis.evaluate.metrics._mel import mel
from visavis.evaluate.metrics.pitch import warped
from visavis.evaluate.spoiling import sound
from visavis.evaluate.takes import Take

RATE = 16_000


def gliding(low: float, high: float, seconds: float = 2.0) -> Take:
    """A voice with overtones that rises evenly, in octaves, from one pitch to another."""
    hertz = low * (high / low) ** np.linspace(0, 1, round(seconds * RATE))
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    samples = sum(np.sin(n * phase) / n for n in range(1, 6)) / 10
    return replace(TAKE, samples=np.asarray(samples, np.float32), rate=RATE)


def value(name: str, take: Take) -> float:
    found = next(metric for metric in pitch.METRICS if metric.name == name).measure(take).value
    assert isinstance(found, float)
    return found


def test_a_glide_is_as_high_and_as_wide_as_it_is() -> None:
    glide = gliding(100, 150)
    assert value("pitch_mean", glide) == pytest.approx((100 * 150) ** 0.5, rel=0.02)
    assert value("pitch_range", glide) == pytest.approx(0.9 * 12 * np.log2(1.5), rel=0.05)


def test_octave_errors_do_not_count() -> None:
    low, high = gliding(100, 110), gliding(200, 220, 0.2)
    both = other_sound(low, np.concatenate([low.samples, high.samples]))
    assert value("pitch_range", both) == pytest.approx(value("pitch_range", low), abs=0.3)


def test_what_has_no_pitch_has_none() -> None:
    noise = (np.random.default_rng(0).standard_normal(RATE) / 10).astype(np.float32)
    for metric in pitch.METRICS:
        for samples in (TAKE.samples, noise, noise[:0]):
            reading = metric.measure(replace(TAKE, samples=samples, rate=RATE, twin=TAKE))
            assert reading.value is None
            assert "no voice" in reading.note


def test_without_a_recording_there_is_nothing_to_compare_a_melody_with() -> None:
    assert "no recording of the same text" in pitch.melody(TAKE).note


def test_the_melody_is_that_of_the_twin_at_any_height_and_pace() -> None:
    take = said(ENGLISH, "james")
    twin = replace(take, twin=take)
    assert value("pitch_contour", twin) == pytest.approx(1.0, abs=0.001)
    higher = other_sound(twin, sound.transposed(take.samples, take.rate, 2))
    later = other_sound(twin, sound.late(take.samples, take.rate, 0.2))
    assert value("pitch_contour", higher) > 0.6
    assert value("pitch_contour", later) > 0.9


def test_spoiled_melodies_are_told() -> None:
    take = said(ENGLISH, "james")
    twin = replace(take, twin=take)
    flat = other_sound(twin, sound.monotonous(take.samples, take.rate))
    assert value("pitch_range", flat) < 0.4 * value("pitch_range", take)
    assert value("pitch_contour", flat) < 0.5
    other = said(MANDARIN, "wei")
    assert value("pitch_contour", replace(twin, samples=other.samples)) < 0.6
    backwards = other_sound(twin, sound.backwards(take.samples))
    assert value("pitch_contour", backwards) < 0.5


def test_one_pitch_has_no_melody() -> None:
    one = gliding(120, 120)
    assert value("pitch_contour", replace(one, twin=one)) == 0


def test_rows_that_belong_together_are_found() -> None:
    rows = np.random.default_rng(0).standard_normal((20, 3))
    slow = rows[[n for n in range(20) for _ in range(1 + n % 2)]]
    here, there = warped(rows, slow)
    assert np.array_equal(rows[here], slow[there])
    assert (here[0], there[0], here[-1], there[-1]) == (0, 0, 19, 29)
    assert [len(way) for way in warped(rows[:1], slow)] == [30, 30]
    assert [len(way) for way in warped(slow, rows[:1])] == [30, 30]


def test_mel_bands_are_slaneys() -> None:
    """Bands of equal area, every 66.7 Hz up to 1 kHz, then further apart; figures of librosa 0.11."""
    sine = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE).astype(np.float32)
    power = mel(sine, RATE, 400, 160, 40)
    assert power.shape == (101, 40)
    middle = power[50]
    assert middle.argmax() == 13
    assert middle[12:15] == pytest.approx([88.42064, 104.51997, 3.12854], rel=1e-4)
